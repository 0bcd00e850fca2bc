// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Enlarges volumes by repeating or interpolating. Keras: <c>keras.layers.UpSampling3D</c>.</summary>
public sealed class UpSampling3D : Layer
{
    /// <summary>Enlarges volumes by repeating or interpolating.</summary>
    /// <param name="size">The factor of each axis.</param>
    /// <param name="dataFormat"><c>channels_last</c> or <c>channels_first</c>; the setting by default.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public UpSampling3D(
        Ints? size = null,
        string? dataFormat = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "UpSampling3D",
            new ConfigBuilder
            {
                { "size", size },
                { "data_format", dataFormat },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal UpSampling3D(FSharp.Layer core)
        : base(core) { }
}
