// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Concordance correlation coefficient. Keras: <c>keras.metrics.ConcordanceCorrelation</c>.</summary>
public sealed class ConcordanceCorrelation : Metric
{
    /// <summary>Concordance correlation coefficient.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="axis">The axis or axes.</param>
    public ConcordanceCorrelation(
        string name = "concordance_correlation",
        string? dtype = null,
        int axis = -1
    )
        : base(
            "ConcordanceCorrelation",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
                { "axis", axis },
            }
        ) { }
}
