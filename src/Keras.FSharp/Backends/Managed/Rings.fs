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
