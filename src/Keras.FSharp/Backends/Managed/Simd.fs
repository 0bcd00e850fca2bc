/// Vectors of floats of every width behind one interface, so that a loop is written once: as a generic method over
/// structs it is compiled for each vector type, and the calls below become single instructions.
namespace Keras.FSharp.Backends

#nowarn "3535" // static abstract members: meant here, see above
#nowarn "9" // addresses

open System
open System.Runtime.CompilerServices
open System.Runtime.Intrinsics
open Microsoft.FSharp.NativeInterop

/// Operations on a vector 'V of elements 'T at addresses.
type internal IVector<'T, 'V when 'T: unmanaged> =
    /// How many elements a vector has.
    static abstract Count: int
    static abstract Zero: 'V
    static abstract Load: nativeint -> 'V
    static abstract Store: 'V * nativeint -> unit
    /// The element at the address in every lane.
    static abstract Splat: nativeint -> 'V
    /// The value in every lane.
    static abstract Of: 'T -> 'V
    static abstract Add: 'V * 'V -> 'V
    static abstract Mul: 'V * 'V -> 'V
    /// a · b + c.
    static abstract Fma: 'V * 'V * 'V -> 'V
    /// The larger; NaN where one is NaN.
    static abstract Max: 'V * 'V -> 'V
    /// `yes` where a > b or a is NaN, elsewhere `no`.
    static abstract WhereBeats: a: 'V * b: 'V * yes: 'V * no: 'V -> 'V
    /// `yes` where a and b are equal or both NaN, elsewhere `no`.
    static abstract WhereSame: a: 'V * b: 'V * yes: 'V * no: 'V -> 'V
    static abstract Sum: 'V -> 'T
    /// The lowest value.
    static abstract Lowest: 'V

