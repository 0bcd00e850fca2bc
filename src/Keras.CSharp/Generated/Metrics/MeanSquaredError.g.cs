// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Mean squared error. Keras: <c>keras.metrics.MeanSquaredError</c>.</summary>
public sealed class MeanSquaredError : Metric
{
    /// <summary>Mean squared error.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public MeanSquaredError(
        string name = "mean_squared_error",
        string? dtype = null
    )
        : base(
            "MeanSquaredError",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
