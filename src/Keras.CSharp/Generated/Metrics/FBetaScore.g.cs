// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Weighted harmonic mean of precision and recall. Keras: <c>keras.metrics.FBetaScore</c>.</summary>
public sealed class FBetaScore : Metric
{
    /// <summary>Weighted harmonic mean of precision and recall.</summary>
    /// <param name="average"><c>micro</c>, <c>macro</c>, <c>weighted</c> or null.</param>
    /// <param name="beta">The factor beta.</param>
    /// <param name="threshold">The threshold.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public FBetaScore(
        string? average = null,
        double beta = 1,
        double? threshold = null,
        string name = "fbeta_score",
        string? dtype = null
    )
        : base(
            "FBetaScore",
            new ConfigBuilder
            {
                { "average", average },
                { "beta", beta },
                { "threshold", threshold },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
