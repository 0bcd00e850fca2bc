// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Losses;

/// <summary>Kullback-Leibler divergence. Keras: <c>keras.losses.KLDivergence</c>.</summary>
public sealed class KLDivergence : Loss
{
    /// <summary>Kullback-Leibler divergence.</summary>
    /// <param name="reduction"><c>sum_over_batch_size</c>, <c>sum</c>, <c>mean</c>, <c>mean_with_sample_weight</c> or <c>none</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public KLDivergence(
        string reduction = "sum_over_batch_size",
        string name = "kl_divergence",
        string? dtype = null
    )
        : base(
            "KLDivergence",
            new ConfigBuilder
            {
                { "reduction", reduction },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
