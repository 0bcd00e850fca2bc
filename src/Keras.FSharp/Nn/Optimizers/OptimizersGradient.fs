/// Optimizers that follow the gradient, with momentum or scaled by its past size, as members of `Optimizers`.
namespace Keras.FSharp

/// Optimizers that follow the gradient, with momentum or scaled by its past size, as members of `Optimizers`.
[<AutoOpen>]
module OptimizersGradient =
    type Optimizers with

        /// Gradient descent, with momentum if it is not 0. (`keras.optimizers.SGD`.)
        static member SGD
            (
                ?learningRate: LearningRate,
                ?momentum: float,
                ?nesterov: bool,
                ?weightDecay: float,
                ?clipnorm: float,
                ?clipvalue: float,
                ?globalClipnorm: float,
                ?useEma: bool,
                ?emaMomentum: float,
                ?emaOverwriteFrequency: int,
                ?lossScaleFactor: float,
                ?gradientAccumulationSteps: int,
                ?name: string,
                ?excludeFromWeightDecay: string list
            ) : Optimizer =
            let settings =
                Settings.given
                    "SGD"
                    0.01
                    learningRate
                    weightDecay
                    (clipnorm, clipvalue, globalClipnorm)
                    (useEma, emaMomentum, emaOverwriteFrequency)
                    (lossScaleFactor, gradientAccumulationSteps)
                    (name, excludeFromWeightDecay)

            let momentum = defaultArg momentum 0.0
            let nesterov = defaultArg nesterov false
            GradientRules.sgd settings momentum nesterov

        /// Divides the gradient by a moving average of its size. (`keras.optimizers.RMSprop`.)
        static member RMSprop
            (
                ?learningRate: LearningRate,
                ?rho: float,
                ?momentum: float,
                ?epsilon: float,
                ?centered: bool,
                ?weightDecay: float,
                ?clipnorm: float,
                ?clipvalue: float,
                ?globalClipnorm: float,
                ?useEma: bool,
                ?emaMomentum: float,
                ?emaOverwriteFrequency: int,
                ?lossScaleFactor: float,
                ?gradientAccumulationSteps: int,
                ?name: string,
                ?excludeFromWeightDecay: string list
            ) : Optimizer =
            let settings =
                Settings.given
                    "RMSprop"
                    0.001
                    learningRate
                    weightDecay
                    (clipnorm, clipvalue, globalClipnorm)
                    (useEma, emaMomentum, emaOverwriteFrequency)
                    (lossScaleFactor, gradientAccumulationSteps)
                    (name, excludeFromWeightDecay)

            let rho = defaultArg rho 0.9
            let momentum = defaultArg momentum 0.0
            let epsilon = defaultArg epsilon 1e-7
            let centered = defaultArg centered false
            GradientRules.rmsprop settings rho momentum epsilon centered

        /// Divides the gradient by the root of the sum of all squares so far. (`keras.optimizers.Adagrad`.)
        static member Adagrad
            (
                ?learningRate: LearningRate,
                ?initialAccumulatorValue: float,
                ?epsilon: float,
                ?weightDecay: float,
                ?clipnorm: float,
                ?clipvalue: float,
                ?globalClipnorm: float,
                ?useEma: bool,
                ?emaMomentum: float,
                ?emaOverwriteFrequency: int,
                ?lossScaleFactor: float,
                ?gradientAccumulationSteps: int,
                ?name: string,
                ?excludeFromWeightDecay: string list
            ) : Optimizer =
            let settings =
                Settings.given
                    "Adagrad"
                    0.001
                    learningRate
                    weightDecay
                    (clipnorm, clipvalue, globalClipnorm)
                    (useEma, emaMomentum, emaOverwriteFrequency)
                    (lossScaleFactor, gradientAccumulationSteps)
                    (name, excludeFromWeightDecay)

            let initialAccumulatorValue = defaultArg initialAccumulatorValue 0.1
            let epsilon = defaultArg epsilon 1e-7
            GradientRules.adagrad settings initialAccumulatorValue epsilon

        /// Adagrad over a moving window, with steps in the units of the variable. (`keras.optimizers.Adadelta`.)
        static member Adadelta
            (
                ?learningRate: LearningRate,
                ?rho: float,
                ?epsilon: float,
                ?weightDecay: float,
                ?clipnorm: float,
                ?clipvalue: float,
                ?globalClipnorm: float,
                ?useEma: bool,
                ?emaMomentum: float,
                ?emaOverwriteFrequency: int,
                ?lossScaleFactor: float,
                ?gradientAccumulationSteps: int,
                ?name: string,
                ?excludeFromWeightDecay: string list
            ) : Optimizer =
            let settings =
                Settings.given
                    "Adadelta"
                    0.001
                    learningRate
                    weightDecay
                    (clipnorm, clipvalue, globalClipnorm)
                    (useEma, emaMomentum, emaOverwriteFrequency)
                    (lossScaleFactor, gradientAccumulationSteps)
                    (name, excludeFromWeightDecay)

            let rho = defaultArg rho 0.95
            let epsilon = defaultArg epsilon 1e-7
            GradientRules.adadelta settings rho epsilon

        /// Steps of one size along the sign of the momentum. (`keras.optimizers.Lion`.)
        static member Lion
            (
                ?learningRate: LearningRate,
                ?beta1: float,
                ?beta2: float,
                ?weightDecay: float,
                ?clipnorm: float,
                ?clipvalue: float,
                ?globalClipnorm: float,
                ?useEma: bool,
                ?emaMomentum: float,
                ?emaOverwriteFrequency: int,
                ?lossScaleFactor: float,
                ?gradientAccumulationSteps: int,
                ?name: string,
                ?excludeFromWeightDecay: string list
            ) : Optimizer =
            let settings =
                Settings.given
                    "Lion"
                    0.001
                    learningRate
                    weightDecay
                    (clipnorm, clipvalue, globalClipnorm)
                    (useEma, emaMomentum, emaOverwriteFrequency)
                    (lossScaleFactor, gradientAccumulationSteps)
                    (name, excludeFromWeightDecay)

            let beta1 = defaultArg beta1 0.9
            let beta2 = defaultArg beta2 0.99
            GradientRules.lion settings beta1 beta2

        /// Follow the regularized leader. (`keras.optimizers.Ftrl`.)
        static member Ftrl
            (
                ?learningRate: LearningRate,
                ?learningRatePower: float,
                ?initialAccumulatorValue: float,
                ?l1RegularizationStrength: float,
                ?l2RegularizationStrength: float,
                ?l2ShrinkageRegularizationStrength: float,
                ?beta: float,
                ?weightDecay: float,
                ?clipnorm: float,
                ?clipvalue: float,
                ?globalClipnorm: float,
                ?useEma: bool,
                ?emaMomentum: float,
                ?emaOverwriteFrequency: int,
                ?lossScaleFactor: float,
                ?gradientAccumulationSteps: int,
                ?name: string,
                ?excludeFromWeightDecay: string list
            ) : Optimizer =
            let settings =
                Settings.given
                    "Ftrl"
                    0.001
                    learningRate
                    weightDecay
                    (clipnorm, clipvalue, globalClipnorm)
                    (useEma, emaMomentum, emaOverwriteFrequency)
                    (lossScaleFactor, gradientAccumulationSteps)
                    (name, excludeFromWeightDecay)

            let learningRatePower = defaultArg learningRatePower (-0.5)
            let initialAccumulatorValue = defaultArg initialAccumulatorValue 0.1
            let l1RegularizationStrength = defaultArg l1RegularizationStrength 0.0
            let l2RegularizationStrength = defaultArg l2RegularizationStrength 0.0
            let l2ShrinkageRegularizationStrength = defaultArg l2ShrinkageRegularizationStrength 0.0
            let beta = defaultArg beta 0.0

            GradientRules.ftrl settings {
                Power = learningRatePower
                InitialAccumulator = initialAccumulatorValue
                L1 = l1RegularizationStrength
                L2 = l2RegularizationStrength
                L2Shrinkage = l2ShrinkageRegularizationStrength
                Beta = beta
            }
