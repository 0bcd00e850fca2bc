// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>The product of two inputs along axes. Keras: <c>keras.layers.Dot</c>.</summary>
public sealed class Dot : Layer
{
    /// <summary>The product of two inputs along axes.</summary>
    /// <param name="axes">The axes.</param>
    /// <param name="normalize">Whether the inputs are scaled to unit norm first.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Dot(
        Ints axes,
        bool normalize = false,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Dot",
            new ConfigBuilder
            {
                { "axes", axes },
                { "normalize", normalize },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Dot(FSharp.Layer core)
        : base(core) { }
}
