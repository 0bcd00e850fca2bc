// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>The larger of its inputs, element by element. Keras: <c>keras.layers.Maximum</c>.</summary>
public sealed class Maximum : Layer
{
    /// <summary>The larger of its inputs, element by element.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Maximum(
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Maximum",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Maximum(FSharp.Layer core)
        : base(core) { }
}
