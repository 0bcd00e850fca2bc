// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>The number of true negatives. Keras: <c>keras.metrics.TrueNegatives</c>.</summary>
public sealed class TrueNegatives : Metric
{
    /// <summary>The number of true negatives.</summary>
    /// <param name="thresholds">The thresholds, between 0 and 1.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public TrueNegatives(
        Doubles? thresholds = null,
        string? name = null,
        string? dtype = null
    )
        : base(
            "TrueNegatives",
            new ConfigBuilder
            {
                { "thresholds", thresholds },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
