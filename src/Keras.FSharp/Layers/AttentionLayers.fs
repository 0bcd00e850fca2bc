/// Attention: of one head (dot products or sums), of several heads, and of groups of heads that share keys and values.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// Attention, AdditiveAttention, MultiHeadAttention, GroupQueryAttention.
module internal AttentionLayers =
    let private rate (a: LayerArguments) : float =
        let x = a.Float("dropout", 0.0)

        if x < 0.0 || x > 1.0 then
            a.Refuse($"argument 'dropout' is {x}, expected a number from 0 to 1", "")

        x

    // ---- one head ---------------------------------------------------------------------------------------------------

    /// Attention over [query, value] or [query, value, key] with scores of query and key.
    let private single
        variables
        (dropout: float)
        (seed: int64 option)
        (score: Call -> Tensor -> Tensor -> Tensor)
        : LayerBody =
        let apply (call: Call) (xs: Tensor[]) =
            let q, v = xs[0], xs[1]
            let k = if xs.Length > 2 then xs[2] else v
            let scores = score call q k
            let valueMask = call.Mask v

            let causal =
                if Heads.isCausal call then
                    let r = scores.Rank
                    Lax.ge (Lax.iota scores.Shape DType.Int32 (r - 2)) (Lax.iota scores.Shape DType.Int32 (r - 1))
                else
                    null

            let allowed =
                if isNull valueMask then
                    causal
                else
                    let row = Lax.reshape (Dims.insert (valueMask.Rank - 1) 1 valueMask.Shape) valueMask
                    if isNull causal then row else Lax.logicalAnd row causal

            let scores =
                if isNull allowed then
                    scores
                else
                    let far = if scores.DType = DType.Float16 then -65504.0 else -1e9
                    Lax.select allowed scores (Lax.shift far scores)

            let weights = Ops.softmax (scores, -1)
            let used = DropoutLayers.drop call dropout seed weights.Shape weights
            let y = Ops.matmul (used, v)
            let queryMask = call.Mask q

            let y =
                if isNull queryMask then
                    y
                else
                    let column = Lax.reshape (Dims.append queryMask.Shape (Dims.own [| 1 |])) queryMask
                    Lax.select column y (Lax.zerosLike y)

            call.SetMask(y, queryMask)
            if Heads.wantsScores call then [| y; weights |] else [| y |]

        let check (call: Call) (shapes: Dims[]) =
            if shapes.Length < 2 || shapes.Length > 3 then
                call.Refuse($"it got {shapes.Length} inputs", "Give [query, value] or [query, value, key].")

            for s in shapes do
                call.RequireMinRank(s, 3, "(batch, time, features)")

        {
            Check = check
            Variables = variables
            Apply = apply
            Masks = MaskRule.Own
            Children = []
            Bare = false
            Content = ValueNone
        }

    /// Sums over the features of f(query + key), for all pairs: (batch, Tq, Tv).
    let private additive (f: Tensor -> Tensor) (q: Tensor) (k: Tensor) : Tensor =
        let q = Lax.reshape (Dims.insert (q.Rank - 1) 1 q.Shape) q
        let k = Lax.reshape (Dims.insert (k.Rank - 2) 1 k.Shape) k
        let y = f (Lax.add q k)
        Lax.sum (Dims.own [| y.Rank - 1 |]) y

    let private attention (a: LayerArguments) : LayerBody =
        let useScale = a.Bool("use_scale", false)
        let concat = a.OneOf("score_mode", [ "dot"; "concat" ], "dot") = "concat"
        let dropout = rate a
        let seed = a.Seed "seed"
        let ones = Initializers.ofJson (Json.Text "ones")

        let variables (_: Dims[]) = [
            if useScale then
                a.Weight("scale", [], ones)
            if concat then
                a.Weight("concat_score_weight", [], ones)
        ]

        single variables dropout seed (fun call q k ->
            let scaled (x: Tensor) = if useScale then Lax.mul x (call.Variable "scale") else x

            if concat then
                Lax.mul (additive (scaled >> Lax.tanh) q k) (call.Variable "concat_score_weight")
            else
                scaled (Ops.matmul (q, Lax.swapLast k)))

    let private additiveAttention (a: LayerArguments) : LayerBody =
        let useScale = a.Bool("use_scale", true)
        let dropout = rate a
        let seed = a.Seed "seed"
        let start = Initializers.ofJson (Json.Text "glorot_uniform")
        let variables (s: Dims[]) = if useScale then [ a.Weight("scale", [ s[0][s[0].Rank - 1] ], start) ] else []

        single variables dropout seed (fun call q k ->
            additive (fun x -> if useScale then Lax.mul (Lax.tanh x) (call.Variable "scale") else Lax.tanh x) q k)

    // ---- several heads ----------------------------------------------------------------------------------------------

    let private window (a: LayerArguments) : int option =
        match a.IntOption "sliding_window" with
        | Some w when w < 1 -> a.Refuse($"argument 'sliding_window' is {w}, expected 1 or more", "")
        | w -> w

    /// Flash attention is the choice of the backend; with dropout Keras refuses it.
    let private flash (a: LayerArguments) (dropout: float) : unit =
        match a.Reader.Any "flash_attention" with
        | Some(Json.Bool true) when dropout > 0.0 ->
            a.Refuse("arguments 'flash_attention' and 'dropout' are both set", "Flash attention has no dropout.")
        | _ -> ()

    /// Reads what all projections have; `handsOn` leaves the activity penalty to them alone.
    let private projections (a: LayerArguments) (useBias: bool) (handsOn: bool) : Heads.Projections =
        let mutable activity = None

        let between () =
            if handsOn then
                activity <- a.HandOnActivity()
            else
                a.ActivityRegularizer()
                activity <- a.Activity()

        match Controlled.read a between [ "kernel", "glorot_uniform"; "bias", "zeros" ] with
        | [ kernel; bias ] -> {
            Weights = kernel
            Bias = if useBias then Some bias else None
            Activity = activity
          }
        | _ -> a.Refuse("two weights were expected", "")

    /// The layers inside that only files know of, and the dropout of the weights.
    let private helpers (a: LayerArguments) (dropout: float) (seed: int64 option) =
        let softmax = Heads.inside a "Softmax" (LayerBody.pure' (fun _ x -> Ops.softmax (x, -1)))

        let dropping =
            Heads.inside a "Dropout" (LayerBody.pure' (fun call x -> DropoutLayers.drop call dropout seed x.Shape x))

        let drop (call: Call) =
            if call.Training && dropout > 0.0 then
                Some(fun w -> (call.Child(dropping, [| w |]))[0])
            else
                None

        [ "_softmax", softmax; "_dropout_layer", dropping ], drop

    /// The body of attention with several heads: inputs are query, value and perhaps key.
    let private body children (minRank: int) (apply: Call -> Tensor[] -> Tensor[]) : LayerBody = {
        Check =
            fun call shapes ->
                for s in shapes do
                    call.RequireMinRank(s, minRank, "(batch, time, features)")
        Variables = fun _ -> []
        Apply = apply
        Masks = MaskRule.Own
        Children = children
        Bare = false
        Content = ValueNone
    }

    /// Outputs with the mask of the query on the first.
    let private results (call: Call) (query: Tensor) (y: Tensor) (weights: Tensor) : Tensor[] =
        call.SetMask(y, call.Mask query)
        if Heads.wantsScores call then [| y; weights |] else [| y |]

    let private multiHead (a: LayerArguments) : LayerBody =
        let heads = a.Positive "num_heads"
        let keySize = a.Positive "key_dim"

        let valueSize =
            match a.Reader.IntOption "value_dim" with
            | Some n -> n
            | None -> keySize

        if valueSize < 1 then
            a.Refuse($"argument 'value_dim' is {valueSize}, expected 1 or more", "")

        a.Write("value_dim", Json.Int(int64 valueSize))
        let dropout = rate a
        let useBias = a.Bool("use_bias", true)
        let useGate = a.Bool("use_gate", false)

        let ints (key: string) =
            let found = a.Reader.IntsOption key
            a.Write(key, found |> Option.map ConfigJson.integers |> Option.defaultValue Json.Null)
            found

        let outputShape = ints "output_shape"
        let axes = ints "attention_axes"
        let window = window a
        flash a dropout
        let p = projections a useBias true
        let seed = a.Seed "seed"
        let scale = 1.0 / sqrt (float keySize)
        let into name size gate = Heads.projection a p name 1 (fun _ -> [ heads; size ]) gate

        let query, key, value =
            into "query" keySize false, into "key" keySize false, into "value" valueSize false

        let gate = if useGate then [ into "gate" valueSize true ] else []

        let features (shapes: Dims[]) = outputShape |> Option.defaultWith (fun () -> [ shapes[1][shapes[1].Rank - 1] ])

        let output = Heads.projection a p "attention_output" 2 features false
        let hidden, drop = helpers a dropout seed

        let apply (call: Call) (xs: Tensor[]) =
            let struct (q, v, k, (queryMask, valueMask, keyMask)) = Heads.operands call xs
            let over = HeadAxes.ofLayer call axes q.Rank
            let struct (mask, causal) = Heads.mask call q v window (queryMask, valueMask, keyMask)
            let child layer x = (call.Child(layer, [| x |]))[0]
            let queries, keys = child query q, child key k
            let gates = gate |> List.map (fun g -> child g q)
            let values = child value v
            let project = HeadAxes.flatten over

            // The causal mask of kernels is that of axis 1.
            let mask, causal =
                if causal && not (HeadAxes.isPlain over) then
                    let length = Dims.own [| 1; q.Shape[1]; v.Shape[1] |]
                    Lax.ge (Lax.iota length DType.Int32 1) (Lax.iota length DType.Int32 2), false
                else
                    mask, causal

            let struct (y, weights) =
                Heads.attend
                    scale
                    causal
                    (if isNull mask then null else HeadAxes.mask over queries.Shape keys.Shape mask)
                    (drop call)
                    (Heads.wantsScores call)
                    (project queries)
                    (project keys)
                    (project values)

            let y = HeadAxes.restore over queries.Shape y
            let y = (y, gates) ||> List.fold Lax.mul
            let y = (call.Child(output, [| y; q |]))[0]

            results
                call
                q
                y
                (if isNull weights then
                     null
                 else
                     HeadAxes.scores over queries.Shape keys.Shape weights)

        let named = [ "query_dense", query; "key_dense", key; "value_dense", value; "output_dense", output ]
        body (named @ List.map (fun g -> "_gate_dense", g) gate @ hidden) 3 apply

    let private groupQuery (a: LayerArguments) : LayerBody =
        let size = a.Positive "head_dim"
        let heads = a.Positive "num_query_heads"
        let shared = a.Positive "num_key_value_heads"

        if heads % shared <> 0 then
            a.Refuse(
                $"{heads} heads of the query cannot share {shared} heads",
                "The first must be a multiple of the second."
            )

        let useBias = a.Bool("use_bias", true)
        let useGate = a.Bool("use_gate", false)
        let window = window a
        let dropout = rate a
        flash a dropout
        let p = projections a useBias false
        let seed = a.Seed "seed"
        let into name n gate = Heads.projection a p name 1 (fun _ -> [ n; size ]) gate
        let query, key, value = into "query" heads false, into "key" shared false, into "value" shared false
        let gate = if useGate then [ into "gate" heads true ] else []
        let features (shapes: Dims[]) = [ shapes[1][shapes[1].Rank - 1] ]
        let output = Heads.projection a p "attention_output" 2 features false
        let hidden, drop = helpers a dropout seed

        let apply (call: Call) (xs: Tensor[]) =
            let struct (q, v, k, masks) = Heads.operands call xs
            let struct (mask, causal) = Heads.mask call q v window masks
            let child layer x = (call.Child(layer, [| x |]))[0]
            let queries, keys = child query q, child key k
            let gates = gate |> List.map (fun g -> child g q)
            let values = child value v

            // The axis of the heads, where the mask does not have it.
            let mask =
                if isNull mask || mask.Rank > 3 then
                    mask
                else
                    Lax.reshape (Dims.insert (mask.Rank - 2) 1 mask.Shape) mask

            let struct (y, weights) =
                Heads.attend
                    (1.0 / sqrt (float size))
                    causal
                    mask
                    (drop call)
                    (Heads.wantsScores call)
                    queries
                    keys
                    values

            let y = (y, gates) ||> List.fold Lax.mul
            let y = (call.Child(output, [| y; q |]))[0]
            results call q y weights

        let named = [ "_query_dense", query; "_key_dense", key; "_value_dense", value; "_output_dense", output ]
        let parts = body (named @ List.map (fun g -> "_gate_dense", g) gate @ hidden) 3 apply
        let check (call: Call) (s: Dims) = call.RequireRank(s, 3, "(batch, time, features)")

        {
            parts with
                Check = fun call shapes -> Array.iter (check call) shapes
        }

    /// The classes of this file.
    let classes: (string * (LayerArguments -> LayerBody)) list = [
        "Attention", attention
        "AdditiveAttention", additiveAttention
        "MultiHeadAttention", multiHead
        "GroupQueryAttention", groupQuery
    ]
