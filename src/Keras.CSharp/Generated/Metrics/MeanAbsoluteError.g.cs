// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Mean absolute error. Keras: <c>keras.metrics.MeanAbsoluteError</c>.</summary>
public sealed class MeanAbsoluteError : Metric
{
    /// <summary>Mean absolute error.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public MeanAbsoluteError(
        string name = "mean_absolute_error",
        string? dtype = null
    )
        : base(
            "MeanAbsoluteError",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
