// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Dot product attention over [query, value] or [query, value, key] (Luong). Keras: <c>keras.layers.Attention</c>.</summary>
public sealed class Attention : Layer
{
    /// <summary>Dot product attention over [query, value] or [query, value, key] (Luong).</summary>
    /// <param name="useScale">Whether the scores are scaled by a weight.</param>
    /// <param name="scoreMode">How scores are computed: dot or concat.</param>
    /// <param name="dropout">The part that is set to zero in training.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Attention(
        bool useScale = false,
        string scoreMode = "dot",
        double dropout = 0,
        int? seed = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Attention",
            new ConfigBuilder
            {
                { "use_scale", useScale },
                { "score_mode", scoreMode },
                { "dropout", dropout },
                { "seed", seed },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Attention(FSharp.Layer core)
        : base(core) { }
}
