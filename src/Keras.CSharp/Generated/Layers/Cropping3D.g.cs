// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Cuts off the borders of volumes. Keras: <c>keras.layers.Cropping3D</c>.</summary>
public sealed class Cropping3D : Layer
{
    /// <summary>Cuts off the borders of volumes.</summary>
    /// <param name="cropping">What is cut off.</param>
    /// <param name="dataFormat"><c>channels_last</c> or <c>channels_first</c>; the setting by default.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Cropping3D(
        Borders? cropping = null,
        string? dataFormat = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Cropping3D",
            new ConfigBuilder
            {
                { "cropping", cropping },
                { "data_format", dataFormat },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Cropping3D(FSharp.Layer core)
        : base(core) { }
}
