// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Losses;

/// <summary>Cross-entropy of two classes. Keras: <c>keras.losses.BinaryCrossentropy</c>.</summary>
public sealed class BinaryCrossentropy : Loss
{
    /// <summary>Cross-entropy of two classes.</summary>
    /// <param name="fromLogits">Whether predictions are logits.</param>
    /// <param name="labelSmoothing">How much labels are smoothed, between 0 and 1.</param>
    /// <param name="axis">The axis or axes.</param>
    /// <param name="reduction"><c>sum_over_batch_size</c>, <c>sum</c>, <c>mean</c>, <c>mean_with_sample_weight</c> or <c>none</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public BinaryCrossentropy(
        bool fromLogits = false,
        double labelSmoothing = 0,
        int axis = -1,
        string reduction = "sum_over_batch_size",
        string name = "binary_crossentropy",
        string? dtype = null
    )
        : base(
            "BinaryCrossentropy",
            new ConfigBuilder
            {
                { "from_logits", fromLogits },
                { "label_smoothing", labelSmoothing },
                { "axis", axis },
                { "reduction", reduction },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
