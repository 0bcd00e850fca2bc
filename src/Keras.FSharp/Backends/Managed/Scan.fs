/// Cumulative operations along an axis, and the position of the largest or smallest element along one.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Scan

#nowarn "3535"
#nowarn "3536"

open System
open System.Numerics
open System.Runtime.CompilerServices
open Keras.FSharp

[<Struct>]
type private SumS<'T when 'T :> INumberBase<'T>> =
    interface IScalar2<'T, 'T> with
        static member Of(a, b) = a + b

[<Struct>]
type private ProdS<'T when 'T :> INumberBase<'T>> =
    interface IScalar2<'T, 'T> with
        static member Of(a, b) = a * b

[<Struct>]
type private MaxS<'T when 'T :> INumber<'T>> =
    interface IScalar2<'T, 'T> with
        static member Of(a, b) = 'T.Max(a, b)

[<Struct>]
type private MinS<'T when 'T :> INumber<'T>> =
    interface IScalar2<'T, 'T> with
        static member Of(a, b) = 'T.Min(a, b)

[<Struct>]
type private GreaterS<'T when 'T :> INumber<'T>> =
    interface IScalar2<'T, bool> with
        static member Of(a, b) = 'T.op_GreaterThan (a, b)

/// A tensor seen from one of its axes.
[<Struct>]
type private Lines = { Outer: int64; N: int64; Inner: int64 }

let private lines (axis: int) (a: Aval) : Lines = {
    Outer = (Dims.sub 0 axis a.Shape).Size
    N = int64 a.Shape[axis]
    Inner = (Dims.sub (axis + 1) a.Rank a.Shape).Size
}

// Elements that are worth a thread.
let private grain = 32768L

