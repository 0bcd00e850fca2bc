// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Logarithm of the hyperbolic cosine of the error. Keras: <c>keras.metrics.LogCoshError</c>.</summary>
public sealed class LogCoshError : Metric
{
    /// <summary>Logarithm of the hyperbolic cosine of the error.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public LogCoshError(
        string name = "logcosh",
        string? dtype = null
    )
        : base(
            "LogCoshError",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
