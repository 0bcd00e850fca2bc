/// Normalization as members of `Layers`.
namespace Keras.FSharp

/// Normalization as members of `Layers`.
[<AutoOpen>]
module LayersNormalization =
    type Layers with

        /// Normalizes channels by the statistics of the batch in training, by their moving averages otherwise and
        /// where it is frozen. Keras: `keras.layers.BatchNormalization`.
        static member BatchNormalization
            (
                ?axis: int,
                ?momentum: float,
                ?epsilon: float,
                ?center: bool,
                ?scale: bool,
                ?betaInitializer: Initializer,
                ?gammaInitializer: Initializer,
                ?movingMeanInitializer: Initializer,
                ?movingVarianceInitializer: Initializer,
                ?betaRegularizer: Regularizer,
                ?gammaRegularizer: Regularizer,
                ?betaConstraint: Constraint,
                ?gammaConstraint: Constraint,
                ?renorm: bool,
                ?renormMomentum: float,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Given("BatchNormalization")
                .Set("axis", axis)
                .Set("momentum", momentum)
                .Set("epsilon", epsilon)
                .Set("center", center)
                .Set("scale", scale)
                .Set("beta_initializer", betaInitializer)
                .Set("gamma_initializer", gammaInitializer)
                .Set("moving_mean_initializer", movingMeanInitializer)
                .Set("moving_variance_initializer", movingVarianceInitializer)
                .Set("beta_regularizer", betaRegularizer)
                .Set("gamma_regularizer", gammaRegularizer)
                .Set("beta_constraint", betaConstraint)
                .Set("gamma_constraint", gammaConstraint)
                .Set("renorm", renorm)
                .Set("renorm_momentum", renormMomentum)
                .Make(name, dtype, trainable)

        /// Normalizes each example over axes, the last by default. Keras: `keras.layers.LayerNormalization`.
        static member LayerNormalization
            (
                ?axis: int list,
                ?epsilon: float,
                ?center: bool,
                ?scale: bool,
                ?betaInitializer: Initializer,
                ?gammaInitializer: Initializer,
                ?betaRegularizer: Regularizer,
                ?gammaRegularizer: Regularizer,
                ?betaConstraint: Constraint,
                ?gammaConstraint: Constraint,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Given("LayerNormalization")
                .Set("axis", axis)
                .Set("epsilon", epsilon)
                .Set("center", center)
                .Set("scale", scale)
                .Set("beta_initializer", betaInitializer)
                .Set("gamma_initializer", gammaInitializer)
                .Set("beta_regularizer", betaRegularizer)
                .Set("gamma_regularizer", gammaRegularizer)
                .Set("beta_constraint", betaConstraint)
                .Set("gamma_constraint", gammaConstraint)
                .Make(name, dtype, trainable)

        /// Divides by the root of the mean square over axes, the last by default. Keras:
        /// `keras.layers.RMSNormalization`.
        static member RMSNormalization
            (?axis: int list, ?epsilon: float, ?name: string, ?dtype: string, ?trainable: bool)
            : Layer =
            Given("RMSNormalization").Set("axis", axis).Set("epsilon", epsilon).Make(name, dtype, trainable)

        /// Normalizes each example over groups of channels. Keras: `keras.layers.GroupNormalization`.
        static member GroupNormalization
            (
                ?groups: int,
                ?axis: int,
                ?epsilon: float,
                ?center: bool,
                ?scale: bool,
                ?betaInitializer: Initializer,
                ?gammaInitializer: Initializer,
                ?betaRegularizer: Regularizer,
                ?gammaRegularizer: Regularizer,
                ?betaConstraint: Constraint,
                ?gammaConstraint: Constraint,
                ?name: string,
                ?dtype: string,
                ?trainable: bool
            ) : Layer =
            Given("GroupNormalization")
                .Set("groups", groups)
                .Set("axis", axis)
                .Set("epsilon", epsilon)
                .Set("center", center)
                .Set("scale", scale)
                .Set("beta_initializer", betaInitializer)
                .Set("gamma_initializer", gammaInitializer)
                .Set("beta_regularizer", betaRegularizer)
                .Set("gamma_regularizer", gammaRegularizer)
                .Set("beta_constraint", betaConstraint)
                .Set("gamma_constraint", gammaConstraint)
                .Make(name, dtype, trainable)

        /// Divides by the norm over axes, the last by default. Keras: `keras.layers.UnitNormalization`.
        static member UnitNormalization(?axis: int list, ?name: string, ?dtype: string) : Layer =
            Given("UnitNormalization").Set("axis", axis).Make(name, dtype)
