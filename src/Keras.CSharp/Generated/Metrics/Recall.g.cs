// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>True positives over all positives. Keras: <c>keras.metrics.Recall</c>.</summary>
public sealed class Recall : Metric
{
    /// <summary>True positives over all positives.</summary>
    /// <param name="thresholds">The thresholds, between 0 and 1.</param>
    /// <param name="topK">Count only the k largest predictions.</param>
    /// <param name="classId">The class that counts; all by default.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public Recall(
        Doubles? thresholds = null,
        int? topK = null,
        int? classId = null,
        string? name = null,
        string? dtype = null
    )
        : base(
            "Recall",
            new ConfigBuilder
            {
                { "thresholds", thresholds },
                { "top_k", topK },
                { "class_id", classId },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
