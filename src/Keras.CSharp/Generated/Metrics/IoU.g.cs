// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Intersection over union of given classes. Keras: <c>keras.metrics.IoU</c>.</summary>
public sealed class IoU : Metric
{
    /// <summary>Intersection over union of given classes.</summary>
    /// <param name="numClasses">The number of classes.</param>
    /// <param name="targetClassIds">The classes that count.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="ignoreClass">A class that does not count.</param>
    /// <param name="sparseYTrue">Whether targets are class numbers.</param>
    /// <param name="sparseYPred">Whether predictions are class numbers.</param>
    /// <param name="axis">The axis or axes.</param>
    public IoU(
        int numClasses,
        Ints targetClassIds,
        string? name = null,
        string? dtype = null,
        int? ignoreClass = null,
        bool sparseYTrue = true,
        bool sparseYPred = true,
        int axis = -1
    )
        : base(
            "IoU",
            new ConfigBuilder
            {
                { "num_classes", numClasses },
                { "target_class_ids", targetClassIds },
                { "name", name },
                { "dtype", dtype },
                { "ignore_class", ignoreClass },
                { "sparse_y_true", sparseYTrue },
                { "sparse_y_pred", sparseYPred },
                { "axis", axis },
            }
        ) { }
}
