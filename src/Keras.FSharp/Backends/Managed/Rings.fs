/// Arithmetic of element types without a SIMD kernel of their own, behind one interface: integers, bool and complex
/// numbers in products, convolutions and window sums.
namespace Keras.FSharp.Backends

#nowarn "3535"
#nowarn "9"

open System
open System.Numerics
open System.Runtime.CompilerServices
open System.Runtime.InteropServices
open Keras.FSharp
open Microsoft.FSharp.NativeInterop

/// Sums and products of elements 'T.
type internal IRing<'T when 'T: unmanaged> =
    static abstract Zero: 'T
    static abstract Add: 'T * 'T -> 'T
    /// a · b + c.
    static abstract MulAdd: a: 'T * b: 'T * c: 'T -> 'T

/// The arithmetic of a .NET number; integers wrap around.
[<Struct>]
type internal NumberRing<'T when 'T: unmanaged and 'T :> INumberBase<'T>> =
    interface IRing<'T> with
        static member Zero = 'T.Zero

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Add(a: 'T, b: 'T) : 'T = 'T.op_Addition (a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member MulAdd(a: 'T, b: 'T, c: 'T) : 'T = 'T.op_Addition ('T.op_Multiply (a, b), c)

/// Bool: a sum is "or", a product "and".
[<Struct>]
type internal BoolRing =
    interface IRing<byte> with
        static member Zero = 0uy

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Add(a, b) = a ||| b

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member MulAdd(a, b, c) = (a &&& b) ||| c

/// An element of complex64.
[<Struct; StructLayout(LayoutKind.Sequential)>]
type internal Complex64 = {
    Re: float32
    Im: float32
} with

    static member OfComplex(c: Complex) : Complex64 = { Re = float32 c.Real; Im = float32 c.Imaginary }

    member c.ToComplex() = Complex(float c.Re, float c.Im)

/// complex64; a product is computed in single precision.
[<Struct>]
type internal Complex64Ring =
    interface IRing<Complex64> with
        static member Zero = { Re = 0.0f; Im = 0.0f }

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Add(a, b) = { Re = a.Re + b.Re; Im = a.Im + b.Im }

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member MulAdd(a, b, c) = {
            Re = a.Re * b.Re - a.Im * b.Im + c.Re
            Im = a.Re * b.Im + a.Im * b.Re + c.Im
        }

/// What is done for one element type, chosen at run time.
type internal RingUse<'R> =
    /// Runs for elements 'T with arithmetic 'Q.
    abstract Use<'T, 'Q when 'T: unmanaged and 'Q: struct and 'Q :> IRing<'T>> : unit -> 'R

/// Finds the arithmetic of an element type.
[<RequireQualifiedAccess>]
module internal Ring =
    /// Applies `f` to the arithmetic of `dtype`; float16 and bfloat16 have none (see Narrow).
    let apply (where: string) (dtype: DType) (f: RingUse<'R>) : 'R =
        match dtype with
        | DType.Bool -> f.Use<byte, BoolRing>()
        | DType.UInt8 -> f.Use<byte, NumberRing<byte>>()
        | DType.UInt16 -> f.Use<uint16, NumberRing<uint16>>()
        | DType.UInt32 -> f.Use<uint32, NumberRing<uint32>>()
        | DType.UInt64 -> f.Use<uint64, NumberRing<uint64>>()
        | DType.Int8 -> f.Use<sbyte, NumberRing<sbyte>>()
        | DType.Int16 -> f.Use<int16, NumberRing<int16>>()
        | DType.Int32 -> f.Use<int, NumberRing<int>>()
        | DType.Int64 -> f.Use<int64, NumberRing<int64>>()
        | DType.Float32 -> f.Use<float32, NumberRing<float32>>()
        | DType.Float64 -> f.Use<float, NumberRing<float>>()
        | DType.Complex64 -> f.Use<Complex64, Complex64Ring>()
        | DType.Complex128 -> f.Use<Complex, NumberRing<Complex>>()
        | _ -> Fail.unsupported where $"{DType.name dtype} has no arithmetic here" ""

/// Runs kernels of float16 and bfloat16 in float32.
[<RequireQualifiedAccess>]
module internal Narrow =
    /// True for the types that are computed in float32.
    let isNarrow (d: DType) = d = DType.Float16 || d = DType.BFloat16

    let private widen (d: DType) (from: nativeint) (target: nativeint) (count: int) =
        let out = Span<float32>(target.ToPointer(), count)

        if d = DType.Float16 then
            Tensors.TensorPrimitives.ConvertToSingle(ReadOnlySpan<Half>(from.ToPointer(), count), out)
        else
            let bits = ReadOnlySpan<uint16>(from.ToPointer(), count)

            for i in 0 .. count - 1 do
                out[i] <- BitConverter.UInt32BitsToSingle(uint32 bits[i] <<< 16)

    let private narrow (d: DType) (from: nativeint) (target: nativeint) (count: int) =
        let values = ReadOnlySpan<float32>(from.ToPointer(), count)

        if d = DType.Float16 then
            Tensors.TensorPrimitives.ConvertToHalf(values, Span<Half>(target.ToPointer(), count))
        else
            let bits = Span<uint16>(target.ToPointer(), count)

            for i in 0 .. count - 1 do
                let x = values[i]
                let u = BitConverter.SingleToUInt32Bits x
                // To the nearest, halves to even; NaN stays NaN.
                bits[i] <-
                    if Single.IsNaN x then
                        uint16 (u >>> 16) ||| 0x40us
                    else
                        uint16 ((u + 0x7fffu + ((u >>> 16) &&& 1u)) >>> 16)

    /// The kernel that `prepare` makes for float32 in place of the narrow types, between conversions.
    let wrap (prepare: Aval[] -> Aval[] -> Kernel) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
        let wide (a: Aval) = if isNarrow a.DType then { a with DType = DType.Float32 } else a

        let inner = prepare (Array.map wide inputs) (Array.map wide outputs)
        let align (n: int64) = (n + 63L) / 64L * 64L
        let room (a: Aval) = if isNarrow a.DType then align (4L * int64 a.Size) else 0L
        let total = Array.sumBy room inputs + Array.sumBy room outputs
        let spare = Collections.Concurrent.ConcurrentBag<ScratchBuffer>()

        Kernel(fun ins outs ->
            let buffer =
                match spare.TryTake() with
                | true, b -> b
                | _ -> ScratchBuffer total

            let mutable at = buffer.Address

            let place (avals: Aval[]) (given: nativeint[]) =
                Array.map2
                    (fun (a: Aval) p ->
                        if isNarrow a.DType then
                            let here = at
                            at <- at + nativeint (room a)
                            here
                        else
                            p)
                    avals
                    given

            let wideIns = place inputs ins
            let wideOuts = place outputs outs

            for i in 0 .. inputs.Length - 1 do
                if isNarrow inputs[i].DType then
                    widen inputs[i].DType ins[i] wideIns[i] inputs[i].Size

            inner.Invoke(wideIns, wideOuts)

            for i in 0 .. outputs.Length - 1 do
                if isNarrow outputs[i].DType then
                    narrow outputs[i].DType wideOuts[i] outs[i] outputs[i].Size

            spare.Add buffer)
