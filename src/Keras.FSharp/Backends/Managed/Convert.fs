/// Conversions between element types. Floats become integers by truncation and saturate, NaN becomes 0; integers wrap
/// around; anything but zero is true; a complex number loses its imaginary part.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Convert

#nowarn "3535"
#nowarn "3536"

open System
open System.Numerics
open System.Numerics.Tensors
open Keras.FSharp

let private grain = 32768L

let private loop<'A, 'B
    when 'A: unmanaged and 'A: equality and 'B: unmanaged and 'A :> INumberBase<'A> and 'B :> INumberBase<'B>>
    (isSaturating: bool)
    : Loop1 =
    if isSaturating then
        Loop1(fun x y n ->
            TensorPrimitives.ConvertSaturating<'A, 'B>(Span.op_Implicit (span<'A> x (int n)), span<'B> y (int n)))
    else
        Loop1(fun x y n ->
            TensorPrimitives.ConvertTruncating<'A, 'B>(Span.op_Implicit (span<'A> x (int n)), span<'B> y (int n)))

let private truth<'A when 'A: unmanaged and 'A :> INumberBase<'A>> () : Loop1 =
    Loop1(fun x y n -> Loops.Scalar1<'A, bool, TruthS<'A>>(x, y, n))

/// From a real type to the others that are computed as themselves.
let private from<'A when 'A: unmanaged and 'A: equality and 'A :> INumberBase<'A>>
    (isSaturating: bool)
    (target: DType)
    : Loop1 voption =
    match target with
    | DType.Bool -> ValueSome(truth<'A>())
    | DType.UInt8 -> ValueSome(loop<'A, byte> isSaturating)
    | DType.UInt16 -> ValueSome(loop<'A, uint16> isSaturating)
    | DType.UInt32 -> ValueSome(loop<'A, uint32> isSaturating)
    | DType.UInt64 -> ValueSome(loop<'A, uint64> isSaturating)
    | DType.Int8 -> ValueSome(loop<'A, sbyte> isSaturating)
    | DType.Int16 -> ValueSome(loop<'A, int16> isSaturating)
    | DType.Int32 -> ValueSome(loop<'A, int> isSaturating)
    | DType.Int64 -> ValueSome(loop<'A, int64> isSaturating)
    | DType.Float16 -> ValueSome(loop<'A, Half> isSaturating)
    | DType.Float32 -> ValueSome(loop<'A, float32> isSaturating)
    | DType.Float64 -> ValueSome(loop<'A, float> isSaturating)
    | _ -> ValueNone

let private realLoop (source: DType) (target: DType) : Loop1 voption =
    match source with
    | DType.Bool
    | DType.UInt8 -> from<byte> false target
    | DType.UInt16 -> from<uint16> false target
    | DType.UInt32 -> from<uint32> false target
    | DType.UInt64 -> from<uint64> false target
    | DType.Int8 -> from<sbyte> false target
    | DType.Int16 -> from<int16> false target
    | DType.Int32 -> from<int> false target
    | DType.Int64 -> from<int64> false target
    | DType.Float16 -> from<Half> true target
    | DType.Float32 -> from<float32> true target
    | DType.Float64 -> from<float> true target
    | _ -> ValueNone

/// One conversion after the other, some elements at a time.
let private chain (middle: DType) (first: Loop1) (sourceSize: int) (second: Loop1) (targetSize: int) : Loop1 =
    let tile = 512n

    Loop1(fun x y n ->
        use scratch = new Temporary(int64 tile * int64 (DType.size middle))
        let mutable i = 0n

        while i < n do
            let count = min tile (n - i)
            first.Invoke(x + i * nativeint sourceSize, scratch.Pointer, count)
            second.Invoke(scratch.Pointer, y + i * nativeint targetSize, count)
            i <- i + tile)

let private roundOdd (x: float) : float32 =
    // To odd, so that rounding once more, to bfloat16, is as if there had been one rounding.
    let near = float32 x

    if float near = x || Double.IsNaN x || Single.IsInfinity near then
        near
    else
        let toward =
            if abs (float near) > abs x then
                BitConverter.SingleToUInt32Bits near - 1u
            else
                BitConverter.SingleToUInt32Bits near

        BitConverter.UInt32BitsToSingle(toward ||| 1u)

let private complexOf (d: DType) : Loop1 =
    match d with
    | DType.Complex64 -> Loops.Func1<float, Complex64>(Func<_, _>(fun x -> { Re = float32 x; Im = 0.0f }))
    | _ -> Loops.Func1<float, Complex>(Func<_, _>(fun x -> Complex(x, 0.0)))

let rec private loopOf (source: DType) (target: DType) : Loop1 =
    let via middle = chain middle (loopOf source middle) (DType.size source) (loopOf middle target) (DType.size target)

    match source, target with
    | s, t when s = t ->
        let size = int64 (DType.size s)
        Loop1(fun x y n -> copy x y (int64 n * size))
    | DType.BFloat16, DType.Float32 -> Loop1(fun x y n -> Precision.toSingle DType.BFloat16 x y n)
    | DType.Float32, DType.BFloat16 -> Loop1(fun x y n -> Precision.ofSingle DType.BFloat16 x y n)
    | DType.BFloat16, _ -> via DType.Float32
    | DType.Float64, DType.BFloat16 ->
        Loops.Func1<float, uint16>(Func<_, _>(fun x -> Precision.narrowBFloat16 (roundOdd x)))
    | (DType.Int32 | DType.Int64 | DType.UInt32 | DType.UInt64), DType.BFloat16 -> via DType.Float64
    | (DType.Complex64 | DType.Complex128), DType.Bool ->
        if source = DType.Complex64 then
            Loops.Func1<Complex64, bool>(Func<_, _>(fun (x: Complex64) -> x.Re <> 0.0f || x.Im <> 0.0f))
        else
            Loops.Func1<Complex, bool>(Func<_, _>(fun x -> x <> Complex.Zero))
    | DType.Complex64, DType.Complex128 ->
        Loops.Func1<Complex64, Complex>(Func<_, _>(fun (x: Complex64) -> x.ToComplex()))
    | DType.Complex128, DType.Complex64 -> Loops.Func1<Complex, Complex64>(Func<_, _> Complex64.OfComplex)
    | DType.Complex64, DType.Float32 -> Loops.Func1<Complex64, float32>(Func<_, _>(fun (x: Complex64) -> x.Re))
    | DType.Complex128, DType.Float64 -> Loops.Func1<Complex, float>(Func<_, _>(fun (x: Complex) -> x.Real))
    | DType.Complex64, _ -> via DType.Float32
    | DType.Complex128, _ -> via DType.Float64
    | DType.Float64, (DType.Complex64 | DType.Complex128) -> complexOf target
    | _, (DType.Complex64 | DType.Complex128) -> via DType.Float64
    | _ ->
        match realLoop source target with
        | ValueSome loop -> loop
        | ValueNone -> via DType.Float32

/// To another element type.
let prepare (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    Elements.kernel1 (loopOf inputs[0].DType outputs[0].DType) grain inputs[0] outputs[0]
