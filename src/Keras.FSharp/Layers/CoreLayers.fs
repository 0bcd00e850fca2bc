/// Layers that most models have: dense products, embeddings, masks, activations, dropout and noise.
namespace Keras.FSharp

open Keras.FSharp.Saving
open Keras.FSharp.Backends

/// The weights that most layers with a bias have, by Keras's argument names.
[<RequireQualifiedAccess; NoEquality; NoComparison>]
type internal Controlled = {
    Initializer: Initializer
    Regularizer: Regularizer option
    Constraint: Constraint option
}

/// Reading of the arguments of two or three weights, which Keras orders by kind: initializers first.
[<RequireQualifiedAccess>]
module internal Controlled =
    /// Reads initializer, regularizer and constraint of each name, with `first` read after the initializers and `second`
    /// after the regularizers.
    let readInOrder (a: LayerArguments) (first: unit -> unit) (second: unit -> unit) names : Controlled list =
        let initializers = names |> List.map (fun (n, fallback) -> a.Initializer(n + "_initializer", fallback))
        first ()
        let regularizers = names |> List.map (fun (n, _) -> a.Regularizer(n + "_regularizer"))
        second ()
        let constraints = names |> List.map (fun (n, _) -> a.Constraint(n + "_constraint"))

        List.map3
            (fun i r c -> { Controlled.Initializer = i; Regularizer = r; Constraint = c })
            initializers
            regularizers
            constraints

    /// Reads initializer, regularizer and constraint of each name, with `between` read after the regularizers.
    let read (a: LayerArguments) (between: unit -> unit) (names: (string * string) list) : Controlled list =
        readInOrder a ignore between names

    /// A trainable weight.
    let weight (a: LayerArguments) (name: string) (shape: int seq) (c: Controlled) : VarSpec =
        a.Weight(name, shape, c.Initializer, c.Regularizer, c.Constraint)

