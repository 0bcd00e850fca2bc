// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>Coefficient of determination. Keras: <c>keras.metrics.R2Score</c>.</summary>
public sealed class R2Score : Metric
{
    /// <summary>Coefficient of determination.</summary>
    /// <param name="classAggregation">How outputs are put together.</param>
    /// <param name="numRegressors">The number of regressors of the adjusted score.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public R2Score(
        string classAggregation = "uniform_average",
        int numRegressors = 0,
        string name = "r2_score",
        string? dtype = null
    )
        : base(
            "R2Score",
            new ConfigBuilder
            {
                { "class_aggregation", classAggregation },
                { "num_regressors", numRegressors },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
