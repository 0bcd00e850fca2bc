// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Losses;

/// <summary>Poisson loss. Keras: <c>keras.losses.Poisson</c>.</summary>
public sealed class Poisson : Loss
{
    /// <summary>Poisson loss.</summary>
    /// <param name="reduction"><c>sum_over_batch_size</c>, <c>sum</c>, <c>mean</c>, <c>mean_with_sample_weight</c> or <c>none</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public Poisson(
        string reduction = "sum_over_batch_size",
        string name = "poisson",
        string? dtype = null
    )
        : base(
            "Poisson",
            new ConfigBuilder
            {
                { "reduction", reduction },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
