/// Attention as members of `Layers`.
namespace Keras.FSharp

/// Attention as members of `Layers`.
[<AutoOpen>]
module LayersAttention =
    type Layers with

        /// Dot product attention over [query, value] or [query, value, key] (Luong). (batch, Tq, dim), (batch, Tv, dim) to (batch, Tq, dim). Keras:
        /// `keras.layers.Attention`.
        static member Attention
            (
                ?useScale: bool,
                ?scoreMode: string,
                ?dropout: float,
                ?seed: int,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Given("Attention")
                .Set("use_scale", useScale)
                .Set("score_mode", scoreMode)
                .Set("dropout", dropout)
                .Set("seed", seed)
                .Make(name, dtype, trainable)

        /// Additive attention over [query, value] or [query, value, key] (Bahdanau). (batch, Tq, dim), (batch, Tv, dim) to (batch, Tq, dim). Keras:
        /// `keras.layers.AdditiveAttention`.
        static member AdditiveAttention
            (?useScale: bool, ?dropout: float, ?seed: int, ?name: string, ?dtype: string, ?trainable: bool)
            : Layer =
            Given("AdditiveAttention")
                .Set("use_scale", useScale)
                .Set("dropout", dropout)
                .Set("seed", seed)
                .Make(name, dtype, trainable)

        /// Attention of several heads (Vaswani et al., 2017); called on query, value and perhaps key. (batch, T, dim), (batch, S, dim) to (batch, T, dim). Keras:
        /// `keras.layers.MultiHeadAttention`.
        static member MultiHeadAttention
            (
                numHeads: int,
                keyDim: int,
                ?valueDim: int,
                ?dropout: float,
                ?useBias: bool,
                ?outputShape: int list,
                ?attentionAxes: int list,
                ?slidingWindow: int,
                ?flashAttention: bool,
                ?kernelInitializer: Initializer,
                ?biasInitializer: Initializer,
                ?kernelRegularizer: Regularizer,
                ?biasRegularizer: Regularizer,
                ?activityRegularizer: Regularizer,
                ?kernelConstraint: Constraint,
                ?biasConstraint: Constraint,
                ?useGate: bool,
                ?seed: int,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Given("MultiHeadAttention")
                .Set("num_heads", numHeads)
                .Set("key_dim", keyDim)
                .Set("value_dim", valueDim)
                .Set("dropout", dropout)
                .Set("use_bias", useBias)
                .Set("output_shape", outputShape)
                .Set("attention_axes", attentionAxes)
                .Set("sliding_window", slidingWindow)
                .Set("flash_attention", flashAttention)
                .Set("kernel_initializer", kernelInitializer)
                .Set("bias_initializer", biasInitializer)
                .Set("kernel_regularizer", kernelRegularizer)
                .Set("bias_regularizer", biasRegularizer)
                .Set("activity_regularizer", activityRegularizer)
                .Set("kernel_constraint", kernelConstraint)
                .Set("bias_constraint", biasConstraint)
                .Set("use_gate", useGate)
                .Set("seed", seed)
                .Make(name, dtype, trainable)

        /// Attention of several heads, groups of which share keys and values (Ainslie et al., 2023). (batch, T, dim), (batch, S, dim) to (batch, T, dim). Keras:
        /// `keras.layers.GroupQueryAttention`.
        static member GroupQueryAttention
            (
                headDim: int,
                numQueryHeads: int,
                numKeyValueHeads: int,
                ?dropout: float,
                ?useBias: bool,
                ?slidingWindow: int,
                ?flashAttention: bool,
                ?kernelInitializer: Initializer,
                ?biasInitializer: Initializer,
                ?kernelRegularizer: Regularizer,
                ?biasRegularizer: Regularizer,
                ?activityRegularizer: Regularizer,
                ?kernelConstraint: Constraint,
                ?biasConstraint: Constraint,
                ?useGate: bool,
                ?seed: int,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Given("GroupQueryAttention")
                .Set("head_dim", headDim)
                .Set("num_query_heads", numQueryHeads)
                .Set("num_key_value_heads", numKeyValueHeads)
                .Set("dropout", dropout)
                .Set("use_bias", useBias)
                .Set("sliding_window", slidingWindow)
                .Set("flash_attention", flashAttention)
                .Set("kernel_initializer", kernelInitializer)
                .Set("bias_initializer", biasInitializer)
                .Set("kernel_regularizer", kernelRegularizer)
                .Set("bias_regularizer", biasRegularizer)
                .Set("activity_regularizer", activityRegularizer)
                .Set("kernel_constraint", kernelConstraint)
                .Set("bias_constraint", biasConstraint)
                .Set("use_gate", useGate)
                .Set("seed", seed)
                .Make(name, dtype, trainable)
