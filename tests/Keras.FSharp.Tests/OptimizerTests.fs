/// Optimizers: against their formulas in plain numbers, and the laws of what all of them share.
module Keras.FSharp.Tests.OptimizerTests

open System
open Expecto
open FsCheck
open Keras.FSharp

type private Model = { Kernel: Tensor; Bias: Tensor }

let private values (x: Tensor) = Tensor.toArrayAs<float> x

let private refusal (f: unit -> 'a) : string =
    try
        f () |> ignore
        failtest "an error is expected"
    with KerasException _ as e ->
        e.Message

let private near (a: float[]) (b: float[]) (what: string) =
    Array.iter2 (fun x y -> Expect.isLessThanOrEqual (abs (x - y)) (2e-5 * (1.0 + abs y)) what) a b

let private random (r: Random) (shape: int list) =
    Tensor.ofArray shape [| for _ in 1 .. List.fold (*) 1 shape -> float32 (r.NextDouble() * 4.0 - 2.0) |]

let private model (r: Random) = { Kernel = random r [ 3; 4 ]; Bias = random r [ 4 ] }

let private sameModel (a: Model) (b: Model) (what: string) =
    near (values a.Kernel) (values b.Kernel) $"{what}: kernel"
    near (values a.Bias) (values b.Bias) $"{what}: bias"

/// Parameters after each of some updates.
let private train (opt: Optimizer) (start: Model) (grads: Model list) =
    let step (state, parameters) g =
        let parameters, state = Optimizers.update opt g state parameters
        state, parameters

    List.scan step (Optimizers.init opt start, start) grads |> List.map snd |> List.tail

let private all = [
    Optimizers.SGD 0.05
    Optimizers.SGD(0.05, momentum = 0.9)
    Optimizers.SGD(0.05, momentum = 0.9, nesterov = true)
    Optimizers.RMSprop 0.05
    Optimizers.RMSprop(0.05, momentum = 0.5, centered = true)
    Optimizers.Adam 0.05
    Optimizers.Adam(0.05, amsgrad = true)
    Optimizers.AdamW 0.05
    Optimizers.Adamax 0.05
    Optimizers.Nadam 0.05
    Optimizers.Lamb 0.05
    Optimizers.Lion 0.05
    Optimizers.Adagrad 0.5
    Optimizers.Adadelta 10.0
    Optimizers.Ftrl 0.5
    Optimizers.Adafactor 0.05
    Optimizers.Muon 0.05
    Optimizers.ScheduleFreeAdamW 0.05
    Optimizers.LossScaleOptimizer(Optimizers.Adam 0.05, initialScale = 1.0, dynamicGrowthSteps = 1000)
]

let private title (opt: Optimizer) = opt.Class + " " + Saving.Json.write (Saving.Json.Object opt.Arguments)

// ---- one number at a time, in double precision ----------------------------------------------------------------------

/// The formula of an optimizer: slots, t, gradient and value to slots and value.
type private Formula = float[] -> float -> float -> float -> float[] * float

let private formulas: (Optimizer * float[] * Formula) list = [
    Optimizers.SGD(0.1), [||], (fun s _ g x -> s, x - 0.1 * g)
    Optimizers.SGD(0.1, momentum = 0.8),
    [| 0.0 |],
    (fun s _ g x ->
        let m = 0.8 * s[0] - 0.1 * g
        [| m |], x + m)
    Optimizers.SGD(0.1, momentum = 0.8, nesterov = true),
    [| 0.0 |],
    (fun s _ g x ->
        let m = 0.8 * s[0] - 0.1 * g
        [| m |], x + 0.8 * m - 0.1 * g)
    Optimizers.Adam(0.1, 0.8, 0.95, 1e-3),
    [| 0.0; 0.0 |],
    (fun s t g x ->
        let m, v = 0.8 * s[0] + 0.2 * g, 0.95 * s[1] + 0.05 * g * g
        let step = 0.1 * sqrt (1.0 - 0.95 ** t) / (1.0 - 0.8 ** t)
        [| m; v |], x - step * m / (sqrt v + 1e-3))
    Optimizers.AdamW(0.1, weightDecay = 0.2),
    [| 0.0; 0.0 |],
    (fun s t g x ->
        let m, v = 0.9 * s[0] + 0.1 * g, 0.999 * s[1] + 0.001 * g * g
        let step = 0.1 * sqrt (1.0 - 0.999 ** t) / (1.0 - 0.9 ** t)
        [| m; v |], x * (1.0 - 0.2 * 0.1) - step * m / (sqrt v + 1e-7))
    Optimizers.RMSprop(0.1, 0.8, 0.5, 1e-2, true),
    [| 0.0; 0.0; 0.0 |],
    (fun s _ g x ->
        let v, a = 0.8 * s[0] + 0.2 * g * g, 0.8 * s[2] + 0.2 * g
        let m = 0.5 * s[1] + 0.1 * g / sqrt (v - a * a + 1e-2)
        [| v; m; a |], x - m)
]

let private followsFormula (opt: Optimizer, slots: float[], formula: Formula) =
    testProperty $"{title opt}"
    <| fun (seed: int) ->
        let r = Random seed
        let start = random r [ 5 ]
        let grads = [ for _ in 1..6 -> random r [ 5 ] ]
        let state = Optimizers.init opt start

        let _, actual =
            grads
            |> List.fold
                (fun (state, x) g ->
                    let x, state = Optimizers.update opt g state x
                    state, x)
                (state, start)

        let first = values start
        let gradients = grads |> List.map values

        let expected =
            Array.init 5 (fun i ->
                let step (s: float[], x: float) (t: int, g: float[]) = formula s (float t + 1.0) g[i] x
                List.fold step (slots, first[i]) (List.indexed gradients) |> snd)

        near (values actual) expected "value"

// ---- what all share -------------------------------------------------------------------------------------------------

let private descent =
    testList "a quadratic bowl is descended" [
        for opt in all ->
            testCase $"{title opt}"
            <| fun () ->
                let start = {
                    Kernel = Tensor.ofArray [ 2; 2 ] [| 1.0f; -2.0f; 1.5f; 0.5f |]
                    Bias = Tensor.ofArray [ 2 ] [| -1.0f; 2.0f |]
                }

                let loss (m: Model) = Lax.add (Lax.sumAll (Lax.square m.Kernel)) (Lax.sumAll (Lax.square m.Bias))

                let step =
                    Transform.jit (fun (m: Model, state: OptimizerState) ->
                        let g = Transform.grad loss m
                        Optimizers.update opt g state m)

                let last, _ = Seq.fold (fun (m, s) _ -> step (m, s)) (start, Optimizers.init opt start) (seq { 1..100 })
                Expect.isLessThan (Tensor.toFloat (loss last)) (0.75 * Tensor.toFloat (loss start)) "loss"
    ]

let private compiled =
    testList "compiled as step by step" [
        for opt in all do
            for name, settings in
                [
                    "plain", opt.Settings
                    "averages, clipping, accumulation",
                    {
                        opt.Settings with
                            UseEma = true
                            EmaOverwriteFrequency = Some 2
                            ClipNorm = Some 0.7
                            GradientAccumulationSteps = Some 2
                    }
                ] do
                testCase $"{title opt}, {name}"
                <| fun () ->
                    let r = Random 5
                    let opt = { opt with Settings = settings }

                    let opt =
                        match opt.Kind with
                        | OptimizerKind.Rule _ -> opt
                        | OptimizerKind.LossScale _ ->
                            Optimizers.LossScaleOptimizer(Optimizers.Adam(0.05, clipnorm = 0.7))

                    let start = model r
                    let grads = [ for _ in 1..5 -> model r ]

                    let step =
                        Transform.jit (fun (g: Model, s: OptimizerState, m: Model) -> Optimizers.update opt g s m)

                    let _, last =
                        grads
                        |> List.fold
                            (fun (s, m) g ->
                                let m, s = step (g, s, m)
                                s, m)
                            (Optimizers.init opt start, start)

                    sameModel last (List.last (train opt start grads)) "parameters"
    ]

let private zeros (like: Model) = { Kernel = Lax.zerosLike like.Kernel; Bias = Lax.zerosLike like.Bias }

let private norm (m: Model) = Seq.append (values m.Kernel) (values m.Bias) |> Seq.sumBy (fun x -> x * x) |> sqrt

let private shared =
    testList "shared by all" [
        testProperty "accumulated gradients update as their mean does"
        <| fun (seed: int) ->
            let r = Random seed
            let start, grads = model r, [ for _ in 1..6 -> model r ]

            let means =
                grads
                |> List.chunkBySize 3
                |> List.map (fun chunk ->
                    let mean f = chunk |> List.map f |> List.reduce Lax.add |> Lax.scale (1.0 / 3.0)
                    { Kernel = mean _.Kernel; Bias = mean _.Bias })

            let accumulating =
                train (Optimizers.Adam(0.1, gradientAccumulationSteps = 3, clipnorm = 1.0)) start grads

            let plain = train (Optimizers.Adam(0.1, clipnorm = 1.0)) start means
            sameModel accumulating[0] start "after one gradient"
            sameModel accumulating[1] start "after two"
            sameModel accumulating[2] plain[0] "after three"
            sameModel accumulating[4] plain[0] "after five"
            sameModel accumulating[5] plain[1] "after six"

        testProperty "clipping keeps norms and values below the limit, and leaves small gradients alone"
        <| fun (seed: int) ->
            let r = Random seed
            let start, g = model r, model r
            // With a rate of 1 the update of SGD is the gradient.
            let moved opt =
                let after = List.head (train opt start [ g ])

                {
                    Kernel = Lax.sub start.Kernel after.Kernel
                    Bias = Lax.sub start.Bias after.Bias
                }

            let tolerance = 1.0 + 1e-4

            let norms (m: Model) = [
                norm { m with Bias = Lax.zerosLike m.Bias }
                norm { m with Kernel = Lax.zerosLike m.Kernel }
            ]

            for after, before in List.zip (norms (moved (Optimizers.SGD(1.0, clipnorm = 0.5)))) (norms g) do
                Expect.isLessThan (abs (after - min 0.5 before)) 1e-4 "each norm"

            Expect.isLessThan
                (abs (norm (moved (Optimizers.SGD(1.0, globalClipnorm = 0.5))) - min 0.5 (norm g)))
                1e-4
                "all"

            sameModel (moved (Optimizers.SGD(1.0, globalClipnorm = 1e3))) g "small enough"
            let clipped = moved (Optimizers.SGD(1.0, clipvalue = 0.25))
            Expect.isTrue (values clipped.Kernel |> Array.forall (fun x -> abs x <= 0.25 * tolerance)) "values"

        testCase "a gradient that is not finite shows through global clipping"
        <| fun () ->
            let g = {
                model (Random 1) with
                    Bias = Tensor.ofArray [ 4 ] [| infinityf; 0.0f; 0.0f; 0.0f |]
            }

            let after = List.head (train (Optimizers.SGD(1.0, globalClipnorm = 1.0)) (model (Random 2)) [ g ])
            Expect.isTrue (values after.Kernel |> Array.forall Double.IsNaN) "NaN"

        testProperty "weight decay alone shrinks what is not excluded"
        <| fun (seed: int) ->
            let start = model (Random seed)

            for opt in [ Optimizers.SGD 0.1; Optimizers.Adam 0.1; Optimizers.RMSprop 0.1; Optimizers.Lion 0.1 ] do
                let opt = { opt with Settings = { opt.Settings with WeightDecay = Some 0.5 } }

                let opt = Optimizers.excludeFromWeightDecay [ "^Bias$" ] opt
                let after = List.head (train opt start [ zeros start ])
                near (values after.Kernel) (values start.Kernel |> Array.map (fun x -> x * 0.95)) opt.Class
                near (values after.Bias) (values start.Bias) opt.Class

        testProperty "the average follows the parameters and ends as their value"
        <| fun (seed: int) ->
            let r = Random seed
            let start, grads = model r, [ for _ in 1..4 -> model r ]
            let plain = train (Optimizers.SGD 0.1) start grads
            let opt = Optimizers.SGD(0.1, useEma = true, emaMomentum = 0.75)

            let state, last =
                grads
                |> List.fold
                    (fun (s, m) g ->
                        let m, s = Optimizers.update opt g s m
                        s, m)
                    (Optimizers.init opt start, start)

            sameModel last (List.last plain) "the parameters themselves are not changed"

            let average =
                plain
                |> List.map (fun m -> values m.Kernel)
                |> List.reduce (Array.map2 (fun a x -> 0.75 * a + 0.25 * x))

            near (values (Optimizers.finalize opt state last).Kernel) average "average"

        testCase "a schedule gives the rate of each update"
        <| fun () ->
            let schedule = Schedules.ExponentialDecay(0.5, 1, 0.5)
            let opt = Optimizers.SGD(learningRate = schedule)
            let start = Tensor.ofArray [ 1 ] [| 0.0f |]
            let one = Tensor.ofArray [ 1 ] [| 1.0f |]
            let state = Optimizers.init opt start
            Expect.isNone state.LearningRate "no variable"
            let x, state = Optimizers.update opt one state start
            let x, state = Optimizers.update opt one state x
            near (values x) [| -0.75 |] "0.5 + 0.25"
            near [| Tensor.toFloat (Optimizers.learningRate opt state) |] [| 0.125 |] "next"

            Expect.stringContains
                (refusal (fun () -> Optimizers.withLearningRate opt (Tensor.scalar 1.0f) state))
                "ExponentialDecay"
                "cannot be set"

        testCase "the rate is a variable of the state"
        <| fun () ->
            for opt in [ Optimizers.SGD 0.5; Optimizers.LossScaleOptimizer(Optimizers.SGD 0.5, initialScale = 1.0) ] do
                let start = Tensor.ofArray [ 1 ] [| 0.0f |]
                let state = Optimizers.init opt start
                let state = Optimizers.withLearningRate opt (Tensor.scalar 0.25f) state
                let x, state = Optimizers.update opt (Tensor.ofArray [ 1 ] [| 1.0f |]) state start
                near (values x) [| -0.25 |] opt.Class
                near [| Tensor.toFloat (Optimizers.learningRate opt state) |] [| 0.25 |] opt.Class
                Expect.equal (Tensor.toInt (Optimizers.iterations opt state)) 1 opt.Class

        testCase "the loss scale is undone; what is not finite is skipped and halves it"
        <| fun () ->
            let opt = Optimizers.LossScaleOptimizer(Optimizers.SGD 1.0, initialScale = 8.0, dynamicGrowthSteps = 2)
            let scale (s: OptimizerState) = Tensor.toFloat (Optimizers.scaleLoss opt s (Tensor.scalar 1.0f))
            let start = Tensor.ofArray [ 1 ] [| 0.0f |]

            let update (g: float32) (s, x) =
                let x, s = Optimizers.update opt (Tensor.ofArray [ 1 ] [| g |]) s x
                s, x

            let s, x = update 8.0f (Optimizers.init opt start, start)
            near (values x) [| -1.0 |] "divided by the scale"
            let s, x = update nanf (s, x)
            near (values x) [| -1.0 |] "skipped"
            Expect.equal (scale s) 4.0 "halved"
            Expect.equal (Tensor.toInt (Optimizers.iterations opt s)) 1 "not counted"
            let s, _ = (s, x) |> update 4.0f |> update 4.0f
            Expect.equal (scale s) 8.0 "doubled after two finite ones"

        testCase "missing gradients leave a parameter alone; all missing is an error"
        <| fun () ->
            for opt in all do
                let start = model (Random 3)
                let parameters = Optimizers.parametersOf start
                let before = Structure.tensors start
                let state = Optimizers.initArrays opt parameters before
                let nothing: Tensor = Unchecked.defaultof<Tensor>

                let struct (after, next) =
                    Optimizers.updateArrays opt parameters [| Lax.onesLike before[0]; nothing |] state before

                Expect.equal (values after[1]) (values before[1]) opt.Class
                Expect.notEqual (values after[0]) (values before[0]) opt.Class
                Expect.equal next.Variables.Length state.Variables.Length opt.Class

                Expect.stringContains
                    (refusal (fun () ->
                        let struct (x, _) = Optimizers.updateArrays opt parameters [| nothing; nothing |] state before
                        x))
                    "no gradient"
                    opt.Class

        testCase "variables in the order of files, and back"
        <| fun () ->
            for opt in all do
                let opt = {
                    opt with
                        Settings = { opt.Settings with UseEma = (opt.Class <> "LossScaleOptimizer") }
                }

                let start = model (Random 4)
                let parameters = Optimizers.parametersOf start
                let state = Optimizers.init opt start
                let _, state = Optimizers.update opt start state start
                let names = Optimizers.variableNames opt parameters
                Expect.equal names.Length state.Variables.Length opt.Class
                Expect.equal names[0] (opt.Settings.Name + "/iteration") opt.Class
                let again = Optimizers.ofVariables opt parameters state.Variables
                let a, _ = Optimizers.update opt start state start
                let b, _ = Optimizers.update opt start again start
                Expect.equal (values a.Kernel) (values b.Kernel) opt.Class

                Expect.stringContains
                    (refusal (fun () -> Optimizers.ofVariables opt parameters (Array.tail state.Variables)))
                    "variables"
                    opt.Class

            let start = {
                Kernel = Tensor.zeros [ 2; 2 ] DType.Float32
                Bias = Tensor.zeros [ 2 ] DType.Float32
            }

            Expect.equal
                (Optimizers.variableNames (Optimizers.Adam(amsgrad = true)) (Optimizers.parametersOf start))
                [|
                    "adam/iteration"
                    "adam/learning_rate"
                    "adam/Kernel_momentum"
                    "adam/Kernel_velocity"
                    "adam/Bias_momentum"
                    "adam/Bias_velocity"
                    "adam/Kernel_velocity_hat"
                    "adam/Bias_velocity_hat"
                |]
                "interleaved, then a block"

        testCase "a rule of one's own"
        <| fun () ->
            let rule =
                Rule.simple (fun _ -> []) (fun s ->
                    struct (Lax.sub s.Value (Lax.mul s.Rate (Lax.sign s.Gradient)), [||]))

            let opt = Optimizers.OfRule("Signs", LearningRate.Constant 0.5, rule)
            let start = Tensor.ofArray [ 2 ] [| 1.0f; 1.0f |]

            let x, _ =
                Optimizers.update opt (Tensor.ofArray [ 2 ] [| 3.0f; -3.0f |]) (Optimizers.init opt start) start

            near (values x) [| 0.5; 1.5 |] "value"

        testCase "parameters in a tree have the names of their paths"
        <| fun () ->
            let tree = Tree.ofPairs [ "dense/kernel", Tensor.zeros [ 1 ] DType.Float32 ]
            let names = Optimizers.variableNames (Optimizers.SGD(momentum = 0.9)) (Optimizers.parametersOf tree)
            Expect.equal names [| "sgd/iteration"; "sgd/learning_rate"; "sgd/dense_kernel_momentum" |] "names"

        testCase "what is refused"
        <| fun () ->
            let refused part f = Expect.stringContains (refusal f) part "the error"

            refused "'clipvalue'" (fun () -> Optimizers.Adam(clipnorm = 1.0, clipvalue = 1.0))
            refused "'gradient_accumulation_steps'" (fun () -> Optimizers.Adam(gradientAccumulationSteps = 1))
            refused "'ema_momentum'" (fun () -> Optimizers.Adam(useEma = true, emaMomentum = 1.5))
            refused "'ema_overwrite_frequency'" (fun () -> Optimizers.Adam(useEma = true, emaOverwriteFrequency = 0))
            refused "'momentum'" (fun () -> Optimizers.SGD(momentum = 1.5))
            refused "int32" (fun () -> Optimizers.init (Optimizers.SGD()) (Tensor.zeros [ 2 ] DType.Int32))
            let opt, x = Optimizers.SGD(), Tensor.zeros [ 2 ] DType.Float32
            let state = Optimizers.init opt x
            refused "(3,)" (fun () -> fst (Optimizers.update opt (Tensor.zeros [ 3 ] DType.Float32) state x))
    ]

[<Tests>]
let tests =
    testList "optimizers" [
        testList "follow their formulas" (List.map followsFormula formulas)
        descent
        compiled
        shared
    ]
