// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Cuts off the borders of images. Keras: <c>keras.layers.Cropping2D</c>.</summary>
public sealed class Cropping2D : Layer
{
    /// <summary>Cuts off the borders of images.</summary>
    /// <param name="cropping">What is cut off.</param>
    /// <param name="dataFormat"><c>channels_last</c> or <c>channels_first</c>; the setting by default.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Cropping2D(
        Borders? cropping = null,
        string? dataFormat = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Cropping2D",
            new ConfigBuilder
            {
                { "cropping", cropping },
                { "data_format", dataFormat },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Cropping2D(FSharp.Layer core)
        : base(core) { }
}
