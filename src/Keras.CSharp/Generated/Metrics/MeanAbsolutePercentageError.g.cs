// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Mean absolute error in percent of the target. Keras: <c>keras.metrics.MeanAbsolutePercentageError</c>.</summary>
public sealed class MeanAbsolutePercentageError : Metric
{
    /// <summary>Mean absolute error in percent of the target.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public MeanAbsolutePercentageError(
        string name = "mean_absolute_percentage_error",
        string? dtype = null
    )
        : base(
            "MeanAbsolutePercentageError",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
