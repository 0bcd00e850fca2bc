/// The rules of optimizers without bias correction: SGD, RMSprop, Adagrad, Adadelta, Ftrl, Lion. m, v, … are slots, g is
/// the gradient, η the learning rate.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.GradientRules

open Keras.FSharp.Saving

let private make (cls: string) (settings: OptimizerSettings) arguments (rule: UpdateRule) : Optimizer = {
    Class = cls
    Settings = settings
    Arguments = arguments
    Kind = OptimizerKind.Rule rule
}

/// x · √ of what follows, inverted: a / √b.
let private overRoot (a: Tensor) (b: Tensor) : Tensor = Lax.div a (Lax.sqrt b)

/// x - η g; with momentum μ: m' = μ m - η g, x + m', and Nesterov's x + μ m' - η g.
let sgd (settings: OptimizerSettings) (momentum: float) (nesterov: bool) : Optimizer =
    if momentum < 0.0 || momentum > 1.0 then
        Fail.value "optimizers.SGD" $"'momentum' is {momentum}" "It must lie between 0 and 1."

    let step (s: StepInput) =
        let x = Rule.decayed s

        if momentum = 0.0 then
            struct (Lax.sub x (Lax.mul s.Gradient s.Rate), [||])
        else
            let struct (x, m) = Updates.sgdMomentum momentum nesterov x s.Gradient s.Slots[0] s.Rate
            struct (x, [| m |])

    Rule.simple (fun p -> if momentum = 0.0 then [] else [ Rule.zeros "momentum" p ]) step
    |> make "SGD" settings [ "momentum", Json.Float momentum; "nesterov", Json.Bool nesterov ]

/// v' = ρ v + (1 - ρ) g²; x - η g / √(v' - a'² + ε), where a is the average gradient if centered, else 0; with momentum μ
/// the step is m' = μ m + that.
let rmsprop settings (rho: float) (momentum: float) (epsilon: float) (centered: bool) : Optimizer =
    let slots p = [
        [ Rule.zeros "velocity" p ]
        if momentum > 0.0 then
            [ Rule.zeros "momentum" p ]
        if centered then
            [ Rule.zeros "average_gradient" p ]
    ]

    let step (s: StepInput) =
        let g = s.Gradient
        let v = Rule.towards (1.0 - rho) (Lax.square g) s.Slots[0]

        let average = if centered then [| Rule.towards (1.0 - rho) g (Array.last s.Slots) |] else [||]

        let spread = if centered then Lax.sub v (Lax.square average[0]) else v
        let move = overRoot (Lax.mul s.Rate g) (Lax.shift epsilon spread)

        let momenta =
            if momentum > 0.0 then
                [| Lax.add (Lax.scale momentum s.Slots[1]) move |]
            else
                [||]

        let move = if momentum > 0.0 then momenta[0] else move
        struct (Lax.sub (Rule.decayed s) move, Array.concat [ [| v |]; momenta; average ])

    { Rule.simple (fun _ -> []) step with Slots = slots }
    |> make "RMSprop" settings [
        "rho", Json.Float rho
        "momentum", Json.Float momentum
        "epsilon", Json.Float epsilon
        "centered", Json.Bool centered
    ]

/// a' = a + g²; x - η g / √(a' + ε).
let adagrad settings (initialAccumulator: float) (epsilon: float) : Optimizer =
    let step (s: StepInput) =
        let a = Lax.add s.Slots[0] (Lax.square s.Gradient)
        let move = overRoot (Lax.mul s.Rate s.Gradient) (Lax.shift epsilon a)
        struct (Lax.sub (Rule.decayed s) move, [| a |])

    Rule.simple (fun p -> [ Rule.filled "accumulator" initialAccumulator p ]) step
    |> make "Adagrad" settings [
        "initial_accumulator_value", Json.Float initialAccumulator
        "epsilon", Json.Float epsilon
    ]

