// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>The number of true positives. Keras: <c>keras.metrics.TruePositives</c>.</summary>
public sealed class TruePositives : Metric
{
    /// <summary>The number of true positives.</summary>
    /// <param name="thresholds">The thresholds, between 0 and 1.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public TruePositives(
        Doubles? thresholds = null,
        string? name = null,
        string? dtype = null
    )
        : base(
            "TruePositives",
            new ConfigBuilder
            {
                { "thresholds", thresholds },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
