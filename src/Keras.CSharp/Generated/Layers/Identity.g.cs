// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Gives its input back. Keras: <c>keras.layers.Identity</c>.</summary>
public sealed class Identity : Layer
{
    /// <summary>Gives its input back.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Identity(
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Identity",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Identity(FSharp.Layer core)
        : base(core) { }
}
