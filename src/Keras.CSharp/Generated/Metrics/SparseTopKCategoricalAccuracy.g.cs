// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>How often the target, a class number, is among the k largest predictions. Keras: <c>keras.metrics.SparseTopKCategoricalAccuracy</c>.</summary>
public sealed class SparseTopKCategoricalAccuracy : Metric
{
    /// <summary>How often the target, a class number, is among the k largest predictions.</summary>
    /// <param name="k">How many predictions count.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="fromSortedIds">Whether predictions are class numbers in order.</param>
    public SparseTopKCategoricalAccuracy(
        int k = 5,
        string name = "sparse_top_k_categorical_accuracy",
        string? dtype = null,
        bool fromSortedIds = false
    )
        : base(
            "SparseTopKCategoricalAccuracy",
            new ConfigBuilder
            {
                { "k", k },
                { "name", name },
                { "dtype", dtype },
                { "from_sorted_ids", fromSortedIds },
            }
        ) { }
}
