// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Losses;

/// <summary>Cosine of the angle between target and prediction. Keras: <c>keras.losses.CosineSimilarity</c>.</summary>
public sealed class CosineSimilarity : Loss
{
    /// <summary>Cosine of the angle between target and prediction.</summary>
    /// <param name="axis">The axis or axes.</param>
    /// <param name="reduction"><c>sum_over_batch_size</c>, <c>sum</c>, <c>mean</c>, <c>mean_with_sample_weight</c> or <c>none</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public CosineSimilarity(
        int axis = -1,
        string reduction = "sum_over_batch_size",
        string name = "cosine_similarity",
        string? dtype = null
    )
        : base(
            "CosineSimilarity",
            new ConfigBuilder
            {
                { "axis", axis },
                { "reduction", reduction },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