/// Dense, Activation and their kin.
module internal CoreLayers =
    /// Arguments of low-rank adaptation, which only files of adapted layers have.
    let private noLora (a: LayerArguments) =
        for key in [ "lora_rank"; "lora_alpha" ] do
            if (a.Reader.Any key).IsSome then
                a.Refuse($"argument '{key}' is set", "Low-rank adaptation is not known here.")

    let private dense (a: LayerArguments) : LayerBody =
        let units = a.Positive "units"
        let activation = a.Activation "activation"
        let useBias = a.Bool("use_bias", true)

        let kernel, bias =
            match Controlled.read a ignore [ "kernel", "glorot_uniform"; "bias", "zeros" ] with
            | [ k; b ] -> k, b
            | _ -> a.Refuse("two weights were expected", "")

        a.OnlyNull "quantization_config"
        noLora a

        LayerBody.weighted
            (fun shape -> [
                Controlled.weight a "kernel" [ shape[shape.Rank - 1]; units ] kernel
                if useBias then
                    Controlled.weight a "bias" [ units ] bias
            ])
            (fun call x ->
                let y = Ops.matmul (x, call.Variable "kernel")
                let y = if useBias then Lax.add y (call.Variable "bias") else y
                activation.Apply y)
        |> LayerBody.minRank 2 "(batch, ..., features)"

    let private einsumDense (a: LayerArguments) : LayerBody =
        let outputShape =
            match a.Json "output_shape" with
            | Json.Array items -> items
            | one -> [ one ]
            |> List.map (function
                | Json.Int i -> int i
                | Json.Null -> -1
                | other -> a.Refuse($"argument 'output_shape' holds {Json.write other}", "Give integers or null."))

        let equation = a.Text "equation"
        let activation = a.Activation "activation"
        let biasAxes = a.TextOption "bias_axes"

        // Here Keras writes the activity regularizer between the regularizers and the constraints.
        let kernel, bias =
            match Controlled.read a a.ActivityRegularizer [ "kernel", "glorot_uniform"; "bias", "zeros" ] with
            | [ k; b ] -> k, b
            | _ -> a.Refuse("two weights were expected", "")

        a.OnlyNull "quantization_config"
        noLora a
        let plan = EinsumShapes.parse (fun reason -> a.Refuse(reason, "")) equation outputShape biasAxes

        LayerBody.weighted
            (fun shape ->
                let kernelShape, biasShape = plan shape

                [
                    Controlled.weight a "kernel" kernelShape kernel
                    match biasShape with
                    | Some s -> Controlled.weight a "bias" s bias
                    | None -> ()
                ])
            (fun call x ->
                let y = Ops.einsum (equation, x, call.Variable "kernel")
                let y = if biasAxes.IsSome then Lax.add y (call.Variable "bias") else y
                activation.Apply y)
        |> LayerBody.masks MaskRule.Stops

    let private embed (call: Call) (maskZero: bool) (x: Tensor) : Tensor =
        let indices = if DType.isInteger x.DType then x else Lax.convert DType.Int32 x
        let y = Ops.take (call.Variable "embeddings", indices, 0)

        if maskZero then
            call.SetMask(y, Lax.ne indices (Lax.zerosLike indices))

        y

    let private embeddingArguments (a: LayerArguments) =
        let inputs = a.Positive "input_dim"
        let outputs = a.Positive "output_dim"
        let table = Controlled.read a a.ActivityRegularizer [ "embeddings", "uniform" ]
        let maskZero = a.Bool("mask_zero", false)
        a.OnlyNull "quantization_config"
        noLora a
        inputs, outputs, table.Head, maskZero

    let private embedding (a: LayerArguments) : LayerBody =
        let inputs, outputs, table, maskZero = embeddingArguments a

        LayerBody.weighted (fun _ -> [ Controlled.weight a "embeddings" [ inputs; outputs ] table ]) (fun call x ->
            embed call maskZero x)
        |> LayerBody.masks MaskRule.Own

    let private reversibleEmbedding (a: LayerArguments) : LayerBody =
        let inputs, outputs, table, maskZero = embeddingArguments a
        let tied = a.Bool("tie_weights", true)
        let reverseType = a.TextOption "reverse_dtype"
        let cap = a.FloatOption "logit_soft_cap"

        let reverse (call: Call) (x: Tensor) =
            let kernel =
                if tied then
                    Lax.swapLast (call.Variable "embeddings")
                else
                    call.Variable "reverse_embeddings"

            let x, kernel =
                match reverseType with
                | Some name ->
                    let d = (DTypePolicy.ofName name).Compute
                    Lax.convert d x, Lax.convert d kernel
                | None -> x, kernel

            let logits = Ops.matmul (x, kernel)

            match cap with
            | Some c -> Lax.scale c (Lax.tanh (Lax.scale (1.0 / c) logits))
            | None -> logits

        LayerBody.weighted
            (fun _ -> [
                Controlled.weight a "embeddings" [ inputs; outputs ] table
                if not tied then
                    Controlled.weight a "reverse_embeddings" [ outputs; inputs ] table
            ])
            (fun call x ->
                match Map.tryFind "reverse" call.Arguments.Values with
                | Some(Json.Bool true) -> reverse call x
                | _ -> embed call maskZero x)
        |> LayerBody.masks MaskRule.Own

    let private identity (_: LayerArguments) : LayerBody = LayerBody.pure' (fun _ x -> x)

    let private masking (a: LayerArguments) : LayerBody =
        let value = a.Float("mask_value", 0.0)

        LayerBody.pure' (fun call x ->
            let last = Dims.own [| x.Rank - 1 |]
            let kept = Lax.reduce ReduceOp.Or last (Lax.ne x (Lax.fullLike x value))
            let weight = Lax.reshape (Dims.keep last x.Shape) (Lax.convert x.DType kept)
            let y = Lax.mul x weight
            call.SetMask(y, kept)
            y)
        |> LayerBody.masks MaskRule.Own
        |> LayerBody.minRank 2 "(batch, ..., features)"

    let private activation (a: LayerArguments) : LayerBody =
        let f = a.Activation "activation"
        LayerBody.pure' (fun _ x -> f.Apply x)

    let private relu (a: LayerArguments) : LayerBody =
        let maxValue = a.FloatOption "max_value"
        let slope = a.Float("negative_slope", 0.0)
        let threshold = a.Float("threshold", 0.0)

        for key, value in [ "max_value", defaultArg maxValue 0.0; "negative_slope", slope; "threshold", threshold ] do
            if value < 0.0 then
                a.Refuse($"argument '{key}' is {value}, expected 0 or more", "")

        LayerBody.pure' (fun _ x ->
            Activations.reluWith (x, negativeSlope = slope, ?maxValue = maxValue, threshold = threshold))

    let private leakyRelu (a: LayerArguments) : LayerBody =
        // Keras 2 called the slope alpha.
        let older = a.Reader.FloatOption "alpha"
        let slope = a.Float("negative_slope", defaultArg older 0.3)

        if slope < 0.0 then
            a.Refuse($"argument 'negative_slope' is {slope}, expected 0 or more", "")

        LayerBody.pure' (fun _ x -> Ops.leakyRelu (x, slope))

    let private elu (a: LayerArguments) : LayerBody =
        let alpha = a.Float("alpha", 1.0)
        LayerBody.pure' (fun _ x -> Ops.elu (x, alpha))

    let private prelu (a: LayerArguments) : LayerBody =
        let alpha = (Controlled.read a ignore [ "alpha", "zeros" ]).Head

        let shared =
            match a.Json "shared_axes" with
            | Json.Null -> []
            | Json.Int i -> [ int i ]
            | Json.Array items -> items |> List.map (Json.asInt "shared_axes")
            | other -> a.Refuse($"argument 'shared_axes' is {Json.write other}", "Give axes or null.")

        LayerBody.weighted
            (fun shape ->
                let sizes = [ for i in 1 .. shape.Rank - 1 -> if List.contains i shared then 1 else shape[i] ]
                [ Controlled.weight a "alpha" sizes alpha ])
            (fun call x ->
                let negative = Lax.mul (call.Variable "alpha") (Ops.relu (Lax.neg x))
                Lax.sub (Ops.relu x) negative)
        |> LayerBody.minRank 2 "(batch, ...)"

    /// A softmax over the scores that the mask (of their shape) keeps; a row without any gives zeros.
    let maskedSoftmax (softmax: Tensor -> Tensor) (mask: Tensor) (x: Tensor) : Tensor =
        let low = if x.DType = DType.Float16 then -3e4 else -1e9
        let y = softmax (Lax.select mask x (Lax.fullLike x low))
        // Where a whole row is masked the softmax would be uniform.
        Lax.select mask y (Lax.zerosLike y)

    let private softmax (a: LayerArguments) : LayerBody =
        let axes =
            match a.Json "axis" with
            | Json.Null -> [ -1 ]
            | Json.Int i -> [ int i ]
            | Json.Array items -> items |> List.map (Json.asInt "axis")
            | other -> a.Refuse($"argument 'axis' is {Json.write other}", "Give an axis or a list of axes.")

        LayerBody.pure' (fun call x ->
            let apply (x: Tensor) =
                match axes with
                | [ one ] -> Ops.softmax (x, one)
                | many -> Ops.softmax (x, (many :> int seq))

            match call.Mask x with
            | null -> apply x
            | mask -> maskedSoftmax apply mask x)

    let private rescaling (a: LayerArguments) : LayerBody =
        let rec read key json =
            match json with
            | Json.Int _
            | Json.Float _ -> Tensor.scalar (Json.asFloat key json)
            | Json.Array items -> Tensor.vector [ for i in items -> Json.asFloat key i ]
            | Json.Object _ ->
                // An array of NumPy.
                Json.get key "config" json |> Json.get key "value" |> read key
            | other -> a.Refuse($"argument '{key}' is {Json.write other}", "Give a number or a list of numbers.")

        let scale = read "scale" (a.Json "scale")

        let offset =
            match a.Reader.Any "offset" with
            | None ->
                a.Write("offset", Json.Float 0.0)
                Tensor.scalar 0.0
            | Some _ -> read "offset" (a.Json "offset")

        let place (x: Tensor) =
            if x.Rank > 0 && Config.ImageDataFormat = "channels_first" then
                Lax.reshape (Dims.ofSeq [ x.Shape[0]; 1; 1 ]) x
            else
                x

        LayerBody.pure' (fun call x ->
            let own t = Lax.convert call.ComputeType t
            Lax.add (Lax.mul (own x) (own (place scale))) (own offset))

    let private activityRegularization (a: LayerArguments) : LayerBody =
        let l1 = a.Float("l1", 0.0)
        let l2 = a.Float("l2", 0.0)

        let penalty = Regularizers.L1L2(l1, l2)

        LayerBody.pure' (fun call x ->
            if not call.IsBuild then
                let batch = if x.Rank = 0 then 1.0 else float (max 1 x.Shape[0])
                call.AddLoss(Lax.scale (1.0 / batch) (penalty.Apply x))

            x)

    /// The classes of this file.
    let classes: (string * (LayerArguments -> LayerBody)) list = [
        "Dense", dense
        "EinsumDense", einsumDense
        "Embedding", embedding
        "ReversibleEmbedding", reversibleEmbedding
        "Identity", identity
        "Masking", masking
        "Activation", activation
        "ReLU", relu
        "LeakyReLU", leakyRelu
        "ELU", elu
        "PReLU", prelu
        "Softmax", softmax
        "Rescaling", rescaling
        "ActivityRegularization", activityRegularization
    ]
