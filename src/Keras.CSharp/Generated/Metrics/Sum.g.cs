// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>The (weighted) sum of values. Keras: <c>keras.metrics.Sum</c>.</summary>
public sealed class Sum : Metric
{
    /// <summary>The (weighted) sum of values.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public Sum(
        string name = "sum",
        string? dtype = null
    )
        : base(
            "Sum",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
