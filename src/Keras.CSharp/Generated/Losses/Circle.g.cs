// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Losses;

/// <summary>Circle loss for metric learning. Keras: <c>keras.losses.Circle</c>.</summary>
public sealed class Circle : Loss
{
    /// <summary>Circle loss for metric learning.</summary>
    /// <param name="gamma">The focusing or scale parameter.</param>
    /// <param name="margin">The margin.</param>
    /// <param name="removeDiagonal">Whether pairs of a sample with itself are left out.</param>
    /// <param name="reduction"><c>sum_over_batch_size</c>, <c>sum</c>, <c>mean</c>, <c>mean_with_sample_weight</c> or <c>none</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public Circle(
        double gamma = 80,
        double margin = 0.4,
        bool removeDiagonal = true,
        string reduction = "sum_over_batch_size",
        string name = "circle",
        string? dtype = null
    )
        : base(
            "Circle",
            new ConfigBuilder
            {
                { "gamma", gamma },
                { "margin", margin },
                { "remove_diagonal", removeDiagonal },
                { "reduction", reduction },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
