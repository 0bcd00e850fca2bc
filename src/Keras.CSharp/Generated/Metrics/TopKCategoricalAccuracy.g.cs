// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>How often the target, one-hot, is among the k largest predictions. Keras: <c>keras.metrics.TopKCategoricalAccuracy</c>.</summary>
public sealed class TopKCategoricalAccuracy : Metric
{
    /// <summary>How often the target, one-hot, is among the k largest predictions.</summary>
    /// <param name="k">How many predictions count.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public TopKCategoricalAccuracy(
        int k = 5,
        string name = "top_k_categorical_accuracy",
        string? dtype = null
    )
        : base(
            "TopKCategoricalAccuracy",
            new ConfigBuilder
            {
                { "k", k },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
