// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Enlarges sequences by repeating or interpolating. Keras: <c>keras.layers.UpSampling1D</c>.</summary>
public sealed class UpSampling1D : Layer
{
    /// <summary>Enlarges sequences by repeating or interpolating.</summary>
    /// <param name="size">The factor of each axis.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public UpSampling1D(
        Ints? size = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "UpSampling1D",
            new ConfigBuilder
            {
                { "size", size },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal UpSampling1D(FSharp.Layer core)
        : base(core) { }
}
