// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable
using Keras.Constraints;
using Keras.Initializers;
using Keras.Regularizers;

namespace Keras.Layers;

/// <summary>Attention of several heads, groups of which share keys and values (Ainslie et al., 2023). Keras: <c>keras.layers.GroupQueryAttention</c>.</summary>
public sealed class GroupQueryAttention : Layer
{
    /// <summary>Attention of several heads, groups of which share keys and values (Ainslie et al., 2023).</summary>
    /// <param name="headDim">The size of each head.</param>
    /// <param name="numQueryHeads">The number of heads of the query.</param>
    /// <param name="numKeyValueHeads">The number of heads of key and value.</param>
    /// <param name="dropout">The part that is set to zero in training.</param>
    /// <param name="useBias">Whether a bias is added.</param>
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
    public GroupQueryAttention(
        int headDim,
        int numQueryHeads,
        int numKeyValueHeads,
        double dropout = 0,
        bool useBias = true,
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
            "GroupQueryAttention",
            new ConfigBuilder
            {
                { "head_dim", headDim },
                { "num_query_heads", numQueryHeads },
                { "num_key_value_heads", numKeyValueHeads },
                { "dropout", dropout },
                { "use_bias", useBias },
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

    internal GroupQueryAttention(FSharp.Layer core)
        : base(core) { }
}
