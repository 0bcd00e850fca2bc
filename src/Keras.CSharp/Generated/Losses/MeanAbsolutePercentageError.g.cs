// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Losses;

/// <summary>Mean absolute error in percent of the target. Keras: <c>keras.losses.MeanAbsolutePercentageError</c>.</summary>
public sealed class MeanAbsolutePercentageError : Loss
{
    /// <summary>Mean absolute error in percent of the target.</summary>
    /// <param name="reduction"><c>sum_over_batch_size</c>, <c>sum</c>, <c>mean</c>, <c>mean_with_sample_weight</c> or <c>none</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public MeanAbsolutePercentageError(
        string reduction = "sum_over_batch_size",
        string name = "mean_absolute_percentage_error",
        string? dtype = null
    )
        : base(
            "MeanAbsolutePercentageError",
            new ConfigBuilder
            {
                { "reduction", reduction },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
