// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Root of the mean squared error. Keras: <c>keras.metrics.RootMeanSquaredError</c>.</summary>
public sealed class RootMeanSquaredError : Metric
{
    /// <summary>Root of the mean squared error.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public RootMeanSquaredError(
        string name = "root_mean_squared_error",
        string? dtype = null
    )
        : base(
            "RootMeanSquaredError",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
