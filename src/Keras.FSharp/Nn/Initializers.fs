/// Initializers: the first values of variables.
namespace Keras.FSharp

open System
open Keras.FSharp.Saving

/// An initializer (`keras.initializers`): its record, and the function from a key, a shape and an element type to values.
///
/// One with an integer seed ignores the key: it gives the same values at every call with the same shape, as in Keras.
/// Without a seed the values come from the key, so that each variable gets its own.
[<NoEquality; NoComparison>]
type Initializer = {
    /// As `GlorotUniform`.
    Class: string
    /// The arguments in Keras's order.
    Config: (string * Json) list
    /// Key (uint32 [2]), shape and element type to a tensor.
    Init: Tensor -> Dims -> DType -> Tensor
} with

    /// The record of the initializer.
    member i.Serialized = Serialized.make "keras.initializers" i.Class i.Config

/// All of Keras's initializers.
[<AbstractClass; Sealed>]
type Initializers private () =
    // ---- parts ------------------------------------------------------------------------------------------------------

    /// Keras's integer seed as a key; other seeds leave the choice to the caller's key.
    static let seeded
        (seed: int64 option)
        (draw: Tensor -> Dims -> DType -> Tensor)
        : Tensor -> Dims -> DType -> Tensor =
        match seed with
        | None -> draw
        | Some seed ->
            fun _ shape dtype ->
                let words = uint64 seed
                draw (Random.keyOfWords (uint32 words) 0u) shape dtype

    static let seedJson (seed: int64 option) =
        "seed",
        (match seed with
         | Some s -> Json.Int s
         | None -> Json.Null)

    static let axesJson (axes: int list option) =
        match axes with
        | Some axes -> ConfigJson.integers axes
        | None -> Json.Null

    static let normal (mean: float) (stddev: float) (key: Tensor) shape dtype =
        Random.normal dtype shape key |> Lax.scale stddev |> Lax.shift mean

    /// Cut at two standard deviations.
    static let truncated (mean: float) (stddev: float) (key: Tensor) shape dtype =
        Random.truncatedNormal dtype shape -2.0 2.0 key |> Lax.scale stddev |> Lax.shift mean

    /// Inputs and outputs of one unit of a weight of this shape.
    static let fans (input: int list option) (output: int list option) (shape: Dims) : struct (float * float) =
        let product (axes: int list) =
            axes |> List.fold (fun n axis -> n * float shape[if axis < 0 then axis + shape.Rank else axis]) 1.0

        match input, output, shape.Rank with
        | Some input, Some output, _ -> struct (product input, product output)
        | _, _, 0 -> struct (1.0, 1.0)
        | _, _, 1 -> struct (float shape[0], float shape[0])
        | _, _, rank ->
            // A kernel: all axes but the last two are its window.
            let window = product [ 0 .. rank - 3 ]
            struct (window * float shape[rank - 2], window * float shape[rank - 1])

    static let variance
        (cls: string)
        (scale: float)
        (mode: string)
        (distribution: string)
        (seed: int64 option)
        (input: int list option)
        (output: int list option)
        (own: (string * Json) list)
        : Initializer =
        let where = $"initializers.{cls}"

        if not (scale > 0.0) then
            Fail.value where $"'scale' is {scale}" "It must be positive."

        if input.IsSome <> output.IsSome then
            Fail.value where "only one of 'input_axes' and 'output_axes' is given" "Give both or none."

        let draw (key: Tensor) (shape: Dims) (dtype: DType) =
            let struct (fanIn, fanOut) = fans input output shape

            let fan =
                match mode with
                | "fan_in" -> fanIn
                | "fan_out" -> fanOut
                | _ -> (fanIn + fanOut) / 2.0

            let variance = scale / max 1.0 fan

            match distribution with
            | "uniform" ->
                let limit = sqrt (3.0 * variance)
                Random.uniform dtype shape -limit limit key
            | "untruncated_normal" -> normal 0.0 (sqrt variance) key shape dtype
            // The cut takes this much off the standard deviation.
            | _ -> truncated 0.0 (sqrt variance / 0.8796256610342398) key shape dtype

        {
            Class = cls
            Config = [ seedJson seed; yield! own; "input_axes", axesJson input; "output_axes", axesJson output ]
            Init = seeded seed draw
        }

    static let eye (gain: float) (shape: Dims) (dtype: DType) =
        let diagonal = Lax.eq (Lax.iota shape DType.Int32 0) (Lax.iota shape DType.Int32 1)
        Lax.scale gain (Lax.convert dtype diagonal)

    /// Q of a random matrix, its signs chosen so that all orthogonal matrices are equally likely.
    static let orthogonal (gain: float) (key: Tensor) (shape: Dims) (dtype: DType) =
        if shape.Rank < 2 then
            Fail.value "initializers.Orthogonal" $"the shape is {shape}" "It must have at least two axes."

        let columns = shape[shape.Rank - 1]
        let rows = Seq.fold (*) 1 (Seq.take (shape.Rank - 1) shape)
        let tall, thin = max rows columns, min rows columns

        // Half precision has no factorizations.
        let computed = if dtype = DType.Float64 then DType.Float64 else DType.Float32

        let factors =
            Lax.linalg (LinalgOp.Qr false) [| Random.normal computed (Dims.ofSeq [ tall; thin ]) key |]

        let square = Dims.ofSeq [ thin; thin ]
        let onDiagonal = Lax.eq (Lax.iota square DType.Int32 0) (Lax.iota square DType.Int32 1)
        let kept = Lax.select onDiagonal factors[1] (Lax.zerosLike factors[1])
        let signs = Lax.reshape (Dims.ofSeq [ 1; thin ]) (Lax.sign (Lax.sum (Dims.ofSeq [ 0 ]) kept))
        let q = Lax.mul factors[0] signs
        let q = if rows < columns then Lax.swapLast q else q
        Lax.convert dtype (Lax.scale gain (Lax.reshape shape q))

    // ---- reading ----------------------------------------------------------------------------------------------------

    /// An integer seed; a serialized generator stands for none, since its draws depend on what was drawn before.
    static let readSeed (c: ConfigReader) : int64 option =
        match c.Any "seed" with
        | None
        | Some(Json.Object _) -> None
        | Some json -> Some(Json.asInt64 $"{c.Where}.seed" json)

    /// Numbers in any nesting, row by row, and the shape.
    static let rec readArray (where: string) (json: Json) : struct (int list * float list) =
        match json with
        | Json.Array items ->
            let parts = items |> List.map (readArray where)
            let shapes = parts |> List.map (fun struct (shape, _) -> shape) |> List.distinct

            match shapes with
            | [] -> struct ([ 0 ], [])
            | [ one ] -> struct (items.Length :: one, parts |> List.collect (fun struct (_, values) -> values))
            | _ -> Fail.value where "its rows have different shapes" "All must be alike."
        | Json.Object _ ->
            // A tensor or an array, as Keras writes them.
            Json.get where "config" json |> Json.get where "value" |> readArray where
        | Json.Bool b -> struct ([], [ (if b then 1.0 else 0.0) ])
        | number -> struct ([], [ Json.asFloat where number ])

    static let constantOf (json: Json) : Initializer =
        let struct (shape, values) = readArray "initializers.Constant" json

        let init (_: Tensor) (target: Dims) (dtype: DType) =
            match shape, values with
            | [], [ value ] -> Lax.full target dtype (Scalar.Float value)
            | _ -> Tensor.ofSeq shape values |> Lax.convert dtype |> Lax.broadcastTo target

        { Class = "Constant"; Config = [ "value", json ]; Init = init }

    static let stft (imaginary: bool) (window: Choice<string, float list> option) scaling periodic : Initializer =
        // A wrong name is an error at once.
        match window with
        | Some(Choice1Of2 name) -> StftKernel.window name 2 periodic |> ignore
        | _ -> ()

        let init (_: Tensor) (shape: Dims) (dtype: DType) =
            if shape.Rank <> 3 then
                Fail.value "initializers.STFT" $"the shape is {shape}" "It must be (frame length, 1, frequencies)."

            let frame, bins = shape[0], shape[2]

            let weights =
                match window with
                | None -> None
                | Some(Choice1Of2 name) -> Some(StftKernel.window name frame periodic)
                | Some(Choice2Of2 given) when given.Length = frame -> Some(List.toArray given)
                | Some(Choice2Of2 given) ->
                    Fail.value
                        "initializers.STFT"
                        $"the window has {given.Length} points, the frame {frame}"
                        "They must be the same."

            StftKernel.values imaginary weights scaling frame bins
            |> Tensor.ofArray [ frame; 1; bins ]
            |> Lax.convert dtype
            |> Lax.broadcastTo shape

        {
            Class = "STFT"
            Config = [
                "side", Json.Text(if imaginary then "imag" else "real")
                "window",
                (match window with
                 | None -> Json.Null
                 | Some(Choice1Of2 name) -> Json.Text name
                 | Some(Choice2Of2 given) -> Json.Array [ for w in given -> Json.Float w ])
                "periodic", Json.Bool periodic
                "scaling", ConfigJson.text scaling
            ]
            Init = init
        }

    static let readStft (c: ConfigReader) =
        let side = c.OneOf("side", [ "real"; "imag" ], "real")

        let window =
            if not (c.Has "window") then
                Some(Choice1Of2 "hann")
            else
                match c.Any "window" with
                | None -> None
                | Some(Json.Text name) -> Some(Choice1Of2 name)
                | Some json ->
                    let struct (_, values) = readArray c.Where json
                    Some(Choice2Of2 values)

        let scaling =
            match c.TextOption("scaling", Some "density") with
            | None -> None
            | Some("density" | "spectrum" as s) -> Some s
            | Some other ->
                Fail.value c.Where $"'scaling' is '{other}'" (Fail.didYouMean other [ "density"; "spectrum" ])

        stft (side = "imag") window scaling (c.Bool("periodic", false))

    static let readScaled (make: int64 option -> int list option -> int list option -> Initializer) (c: ConfigReader) =
        make (readSeed c) (c.IntsOption "input_axes") (c.IntsOption "output_axes")

    static let scaled cls scale mode distribution (seed: int64 option) input output =
        variance cls scale mode distribution seed input output []

    static let modes = [ "fan_in"; "fan_out"; "fan_avg" ]
    static let distributions = [ "truncated_normal"; "untruncated_normal"; "uniform" ]

    static let varianceScaling scale (mode: string) (distribution: string) seed input output =
        let check (what: string) (value: string) known =
            if not (List.contains value known) then
                Fail.value "initializers.VarianceScaling" $"'{what}' is '{value}'" (Fail.didYouMean value known)

        // Keras takes the first name for the second.
        let distribution = if distribution = "normal" then "truncated_normal" else distribution
        check "mode" mode modes
        check "distribution" distribution distributions

        variance "VarianceScaling" scale mode distribution seed input output [
            "scale", Json.Float scale
            "mode", Json.Text mode
            "distribution", Json.Text distribution
        ]

    static let registry =
        lazy
            (Registry<Initializer>(
                "initializer",
                "keras.initializers",
                false,
                (fun rewrite x -> { x with Config = rewrite x.Config }),
                [
                    "Zeros", [ "zero" ], (fun _ -> Initializers.Zeros)
                    "Ones", [ "one" ], (fun _ -> Initializers.Ones)
                    "Constant", [], (fun c -> constantOf (c.Any "value" |> Option.defaultValue (Json.Float 0.0)))
                    "Identity", [ "IdentityInitializer" ], (fun c -> Initializers.Identity(c.Float("gain", 1.0)))
                    "STFT", [ "STFTInitializer" ], readStft
                    "RandomNormal",
                    [ "normal" ],
                    (fun c ->
                        Initializers.RandomNormal(c.Float("mean", 0.0), c.Float("stddev", 0.05), ?seed = readSeed c))
                    "RandomUniform",
                    [ "uniform" ],
                    (fun c ->
                        Initializers.RandomUniform(
                            c.Float("minval", -0.05),
                            c.Float("maxval", 0.05),
                            ?seed = readSeed c
                        ))
                    "TruncatedNormal",
                    [],
                    (fun c ->
                        Initializers.TruncatedNormal(c.Float("mean", 0.0), c.Float("stddev", 0.05), ?seed = readSeed c))
                    "Orthogonal",
                    [ "OrthogonalInitializer" ],
                    (fun c -> Initializers.Orthogonal(c.Float("gain", 1.0), ?seed = readSeed c))
                    "VarianceScaling",
                    [],
                    (fun c ->
                        let scale = c.Float("scale", 1.0)
                        let mode = c.OneOf("mode", modes, "fan_in")
                        let distribution = c.Text("distribution", "truncated_normal")
                        readScaled (varianceScaling scale mode distribution) c)
                    "GlorotUniform", [], readScaled (scaled "GlorotUniform" 1.0 "fan_avg" "uniform")
                    "GlorotNormal", [], readScaled (scaled "GlorotNormal" 1.0 "fan_avg" "truncated_normal")
                    "HeUniform", [], readScaled (scaled "HeUniform" 2.0 "fan_in" "uniform")
                    "HeNormal", [], readScaled (scaled "HeNormal" 2.0 "fan_in" "truncated_normal")
                    "LecunUniform", [], readScaled (scaled "LecunUniform" 1.0 "fan_in" "uniform")
                    "LecunNormal", [], readScaled (scaled "LecunNormal" 1.0 "fan_in" "truncated_normal")
                ]
            ))

    // ---- constants --------------------------------------------------------------------------------------------------

    /// Zeros (`keras.initializers.Zeros`).
    static member Zeros: Initializer = {
        Class = "Zeros"
        Config = []
        Init = fun _ shape dtype -> Lax.full shape dtype (Scalar.Int 0L)
    }

    /// Ones (`keras.initializers.Ones`).
    static member Ones: Initializer = {
        Class = "Ones"
        Config = []
        Init = fun _ shape dtype -> Lax.full shape dtype (Scalar.Int 1L)
    }

    /// One value everywhere (`keras.initializers.Constant`).
    static member Constant(value: float) : Initializer = constantOf (Json.Float value)

    /// Given values, broadcast to the shape of the variable (`keras.initializers.Constant` of an array).
    static member Constant(values: float seq) : Initializer =
        constantOf (Json.Array [ for v in values -> Json.Float v ])

    /// The identity matrix times `gain`; shapes other than two axes are an error (`keras.initializers.Identity`).
    static member Identity(?gain: float) : Initializer =
        let gain = defaultArg gain 1.0

        let init (_: Tensor) (shape: Dims) (dtype: DType) =
            if shape.Rank <> 2 then
                Fail.value "initializers.Identity" $"the shape is {shape}" "Only matrices can be the identity."

            eye gain shape dtype

        {
            Class = "Identity"
            // Keras forgets the gain, but reads it.
            Config = (if gain = 1.0 then [] else [ "gain", Json.Float gain ])
            Init = init
        }

    /// The kernel of a short-time Fourier transform, of shape (frame length, 1, frequencies); `side` is `"real"` or
    /// `"imag"`, `window` a name as in SciPy (`""` for none), `scaling` `"density"`, `"spectrum"` or `""` for none
    /// (`keras.initializers.STFT`).
    static member STFT(?side: string, ?window: string, ?scaling: string, ?periodic: bool) : Initializer =
        let side, window, scaling =
            defaultArg side "real", defaultArg window "hann", defaultArg scaling "density"

        if side <> "real" && side <> "imag" then
            Fail.value "initializers.STFT" $"'side' is '{side}'" (Fail.didYouMean side [ "real"; "imag" ])

        if scaling <> "" && scaling <> "density" && scaling <> "spectrum" then
            Fail.value
                "initializers.STFT"
                $"'scaling' is '{scaling}'"
                (Fail.didYouMean scaling [ "density"; "spectrum" ])

        let window = if window = "" then None else Some(Choice1Of2 window)
        let scaling = if scaling = "" then None else Some scaling
        stft (side = "imag") window scaling (defaultArg periodic false)

    // ---- random numbers ---------------------------------------------------------------------------------------------

    /// Normal numbers (`keras.initializers.RandomNormal`).
    static member RandomNormal(?mean: float, ?stddev: float, ?seed: int64) : Initializer =
        let mean, stddev = defaultArg mean 0.0, defaultArg stddev 0.05

        {
            Class = "RandomNormal"
            Config = [ seedJson seed; "mean", Json.Float mean; "stddev", Json.Float stddev ]
            Init = seeded seed (normal mean stddev)
        }

    /// Numbers between `minval` and `maxval` (`keras.initializers.RandomUniform`).
    static member RandomUniform(?minval: float, ?maxval: float, ?seed: int64) : Initializer =
        let low, high = defaultArg minval -0.05, defaultArg maxval 0.05

        {
            Class = "RandomUniform"
            Config = [ seedJson seed; "minval", Json.Float low; "maxval", Json.Float high ]
            Init = seeded seed (fun key shape dtype -> Random.uniform dtype shape low high key)
        }

    /// Normal numbers, redrawn beyond two standard deviations; `stddev` is that before the cut
    /// (`keras.initializers.TruncatedNormal`).
    static member TruncatedNormal(?mean: float, ?stddev: float, ?seed: int64) : Initializer =
        let mean, stddev = defaultArg mean 0.0, defaultArg stddev 0.05

        {
            Class = "TruncatedNormal"
            Config = [ seedJson seed; "mean", Json.Float mean; "stddev", Json.Float stddev ]
            Init = seeded seed (truncated mean stddev)
        }

    /// A matrix with orthogonal rows or columns, times `gain`; of more than two axes all but the last are taken together
    /// (`keras.initializers.Orthogonal`).
    static member Orthogonal(?gain: float, ?seed: int64) : Initializer =
        let gain = defaultArg gain 1.0

        {
            Class = "Orthogonal"
            Config = [ seedJson seed; "gain", Json.Float gain ]
            Init = seeded seed (orthogonal gain)
        }

    /// Numbers of variance `scale` / n, where n is the number of inputs (`mode` `"fan_in"`), of outputs (`"fan_out"`) or
    /// their mean (`"fan_avg"`) of a unit; `distribution` is `"truncated_normal"`, `"untruncated_normal"` or `"uniform"`.
    /// `inputAxes` and `outputAxes` say which axes are inputs and outputs, where the last two are not
    /// (`keras.initializers.VarianceScaling`).
    static member VarianceScaling
        (?scale: float, ?mode: string, ?distribution: string, ?seed: int64, ?inputAxes: int list, ?outputAxes: int list)
        : Initializer =
        varianceScaling
            (defaultArg scale 1.0)
            (defaultArg mode "fan_in")
            (defaultArg distribution "truncated_normal")
            seed
            inputAxes
            outputAxes

    /// Uniform numbers of variance 2 / (inputs + outputs) (`keras.initializers.GlorotUniform`).
    static member GlorotUniform(?seed: int64, ?inputAxes: int list, ?outputAxes: int list) : Initializer =
        scaled "GlorotUniform" 1.0 "fan_avg" "uniform" seed inputAxes outputAxes

    /// Truncated normal numbers of variance 2 / (inputs + outputs) (`keras.initializers.GlorotNormal`).
    static member GlorotNormal(?seed: int64, ?inputAxes: int list, ?outputAxes: int list) : Initializer =
        scaled "GlorotNormal" 1.0 "fan_avg" "truncated_normal" seed inputAxes outputAxes

    /// Uniform numbers of variance 2 / inputs (`keras.initializers.HeUniform`).
    static member HeUniform(?seed: int64, ?inputAxes: int list, ?outputAxes: int list) : Initializer =
        scaled "HeUniform" 2.0 "fan_in" "uniform" seed inputAxes outputAxes

    /// Truncated normal numbers of variance 2 / inputs (`keras.initializers.HeNormal`).
    static member HeNormal(?seed: int64, ?inputAxes: int list, ?outputAxes: int list) : Initializer =
        scaled "HeNormal" 2.0 "fan_in" "truncated_normal" seed inputAxes outputAxes

    /// Uniform numbers of variance 1 / inputs (`keras.initializers.LecunUniform`).
    static member LecunUniform(?seed: int64, ?inputAxes: int list, ?outputAxes: int list) : Initializer =
        scaled "LecunUniform" 1.0 "fan_in" "uniform" seed inputAxes outputAxes

    /// Truncated normal numbers of variance 1 / inputs (`keras.initializers.LecunNormal`).
    static member LecunNormal(?seed: int64, ?inputAxes: int list, ?outputAxes: int list) : Initializer =
        scaled "LecunNormal" 1.0 "fan_in" "truncated_normal" seed inputAxes outputAxes

    // ---- others -----------------------------------------------------------------------------------------------------

    /// An initializer of one's own: key, shape and element type to values. It cannot be saved.
    static member OfFunction(name: string, init: Tensor -> Dims -> DType -> Tensor) : Initializer = {
        Class = name
        Config = []
        Init = init
    }

    /// The values of a tensor; another shape is an error. It cannot be saved.
    static member OfTensor(values: Tensor) : Initializer =
        let init (_: Tensor) (shape: Dims) (dtype: DType) =
            if not (shape.Equals values.Shape) then
                Fail.value "initializers" $"the variable has shape {shape}, the given values {values.Shape}" ""

            Lax.convert dtype values

        { Class = "Tensor"; Config = []; Init = init }

    /// The classes by name.
    static member Registry: Registry<Initializer> = registry.Value

    /// The initializer of a class name or alias and a config.
    static member ofConfig (className: string) (config: (string * Json) list) : Initializer =
        registry.Value.Create(className, config)

    /// The initializer of a record or name in JSON (`keras.initializers.get`).
    static member ofJson(json: Json) : Initializer = registry.Value.OfJson("initializer", json)

    /// The initializer of a name, with its defaults: `"he_normal"`.
    static member ofName(name: string) : Initializer = registry.Value.Create(name, [])
