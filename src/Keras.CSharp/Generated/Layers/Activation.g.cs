// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Applies an activation function. Keras: <c>keras.layers.Activation</c>.</summary>
public sealed class Activation : Layer
{
    /// <summary>Applies an activation function.</summary>
    /// <param name="activation">The activation function.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Activation(
        ActivationFunction activation,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Activation",
            new ConfigBuilder
            {
                { "activation", activation },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Activation(FSharp.Layer core)
        : base(core) { }
}
