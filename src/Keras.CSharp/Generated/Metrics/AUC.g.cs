// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Area under the ROC or precision-recall curve. Keras: <c>keras.metrics.AUC</c>.</summary>
public sealed class AUC : Metric
{
    /// <summary>Area under the ROC or precision-recall curve.</summary>
    /// <param name="numThresholds">The number of thresholds.</param>
    /// <param name="curve"><c>ROC</c> or <c>PR</c>.</param>
    /// <param name="summationMethod"><c>interpolation</c>, <c>minoring</c> or <c>majoring</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="thresholds">The thresholds, between 0 and 1.</param>
    /// <param name="multiLabel">Whether labels are kept apart.</param>
    /// <param name="numLabels">The number of labels.</param>
    /// <param name="labelWeights">The weights of the labels.</param>
    /// <param name="fromLogits">Whether predictions are logits.</param>
    public AUC(
        int numThresholds = 200,
        string curve = "ROC",
        string summationMethod = "interpolation",
        string? name = null,
        string? dtype = null,
        Doubles? thresholds = null,
        bool multiLabel = false,
        int? numLabels = null,
        Doubles? labelWeights = null,
        bool fromLogits = false
    )
        : base(
            "AUC",
            new ConfigBuilder
            {
                { "num_thresholds", numThresholds },
                { "curve", curve },
                { "summation_method", summationMethod },
                { "name", name },
                { "dtype", dtype },
                { "thresholds", thresholds },
                { "multi_label", multiLabel },
                { "num_labels", numLabels },
                { "label_weights", labelWeights },
                { "from_logits", fromLogits },
            }
        ) { }
}
