/// Adam and its relatives as members of `Optimizers`.
namespace Keras.FSharp

/// Adam and its relatives as members of `Optimizers`.
[<AutoOpen>]
module OptimizersAdam =
    type Optimizers with

        /// Adaptive moments; epsilon is added to the root of the uncorrected second moment. (`keras.optimizers.Adam`.)
        static member Adam
            (
                ?learningRate: LearningRate,
                ?beta1: float,
                ?beta2: float,
                ?epsilon: float,
                ?amsgrad: bool,
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
                    "Adam"
                    0.001
                    learningRate
                    weightDecay
                    (clipnorm, clipvalue, globalClipnorm)
                    (useEma, emaMomentum, emaOverwriteFrequency)
                    (lossScaleFactor, gradientAccumulationSteps)
                    (name, excludeFromWeightDecay)

            let beta1 = defaultArg beta1 0.9
            let beta2 = defaultArg beta2 0.999
            let epsilon = defaultArg epsilon 1e-7
            let amsgrad = defaultArg amsgrad false
            AdamRules.adam "Adam" settings beta1 beta2 epsilon amsgrad

        /// Adam with weight decay (0.004 unless given). (`keras.optimizers.AdamW`.)
        static member AdamW
            (
                ?learningRate: LearningRate,
                ?beta1: float,
                ?beta2: float,
                ?epsilon: float,
                ?amsgrad: bool,
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
                    "AdamW"
                    0.001
                    learningRate
                    (Some(defaultArg weightDecay 0.004))
                    (clipnorm, clipvalue, globalClipnorm)
                    (useEma, emaMomentum, emaOverwriteFrequency)
                    (lossScaleFactor, gradientAccumulationSteps)
                    (name, excludeFromWeightDecay)

            let beta1 = defaultArg beta1 0.9
            let beta2 = defaultArg beta2 0.999
            let epsilon = defaultArg epsilon 1e-7
            let amsgrad = defaultArg amsgrad false
            AdamRules.adam "AdamW" settings beta1 beta2 epsilon amsgrad

        /// Adam with the largest absolute gradient in place of the second moment. (`keras.optimizers.Adamax`.)
        static member Adamax
            (
                ?learningRate: LearningRate,
                ?beta1: float,
                ?beta2: float,
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
                    "Adamax"
                    0.001
                    learningRate
                    weightDecay
                    (clipnorm, clipvalue, globalClipnorm)
                    (useEma, emaMomentum, emaOverwriteFrequency)
                    (lossScaleFactor, gradientAccumulationSteps)
                    (name, excludeFromWeightDecay)

            let beta1 = defaultArg beta1 0.9
            let beta2 = defaultArg beta2 0.999
            let epsilon = defaultArg epsilon 1e-7
            AdamRules.adamax settings beta1 beta2 epsilon

        /// Adam with Nesterov's momentum. (`keras.optimizers.Nadam`.)
        static member Nadam
            (
                ?learningRate: LearningRate,
                ?beta1: float,
                ?beta2: float,
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
                    "Nadam"
                    0.001
                    learningRate
                    weightDecay
                    (clipnorm, clipvalue, globalClipnorm)
                    (useEma, emaMomentum, emaOverwriteFrequency)
                    (lossScaleFactor, gradientAccumulationSteps)
                    (name, excludeFromWeightDecay)

            let beta1 = defaultArg beta1 0.9
            let beta2 = defaultArg beta2 0.999
            let epsilon = defaultArg epsilon 1e-7
            AdamRules.nadam settings beta1 beta2 epsilon

        /// Adam with a step per variable that is proportional to its norm. (`keras.optimizers.Lamb`.)
        static member Lamb
            (
                ?learningRate: LearningRate,
                ?beta1: float,
                ?beta2: float,
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
                    "Lamb"
                    0.001
                    learningRate
                    weightDecay
                    (clipnorm, clipvalue, globalClipnorm)
                    (useEma, emaMomentum, emaOverwriteFrequency)
                    (lossScaleFactor, gradientAccumulationSteps)
                    (name, excludeFromWeightDecay)

            let beta1 = defaultArg beta1 0.9
            let beta2 = defaultArg beta2 0.999
            let epsilon = defaultArg epsilon 1e-7
            AdamRules.lamb settings beta1 beta2 epsilon

        /// Adam that needs no schedule: gradients are taken between a fast iterate and the mean of all iterates. (`keras.optimizers.ScheduleFreeAdamW`.)
        static member ScheduleFreeAdamW
            (
                ?learningRate: LearningRate,
                ?beta1: float,
                ?beta2: float,
                ?epsilon: float,
                ?warmupSteps: int,
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
                    "ScheduleFreeAdamW"
                    0.0025
                    learningRate
                    weightDecay
                    (clipnorm, clipvalue, globalClipnorm)
                    (useEma, emaMomentum, emaOverwriteFrequency)
                    (lossScaleFactor, gradientAccumulationSteps)
                    (name, excludeFromWeightDecay)

            let beta1 = defaultArg beta1 0.9
            let beta2 = defaultArg beta2 0.999
            let epsilon = defaultArg epsilon 1e-8
            let warmupSteps = defaultArg warmupSteps 0
            AdamRules.scheduleFreeAdamW settings beta1 beta2 epsilon warmupSteps
