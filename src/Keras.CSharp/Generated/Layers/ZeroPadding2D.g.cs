// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Adds zeros around images. Keras: <c>keras.layers.ZeroPadding2D</c>.</summary>
public sealed class ZeroPadding2D : Layer
{
    /// <summary>Adds zeros around images.</summary>
    /// <param name="padding">What happens at the borders: <c>valid</c>, <c>same</c> or, for one axis, <c>causal</c>.</param>
    /// <param name="dataFormat"><c>channels_last</c> or <c>channels_first</c>; the setting by default.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public ZeroPadding2D(
        Borders? padding = null,
        string? dataFormat = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "ZeroPadding2D",
            new ConfigBuilder
            {
                { "padding", padding },
                { "data_format", dataFormat },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal ZeroPadding2D(FSharp.Layer core)
        : base(core) { }
}
