// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>max(1 - y·p, 0). Keras: <c>keras.metrics.Hinge</c>.</summary>
public sealed class Hinge : Metric
{
    /// <summary>max(1 - y·p, 0).</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public Hinge(
        string name = "hinge",
        string? dtype = null
    )
        : base(
            "Hinge",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
