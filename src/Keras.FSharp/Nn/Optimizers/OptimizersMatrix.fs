/// Optimizers that treat matrices as such, as members of `Optimizers`.
namespace Keras.FSharp

/// Optimizers that treat matrices as such, as members of `Optimizers`.
[<AutoOpen>]
module OptimizersMatrix =
    type Optimizers with

        /// Adam without momentum, whose second moment is factored into rows and columns. (`keras.optimizers.Adafactor`.)
        static member Adafactor
            (
                ?learningRate: LearningRate,
                ?beta2Decay: float,
                ?epsilon1: float,
                ?epsilon2: float,
                ?clipThreshold: float,
                ?relativeStep: bool,
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
                    "Adafactor"
                    0.001
                    learningRate
                    weightDecay
                    (clipnorm, clipvalue, globalClipnorm)
                    (useEma, emaMomentum, emaOverwriteFrequency)
                    (lossScaleFactor, gradientAccumulationSteps)
                    (name, excludeFromWeightDecay)

            let beta2Decay = defaultArg beta2Decay (-0.8)
            let epsilon1 = defaultArg epsilon1 1e-30
            let epsilon2 = defaultArg epsilon2 0.001
            let clipThreshold = defaultArg clipThreshold 1.0
            let relativeStep = defaultArg relativeStep true

            MatrixRules.adafactor settings {
                Beta2Decay = beta2Decay
                Epsilon1 = epsilon1
                Epsilon2 = epsilon2
                ClipThreshold = clipThreshold
                RelativeStep = relativeStep
            }

        /// Orthogonalized momentum for matrices, Adam (with `adamWeightDecay`) for all other variables, embeddings and those whose path matches one of `excludeLayers`. (`keras.optimizers.Muon`.)
        static member Muon
            (
                ?learningRate: LearningRate,
                ?adamBeta1: float,
                ?adamBeta2: float,
                ?adamWeightDecay: float,
                ?epsilon: float,
                ?excludeLayers: string list,
                ?excludeEmbeddings: bool,
                ?muonA: float,
                ?muonB: float,
                ?muonC: float,
                ?adamLrRatio: float,
                ?momentum: float,
                ?nsSteps: int,
                ?nesterov: bool,
                ?rmsRate: float,
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
                    "Muon"
                    0.001
                    learningRate
                    (Some(defaultArg weightDecay 0.004))
                    (clipnorm, clipvalue, globalClipnorm)
                    (useEma, emaMomentum, emaOverwriteFrequency)
                    (lossScaleFactor, gradientAccumulationSteps)
                    (name, excludeFromWeightDecay)

            let adamBeta1 = defaultArg adamBeta1 0.9
            let adamBeta2 = defaultArg adamBeta2 0.999
            let adamWeightDecay = Some(defaultArg adamWeightDecay 0.004)
            let epsilon = defaultArg epsilon 1e-7
            let excludeLayers = defaultArg excludeLayers []
            let excludeEmbeddings = defaultArg excludeEmbeddings true
            let muonA = defaultArg muonA 3.4445
            let muonB = defaultArg muonB (-4.775)
            let muonC = defaultArg muonC 2.0315
            let momentum = defaultArg momentum 0.95
            let nsSteps = defaultArg nsSteps 5
            let nesterov = defaultArg nesterov true
            let rmsRate = Some(defaultArg rmsRate 0.2)

            MatrixRules.muon settings {
                AdamBeta1 = adamBeta1
                AdamBeta2 = adamBeta2
                Epsilon = epsilon
                ExcludeLayers = excludeLayers
                A = muonA
                B = muonB
                C = muonC
                AdamRateRatio = adamLrRatio
                Momentum = momentum
                Iterations = nsSteps
                Nesterov = nesterov
                ExcludeEmbeddings = excludeEmbeddings
                AdamWeightDecay = adamWeightDecay
                RmsRate = rmsRate
            }
