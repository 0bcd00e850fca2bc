// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Additive attention over [query, value] or [query, value, key] (Bahdanau). Keras: <c>keras.layers.AdditiveAttention</c>.</summary>
public sealed class AdditiveAttention : Layer
{
    /// <summary>Additive attention over [query, value] or [query, value, key] (Bahdanau).</summary>
    /// <param name="useScale">Whether the scores are scaled by a weight.</param>
    /// <param name="dropout">The part that is set to zero in training.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public AdditiveAttention(
        bool useScale = true,
        double dropout = 0,
        int? seed = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "AdditiveAttention",
            new ConfigBuilder
            {
                { "use_scale", useScale },
                { "dropout", dropout },
                { "seed", seed },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal AdditiveAttention(FSharp.Layer core)
        : base(core) { }
}
