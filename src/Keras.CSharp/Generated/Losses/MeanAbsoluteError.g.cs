// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Losses;

/// <summary>Mean absolute error. Keras: <c>keras.losses.MeanAbsoluteError</c>.</summary>
public sealed class MeanAbsoluteError : Loss
{
    /// <summary>Mean absolute error.</summary>
    /// <param name="reduction"><c>sum_over_batch_size</c>, <c>sum</c>, <c>mean</c>, <c>mean_with_sample_weight</c> or <c>none</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public MeanAbsoluteError(
        string reduction = "sum_over_batch_size",
        string name = "mean_absolute_error",
        string? dtype = null
    )
        : base(
            "MeanAbsoluteError",
            new ConfigBuilder
            {
                { "reduction", reduction },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
