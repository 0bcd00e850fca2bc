/// Composite operations that whole architectures hang on: attention, and the updates of optimizers.
namespace Keras.FSharp

open System

/// What the third kind of operand of an attention is.
[<RequireQualifiedAccess; Struct>]
type internal AttentionMask =
    | None
    /// Bool, true where attention is allowed.
    | Allowed
    /// Added to the scores.
    | Bias

/// Scaled dot product attention, (q, k, v [B, T or S, N, H], then the mask [B or 1, N or 1, T, S]) to
/// (out [B, T, N, H], logsumexp [B, N, T]), and its gradient.
[<RequireQualifiedAccess>]
module internal Attention =
    let private text =
        function
        | AttentionMask.None -> "none"
        | AttentionMask.Allowed -> "bool"
        | AttentionMask.Bias -> "bias"

    /// Scores and their softmax are computed in float32 at least.
    let private wide (d: DType) = if DType.size d < 4 then DType.Float32 else d

    let private scoreDims lhs rhs = {
        LhsContract = Dims.own [| lhs |]
        RhsContract = Dims.own [| rhs |]
        LhsBatch = Dims.own [| 0; 2 |]
        RhsBatch = Dims.own [| 0; 2 |]
    }

    /// [B, T, N, H] with [B, S, N, H], over H: [B, N, T, S].
    let private outer (a: Tensor) (b: Tensor) = Lax.dot (scoreDims 3 3) a b

    /// [B, N, T, S] over its axis `over` with [B, that, N, H]: [B, the other, N, H].
    let private apply (over: int) (p: Tensor) (v: Tensor) =
        let d = {
            LhsContract = Dims.own [| over |]
            RhsContract = Dims.own [| 1 |]
            LhsBatch = Dims.own [| 0; 1 |]
            RhsBatch = Dims.own [| 0; 2 |]
        }

        Lax.transpose (Dims.own [| 0; 2; 1; 3 |]) (Lax.dot d p v)

    /// Where attention is allowed at all, or None where everything is: the causal mask and the mask given.
    let private allowed causal mask (scores: Dims) (xs: Tensor[]) (at: int) : Tensor option =
        let given =
            match mask with
            | AttentionMask.Allowed -> Some(Lax.broadcastTo scores xs[at])
            | _ -> None

        let lower =
            if causal then
                let row, column = Lax.iota scores DType.Int32 2, Lax.iota scores DType.Int32 3
                Some(Lax.ge row column)
            else
                None

        match given, lower with
        | Some a, Some b -> Some(Lax.logicalAnd a b)
        | Some a, None
        | None, Some a -> Some a
        | None, None -> None

    /// A score so low that it counts for nothing beside any other, but finite: a row without any allowed position gets
    /// equal weights, as in Keras.
    let private lowest (d: DType) = -0.7 * (if d = DType.Float64 then Double.MaxValue else float Single.MaxValue)

    let private scores scale causal mask (xs: Tensor[]) (at: int) =
        let d = wide xs[0].DType
        let q, k = Lax.convert d xs[0], Lax.convert d xs[1]
        let raw = Lax.scale scale (outer q k)

        let raw =
            match mask with
            | AttentionMask.Bias -> Lax.add raw (Lax.convert d xs[at])
            | _ -> raw

        let visible = allowed causal mask raw.Shape xs at

        match visible with
        | Some m -> struct (Lax.select m raw (Lax.fullLike raw (lowest d)), visible)
        | None -> struct (raw, visible)

    /// The weights of the attention and the logarithm of their normaliser (which keeps its axis).
    let private weights (s: Tensor) =
        let axes = Dims.own [| 3 |]
        let top = Lax.stopGradient (Lax.reduceKeep ReduceOp.Max axes s)
        let e = Lax.exp (Lax.sub s top)
        let total = Lax.reduceKeep ReduceOp.Sum axes e
        struct (Lax.div e total, Lax.add top (Lax.log total))

    /// Sums over the axes along which an operand of shape `shape` was broadcast.
    let private shrink (shape: Dims) (g: Tensor) =
        let axes =
            Dims.own [|
                for i in 0 .. g.Rank - 1 do
                    if shape[i] = 1 && g.Shape[i] <> 1 then
                        i
            |]

        Lax.reduceKeep ReduceOp.Sum axes g

    /// The gradients of q, k, v and the scores from those of the result and (or null) of the logsumexp.
    let private backward scale causal mask (xs: Tensor[]) (out: Tensor) (g: Tensor) (gLse: Tensor) (at: int) =
        let d = wide xs[0].DType
        let struct (s, visible) = scores scale causal mask xs at
        let struct (p, _) = weights s
        let q, k, v = Lax.convert d xs[0], Lax.convert d xs[1], Lax.convert d xs[2]
        let g, out = Lax.convert d g, Lax.convert d out
        let column (x: Tensor) = Lax.reshape (Dims.append x.Shape (Dims.own [| 1 |])) x

        let delta =
            Lax.sum (Dims.own [| 3 |]) (Lax.mul g out) |> Lax.transpose (Dims.own [| 0; 2; 1 |]) |> column

        let delta = if isNull gLse then delta else Lax.sub delta (column gLse)
        let gScores = Lax.mul p (Lax.sub (outer g v) delta)

        let gScores =
            match visible with
            | Some m -> Lax.select m gScores (Lax.zerosLike gScores)
            | None -> gScores

        let scaled = Lax.scale scale gScores
        let back x = Lax.convert xs[0].DType x
        struct (back (apply 3 scaled k), back (apply 2 scaled q), back (apply 2 p g), gScores)

    let private gradOp scale causal mask attrs =
        Composite(
            "attention_grad",
            1,
            attrs,
            (fun a -> [| a[1]; a[2]; a[3] |]),
            (fun xs ->
                // Operands: g, q, k, v, out, logsumexp and perhaps the mask. The weights are computed anew rather than
                // from the logsumexp, which cannot tell apart the weights of a row without allowed positions.
                let inputs = Array.append (Array.sub xs 1 3) (Array.skip 6 xs)
                let struct (gq, gk, gv, _) = backward scale causal mask inputs xs[4] xs[0] null 3
                [| gq; gk; gv |]),
            ValueNone,
            false,
            false
        )

    let private op scale causal mask =
        let attrs = [ "scale", Attr.Float scale; "causal", Attr.Bool causal; "mask", Attr.Text(text mask) ]

        let outputs (a: Aval[]) =
            let q = a[0].Shape
            let lse = Aval.make (wide a[0].DType) (Dims.own [| q[0]; q[2]; q[1] |])
            [| Aval.withShape (Dims.set 3 a[2].Shape[3] q) a[0]; lse |]

        let meaning (xs: Tensor[]) =
            let struct (s, _) = scores scale causal mask xs 3
            let struct (p, lse) = weights s
            let out = apply 3 p (Lax.convert s.DType xs[2])
            [| Lax.convert xs[0].DType out; Lax.reshape (Dims.sub 0 3 lse.Shape) lse |]

        let vjp =
            CompositeVjp(fun xs ys gs ->
                let g = if isNull gs[0] then Lax.zerosLike ys[0] else gs[0]

                match mask with
                | AttentionMask.Bias ->
                    let struct (gq, gk, gv, gScores) = backward scale causal mask xs ys[0] g gs[1] 3
                    [| gq; gk; gv; Lax.convert xs[3].DType (shrink xs[3].Shape gScores) |]
                | _ ->
                    let gqkv =
                        if isNull gs[1] then
                            let operands = Array.concat [ [| g |]; Array.truncate 3 xs; ys; Array.skip 3 xs ]
                            Lax.call (gradOp scale causal mask attrs) operands
                        else
                            let struct (gq, gk, gv, _) = backward scale causal mask xs ys[0] g gs[1] 3
                            [| gq; gk; gv |]

                    if xs.Length = 4 then Array.append gqkv [| null |] else gqkv)

        Composite("attention", 1, attrs, outputs, meaning, ValueSome vjp, false, false)

    /// The result and the logsumexp; `mask` is bool or added to the scores.
    let attend (scale: float) (causal: bool) (q: Tensor) (k: Tensor) (v: Tensor) (mask: Tensor voption) =
        let kind =
            match mask with
            | ValueNone -> AttentionMask.None
            | ValueSome m when m.DType = DType.Bool -> AttentionMask.Allowed
            | ValueSome _ -> AttentionMask.Bias

        let operands =
            match mask with
            | ValueNone -> [| q; k; v |]
            | ValueSome m -> [| q; k; v; m |]

        let r = Lax.call (op scale causal kind) operands
        struct (r[0], r[1])

