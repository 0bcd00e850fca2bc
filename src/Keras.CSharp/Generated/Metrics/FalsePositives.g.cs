// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>The number of false positives. Keras: <c>keras.metrics.FalsePositives</c>.</summary>
public sealed class FalsePositives : Metric
{
    /// <summary>The number of false positives.</summary>
    /// <param name="thresholds">The thresholds, between 0 and 1.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public FalsePositives(
        Doubles? thresholds = null,
        string? name = null,
        string? dtype = null
    )
        : base(
            "FalsePositives",
            new ConfigBuilder
            {
                { "thresholds", thresholds },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
