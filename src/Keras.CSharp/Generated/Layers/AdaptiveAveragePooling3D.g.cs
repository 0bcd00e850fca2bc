// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>The mean of windows of volumes, sized for an output of a given size. Keras: <c>keras.layers.AdaptiveAveragePooling3D</c>.</summary>
public sealed class AdaptiveAveragePooling3D : Layer
{
    /// <summary>The mean of windows of volumes, sized for an output of a given size.</summary>
    /// <param name="outputSize">The size of the output.</param>
    /// <param name="dataFormat"><c>channels_last</c> or <c>channels_first</c>; the setting by default.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public AdaptiveAveragePooling3D(
        Ints outputSize,
        string? dataFormat = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "AdaptiveAveragePooling3D",
            new ConfigBuilder
            {
                { "output_size", outputSize },
                { "data_format", dataFormat },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal AdaptiveAveragePooling3D(FSharp.Layer core)
        : base(core) { }
}
