// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Kullback-Leibler divergence. Keras: <c>keras.metrics.KLDivergence</c>.</summary>
public sealed class KLDivergence : Metric
{
    /// <summary>Kullback-Leibler divergence.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public KLDivergence(
        string name = "kl_divergence",
        string? dtype = null
    )
        : base(
            "KLDivergence",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
