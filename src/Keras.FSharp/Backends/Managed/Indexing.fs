/// Gather and scatter: rows found by indices along one axis, behind batch axes.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Indexing

open System
open System.Runtime.CompilerServices
open Keras.FSharp

/// x [batch, n, row], indices [batch, count].
[<Struct>]
type private Layout = {
    Batch: int64
    N: int64
    Count: int64
    /// Elements of a row.
    Row: int64
    /// Indices are int64, else int32.
    IsLong: bool
} with

    member inline l.Index(indices: nativeint, i: int64) : int64 =
        if l.IsLong then
            load<int64>(indices + nativeint (i * 8L))
        else
            int64 (load<int>(indices + nativeint (i * 4L)))

let private layout (batch: int) (x: Aval) (indices: Aval) : Layout = {
    Batch = (Dims.sub 0 batch x.Shape).Size
    N = int64 x.Shape[batch]
    Count = (Dims.sub batch indices.Rank indices.Shape).Size
    Row = (Dims.sub (batch + 1) x.Rank x.Shape).Size
    IsLong = (indices.DType = DType.Int64)
}

// Bytes that are worth a thread.
let private grainBytes = 131072L

[<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
let private gatherElements<'T when 'T: unmanaged>
    (l: Layout)
    (x: nativeint)
    (indices: nativeint)
    (y: nativeint)
    (from: int64)
    (upTo: int64)
    : unit =
    let size = int64 sizeof<'T>

    for i in from .. upTo - 1L do
        let j = Math.Clamp(l.Index(indices, i), 0L, l.N - 1L)
        store (y + nativeint (i * size)) (load<'T>(x + nativeint ((i / l.Count * l.N + j) * size)))

let private gatherRows (rowBytes: int64) (l: Layout) x indices y (from: int64) (upTo: int64) : unit =
    for i in from .. upTo - 1L do
        let j = Math.Clamp(l.Index(indices, i), 0L, l.N - 1L)
        copy (x + nativeint ((i / l.Count * l.N + j) * rowBytes)) (y + nativeint (i * rowBytes)) rowBytes

/// (x [batch…, n, rest…], indices [batch…, i…]); indices are clamped into range.
let gather (batch: int) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let l = layout batch inputs[0] inputs[1]
    let rowBytes = l.Row * int64 (DType.size inputs[0].DType)

    let part =
        match rowBytes with
        | 1L -> gatherElements<byte> l
        | 2L -> gatherElements<uint16> l
        | 4L -> gatherElements<uint32> l
        | 8L -> gatherElements<uint64> l
        | 16L -> gatherElements<UInt128> l
        | _ -> gatherRows rowBytes l

    if outputs[0].Size = 0 then
        Kernel(fun _ _ -> ())
    else
        Kernel(fun ins outs ->
            let x, indices, y = ins[0], ins[1], outs[0]

            Parallel.run
                (l.Batch * l.Count)
                (max 1L (grainBytes / rowBytes))
                (Action<int64, int64>(fun from upTo -> part x indices y from upTo)))

let private binaryOf (op: ScatterOp) : BinaryOp =
    match op with
    | ScatterOp.Add -> BinaryOp.Add
    | ScatterOp.Mul -> BinaryOp.Mul
    | ScatterOp.Max -> BinaryOp.Max
    | _ -> BinaryOp.Min

/// (x, indices, updates); indices out of range are dropped, duplicates are applied in order. Works in place where the
/// result lies where x lies.
let rec scatter (op: ScatterOp) (batch: int) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let x = inputs[0]

    if op <> ScatterOp.Set && Precision.isHalf x.DType then
        Precision.viaSingle (scatter op batch) inputs outputs
    else
        let l = layout batch x inputs[1]
        let size = int64 (DType.size x.DType)
        let whole = Strided.plan (int size) [| Strided.axis x.Size 1L 1L |]

        /// Applies the columns from … upTo of one update to a row.
        let apply: nativeint -> nativeint -> int64 -> unit =
            if op = ScatterOp.Set then
                fun row update count -> copy update row (count * size)
            else
                let loop = Elementwise.loop2 (binaryOf op) x.DType
                fun row update count -> loop.Invoke(row, update, row, nativeint count)

        let updates (indices: nativeint) (u: nativeint) (y: nativeint) (b: int64) (from: int64) (upTo: int64) =
            for i in b * l.Count .. (b + 1L) * l.Count - 1L do
                let j = l.Index(indices, i)

                if j >= 0L && j < l.N then
                    let row = y + nativeint (((b * l.N + j) * l.Row + from) * size)
                    apply row (u + nativeint ((i * l.Row + from) * size)) (upTo - from)

        // Order matters along an axis of updates, not between batches and not between columns.
        let work = l.Count * l.Row * size
        let columnGrain = max 64L (grainBytes / max 1L (l.Count * size))

        Kernel(fun ins outs ->
            let indices, u, y = ins[1], ins[2], outs[0]

            if ins[0] <> y then
                whole.Invoke(ins[0], y)

            if l.Batch > 1L then
                Parallel.run
                    l.Batch
                    (max 1L (grainBytes / max 1L work))
                    (Action<int64, int64>(fun from upTo ->
                        for b in from .. upTo - 1L do
                            updates indices u y b 0L l.Row))
            elif l.Batch = 1L then
                Parallel.run
                    l.Row
                    columnGrain
                    (Action<int64, int64>(fun from upTo -> updates indices u y 0L from upTo)))
