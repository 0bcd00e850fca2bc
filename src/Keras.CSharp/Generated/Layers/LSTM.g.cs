// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable
using Keras.Constraints;
using Keras.Initializers;
using Keras.Regularizers;

namespace Keras.Layers;

/// <summary>Long short-term memory (Hochreiter and Schmidhuber, 1997). Keras: <c>keras.layers.LSTM</c>.</summary>
public sealed class LSTM : Layer
{
    /// <summary>Long short-term memory (Hochreiter and Schmidhuber, 1997).</summary>
    /// <param name="units">The number of outputs.</param>
    /// <param name="activation">The activation function.</param>
    /// <param name="recurrentActivation">The activation of the gates.</param>
    /// <param name="useBias">Whether a bias is added.</param>
    /// <param name="kernelInitializer">How <c>kernel</c> begins.</param>
    /// <param name="recurrentInitializer">The initializer of the recurrent kernel.</param>
    /// <param name="biasInitializer">How <c>bias</c> begins.</param>
    /// <param name="unitForgetBias">Whether the bias of the forget gate is 1 at first.</param>
    /// <param name="kernelRegularizer">A penalty on <c>kernel</c>.</param>
    /// <param name="recurrentRegularizer">The penalty on the recurrent kernel.</param>
    /// <param name="biasRegularizer">A penalty on <c>bias</c>.</param>
    /// <param name="activityRegularizer">A penalty on the output.</param>
    /// <param name="kernelConstraint">A constraint on <c>kernel</c>.</param>
    /// <param name="recurrentConstraint">The constraint on the recurrent kernel.</param>
    /// <param name="biasConstraint">A constraint on <c>bias</c>.</param>
    /// <param name="dropout">The part that is set to zero in training.</param>
    /// <param name="recurrentDropout">The part of the states that is set to zero in training.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <param name="returnSequences">Whether the outputs of all steps are given.</param>
    /// <param name="returnState">Whether the last states are given, too.</param>
    /// <param name="goBackwards">Whether the sequence is gone through from its end.</param>
    /// <param name="stateful">Whether the last states are the first ones of the next call.</param>
    /// <param name="unroll">Whether each step is a part of the graph of its own.</param>
    /// <param name="zeroOutputForMask">Whether masked steps give zeros.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public LSTM(
        int units,
        ActivationFunction? activation = null,
        ActivationFunction? recurrentActivation = null,
        bool useBias = true,
        Initializer? kernelInitializer = null,
        Initializer? recurrentInitializer = null,
        Initializer? biasInitializer = null,
        bool unitForgetBias = true,
        Regularizer? kernelRegularizer = null,
        Regularizer? recurrentRegularizer = null,
        Regularizer? biasRegularizer = null,
        Regularizer? activityRegularizer = null,
        Constraint? kernelConstraint = null,
        Constraint? recurrentConstraint = null,
        Constraint? biasConstraint = null,
        double dropout = 0,
        double recurrentDropout = 0,
        int? seed = null,
        bool returnSequences = false,
        bool returnState = false,
        bool goBackwards = false,
        bool stateful = false,
        bool unroll = false,
        bool zeroOutputForMask = false,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "LSTM",
            new ConfigBuilder
            {
                { "units", units },
                { "activation", activation },
                { "recurrent_activation", recurrentActivation },
                { "use_bias", useBias },
                { "kernel_initializer", kernelInitializer },
                { "recurrent_initializer", recurrentInitializer },
                { "bias_initializer", biasInitializer },
                { "unit_forget_bias", unitForgetBias },
                { "kernel_regularizer", kernelRegularizer },
                { "recurrent_regularizer", recurrentRegularizer },
                { "bias_regularizer", biasRegularizer },
                { "activity_regularizer", activityRegularizer },
                { "kernel_constraint", kernelConstraint },
                { "recurrent_constraint", recurrentConstraint },
                { "bias_constraint", biasConstraint },
                { "dropout", dropout },
                { "recurrent_dropout", recurrentDropout },
                { "seed", seed },
                { "return_sequences", returnSequences },
                { "return_state", returnState },
                { "go_backwards", goBackwards },
                { "stateful", stateful },
                { "unroll", unroll },
                { "zero_output_for_mask", zeroOutputForMask },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal LSTM(FSharp.Layer core)
        : base(core) { }
}
