// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Mean intersection over union of all classes. Keras: <c>keras.metrics.MeanIoU</c>.</summary>
public sealed class MeanIoU : Metric
{
    /// <summary>Mean intersection over union of all classes.</summary>
    /// <param name="numClasses">The number of classes.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="ignoreClass">A class that does not count.</param>
    /// <param name="sparseYTrue">Whether targets are class numbers.</param>
    /// <param name="sparseYPred">Whether predictions are class numbers.</param>
    /// <param name="axis">The axis or axes.</param>
    public MeanIoU(
        int numClasses,
        string? name = null,
        string? dtype = null,
        int? ignoreClass = null,
        bool sparseYTrue = true,
        bool sparseYPred = true,
        int axis = -1
    )
        : base(
            "MeanIoU",
            new ConfigBuilder
            {
                { "num_classes", numClasses },
                { "name", name },
                { "dtype", dtype },
                { "ignore_class", ignoreClass },
                { "sparse_y_true", sparseYTrue },
                { "sparse_y_pred", sparseYPred },
                { "axis", axis },
            }
        ) { }
}
