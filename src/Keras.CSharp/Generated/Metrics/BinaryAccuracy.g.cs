// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>How often thresholded predictions equal targets. Keras: <c>keras.metrics.BinaryAccuracy</c>.</summary>
public sealed class BinaryAccuracy : Metric
{
    /// <summary>How often thresholded predictions equal targets.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="threshold">The threshold.</param>
    public BinaryAccuracy(
        string name = "binary_accuracy",
        string? dtype = null,
        double threshold = 0.5
    )
        : base(
            "BinaryAccuracy",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
                { "threshold", threshold },
            }
        ) { }
}
