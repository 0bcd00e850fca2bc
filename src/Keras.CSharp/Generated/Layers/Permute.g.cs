// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Permutes the axes of each sample. Keras: <c>keras.layers.Permute</c>.</summary>
public sealed class Permute : Layer
{
    /// <summary>Permutes the axes of each sample.</summary>
    /// <param name="dims">The new order of the axes, counted from 1.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Permute(
        Ints dims,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Permute",
            new ConfigBuilder
            {
                { "dims", dims },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Permute(FSharp.Layer core)
        : base(core) { }
}
