/// The rules that look at a parameter as a matrix: Adafactor, which keeps row and column averages of the squared gradient
/// in place of all of it, and Muon, which makes the momentum orthogonal.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.MatrixRules

open System
open System.Text.RegularExpressions
open Keras.FSharp.Saving

let private meanOver (axis: int) (x: Tensor) : Tensor =
    Lax.scale (1.0 / float x.Shape[axis]) (Lax.sum (Dims.own [| axis |]) x)

let private rootMeanSquare (x: Tensor) : Tensor =
    Lax.sqrt (Lax.scale (1.0 / float (max 1 x.Size)) (Lax.sumAll (Lax.square x)))

/// What Adafactor is told besides the common arguments.
[<NoEquality; NoComparison>]
type AdafactorArguments = {
    Beta2Decay: float
    Epsilon1: float
    Epsilon2: float
    ClipThreshold: float
    RelativeStep: bool
}

/// With s = g² + ε1 and β = 1 - t^decay, averages of s over rows (r) and columns (c); v = r c / mean(r), or an average of s
/// itself below two axes. u = g / √v, held to a root mean square of `clipThreshold`; x - max(ε2, rms(x)) ρ u.
let adafactor settings (f: AdafactorArguments) : Optimizer =
    let slots (p: Parameter) =
        let rank = p.Aval.Rank

        // Keras keeps placeholders where there is nothing to factor.
        let factor (without: int) =
            if rank < 2 then
                {
                    Suffix = ""
                    Aval = Aval.make DType.Int32 Dims.Empty
                    Start = fun _ -> Lax.scalarInt DType.Int32 0L
                }
            else
                let aval = Aval.withShape (Dims.removeAt (rank - without) p.Aval.Shape) p.Aval

                { Suffix = ""; Aval = aval; Start = fun _ -> Lax.zeros aval }

        [ factor 1; factor 2; Rule.zeros "velocity" p ]

    let step (s: StepInput) =
        let x, g, rank = Rule.decayed s, s.Gradient, s.Value.Rank
        let size, beta = s.Scalars[0], s.Scalars[1]
        let squares = Lax.shift f.Epsilon1 (Lax.square g)

        let blend (old: Tensor) fresh = Lax.add (Lax.mul beta old) (Lax.mul (Rule.oneMinus beta) fresh)

        let r, c, v =
            if rank < 2 then
                s.Slots[0], s.Slots[1], blend s.Slots[2] squares
            else
                let r = blend s.Slots[0] (meanOver (rank - 1) squares)
                let c = blend s.Slots[1] (meanOver (rank - 2) squares)
                let last = rank - 2
                let share = Lax.div r (Lax.reshape (Dims.keep (Dims.own [| last |]) r.Shape) (meanOver last r))
                let column = Lax.reshape (Dims.insert (rank - 1) 1 r.Shape) share
                let row = Lax.reshape (Dims.insert (rank - 2) 1 c.Shape) c
                r, c, Lax.mul column row

        let u = Lax.div g (Lax.sqrt v)
        let held = Lax.scale (1.0 / f.ClipThreshold) (rootMeanSquare u)
        let u = Lax.div u (Lax.max (Lax.scalar x.DType 1.0) held)
        let size = Lax.mul size (Lax.max (Lax.scalar x.DType f.Epsilon2) (rootMeanSquare x))
        struct (Lax.sub x (Lax.mul size u), [| r; c; v |])

    // Both with and without `relativeStep`, Keras takes the smaller of the rate and 1 / √t.
    let scalars (t: Tensor) (rate: Tensor) (_: Tensor[]) = [|
        Lax.min rate (Lax.rsqrt t)
        Rule.oneMinus (Lax.pow t (Lax.scalar t.DType f.Beta2Decay))
    |]

    {
        Class = "Adafactor"
        Settings = settings
        Arguments = [
            "beta_2_decay", Json.Float f.Beta2Decay
            "epsilon_1", Json.Float f.Epsilon1
            "epsilon_2", Json.Float f.Epsilon2
            "clip_threshold", Json.Float f.ClipThreshold
            "relative_step", Json.Bool f.RelativeStep
        ]
        Kind = OptimizerKind.Rule { Rule.simple slots step with Scalars = scalars }
    }

