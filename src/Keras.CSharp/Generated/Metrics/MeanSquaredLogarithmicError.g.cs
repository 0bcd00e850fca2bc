// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Mean squared error of logarithms. Keras: <c>keras.metrics.MeanSquaredLogarithmicError</c>.</summary>
public sealed class MeanSquaredLogarithmicError : Metric
{
    /// <summary>Mean squared error of logarithms.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public MeanSquaredLogarithmicError(
        string name = "mean_squared_logarithmic_error",
        string? dtype = null
    )
        : base(
            "MeanSquaredLogarithmicError",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
