// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Intersection over union of two classes. Keras: <c>keras.metrics.BinaryIoU</c>.</summary>
public sealed class BinaryIoU : Metric
{
    /// <summary>Intersection over union of two classes.</summary>
    /// <param name="targetClassIds">The classes that count.</param>
    /// <param name="threshold">The threshold.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public BinaryIoU(
        Ints? targetClassIds = null,
        double threshold = 0.5,
        string? name = null,
        string? dtype = null
    )
        : base(
            "BinaryIoU",
            new ConfigBuilder
            {
                { "target_class_ids", targetClassIds },
                { "threshold", threshold },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
