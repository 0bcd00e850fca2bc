/// keras.ops.numpy: reductions over axes. `axis` left out means all axes; `keepdims` leaves them with size 1.
namespace Keras.FSharp

open Keras.FSharp.Backends

/// Reductions and cumulative operations. Reached as members of `Ops`.
[<AbstractClass>]
type NumpyReduce internal () =
    inherit NumpyBinary()

    static member private over
        (op: string, x: Tensor, axis: int seq option, keepdims: bool option, f: Dims -> Tensor -> Tensor)
        : Tensor =
        let axes = Axis.some op x.Rank axis
        Axis.keep keepdims axes x.Shape (f axes x)

    static member private count(axes: Dims, x: Tensor) : int =
        let mutable n = 1

        for a in axes do
            n <- n * x.Shape[a]

        n

    /// The sum; bools and integers of less than 32 bits are added as int32. Keras: `keras.ops.sum`.
    static member sum(x: Tensor, ?axis: int seq, ?keepdims: bool) : Tensor =
        let x = Lax.convert (Types.accumulator x.DType) x
        NumpyReduce.over ("ops.sum", x, axis, keepdims, Lax.sum)

    /// The product, at most 32 bits wide; small integers as in `sum`. Keras: `keras.ops.prod`.
    static member prod(x: Tensor, ?axis: int seq, ?keepdims: bool, ?dtype: DType) : Tensor =
        let d = defaultArg dtype (Types.narrow (Types.accumulator x.DType))
        NumpyReduce.over ("ops.prod", Lax.convert d x, axis, keepdims, Lax.prod)

    /// The mean, a float; half precision is added in float32. Keras: `keras.ops.mean`.
    static member mean(x: Tensor, ?axis: int seq, ?keepdims: bool) : Tensor =
        let d = Types.floating x.DType

        let f axes (x: Tensor) =
            let total = Lax.sum axes (Lax.convert (Types.wide d) x)
            Lax.convert d (Lax.div total (Lax.scalar total.DType (float (NumpyReduce.count (axes, x)))))

        NumpyReduce.over ("ops.mean", x, axis, keepdims, f)

    /// Mean of squared distances from the mean, in the wide float type.
    static member internal Variance(axes: Dims, x: Tensor) : Tensor =
        let x = Lax.convert (Types.wide (Types.floating x.DType)) x
        let n = float (NumpyReduce.count (axes, x))
        let mean = Lax.scale (1.0 / n) (Lax.reduceKeep ReduceOp.Sum axes x)
        let d = Lax.sub x mean

        let squares =
            if DType.isComplex d.DType then
                Lax.add (Lax.square (Lax.real d)) (Lax.square (Lax.imag d))
            else
                Lax.square d

        Lax.scale (1.0 / n) (Lax.sum axes squares)

    /// The (biased) variance, a float of at most 32 bits. Keras: `keras.ops.var`.
    static member var(x: Tensor, ?axis: int seq, ?keepdims: bool) : Tensor =
        let d = DType.realOf (Types.narrow (Types.floating x.DType))
        let f axes x = Lax.convert d (NumpyReduce.Variance(axes, x))
        NumpyReduce.over ("ops.var", x, axis, keepdims, f)

    /// The (biased) standard deviation, a float. Keras: `keras.ops.std`.
    static member std(x: Tensor, ?axis: int seq, ?keepdims: bool) : Tensor =
        let d = DType.realOf (Types.floating x.DType)
        let f axes x = Lax.convert d (Lax.sqrt (NumpyReduce.Variance(axes, x)))
        NumpyReduce.over ("ops.std", x, axis, keepdims, f)

    static member private extreme
        (
            op: string,
            reduce: ReduceOp,
            meet: Tensor -> Tensor -> Tensor,
            x: Tensor,
            axis,
            keepdims,
            initial: Operand option
        ) : Tensor =
        let f axes (x: Tensor) =
            match initial with
            | Some i when NumpyReduce.count (axes, x) = 0 ->
                Lax.broadcastTo (Dims.complement x.Rank axes |> Dims.map (fun a -> x.Shape[a])) (i.As x.DType)
            | Some i -> meet (Lax.reduce reduce axes x) (i.As x.DType)
            | None -> Lax.reduce reduce axes x

        NumpyReduce.over (op, x, axis, keepdims, f)

    /// The largest element, at least `initial` if that is given. Keras: `keras.ops.max`.
    static member max(x: Tensor, ?axis: int seq, ?keepdims: bool, ?initial: Operand) : Tensor =
        NumpyReduce.extreme ("ops.max", ReduceOp.Max, Lax.max, x, axis, keepdims, initial)

    /// The smallest element, at most `initial` if that is given. Keras: `keras.ops.min`.
    static member min(x: Tensor, ?axis: int seq, ?keepdims: bool, ?initial: Operand) : Tensor =
        NumpyReduce.extreme ("ops.min", ReduceOp.Min, Lax.min, x, axis, keepdims, initial)

    /// The largest element. Keras: `keras.ops.amax`.
    static member amax(x: Tensor, ?axis: int seq, ?keepdims: bool) : Tensor =
        NumpyReduce.max (x, ?axis = axis, ?keepdims = keepdims)

    /// The smallest element. Keras: `keras.ops.amin`.
    static member amin(x: Tensor, ?axis: int seq, ?keepdims: bool) : Tensor =
        NumpyReduce.min (x, ?axis = axis, ?keepdims = keepdims)

    /// The largest minus the smallest element. Keras: `keras.ops.ptp`.
    static member ptp(x: Tensor, ?axis: int seq, ?keepdims: bool) : Tensor =
        let f axes x = Lax.sub (Lax.reduceMax axes x) (Lax.reduceMin axes x)

        NumpyReduce.over ("ops.ptp", x, axis, keepdims, f)

    /// True if all elements are true (not zero). Keras: `keras.ops.all`.
    static member all(x: Tensor, ?axis: int seq, ?keepdims: bool) : Tensor =
        NumpyReduce.over ("ops.all", Types.truth x, axis, keepdims, Lax.reduce ReduceOp.And)

    /// True if any element is true (not zero). Keras: `keras.ops.any`.
    static member any(x: Tensor, ?axis: int seq, ?keepdims: bool) : Tensor =
        NumpyReduce.over ("ops.any", Types.truth x, axis, keepdims, Lax.reduce ReduceOp.Or)

    /// How many elements are not zero, int32. Keras: `keras.ops.count_nonzero`.
    static member countNonzero(x: Tensor, ?axis: int seq) : Tensor =
        NumpyReduce.over ("ops.count_nonzero", Lax.convert DType.Int32 (Types.truth x), axis, None, Lax.sum)

    /// log Σ exp(x), a float, without overflow. Keras: `keras.ops.logsumexp`.
    static member logsumexp(x: Tensor, ?axis: int seq, ?keepdims: bool) : Tensor =
        let f axes (x: Tensor) =
            let top = Lax.stopGradient (Lax.reduceKeep ReduceOp.Max axes x)
            // An infinite maximum must not meet itself in a difference.
            let top = Lax.select (Lax.isFinite top) top (Lax.zerosLike top)
            let total = Lax.sum axes (Lax.exp (Lax.sub x top))
            Lax.add (Lax.log total) (Lax.reshape total.Shape top)

        NumpyReduce.over ("ops.logsumexp", Types.toFloating x, axis, keepdims, f)

    static member private arg(op: string, largest: bool, x: Tensor, axis: int option, keepdims: bool option) : Tensor =
        match axis with
        | Some a ->
            let a = Axis.one op x.Rank a
            Axis.keep keepdims (Dims.own [| a |]) x.Shape (Lax.argReduce largest a x)
        | None ->
            let flat = Lax.argReduce largest 0 (Lax.reshape (Dims.own [| x.Size |]) x)
            Axis.keep keepdims (Dims.range x.Rank) x.Shape flat

    /// The int32 index of the first largest element along `axis` (left out: of the flattened tensor).
    /// Keras: `keras.ops.argmax`.
    static member argmax(x: Tensor, ?axis: int, ?keepdims: bool) : Tensor =
        NumpyReduce.arg ("ops.argmax", true, x, axis, keepdims)

    /// The int32 index of the first smallest element along `axis` (left out: of the flattened tensor).
    /// Keras: `keras.ops.argmin`.
    static member argmin(x: Tensor, ?axis: int, ?keepdims: bool) : Tensor =
        NumpyReduce.arg ("ops.argmin", false, x, axis, keepdims)

    /// The mean weighted by `weights` (of the shape of x, or a vector along `axis`), a float. Keras:
    /// `keras.ops.average`.
    static member average(x: Tensor, ?axis: int seq, ?weights: Tensor) : Tensor =
        match weights with
        | None -> NumpyReduce.mean (x, ?axis = axis)
        | Some w ->
            let d = Types.commonFloat [ Operand.Tensor x; Operand.Tensor w ]
            let axes = Axis.some "ops.average" x.Rank axis

            let w =
                if w.Rank < x.Rank && w.Rank = axes.Rank then
                    Lax.broadcastInDim x.Shape axes (Lax.convert d w)
                else
                    Lax.broadcastTo x.Shape (Lax.convert d w)

            Lax.div (Lax.sum axes (Lax.mul (Lax.convert d x) w)) (Lax.sum axes w)

    static member private cumulate(op: string, kind: ReduceOp, x: Tensor, axis: int option, dtype: DType option) =
        let d = defaultArg dtype (if x.DType = DType.Bool then DType.Int32 else x.DType)
        let x = Lax.convert d x

        match axis with
        | Some a -> Lax.cumulative kind (Axis.one op x.Rank a) false x
        | None -> Lax.cumulative kind 0 false (Lax.reshape (Dims.own [| x.Size |]) x)

    /// Sums of all elements up to each, along `axis` (left out: of the flattened tensor). Keras: `keras.ops.cumsum`.
    static member cumsum(x: Tensor, ?axis: int, ?dtype: DType) : Tensor =
        NumpyReduce.cumulate ("ops.cumsum", ReduceOp.Sum, x, axis, dtype)

    /// Products of all elements up to each, along `axis` (left out: of the flattened tensor).
    /// Keras: `keras.ops.cumprod`.
    static member cumprod(x: Tensor, ?axis: int, ?dtype: DType) : Tensor =
        NumpyReduce.cumulate ("ops.cumprod", ReduceOp.Prod, x, axis, dtype)

    /// Differences of neighbours along an axis, `n` times. Keras: `keras.ops.diff`.
    static member diff(a: Tensor, ?n: int, ?axis: int) : Tensor =
        let axis = Axis.one "ops.diff" a.Rank (defaultArg axis -1)

        let once (x: Tensor) =
            let size = x.Shape[axis]
            let later, earlier = Lax.sliceAxis axis (min 1 size) size x, Lax.sliceAxis axis 0 (max 0 (size - 1)) x

            if x.DType = DType.Bool then Lax.ne later earlier else Lax.sub later earlier

        Seq.fold (fun x _ -> once x) a (seq { 1 .. defaultArg n 1 })

    /// The integral by the trapezoidal rule along an axis, over the points `x` or points `dx` apart; a float.
    /// Keras: `keras.ops.trapezoid`.
    static member trapezoid(y: Tensor, ?x: Tensor, ?dx: float, ?axis: int) : Tensor =
        let y = Types.toFloating y
        let axis = Axis.one "ops.trapezoid" y.Rank (defaultArg axis -1)
        let n = y.Shape[axis]
        let sums = Lax.add (Lax.sliceAxis axis 1 n y) (Lax.sliceAxis axis 0 (n - 1) y)

        let areas =
            match x with
            | None -> Lax.scale (defaultArg dx 1.0) sums
            | Some x ->
                let x = Lax.convert y.DType x
                let x = if x.Rank = 1 then Axis.along y.Rank axis x else x
                Lax.mul sums (NumpyReduce.diff (x, axis = axis))

        Lax.scale 0.5 (Lax.sum (Dims.own [| axis |]) areas)

    /// x with NaN replaced, and where it was.
    static member private withoutNaN(x: Tensor, value: Scalar) : struct (Tensor * Tensor) =
        let hole = NumpyUnary.isnan x
        struct (Lax.select hole (Lax.full x.Shape x.DType value) x, hole)

    /// The sum without NaN. Keras: `keras.ops.nansum`.
    static member nansum(x: Tensor, ?axis: int seq, ?keepdims: bool) : Tensor =
        let struct (y, _) = NumpyReduce.withoutNaN (x, Scalar.Int 0L)
        NumpyReduce.sum (y, ?axis = axis, ?keepdims = keepdims)

    /// The product without NaN. Keras: `keras.ops.nanprod`.
    static member nanprod(x: Tensor, ?axis: int seq, ?keepdims: bool) : Tensor =
        let struct (y, _) = NumpyReduce.withoutNaN (x, Scalar.Int 1L)
        NumpyReduce.prod (y, ?axis = axis, ?keepdims = keepdims)

    /// The mean without NaN, a float. Keras: `keras.ops.nanmean`.
    static member nanmean(x: Tensor, ?axis: int seq, ?keepdims: bool) : Tensor =
        let x = Types.toFloating x
        let struct (y, hole) = NumpyReduce.withoutNaN (x, Scalar.Int 0L)
        let total = NumpyReduce.sum (y, ?axis = axis, ?keepdims = keepdims)
        let n = NumpyReduce.sum (Lax.logicalNot hole, ?axis = axis, ?keepdims = keepdims)
        Lax.div total (Lax.convert total.DType n)

    /// The variance without NaN, a float. Keras: `keras.ops.nanvar`.
    static member nanvar(x: Tensor, ?axis: int seq, ?keepdims: bool) : Tensor =
        let x = Types.toFloating x
        let mean = NumpyReduce.nanmean (x, ?axis = axis, keepdims = true)
        NumpyReduce.nanmean (Lax.square (Lax.sub x mean), ?axis = axis, ?keepdims = keepdims)

    /// The standard deviation without NaN, a float. Keras: `keras.ops.nanstd`.
    static member nanstd(x: Tensor, ?axis: int seq, ?keepdims: bool) : Tensor =
        Lax.sqrt (NumpyReduce.nanvar (x, ?axis = axis, ?keepdims = keepdims))

    static member private nanExtreme(op: string, reduce: ReduceOp, worst: float, x: Tensor, axis, keepdims) : Tensor =
        if not (DType.isFloat x.DType) then
            NumpyReduce.over (op, x, axis, keepdims, Lax.reduce reduce)
        else
            let f axes (x: Tensor) =
                let struct (y, hole) = NumpyReduce.withoutNaN (x, Scalar.Float worst)
                let found = Lax.reduce reduce axes y
                Lax.select (Lax.reduce ReduceOp.And axes hole) (Lax.fullLike found nan) found

            NumpyReduce.over (op, x, axis, keepdims, f)

    /// The largest element that is a number; NaN if there is none. Keras: `keras.ops.nanmax`.
    static member nanmax(x: Tensor, ?axis: int seq, ?keepdims: bool) : Tensor =
        NumpyReduce.nanExtreme ("ops.nanmax", ReduceOp.Max, -infinity, x, axis, keepdims)

    /// The smallest element that is a number; NaN if there is none. Keras: `keras.ops.nanmin`.
    static member nanmin(x: Tensor, ?axis: int seq, ?keepdims: bool) : Tensor =
        NumpyReduce.nanExtreme ("ops.nanmin", ReduceOp.Min, infinity, x, axis, keepdims)

    static member private nanArg(op: string, largest: bool, worst: float, x: Tensor, axis, keepdims) : Tensor =
        if not (DType.isFloat x.DType) then
            NumpyReduce.arg (op, largest, x, axis, keepdims)
        else
            let struct (y, hole) = NumpyReduce.withoutNaN (x, Scalar.Float worst)
            let found = NumpyReduce.arg (op, largest, y, axis, keepdims)
            let none = NumpyReduce.all (hole, ?axis = Option.map Seq.singleton axis, ?keepdims = keepdims)
            Lax.select none (Lax.full found.Shape found.DType (Scalar.Int -1L)) found

    /// The int32 index of the largest number; -1 where all are NaN. Keras: `keras.ops.nanargmax`.
    static member nanargmax(x: Tensor, ?axis: int, ?keepdims: bool) : Tensor =
        NumpyReduce.nanArg ("ops.nanargmax", true, -infinity, x, axis, keepdims)

    /// The int32 index of the smallest number; -1 where all are NaN. Keras: `keras.ops.nanargmin`.
    static member nanargmin(x: Tensor, ?axis: int, ?keepdims: bool) : Tensor =
        NumpyReduce.nanArg ("ops.nanargmin", false, infinity, x, axis, keepdims)

    /// Cumulative sums that count NaN as 0. Keras: `keras.ops.nancumsum`.
    static member nancumsum(x: Tensor, ?axis: int, ?dtype: DType) : Tensor =
        let struct (y, _) = NumpyReduce.withoutNaN (x, Scalar.Int 0L)
        NumpyReduce.cumsum (y, ?axis = axis, ?dtype = dtype)

    /// Cumulative products that count NaN as 1. Keras: `keras.ops.nancumprod`.
    static member nancumprod(x: Tensor, ?axis: int, ?dtype: DType) : Tensor =
        let struct (y, _) = NumpyReduce.withoutNaN (x, Scalar.Int 1L)
        NumpyReduce.cumprod (y, ?axis = axis, ?dtype = dtype)
