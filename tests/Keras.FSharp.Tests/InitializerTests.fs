/// Initializers, regularizers, constraints and schedules: laws that hold for all shapes and numbers.
module Keras.FSharp.Tests.InitializerTests

open System
open Expecto
open FsCheck
open FsCheck.FSharp
open Keras.FSharp

let private values (x: Tensor) = Tensor.toArrayAs<float> x

let private refusal (f: unit -> 'a) : string =
    try
        f () |> ignore
        failtest "an error is expected"
    with KerasException _ as e ->
        e.Message

let private draw (init: Initializer) (seed: int64) (shape: int list) =
    init.Init (Random.key seed) (Dims.ofSeq shape) DType.Float32

let private scaled = [
    "GlorotUniform", 1.0, (fun i o -> (i + o) / 2.0)
    "GlorotNormal", 1.0, (fun i o -> (i + o) / 2.0)
    "HeUniform", 2.0, (fun i _ -> i)
    "HeNormal", 2.0, (fun i _ -> i)
    "LecunUniform", 1.0, (fun i _ -> i)
    "LecunNormal", 1.0, (fun i _ -> i)
]

let private variance (xs: float[]) =
    let mean = Array.average xs
    xs |> Array.averageBy (fun x -> (x - mean) ** 2.0)

/// The variance of `name` on a shape is scale / fan, whatever the distribution.
let private hasVariance (name: string) (expected: float) (shape: int list) (config: (string * Saving.Json) list) =
    let xs = values (draw (Initializers.ofConfig name config) 1L shape)
    let tolerance = 8.0 * expected / sqrt (float xs.Length)
    Expect.isLessThan (abs (variance xs - expected)) tolerance $"{name} {shape}"
    Expect.isLessThan (abs (Array.average xs)) (6.0 * sqrt (expected / float xs.Length)) $"{name} {shape}: mean"

let initializers =
    testList "initializers" [
        testCase "fans: a vector, a matrix, a kernel, given axes"
        <| fun () ->
            for name, scale, fan in scaled do
                hasVariance name (scale / fan 4000.0 4000.0) [ 4000 ] []
                hasVariance name (scale / fan 60.0 90.0) [ 60; 90 ] []
                hasVariance name (scale / fan (9.0 * 20.0) (9.0 * 30.0)) [ 3; 3; 20; 30 ] []

                hasVariance name (scale / fan 20.0 (15.0 * 30.0)) [ 20; 15; 30 ] [
                    "input_axes", Saving.Json.Array [ Saving.Json.Int 0L ]
                    "output_axes", Saving.Json.Array [ Saving.Json.Int 1L; Saving.Json.Int -1L ]
                ]

        testCase "modes and distributions"
        <| fun () ->
            let check mode fan distribution =
                let init = Initializers.VarianceScaling(3.0, mode, distribution)
                let xs = values (draw init 4L [ 80; 120 ])
                let expected = 3.0 / fan
                Expect.isLessThan (abs (variance xs - expected)) (8.0 * expected / sqrt 9600.0) $"{mode} {distribution}"
                let largest = xs |> Array.map abs |> Array.max

                match distribution with
                | "uniform" -> Expect.isLessThanOrEqual largest (sqrt (3.0 * expected) * 1.0001) "limit"
                | "truncated_normal" ->
                    Expect.isLessThanOrEqual largest (2.0001 * sqrt expected / 0.8796256610342398) "cut"
                | _ -> Expect.isGreaterThan largest (3.0 * sqrt expected) "no cut"

            for distribution in [ "uniform"; "truncated_normal"; "untruncated_normal" ] do
                check "fan_in" 80.0 distribution
                check "fan_out" 120.0 distribution
                check "fan_avg" 100.0 distribution

        testProperty "an integer seed gives the same values for any key, no seed those of the key"
        <| fun (seed: int) (a: int) (b: int) ->
            let make (seed: int64 option) = [
                Initializers.RandomNormal(?seed = seed)
                Initializers.RandomUniform(?seed = seed)
                Initializers.TruncatedNormal(?seed = seed)
                Initializers.GlorotUniform(?seed = seed)
                Initializers.HeNormal(?seed = seed)
            ]

            for init in make (Some(int64 seed)) do
                Expect.equal (values (draw init (int64 a) [ 3; 4 ])) (values (draw init (int64 b) [ 3; 4 ])) init.Class

            for init in make None do
                let x, y = values (draw init (int64 a) [ 3; 4 ]), values (draw init (int64 b) [ 3; 4 ])
                Expect.equal (x = y) (a = b) init.Class

        testCase "an integer seed is Keras's key (seed, 0)"
        <| fun () ->
            let expected = Random.uniform DType.Float32 (Dims.ofSeq [ 5 ]) -0.05 0.05 (Random.keyOfWords 7u 0u)
            Expect.equal (values (draw (Initializers.RandomUniform(seed = 7L)) 0L [ 5 ])) (values expected) "values"

        testProperty "orthogonal rows or columns, times the gain"
        <| fun (PositiveInt a) (PositiveInt b) (PositiveInt c) ->
            let a, b, c = 1 + a % 4, 1 + b % 6, 1 + c % 20
            let gain = 1.5
            let x = draw (Initializers.Orthogonal gain) 3L [ a; b; c ]
            let m = Lax.reshape (Dims.ofSeq [ a * b; c ]) x
            let m = if a * b <= c then m else Lax.swapLast m
            let n = min (a * b) c
            let gram = values (Lax.matmul m (Lax.swapLast m))

            for i in 0 .. n - 1 do
                for j in 0 .. n - 1 do
                    let expected = if i = j then gain * gain else 0.0
                    Expect.isLessThan (abs (gram[i * n + j] - expected)) 1e-4 $"[{i}, {j}]"

        testCase "every element type"
        <| fun () ->
            for name in Initializers.Registry.Names do
                let shape = if name = "STFT" then [ 4; 1; 3 ] else [ 4; 3 ]

                for dtype in [ DType.Float32; DType.Float64; DType.Float16; DType.BFloat16 ] do
                    let x = (Initializers.ofName name).Init (Random.key 1L) (Dims.ofSeq shape) dtype
                    Expect.equal x.DType dtype name
                    Expect.equal (x.Shape.ToArray() |> List.ofArray) shape name
                    Expect.isTrue (values x |> Array.forall Double.IsFinite) name

        testCase "a constant array, the identity, given values"
        <| fun () ->
            let row = Initializers.Constant [ 1.0; 2.0; 3.0 ]
            Expect.equal (values (draw row 0L [ 2; 3 ])) [| 1.0; 2.0; 3.0; 1.0; 2.0; 3.0 |] "broadcast"

            Expect.equal
                (values (draw (Initializers.Identity 2.0) 0L [ 2; 3 ]))
                [| 2.0; 0.0; 0.0; 0.0; 2.0; 0.0 |]
                "eye"

            let given = Initializers.OfTensor(Tensor.ofArray [ 2 ] [| 1.0f; 2.0f |])
            Expect.equal (values (draw given 0L [ 2 ])) [| 1.0; 2.0 |] "tensor"

        testCase "what is refused"
        <| fun () ->
            let refused part f = Expect.stringContains (refusal f) part "the error"

            refused "(3,)" (fun () -> draw (Initializers.Identity()) 0L [ 3 ])
            refused "(3,)" (fun () -> draw (Initializers.Orthogonal()) 0L [ 3 ])
            refused "(2, 2)" (fun () -> draw (Initializers.STFT()) 0L [ 2; 2 ])
            refused "'hannn'" (fun () -> Initializers.STFT(window = "hannn"))
            refused "'fan_im'" (fun () -> Initializers.VarianceScaling(mode = "fan_im"))
            refused "'scale'" (fun () -> Initializers.VarianceScaling(scale = 0.0))
            refused "(3,)" (fun () -> draw (Initializers.OfTensor(Tensor.zeros [ 2 ] DType.Float32)) 0L [ 3 ])
    ]

/// A matrix of small numbers.
let private matrix = gen {
    let! rows = Gen.choose (1, 5)
    let! columns = Gen.choose (1, 5)
    let! data = Gen.arrayOfLength (rows * columns) (Gen.choose (-300, 300))
    return Tensor.ofArray [ rows; columns ] (data |> Array.map (fun n -> float32 n / 100.0f))
}

let private forMatrices (law: Tensor -> unit) = Prop.forAll (Arb.fromGen matrix) law

/// Norms of the columns.
let private norms (x: Tensor) = values (Lax.sqrt (Lax.sum (Dims.ofSeq [ 0 ]) (Lax.square x)))

let private near (tolerance: float) (a: float[]) (b: float[]) (what: string) =
    Array.iter2 (fun x y -> Expect.isLessThanOrEqual (abs (x - y)) (tolerance * (1.0 + abs y)) what) a b

let constraints =
    testList "constraints" [
        testProperty "norms end where they should, and stay there"
        <| forMatrices (fun x ->
            let bounded = norms ((Constraints.MaxNorm 1.25).Apply x)
            Array.iter (fun n -> Expect.isLessThanOrEqual n 1.25001 "max norm") bounded
            near 1e-5 bounded (norms x |> Array.map (min 1.25)) "only what is too long is changed"

            let between = norms ((Constraints.MinMaxNorm(0.5, 1.5)).Apply x)

            for before, after in Array.zip (norms x) between do
                // A vector of zeros has no direction to grow in.
                if before > 0.0 then
                    Expect.isTrue (after > 0.4999 && after < 1.5001) "min-max norm"

            for before, after in Array.zip (norms x) (norms (Constraints.UnitNorm().Apply x)) do
                if before > 0.0 then
                    Expect.isLessThan (abs (after - 1.0)) 1e-4 "unit norm"

            Expect.isTrue (values (Constraints.NonNeg().Apply x) |> Array.forall (fun v -> v >= 0.0)) "non-negative"

            for c in [ Constraints.MaxNorm 1.25; Constraints.UnitNorm(); Constraints.NonNeg() ] do
                let once = c.Apply x
                near 1e-5 (values (c.Apply once)) (values once) $"{c.Class} twice"
                Expect.equal (once.Shape, once.DType) (x.Shape, x.DType) c.Class)

        testProperty "a rate of 0 changes nothing, axes may be negative"
        <| forMatrices (fun x ->
            near 1e-5 (values ((Constraints.MinMaxNorm(0.5, 1.5, rate = 0.0)).Apply x)) (values x) "rate 0"
            let a, b = Constraints.UnitNorm(axis = [ 1 ]), Constraints.UnitNorm(axis = [ -1 ])
            Expect.equal (values (a.Apply x)) (values (b.Apply x)) "axes")
    ]

let regularizers =
    testList "regularizers" [
        testProperty "L1 and L2 scale with the values, and add up"
        <| forMatrices (fun x ->
            let apply (r: Regularizer) x = Tensor.toFloat (r.Apply x)
            let l1, l2 = Regularizers.L1 0.3, Regularizers.L2 0.7
            let double = Lax.scale 2.0 x
            near 1e-5 [| apply l1 double |] [| 2.0 * apply l1 x |] "L1"
            near 1e-5 [| apply l2 double |] [| 4.0 * apply l2 x |] "L2"
            near 1e-5 [| apply (Regularizers.L1L2(0.3, 0.7)) x |] [| apply l1 x + apply l2 x |] "both"
            Expect.equal (apply (Regularizers.L1L2()) x) 0.0 "none"
            near 1e-5 (values (Transform.grad l2.Apply x)) (values x |> Array.map (fun v -> 1.4 * v)) "gradient")

        testCase "orthogonal rows cost nothing, equal ones the whole factor"
        <| fun () ->
            let cost mode (rows: float32[]) =
                Tensor.toFloat ((Regularizers.Orthogonal(0.5, mode)).Apply(Tensor.ofArray [ 2; 2 ] rows))

            Expect.isLessThan (cost "rows" [| 3.0f; 0.0f; 0.0f; 2.0f |]) 1e-6 "orthogonal"
            Expect.isLessThan (abs (cost "rows" [| 1.0f; 1.0f; 2.0f; 2.0f |] - 0.5)) 1e-5 "rows"
            Expect.isLessThan (abs (cost "columns" [| 1.0f; 2.0f; 1.0f; 2.0f |] - 0.5)) 1e-5 "columns"

        testCase "what is refused"
        <| fun () ->
            for bad in [ -0.1; nan; infinity ] do
                Expect.stringContains (refusal (fun () -> Regularizers.L1 bad)) "'l1'" "L1"
                Expect.stringContains (refusal (fun () -> Regularizers.L2 bad)) "'l2'" "L2"

            let cube = Tensor.zeros [ 2; 2; 2 ] DType.Float32
            Expect.stringContains (refusal (fun () -> Regularizers.Orthogonal().Apply cube)) "(2, 2, 2)" "rank"
    ]

let private rate (s: Schedule) (step: int) = Tensor.toFloat (s.At step)

let private rates (s: Schedule) (count: int) = [ for step in 0..count -> rate s step ]

let schedules =
    testList "schedules" [
        testProperty "decays begin at the initial rate and never rise"
        <| fun (PositiveInt steps) ->
            let steps = 1 + steps % 50

            for s in
                [
                    Schedules.ExponentialDecay(0.5, steps, 0.7)
                    Schedules.ExponentialDecay(0.5, steps, 0.7, staircase = true)
                    Schedules.InverseTimeDecay(0.5, steps, 0.7)
                    Schedules.PolynomialDecay(0.5, steps, power = 1.5)
                    Schedules.CosineDecay(0.5, steps)
                ] do
                let all = rates s (2 * steps)
                Expect.equal all.Head 0.5 s.Class
                Expect.isTrue (all |> List.pairwise |> List.forall (fun (a, b) -> b <= a + 1e-7)) s.Class

        testProperty "at the end of the decay"
        <| fun (PositiveInt steps) ->
            let steps = 1 + steps % 50
            let is what expected actual = Expect.isLessThan (abs (actual - expected)) 1e-6 what
            is "exponential" 0.35 (rate (Schedules.ExponentialDecay(0.5, steps, 0.7)) steps)
            is "inverse time" (0.5 / 1.7) (rate (Schedules.InverseTimeDecay(0.5, steps, 0.7)) steps)
            is "polynomial" 0.01 (rate (Schedules.PolynomialDecay(0.5, steps, 0.01, 2.0)) (steps + 3))
            is "cosine" 0.1 (rate (Schedules.CosineDecay(0.5, steps, 0.2)) (steps + 3))

        testProperty "warm-up climbs in equal steps, then the decay sets in at the target"
        <| fun (PositiveInt warm) ->
            let warm = 1 + warm % 20
            let s = Schedules.CosineDecay(0.1, 30, warmupTarget = 0.5, warmupSteps = warm)
            let plain = Schedules.CosineDecay(0.5, 30)

            for step in 0..warm do
                let expected = 0.1 + 0.4 * float step / float warm
                Expect.isLessThan (abs (rate s step - expected)) 1e-6 $"step {step}"

            for step in 0..30 do
                Expect.isLessThan (abs (rate s (step + warm) - rate plain step)) 1e-6 $"decay {step}"

        testCase "restarts are as long and as high as they should be"
        <| fun () ->
            for growth, fade in [ 1.0, 0.5; 1.5, 0.9; 2.0, 1.0; 3.0, 0.8 ] do
                let first = 4
                let s = Schedules.CosineDecayRestarts(1.0, first, growth, fade)
                let mutable start, length = 0.0, float first

                for i in 0..4 do
                    if Math.Floor start = start then
                        let height = rate s (int start)
                        Expect.isLessThan (abs (height - fade ** float i)) 1e-4 $"{growth} {fade}: wave {i}"

                    start <- start + length
                    length <- length * growth

        testCase "a boundary belongs to the value before it"
        <| fun () ->
            let s = Schedules.PiecewiseConstantDecay([ 2.0; 5.0 ], [ 1.0; 0.5; 0.25 ])
            Expect.equal (rates s 6) [ 1.0; 1.0; 1.0; 0.5; 0.5; 0.5; 0.25 ] "values"

        testCase "one compiled program for all steps"
        <| fun () ->
            for s in
                [
                    Schedules.CosineDecay(0.1, 10, warmupTarget = 0.3, warmupSteps = 4)
                    Schedules.PolynomialDecay(0.1, 7, cycle = true)
                    Schedules.CosineDecayRestarts(0.1, 3)
                    Schedules.PiecewiseConstantDecay([ 3.0 ], [ 0.1; 0.2 ])
                ] do
                let compiled = Transform.jit s.Rate

                for step in 0..12 do
                    let x = Tensor.toFloat (compiled (Tensor.scalar step))
                    Expect.isLessThan (abs (x - rate s step)) 1e-6 $"{s.Class} at {step}"

        testCase "what is refused"
        <| fun () ->
            let refused part f = Expect.stringContains (refusal f) part "the error"

            refused "'decay_steps'" (fun () -> Schedules.ExponentialDecay(0.1, 0, 0.5))
            refused "values" (fun () -> Schedules.PiecewiseConstantDecay([ 1.0 ], [ 1.0 ]))
            refused "ascend" (fun () -> Schedules.PiecewiseConstantDecay([ 2.0; 1.0 ], [ 1.0; 0.5; 0.1 ]))
    ]

[<Tests>]
let tests =
    testList "initializers, constraints, regularizers, schedules" [ initializers; constraints; regularizers; schedules ]
