// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Mean intersection over union of all classes, one-hot. Keras: <c>keras.metrics.OneHotMeanIoU</c>.</summary>
public sealed class OneHotMeanIoU : Metric
{
    /// <summary>Mean intersection over union of all classes, one-hot.</summary>
    /// <param name="numClasses">The number of classes.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="ignoreClass">A class that does not count.</param>
    /// <param name="sparseYPred">Whether predictions are class numbers.</param>
    /// <param name="axis">The axis or axes.</param>
    public OneHotMeanIoU(
        int numClasses,
        string? name = null,
        string? dtype = null,
        int? ignoreClass = null,
        bool sparseYPred = false,
        int axis = -1
    )
        : base(
            "OneHotMeanIoU",
            new ConfigBuilder
            {
                { "num_classes", numClasses },
                { "name", name },
                { "dtype", dtype },
                { "ignore_class", ignoreClass },
                { "sparse_y_pred", sparseYPred },
                { "axis", axis },
            }
        ) { }
}
