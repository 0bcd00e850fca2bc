/// The general matrix product: brought to batches of plain products by merging axes, or by a transposed copy where
/// strides do not allow that.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Dot

#nowarn "9"

open System
open System.Runtime.CompilerServices
open Keras.FSharp
open Microsoft.FSharp.NativeInterop

/// Axes as sizes and byte strides.
type private Axes = (struct (int * int64))[]

/// One axis in place of several, where a single stride steps through all of them.
let private merge (axes: Axes) : struct (int * int64) voption =
    let mutable size = 1
    let mutable stride = 0L
    let mutable possible = true

    for i in axes.Length - 1 .. -1 .. 0 do
        let struct (n, s) = axes[i]

        if n <> 1 then
            if size = 1 then
                size <- n
                stride <- s
            elif s = int64 size * stride then
                size <- size * n
            else
                possible <- false

    if possible then ValueSome(struct (size, stride)) else ValueNone

/// The byte offsets of all positions, the last axis fastest.
let private offsets (axes: Axes) : int64[] =
    let mutable result = [| 0L |]

    for struct (n, s) in axes do
        result <- [|
            for o in result do
                for i in 0 .. n - 1 -> o + int64 i * s
        |]

    result

/// Copies elements of `size` bytes in the order of `axes` densely to `target`.
let private gather (size: int) (axes: Axes) (from: nativeint) (target: nativeint) =
    let rec go level (from: nativeint) (target: nativeint) : nativeint =
        if level = axes.Length then
            Unsafe.CopyBlockUnaligned(target.ToPointer(), from.ToPointer(), uint32 size)
            target + nativeint size
        else
            let struct (n, s) = axes[level]
            let mutable t = target

            if level = axes.Length - 1 && size = 4 then
                for i in 0 .. n - 1 do
                    let x = NativePtr.read (NativePtr.ofNativeInt<int>(from + nativeint i * nativeint s))
                    NativePtr.write (NativePtr.ofNativeInt t) x
                    t <- t + 4n
            else
                for i in 0 .. n - 1 do
                    t <- go (level + 1) (from + nativeint i * nativeint s) t

            t

    go 0 from target |> ignore

/// An operand as a batch of matrices of `rows` × `columns`.
type private Operand = {
    Rows: int
    Columns: int
    Row: int64
    Column: int64
    Offsets: int64[]
    /// What to copy first, if strides ask for it.
    Copy: Axes voption
    Bytes: int64
}

let private operand (size: int) (batch: Axes) (rows: Axes) (columns: Axes) : Operand =
    let count (axes: Axes) = axes |> Array.fold (fun n struct (m, _) -> n * m) 1

    let m, k, bytes = count rows, count columns, int64 size

    match merge rows, merge columns with
    | ValueSome(struct (_, row)), ValueSome(struct (_, column)) -> {
        Rows = m
        Columns = k
        Row = row
        Column = column
        Offsets = offsets batch
        Copy = ValueNone
        Bytes = 0L
      }
    | _ ->
        let n = count batch

        {
            Rows = m
            Columns = k
            Row = int64 k * bytes
            Column = bytes
            Offsets = Array.init n (fun i -> int64 i * int64 m * int64 k * bytes)
            Copy = ValueSome(Array.concat [ batch; rows; columns ])
            Bytes = int64 n * int64 m * int64 k * bytes
        }

/// c = a b by the definition, for one row of c.
let private row<'T, 'Q when 'T: unmanaged and 'Q: struct and 'Q :> IRing<'T>>
    (n: int)
    (k: int)
    (a: nativeint)
    (stepA: nativeint)
    (b: MatrixView)
    (c: nativeint)
    =
    let c = NativePtr.ofNativeInt<'T> c

    for j in 0 .. n - 1 do
        NativePtr.set c j 'Q.Zero

    for l in 0 .. k - 1 do
        let x = NativePtr.read (NativePtr.ofNativeInt<'T>(a + nativeint l * stepA))
        let mutable p = b.Data + nativeint l * b.Row

        for j in 0 .. n - 1 do
            let y = NativePtr.read (NativePtr.ofNativeInt<'T> p)
            NativePtr.set c j ('Q.MulAdd(x, y, NativePtr.get c j))
            p <- p + b.Column

/// The product of all batches for element types without an engine.
let private generic (dtype: DType) (m: int) (n: int) (k: int) (offsetA: int64[]) (offsetB: int64[]) =
    let size = nativeint (DType.size dtype)

    {
        new RingUse<MatrixView -> MatrixView -> nativeint -> unit> with
            member _.Use<'T, 'Q when 'T: unmanaged and 'Q: struct and 'Q :> IRing<'T>>() =
                fun a b c ->
                    let rows = int64 offsetA.Length * int64 m
                    let grain = 1L + 20_000L / (1L + int64 n * int64 k)

                    Parallel.run
                        rows
                        grain
                        (Action<_, _>(fun from until ->
                            for r in from .. until - 1L do
                                let batch = int (r / int64 m)
                                let i = int (r % int64 m)

                                row<'T, 'Q>
                                    n
                                    k
                                    (a.Data + nativeint offsetA[batch] + nativeint i * a.Row)
                                    a.Column
                                    { b with Data = b.Data + nativeint offsetB[batch] }
                                    (c + nativeint r * nativeint n * size)))
    }
    |> Ring.apply "dot" dtype

/// Prepares the product of two operands; the result has batch axes, then free axes of the left, then of the right one.
let rec prepare (d: DotDims) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let a, b = inputs[0], inputs[1]
    let dtype = a.DType

    if Narrow.isNarrow dtype then
        Narrow.wrap (prepare d) inputs outputs
    else
        let size = DType.size dtype

        let axes (x: Aval) (which: Dims) : Axes =
            let strides = Dims.strides x.Shape

            which |> Seq.map (fun i -> struct (x.Shape[i], int64 strides[i] * int64 size)) |> Seq.toArray

        // The order of the contracted axes is free: the left operand's own order lets its axes merge most often.
        let order = Array.init d.LhsContract.Rank id |> Array.sortBy (fun i -> d.LhsContract[i])
        let left = order |> Array.map (fun i -> d.LhsContract[i]) |> Dims.own
        let right = order |> Array.map (fun i -> d.RhsContract[i]) |> Dims.own

        let free (x: Aval) batch contract = axes x (Dims.complement x.Rank (Dims.append batch contract))

        let l = operand size (axes a d.LhsBatch) (free a d.LhsBatch left) (axes a left)
        let r = operand size (axes b d.RhsBatch) (axes b right) (free b d.RhsBatch right)
        let m, n, k = l.Rows, r.Columns, l.Columns

        let run: MatrixView -> MatrixView -> nativeint -> unit =
            if outputs[0].Size = 0 then
                fun _ _ _ -> ()
            else
                match dtype with
                | DType.Float32 -> Gemm.batched Gemm.float32 l.Offsets.Length m n k l.Offsets r.Offsets
                | DType.Float64 -> Gemm.batched Gemm.float64 l.Offsets.Length m n k l.Offsets r.Offsets
                | _ -> generic dtype m n k l.Offsets r.Offsets

        let view (o: Operand) slot (data: nativeint) : MatrixView =
            let data =
                match o.Copy with
                | ValueSome axes ->
                    let copy = Scratch.Get(slot, o.Bytes)
                    gather size axes data copy
                    copy
                | ValueNone -> data

            { Data = data; Row = nativeint o.Row; Column = nativeint o.Column }

        Kernel(fun ins outs -> run (view l Scratch.First ins[0]) (view r Scratch.Second ins[1]) outs[0])
