// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Losses;

/// <summary>Square of the hinge loss. Keras: <c>keras.losses.SquaredHinge</c>.</summary>
public sealed class SquaredHinge : Loss
{
    /// <summary>Square of the hinge loss.</summary>
    /// <param name="reduction"><c>sum_over_batch_size</c>, <c>sum</c>, <c>mean</c>, <c>mean_with_sample_weight</c> or <c>none</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public SquaredHinge(
        string reduction = "sum_over_batch_size",
        string name = "squared_hinge",
        string? dtype = null
    )
        : base(
            "SquaredHinge",
            new ConfigBuilder
            {
                { "reduction", reduction },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
