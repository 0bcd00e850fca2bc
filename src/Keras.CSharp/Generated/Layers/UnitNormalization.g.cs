// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Scales to unit norm. Keras: <c>keras.layers.UnitNormalization</c>.</summary>
public sealed class UnitNormalization : Layer
{
    /// <summary>Scales to unit norm.</summary>
    /// <param name="axis">The axis or axes.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public UnitNormalization(
        Ints? axis = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "UnitNormalization",
            new ConfigBuilder
            {
                { "axis", axis },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal UnitNormalization(FSharp.Layer core)
        : base(core) { }
}
