// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Divides by the root mean square of the features. Keras: <c>keras.layers.RMSNormalization</c>.</summary>
public sealed class RMSNormalization : Layer
{
    /// <summary>Divides by the root mean square of the features.</summary>
    /// <param name="axis">The axis or axes.</param>
    /// <param name="epsilon">A small number that avoids division by zero.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public RMSNormalization(
        Ints? axis = null,
        double epsilon = 1E-06,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "RMSNormalization",
            new ConfigBuilder
            {
                { "axis", axis },
                { "epsilon", epsilon },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal RMSNormalization(FSharp.Layer core)
        : base(core) { }
}
