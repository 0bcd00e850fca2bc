// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Poisson loss. Keras: <c>keras.metrics.Poisson</c>.</summary>
public sealed class Poisson : Metric
{
    /// <summary>Poisson loss.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public Poisson(
        string name = "poisson",
        string? dtype = null
    )
        : base(
            "Poisson",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
