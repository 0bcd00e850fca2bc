// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>The maximum of each channel of volumes. Keras: <c>keras.layers.GlobalMaxPooling3D</c>.</summary>
public sealed class GlobalMaxPooling3D : Layer
{
    /// <summary>The maximum of each channel of volumes.</summary>
    /// <param name="dataFormat"><c>channels_last</c> or <c>channels_first</c>; the setting by default.</param>
    /// <param name="keepdims">Whether the reduced axes stay, with size one.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public GlobalMaxPooling3D(
        string? dataFormat = null,
        bool keepdims = false,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "GlobalMaxPooling3D",
            new ConfigBuilder
            {
                { "data_format", dataFormat },
                { "keepdims", keepdims },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal GlobalMaxPooling3D(FSharp.Layer core)
        : base(core) { }
}
