/// Vectors of floats of every width behind one interface, so that a loop is written once: as a generic method over
/// structs it is compiled for each vector type, and the calls below become single instructions.
namespace Keras.FSharp.Backends

#nowarn "3535" // static abstract members: meant here, see above
#nowarn "9" // addresses

open System
open System.Numerics
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
    static abstract Add: 'V * 'V -> 'V
    static abstract Mul: 'V * 'V -> 'V
    /// a · b + c.
    static abstract Fma: 'V * 'V * 'V -> 'V
    /// The larger; NaN where one is NaN.
    static abstract Max: 'V * 'V -> 'V
    /// A mask: true where x > best, or where x is NaN and best is not.
    static abstract Beats: x: 'V * best: 'V -> 'V
    /// A mask: true where both are equal.
    static abstract Same: 'V * 'V -> 'V
    /// `yes` where the mask is true, elsewhere `no`.
    static abstract Select: mask: 'V * yes: 'V * no: 'V -> 'V
    /// One in every lane.
    static abstract One: 'V
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
        static member Add(a, b) = Vector512.Add(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Mul(a: Vector512<float32>, b: Vector512<float32>) = Vector512.Multiply(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Fma(a, b, c) = Vector512.MultiplyAddEstimate(a, b, c)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Max(a, b) = Vector512.Max(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Beats(x, best) =
            Vector512.AndNot(Vector512.Equals(best, best), Vector512.LessThanOrEqual(x, best))

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Same(a, b) = Vector512.Equals(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Select(mask, yes, no) = Vector512.ConditionalSelect(mask, yes, no)

        static member One = Vector512<float32>.One

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
        static member Add(a, b) = Vector256.Add(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Mul(a: Vector256<float32>, b: Vector256<float32>) = Vector256.Multiply(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Fma(a, b, c) = Vector256.MultiplyAddEstimate(a, b, c)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Max(a, b) = Vector256.Max(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Beats(x, best) =
            Vector256.AndNot(Vector256.Equals(best, best), Vector256.LessThanOrEqual(x, best))

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Same(a, b) = Vector256.Equals(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Select(mask, yes, no) = Vector256.ConditionalSelect(mask, yes, no)

        static member One = Vector256<float32>.One

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
        static member Add(a, b) = Vector128.Add(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Mul(a: Vector128<float32>, b: Vector128<float32>) = Vector128.Multiply(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Fma(a, b, c) = Vector128.MultiplyAddEstimate(a, b, c)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Max(a, b) = Vector128.Max(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Beats(x, best) =
            Vector128.AndNot(Vector128.Equals(best, best), Vector128.LessThanOrEqual(x, best))

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Same(a, b) = Vector128.Equals(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Select(mask, yes, no) = Vector128.ConditionalSelect(mask, yes, no)

        static member One = Vector128<float32>.One

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
        static member Add(a, b) = Vector512.Add(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Mul(a: Vector512<float>, b: Vector512<float>) = Vector512.Multiply(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Fma(a, b, c) = Vector512.MultiplyAddEstimate(a, b, c)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Max(a, b) = Vector512.Max(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Beats(x, best) =
            Vector512.AndNot(Vector512.Equals(best, best), Vector512.LessThanOrEqual(x, best))

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Same(a, b) = Vector512.Equals(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Select(mask, yes, no) = Vector512.ConditionalSelect(mask, yes, no)

        static member One = Vector512<float>.One

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
        static member Add(a, b) = Vector256.Add(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Mul(a: Vector256<float>, b: Vector256<float>) = Vector256.Multiply(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Fma(a, b, c) = Vector256.MultiplyAddEstimate(a, b, c)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Max(a, b) = Vector256.Max(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Beats(x, best) =
            Vector256.AndNot(Vector256.Equals(best, best), Vector256.LessThanOrEqual(x, best))

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Same(a, b) = Vector256.Equals(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Select(mask, yes, no) = Vector256.ConditionalSelect(mask, yes, no)

        static member One = Vector256<float>.One

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
        static member Add(a, b) = Vector128.Add(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Mul(a: Vector128<float>, b: Vector128<float>) = Vector128.Multiply(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Fma(a, b, c) = Vector128.MultiplyAddEstimate(a, b, c)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Max(a, b) = Vector128.Max(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Beats(x, best) =
            Vector128.AndNot(Vector128.Equals(best, best), Vector128.LessThanOrEqual(x, best))

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Same(a, b) = Vector128.Equals(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Select(mask, yes, no) = Vector128.ConditionalSelect(mask, yes, no)

        static member One = Vector128<float>.One

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
        static member Add(a, b) = a + b

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Mul(a: float32, b: float32) = a * b

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Fma(a, b, c) = MathF.FusedMultiplyAdd(a, b, c)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Max(a, b) = Math.Max(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Beats(x: float32, best: float32) = if not (x <= best) && best = best then 1.0f else 0.0f

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Same(a: float32, b: float32) = if a = b then 1.0f else 0.0f

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Select(mask: float32, yes, no) = if mask <> 0.0f then yes else no

        static member One = 1.0f

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
        static member Add(a, b) = a + b

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Mul(a: float, b: float) = a * b

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Fma(a, b, c) = Math.FusedMultiplyAdd(a, b, c)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Max(a, b) = Math.Max(a, b)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Beats(x: float, best: float) = if not (x <= best) && best = best then 1.0 else 0.0

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Same(a: float, b: float) = if a = b then 1.0 else 0.0

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Select(mask: float, yes, no) = if mask <> 0.0 then yes else no

        static member One = 1.0

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Sum v = v

        static member Lowest = Double.NegativeInfinity

/// One element of any ordered number type.
[<Struct>]
type internal Numberx1<'T when 'T: unmanaged and 'T: equality and 'T :> INumber<'T> and 'T :> IMinMaxValue<'T>> =
    interface IVector<'T, 'T> with
        static member Count = 1
        static member Zero = 'T.Zero
        static member Load p = NativePtr.read (NativePtr.ofNativeInt<'T> p)
        static member Store(v, p) = NativePtr.write (NativePtr.ofNativeInt<'T> p) v
        static member Splat p = NativePtr.read (NativePtr.ofNativeInt<'T> p)
        static member Add(a: 'T, b: 'T) : 'T = 'T.op_Addition (a, b)
        static member Mul(a: 'T, b: 'T) : 'T = 'T.op_Multiply (a, b)
        static member Fma(a: 'T, b: 'T, c: 'T) : 'T = 'T.op_Addition ('T.op_Multiply (a, b), c)
        static member Max(a, b) = 'T.Max(a, b)
        static member Beats(x: 'T, best: 'T) = if 'T.op_GreaterThan (x, best) then 'T.One else 'T.Zero
        static member Same(a: 'T, b: 'T) = if 'T.op_Equality (a, b) then 'T.One else 'T.Zero
        static member Select(mask: 'T, yes, no) = if 'T.IsZero mask then no else yes
        static member One = 'T.One
        static member Sum v = v
        static member Lowest = 'T.MinValue
