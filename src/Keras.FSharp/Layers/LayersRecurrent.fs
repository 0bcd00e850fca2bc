/// Recurrent layers and their cells as members of `Layers`.
namespace Keras.FSharp

/// Recurrent layers and their cells as members of `Layers`.
[<AutoOpen>]
module LayersRecurrent =
    type Layers with

        /// One step of a fully connected recurrent network. (batch, features) and the state to the output and the new state. Keras:
        /// `keras.layers.SimpleRNNCell`.
        static member SimpleRNNCell
            (
                units: int,
                ?activation: Activation,
                ?useBias: bool,
                ?kernelInitializer: Initializer,
                ?recurrentInitializer: Initializer,
                ?biasInitializer: Initializer,
                ?kernelRegularizer: Regularizer,
                ?recurrentRegularizer: Regularizer,
                ?biasRegularizer: Regularizer,
                ?kernelConstraint: Constraint,
                ?recurrentConstraint: Constraint,
                ?biasConstraint: Constraint,
                ?dropout: float,
                ?recurrentDropout: float,
                ?seed: int,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Given("SimpleRNNCell")
                .Set("units", units)
                .Set("activation", activation)
                .Set("use_bias", useBias)
                .Set("kernel_initializer", kernelInitializer)
                .Set("recurrent_initializer", recurrentInitializer)
                .Set("bias_initializer", biasInitializer)
                .Set("kernel_regularizer", kernelRegularizer)
                .Set("recurrent_regularizer", recurrentRegularizer)
                .Set("bias_regularizer", biasRegularizer)
                .Set("kernel_constraint", kernelConstraint)
                .Set("recurrent_constraint", recurrentConstraint)
                .Set("bias_constraint", biasConstraint)
                .Set("dropout", dropout)
                .Set("recurrent_dropout", recurrentDropout)
                .Set("seed", seed)
                .Make(name, dtype, trainable)

        /// One step of a long short-term memory. (batch, features) and the states h and c to the output and the new states. Keras:
        /// `keras.layers.LSTMCell`.
        static member LSTMCell
            (
                units: int,
                ?activation: Activation,
                ?recurrentActivation: Activation,
                ?useBias: bool,
                ?kernelInitializer: Initializer,
                ?recurrentInitializer: Initializer,
                ?biasInitializer: Initializer,
                ?unitForgetBias: bool,
                ?kernelRegularizer: Regularizer,
                ?recurrentRegularizer: Regularizer,
                ?biasRegularizer: Regularizer,
                ?kernelConstraint: Constraint,
                ?recurrentConstraint: Constraint,
                ?biasConstraint: Constraint,
                ?dropout: float,
                ?recurrentDropout: float,
                ?seed: int,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Given("LSTMCell")
                .Set("units", units)
                .Set("activation", activation)
                .Set("recurrent_activation", recurrentActivation)
                .Set("use_bias", useBias)
                .Set("kernel_initializer", kernelInitializer)
                .Set("recurrent_initializer", recurrentInitializer)
                .Set("bias_initializer", biasInitializer)
                .Set("unit_forget_bias", unitForgetBias)
                .Set("kernel_regularizer", kernelRegularizer)
                .Set("recurrent_regularizer", recurrentRegularizer)
                .Set("bias_regularizer", biasRegularizer)
                .Set("kernel_constraint", kernelConstraint)
                .Set("recurrent_constraint", recurrentConstraint)
                .Set("bias_constraint", biasConstraint)
                .Set("dropout", dropout)
                .Set("recurrent_dropout", recurrentDropout)
                .Set("seed", seed)
                .Make(name, dtype, trainable)

        /// One step of a gated recurrent unit. (batch, features) and the state to the output and the new state. Keras:
        /// `keras.layers.GRUCell`.
        static member GRUCell
            (
                units: int,
                ?activation: Activation,
                ?recurrentActivation: Activation,
                ?useBias: bool,
                ?kernelInitializer: Initializer,
                ?recurrentInitializer: Initializer,
                ?biasInitializer: Initializer,
                ?kernelRegularizer: Regularizer,
                ?recurrentRegularizer: Regularizer,
                ?biasRegularizer: Regularizer,
                ?kernelConstraint: Constraint,
                ?recurrentConstraint: Constraint,
                ?biasConstraint: Constraint,
                ?dropout: float,
                ?recurrentDropout: float,
                ?resetAfter: bool,
                ?seed: int,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Given("GRUCell")
                .Set("units", units)
                .Set("activation", activation)
                .Set("recurrent_activation", recurrentActivation)
                .Set("use_bias", useBias)
                .Set("kernel_initializer", kernelInitializer)
                .Set("recurrent_initializer", recurrentInitializer)
                .Set("bias_initializer", biasInitializer)
                .Set("kernel_regularizer", kernelRegularizer)
                .Set("recurrent_regularizer", recurrentRegularizer)
                .Set("bias_regularizer", biasRegularizer)
                .Set("kernel_constraint", kernelConstraint)
                .Set("recurrent_constraint", recurrentConstraint)
                .Set("bias_constraint", biasConstraint)
                .Set("dropout", dropout)
                .Set("recurrent_dropout", recurrentDropout)
                .Set("reset_after", resetAfter)
                .Set("seed", seed)
                .Make(name, dtype, trainable)

        /// Cells one upon the other, as one cell. (batch, features) and the states of all cells to the output of the last one and the new states. Keras:
        /// `keras.layers.StackedRNNCells`.
        static member StackedRNNCells(cells: Layer list, ?name: string, ?dtype: string, ?trainable: bool) : Layer =
            Given("StackedRNNCells").Set("cells", cells).Make(name, dtype, trainable)

        /// Goes over a sequence with a cell. (batch, time, features) to the last output or, with `returnSequences`, all of them. Keras:
        /// `keras.layers.RNN`.
        static member RNN
            (
                cell: Layer,
                ?returnSequences: bool,
                ?returnState: bool,
                ?goBackwards: bool,
                ?stateful: bool,
                ?unroll: bool,
                ?zeroOutputForMask: bool,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Given("RNN")
                .Set("cell", cell)
                .Set("return_sequences", returnSequences)
                .Set("return_state", returnState)
                .Set("go_backwards", goBackwards)
                .Set("stateful", stateful)
                .Set("unroll", unroll)
                .Set("zero_output_for_mask", zeroOutputForMask)
                .Make(name, dtype, trainable)

        /// Goes over a sequence with cells one upon the other. Keras: `keras.layers.RNN` of a list of cells.
        static member RNN
            (
                cells: Layer list,
                ?returnSequences: bool,
                ?returnState: bool,
                ?goBackwards: bool,
                ?stateful: bool,
                ?unroll: bool,
                ?zeroOutputForMask: bool,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Layers.RNN(
                Layers.StackedRNNCells cells,
                ?returnSequences = returnSequences,
                ?returnState = returnState,
                ?goBackwards = goBackwards,
                ?stateful = stateful,
                ?unroll = unroll,
                ?zeroOutputForMask = zeroOutputForMask,
                ?name = name,
                ?dtype = dtype,
                ?trainable = trainable
            )

        /// A fully connected recurrent network: the output is fed back into the next step. (batch, time, features) to (batch, units), or with `returnSequences` (batch, time, units). Keras:
        /// `keras.layers.SimpleRNN`.
        static member SimpleRNN
            (
                units: int,
                ?activation: Activation,
                ?useBias: bool,
                ?kernelInitializer: Initializer,
                ?recurrentInitializer: Initializer,
                ?biasInitializer: Initializer,
                ?kernelRegularizer: Regularizer,
                ?recurrentRegularizer: Regularizer,
                ?biasRegularizer: Regularizer,
                ?activityRegularizer: Regularizer,
                ?kernelConstraint: Constraint,
                ?recurrentConstraint: Constraint,
                ?biasConstraint: Constraint,
                ?dropout: float,
                ?recurrentDropout: float,
                ?returnSequences: bool,
                ?returnState: bool,
                ?goBackwards: bool,
                ?stateful: bool,
                ?unroll: bool,
                ?seed: int,
                ?zeroOutputForMask: bool,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Given("SimpleRNN")
                .Set("units", units)
                .Set("activation", activation)
                .Set("use_bias", useBias)
                .Set("kernel_initializer", kernelInitializer)
                .Set("recurrent_initializer", recurrentInitializer)
                .Set("bias_initializer", biasInitializer)
                .Set("kernel_regularizer", kernelRegularizer)
                .Set("recurrent_regularizer", recurrentRegularizer)
                .Set("bias_regularizer", biasRegularizer)
                .Set("activity_regularizer", activityRegularizer)
                .Set("kernel_constraint", kernelConstraint)
                .Set("recurrent_constraint", recurrentConstraint)
                .Set("bias_constraint", biasConstraint)
                .Set("dropout", dropout)
                .Set("recurrent_dropout", recurrentDropout)
                .Set("return_sequences", returnSequences)
                .Set("return_state", returnState)
                .Set("go_backwards", goBackwards)
                .Set("stateful", stateful)
                .Set("unroll", unroll)
                .Set("seed", seed)
                .Set("zero_output_for_mask", zeroOutputForMask)
                .Make(name, dtype, trainable)

        /// Long short-term memory (Hochreiter and Schmidhuber, 1997). (batch, time, features) to (batch, units), or with `returnSequences` (batch, time, units). Keras:
        /// `keras.layers.LSTM`.
        static member LSTM
            (
                units: int,
                ?activation: Activation,
                ?recurrentActivation: Activation,
                ?useBias: bool,
                ?kernelInitializer: Initializer,
                ?recurrentInitializer: Initializer,
                ?biasInitializer: Initializer,
                ?unitForgetBias: bool,
                ?kernelRegularizer: Regularizer,
                ?recurrentRegularizer: Regularizer,
                ?biasRegularizer: Regularizer,
                ?activityRegularizer: Regularizer,
                ?kernelConstraint: Constraint,
                ?recurrentConstraint: Constraint,
                ?biasConstraint: Constraint,
                ?dropout: float,
                ?recurrentDropout: float,
                ?seed: int,
                ?returnSequences: bool,
                ?returnState: bool,
                ?goBackwards: bool,
                ?stateful: bool,
                ?unroll: bool,
                ?zeroOutputForMask: bool,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Given("LSTM")
                .Set("units", units)
                .Set("activation", activation)
                .Set("recurrent_activation", recurrentActivation)
                .Set("use_bias", useBias)
                .Set("kernel_initializer", kernelInitializer)
                .Set("recurrent_initializer", recurrentInitializer)
                .Set("bias_initializer", biasInitializer)
                .Set("unit_forget_bias", unitForgetBias)
                .Set("kernel_regularizer", kernelRegularizer)
                .Set("recurrent_regularizer", recurrentRegularizer)
                .Set("bias_regularizer", biasRegularizer)
                .Set("activity_regularizer", activityRegularizer)
                .Set("kernel_constraint", kernelConstraint)
                .Set("recurrent_constraint", recurrentConstraint)
                .Set("bias_constraint", biasConstraint)
                .Set("dropout", dropout)
                .Set("recurrent_dropout", recurrentDropout)
                .Set("seed", seed)
                .Set("return_sequences", returnSequences)
                .Set("return_state", returnState)
                .Set("go_backwards", goBackwards)
                .Set("stateful", stateful)
                .Set("unroll", unroll)
                .Set("zero_output_for_mask", zeroOutputForMask)
                .Make(name, dtype, trainable)

        /// A gated recurrent unit (Cho et al., 2014). (batch, time, features) to (batch, units), or with `returnSequences` (batch, time, units). Keras:
        /// `keras.layers.GRU`.
        static member GRU
            (
                units: int,
                ?activation: Activation,
                ?recurrentActivation: Activation,
                ?useBias: bool,
                ?kernelInitializer: Initializer,
                ?recurrentInitializer: Initializer,
                ?biasInitializer: Initializer,
                ?kernelRegularizer: Regularizer,
                ?recurrentRegularizer: Regularizer,
                ?biasRegularizer: Regularizer,
                ?activityRegularizer: Regularizer,
                ?kernelConstraint: Constraint,
                ?recurrentConstraint: Constraint,
                ?biasConstraint: Constraint,
                ?dropout: float,
                ?recurrentDropout: float,
                ?seed: int,
                ?returnSequences: bool,
                ?returnState: bool,
                ?goBackwards: bool,
                ?stateful: bool,
                ?unroll: bool,
                ?resetAfter: bool,
                ?zeroOutputForMask: bool,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Given("GRU")
                .Set("units", units)
                .Set("activation", activation)
                .Set("recurrent_activation", recurrentActivation)
                .Set("use_bias", useBias)
                .Set("kernel_initializer", kernelInitializer)
                .Set("recurrent_initializer", recurrentInitializer)
                .Set("bias_initializer", biasInitializer)
                .Set("kernel_regularizer", kernelRegularizer)
                .Set("recurrent_regularizer", recurrentRegularizer)
                .Set("bias_regularizer", biasRegularizer)
                .Set("activity_regularizer", activityRegularizer)
                .Set("kernel_constraint", kernelConstraint)
                .Set("recurrent_constraint", recurrentConstraint)
                .Set("bias_constraint", biasConstraint)
                .Set("dropout", dropout)
                .Set("recurrent_dropout", recurrentDropout)
                .Set("seed", seed)
                .Set("return_sequences", returnSequences)
                .Set("return_state", returnState)
                .Set("go_backwards", goBackwards)
                .Set("stateful", stateful)
                .Set("unroll", unroll)
                .Set("reset_after", resetAfter)
                .Set("zero_output_for_mask", zeroOutputForMask)
                .Make(name, dtype, trainable)

        /// A recurrent layer in both directions. `mergeMode` is "concat", "sum", "mul", "ave" or "none" (two outputs). Keras:
        /// `keras.layers.Bidirectional`.
        static member Bidirectional
            (layer: Layer, ?mergeMode: string, ?backwardLayer: Layer, ?name: string, ?dtype: string, ?trainable: bool)
            : Layer =
            Given("Bidirectional")
                .Set("layer", layer)
                .Set("merge_mode", mergeMode)
                .Set("backward_layer", backwardLayer)
                .Make(name, dtype, trainable)

        /// A layer for each time step. (batch, time, …): the layer sees (batch, …). Keras:
        /// `keras.layers.TimeDistributed`.
        static member TimeDistributed(layer: Layer, ?name: string, ?dtype: string, ?trainable: bool) : Layer =
            Given("TimeDistributed").Set("layer", layer).Make(name, dtype, trainable)
