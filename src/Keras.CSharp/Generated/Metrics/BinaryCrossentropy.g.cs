// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Cross-entropy of two classes. Keras: <c>keras.metrics.BinaryCrossentropy</c>.</summary>
public sealed class BinaryCrossentropy : Metric
{
    /// <summary>Cross-entropy of two classes.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="fromLogits">Whether predictions are logits.</param>
    /// <param name="labelSmoothing">How much labels are smoothed, between 0 and 1.</param>
    public BinaryCrossentropy(
        string name = "binary_crossentropy",
        string? dtype = null,
        bool fromLogits = false,
        double labelSmoothing = 0
    )
        : base(
            "BinaryCrossentropy",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
                { "from_logits", fromLogits },
                { "label_smoothing", labelSmoothing },
            }
        ) { }
}
