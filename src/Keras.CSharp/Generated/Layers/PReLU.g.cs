// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable
using Keras.Constraints;
using Keras.Initializers;
using Keras.Regularizers;

namespace Keras.Layers;

/// <summary>A rectified linear unit whose slope below zero is trained. Keras: <c>keras.layers.PReLU</c>.</summary>
public sealed class PReLU : Layer
{
    /// <summary>A rectified linear unit whose slope below zero is trained.</summary>
    /// <param name="alphaInitializer">How <c>alpha</c> begins.</param>
    /// <param name="alphaRegularizer">A penalty on <c>alpha</c>.</param>
    /// <param name="alphaConstraint">A constraint on <c>alpha</c>.</param>
    /// <param name="sharedAxes">The axes that share a slope.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public PReLU(
        Initializer? alphaInitializer = null,
        Regularizer? alphaRegularizer = null,
        Constraint? alphaConstraint = null,
        Ints? sharedAxes = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "PReLU",
            new ConfigBuilder
            {
                { "alpha_initializer", alphaInitializer },
                { "alpha_regularizer", alphaRegularizer },
                { "alpha_constraint", alphaConstraint },
                { "shared_axes", sharedAxes },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal PReLU(FSharp.Layer core)
        : base(core) { }
}