/// 16 of float32.
[<Struct>]
type internal F32x16 =
    interface IVector<float32, Vector512<float32>> with
        static member Count = 16
        static member Zero = Vector512<float32>.Zero

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Load p = Vector512.Load(NativePtr.ofNativeInt<float32> p)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Store(v, p) = Vector512.Store(v, NativePtr.ofNativeInt<float32> p)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Splat p = Vector512.Create(NativePtr.read (NativePtr.ofNativeInt<float32> p))

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x = Vector512.Create(x: float32)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Add(a, b) = Vector512.Add(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Mul(a: Vector512<float32>, b: Vector512<float32>) = Vector512.Multiply(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Fma(a, b, c) = Vector512.MultiplyAddEstimate(a, b, c)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Max(a, b) = Vector512.Max(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member WhereBeats(a, b, yes, no) =
            let notNumber = Vector512.OnesComplement(Vector512.Equals(a, a))
            Vector512.ConditionalSelect(Vector512.BitwiseOr(Vector512.GreaterThan(a, b), notNumber), yes, no)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member WhereSame(a, b, yes, no) =
            let bothNaN =
                Vector512.OnesComplement(Vector512.BitwiseOr(Vector512.Equals(a, a), Vector512.Equals(b, b)))

            Vector512.ConditionalSelect(Vector512.BitwiseOr(Vector512.Equals(a, b), bothNaN), yes, no)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Sum v = Vector512.Sum v

        static member Lowest = Vector512.Create(Single.NegativeInfinity)

/// 8 of float32.
[<Struct>]
type internal F32x8 =
    interface IVector<float32, Vector256<float32>> with
        static member Count = 8
        static member Zero = Vector256<float32>.Zero

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Load p = Vector256.Load(NativePtr.ofNativeInt<float32> p)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Store(v, p) = Vector256.Store(v, NativePtr.ofNativeInt<float32> p)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Splat p = Vector256.Create(NativePtr.read (NativePtr.ofNativeInt<float32> p))

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x = Vector256.Create(x: float32)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Add(a, b) = Vector256.Add(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Mul(a: Vector256<float32>, b: Vector256<float32>) = Vector256.Multiply(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Fma(a, b, c) = Vector256.MultiplyAddEstimate(a, b, c)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Max(a, b) = Vector256.Max(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member WhereBeats(a, b, yes, no) =
            let notNumber = Vector256.OnesComplement(Vector256.Equals(a, a))
            Vector256.ConditionalSelect(Vector256.BitwiseOr(Vector256.GreaterThan(a, b), notNumber), yes, no)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member WhereSame(a, b, yes, no) =
            let bothNaN =
                Vector256.OnesComplement(Vector256.BitwiseOr(Vector256.Equals(a, a), Vector256.Equals(b, b)))

            Vector256.ConditionalSelect(Vector256.BitwiseOr(Vector256.Equals(a, b), bothNaN), yes, no)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Sum v = Vector256.Sum v

        static member Lowest = Vector256.Create(Single.NegativeInfinity)

/// 4 of float32.
[<Struct>]
type internal F32x4 =
    interface IVector<float32, Vector128<float32>> with
        static member Count = 4
        static member Zero = Vector128<float32>.Zero

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Load p = Vector128.Load(NativePtr.ofNativeInt<float32> p)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Store(v, p) = Vector128.Store(v, NativePtr.ofNativeInt<float32> p)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Splat p = Vector128.Create(NativePtr.read (NativePtr.ofNativeInt<float32> p))

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x = Vector128.Create(x: float32)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Add(a, b) = Vector128.Add(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Mul(a: Vector128<float32>, b: Vector128<float32>) = Vector128.Multiply(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Fma(a, b, c) = Vector128.MultiplyAddEstimate(a, b, c)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Max(a, b) = Vector128.Max(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member WhereBeats(a, b, yes, no) =
            let notNumber = Vector128.OnesComplement(Vector128.Equals(a, a))
            Vector128.ConditionalSelect(Vector128.BitwiseOr(Vector128.GreaterThan(a, b), notNumber), yes, no)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member WhereSame(a, b, yes, no) =
            let bothNaN =
                Vector128.OnesComplement(Vector128.BitwiseOr(Vector128.Equals(a, a), Vector128.Equals(b, b)))

            Vector128.ConditionalSelect(Vector128.BitwiseOr(Vector128.Equals(a, b), bothNaN), yes, no)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Sum v = Vector128.Sum v

        static member Lowest = Vector128.Create(Single.NegativeInfinity)

/// 8 of float64.
[<Struct>]
type internal F64x8 =
    interface IVector<float, Vector512<float>> with
        static member Count = 8
        static member Zero = Vector512<float>.Zero

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Load p = Vector512.Load(NativePtr.ofNativeInt<float> p)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Store(v, p) = Vector512.Store(v, NativePtr.ofNativeInt<float> p)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Splat p = Vector512.Create(NativePtr.read (NativePtr.ofNativeInt<float> p))

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x = Vector512.Create(x: float)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Add(a, b) = Vector512.Add(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Mul(a: Vector512<float>, b: Vector512<float>) = Vector512.Multiply(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Fma(a, b, c) = Vector512.MultiplyAddEstimate(a, b, c)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Max(a, b) = Vector512.Max(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member WhereBeats(a, b, yes, no) =
            let notNumber = Vector512.OnesComplement(Vector512.Equals(a, a))
            Vector512.ConditionalSelect(Vector512.BitwiseOr(Vector512.GreaterThan(a, b), notNumber), yes, no)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member WhereSame(a, b, yes, no) =
            let bothNaN =
                Vector512.OnesComplement(Vector512.BitwiseOr(Vector512.Equals(a, a), Vector512.Equals(b, b)))

            Vector512.ConditionalSelect(Vector512.BitwiseOr(Vector512.Equals(a, b), bothNaN), yes, no)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Sum v = Vector512.Sum v

        static member Lowest = Vector512.Create(Double.NegativeInfinity)

/// 4 of float64.
[<Struct>]
type internal F64x4 =
    interface IVector<float, Vector256<float>> with
        static member Count = 4
        static member Zero = Vector256<float>.Zero

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Load p = Vector256.Load(NativePtr.ofNativeInt<float> p)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Store(v, p) = Vector256.Store(v, NativePtr.ofNativeInt<float> p)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Splat p = Vector256.Create(NativePtr.read (NativePtr.ofNativeInt<float> p))

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x = Vector256.Create(x: float)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Add(a, b) = Vector256.Add(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Mul(a: Vector256<float>, b: Vector256<float>) = Vector256.Multiply(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Fma(a, b, c) = Vector256.MultiplyAddEstimate(a, b, c)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Max(a, b) = Vector256.Max(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member WhereBeats(a, b, yes, no) =
            let notNumber = Vector256.OnesComplement(Vector256.Equals(a, a))
            Vector256.ConditionalSelect(Vector256.BitwiseOr(Vector256.GreaterThan(a, b), notNumber), yes, no)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member WhereSame(a, b, yes, no) =
            let bothNaN =
                Vector256.OnesComplement(Vector256.BitwiseOr(Vector256.Equals(a, a), Vector256.Equals(b, b)))

            Vector256.ConditionalSelect(Vector256.BitwiseOr(Vector256.Equals(a, b), bothNaN), yes, no)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Sum v = Vector256.Sum v

        static member Lowest = Vector256.Create(Double.NegativeInfinity)

/// 2 of float64.
[<Struct>]
type internal F64x2 =
    interface IVector<float, Vector128<float>> with
        static member Count = 2
        static member Zero = Vector128<float>.Zero

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Load p = Vector128.Load(NativePtr.ofNativeInt<float> p)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Store(v, p) = Vector128.Store(v, NativePtr.ofNativeInt<float> p)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Splat p = Vector128.Create(NativePtr.read (NativePtr.ofNativeInt<float> p))

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x = Vector128.Create(x: float)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Add(a, b) = Vector128.Add(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Mul(a: Vector128<float>, b: Vector128<float>) = Vector128.Multiply(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Fma(a, b, c) = Vector128.MultiplyAddEstimate(a, b, c)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Max(a, b) = Vector128.Max(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member WhereBeats(a, b, yes, no) =
            let notNumber = Vector128.OnesComplement(Vector128.Equals(a, a))
            Vector128.ConditionalSelect(Vector128.BitwiseOr(Vector128.GreaterThan(a, b), notNumber), yes, no)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member WhereSame(a, b, yes, no) =
            let bothNaN =
                Vector128.OnesComplement(Vector128.BitwiseOr(Vector128.Equals(a, a), Vector128.Equals(b, b)))

            Vector128.ConditionalSelect(Vector128.BitwiseOr(Vector128.Equals(a, b), bothNaN), yes, no)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Sum v = Vector128.Sum v

        static member Lowest = Vector128.Create(Double.NegativeInfinity)

/// One float32: for what is left over at the end of a row.
[<Struct>]
type internal F32x1 =
    interface IVector<float32, float32> with
        static member Count = 1
        static member Zero = 0.0f

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Load p = NativePtr.read (NativePtr.ofNativeInt<float32> p)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Store(v, p) = NativePtr.write (NativePtr.ofNativeInt<float32> p) v

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Splat p = NativePtr.read (NativePtr.ofNativeInt<float32> p)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x = x

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Add(a, b) = a + b

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Mul(a: float32, b: float32) = a * b

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Fma(a, b, c) = MathF.FusedMultiplyAdd(a, b, c)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Max(a, b) = Math.Max(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member WhereBeats(a: float32, b, yes, no) = if a > b || a <> a then yes else no

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member WhereSame(a: float32, b: float32, yes, no) = if a = b || (a <> a && b <> b) then yes else no

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Sum v = v

        static member Lowest = Single.NegativeInfinity

/// One float64: for what is left over at the end of a row.
[<Struct>]
type internal F64x1 =
    interface IVector<float, float> with
        static member Count = 1
        static member Zero = 0.0

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Load p = NativePtr.read (NativePtr.ofNativeInt<float> p)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Store(v, p) = NativePtr.write (NativePtr.ofNativeInt<float> p) v

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Splat p = NativePtr.read (NativePtr.ofNativeInt<float> p)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x = x

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Add(a, b) = a + b

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Mul(a: float, b: float) = a * b

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Fma(a, b, c) = Math.FusedMultiplyAdd(a, b, c)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Max(a, b) = Math.Max(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member WhereBeats(a: float, b, yes, no) = if a > b || a <> a then yes else no

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member WhereSame(a: float, b: float, yes, no) = if a = b || (a <> a && b <> b) then yes else no

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Sum v = v

        static member Lowest = Double.NegativeInfinity
