/// Convolutions as members of `Layers`.
namespace Keras.FSharp

/// Convolutions as members of `Layers`.
[<AutoOpen>]
module LayersConv =
    type Layers with

        /// Convolution over 1 spatial axis; padding "valid", "same" or "causal". Keras: `keras.layers.Conv1D`.
        static member Conv1D
            (
                filters: int,
                kernelSize: Sizes,
                ?strides: Sizes,
                ?padding: string,
                ?dataFormat: string,
                ?dilationRate: Sizes,
                ?groups: int,
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
            Given("Conv1D")
                .Set("filters", filters)
                .Set("kernel_size", kernelSize)
                .Set("strides", strides)
                .Set("padding", padding)
                .Set("data_format", dataFormat)
                .Set("dilation_rate", dilationRate)
                .Set("groups", groups)
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

        /// Convolution over 2 spatial axes; padding "valid", "same". Keras: `keras.layers.Conv2D`.
        static member Conv2D
            (
                filters: int,
                kernelSize: Sizes,
                ?strides: Sizes,
                ?padding: string,
                ?dataFormat: string,
                ?dilationRate: Sizes,
                ?groups: int,
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
            Given("Conv2D")
                .Set("filters", filters)
                .Set("kernel_size", kernelSize)
                .Set("strides", strides)
                .Set("padding", padding)
                .Set("data_format", dataFormat)
                .Set("dilation_rate", dilationRate)
                .Set("groups", groups)
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

        /// Convolution over 3 spatial axes; padding "valid", "same". Keras: `keras.layers.Conv3D`.
        static member Conv3D
            (
                filters: int,
                kernelSize: Sizes,
                ?strides: Sizes,
                ?padding: string,
                ?dataFormat: string,
                ?dilationRate: Sizes,
                ?groups: int,
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
            Given("Conv3D")
                .Set("filters", filters)
                .Set("kernel_size", kernelSize)
                .Set("strides", strides)
                .Set("padding", padding)
                .Set("data_format", dataFormat)
                .Set("dilation_rate", dilationRate)
                .Set("groups", groups)
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
