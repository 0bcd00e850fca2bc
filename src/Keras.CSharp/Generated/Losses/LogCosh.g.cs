// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Losses;

/// <summary>Logarithm of the hyperbolic cosine of the error. Keras: <c>keras.losses.LogCosh</c>.</summary>
public sealed class LogCosh : Loss
{
    /// <summary>Logarithm of the hyperbolic cosine of the error.</summary>
    /// <param name="reduction"><c>sum_over_batch_size</c>, <c>sum</c>, <c>mean</c>, <c>mean_with_sample_weight</c> or <c>none</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public LogCosh(
        string reduction = "sum_over_batch_size",
        string name = "log_cosh",
        string? dtype = null
    )
        : base(
            "LogCosh",
            new ConfigBuilder
            {
                { "reduction", reduction },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
