// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Cosine of the angle between target and prediction. Keras: <c>keras.metrics.CosineSimilarity</c>.</summary>
public sealed class CosineSimilarity : Metric
{
    /// <summary>Cosine of the angle between target and prediction.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="axis">The axis or axes.</param>
    public CosineSimilarity(
        string name = "cosine_similarity",
        string? dtype = null,
        int axis = -1
    )
        : base(
            "CosineSimilarity",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
                { "axis", axis },
            }
        ) { }
}
