// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>The (weighted) mean of values. Keras: <c>keras.metrics.Mean</c>.</summary>
public sealed class Mean : Metric
{
    /// <summary>The (weighted) mean of values.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public Mean(
        string name = "mean",
        string? dtype = null
    )
        : base(
            "Mean",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
