// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Enlarges images by repeating or interpolating. Keras: <c>keras.layers.UpSampling2D</c>.</summary>
public sealed class UpSampling2D : Layer
{
    /// <summary>Enlarges images by repeating or interpolating.</summary>
    /// <param name="size">The factor of each axis.</param>
    /// <param name="dataFormat"><c>channels_last</c> or <c>channels_first</c>; the setting by default.</param>
    /// <param name="interpolation"><c>nearest</c>, <c>bilinear</c>, <c>bicubic</c>, <c>lanczos3</c> or <c>lanczos5</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public UpSampling2D(
        Ints? size = null,
        string? dataFormat = null,
        string interpolation = "nearest",
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "UpSampling2D",
            new ConfigBuilder
            {
                { "size", size },
                { "data_format", dataFormat },
                { "interpolation", interpolation },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal UpSampling2D(FSharp.Layer core)
        : base(core) { }
}
