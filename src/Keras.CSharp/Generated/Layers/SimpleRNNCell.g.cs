// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable
using Keras.Constraints;
using Keras.Initializers;
using Keras.Regularizers;

namespace Keras.Layers;

/// <summary>One step of a fully connected recurrent network. Keras: <c>keras.layers.SimpleRNNCell</c>.</summary>
public sealed class SimpleRNNCell : Layer
{
    /// <summary>One step of a fully connected recurrent network.</summary>
    /// <param name="units">The number of outputs.</param>
    /// <param name="activation">The activation function.</param>
    /// <param name="useBias">Whether a bias is added.</param>
    /// <param name="kernelInitializer">How <c>kernel</c> begins.</param>
    /// <param name="recurrentInitializer">The initializer of the recurrent kernel.</param>
    /// <param name="biasInitializer">How <c>bias</c> begins.</param>
    /// <param name="kernelRegularizer">A penalty on <c>kernel</c>.</param>
    /// <param name="recurrentRegularizer">The penalty on the recurrent kernel.</param>
    /// <param name="biasRegularizer">A penalty on <c>bias</c>.</param>
    /// <param name="kernelConstraint">A constraint on <c>kernel</c>.</param>
    /// <param name="recurrentConstraint">The constraint on the recurrent kernel.</param>
    /// <param name="biasConstraint">A constraint on <c>bias</c>.</param>
    /// <param name="dropout">The part that is set to zero in training.</param>
    /// <param name="recurrentDropout">The part of the states that is set to zero in training.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public SimpleRNNCell(
        int units,
        ActivationFunction? activation = null,
        bool useBias = true,
        Initializer? kernelInitializer = null,
        Initializer? recurrentInitializer = null,
        Initializer? biasInitializer = null,
        Regularizer? kernelRegularizer = null,
        Regularizer? recurrentRegularizer = null,
        Regularizer? biasRegularizer = null,
        Constraint? kernelConstraint = null,
        Constraint? recurrentConstraint = null,
        Constraint? biasConstraint = null,
        double dropout = 0,
        double recurrentDropout = 0,
        int? seed = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "SimpleRNNCell",
            new ConfigBuilder
            {
                { "units", units },
                { "activation", activation },
                { "use_bias", useBias },
                { "kernel_initializer", kernelInitializer },
                { "recurrent_initializer", recurrentInitializer },
                { "bias_initializer", biasInitializer },
                { "kernel_regularizer", kernelRegularizer },
                { "recurrent_regularizer", recurrentRegularizer },
                { "bias_regularizer", biasRegularizer },
                { "kernel_constraint", kernelConstraint },
                { "recurrent_constraint", recurrentConstraint },
                { "bias_constraint", biasConstraint },
                { "dropout", dropout },
                { "recurrent_dropout", recurrentDropout },
                { "seed", seed },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal SimpleRNNCell(FSharp.Layer core)
        : base(core) { }
}
