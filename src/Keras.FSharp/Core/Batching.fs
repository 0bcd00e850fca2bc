/// vmap: every operation on tensors with one more leading axis. Most primitives take that axis along by moving their
/// attributes; the others have a rule here.
namespace Keras.FSharp

open System

/// How a primitive takes one more leading axis.
[<RequireQualifiedAccess; NoComparison; NoEquality>]
type internal Batching =
    /// The same primitive on operands that all have the axis.
    | Pointwise
    /// The primitive with moved attributes on operands that all have the axis; its size is given.
    | Shift of (int -> Prim)
    /// The size, the operands and which of them have the axis to results that all have it.
    | Rule of (int -> Tensor[] -> bool[] -> Tensor[])
    /// Cond, while and scan: their bodies are batched.
    | Control
    /// A composite: kept whole where its leading axes are free, else decomposed.
    | Composite of Composite

/// The table of batching rules.
[<RequireQualifiedAccess>]
module internal Batchings =
    let private up (d: Dims) = Dims.map ((+) 1) d

    /// The tensor with a leading axis of size n, copied along it if it has none.
    let materialize (n: int) (has: bool) (x: Tensor) : Tensor =
        if has then
            x
        else
            Lax.broadcastInDim (Dims.cons n x.Shape) (Dims.own (Array.init x.Rank ((+) 1))) x

    let private toFront (axis: int) (x: Tensor) : Tensor =
        Lax.transpose (Dims.cons axis (Dims.removeAt axis (Dims.range x.Rank))) x

    let private dot (d: DotDims) : Batching =
        Batching.Rule(fun n xs has ->
            let a, b = xs[0], xs[1]
            let nb = d.LhsBatch.Rank

            if has[0] && has[1] then
                [|
                    Lax.dot
                        {
                            LhsContract = up d.LhsContract
                            RhsContract = up d.RhsContract
                            LhsBatch = Dims.cons 0 (up d.LhsBatch)
                            RhsBatch = Dims.cons 0 (up d.RhsBatch)
                        }
                        a
                        b
                |]
            elif has[0] then
                // The new axis is the first of the free axes of the left operand.
                let d = { d with LhsContract = up d.LhsContract; LhsBatch = up d.LhsBatch }

                [| toFront nb (Lax.dot d a b) |]
            else
                let free = a.Rank - nb - d.LhsContract.Rank

                let d = { d with RhsContract = up d.RhsContract; RhsBatch = up d.RhsBatch }

                [| toFront (nb + free) (Lax.dot d a b) |])

    /// Joins axis 0 with the axis that follows `axis` after it was moved there: [n, …, c] to [.., n·c].
    let private mergeInto (axis: int) (x: Tensor) : Tensor =
        // The leading axis is moved in front of `axis` (counted without it), then both are joined.
        let rest = Dims.removeAt 0 (Dims.range x.Rank)
        let perm = Dims.insert axis 0 rest
        let moved = Lax.transpose perm x
        let joined = moved.Shape[axis] * moved.Shape[axis + 1]
        Lax.reshape (Dims.set axis joined (Dims.removeAt (axis + 1) moved.Shape)) moved

    /// The inverse: axis `axis` of size n·c is split, and n comes to the front.
    let private splitFrom (axis: int) (n: int) (x: Tensor) : Tensor =
        let c = x.Shape[axis] / n
        let split = Lax.reshape (Dims.insert axis n (Dims.set axis c x.Shape)) x
        toFront axis split

    /// Convolutions: mapped examples are more images where only the images are mapped, else more groups.
    let private conv (d: ConvDims) : Batching =
        Batching.Rule(fun n xs has ->
            let r = d.Stride.Rank + 2

            if n = 0 then
                // No group can be made of no examples.
                let example (x: Tensor) b = if b then Aval.withShape (Dims.removeAt 0 x.Shape) x.Aval else x.Aval
                let result = (Infer.outputs (Prim.Conv d) (Array.map2 example xs has))[0]
                [| Lax.zeros (Aval.withShape (Dims.cons 0 result.Shape) result) |]
            elif has[0] && not has[1] && d.Kind <> ConvKind.KernelGrad then
                let merged = mergeInto 0 xs[0]
                [| splitFrom 0 n (Lax.conv d merged xs[1]) |]
            else
                let a, b = materialize n has[0] xs[0], materialize n has[1] xs[1]
                let grouped = { d with Groups = d.Groups * n }

                // Channels of x and y are ordered by group, so the mapped axis goes in front of them; the kernel's
                // channels per group stay, its filters are ordered by group.
                let a, b = mergeInto (r - 1) a, mergeInto (r - 1) b
                [| splitFrom (r - 1) n (Lax.conv grouped a b) |])

    let private window (d: WindowDims) (n: int) : Prim =
        Prim.Window {
            d with
                Size = Dims.cons 1 d.Size
                Stride = Dims.cons 1 d.Stride
                PadLow = Dims.cons 0 d.PadLow
                PadHigh = Dims.cons 0 d.PadHigh
                Dilation = Dims.cons 1 d.Dilation
                InputShape = Dims.cons n d.InputShape
        }

    let private pad low high interior : Batching =
        let more = Dims.cons 0

        Batching.Rule(fun n xs has ->
            if not has[1] then
                [| Lax.pad (more low) (more high) (more interior) xs[1] xs[0] |]
            else
                let x = materialize n has[0] xs[0]
                let spread v x = Lax.pad (more low) (more high) (more interior) v x
                let padded = spread (Lax.scalarInt x.DType 0L) x
                let truth v = Lax.full Dims.Empty DType.Bool (Scalar.Int v)
                let real = spread (truth 0L) (Lax.full x.Shape DType.Bool (Scalar.Int 1L))
                let value = Lax.broadcastInDim padded.Shape (Dims.own [| 0 |]) xs[1]
                [| Lax.select real padded value |])

    /// Flat row-major positions of the elements of parts of shape `sizes` that begin at `starts` ([n, rank], clamped) in
    /// tensors of shape `shape`: int32 [n, sizes…].
    let private positions (shape: Dims) (sizes: Dims) (starts: Tensor) : Tensor =
        let n = starts.Shape[0]
        let all = Dims.cons n sizes
        let strides = Dims.strides shape

        (Lax.full all DType.Int32 (Scalar.Int 0L), [ 0 .. shape.Rank - 1 ])
        ||> List.fold (fun acc k ->
            let zero = Lax.scalarInt DType.Int32 0L
            let last = Lax.scalarInt DType.Int32 (int64 (shape[k] - sizes[k]))
            let start = Lax.clamp zero last (Lax.reshape (Dims.own [| n |]) (Lax.sliceAxis 1 k (k + 1) starts))
            let start = Lax.broadcastInDim all (Dims.own [| 0 |]) start
            let place = Lax.add start (Lax.iota all DType.Int32 (k + 1))
            Lax.add acc (Lax.mul place (Lax.full all DType.Int32 (Scalar.Int(int64 strides[k])))))

    let private flat (x: Tensor) : Tensor = Lax.reshape (Dims.own [| x.Shape[0]; x.Size / max 1 x.Shape[0] |]) x

    let private withZero (starts: Tensor) : Tensor =
        Lax.concat 0 [| Lax.full (Dims.own [| 1 |]) DType.Int32 (Scalar.Int 0L); starts |]

    let private dynamicSlice (sizes: Dims) : Batching =
        Batching.Rule(fun n xs has ->
            if not has[1] then
                [| Lax.dynamicSlice (Dims.cons n sizes) (withZero xs[1]) xs[0] |]
            else
                let x = materialize n has[0] xs[0]
                let shape = Dims.removeAt 0 x.Shape
                let index = positions shape sizes xs[1]
                let taken = Lax.gather 1 (flat index) (flat x)
                [| Lax.reshape (Dims.cons n sizes) taken |])

    let private dynamicUpdate: Batching =
        Batching.Rule(fun n xs has ->
            let x, update = materialize n has[0] xs[0], materialize n has[1] xs[1]

            if not has[2] then
                [| Lax.dynamicUpdate update (withZero xs[2]) x |]
            else
                let shape = Dims.removeAt 0 x.Shape
                let index = positions shape (Dims.removeAt 0 update.Shape) xs[2]
                let written = Lax.scatter ScatterOp.Set 1 (flat index) (flat update) (flat x)
                [| Lax.reshape x.Shape written |])

    /// The rule of each primitive.
    let rule (p: Prim) : Batching =
        match p with
        | Prim.Unary _
        | Prim.Binary _
        | Prim.Compare _
        | Prim.Select
        | Prim.Clamp
        | Prim.Convert _
        | Prim.Bitcast _
        | Prim.StopGradient
        | Prim.Barrier
        | Prim.TopK _
        | Prim.Fft _
        | Prim.Linalg _
        | Prim.Rng _ -> Batching.Pointwise
        | Prim.Full _
        | Prim.Iota _ -> Batching.Rule(fun n _ _ -> [| materialize n false (Core.bind1 p [||]) |])
        | Prim.Reshape d -> Batching.Shift(fun n -> Prim.Reshape(Dims.cons n d))
        | Prim.Transpose perm -> Batching.Shift(fun _ -> Prim.Transpose(Dims.cons 0 (up perm)))
        | Prim.Broadcast(d, axes) -> Batching.Shift(fun n -> Prim.Broadcast(Dims.cons n d, Dims.cons 0 (up axes)))
        | Prim.Slice(start, limit, stride) ->
            Batching.Shift(fun n -> Prim.Slice(Dims.cons 0 start, Dims.cons n limit, Dims.cons 1 stride))
        | Prim.Pad(low, high, interior) -> pad low high interior
        | Prim.Reverse axes -> Batching.Shift(fun _ -> Prim.Reverse(up axes))
        | Prim.Concat axis -> Batching.Shift(fun _ -> Prim.Concat(axis + 1))
        | Prim.DynamicSlice sizes -> dynamicSlice sizes
        | Prim.DynamicUpdate -> dynamicUpdate
        | Prim.Gather batch -> Batching.Shift(fun _ -> Prim.Gather(batch + 1))
        | Prim.Scatter(op, batch) -> Batching.Shift(fun _ -> Prim.Scatter(op, batch + 1))
        | Prim.Reduce(op, axes) -> Batching.Shift(fun _ -> Prim.Reduce(op, up axes))
        | Prim.ArgReduce(largest, axis) -> Batching.Shift(fun _ -> Prim.ArgReduce(largest, axis + 1))
        | Prim.Cumulative(op, axis, reverse) -> Batching.Shift(fun _ -> Prim.Cumulative(op, axis + 1, reverse))
        | Prim.Sort(axis, keys) -> Batching.Shift(fun _ -> Prim.Sort(axis + 1, keys))
        | Prim.Dot d -> dot d
        | Prim.Conv d -> conv d
        | Prim.Window d -> Batching.Shift(window d)
        | Prim.Cond _
        | Prim.While _
        | Prim.Scan _ -> Batching.Control
        | Prim.Call c -> Batching.Composite c
