// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>The best precision where recall is at least a given value. Keras: <c>keras.metrics.PrecisionAtRecall</c>.</summary>
public sealed class PrecisionAtRecall : Metric
{
    /// <summary>The best precision where recall is at least a given value.</summary>
    /// <param name="recall">The recall to hold.</param>
    /// <param name="numThresholds">The number of thresholds.</param>
    /// <param name="classId">The class that counts; all by default.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public PrecisionAtRecall(
        double recall,
        int numThresholds = 200,
        int? classId = null,
        string? name = null,
        string? dtype = null
    )
        : base(
            "PrecisionAtRecall",
            new ConfigBuilder
            {
                { "recall", recall },
                { "num_thresholds", numThresholds },
                { "class_id", classId },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