/// What Muon is told besides the common arguments.
[<NoEquality; NoComparison>]
type MuonArguments = {
    AdamBeta1: float
    AdamBeta2: float
    Epsilon: float
    ExcludeLayers: string list
    A: float
    B: float
    C: float
    AdamRateRatio: float option
    Momentum: float
    Iterations: int
    Nesterov: bool
    ExcludeEmbeddings: bool
    AdamWeightDecay: float option
    RmsRate: float option
}

/// Brings all singular values of a matrix close to 1: some steps of a quintic Newton–Schulz iteration.
let private orthogonalize (f: MuonArguments) (g: Tensor) : Tensor =
    let tall = g.Shape[0] > g.Shape[1]
    let wide = if tall then Lax.swapLast g else g
    let norm = Lax.shift 1e-7 (Lax.sqrt (Lax.sumAll (Lax.square wide)))

    let iterate (x: Tensor) =
        let gram = Lax.matmul x (Lax.swapLast x)
        let polynomial = Lax.add (Lax.scale f.B gram) (Lax.scale f.C (Lax.matmul gram gram))
        Lax.add (Lax.scale f.A x) (Lax.matmul polynomial x)

    let result = Seq.fold (fun x _ -> iterate x) (Lax.div wide norm) (seq { 1 .. f.Iterations })
    if tall then Lax.swapLast result else result

/// Matrices that are no embeddings: m' = μ m + g, and a step along the orthogonalized m' (or g + μ m'), scaled to a root
/// mean square that fits Adam's rates. All other parameters: Adam.
let muon settings (f: MuonArguments) : Optimizer =
    let isAdams (p: Parameter) =
        p.Aval.Rank <> 2
        || (f.ExcludeEmbeddings && p.Path.Contains("embedding", StringComparison.OrdinalIgnoreCase))
        || (f.ExcludeLayers |> List.exists (fun pattern -> Regex.IsMatch(p.Path, pattern)))

    let slots p = [
        Rule.zeros "momentum" p
        if isAdams p then
            Rule.zeros "velocity" p
    ]

    let step (s: StepInput) =
        if isAdams s.Parameter then
            AdamRules.step f.AdamBeta1 f.AdamBeta2 f.Epsilon s.Scalars[0] s
        else
            let m = Lax.add (Lax.scale f.Momentum s.Slots[0]) s.Gradient

            let direction = if f.Nesterov then Lax.add s.Gradient (Lax.scale f.Momentum m) else m

            let size =
                match f.RmsRate with
                | Some rate -> rate * sqrt (float (max s.Value.Shape[0] s.Value.Shape[1]))
                | None -> 1.0

            let move = Lax.mul (Lax.scale size s.Rate) (orthogonalize f direction)
            struct (Lax.sub (Rule.decayed s) move, [| m |])

    {
        Class = "Muon"
        Settings = settings
        Arguments = [
            "adam_beta_1", Json.Float f.AdamBeta1
            "adam_beta_2", Json.Float f.AdamBeta2
            "epsilon", Json.Float f.Epsilon
            "exclude_layers", Json.Array [ for pattern in f.ExcludeLayers -> Json.Text pattern ]
            "muon_a", Json.Float f.A
            "muon_b", Json.Float f.B
            "muon_c", Json.Float f.C
            "adam_lr_ratio", ConfigJson.numberOr 1L f.AdamRateRatio
            "momentum", Json.Float f.Momentum
            "ns_steps", Json.Int(int64 f.Iterations)
            "nesterov", Json.Bool f.Nesterov
            "exclude_embeddings", Json.Bool f.ExcludeEmbeddings
            "adam_weight_decay", ConfigJson.number f.AdamWeightDecay
            "rms_rate", ConfigJson.number f.RmsRate
        ]
        Kind =
            OptimizerKind.Rule {
                Rule.simple slots step with
                    Decay = fun s p -> if isAdams p then f.AdamWeightDecay else s.WeightDecay
                    Scalars =
                        fun t rate _ -> [|
                            AdamRules.stepSize
                                f.AdamBeta1
                                f.AdamBeta2
                                t
                                (Lax.scale (defaultArg f.AdamRateRatio 1.0) rate)
                        |]
            }
    }