/// a' = ρ a + (1 - ρ) g²; δ = g √(d + ε) / √(a' + ε); d' = ρ d + (1 - ρ) δ²; x - η δ.
let adadelta settings (rho: float) (epsilon: float) : Optimizer =
    let step (s: StepInput) =
        let root x = Lax.sqrt (Lax.shift epsilon x)
        let a = Rule.towards (1.0 - rho) (Lax.square s.Gradient) s.Slots[0]
        let delta = Lax.div (Lax.mul (root s.Slots[1]) s.Gradient) (root a)
        let d = Rule.towards (1.0 - rho) (Lax.square delta) s.Slots[1]
        struct (Lax.sub (Rule.decayed s) (Lax.mul s.Rate delta), [| a; d |])

    Rule.simple (fun p -> [ Rule.zeros "accumulated_grad" p; Rule.zeros "accumulated_delta_var" p ]) step
    |> make "Adadelta" settings [ "rho", Json.Float rho; "epsilon", Json.Float epsilon ]

/// What "follow the regularized leader" is told besides the common arguments.
[<NoEquality; NoComparison>]
type FtrlArguments = {
    Power: float
    InitialAccumulator: float
    L1: float
    L2: float
    L2Shrinkage: float
    Beta: float
}

/// With p = -power: a' = a + g², l' = l + g + 2 s x - (a'^p - a^p) / η · x; the new x is
/// (clip(l', -l1, l1) - l') / (a'^p / η + 2 (l2 + β / 2η)).
let ftrl settings (f: FtrlArguments) : Optimizer =
    let step (s: StepInput) =
        let x, a, eta = Rule.decayed s, s.Slots[0], s.Rate
        let number (v: float) = Lax.scalar x.DType v
        let power (v: Tensor) = Lax.pow v (number -f.Power)
        let next = Lax.add a (Lax.square s.Gradient)
        let raised = power next
        let pull = Lax.mul (Lax.div (Lax.sub raised (power a)) eta) x
        let push = Lax.add s.Gradient (Lax.scale (2.0 * f.L2Shrinkage) x)
        let linear = Lax.add s.Slots[1] (Lax.sub push pull)
        let l2 = Lax.shift f.L2 (Lax.div (number f.Beta) (Lax.scale 2.0 eta))
        let quadratic = Lax.add (Lax.div raised eta) (Lax.scale 2.0 l2)
        let clipped = Lax.clamp (number -f.L1) (number f.L1) linear
        struct (Lax.div (Lax.sub clipped linear) quadratic, [| next; linear |])

    Rule.simple (fun p -> [ Rule.filled "accumulator" f.InitialAccumulator p; Rule.zeros "linear" p ]) step
    |> make "Ftrl" settings [
        "learning_rate_power", Json.Float f.Power
        "initial_accumulator_value", Json.Float f.InitialAccumulator
        "l1_regularization_strength", Json.Float f.L1
        "l2_regularization_strength", Json.Float f.L2
        "l2_shrinkage_regularization_strength", Json.Float f.L2Shrinkage
        "beta", Json.Float f.Beta
    ]

/// x - η sign(β1 m + (1 - β1) g); m' = β2 m + (1 - β2) g.
let lion settings (beta1: float) (beta2: float) : Optimizer =
    if beta1 <= 0.0 || beta1 > 1.0 then
        Fail.value "optimizers.Lion" $"'beta_1' is {beta1}" "It must be above 0 and at most 1."

    let step (s: StepInput) =
        let m = s.Slots[0]
        let blend (beta: float) = Lax.add (Lax.scale beta m) (Lax.scale (1.0 - beta) s.Gradient)
        struct (Lax.sub (Rule.decayed s) (Lax.mul s.Rate (Lax.sign (blend beta1))), [| blend beta2 |])

    Rule.simple (fun p -> [ Rule.zeros "momentum" p ]) step
    |> make "Lion" settings [ "beta_1", Json.Float beta1; "beta_2", Json.Float beta2 ]
