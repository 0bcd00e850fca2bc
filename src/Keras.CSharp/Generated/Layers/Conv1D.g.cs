// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable
using Keras.Constraints;
using Keras.Initializers;
using Keras.Regularizers;

namespace Keras.Layers;

/// <summary>A convolution over sequences. Keras: <c>keras.layers.Conv1D</c>.</summary>
public sealed class Conv1D : Layer
{
    /// <summary>A convolution over sequences.</summary>
    /// <param name="filters">The number of output channels.</param>
    /// <param name="kernelSize">The size of the window.</param>
    /// <param name="strides">The steps of the window; by default one, for pooling the size of the window.</param>
    /// <param name="padding">What happens at the borders: <c>valid</c>, <c>same</c> or, for one axis, <c>causal</c>.</param>
    /// <param name="dataFormat"><c>channels_last</c> or <c>channels_first</c>; the setting by default.</param>
    /// <param name="dilationRate">The distance between the points of the window.</param>
    /// <param name="groups">The number of groups of channels.</param>
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
    public Conv1D(
        int filters,
        Ints kernelSize,
        Ints? strides = null,
        string padding = "valid",
        string? dataFormat = null,
        Ints? dilationRate = null,
        int groups = 1,
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
            "Conv1D",
            new ConfigBuilder
            {
                { "filters", filters },
                { "kernel_size", kernelSize },
                { "strides", strides },
                { "padding", padding },
                { "data_format", dataFormat },
                { "dilation_rate", dilationRate },
                { "groups", groups },
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

    internal Conv1D(FSharp.Layer core)
        : base(core) { }
}
