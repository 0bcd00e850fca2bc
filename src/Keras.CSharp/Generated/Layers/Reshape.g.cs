// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Gives each sample another shape. Keras: <c>keras.layers.Reshape</c>.</summary>
public sealed class Reshape : Layer
{
    /// <summary>Gives each sample another shape.</summary>
    /// <param name="targetShape">The new shape; one size may be -1.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Reshape(
        Ints targetShape,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Reshape",
            new ConfigBuilder
            {
                { "target_shape", targetShape },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Reshape(FSharp.Layer core)
        : base(core) { }
}