[<AbstractClass; Sealed>]
type private Scanning<'T, 'A, 'Op
    when 'T: unmanaged and 'T :> INumberBase<'T> and 'A: unmanaged and 'A :> INumberBase<'A> and 'Op :> IScalar2<'A, 'A>>
    private () =
    /// One line, in accumulators 'A.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member Line(x: nativeint, y: nativeint, n: int64, step: nativeint) : unit =
        if n > 0L then
            let mutable acc = 'A.CreateTruncating(load<'T> x)
            let mutable o = 0n
            store y (load<'T> x)

            for _ in 2L .. n do
                o <- o + step
                acc <- 'Op.Of(acc, 'A.CreateTruncating(load<'T>(x + o)))
                store (y + o) ('T.CreateTruncating acc)

    /// `width` lines side by side, with as many accumulators.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member Columns(x: nativeint, y: nativeint, accs: nativeint, n: int64, step: nativeint, width: int64) : unit =
        let size, wide = nativeint sizeof<'T>, nativeint sizeof<'A>

        for c in 0n .. nativeint width - 1n do
            let v = load<'T>(x + c * size)
            store (accs + c * wide) ('A.CreateTruncating v)
            store (y + c * size) v

        let mutable o = step

        for _ in 2L .. n do
            for c in 0n .. nativeint width - 1n do
                let v = 'A.CreateTruncating(load<'T>(x + o + c * size))
                let acc = 'Op.Of(load<'A>(accs + c * wide), v)
                store (accs + c * wide) acc
                store (y + o + c * size) ('T.CreateTruncating acc)

            o <- o + step

    static member Prepare (l: Lines) (reverse: bool) : Kernel =
        let size = int64 sizeof<'T>
        let start = if reverse then (l.N - 1L) * l.Inner else 0L
        let step = nativeint ((if reverse then -l.Inner else l.Inner) * size)
        // Lines side by side are worked on together, a few cache lines at a time.
        let block = 64L
        let blocks = (l.Inner + block - 1L) / block

        Kernel(fun ins outs ->
            let x, y = ins[0], outs[0]

            if l.N > 0L then
                Parallel.run
                    (l.Outer * blocks)
                    (max 1L (grain / (l.N * min block (max 1L l.Inner))))
                    (Action<int64, int64>(fun from upTo ->
                        use accs = new Temporary(block * int64 sizeof<'A>)

                        for i in from .. upTo - 1L do
                            let column = i % blocks * block
                            let o = nativeint ((i / blocks * l.N * l.Inner + column + start) * size)

                            if l.Inner = 1L then
                                Scanning<'T, 'A, 'Op>.Line(x + o, y + o, l.N, step)
                            else
                                let width = min block (l.Inner - column)
                                Scanning<'T, 'A, 'Op>.Columns(x + o, y + o, accs.Pointer, l.N, step, width))))

let private sums<'T, 'A when 'T: unmanaged and 'T :> INumberBase<'T> and 'A: unmanaged and 'A :> INumberBase<'A>>
    (op: ReduceOp)
    (l: Lines)
    (reverse: bool)
    : Kernel =
    match op with
    | ReduceOp.Sum -> Scanning<'T, 'A, SumS<'A>>.Prepare l reverse
    | _ -> Scanning<'T, 'A, ProdS<'A>>.Prepare l reverse

let private numbers<'T, 'A when 'T: unmanaged and 'T :> INumber<'T> and 'A: unmanaged and 'A :> INumberBase<'A>>
    (op: ReduceOp)
    (l: Lines)
    (reverse: bool)
    : Kernel =
    match op with
    | ReduceOp.Max -> Scanning<'T, 'T, MaxS<'T>>.Prepare l reverse
    | ReduceOp.Min -> Scanning<'T, 'T, MinS<'T>>.Prepare l reverse
    | _ -> sums<'T, 'A> op l reverse

/// Sums, products, maxima or minima of all elements up to each, or from each on. float32 is summed in doubles.
let rec cumulative (op: ReduceOp) (axis: int) (reverse: bool) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let l = lines axis inputs[0]
    let isSum = (op = ReduceOp.Sum || op = ReduceOp.Prod)

    match inputs[0].DType with
    | d when DType.isComplex d && not isSum ->
        Fail.unsupported $"cum{op}" $"{DType.name d} has no order" "Use the real part, or the absolute value."
    | DType.Bool
    | DType.UInt8 -> numbers<byte, byte> op l reverse
    | DType.UInt16 -> numbers<uint16, uint16> op l reverse
    | DType.UInt32 -> numbers<uint32, uint32> op l reverse
    | DType.UInt64 -> numbers<uint64, uint64> op l reverse
    | DType.Int8 -> numbers<sbyte, sbyte> op l reverse
    | DType.Int16 -> numbers<int16, int16> op l reverse
    | DType.Int32 -> numbers<int, int> op l reverse
    | DType.Int64 -> numbers<int64, int64> op l reverse
    | DType.Float32 -> numbers<float32, float> op l reverse
    | DType.Float64 -> numbers<float, float> op l reverse
    | DType.Complex128 -> sums<Complex, Complex> op l reverse
    | DType.Complex64 ->
        let wide = Array.map (fun (a: Aval) -> { a with DType = DType.Complex128 })
        let first = Convert.prepare inputs (wide inputs)
        let middle = cumulative op axis reverse (wide inputs) (wide outputs)
        let last = Convert.prepare (wide outputs) outputs

        Kernel(fun ins outs ->
            use a = new Temporary(inputs[0].Shape.Size * 16L)
            use b = new Temporary(inputs[0].Shape.Size * 16L)
            first.Invoke(ins, [| a.Pointer |])
            middle.Invoke([| a.Pointer |], [| b.Pointer |])
            last.Invoke([| b.Pointer |], outs))
    | _ -> Precision.viaSingle (cumulative op axis reverse) inputs outputs

[<AbstractClass; Sealed>]
type private Finding<'T, 'Op when 'T: unmanaged and 'T :> INumber<'T> and 'Op :> IScalar2<'T, bool>> private () =
    /// The position of the best of n elements; the first NaN is the best.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member Line(x: nativeint, n: int64) : int =
        let mutable best = load<'T> x
        let mutable at = 0L
        let mutable i = 1L

        while i < n && not ('T.IsNaN best) do
            let v = load<'T>(x + nativeint (i * int64 sizeof<'T>))

            if 'Op.Of(v, best) || 'T.IsNaN v then
                best <- v
                at <- i

            i <- i + 1L

        int at

    /// The same for `inner` columns of n rows, row by row.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member Columns(x: nativeint, y: nativeint, best: nativeint, n: int64, inner: int64) : unit =
        let size = nativeint sizeof<'T>
        copy x best (inner * int64 size)
        (span<int> y (int inner)).Clear()

        for j in 1L .. n - 1L do
            let row = x + nativeint (j * inner) * size

            for c in 0n .. nativeint inner - 1n do
                let v = load<'T>(row + c * size)
                let b = load<'T>(best + c * size)

                if 'Op.Of(v, b) || ('T.IsNaN v && not ('T.IsNaN b)) then
                    store (best + c * size) v
                    store (y + c * 4n) (int j)

    static member Prepare(l: Lines) : Kernel =
        let size = int64 sizeof<'T>
        let plane = l.N * l.Inner * size

        Kernel(fun ins outs ->
            let x, y = ins[0], outs[0]

            Parallel.run
                l.Outer
                (max 1L (grain / max 1L (l.N * l.Inner)))
                (Action<int64, int64>(fun from upTo ->
                    if l.Inner = 1L then
                        for o in from .. upTo - 1L do
                            store (y + nativeint (o * 4L)) (Finding<'T, 'Op>.Line(x + nativeint (o * plane), l.N))
                    else
                        use best = new Temporary(l.Inner * size)

                        for o in from .. upTo - 1L do
                            let row = y + nativeint (o * l.Inner * 4L)
                            Finding<'T, 'Op>.Columns(x + nativeint (o * plane), row, best.Pointer, l.N, l.Inner))))

let private find<'T when 'T: unmanaged and 'T :> INumber<'T>> (largest: bool) (l: Lines) : Kernel =
    if largest then
        Finding<'T, GreaterS<'T>>.Prepare l
    else
        Finding<'T, LessS<'T>>.Prepare l

/// The int32 position of the first largest, or smallest, element along an axis.
let rec argReduce (largest: bool) (axis: int) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let l = lines axis inputs[0]

    match inputs[0].DType with
    | DType.Bool
    | DType.UInt8 -> find<byte> largest l
    | DType.UInt16 -> find<uint16> largest l
    | DType.UInt32 -> find<uint32> largest l
    | DType.UInt64 -> find<uint64> largest l
    | DType.Int8 -> find<sbyte> largest l
    | DType.Int16 -> find<int16> largest l
    | DType.Int32 -> find<int> largest l
    | DType.Int64 -> find<int64> largest l
    | DType.Float32 -> find<float32> largest l
    | DType.Float64 -> find<float> largest l
    | _ -> Precision.viaSingle (argReduce largest axis) inputs outputs
