// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>The maximum of each window of sequences. Keras: <c>keras.layers.MaxPooling1D</c>.</summary>
public sealed class MaxPooling1D : Layer
{
    /// <summary>The maximum of each window of sequences.</summary>
    /// <param name="poolSize">The size of the window.</param>
    /// <param name="strides">The steps of the window; by default one, for pooling the size of the window.</param>
    /// <param name="padding">What happens at the borders: <c>valid</c>, <c>same</c> or, for one axis, <c>causal</c>.</param>
    /// <param name="dataFormat"><c>channels_last</c> or <c>channels_first</c>; the setting by default.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public MaxPooling1D(
        Ints? poolSize = null,
        Ints? strides = null,
        string padding = "valid",
        string? dataFormat = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "MaxPooling1D",
            new ConfigBuilder
            {
                { "pool_size", poolSize },
                { "strides", strides },
                { "padding", padding },
                { "data_format", dataFormat },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal MaxPooling1D(FSharp.Layer core)
        : base(core) { }
}
