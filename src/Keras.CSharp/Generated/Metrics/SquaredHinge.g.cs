// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Square of the hinge loss. Keras: <c>keras.metrics.SquaredHinge</c>.</summary>
public sealed class SquaredHinge : Metric
{
    /// <summary>Square of the hinge loss.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public SquaredHinge(
        string name = "squared_hinge",
        string? dtype = null
    )
        : base(
            "SquaredHinge",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
