/// keras.ops.numpy: elements by position, and positions by order: indexing, sorting, quantiles, histograms.
namespace Keras.FSharp

open System
open Keras.FSharp.Backends

/// Indexing and sorting. Reached as members of `Ops`.
[<AbstractClass>]
type NumpyIndex internal () =
    inherit NumpyMatrix()

    /// Indices as int32 (int64 stays), negative ones counted from the end.
    static member internal Wrapped(indices: Tensor, n: int) : Tensor =
        let i = if indices.DType = DType.Int64 then indices else Lax.convert DType.Int32 indices

        let zero = Lax.zerosLike i
        Lax.select (Lax.lt i zero) (Lax.add i (Lax.full i.Shape i.DType (Scalar.Int(int64 n)))) i

    /// The slices of x at `indices` along an axis (no axis: of the flattened tensor); negative indices count from the
    /// end. The axis is replaced by the shape of `indices`. Keras: `keras.ops.take`.
    static member take(x: Tensor, indices: Tensor, ?axis: int) : Tensor =
        let x, axis =
            match axis with
            | Some a -> x, Axis.one "ops.take" x.Rank a
            | None -> NumpyShape.ravel x, 0

        let picked = Lax.gather 0 (NumpyIndex.Wrapped(indices, x.Shape[axis])) (Axis.move axis 0 x)
        // The indices' axes stand in front now; they belong where the axis was.
        let k = indices.Rank

        let perm =
            Array.init picked.Rank (fun i ->
                if i < axis then k + i
                elif i < axis + k then i - axis
                else i)

        Lax.transpose (Dims.own perm) picked

    /// The elements of x at `indices` along an axis, the other axes side by side (they broadcast); no axis: of the
    /// flattened tensor. Keras: `keras.ops.take_along_axis`.
    static member takeAlongAxis(x: Tensor, indices: Tensor, ?axis: int) : Tensor =
        match axis with
        | None -> NumpyIndex.take (NumpyShape.ravel x, NumpyShape.ravel indices, 0)
        | Some a ->
            let a = Axis.one "ops.take_along_axis" x.Rank a

            if indices.Rank <> x.Rank then
                Fail.value
                    "ops.take_along_axis"
                    $"x has shape {x.Shape}, the indices {indices.Shape}"
                    "Both must have as many axes."

            let others =
                Lax.broadcastShapes "ops.take_along_axis" (Dims.set a 1 x.Shape) (Dims.set a 1 indices.Shape)

            let last (t: Tensor) = Axis.move a (t.Rank - 1) (Lax.broadcastTo (Dims.set a t.Shape[a] others) t)
            let i = NumpyIndex.Wrapped(indices, x.Shape[a])
            Axis.move (x.Rank - 1) a (Lax.gather (x.Rank - 1) (last i) (last x))

    /// The positions of the elements that are not zero, one row per axis, int32; reads the values. Keras:
    /// `keras.ops.nonzero`.
    static member nonzero(x: Tensor) : Tensor =
        let items = Host.readInts "ops.nonzero" (Types.truth x)
        let strides = Dims.strides x.Shape

        let found = [|
            for i in 0 .. items.Length - 1 do
                if items[i] <> 0L then
                    i
        |]

        let rows =
            Array.init (max 1 x.Rank) (fun axis ->
                found |> Array.map (fun i -> if x.Rank = 0 then 0 else i / strides[axis] % x.Shape[axis]))

        Host.ints (Dims.own [| rows.Length; found.Length |]) (Array.concat rows)

    /// Positions in the flattened tensor to one tensor of positions per axis. Keras: `keras.ops.unravel_index`.
    static member unravelIndex(indices: Tensor, shape: int seq) : Tensor list =
        let shape = Dims.ofSeq shape
        let strides = Dims.strides shape
        let i = NumpyIndex.Wrapped(indices, int shape.Size)
        let constant (n: int) = Lax.full i.Shape i.DType (Scalar.Int(int64 n))

        [
            for axis in 0 .. shape.Rank - 1 -> Lax.rem (Lax.div i (constant strides[axis])) (constant shape[axis])
        ]

    /// Sorted along an axis, ascending and stable. Keras: `keras.ops.sort`.
    static member sort(x: Tensor, ?axis: int) : Tensor =
        (Lax.sort (Axis.one "ops.sort" x.Rank (defaultArg axis -1)) 1 [| x |])[0]

    /// The int32 positions that sort an axis, stable. Keras: `keras.ops.argsort`.
    static member argsort(x: Tensor, ?axis: int) : Tensor =
        let axis = Axis.one "ops.argsort" x.Rank (defaultArg axis -1)
        (Lax.sort axis 1 [| x; Lax.iota x.Shape DType.Int32 axis |])[1]

    /// The int32 positions that put the `kth` smallest in its place (here: that sort). Keras: `keras.ops.argpartition`.
    static member argpartition(x: Tensor, kth: int, ?axis: int) : Tensor =
        let a = Axis.one "ops.argpartition" x.Rank (defaultArg axis -1)
        Axis.one "ops.argpartition" x.Shape[a] kth |> ignore
        NumpyIndex.argsort (x, a)

    /// The k largest along the last axis, descending, and their int64 positions. Keras: `keras.ops.top_k`.
    static member topK(x: Tensor, k: int, ?sorted: bool) : Tensor * Tensor =
        ignore sorted

        if x.Rank = 0 || k > x.Shape[x.Rank - 1] then
            Fail.value "ops.top_k" $"a tensor of shape {x.Shape} has no {k} elements on its last axis" ""

        let struct (values, indices) = Lax.topK k x
        values, Lax.convert DType.Int64 indices

    /// True where the target's score is among the k highest of its row: targets [n], predictions [n, classes]. Scores
    /// equal to the k-th count; targets out of range and scores that are not finite do not.
    /// Keras: `keras.ops.in_top_k`.
    static member inTopK(targets: Tensor, predictions: Tensor, k: int) : Tensor =
        let classes = predictions.Shape[predictions.Rank - 1]
        let t = if targets.DType = DType.Int64 then targets else Lax.convert DType.Int32 targets
        let column = Lax.reshape (Dims.append t.Shape (Dims.own [| 1 |])) t
        let zero, limit = Lax.zerosLike t, Lax.full t.Shape t.DType (Scalar.Int(int64 classes))
        let inside = Lax.logicalAnd (Lax.ge t zero) (Lax.lt t limit)
        let score = Lax.gather t.Rank column predictions
        let higher = Lax.convert DType.Int32 (Lax.gt predictions score)
        let above = Lax.sum (Dims.own [| t.Rank |]) higher
        let among = Lax.lt above (Lax.full above.Shape above.DType (Scalar.Int(int64 k)))
        let finite = NumpyUnary.isfinite (Lax.reshape t.Shape score)
        Lax.logicalAnd (Lax.logicalAnd among inside) finite

    /// Where each value would be inserted into a sorted vector, int32; `side` "left" or "right" of equals.
    /// Keras: `keras.ops.searchsorted`.
    static member searchsorted(sortedSequence: Tensor, values: Tensor, ?side: string) : Tensor =
        let before =
            match defaultArg side "left" with
            | "left" -> Lax.lt
            | "right" -> Lax.le
            | other -> Fail.value "ops.searchsorted" $"got side '{other}'" "Known are 'left' and 'right'."

        if sortedSequence.Rank <> 1 then
            Fail.value "ops.searchsorted" $"the sorted sequence has shape {sortedSequence.Shape}" "A vector is needed."

        let struct (s, v) = NumpyBinary.Meet(id, sortedSequence, values)
        let column = Lax.reshape (Dims.append v.Shape (Dims.own [| 1 |])) v
        Lax.sum (Dims.own [| v.Rank |]) (Lax.convert DType.Int32 (before s column))

    /// The number of the bin of each value, int32: bin i is [bins(i-1), bins(i)). Keras: `keras.ops.digitize`.
    static member digitize(x: Tensor, bins: Tensor) : Tensor = NumpyIndex.searchsorted (bins, x, "right")

    /// True where an element of x1 is among those of x2, or with `invert` is not. Keras: `keras.ops.isin`.
    static member isin(x1: Operand, x2: Operand, ?assumeUnique: bool, ?invert: bool) : Tensor =
        ignore assumeUnique
        let struct (a, b) = NumpyBinary.Meet(id, x1, x2)
        let column = Lax.reshape (Dims.append a.Shape (Dims.own [| 1 |])) a
        let found = Lax.reduce ReduceOp.Or (Dims.own [| a.Rank |]) (Lax.eq column (NumpyShape.ravel b))
        if defaultArg invert false then Lax.logicalNot found else found

    // ---- quantiles --------------------------------------------------------------------------------------------------

    /// The reduced axes flattened into the last one, sorted.
    static member private sortedLast(op: string, x: Tensor, axis: int seq option) : struct (Tensor * Dims) =
        let axes = Axis.some op x.Rank axis
        let moved = Lax.transpose (Axis.toEnd x.Rank axes) x
        let kept = Dims.sub 0 (x.Rank - axes.Rank) moved.Shape
        let n = axes |> Seq.fold (fun n a -> n * x.Shape[a]) 1
        let rows = Lax.reshape (Dims.append kept (Dims.own [| n |])) moved
        struct ((Lax.sort (rows.Rank - 1) 1 [| rows |])[0], axes)

    /// The values at fractional positions (of the shape of the leading axes, or scalar) of sorted rows.
    static member private between(meth: string, sorted: Tensor, position: Tensor) : Tensor =
        let last = sorted.Rank - 1
        let head = Dims.sub 0 last sorted.Shape

        let at (p: Tensor) =
            let i = Lax.convert DType.Int32 (Lax.broadcastTo head p)
            Lax.reshape head (Lax.gather last (Lax.reshape (Dims.append head (Dims.own [| 1 |])) i) sorted)

        let low, high = Lax.floor position, Lax.ceil position

        match meth with
        | "linear" ->
            let t = Lax.convert sorted.DType (Lax.sub position low)
            let a, b = at low, at high
            Lax.add a (Lax.mul (Lax.sub b a) t)
        | "lower" -> at low
        | "higher" -> at high
        | "midpoint" -> Lax.scale 0.5 (Lax.add (at low) (at high))
        | "nearest" -> at (Lax.round position)
        | other ->
            Fail.value
                "ops.quantile"
                $"got method '{other}'"
                (Fail.didYouMean other [ "linear"; "lower"; "higher"; "midpoint"; "nearest" ])

    /// Quantiles by positions that `place` computes from q and the sorted rows.
    static member private quantiles
        (op, x: Tensor, q: Operand, axis, meth: string option, keepdims, ignoreNaN)
        : Tensor =
        let x = Lax.convert (Types.narrow (Types.floating x.DType)) x
        let struct (rows, axes) = NumpyIndex.sortedLast (op, x, axis)
        let last = rows.Rank - 1
        let n = rows.Shape[last]
        let hole = Lax.ne rows rows
        let counted = Lax.sum (Dims.own [| last |]) (Lax.convert DType.Float32 (Lax.logicalNot hole))
        let q = Lax.convert DType.Float32 (q.AsTensor)

        let one (q: Tensor) =
            let size = if ignoreNaN then counted else Lax.fullLike counted (float n)
            let place = Lax.mul q (Lax.max (Lax.shift -1.0 size) (Lax.zerosLike size))
            let found = NumpyIndex.between (defaultArg meth "linear", rows, place)

            // NaN is sorted to the end: it spoils the row unless it is ignored.
            let spoilt =
                if ignoreNaN then
                    Lax.eq counted (Lax.zerosLike counted)
                else
                    Lax.reduce ReduceOp.Or (Dims.own [| last |]) hole

            Axis.keep keepdims axes x.Shape (Lax.select spoilt (Lax.fullLike found nan) found)

        if q.Rank = 0 then
            one q
        else
            let each = [|
                for i in 0 .. q.Size - 1 ->
                    one (Lax.reshape Dims.Empty (Lax.sliceAxis 0 i (i + 1) (NumpyShape.ravel q)))
            |]

            let stacked = NumpyShape.stack (each, 0)
            Lax.reshape (Dims.append q.Shape each[0].Shape) stacked

    static member private hundredth(q: Operand) : Operand =
        Operand.Tensor(Lax.scale 0.01 (Lax.convert DType.Float32 q.AsTensor))

    /// The quantile(s) q (0 … 1) over axes, a float of at most 32 bits; methods "linear", "lower", "higher",
    /// "midpoint", "nearest". Several q give a new first axis. Keras: `keras.ops.quantile`.
    static member quantile(x: Tensor, q: Operand, ?axis: int seq, ?method: string, ?keepdims: bool) : Tensor =
        NumpyIndex.quantiles ("ops.quantile", x, q, axis, method, keepdims, false)

    /// As `quantile`, q in percent. Keras: `keras.ops.percentile`.
    static member percentile(x: Tensor, q: Operand, ?axis: int seq, ?method: string, ?keepdims: bool) : Tensor =
        NumpyIndex.quantiles ("ops.percentile", x, NumpyIndex.hundredth q, axis, method, keepdims, false)

    /// As `quantile`, without NaN. Keras: `keras.ops.nanquantile`.
    static member nanquantile(x: Tensor, q: Operand, ?axis: int seq, ?method: string, ?keepdims: bool) : Tensor =
        NumpyIndex.quantiles ("ops.nanquantile", x, q, axis, method, keepdims, true)

    /// As `percentile`, without NaN. Keras: `keras.ops.nanpercentile`.
    static member nanpercentile(x: Tensor, q: Operand, ?axis: int seq, ?method: string, ?keepdims: bool) : Tensor =
        NumpyIndex.quantiles ("ops.nanpercentile", x, NumpyIndex.hundredth q, axis, method, keepdims, true)

    /// The median, a float of at most 32 bits. Keras: `keras.ops.median`.
    static member median(x: Tensor, ?axis: int seq, ?keepdims: bool) : Tensor =
        NumpyIndex.quantile (x, 0.5, ?axis = axis, ?keepdims = keepdims)

    /// The median without NaN. Keras: `keras.ops.nanmedian`.
    static member nanmedian(x: Tensor, ?axis: int seq, ?keepdims: bool) : Tensor =
        NumpyIndex.nanquantile (x, 0.5, ?axis = axis, ?keepdims = keepdims)

    // ---- counting ---------------------------------------------------------------------------------------------------

    /// How often each number 0, 1, … stands in the last axis of integers (or the sums of their `weights`). The result
    /// has as many entries as the largest number needs, at least `minlength`; reads the values. Keras:
    /// `keras.ops.bincount`.
    static member bincount(x: Tensor, ?weights: Tensor, ?minlength: int) : Tensor =
        let largest =
            if x.Size = 0 then
                -1L
            else
                (Host.readInts "ops.bincount" (Lax.reduceMax (Dims.range x.Rank) x))[0]

        let n = max (int largest + 1) (defaultArg minlength 0)
        let last = x.Rank - 1
        let i = if x.DType = DType.Int64 then x else Lax.convert DType.Int32 x

        let w =
            match weights with
            | Some w -> w
            | None -> Lax.full x.Shape DType.Int32 (Scalar.Int 1L)

        let zeros = Lax.full (Dims.set last n x.Shape) w.DType (Scalar.Int 0L)
        Lax.scatter ScatterOp.Add last i w zeros

    /// Counts (floats of the type of x) in `bins` equal bins over `range` (left out: from the smallest to the largest
    /// value), and the edges. Keras: `keras.ops.histogram`.
    static member histogram(x: Tensor, ?bins: int, ?range: float * float) : Tensor * Tensor =
        let bins = defaultArg bins 10
        let x = NumpyShape.ravel (Types.toFloating x)

        let low, high =
            match range with
            | Some(a, b) -> Lax.scalar x.DType a, Lax.scalar x.DType b
            | None ->
                let a, b = Lax.reduceMin (Dims.own [| 0 |]) x, Lax.reduceMax (Dims.own [| 0 |]) x
                let same = Lax.eq a b
                Lax.select same (Lax.shift -0.5 a) a, Lax.select same (Lax.shift 0.5 b) b

        let edges = NumpyCreation.linspace (low, high, num = bins + 1, dtype = x.DType)
        let inside = Lax.logicalAnd (Lax.ge x low) (Lax.le x high)
        let bin = Lax.add (NumpyIndex.searchsorted (edges, x, "right")) (Lax.scalarInt DType.Int32 -1L)
        // The last bin holds its upper edge too.
        let bin = Lax.min bin (Lax.scalarInt DType.Int32 (int64 (bins - 1)))
        let empty = Lax.full (Dims.own [| bins |]) x.DType (Scalar.Int 0L)
        let outside = Lax.full bin.Shape bin.DType (Scalar.Int(int64 bins))
        let counted = Lax.scatter ScatterOp.Add 0 (Lax.select inside bin outside) (Lax.onesLike x) empty
        counted, edges
