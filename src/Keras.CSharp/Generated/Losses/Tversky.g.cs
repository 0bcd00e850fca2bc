// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Losses;

/// <summary>Tversky loss of segmentations. Keras: <c>keras.losses.Tversky</c>.</summary>
public sealed class Tversky : Loss
{
    /// <summary>Tversky loss of segmentations.</summary>
    /// <param name="alpha">The factor, as the class uses it.</param>
    /// <param name="beta">The factor beta.</param>
    /// <param name="reduction"><c>sum_over_batch_size</c>, <c>sum</c>, <c>mean</c>, <c>mean_with_sample_weight</c> or <c>none</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="axis">The axis or axes.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public Tversky(
        double alpha = 0.5,
        double beta = 0.5,
        string reduction = "sum_over_batch_size",
        string name = "tversky",
        Ints? axis = null,
        string? dtype = null
    )
        : base(
            "Tversky",
            new ConfigBuilder
            {
                { "alpha", alpha },
                { "beta", beta },
                { "reduction", reduction },
                { "name", name },
                { "axis", axis },
                { "dtype", dtype },
            }
        ) { }
}
