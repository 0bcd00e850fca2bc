/// What layers of attention with several heads share: projections, operands and masks of a call, attention itself, and
/// attention over any axes.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// The common parts of attention with several heads.
[<RequireQualifiedAccess>]
module internal Heads =
    /// What is common to the projections of one layer.
    [<NoEquality; NoComparison>]
    type Projections = {
        Weights: Controlled
        Bias: Controlled option
        Activity: Regularizer option
    }

    /// A layer inside that maps the last `bound` axes of its first input to `units`, as EinsumDense does; the units may
    /// depend on the shapes of further inputs, which count for nothing else.
    let projection
        (a: LayerArguments)
        (p: Projections)
        (name: string)
        (bound: int)
        (units: Dims[] -> int list)
        gate
        : Layer =
        let kept (s: Dims) = Dims.sub 0 (s.Rank - bound) s
        let features (s: Dims) = Dims.sub (s.Rank - bound) s.Rank s

        let apply (call: Call) (x: Tensor) =
            let kernel = call.Variable "kernel"
            let outputs = Dims.sub bound kernel.Rank kernel.Shape
            let n, m = int (features x.Shape).Size, int outputs.Size
            let flat = Lax.reshape (Dims.append (kept x.Shape) (Dims.own [| n |])) x
            let y = Ops.matmul (flat, Lax.reshape (Dims.own [| n; m |]) kernel)

            let y =
                if call.Has "bias" then
                    Lax.add y (Lax.reshape (Dims.own [| m |]) (call.Variable "bias"))
                else
                    y

            let y = Lax.reshape (Dims.append (kept x.Shape) outputs) y
            if gate then Lax.logistic y else y

        let variables (shapes: Dims[]) = [
            Controlled.weight a "kernel" (List.ofSeq (features shapes[0]) @ units shapes) p.Weights
            match p.Bias with
            | Some b -> Controlled.weight a "bias" (units shapes) b
            | None -> ()
        ]

        let body = {
            LayerBody.pure' apply with
                Variables = variables
                Masks = MaskRule.Own
        }

        LayerFactory.ofBody "EinsumDense" name true a.Policy p.Activity [] body

    /// A layer inside of a class of this library, named after it: it uses up none of the automatic names.
    let inside (a: LayerArguments) (name: string) (body: LayerBody) : Layer =
        LayerFactory.ofBody name (Naming.snakeCase name) true a.Policy None [] body

    /// Query, value and key of a call, and the mask of each (null: none). The mask of the key counts if one was given.
    let operands (call: Call) (xs: Tensor[]) =
        let named (key: string) =
            match Map.tryFind key call.Arguments.Tensors with
            | Some [| x |] -> x
            | _ -> null

        let own (x: Tensor) = if isNull x then null else Lax.convert call.ComputeType x
        let value = if xs.Length > 1 then xs[1] else named "value"

        if isNull value then
            call.Refuse("its call has no value", "Give query and value: mha(x, x) is attention of x to itself.")

        let key = if xs.Length > 2 then xs[2] else named "key"

        let given (name: string) (x: Tensor) =
            if isNull x then null
            elif isNull (named name) then call.Mask x
            else named name

        let query = xs[0]

        if value.Rank <> query.Rank || (not (isNull key) && key.Rank <> query.Rank) then
            call.Refuse(
                $"its query has shape {query.Shape}, its value {value.Shape}",
                "Query, value and key have the same number of axes."
            )

        let masks = given "query_mask" query, given "value_mask" value, given "key_mask" key
        struct (query, own value, own (if isNull key then value else key), masks)

    let private flag (call: Call) (name: string) = Map.tryFind name call.Arguments.Values = Some(Json.Bool true)

    /// True if the call asks for the weights of the attention.
    let wantsScores (call: Call) : bool = flag call "return_attention_scores"

    /// True if no position may attend to later ones.
    let isCausal (call: Call) : bool = flag call "use_causal_mask"

    let private truth (m: Tensor) = if m.DType = DType.Bool then m else Lax.ne m (Lax.zerosLike m)

    /// All masks of a call as one (true where attention is allowed), null where everything is; and whether only the causal
    /// mask is left, which kernels know how to do.
    let mask (call: Call) (query: Tensor) (value: Tensor) (window: int option) (queryMask, valueMask, keyMask) =
        let insert axis (m: Tensor) =
            if isNull m then
                null
            else
                Lax.reshape (Dims.insert (if axis < 0 then m.Rank + 1 + axis else axis) 1 m.Shape) (truth m)

        let band = Dims.own [| 1; query.Shape[1]; value.Shape[1] |]
        let row, column = lazy Lax.iota band DType.Int32 1, lazy Lax.iota band DType.Int32 2

        let given =
            match Map.tryFind "attention_mask" call.Arguments.Tensors with
            | Some [| m |] -> truth m
            | _ -> null

        let near =
            match window with
            | Some w -> Lax.lt (Lax.abs (Lax.sub row.Value column.Value)) (Lax.scalarInt DType.Int32 (int64 w))
            | None -> null

        let others = [ insert -1 queryMask; insert -2 valueMask; insert -2 keyMask; near; given ]
        let others = others |> List.filter (isNull >> not)

        if isCausal call then
            if others.IsEmpty then
                struct (null, true)
            else
                struct (List.reduce Lax.logicalAnd (Lax.ge row.Value column.Value :: others), false)
        elif others.IsEmpty then
            struct (null, false)
        else
            struct (List.reduce Lax.logicalAnd others, false)

    /// Attention of heads, q [B, T, N, H], k and v [B, S, N or a divisor, H]: the result [B, T, N, H'] and, where they are
    /// asked for, the weights [B, N, T, S]. `mask` broadcasts to those; `drop` is done to the weights.
    let attend (scale: float) causal (mask: Tensor) (drop: (Tensor -> Tensor) option) wantsWeights (q: Tensor) k v =
        let mask = if isNull mask then None else Some mask

        if drop.IsNone && not wantsWeights then
            struct (Ops.dotProductAttention (q, k, v, ?mask = mask, scale = scale, isCausal = causal), null)
        else
            let spread (t: Tensor) =
                if t.Shape[2] = q.Shape[2] then
                    t
                else
                    Ops.repeat (t, q.Shape[2] / t.Shape[2], 2)

            let k, v = spread k, spread v
            let heads (t: Tensor) = Lax.transpose (Dims.own [| 0; 2; 1; 3 |]) t
            let scores = Ops.matmul (heads (Lax.scale scale q), Lax.swapLast (heads k))

            let visible =
                if causal then
                    Some(Lax.ge (Lax.iota scores.Shape DType.Int32 2) (Lax.iota scores.Shape DType.Int32 3))
                else
                    mask

            let weights =
                match visible with
                | Some m ->
                    CoreLayers.maskedSoftmax (fun s -> Ops.softmax (s, -1)) (Lax.broadcastTo scores.Shape m) scores
                | None -> Ops.softmax (scores, -1)

            let used = drop |> Option.map (fun f -> f weights) |> Option.defaultValue weights
            struct (heads (Ops.matmul (used, heads v)), weights)

