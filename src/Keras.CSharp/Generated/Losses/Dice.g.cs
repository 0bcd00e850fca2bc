// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Losses;

/// <summary>Dice loss of segmentations. Keras: <c>keras.losses.Dice</c>.</summary>
public sealed class Dice : Loss
{
    /// <summary>Dice loss of segmentations.</summary>
    /// <param name="reduction"><c>sum_over_batch_size</c>, <c>sum</c>, <c>mean</c>, <c>mean_with_sample_weight</c> or <c>none</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="axis">The axis or axes.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public Dice(
        string reduction = "sum_over_batch_size",
        string name = "dice",
        Ints? axis = null,
        string? dtype = null
    )
        : base(
            "Dice",
            new ConfigBuilder
            {
                { "reduction", reduction },
                { "name", name },
                { "axis", axis },
                { "dtype", dtype },
            }
        ) { }
}
