// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Harmonic mean of precision and recall. Keras: <c>keras.metrics.F1Score</c>.</summary>
public sealed class F1Score : Metric
{
    /// <summary>Harmonic mean of precision and recall.</summary>
    /// <param name="average"><c>micro</c>, <c>macro</c>, <c>weighted</c> or null.</param>
    /// <param name="threshold">The threshold.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public F1Score(
        string? average = null,
        double? threshold = null,
        string name = "f1_score",
        string? dtype = null
    )
        : base(
            "F1Score",
            new ConfigBuilder
            {
                { "average", average },
                { "threshold", threshold },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