/// Attention over any axes as attention over one: axes that are not attended to join the batch.
[<RequireQualifiedAccess>]
module internal HeadAxes =
    /// The axes of the projected tensors (batch, …, heads, size): those that join the batch, and those attended to.
    [<NoEquality; NoComparison>]
    type Axes = { Batch: int list; Attended: int list }

    /// The axes for inputs (batch, …, features) of a rank; all between batch and features by default.
    let ofLayer (call: Call) (axes: int list option) (rank: int) : Axes =
        let attended =
            axes
            |> Option.defaultWith (fun () -> [ 1 .. rank - 2 ])
            |> List.map (fun i -> if i < 0 then rank + i else i)

        if List.distinct attended <> attended || attended |> List.exists (fun i -> i < 1 || i > rank - 2) then
            call.Refuse(
                $"its attention axes {attended} do not fit an input of rank {rank}",
                "They lie between batch and features."
            )

        {
            Batch = [ 0 .. rank - 2 ] |> List.except attended
            Attended = attended
        }

    /// True for attention over axis 1 of inputs (batch, time, features).
    let isPlain (a: Axes) : bool = a.Batch = [ 0 ] && a.Attended = [ 1 ]

    let private sizes (axes: int list) (s: Dims) = axes |> List.map (fun i -> s[i])

    let private product = List.fold (*) 1

    let private order (a: Axes) : Dims =
        let n = a.Batch.Length + a.Attended.Length
        Dims.ofSeq (a.Batch @ a.Attended @ [ n; n + 1 ])

    /// (batch, …, heads, size) as [B, T, N, H].
    let flatten (a: Axes) (x: Tensor) : Tensor =
        if isPlain a then
            x
        else
            let n = x.Rank

            let shape = [
                product (sizes a.Batch x.Shape)
                product (sizes a.Attended x.Shape)
                x.Shape[n - 2]
                x.Shape[n - 1]
            ]

            Lax.reshape (Dims.ofSeq shape) (Lax.transpose (order a) x)

    /// [B, T, N, H] as the projected query is, whose shape is given.
    let restore (a: Axes) (query: Dims) (y: Tensor) : Tensor =
        if isPlain a then
            y
        else
            let apart = sizes a.Batch query @ sizes a.Attended query @ [ y.Shape[2]; y.Shape[3] ]
            Lax.transpose (Dims.invert (order a)) (Lax.reshape (Dims.ofSeq apart) y)

    /// The shape of the weights: (batch, …, heads, attended axes of the query, those of the key).
    let private scoreShape (a: Axes) (query: Dims) (key: Dims) : int list =
        sizes a.Batch query @ [ query[query.Rank - 2] ] @ sizes a.Attended query @ sizes a.Attended key

    /// The weights [B, N, T, S] with all axes.
    let scores (a: Axes) (query: Dims) (key: Dims) (weights: Tensor) : Tensor =
        Lax.reshape (Dims.ofSeq (scoreShape a query key)) weights

    /// A mask (batch, attended axes of the query, those of the key), or with axes of the batch and of the heads, as one
    /// that broadcasts to [B, N, T, S].
    let mask (a: Axes) (query: Dims) (key: Dims) (m: Tensor) : Tensor =
        let full = scoreShape a query key
        let place = m.Rank - 2 * a.Attended.Length

        let lifted =
            List.ofSeq m.Shape |> List.insertManyAt place (List.replicate (max 0 (full.Length - m.Rank)) 1)

        let m = Lax.reshape (Dims.ofSeq lifted) m

        if isPlain a then
            m
        else
            let at = a.Batch.Length
            let target = full |> List.mapi (fun i n -> if i = at then lifted[i] else n)
            let length (of': Dims) = product (sizes a.Attended of')
            let shape = [ product (sizes a.Batch query); lifted[at]; length query; length key ]
            Lax.reshape (Dims.ofSeq shape) (Lax.broadcastTo (Dims.ofSeq target) m)
