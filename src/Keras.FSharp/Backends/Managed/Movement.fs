/// Primitives that move elements or make them from nothing: full, iota, transpose, broadcast, slice, pad, reverse,
/// concat and the two dynamic ones.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Movement

open System
open System.Numerics
open Keras.FSharp

let private elem (a: Aval) = DType.size a.DType

/// A kernel of a copy that starts `sourceOffset` elements into its operand.
let private copying (copier: Strided.Copier) (sourceOffset: int64) (elem: int) : Kernel =
    let o = nativeint (sourceOffset * int64 elem)
    Kernel(fun ins outs -> copier.Invoke(ins[0] + o, outs[0]))

/// Writes a constant as an element.
let writeScalar (d: DType) (value: Scalar) (target: nativeint) : unit =
    let x = value.ToFloat()

    let integer () =
        match value with
        | Scalar.Int i -> i
        | _ -> Int64.CreateSaturating x

    let part =
        match value with
        | Scalar.Complex(_, im) -> im
        | _ -> 0.0

    match d with
    | DType.Bool ->
        let truth =
            match value with
            | Scalar.Int i -> i <> 0L
            | _ -> x <> 0.0 || part <> 0.0

        store target truth
    | DType.UInt8 -> store target (Byte.CreateTruncating(integer ()))
    | DType.UInt16 -> store target (UInt16.CreateTruncating(integer ()))
    | DType.UInt32 -> store target (UInt32.CreateTruncating(integer ()))
    | DType.UInt64 ->
        match value with
        | Scalar.Int i -> store target (uint64 i)
        | _ -> store target (UInt64.CreateSaturating x)
    | DType.Int8 -> store target (SByte.CreateTruncating(integer ()))
    | DType.Int16 -> store target (Int16.CreateTruncating(integer ()))
    | DType.Int32 -> store target (Int32.CreateTruncating(integer ()))
    | DType.Int64 -> store target (integer ())
    | DType.BFloat16 -> store target (Precision.narrowBFloat16 (float32 x))
    | DType.Float16 -> store target (Half.op_Explicit x: Half)
    | DType.Float32 -> store target (float32 x)
    | DType.Float64 -> store target x
    | DType.Complex64 -> store target { Complex64.Re = float32 x; Im = float32 part }
    | _ -> store target (Complex(x, part))

/// Every element the one at an address.
let private filler (a: Aval) : Strided.Copier = Strided.plan (elem a) [| Strided.axis a.Size 0L 1L |]

/// A constant everywhere.
let full (value: Scalar) (outputs: Aval[]) : Kernel =
    let fill = filler outputs[0]

    if outputs[0].Size = 0 then
        Kernel(fun _ _ -> ())
    else
        Kernel(fun _ outs ->
            writeScalar outputs[0].DType value outs[0]
            fill.Invoke(outs[0], outs[0]))

/// The index along an axis.
let iota (axis: int) (outputs: Aval[]) : Kernel =
    let a = outputs[0]
    let size = elem a
    let n = a.Shape[axis]
    let inner = (Dims.sub (axis + 1) a.Rank a.Shape).Size
    let outer = (Dims.sub 0 axis a.Shape).Size
    let block = inner * int64 n * int64 size

    let fill = Strided.plan size [| Strided.axis (int inner) 0L 1L |]

    let repeat =
        Strided.plan size [| Strided.axis (int outer - 1) 0L (inner * int64 n); Strided.axis (int inner * n) 1L 1L |]

    if a.Size = 0 then
        Kernel(fun _ _ -> ())
    else
        Kernel(fun _ outs ->
            for i in 0 .. n - 1 do
                let p = outs[0] + nativeint (int64 i * inner * int64 size)
                writeScalar a.DType (Scalar.Int(int64 i)) p

                if inner > 1L then
                    fill.Invoke(p, p)

            if outer > 1L then
                repeat.Invoke(outs[0], outs[0] + nativeint block))

/// Axes in another order.
let transpose (perm: Dims) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let source, target = Strided.strides inputs[0].Shape, Strided.strides outputs[0].Shape

    let axes = Array.init perm.Rank (fun i -> Strided.axis outputs[0].Shape[i] (source[perm[i]]) target[i])

    copying (Strided.plan (elem inputs[0]) axes) 0L 1

/// Axis i of the operand lies at `at[i]` of the result.
let broadcast (at: Dims) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let source, target = Strided.strides inputs[0].Shape, Strided.strides outputs[0].Shape

    let axes =
        Array.init outputs[0].Rank (fun i ->
            let from =
                match at.Span.IndexOf i with
                | k when k >= 0 && inputs[0].Shape[k] <> 1 -> source[k]
                | _ -> 0L

            Strided.axis outputs[0].Shape[i] from target[i])

    copying (Strided.plan (elem inputs[0]) axes) 0L 1

