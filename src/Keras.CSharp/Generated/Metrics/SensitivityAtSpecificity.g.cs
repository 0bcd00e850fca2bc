// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>The best sensitivity where specificity is at least a given value. Keras: <c>keras.metrics.SensitivityAtSpecificity</c>.</summary>
public sealed class SensitivityAtSpecificity : Metric
{
    /// <summary>The best sensitivity where specificity is at least a given value.</summary>
    /// <param name="specificity">The specificity to hold.</param>
    /// <param name="numThresholds">The number of thresholds.</param>
    /// <param name="classId">The class that counts; all by default.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public SensitivityAtSpecificity(
        double specificity,
        int numThresholds = 200,
        int? classId = null,
        string? name = null,
        string? dtype = null
    )
        : base(
            "SensitivityAtSpecificity",
            new ConfigBuilder
            {
                { "specificity", specificity },
                { "num_thresholds", numThresholds },
                { "class_id", classId },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
