/// Transposed, depthwise and separable convolutions as members of `Layers`.
namespace Keras.FSharp

/// Transposed, depthwise and separable convolutions as members of `Layers`.
[<AutoOpen>]
module LayersConvOther =
    type Layers with

        /// The transpose of a convolution over 1 spatial axis: enlarges by the strides. Keras:
        /// `keras.layers.Conv1DTranspose`.
        static member Conv1DTranspose
            (
                filters: int,
                kernelSize: Sizes,
                ?strides: Sizes,
                ?padding: string,
                ?outputPadding: Sizes,
                ?dataFormat: string,
                ?dilationRate: Sizes,
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
            Given("Conv1DTranspose")
                .Set("filters", filters)
                .Set("kernel_size", kernelSize)
                .Set("strides", strides)
                .Set("padding", padding)
                .Set("output_padding", outputPadding)
                .Set("data_format", dataFormat)
                .Set("dilation_rate", dilationRate)
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

        /// The transpose of a convolution over 2 spatial axes: enlarges by the strides. Keras:
        /// `keras.layers.Conv2DTranspose`.
        static member Conv2DTranspose
            (
                filters: int,
                kernelSize: Sizes,
                ?strides: Sizes,
                ?padding: string,
                ?outputPadding: Sizes,
                ?dataFormat: string,
                ?dilationRate: Sizes,
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
            Given("Conv2DTranspose")
                .Set("filters", filters)
                .Set("kernel_size", kernelSize)
                .Set("strides", strides)
                .Set("padding", padding)
                .Set("output_padding", outputPadding)
                .Set("data_format", dataFormat)
                .Set("dilation_rate", dilationRate)
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

        /// The transpose of a convolution over 3 spatial axes: enlarges by the strides. Keras:
        /// `keras.layers.Conv3DTranspose`.
        static member Conv3DTranspose
            (
                filters: int,
                kernelSize: Sizes,
                ?strides: Sizes,
                ?padding: string,
                ?outputPadding: Sizes,
                ?dataFormat: string,
                ?dilationRate: Sizes,
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
            Given("Conv3DTranspose")
                .Set("filters", filters)
                .Set("kernel_size", kernelSize)
                .Set("strides", strides)
                .Set("padding", padding)
                .Set("output_padding", outputPadding)
                .Set("data_format", dataFormat)
                .Set("dilation_rate", dilationRate)
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

        /// Convolution of each channel by itself, with `depthMultiplier` filters each. Keras:
        /// `keras.layers.DepthwiseConv1D`.
        static member DepthwiseConv1D
            (
                kernelSize: Sizes,
                ?strides: Sizes,
                ?padding: string,
                ?depthMultiplier: int,
                ?dataFormat: string,
                ?dilationRate: Sizes,
                ?activation: Activation,
                ?useBias: bool,
                ?depthwiseInitializer: Initializer,
                ?biasInitializer: Initializer,
                ?depthwiseRegularizer: Regularizer,
                ?biasRegularizer: Regularizer,
                ?activityRegularizer: Regularizer,
                ?depthwiseConstraint: Constraint,
                ?biasConstraint: Constraint,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Given("DepthwiseConv1D")
                .Set("kernel_size", kernelSize)
                .Set("strides", strides)
                .Set("padding", padding)
                .Set("depth_multiplier", depthMultiplier)
                .Set("data_format", dataFormat)
                .Set("dilation_rate", dilationRate)
                .Set("activation", activation)
                .Set("use_bias", useBias)
                .Set("depthwise_initializer", depthwiseInitializer)
                .Set("bias_initializer", biasInitializer)
                .Set("depthwise_regularizer", depthwiseRegularizer)
                .Set("bias_regularizer", biasRegularizer)
                .Set("activity_regularizer", activityRegularizer)
                .Set("depthwise_constraint", depthwiseConstraint)
                .Set("bias_constraint", biasConstraint)
                .Make(name, dtype, trainable)

        /// Convolution of each channel by itself, with `depthMultiplier` filters each. Keras:
        /// `keras.layers.DepthwiseConv2D`.
        static member DepthwiseConv2D
            (
                kernelSize: Sizes,
                ?strides: Sizes,
                ?padding: string,
                ?depthMultiplier: int,
                ?dataFormat: string,
                ?dilationRate: Sizes,
                ?activation: Activation,
                ?useBias: bool,
                ?depthwiseInitializer: Initializer,
                ?biasInitializer: Initializer,
                ?depthwiseRegularizer: Regularizer,
                ?biasRegularizer: Regularizer,
                ?activityRegularizer: Regularizer,
                ?depthwiseConstraint: Constraint,
                ?biasConstraint: Constraint,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Given("DepthwiseConv2D")
                .Set("kernel_size", kernelSize)
                .Set("strides", strides)
                .Set("padding", padding)
                .Set("depth_multiplier", depthMultiplier)
                .Set("data_format", dataFormat)
                .Set("dilation_rate", dilationRate)
                .Set("activation", activation)
                .Set("use_bias", useBias)
                .Set("depthwise_initializer", depthwiseInitializer)
                .Set("bias_initializer", biasInitializer)
                .Set("depthwise_regularizer", depthwiseRegularizer)
                .Set("bias_regularizer", biasRegularizer)
                .Set("activity_regularizer", activityRegularizer)
                .Set("depthwise_constraint", depthwiseConstraint)
                .Set("bias_constraint", biasConstraint)
                .Make(name, dtype, trainable)

        /// A depthwise convolution and one of width 1 over the channels. Keras: `keras.layers.SeparableConv1D`.
        static member SeparableConv1D
            (
                filters: int,
                kernelSize: Sizes,
                ?strides: Sizes,
                ?padding: string,
                ?dataFormat: string,
                ?dilationRate: Sizes,
                ?depthMultiplier: int,
                ?activation: Activation,
                ?useBias: bool,
                ?depthwiseInitializer: Initializer,
                ?pointwiseInitializer: Initializer,
                ?biasInitializer: Initializer,
                ?depthwiseRegularizer: Regularizer,
                ?pointwiseRegularizer: Regularizer,
                ?biasRegularizer: Regularizer,
                ?activityRegularizer: Regularizer,
                ?depthwiseConstraint: Constraint,
                ?pointwiseConstraint: Constraint,
                ?biasConstraint: Constraint,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Given("SeparableConv1D")
                .Set("filters", filters)
                .Set("kernel_size", kernelSize)
                .Set("strides", strides)
                .Set("padding", padding)
                .Set("data_format", dataFormat)
                .Set("dilation_rate", dilationRate)
                .Set("depth_multiplier", depthMultiplier)
                .Set("activation", activation)
                .Set("use_bias", useBias)
                .Set("depthwise_initializer", depthwiseInitializer)
                .Set("pointwise_initializer", pointwiseInitializer)
                .Set("bias_initializer", biasInitializer)
                .Set("depthwise_regularizer", depthwiseRegularizer)
                .Set("pointwise_regularizer", pointwiseRegularizer)
                .Set("bias_regularizer", biasRegularizer)
                .Set("activity_regularizer", activityRegularizer)
                .Set("depthwise_constraint", depthwiseConstraint)
                .Set("pointwise_constraint", pointwiseConstraint)
                .Set("bias_constraint", biasConstraint)
                .Make(name, dtype, trainable)

        /// A depthwise convolution and one of width 1 over the channels. Keras: `keras.layers.SeparableConv2D`.
        static member SeparableConv2D
            (
                filters: int,
                kernelSize: Sizes,
                ?strides: Sizes,
                ?padding: string,
                ?dataFormat: string,
                ?dilationRate: Sizes,
                ?depthMultiplier: int,
                ?activation: Activation,
                ?useBias: bool,
                ?depthwiseInitializer: Initializer,
                ?pointwiseInitializer: Initializer,
                ?biasInitializer: Initializer,
                ?depthwiseRegularizer: Regularizer,
                ?pointwiseRegularizer: Regularizer,
                ?biasRegularizer: Regularizer,
                ?activityRegularizer: Regularizer,
                ?depthwiseConstraint: Constraint,
                ?pointwiseConstraint: Constraint,
                ?biasConstraint: Constraint,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Given("SeparableConv2D")
                .Set("filters", filters)
                .Set("kernel_size", kernelSize)
                .Set("strides", strides)
                .Set("padding", padding)
                .Set("data_format", dataFormat)
                .Set("dilation_rate", dilationRate)
                .Set("depth_multiplier", depthMultiplier)
                .Set("activation", activation)
                .Set("use_bias", useBias)
                .Set("depthwise_initializer", depthwiseInitializer)
                .Set("pointwise_initializer", pointwiseInitializer)
                .Set("bias_initializer", biasInitializer)
                .Set("depthwise_regularizer", depthwiseRegularizer)
                .Set("pointwise_regularizer", pointwiseRegularizer)
                .Set("bias_regularizer", biasRegularizer)
                .Set("activity_regularizer", activityRegularizer)
                .Set("depthwise_constraint", depthwiseConstraint)
                .Set("pointwise_constraint", pointwiseConstraint)
                .Set("bias_constraint", biasConstraint)
                .Make(name, dtype, trainable)
