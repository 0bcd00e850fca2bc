// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable
using Keras.Constraints;
using Keras.Initializers;
using Keras.Regularizers;

namespace Keras.Layers;

/// <summary>A dense layer whose product is an Einstein summation. Keras: <c>keras.layers.EinsumDense</c>.</summary>
public sealed class EinsumDense : Layer
{
    /// <summary>A dense layer whose product is an Einstein summation.</summary>
    /// <param name="equation">The equation, as <c>ab,bc-&gt;ac</c>.</param>
    /// <param name="outputShape">The shape of the output without the batch; -1 where it is not known.</param>
    /// <param name="activation">The activation function.</param>
    /// <param name="biasAxes">The axes of the bias, by their letters.</param>
    /// <param name="kernelInitializer">How <c>kernel</c> begins.</param>
    /// <param name="biasInitializer">How <c>bias</c> begins.</param>
    /// <param name="kernelRegularizer">A penalty on <c>kernel</c>.</param>
    /// <param name="biasRegularizer">A penalty on <c>bias</c>.</param>
    /// <param name="kernelConstraint">A constraint on <c>kernel</c>.</param>
    /// <param name="biasConstraint">A constraint on <c>bias</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public EinsumDense(
        string equation,
        Ints outputShape,
        ActivationFunction? activation = null,
        string? biasAxes = null,
        Initializer? kernelInitializer = null,
        Initializer? biasInitializer = null,
        Regularizer? kernelRegularizer = null,
        Regularizer? biasRegularizer = null,
        Constraint? kernelConstraint = null,
        Constraint? biasConstraint = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "EinsumDense",
            new ConfigBuilder
            {
                { "equation", equation },
                { "output_shape", outputShape },
                { "activation", activation },
                { "bias_axes", biasAxes },
                { "kernel_initializer", kernelInitializer },
                { "bias_initializer", biasInitializer },
                { "kernel_regularizer", kernelRegularizer },
                { "bias_regularizer", biasRegularizer },
                { "kernel_constraint", kernelConstraint },
                { "bias_constraint", biasConstraint },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal EinsumDense(FSharp.Layer core)
        : base(core) { }
}
