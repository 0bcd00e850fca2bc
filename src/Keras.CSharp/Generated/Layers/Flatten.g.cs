// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Flattens all axes but the batch. Keras: <c>keras.layers.Flatten</c>.</summary>
public sealed class Flatten : Layer
{
    /// <summary>Flattens all axes but the batch.</summary>
    /// <param name="dataFormat"><c>channels_last</c> or <c>channels_first</c>; the setting by default.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Flatten(
        string? dataFormat = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Flatten",
            new ConfigBuilder
            {
                { "data_format", dataFormat },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Flatten(FSharp.Layer core)
        : base(core) { }
}
