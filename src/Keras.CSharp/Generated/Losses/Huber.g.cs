// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Losses;

/// <summary>Squares for small errors, absolute values for large ones. Keras: <c>keras.losses.Huber</c>.</summary>
public sealed class Huber : Loss
{
    /// <summary>Squares for small errors, absolute values for large ones.</summary>
    /// <param name="delta">Where squares turn into absolute values.</param>
    /// <param name="reduction"><c>sum_over_batch_size</c>, <c>sum</c>, <c>mean</c>, <c>mean_with_sample_weight</c> or <c>none</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public Huber(
        double delta = 1,
        string reduction = "sum_over_batch_size",
        string name = "huber_loss",
        string? dtype = null
    )
        : base(
            "Huber",
            new ConfigBuilder
            {
                { "delta", delta },
                { "reduction", reduction },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
