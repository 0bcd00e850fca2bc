// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Losses;

/// <summary>Cross-entropy of two classes with more weight on hard samples. Keras: <c>keras.losses.BinaryFocalCrossentropy</c>.</summary>
public sealed class BinaryFocalCrossentropy : Loss
{
    /// <summary>Cross-entropy of two classes with more weight on hard samples.</summary>
    /// <param name="applyClassBalancing">Whether classes are balanced.</param>
    /// <param name="alpha">The factor, as the class uses it.</param>
    /// <param name="gamma">The focusing or scale parameter.</param>
    /// <param name="fromLogits">Whether predictions are logits.</param>
    /// <param name="labelSmoothing">How much labels are smoothed, between 0 and 1.</param>
    /// <param name="axis">The axis or axes.</param>
    /// <param name="reduction"><c>sum_over_batch_size</c>, <c>sum</c>, <c>mean</c>, <c>mean_with_sample_weight</c> or <c>none</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public BinaryFocalCrossentropy(
        bool applyClassBalancing = false,
        double alpha = 0.25,
        double gamma = 2,
        bool fromLogits = false,
        double labelSmoothing = 0,
        int axis = -1,
        string reduction = "sum_over_batch_size",
        string name = "binary_focal_crossentropy",
        string? dtype = null
    )
        : base(
            "BinaryFocalCrossentropy",
            new ConfigBuilder
            {
                { "apply_class_balancing", applyClassBalancing },
                { "alpha", alpha },
                { "gamma", gamma },
                { "from_logits", fromLogits },
                { "label_smoothing", labelSmoothing },
                { "axis", axis },
                { "reduction", reduction },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
