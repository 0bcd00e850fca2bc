// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>How often the largest prediction is the target, one-hot. Keras: <c>keras.metrics.CategoricalAccuracy</c>.</summary>
public sealed class CategoricalAccuracy : Metric
{
    /// <summary>How often the largest prediction is the target, one-hot.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public CategoricalAccuracy(
        string name = "categorical_accuracy",
        string? dtype = null
    )
        : base(
            "CategoricalAccuracy",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
