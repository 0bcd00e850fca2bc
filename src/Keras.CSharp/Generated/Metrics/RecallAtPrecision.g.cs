// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>The best recall where precision is at least a given value. Keras: <c>keras.metrics.RecallAtPrecision</c>.</summary>
public sealed class RecallAtPrecision : Metric
{
    /// <summary>The best recall where precision is at least a given value.</summary>
    /// <param name="precision">The precision to hold.</param>
    /// <param name="numThresholds">The number of thresholds.</param>
    /// <param name="classId">The class that counts; all by default.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public RecallAtPrecision(
        double precision,
        int numThresholds = 200,
        int? classId = null,
        string? name = null,
        string? dtype = null
    )
        : base(
            "RecallAtPrecision",
            new ConfigBuilder
            {
                { "precision", precision },
                { "num_thresholds", numThresholds },
                { "class_id", classId },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
