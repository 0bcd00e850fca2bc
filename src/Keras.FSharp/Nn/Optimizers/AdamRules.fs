/// The rules of Adam and its relatives: AdamW, Adamax, Nadam, Lamb, the schedule-free AdamW. m and v are slots, g is the
/// gradient, η the learning rate, t the number of the update, counted from 1.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.AdamRules

open Keras.FSharp.Saving

let private make (cls: string) (settings: OptimizerSettings) arguments (rule: UpdateRule) : Optimizer = {
    Class = cls
    Settings = settings
    Arguments = arguments
    Kind = OptimizerKind.Rule rule
}

let private moments (second: string) (p: Parameter) = [ Rule.zeros "momentum" p; Rule.zeros second p ]

let private betas (beta1: float) (beta2: float) (epsilon: float) = [
    "beta_1", Json.Float beta1
    "beta_2", Json.Float beta2
    "epsilon", Json.Float epsilon
]

/// η √(1 - β2^t) / (1 - β1^t): the bias correction of both moments, moved into the step size, so that epsilon is added to
/// the uncorrected root.
let stepSize (beta1: float) (beta2: float) (t: Tensor) (rate: Tensor) : Tensor =
    let root = Lax.sqrt (Rule.oneMinus (Rule.power beta2 t))
    Lax.div (Lax.mul rate root) (Rule.oneMinus (Rule.power beta1 t))

/// The moving averages of the gradient and of its square.
let private average (beta1: float) (beta2: float) (s: StepInput) =
    struct (Rule.towards (1.0 - beta1) s.Gradient s.Slots[0],
            Rule.towards (1.0 - beta2) (Lax.square s.Gradient) s.Slots[1])

/// Adam's step on one parameter with a given step size; weight decay is part of the fused operation.
let step (beta1: float) (beta2: float) (epsilon: float) (alpha: Tensor) (s: StepInput) =
    let decay = Lax.scale s.Decay s.Rate

    let struct (x, m, v) =
        Updates.adam beta1 beta2 epsilon s.Value s.Gradient s.Slots[0] s.Slots[1] alpha decay

    struct (x, [| m; v |])

/// x - α m' / (√v' + ε), with the largest v' so far in place of v' if `amsgrad`. AdamW is the same with weight decay on.
let adam (cls: string) settings (beta1: float) (beta2: float) (epsilon: float) (amsgrad: bool) : Optimizer =
    let slots p = [
        moments "velocity" p
        if amsgrad then
            [ Rule.zeros "velocity_hat" p ]
    ]

    let step (s: StepInput) =
        if amsgrad then
            let struct (m, v) = average beta1 beta2 s
            let largest = Lax.max s.Slots[2] v
            let move = Lax.div (Lax.mul m s.Scalars[0]) (Lax.shift epsilon (Lax.sqrt largest))
            struct (Lax.sub (Rule.decayed s) move, [| m; v; largest |])
        else
            step beta1 beta2 epsilon s.Scalars[0] s

    {
        Rule.simple (fun _ -> []) step with
            Slots = slots
            Scalars = fun t rate _ -> [| stepSize beta1 beta2 t rate |]
    }
    |> make cls settings (betas beta1 beta2 epsilon @ [ "amsgrad", Json.Bool amsgrad ])

/// u' = max(β2 u, |g|); x - η m' / ((1 - β1^t) (u' + ε)).
let adamax settings (beta1: float) (beta2: float) (epsilon: float) : Optimizer =
    let step (s: StepInput) =
        let m = Rule.towards (1.0 - beta1) s.Gradient s.Slots[0]
        let u = Lax.max (Lax.scale beta2 s.Slots[1]) (Lax.abs s.Gradient)
        let move = Lax.div (Lax.mul s.Rate m) (Lax.mul s.Scalars[0] (Lax.shift epsilon u))
        struct (Lax.sub (Rule.decayed s) move, [| m; u |])

    {
        Rule.simple (moments "norm") step with
            Scalars = fun t _ _ -> [| Rule.oneMinus (Rule.power beta1 t) |]
    }
    |> make "Adamax" settings (betas beta1 beta2 epsilon)

