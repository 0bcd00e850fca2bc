// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Joins its inputs along an axis. Keras: <c>keras.layers.Concatenate</c>.</summary>
public sealed class Concatenate : Layer
{
    /// <summary>Joins its inputs along an axis.</summary>
    /// <param name="axis">The axis or axes.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Concatenate(
        int axis = -1,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Concatenate",
            new ConfigBuilder
            {
                { "axis", axis },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Concatenate(FSharp.Layer core)
        : base(core) { }
}