let private offset (strides: int64[]) (start: int -> int64) : int64 =
    let mutable o = 0L

    for i in 0 .. strides.Length - 1 do
        o <- o + strides[i] * start i

    o

/// A part, with positive steps.
let slice (start: Dims) (step: Dims) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let source, target = Strided.strides inputs[0].Shape, Strided.strides outputs[0].Shape

    let axes =
        Array.init start.Rank (fun i -> Strided.axis outputs[0].Shape[i] (source[i] * int64 step[i]) target[i])

    let size = elem inputs[0]
    copying (Strided.plan size axes) (offset source (fun i -> int64 start[i])) size

/// Some axes backwards.
let reverse (axes: Dims) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let shape = outputs[0].Shape
    let strides = Strided.strides shape
    let back i = Dims.contains i axes

    let layout =
        Array.init shape.Rank (fun i -> Strided.axis shape[i] (if back i then -strides[i] else strides[i]) strides[i])

    let size = elem inputs[0]
    let start i = if back i then int64 shape[i] - 1L else 0L
    copying (Strided.plan size layout) (offset strides start) size

/// (x, scalar): elements around, between, or, where negative, cut off.
let pad (low: Dims) (interior: Dims) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let x, y = inputs[0], outputs[0]
    let size = elem x
    let source, target = Strided.strides x.Shape, Strided.strides y.Shape
    let step i = int64 interior[i] + 1L

    // The operand's elements first i .. last i stay on axis i.
    let first i = if low[i] >= 0 then 0L else (int64 -low[i] + step i - 1L) / step i

    let count i =
        let room = int64 y.Shape[i] - 1L - int64 low[i]
        let last = if room < 0L then -1L else min (int64 x.Shape[i] - 1L) (room / step i)
        max 0L (last - first i + 1L)

    let axes = Array.init low.Rank (fun i -> Strided.axis (int (count i)) source[i] (target[i] * step i))

    let fill = filler y
    let copier = Strided.plan size axes
    let isEmpty = axes |> Array.exists (fun a -> a.Size = 0)
    let from = nativeint (offset source first * int64 size)
    let into = nativeint (offset target (fun i -> int64 low[i] + first i * step i) * int64 size)

    Kernel(fun ins outs ->
        fill.Invoke(ins[1], outs[0])

        if not isEmpty then
            copier.Invoke(ins[0] + from, outs[0] + into))

/// Operands one after the other along an axis.
let concat (axis: int) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let size = elem outputs[0]
    let target = Strided.strides outputs[0].Shape
    let offsets = Array.zeroCreate inputs.Length
    let mutable at = 0L

    let copiers =
        inputs
        |> Array.mapi (fun k x ->
            let source = Strided.strides x.Shape
            offsets[k] <- nativeint (at * target[axis] * int64 size)
            at <- at + int64 x.Shape[axis]

            Strided.plan size (Array.init x.Rank (fun i -> Strided.axis x.Shape[i] source[i] target[i])))

    Kernel(fun ins outs ->
        for k in 0 .. copiers.Length - 1 do
            copiers[k].Invoke(ins[k], outs[0] + offsets[k]))

/// The offset, in bytes, of a block of `sizes` at the starts that lie at an address, clamped into range.
let private dynamicOffset (shape: Dims) (sizes: Dims) (size: int) : nativeint -> nativeint =
    let strides = Strided.strides shape

    fun starts ->
        let at i = int64 (Math.Clamp(load<int>(starts + nativeint (4 * i)), 0, shape[i] - sizes[i]))

        nativeint (offset strides at * int64 size)

/// (x, starts).
let dynamicSlice (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let x, sizes = inputs[0], outputs[0].Shape
    let source, target = Strided.strides x.Shape, Strided.strides sizes

    let copier =
        Strided.plan (elem x) (Array.init x.Rank (fun i -> Strided.axis sizes[i] source[i] target[i]))

    let offset = dynamicOffset x.Shape sizes (elem x)
    Kernel(fun ins outs -> copier.Invoke(ins[0] + offset ins[1], outs[0]))

/// (x, update, starts); works in place where the result lies where x lies.
let dynamicUpdate (inputs: Aval[]) : Kernel =
    let x, update = inputs[0], inputs[1]
    let source, target = Strided.strides update.Shape, Strided.strides x.Shape

    let whole = Strided.plan (elem x) [| Strided.axis x.Size 1L 1L |]

    let copier =
        Strided.plan (elem x) (Array.init x.Rank (fun i -> Strided.axis update.Shape[i] source[i] target[i]))

    let offset = dynamicOffset x.Shape update.Shape (elem x)

    Kernel(fun ins outs ->
        if ins[0] <> outs[0] then
            whole.Invoke(ins[0], outs[0])

        copier.Invoke(ins[1], outs[0] + offset ins[2]))
