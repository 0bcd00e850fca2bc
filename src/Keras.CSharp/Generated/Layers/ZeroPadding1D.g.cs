// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Adds zeros around sequences. Keras: <c>keras.layers.ZeroPadding1D</c>.</summary>
public sealed class ZeroPadding1D : Layer
{
    /// <summary>Adds zeros around sequences.</summary>
    /// <param name="padding">What happens at the borders: <c>valid</c>, <c>same</c> or, for one axis, <c>causal</c>.</param>
    /// <param name="dataFormat"><c>channels_last</c> or <c>channels_first</c>; the setting by default.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public ZeroPadding1D(
        Borders? padding = null,
        string? dataFormat = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "ZeroPadding1D",
            new ConfigBuilder
            {
                { "padding", padding },
                { "data_format", dataFormat },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal ZeroPadding1D(FSharp.Layer core)
        : base(core) { }
}
