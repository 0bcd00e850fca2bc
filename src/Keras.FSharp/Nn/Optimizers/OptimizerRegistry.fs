/// The optimizers by class name, for records in files and for names.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// The registry, and what it writes.
[<AbstractClass; Sealed>]
type internal OptimizerRegistry private () =
    static let registry =
        lazy
            (Registry<Optimizer>(
                "optimizer",
                "keras.optimizers",
                true,
                (fun rewrite x -> { x with Arguments = rewrite x.Arguments }),
                [
                    "SGD",
                    [],
                    (fun c ->
                        let settings = Settings.read "SGD" 0.01 None c
                        let momentum = c.Float("momentum", 0.0)
                        let nesterov = c.Bool("nesterov", false)
                        GradientRules.sgd settings momentum nesterov)
                    "RMSprop",
                    [],
                    (fun c ->
                        let settings = Settings.read "RMSprop" 0.001 None c
                        let rho = c.Float("rho", 0.9)
                        let momentum = c.Float("momentum", 0.0)
                        let epsilon = c.Float("epsilon", 1e-7)
                        let centered = c.Bool("centered", false)
                        GradientRules.rmsprop settings rho momentum epsilon centered)
                    "Adam",
                    [],
                    (fun c ->
                        let settings = Settings.read "Adam" 0.001 None c
                        let beta1 = c.Float("beta_1", 0.9)
                        let beta2 = c.Float("beta_2", 0.999)
                        let epsilon = c.Float("epsilon", 1e-7)
                        let amsgrad = c.Bool("amsgrad", false)
                        AdamRules.adam "Adam" settings beta1 beta2 epsilon amsgrad)
                    "AdamW",
                    [],
                    (fun c ->
                        let settings = Settings.read "AdamW" 0.001 (Some 0.004) c
                        let beta1 = c.Float("beta_1", 0.9)
                        let beta2 = c.Float("beta_2", 0.999)
                        let epsilon = c.Float("epsilon", 1e-7)
                        let amsgrad = c.Bool("amsgrad", false)
                        AdamRules.adam "AdamW" settings beta1 beta2 epsilon amsgrad)
                    "Adamax",
                    [],
                    (fun c ->
                        let settings = Settings.read "Adamax" 0.001 None c
                        let beta1 = c.Float("beta_1", 0.9)
                        let beta2 = c.Float("beta_2", 0.999)
                        let epsilon = c.Float("epsilon", 1e-7)
                        AdamRules.adamax settings beta1 beta2 epsilon)
                    "Nadam",
                    [],
                    (fun c ->
                        let settings = Settings.read "Nadam" 0.001 None c
                        let beta1 = c.Float("beta_1", 0.9)
                        let beta2 = c.Float("beta_2", 0.999)
                        let epsilon = c.Float("epsilon", 1e-7)
                        AdamRules.nadam settings beta1 beta2 epsilon)
                    "Lamb",
                    [],
                    (fun c ->
                        let settings = Settings.read "Lamb" 0.001 None c
                        let beta1 = c.Float("beta_1", 0.9)
                        let beta2 = c.Float("beta_2", 0.999)
                        let epsilon = c.Float("epsilon", 1e-7)
                        AdamRules.lamb settings beta1 beta2 epsilon)
                    "Lion",
                    [],
                    (fun c ->
                        let settings = Settings.read "Lion" 0.001 None c
                        let beta1 = c.Float("beta_1", 0.9)
                        let beta2 = c.Float("beta_2", 0.99)
                        GradientRules.lion settings beta1 beta2)
                    "Adagrad",
                    [],
                    (fun c ->
                        let settings = Settings.read "Adagrad" 0.001 None c
                        let initialAccumulatorValue = c.Float("initial_accumulator_value", 0.1)
                        let epsilon = c.Float("epsilon", 1e-7)
                        GradientRules.adagrad settings initialAccumulatorValue epsilon)
                    "Adadelta",
                    [],
                    (fun c ->
                        let settings = Settings.read "Adadelta" 0.001 None c
                        let rho = c.Float("rho", 0.95)
                        let epsilon = c.Float("epsilon", 1e-7)
                        GradientRules.adadelta settings rho epsilon)
                    "Ftrl",
                    [],
                    (fun c ->
                        let settings = Settings.read "Ftrl" 0.001 None c
                        let learningRatePower = c.Float("learning_rate_power", -0.5)
                        let initialAccumulatorValue = c.Float("initial_accumulator_value", 0.1)
                        let l1RegularizationStrength = c.Float("l1_regularization_strength", 0.0)
                        let l2RegularizationStrength = c.Float("l2_regularization_strength", 0.0)
                        let l2ShrinkageRegularizationStrength = c.Float("l2_shrinkage_regularization_strength", 0.0)
                        let beta = c.Float("beta", 0.0)

                        GradientRules.ftrl settings {
                            Power = learningRatePower
                            InitialAccumulator = initialAccumulatorValue
                            L1 = l1RegularizationStrength
                            L2 = l2RegularizationStrength
                            L2Shrinkage = l2ShrinkageRegularizationStrength
                            Beta = beta
                        })
                    "Adafactor",
                    [],
                    (fun c ->
                        let settings = Settings.read "Adafactor" 0.001 None c
                        let beta2Decay = c.Float("beta_2_decay", -0.8)
                        let epsilon1 = c.Float("epsilon_1", 1e-30)
                        let epsilon2 = c.Float("epsilon_2", 0.001)
                        let clipThreshold = c.Float("clip_threshold", 1.0)
                        let relativeStep = c.Bool("relative_step", true)

                        MatrixRules.adafactor settings {
                            Beta2Decay = beta2Decay
                            Epsilon1 = epsilon1
                            Epsilon2 = epsilon2
                            ClipThreshold = clipThreshold
                            RelativeStep = relativeStep
                        })
                    "Muon",
                    [],
                    (fun c ->
                        let settings = Settings.read "Muon" 0.001 (Some 0.004) c
                        let adamBeta1 = c.Float("adam_beta_1", 0.9)
                        let adamBeta2 = c.Float("adam_beta_2", 0.999)
                        let adamWeightDecay = c.FloatOption("adam_weight_decay", Some 0.004)
                        let epsilon = c.Float("epsilon", 1e-7)
                        let excludeLayers = c.Texts("exclude_layers", [])
                        let excludeEmbeddings = c.Bool("exclude_embeddings", true)
                        let muonA = c.Float("muon_a", 3.4445)
                        let muonB = c.Float("muon_b", -4.775)
                        let muonC = c.Float("muon_c", 2.0315)
                        let adamLrRatio = c.FloatOption "adam_lr_ratio"
                        let momentum = c.Float("momentum", 0.95)
                        let nsSteps = c.Int("ns_steps", 5)
                        let nesterov = c.Bool("nesterov", true)
                        let rmsRate = c.FloatOption("rms_rate", Some 0.2)

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
                        })
                    "ScheduleFreeAdamW",
                    [],
                    (fun c ->
                        let settings = Settings.read "ScheduleFreeAdamW" 0.0025 None c
                        let beta1 = c.Float("beta_1", 0.9)
                        let beta2 = c.Float("beta_2", 0.999)
                        let epsilon = c.Float("epsilon", 1e-8)
                        let warmupSteps = c.Int("warmup_steps", 0)
                        AdamRules.scheduleFreeAdamW settings beta1 beta2 epsilon warmupSteps)
                    "LossScaleOptimizer",
                    [],
                    (fun c ->
                        OptimizerRegistry.LossScale(
                            OptimizerRegistry.Value.OfJson("inner_optimizer", c.Required "inner_optimizer"),
                            c.Float("initial_scale", 32768.0),
                            c.Int("dynamic_growth_steps", 2000),
                            c.TextOption "name"
                        ))
                ]
            ))

    /// An optimizer around another one, whose loss and gradients are scaled.
    static member LossScale(inner: Optimizer, scale: float, growthSteps: int, name: string option) : Optimizer = {
        Class = "LossScaleOptimizer"
        Settings = {
            Name = defaultArg name "loss_scale_optimizer"
            // Keras keeps a rate of its own here, which nothing uses.
            LearningRate = LearningRate.Constant 0.0
            WeightDecay = None
            ClipNorm = None
            GlobalClipNorm = None
            ClipValue = None
            UseEma = false
            EmaMomentum = 0.99
            EmaOverwriteFrequency = None
            LossScaleFactor = None
            GradientAccumulationSteps = None
            ExcludeFromWeightDecay = []
        }
        Arguments = []
        Kind = OptimizerKind.LossScale(inner, scale, growthSteps)
    }

    /// The classes by name, in any case.
    static member Value: Registry<Optimizer> = registry.Value

    /// The config as Keras writes it.
    static member Config(opt: Optimizer) : (string * Json) list =
        match opt.Kind with
        | OptimizerKind.Rule _ -> Settings.write opt.Settings @ opt.Arguments
        | OptimizerKind.LossScale(inner, scale, growth) -> [
            "name", Json.Text opt.Settings.Name
            "inner_optimizer", Serialized.toJson (OptimizerRegistry.Record inner)
            "initial_scale", Json.Float scale
            "dynamic_growth_steps", Json.Int(int64 growth)
          ]

    /// The record, in the form that every backend of Keras reads.
    static member Record(opt: Optimizer) : Serialized =
        Serialized.make "keras.optimizers" opt.Class (OptimizerRegistry.Config opt)
