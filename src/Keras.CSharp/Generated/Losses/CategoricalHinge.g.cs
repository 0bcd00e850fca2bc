// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Losses;

/// <summary>Hinge loss of several classes. Keras: <c>keras.losses.CategoricalHinge</c>.</summary>
public sealed class CategoricalHinge : Loss
{
    /// <summary>Hinge loss of several classes.</summary>
    /// <param name="reduction"><c>sum_over_batch_size</c>, <c>sum</c>, <c>mean</c>, <c>mean_with_sample_weight</c> or <c>none</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public CategoricalHinge(
        string reduction = "sum_over_batch_size",
        string name = "categorical_hinge",
        string? dtype = null
    )
        : base(
            "CategoricalHinge",
            new ConfigBuilder
            {
                { "reduction", reduction },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
