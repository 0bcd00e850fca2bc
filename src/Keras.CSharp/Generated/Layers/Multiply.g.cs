// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>The product of its inputs. Keras: <c>keras.layers.Multiply</c>.</summary>
public sealed class Multiply : Layer
{
    /// <summary>The product of its inputs.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Multiply(
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Multiply",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Multiply(FSharp.Layer core)
        : base(core) { }
}
