// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Losses;

/// <summary>Generalized cross-entropy, robust to wrong labels. Keras: <c>keras.losses.CategoricalGeneralizedCrossEntropy</c>.</summary>
public sealed class CategoricalGeneralizedCrossEntropy : Loss
{
    /// <summary>Generalized cross-entropy, robust to wrong labels.</summary>
    /// <param name="q">The exponent, between 0 and 1.</param>
    /// <param name="reduction"><c>sum_over_batch_size</c>, <c>sum</c>, <c>mean</c>, <c>mean_with_sample_weight</c> or <c>none</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public CategoricalGeneralizedCrossEntropy(
        double q = 0.5,
        string reduction = "sum_over_batch_size",
        string name = "categorical_generalized_cross_entropy",
        string? dtype = null
    )
        : base(
            "CategoricalGeneralizedCrossEntropy",
            new ConfigBuilder
            {
                { "q", q },
                { "reduction", reduction },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
