// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Hinge loss of several classes. Keras: <c>keras.metrics.CategoricalHinge</c>.</summary>
public sealed class CategoricalHinge : Metric
{
    /// <summary>Hinge loss of several classes.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public CategoricalHinge(
        string name = "categorical_hinge",
        string? dtype = null
    )
        : base(
            "CategoricalHinge",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
