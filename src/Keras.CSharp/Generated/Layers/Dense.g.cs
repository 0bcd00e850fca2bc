// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable
using Keras.Constraints;
using Keras.Initializers;
using Keras.Regularizers;

namespace Keras.Layers;

/// <summary>A fully connected layer: activation(x · kernel + bias). Keras: <c>keras.layers.Dense</c>.</summary>
public sealed class Dense : Layer
{
    /// <summary>A fully connected layer: activation(x · kernel + bias).</summary>
    /// <param name="units">The number of outputs.</param>
    /// <param name="activation">The activation function.</param>
    /// <param name="useBias">Whether a bias is added.</param>
    /// <param name="kernelInitializer">How <c>kernel</c> begins.</param>
    /// <param name="biasInitializer">How <c>bias</c> begins.</param>
    /// <param name="kernelRegularizer">A penalty on <c>kernel</c>.</param>
    /// <param name="biasRegularizer">A penalty on <c>bias</c>.</param>
    /// <param name="activityRegularizer">A penalty on the output.</param>
    /// <param name="kernelConstraint">A constraint on <c>kernel</c>.</param>
    /// <param name="biasConstraint">A constraint on <c>bias</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Dense(
        int units,
        ActivationFunction? activation = null,
        bool useBias = true,
        Initializer? kernelInitializer = null,
        Initializer? biasInitializer = null,
        Regularizer? kernelRegularizer = null,
        Regularizer? biasRegularizer = null,
        Regularizer? activityRegularizer = null,
        Constraint? kernelConstraint = null,
        Constraint? biasConstraint = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Dense",
            new ConfigBuilder
            {
                { "units", units },
                { "activation", activation },
                { "use_bias", useBias },
                { "kernel_initializer", kernelInitializer },
                { "bias_initializer", biasInitializer },
                { "kernel_regularizer", kernelRegularizer },
                { "bias_regularizer", biasRegularizer },
                { "activity_regularizer", activityRegularizer },
                { "kernel_constraint", kernelConstraint },
                { "bias_constraint", biasConstraint },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Dense(FSharp.Layer core)
        : base(core) { }
}
