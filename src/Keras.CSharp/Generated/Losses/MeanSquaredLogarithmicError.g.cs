// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Losses;

/// <summary>Mean squared error of logarithms. Keras: <c>keras.losses.MeanSquaredLogarithmicError</c>.</summary>
public sealed class MeanSquaredLogarithmicError : Loss
{
    /// <summary>Mean squared error of logarithms.</summary>
    /// <param name="reduction"><c>sum_over_batch_size</c>, <c>sum</c>, <c>mean</c>, <c>mean_with_sample_weight</c> or <c>none</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public MeanSquaredLogarithmicError(
        string reduction = "sum_over_batch_size",
        string name = "mean_squared_logarithmic_error",
        string? dtype = null
    )
        : base(
            "MeanSquaredLogarithmicError",
            new ConfigBuilder
            {
                { "reduction", reduction },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