/// Adam with Nesterov's momentum. The momentum of update t is μ(t) = β1 (1 - 0.96^t / 2), P the product of all so far:
/// x - η (μ(t+1) m' / (1 - P μ(t+1)) + (1 - μ(t)) g / (1 - P)) / (√(v' / (1 - β2^t)) + ε).
let nadam settings (beta1: float) (beta2: float) (epsilon: float) : Optimizer =
    let momentum (t: Tensor) = Lax.scale beta1 (Rule.oneMinus (Lax.scale 0.5 (Rule.power 0.96 t)))

    let scalars (t: Tensor) (_: Tensor) (shared: Tensor[]) =
        let now, next, product = momentum t, momentum (Lax.shift 1.0 t), shared[0]

        [|
            Lax.div next (Rule.oneMinus (Lax.mul product next))
            Lax.div (Rule.oneMinus now) (Rule.oneMinus product)
            Rule.oneMinus (Rule.power beta2 t)
        |]

    let step (s: StepInput) =
        let struct (m, v) = average beta1 beta2 s
        let ahead = Lax.add (Lax.mul s.Scalars[0] m) (Lax.mul s.Scalars[1] s.Gradient)
        let spread = Lax.shift epsilon (Lax.sqrt (Lax.div v s.Scalars[2]))
        struct (Lax.sub (Rule.decayed s) (Lax.div (Lax.mul ahead s.Rate) spread), [| m; v |])

    {
        Rule.simple (moments "velocity") step with
            // Keras does not name this variable.
            Shared = fun _ -> [ "variable", 1.0 ]
            NextShared =
                fun made shared -> [| Lax.mul shared[0] (momentum (Lax.shift 1.0 (Lax.convert shared[0].DType made))) |]
            Scalars = scalars
    }
    |> make "Nadam" settings (betas beta1 beta2 epsilon)

/// u = m̂ / (√v̂ + ε), m̂ and v̂ corrected for their bias; x - η u ‖x‖ / ‖u‖ (the ratio is 1 where a norm is 0).
let lamb settings (beta1: float) (beta2: float) (epsilon: float) : Optimizer =
    let step (s: StepInput) =
        let struct (m, v) = average beta1 beta2 s
        let x = Rule.decayed s
        let u = Lax.div (Lax.div m s.Scalars[0]) (Lax.shift epsilon (Lax.sqrt (Lax.div v s.Scalars[1])))
        let norm (y: Tensor) = Lax.sqrt (Lax.sumAll (Lax.square y))
        let ofX, ofU = norm x, norm u
        let zero, one = Lax.scalar x.DType 0.0, Lax.scalar x.DType 1.0
        let both = Lax.logicalAnd (Lax.gt ofX zero) (Lax.gt ofU zero)
        let ratio = Lax.select both (Lax.div ofX ofU) one
        struct (Lax.sub x (Lax.mul (Lax.mul ratio s.Rate) u), [| m; v |])

    {
        Rule.simple (moments "velocity") step with
            Scalars = fun t _ _ -> [| Rule.oneMinus (Rule.power beta1 t); Rule.oneMinus (Rule.power beta2 t) |]
    }
    |> make "Lamb" settings (betas beta1 beta2 epsilon)

/// The parameter is y = (1 - β1) z + β1 a, between the fast iterate z (the slot "momentum") and the running mean a of all
/// z: z' = z - η g / (√v̂ + ε), a' = (1 - 1/t) a + z' / t. The rate warms up over the first updates. a is not kept: it is
/// found again from y and z', not from y and z; that is what Keras computes on torch, whose results are the reference here.
let scheduleFreeAdamW settings (beta1: float) (beta2: float) (epsilon: float) (warmupSteps: int) : Optimizer =
    let slots p = [ { Rule.zeros "momentum" p with Start = id }; Rule.zeros "velocity" p ]

    let scalars (t: Tensor) (rate: Tensor) (_: Tensor[]) =
        let one = Lax.scalar t.DType 1.0

        let warm =
            if warmupSteps > 0 then
                Lax.min (Lax.scale (1.0 / float warmupSteps) t) one
            else
                one

        [| Lax.mul rate warm; Rule.oneMinus (Rule.power beta2 t); Lax.div one t |]

    let step (s: StepInput) =
        let rate, correction, weight = s.Scalars[0], s.Scalars[1], s.Scalars[2]
        let z, y = s.Slots[0], Rule.decayed s
        let v = Rule.towards (1.0 - beta2) (Lax.square s.Gradient) s.Slots[1]
        let spread = Lax.shift epsilon (Lax.sqrt (Lax.div v correction))
        let next = Lax.sub z (Lax.div (Lax.mul rate s.Gradient) spread)
        let mean = Lax.scale (1.0 / beta1) (Lax.sub y (Lax.scale (1.0 - beta1) next))
        let mean = Lax.add (Lax.mul (Rule.oneMinus weight) mean) (Lax.mul weight next)
        struct (Lax.add (Lax.scale (1.0 - beta1) next) (Lax.scale beta1 mean), [| next; v |])

    { Rule.simple slots step with Scalars = scalars }
    |> make "ScheduleFreeAdamW" settings (betas beta1 beta2 epsilon @ [ "warmup_steps", Json.Int(int64 warmupSteps) ])
