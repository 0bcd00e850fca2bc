/// The constructors of all of Keras's optimizers.
namespace Keras.FSharp

/// The optimizers of `keras.optimizers`, with its names, defaults and arguments.
///
/// All take, besides their own arguments: `learningRate` (a number or a schedule), `weightDecay` (decoupled: a variable
/// loses that part of itself times the rate; `excludeFromWeightDecay` lists regular expressions of names that do not),
/// one of `clipnorm` (per gradient), `globalClipnorm` (all together) and `clipvalue`; `useEma` with `emaMomentum` and
/// `emaOverwriteFrequency`; `lossScaleFactor` (gradients are divided by it); `gradientAccumulationSteps` (one update per
/// so many calls, with the mean gradient); `name`. Wrong combinations are errors.
[<AbstractClass; Sealed>]
type Optimizers private () =
    static let settings
        (cls: string)
        (defaultRate: float)
        (learningRate: LearningRate option)
        weightDecay
        clipnorm
        clipvalue
        globalClipnorm
        useEma
        emaMomentum
        emaOverwriteFrequency
        lossScaleFactor
        gradientAccumulationSteps
        name
        exclude
        : OptimizerSettings =
        Settings.check cls {
            Name = defaultArg name (Registry<Optimizer>.SnakeCase cls)
            LearningRate = defaultArg learningRate (LearningRate.Constant defaultRate)
            WeightDecay = weightDecay
            ClipNorm = clipnorm
            GlobalClipNorm = globalClipnorm
            ClipValue = clipvalue
            UseEma = defaultArg useEma false
            EmaMomentum = defaultArg emaMomentum 0.99
            EmaOverwriteFrequency = emaOverwriteFrequency
            LossScaleFactor = lossScaleFactor
            GradientAccumulationSteps = gradientAccumulationSteps
            ExcludeFromWeightDecay = defaultArg exclude []
        }

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
            settings
                "SGD"
                0.01
                learningRate
                weightDecay
                clipnorm
                clipvalue
                globalClipnorm
                useEma
                emaMomentum
                emaOverwriteFrequency
                lossScaleFactor
                gradientAccumulationSteps
                name
                excludeFromWeightDecay

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
            settings
                "RMSprop"
                0.001
                learningRate
                weightDecay
                clipnorm
                clipvalue
                globalClipnorm
                useEma
                emaMomentum
                emaOverwriteFrequency
                lossScaleFactor
                gradientAccumulationSteps
                name
                excludeFromWeightDecay

        let rho = defaultArg rho 0.9
        let momentum = defaultArg momentum 0.0
        let epsilon = defaultArg epsilon 1e-7
        let centered = defaultArg centered false
        GradientRules.rmsprop settings rho momentum epsilon centered

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
            settings
                "Adam"
                0.001
                learningRate
                weightDecay
                clipnorm
                clipvalue
                globalClipnorm
                useEma
                emaMomentum
                emaOverwriteFrequency
                lossScaleFactor
                gradientAccumulationSteps
                name
                excludeFromWeightDecay

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
            settings
                "AdamW"
                0.001
                learningRate
                (Some(defaultArg weightDecay 0.004))
                clipnorm
                clipvalue
                globalClipnorm
                useEma
                emaMomentum
                emaOverwriteFrequency
                lossScaleFactor
                gradientAccumulationSteps
                name
                excludeFromWeightDecay

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
            settings
                "Adamax"
                0.001
                learningRate
                weightDecay
                clipnorm
                clipvalue
                globalClipnorm
                useEma
                emaMomentum
                emaOverwriteFrequency
                lossScaleFactor
                gradientAccumulationSteps
                name
                excludeFromWeightDecay

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
            settings
                "Nadam"
                0.001
                learningRate
                weightDecay
                clipnorm
                clipvalue
                globalClipnorm
                useEma
                emaMomentum
                emaOverwriteFrequency
                lossScaleFactor
                gradientAccumulationSteps
                name
                excludeFromWeightDecay

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
            settings
                "Lamb"
                0.001
                learningRate
                weightDecay
                clipnorm
                clipvalue
                globalClipnorm
                useEma
                emaMomentum
                emaOverwriteFrequency
                lossScaleFactor
                gradientAccumulationSteps
                name
                excludeFromWeightDecay

        let beta1 = defaultArg beta1 0.9
        let beta2 = defaultArg beta2 0.999
        let epsilon = defaultArg epsilon 1e-7
        AdamRules.lamb settings beta1 beta2 epsilon

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
            settings
                "Lion"
                0.001
                learningRate
                weightDecay
                clipnorm
                clipvalue
                globalClipnorm
                useEma
                emaMomentum
                emaOverwriteFrequency
                lossScaleFactor
                gradientAccumulationSteps
                name
                excludeFromWeightDecay

        let beta1 = defaultArg beta1 0.9
        let beta2 = defaultArg beta2 0.99
        GradientRules.lion settings beta1 beta2

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
            settings
                "Adagrad"
                0.001
                learningRate
                weightDecay
                clipnorm
                clipvalue
                globalClipnorm
                useEma
                emaMomentum
                emaOverwriteFrequency
                lossScaleFactor
                gradientAccumulationSteps
                name
                excludeFromWeightDecay

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
            settings
                "Adadelta"
                0.001
                learningRate
                weightDecay
                clipnorm
                clipvalue
                globalClipnorm
                useEma
                emaMomentum
                emaOverwriteFrequency
                lossScaleFactor
                gradientAccumulationSteps
                name
                excludeFromWeightDecay

        let rho = defaultArg rho 0.95
        let epsilon = defaultArg epsilon 1e-7
        GradientRules.adadelta settings rho epsilon

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
            settings
                "Ftrl"
                0.001
                learningRate
                weightDecay
                clipnorm
                clipvalue
                globalClipnorm
                useEma
                emaMomentum
                emaOverwriteFrequency
                lossScaleFactor
                gradientAccumulationSteps
                name
                excludeFromWeightDecay

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
            settings
                "Adafactor"
                0.001
                learningRate
                weightDecay
                clipnorm
                clipvalue
                globalClipnorm
                useEma
                emaMomentum
                emaOverwriteFrequency
                lossScaleFactor
                gradientAccumulationSteps
                name
                excludeFromWeightDecay

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
            settings
                "Muon"
                0.001
                learningRate
                (Some(defaultArg weightDecay 0.004))
                clipnorm
                clipvalue
                globalClipnorm
                useEma
                emaMomentum
                emaOverwriteFrequency
                lossScaleFactor
                gradientAccumulationSteps
                name
                excludeFromWeightDecay

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
            settings
                "ScheduleFreeAdamW"
                0.0025
                learningRate
                weightDecay
                clipnorm
                clipvalue
                globalClipnorm
                useEma
                emaMomentum
                emaOverwriteFrequency
                lossScaleFactor
                gradientAccumulationSteps
                name
                excludeFromWeightDecay

        let beta1 = defaultArg beta1 0.9
        let beta2 = defaultArg beta2 0.999
        let epsilon = defaultArg epsilon 1e-8
        let warmupSteps = defaultArg warmupSteps 0
        AdamRules.scheduleFreeAdamW settings beta1 beta2 epsilon warmupSteps

    /// Another optimizer for half precision: the loss is multiplied by a scale (`scaleLoss`), gradients are divided by it.
    /// Where they are not finite, nothing is updated and the scale is halved; after `dynamicGrowthSteps` finite ones in a
    /// row it is doubled. (`keras.optimizers.LossScaleOptimizer`.)
    static member LossScaleOptimizer
        (inner: Optimizer, ?initialScale: float, ?dynamicGrowthSteps: int, ?name: string)
        : Optimizer =
        OptimizerRegistry.LossScale(inner, defaultArg initialScale 32768.0, defaultArg dynamicGrowthSteps 2000, name)

    /// An optimizer of one's own: a name and a rule for one parameter. It cannot be saved.
    static member OfRule(name: string, learningRate: LearningRate, rule: UpdateRule) : Optimizer = {
        Class = name
        Settings = settings name 0.001 (Some learningRate) None None None None None None None None None (Some name) None
        Arguments = []
        Kind = OptimizerKind.Rule rule
    }
