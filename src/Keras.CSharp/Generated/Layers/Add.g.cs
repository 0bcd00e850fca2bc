// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>The sum of its inputs. Keras: <c>keras.layers.Add</c>.</summary>
public sealed class Add : Layer
{
    /// <summary>The sum of its inputs.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Add(
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Add",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Add(FSharp.Layer core)
        : base(core) { }
}
