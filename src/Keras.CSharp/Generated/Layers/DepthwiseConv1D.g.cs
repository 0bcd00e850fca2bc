// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable
using Keras.Constraints;
using Keras.Initializers;
using Keras.Regularizers;

namespace Keras.Layers;

/// <summary>A convolution over sequences with filters of its own for each channel. Keras: <c>keras.layers.DepthwiseConv1D</c>.</summary>
public sealed class DepthwiseConv1D : Layer
{
    /// <summary>A convolution over sequences with filters of its own for each channel.</summary>
    /// <param name="kernelSize">The size of the window.</param>
    /// <param name="strides">The steps of the window; by default one, for pooling the size of the window.</param>
    /// <param name="padding">What happens at the borders: <c>valid</c>, <c>same</c> or, for one axis, <c>causal</c>.</param>
    /// <param name="depthMultiplier">Output channels for each input channel.</param>
    /// <param name="dataFormat"><c>channels_last</c> or <c>channels_first</c>; the setting by default.</param>
    /// <param name="dilationRate">The distance between the points of the window.</param>
    /// <param name="activation">The activation function.</param>
    /// <param name="useBias">Whether a bias is added.</param>
    /// <param name="depthwiseInitializer">How <c>depthwise</c> begins.</param>
    /// <param name="biasInitializer">How <c>bias</c> begins.</param>
    /// <param name="depthwiseRegularizer">A penalty on <c>depthwise</c>.</param>
    /// <param name="biasRegularizer">A penalty on <c>bias</c>.</param>
    /// <param name="activityRegularizer">A penalty on the output.</param>
    /// <param name="depthwiseConstraint">A constraint on <c>depthwise</c>.</param>
    /// <param name="biasConstraint">A constraint on <c>bias</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public DepthwiseConv1D(
        Ints kernelSize,
        Ints? strides = null,
        string padding = "valid",
        int depthMultiplier = 1,
        string? dataFormat = null,
        Ints? dilationRate = null,
        ActivationFunction? activation = null,
        bool useBias = true,
        Initializer? depthwiseInitializer = null,
        Initializer? biasInitializer = null,
        Regularizer? depthwiseRegularizer = null,
        Regularizer? biasRegularizer = null,
        Regularizer? activityRegularizer = null,
        Constraint? depthwiseConstraint = null,
        Constraint? biasConstraint = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "DepthwiseConv1D",
            new ConfigBuilder
            {
                { "kernel_size", kernelSize },
                { "strides", strides },
                { "padding", padding },
                { "depth_multiplier", depthMultiplier },
                { "data_format", dataFormat },
                { "dilation_rate", dilationRate },
                { "activation", activation },
                { "use_bias", useBias },
                { "depthwise_initializer", depthwiseInitializer },
                { "bias_initializer", biasInitializer },
                { "depthwise_regularizer", depthwiseRegularizer },
                { "bias_regularizer", biasRegularizer },
                { "activity_regularizer", activityRegularizer },
                { "depthwise_constraint", depthwiseConstraint },
                { "bias_constraint", biasConstraint },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal DepthwiseConv1D(FSharp.Layer core)
        : base(core) { }
}
