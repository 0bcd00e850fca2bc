// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Cross-entropy with class numbers as targets. Keras: <c>keras.metrics.SparseCategoricalCrossentropy</c>.</summary>
public sealed class SparseCategoricalCrossentropy : Metric
{
    /// <summary>Cross-entropy with class numbers as targets.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="fromLogits">Whether predictions are logits.</param>
    /// <param name="ignoreClass">A class that does not count.</param>
    /// <param name="axis">The axis or axes.</param>
    public SparseCategoricalCrossentropy(
        string name = "sparse_categorical_crossentropy",
        string? dtype = null,
        bool fromLogits = false,
        int? ignoreClass = null,
        int axis = -1
    )
        : base(
            "SparseCategoricalCrossentropy",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
                { "from_logits", fromLogits },
                { "ignore_class", ignoreClass },
                { "axis", axis },
            }
        ) { }
}
