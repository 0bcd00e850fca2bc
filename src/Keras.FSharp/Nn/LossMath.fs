/// What losses and metrics have in common.
namespace Keras.FSharp

/// How targets name classes, as `accuracy` and `crossentropy` tell it from the shapes.
[<RequireQualifiedAccess>]
type internal ClassForm =
    | Binary
    | Sparse
    | OneHot

[<RequireQualifiedAccess>]
module internal ClassForm =
    /// Keras's rule: one output is binary; targets of lower rank, or with one number, are class numbers.
    let ofShapes (t: Dims) (p: Dims) : ClassForm =
        let last (d: Dims) = if d.Rank = 0 then 1 else d[d.Rank - 1]

        if last p = 1 then ClassForm.Binary
        elif t.Rank < p.Rank || last t = 1 then ClassForm.Sparse
        else ClassForm.OneHot

/// What losses and metrics have in common: bringing targets and predictions together, and means over the last axis.
[<RequireQualifiedAccess>]
module internal LossMath =

    /// Adds or removes a last axis of size 1 where the ranks differ by one (`squeeze_or_expand_to_same_rank`).
    let sameRank (t: Tensor) (p: Tensor) : struct (Tensor * Tensor) =
        let squeeze (x: Tensor) = Lax.reshape (Dims.removeAt (x.Rank - 1) x.Shape) x
        let expand (x: Tensor) = Lax.reshape (Dims.insert x.Rank 1 x.Shape) x

        if t.Rank = p.Rank + 1 && t.Shape[p.Rank] = 1 then
            if p.Rank = 1 then struct (t, expand p) else struct (squeeze t, p)
        elif p.Rank = t.Rank + 1 && p.Shape[t.Rank] = 1 then
            if t.Rank = 1 then struct (expand t, p) else struct (t, squeeze p)
        else
            struct (t, p)

    /// Targets and predictions as floats of one type, that of the predictions.
    let floats (t: Tensor) (p: Tensor) : struct (Tensor * Tensor) =
        let p = Types.toFloating p
        struct (Lax.convert p.DType t, p)

    /// Targets and predictions as floats of one type, of shapes that broadcast; where they do not, the error names
    /// `where`.
    let pair (where: string) (t: Tensor) (p: Tensor) : struct (Tensor * Tensor) =
        let struct (t, p) = floats t p
        let struct (t, p) = sameRank t p

        match Lax.tryBroadcastShapes t.Shape p.Shape with
        | Some _ -> struct (t, p)
        | None ->
            Fail.value
                where
                $"the targets have shape {t.Shape}, the predictions {p.Shape}"
                "Give one target for each prediction."

    /// The sum over the last axis; a scalar stays as it is.
    let sumLast (x: Tensor) : Tensor = if x.Rank = 0 then x else Lax.sum (Dims.own [| x.Rank - 1 |]) x

    /// The mean along an axis, counted from the end where negative; a scalar stays as it is.
    let meanAlong (where: string) (axis: int) (x: Tensor) : Tensor =
        if x.Rank = 0 then
            x
        else
            let axis = Axis.one where x.Rank axis
            Lax.scale (1.0 / float (max 1 x.Shape[axis])) (Lax.sum (Dims.own [| axis |]) x)

    /// The mean over the last axis.
    let meanLast (x: Tensor) : Tensor = meanAlong "losses" -1 x

    /// 1 - x.
    let complement (x: Tensor) : Tensor = Lax.sub (Lax.onesLike x) x

    /// x, at least `low`.
    let atLeast (low: float) (x: Tensor) : Tensor = Lax.max x (Lax.scalar x.DType low)

    /// x, at most `high` and at least `low`.
    let within (low: float) (high: float) (x: Tensor) : Tensor =
        Lax.clamp (Lax.scalar x.DType low) (Lax.scalar x.DType high) x

    /// Probabilities, kept away from 0 and 1 by the epsilon of the settings.
    let clipped (p: Tensor) : Tensor =
        let e = Backends.Config.Epsilon
        within e (1.0 - e) p

    /// a / b, 0 where b is 0.
    let ratio (a: Tensor) (b: Tensor) : Tensor =
        let none = Lax.eq b (Lax.zerosLike b)
        let safe = Lax.select none (Lax.onesLike b) b
        let none = if none.Shape.Equals a.Shape then none else Lax.broadcastTo a.Shape none
        Lax.select none (Lax.zerosLike a) (Lax.div a safe)

    /// Targets drawn towards the middle: t (1 - s) + s · `middle`.
    let smoothed (where: string) (smoothing: float) (middle: float) (t: Tensor) : Tensor =
        if not (smoothing >= 0.0 && smoothing <= 1.0) then
            Fail.value where $"'label_smoothing' is {smoothing}" "It must be between 0 and 1."

        if smoothing = 0.0 then
            t
        else
            Lax.shift (smoothing * middle) (Lax.scale (1.0 - smoothing) t)

    /// Class numbers that are floats become integers; others stay as they are.
    let classNumbers (t: Tensor) : Tensor = if DType.isInteger t.DType then t else Lax.convert DType.Int32 t

    /// Class numbers without the last axis of size 1 that they may have beside predictions with an axis of classes.
    let labels (t: Tensor) (p: Tensor) : Tensor =
        if t.Rank = p.Rank && t.Rank > 0 && t.Shape[t.Rank - 1] = 1 then
            Lax.reshape (Dims.removeAt (t.Rank - 1) t.Shape) t
        else
            t

    /// Refuses class numbers outside [0, classes), but for the one that is ignored. Reads the values.
    let checkLabels (where: string) (ignored: int option) (classes: int) (t: Tensor) : unit =
        let items = Host.readInts where t

        let skip =
            match ignored with
            | Some i -> int64 i
            | None -> 0L

        let wrong = items |> Array.tryFindIndex (fun l -> uint64 l >= uint64 classes && l <> skip)

        match wrong with
        | None -> ()
        | Some i ->
            Fail.value
                where
                $"the label {items[i]} (element {i}) is not among the {classes} classes of the predictions"
                $"Labels must be 0 to {classes - 1}; give the model one output for each class."
