// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable
using Keras.Constraints;
using Keras.Initializers;
using Keras.Regularizers;

namespace Keras.Layers;

/// <summary>Attention of several heads (Vaswani et al., 2017); called on query, value and perhaps key. Keras: <c>keras.layers.MultiHeadAttention</c>.</summary>
public sealed class MultiHeadAttention : Layer
{
    /// <summary>Attention of several heads (Vaswani et al., 2017); called on query, value and perhaps key.</summary>
    /// <param name="numHeads">The number of heads.</param>
    /// <param name="keyDim">The size of each head for query and key.</param>
    /// <param name="valueDim">The size of each head for the value; that of the key if it is absent.</param>
    /// <param name="dropout">The part that is set to zero in training.</param>
    /// <param name="useBias">Whether a bias is added.</param>
    /// <param name="outputShape">The shape of the output without the batch; -1 where it is not known.</param>
    /// <param name="attentionAxes">The axes over which attention goes; all between batch and features if they are absent.</param>
    /// <param name="slidingWindow">How far positions may be apart to see each other, less one; null for any distance.</param>
    /// <param name="flashAttention">Whether flash attention is asked for; the backend chooses.</param>
    /// <param name="kernelInitializer">How <c>kernel</c> begins.</param>
    /// <param name="biasInitializer">How <c>bias</c> begins.</param>
    /// <param name="kernelRegularizer">A penalty on <c>kernel</c>.</param>
    /// <param name="biasRegularizer">A penalty on <c>bias</c>.</param>
    /// <param name="activityRegularizer">A penalty on the output.</param>
    /// <param name="kernelConstraint">A constraint on <c>kernel</c>.</param>
    /// <param name="biasConstraint">A constraint on <c>bias</c>.</param>
    /// <param name="useGate">Whether the result is gated by the query.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public MultiHeadAttention(
        int numHeads,
        int keyDim,
        int? valueDim = null,
        double dropout = 0,
        bool useBias = true,
        Ints? outputShape = null,
        Ints? attentionAxes = null,
        int? slidingWindow = null,
        bool? flashAttention = null,
        Initializer? kernelInitializer = null,
        Initializer? biasInitializer = null,
        Regularizer? kernelRegularizer = null,
        Regularizer? biasRegularizer = null,
        Regularizer? activityRegularizer = null,
        Constraint? kernelConstraint = null,
        Constraint? biasConstraint = null,
        bool useGate = false,
        int? seed = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "MultiHeadAttention",
            new ConfigBuilder
            {
                { "num_heads", numHeads },
                { "key_dim", keyDim },
                { "value_dim", valueDim },
                { "dropout", dropout },
                { "use_bias", useBias },
                { "output_shape", outputShape },
                { "attention_axes", attentionAxes },
                { "sliding_window", slidingWindow },
                { "flash_attention", flashAttention },
                { "kernel_initializer", kernelInitializer },
                { "bias_initializer", biasInitializer },
                { "kernel_regularizer", kernelRegularizer },
                { "bias_regularizer", biasRegularizer },
                { "activity_regularizer", activityRegularizer },
                { "kernel_constraint", kernelConstraint },
                { "bias_constraint", biasConstraint },
                { "use_gate", useGate },
                { "seed", seed },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal MultiHeadAttention(FSharp.Layer core)
        : base(core) { }
}
