/// Dense products, embeddings, masks and activations as members of `Layers`.
namespace Keras.FSharp

/// Dense products, embeddings, masks and activations as members of `Layers`.
[<AutoOpen>]
module LayersCore =
    type Layers with

        /// activation(x · kernel + bias): (batch, …, features) to (batch, …, units). Keras: `keras.layers.Dense`.
        static member Dense
            (
                units: int,
                ?activation: Activation,
                ?useBias: bool,
                ?kernelInitializer: Initializer,
                ?biasInitializer: Initializer,
                ?kernelRegularizer: Regularizer,
                ?biasRegularizer: Regularizer,
                ?activityRegularizer: Regularizer,
                ?kernelConstraint: Constraint,
                ?biasConstraint: Constraint,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Given("Dense")
                .Set("units", units)
                .Set("activation", activation)
                .Set("use_bias", useBias)
                .Set("kernel_initializer", kernelInitializer)
                .Set("bias_initializer", biasInitializer)
                .Set("kernel_regularizer", kernelRegularizer)
                .Set("bias_regularizer", biasRegularizer)
                .Set("activity_regularizer", activityRegularizer)
                .Set("kernel_constraint", kernelConstraint)
                .Set("bias_constraint", biasConstraint)
                .Make(name, dtype, trainable)

        /// activation(einsum(equation, x, kernel) + bias); `outputShape` leaves out the batch and has -1 where the
        /// input decides. Keras: `keras.layers.EinsumDense`.
        static member EinsumDense
            (
                equation: string,
                outputShape: int list,
                ?activation: Activation,
                ?biasAxes: string,
                ?kernelInitializer: Initializer,
                ?biasInitializer: Initializer,
                ?kernelRegularizer: Regularizer,
                ?biasRegularizer: Regularizer,
                ?activityRegularizer: Regularizer,
                ?kernelConstraint: Constraint,
                ?biasConstraint: Constraint,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Given("EinsumDense")
                .Set("equation", equation)
                .Set("output_shape", outputShape)
                .Set("activation", activation)
                .Set("bias_axes", biasAxes)
                .Set("kernel_initializer", kernelInitializer)
                .Set("bias_initializer", biasInitializer)
                .Set("kernel_regularizer", kernelRegularizer)
                .Set("bias_regularizer", biasRegularizer)
                .Set("activity_regularizer", activityRegularizer)
                .Set("kernel_constraint", kernelConstraint)
                .Set("bias_constraint", biasConstraint)
                .Make(name, dtype, trainable)

        /// Rows of a table by integer index: (batch, …) to (batch, …, outputDim). With `maskZero` index 0 is masked.
        /// Keras: `keras.layers.Embedding`.
        static member Embedding
            (
                inputDim: int,
                outputDim: int,
                ?embeddingsInitializer: Initializer,
                ?embeddingsRegularizer: Regularizer,
                ?embeddingsConstraint: Constraint,
                ?maskZero: bool,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Given("Embedding")
                .Set("input_dim", inputDim)
                .Set("output_dim", outputDim)
                .Set("embeddings_initializer", embeddingsInitializer)
                .Set("embeddings_regularizer", embeddingsRegularizer)
                .Set("embeddings_constraint", embeddingsConstraint)
                .Set("mask_zero", maskZero)
                .Make(name, dtype, trainable)

        /// An embedding that also maps back to logits over the rows, where it is called with `reverse`. Keras:
        /// `keras.layers.ReversibleEmbedding`.
        static member ReversibleEmbedding
            (
                inputDim: int,
                outputDim: int,
                ?tieWeights: bool,
                ?embeddingsInitializer: Initializer,
                ?embeddingsRegularizer: Regularizer,
                ?embeddingsConstraint: Constraint,
                ?maskZero: bool,
                ?reverseDtype: string,
                ?logitSoftCap: float,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Given("ReversibleEmbedding")
                .Set("input_dim", inputDim)
                .Set("output_dim", outputDim)
                .Set("tie_weights", tieWeights)
                .Set("embeddings_initializer", embeddingsInitializer)
                .Set("embeddings_regularizer", embeddingsRegularizer)
                .Set("embeddings_constraint", embeddingsConstraint)
                .Set("mask_zero", maskZero)
                .Set("reverse_dtype", reverseDtype)
                .Set("logit_soft_cap", logitSoftCap)
                .Make(name, dtype, trainable)

        /// The identity. Keras: `keras.layers.Identity`.
        static member Identity(?name: string, ?dtype: string) : Layer = Given("Identity").Make(name, dtype)

        /// Masks time steps whose features are all `maskValue`. Keras: `keras.layers.Masking`.
        static member Masking(?maskValue: float, ?name: string, ?dtype: string) : Layer =
            Given("Masking").Set("mask_value", maskValue).Make(name, dtype)

        /// An activation as a layer. Keras: `keras.layers.Activation`.
        static member Activation(activation: Activation, ?name: string, ?dtype: string) : Layer =
            Given("Activation").Set("activation", activation).Make(name, dtype)

        /// max(x, 0), with an upper limit, a slope below the threshold, and the threshold. Keras:
        /// `keras.layers.ReLU`.
        static member ReLU
            (?maxValue: float, ?negativeSlope: float, ?threshold: float, ?name: string, ?dtype: string)
            : Layer =
            Given("ReLU")
                .Set("max_value", maxValue)
                .Set("negative_slope", negativeSlope)
                .Set("threshold", threshold)
                .Make(name, dtype)

        /// x where positive, else negativeSlope · x (0.3 by default). Keras: `keras.layers.LeakyReLU`.
        static member LeakyReLU(?negativeSlope: float, ?name: string, ?dtype: string) : Layer =
            Given("LeakyReLU").Set("negative_slope", negativeSlope).Make(name, dtype)

        /// x where positive, else alpha (exp(x) - 1). Keras: `keras.layers.ELU`.
        static member ELU(?alpha: float, ?name: string, ?dtype: string) : Layer =
            Given("ELU").Set("alpha", alpha).Make(name, dtype)

        /// x where positive, else alpha · x with a weight alpha per feature; alpha is shared along `sharedAxes`.
        /// Keras: `keras.layers.PReLU`.
        static member PReLU
            (
                ?alphaInitializer: Initializer,
                ?alphaRegularizer: Regularizer,
                ?alphaConstraint: Constraint,
                ?sharedAxes: int list,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Given("PReLU")
                .Set("alpha_initializer", alphaInitializer)
                .Set("alpha_regularizer", alphaRegularizer)
                .Set("alpha_constraint", alphaConstraint)
                .Set("shared_axes", sharedAxes)
                .Make(name, dtype, trainable)

        /// exp(x) over its sum along an axis, the last by default; masked positions get 0. Keras:
        /// `keras.layers.Softmax`.
        static member Softmax(?axis: int, ?name: string, ?dtype: string) : Layer =
            Given("Softmax").Set("axis", axis).Make(name, dtype)

        /// x · scale + offset. Keras: `keras.layers.Rescaling`.
        static member Rescaling(scale: float, ?offset: float, ?name: string, ?dtype: string) : Layer =
            Given("Rescaling").Set("scale", scale).Set("offset", offset).Make(name, dtype)

        /// The identity, with a penalty on the values that goes to the loss. Keras:
        /// `keras.layers.ActivityRegularization`.
        static member ActivityRegularization(?l1: float, ?l2: float, ?name: string, ?dtype: string) : Layer =
            Given("ActivityRegularization").Set("l1", l1).Set("l2", l2).Make(name, dtype)
