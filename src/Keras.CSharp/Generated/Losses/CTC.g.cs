// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Losses;

/// <summary>Connectionist temporal classification. Keras: <c>keras.losses.CTC</c>.</summary>
public sealed class CTC : Loss
{
    /// <summary>Connectionist temporal classification.</summary>
    /// <param name="reduction"><c>sum_over_batch_size</c>, <c>sum</c>, <c>mean</c>, <c>mean_with_sample_weight</c> or <c>none</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public CTC(
        string reduction = "sum_over_batch_size",
        string name = "ctc",
        string? dtype = null
    )
        : base(
            "CTC",
            new ConfigBuilder
            {
                { "reduction", reduction },
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
