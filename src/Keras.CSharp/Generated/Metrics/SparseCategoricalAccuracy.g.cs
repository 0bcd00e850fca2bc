// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>How often the largest prediction is the target, a class number. Keras: <c>keras.metrics.SparseCategoricalAccuracy</c>.</summary>
public sealed class SparseCategoricalAccuracy : Metric
{
    /// <summary>How often the largest prediction is the target, a class number.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public SparseCategoricalAccuracy(
        string name = "sparse_categorical_accuracy",
        string? dtype = null
    )
        : base(
            "SparseCategoricalAccuracy",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
