// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Cuts off the borders of sequences. Keras: <c>keras.layers.Cropping1D</c>.</summary>
public sealed class Cropping1D : Layer
{
    /// <summary>Cuts off the borders of sequences.</summary>
    /// <param name="cropping">What is cut off.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Cropping1D(
        Borders? cropping = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Cropping1D",
            new ConfigBuilder
            {
                { "cropping", cropping },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Cropping1D(FSharp.Layer core)
        : base(core) { }
}
