// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Losses;

/// <summary>Cross-entropy with class numbers as targets. Keras: <c>keras.losses.SparseCategoricalCrossentropy</c>.</summary>
public sealed class SparseCategoricalCrossentropy : Loss
{
    /// <summary>Cross-entropy with class numbers as targets.</summary>
    /// <param name="fromLogits">Whether predictions are logits.</param>
    /// <param name="ignoreClass">A class that does not count.</param>
    /// <param name="reduction"><c>sum_over_batch_size</c>, <c>sum</c>, <c>mean</c>, <c>mean_with_sample_weight</c> or <c>none</c>.</param>
    /// <param name="axis">The axis or axes.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public SparseCategoricalCrossentropy(
        bool fromLogits = false,
        int? ignoreClass = null,
        string reduction = "sum_over_batch_size",
        int axis = -1,
        string name = "sparse_categorical_crossentropy",
        string? dtype = null
    )
        : base(
            "SparseCategoricalCrossentropy",
            new ConfigBuilder
            {
                { "from_logits", fromLogits },
                { "ignore_class", ignoreClass },
                { "reduction", reduction },
                { "axis", axis },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
