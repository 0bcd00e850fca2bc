// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>The best specificity where sensitivity is at least a given value. Keras: <c>keras.metrics.SpecificityAtSensitivity</c>.</summary>
public sealed class SpecificityAtSensitivity : Metric
{
    /// <summary>The best specificity where sensitivity is at least a given value.</summary>
    /// <param name="sensitivity">The sensitivity to hold.</param>
    /// <param name="numThresholds">The number of thresholds.</param>
    /// <param name="classId">The class that counts; all by default.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public SpecificityAtSensitivity(
        double sensitivity,
        int numThresholds = 200,
        int? classId = null,
        string? name = null,
        string? dtype = null
    )
        : base(
            "SpecificityAtSensitivity",
            new ConfigBuilder
            {
                { "sensitivity", sensitivity },
                { "num_thresholds", numThresholds },
                { "class_id", classId },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
