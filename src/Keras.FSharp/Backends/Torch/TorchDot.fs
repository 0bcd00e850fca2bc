/// The general matrix product on libtorch: axes are merged until a batch of plain products is left, which libtorch
/// writes into our memory. Transposes are only strides. An operand whose axes do not merge is copied into order first.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Torch.TorchDot

open System
open Keras.FSharp
open Keras.FSharp.Backends

/// An axis as the left operand, the right operand and the result see it; a stride is 0 where the axis is absent.
[<Struct>]
type private Axis = { Size: int64; Left: int64; Right: int64; Out: int64 }

/// Neighbours through which one stride steps in all three become one axis; axes of size 1 vanish.
let private merge (axes: Axis[]) : Axis[] =
    let join (a: Axis) (rest: Axis list) =
        match rest with
        | _ when a.Size = 1L -> rest
        | b :: tail when a.Left = b.Left * b.Size && a.Right = b.Right * b.Size && a.Out = b.Out * b.Size ->
            { b with Size = a.Size * b.Size } :: tail
        | _ -> a :: rest

    Array.foldBack join axes [] |> List.toArray

/// One axis in place of several, or none where that is impossible.
let private single (axes: Axis[]) : Axis voption =
    match merge axes with
    | [||] -> ValueSome { Size = 1L; Left = 1L; Right = 1L; Out = 1L }
    | [| a |] -> ValueSome a
    | _ -> ValueNone

/// One product, or a batch of them along one axis.
[<Struct>]
type private Plan = { Batch: Axis voption; M: Axis; N: Axis; K: Axis }

let private strides (d: Dims) = Array.map int64 (Dims.strides d)

let private batchAxes (d: DotDims) (a: Aval) (left: int64[]) (right: int64[]) (out: int64[]) : Axis[] =
    Array.init d.LhsBatch.Rank (fun i ->
        let l, r = d.LhsBatch[i], d.RhsBatch[i]

        {
            Size = int64 a.Shape[l]
            Left = left[l]
            Right = right[r]
            Out = out[i]
        })

/// The plan for operands that lie with these strides.
let private plan (d: DotDims) (a: Aval) (b: Aval) (left: int64[]) (right: int64[]) : Plan voption =
    let batchRank = d.LhsBatch.Rank
    let freeOf rank (batch: Dims) (contract: Dims) = Dims.complement rank (Dims.append batch contract)
    let rows = freeOf a.Rank d.LhsBatch d.LhsContract
    let columns = freeOf b.Rank d.RhsBatch d.RhsContract

    let shape = [|
        for i in d.LhsBatch -> a.Shape[i]
        for i in rows -> a.Shape[i]
        for i in columns -> b.Shape[i]
    |]

    let out = strides (Dims.own shape)
    let size i = int64 a.Shape[i]

    let batch = batchAxes d a left right out

    let m =
        Array.init rows.Rank (fun i -> {
            Size = size rows[i]
            Left = left[rows[i]]
            Right = 0L
            Out = out[batchRank + i]
        })

    let n =
        Array.init columns.Rank (fun i ->
            let c = columns[i]

            {
                Size = int64 b.Shape[c]
                Left = 0L
                Right = right[c]
                Out = out[batchRank + rows.Rank + i]
            })

    // The order of summation is free: that of the left operand's memory.
    let k =
        Array.init d.LhsContract.Rank (fun i ->
            let l, r = d.LhsContract[i], d.RhsContract[i]
            { Size = size l; Left = left[l]; Right = right[r]; Out = 0L })
        |> Array.sortBy (fun x -> -x.Left)

    match single m, single n, single k with
    | ValueSome m, ValueSome n, ValueSome k ->
        match merge batch with
        | [||] -> ValueSome { Batch = ValueNone; M = m; N = n; K = k }
        | [| axis |] -> ValueSome { Batch = ValueSome axis; M = m; N = n; K = k }
        | _ -> ValueNone
    | _ -> ValueNone