/// The updates of the common optimizers as single operations, so that a backend can do each in one pass over memory.
[<RequireQualifiedAccess>]
module internal Updates =
    /// Results have the shapes of the parameter and of what follows the gradient among the operands.
    let private op name attrs results meaning =
        let outputs (a: Aval[]) = Array.init results (fun i -> if i = 0 then a[0] else a[i + 1])
        Composite(name, 1, attrs, outputs, meaning, ValueNone, false, false)

    /// Adam: (param, grad, m, v, alpha, decay) to (param', m', v'). `alpha` and `decay` are scalars:
    /// learning rate · √(1 - beta2^t) / (1 - beta1^t), and the weight decay times the learning rate (0 for none).
    let adam (beta1: float) (beta2: float) (epsilon: float) (param: Tensor) grad m v alpha decay =
        let attrs = [ "beta1", Attr.Float beta1; "beta2", Attr.Float beta2; "epsilon", Attr.Float epsilon ]

        let meaning (xs: Tensor[]) =
            let p, g, m, v, alpha, decay = xs[0], xs[1], xs[2], xs[3], xs[4], xs[5]
            let m = Lax.add m (Lax.scale (1.0 - beta1) (Lax.sub g m))
            let v = Lax.add v (Lax.scale (1.0 - beta2) (Lax.sub (Lax.square g) v))
            let kept = Lax.sub p (Lax.mul p decay)
            [| Lax.sub kept (Lax.div (Lax.mul m alpha) (Lax.shift epsilon (Lax.sqrt v))); m; v |]

        let r = Lax.call (op "adam_update" attrs 3 meaning) [| param; grad; m; v; alpha; decay |]
        struct (r[0], r[1], r[2])

    /// SGD with momentum: (param, grad, momentum, learning rate (scalar)) to (param', momentum').
    let sgdMomentum (momentum: float) (nesterov: bool) (param: Tensor) grad velocity rate =
        let attrs = [ "momentum", Attr.Float momentum; "nesterov", Attr.Bool nesterov ]

        let meaning (xs: Tensor[]) =
            let p, g, velocity, rate = xs[0], xs[1], xs[2], xs[3]
            let step = Lax.mul g rate
            let velocity = Lax.sub (Lax.scale momentum velocity) step
            let move = if nesterov then Lax.sub (Lax.scale momentum velocity) step else velocity
            [| Lax.add p move; velocity |]

        let r = Lax.call (op "sgd_momentum_update" attrs 2 meaning) [| param; grad; velocity; rate |]
        struct (r[0], r[1])
