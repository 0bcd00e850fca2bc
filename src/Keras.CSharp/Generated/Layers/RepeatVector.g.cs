// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Repeats each sample along a new axis. Keras: <c>keras.layers.RepeatVector</c>.</summary>
public sealed class RepeatVector : Layer
{
    /// <summary>Repeats each sample along a new axis.</summary>
    /// <param name="n">How often.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public RepeatVector(
        int n,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "RepeatVector",
            new ConfigBuilder
            {
                { "n", n },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal RepeatVector(FSharp.Layer core)
        : base(core) { }
}