/// A kernel for a plan, on operands as they lie in memory.
let private run (dtype: DType) (p: Plan) : Kernel =
    let view (rows: int64) (columns: int64) batch row column =
        match p.Batch with
        | ValueNone -> View(dtype, [| rows; columns |], [| row; column |])
        | ValueSome x -> View(dtype, [| x.Size; rows; columns |], [| batch x; row; column |])

    let a = view p.M.Size p.K.Size _.Left p.M.Left p.K.Left
    let b = view p.K.Size p.N.Size _.Right p.K.Right p.N.Right
    let c = view p.M.Size p.N.Size _.Out (max 1L p.N.Size) 1L
    let isBatched = p.Batch.IsSome

    Kernel(fun ins outs ->
        use a = a.At ins[0]
        use b = b.At ins[1]
        use c = c.At outs[0]

        if isBatched then
            Native.bmmOut c.Handle a.Handle b.Handle
        else
            Native.mmOut c.Handle a.Handle b.Handle)

/// A copy of an operand in the order batch, free, contracted axes: the axes of the copy in the operand, its strides per
/// axis of the operand, and the kernel that makes it.
let private ordered (x: Aval) (batch: Dims) (contract: Dims) : struct (int64[] * Kernel) =
    let perm =
        Dims.append batch (Dims.append (Dims.complement x.Rank (Dims.append batch contract)) contract)

    let copy = Aval.withShape (Dims.map (fun i -> x.Shape[i]) perm) x
    let dense = strides copy.Shape
    let inverse = Dims.invert perm
    let kernel = Kernels.prepare (Prim.Transpose perm) [| x |] [| copy |]
    struct (Array.init x.Rank (fun i -> dense[inverse[i]]), kernel)

let private withCopies (a: Aval) (b: Aval) (left: Kernel voption) (right: Kernel voption) (inner: Kernel) : Kernel =
    let copied (kernel: Kernel voption) (x: Aval) (source: nativeint) (next: nativeint -> unit) =
        match kernel with
        | ValueNone -> next source
        | ValueSome kernel ->
            use memory = new Temporary(x.ByteSize)
            kernel.Invoke([| source |], [| memory.Pointer |])
            next memory.Pointer

    match left, right with
    | ValueNone, ValueNone -> inner
    | _ ->
        Kernel(fun ins outs ->
            copied left a ins[0] (fun l -> copied right b ins[1] (fun r -> inner.Invoke([| l; r |], outs))))

/// The kernel, or none where the managed one serves as well: integers, and nothing to compute.
let prepare (d: DotDims) (inputs: Aval[]) (outputs: Aval[]) : Kernel voption =
    let a, b = inputs[0], inputs[1]

    let isServed =
        match a.DType with
        | DType.Float32
        | DType.Float64
        | DType.BFloat16
        | DType.Complex64
        | DType.Complex128 -> true
        | _ -> false

    if not isServed || a.Size = 0 || b.Size = 0 || outputs[0].Size = 0 then
        ValueNone
    else
        let attempt (copyLeft: bool) (copyRight: bool) =
            let lay copy (x: Aval) batch contract =
                if copy then
                    let struct (s, kernel) = ordered x batch contract
                    struct (s, ValueSome kernel)
                else
                    struct (strides x.Shape, ValueNone)

            let struct (left, l) = lay copyLeft a d.LhsBatch d.LhsContract
            let struct (right, r) = lay copyRight b d.RhsBatch d.RhsContract

            match plan d a b left right with
            | ValueSome p -> Some(withCopies a b l r (run a.DType p))
            | ValueNone -> None

        // A product of batches that lie apart, such as the heads of an attention: the managed engine reads them in place.
        let isApart =
            let axes = batchAxes d a (strides a.Shape) (strides b.Shape) (Array.create d.LhsBatch.Rank 0L)
            (merge axes).Length > 1

        let leftFirst = a.Size <= b.Size

        if isApart && (a.DType = DType.Float32 || a.DType = DType.Float64) then
            ValueNone
        else
            [ false, false; leftFirst, not leftFirst; not leftFirst, leftFirst; true, true ]
            |> List.tryPick (fun (l, r) -> attempt l r)
            |> function
                | Some kernel -> ValueSome kernel
                | None -> ValueNone
