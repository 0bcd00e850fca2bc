// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Pearson correlation coefficient. Keras: <c>keras.metrics.PearsonCorrelation</c>.</summary>
public sealed class PearsonCorrelation : Metric
{
    /// <summary>Pearson correlation coefficient.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="axis">The axis or axes.</param>
    public PearsonCorrelation(
        string name = "pearson_correlation",
        string? dtype = null,
        int axis = -1
    )
        : base(
            "PearsonCorrelation",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
                { "axis", axis },
            }
        ) { }
}
