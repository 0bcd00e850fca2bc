// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>The softmax function. Keras: <c>keras.layers.Softmax</c>.</summary>
public sealed class Softmax : Layer
{
    /// <summary>The softmax function.</summary>
    /// <param name="axis">The axis or axes.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Softmax(
        Ints? axis = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Softmax",
            new ConfigBuilder
            {
                { "axis", axis },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Softmax(FSharp.Layer core)
        : base(core) { }
}
