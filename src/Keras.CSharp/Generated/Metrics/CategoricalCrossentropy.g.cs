// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Cross-entropy with one-hot targets. Keras: <c>keras.metrics.CategoricalCrossentropy</c>.</summary>
public sealed class CategoricalCrossentropy : Metric
{
    /// <summary>Cross-entropy with one-hot targets.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="fromLogits">Whether predictions are logits.</param>
    /// <param name="labelSmoothing">How much labels are smoothed, between 0 and 1.</param>
    /// <param name="axis">The axis or axes.</param>
    public CategoricalCrossentropy(
        string name = "categorical_crossentropy",
        string? dtype = null,
        bool fromLogits = false,
        double labelSmoothing = 0,
        int axis = -1
    )
        : base(
            "CategoricalCrossentropy",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
                { "from_logits", fromLogits },
                { "label_smoothing", labelSmoothing },
                { "axis", axis },
            }
        ) { }
}
