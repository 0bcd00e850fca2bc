// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Losses;

/// <summary>max(1 - y·p, 0). Keras: <c>keras.losses.Hinge</c>.</summary>
public sealed class Hinge : Loss
{
    /// <summary>max(1 - y·p, 0).</summary>
    /// <param name="reduction"><c>sum_over_batch_size</c>, <c>sum</c>, <c>mean</c>, <c>mean_with_sample_weight</c> or <c>none</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public Hinge(
        string reduction = "sum_over_batch_size",
        string name = "hinge",
        string? dtype = null
    )
        : base(
            "Hinge",
            new ConfigBuilder
            {
                { "reduction", reduction },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
