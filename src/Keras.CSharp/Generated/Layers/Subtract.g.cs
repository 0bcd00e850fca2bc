// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>The difference of two inputs. Keras: <c>keras.layers.Subtract</c>.</summary>
public sealed class Subtract : Layer
{
    /// <summary>The difference of two inputs.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Subtract(
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Subtract",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Subtract(FSharp.Layer core)
        : base(core) { }
}
