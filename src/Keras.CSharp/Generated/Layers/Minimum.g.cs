// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>The smaller of its inputs, element by element. Keras: <c>keras.layers.Minimum</c>.</summary>
public sealed class Minimum : Layer
{
    /// <summary>The smaller of its inputs, element by element.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Minimum(
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Minimum",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Minimum(FSharp.Layer core)
        : base(core) { }
}
