/// Vector operations: arithmetic for all element types, and the elementary functions of float32 and float64, written
/// once for both. Errors are within a few units in the last place. All is inlined into the loops, which are compiled
/// with full optimisation at their first use; a call would run unoptimised code for the first while.
namespace Keras.FSharp.Backends

#nowarn "3535"
#nowarn "3536"

open System.Numerics
open System.Runtime.CompilerServices

// Arithmetic. Integers wrap around.

[<Struct>]
type internal AddV<'T> =
    interface IVector2<'T> with
        static member Of(a, b) = Vector.Add(a, b)

[<Struct>]
type internal SubV<'T> =
    interface IVector2<'T> with
        static member Of(a, b) = Vector.Subtract(a, b)

[<Struct>]
type internal MulV<'T> =
    interface IVector2<'T> with
        static member Of(a, b) = Vector.Multiply(a, b)

/// For floats; integers divide one by one, because zero needs care.
[<Struct>]
type internal DivV<'T> =
    interface IVector2<'T> with
        static member Of(a, b) = Vector.Divide(a, b)

/// NaN wins.
[<Struct>]
type internal MaxV<'T> =
    interface IVector2<'T> with
        static member Of(a, b) = Vector.Max(a, b)

/// NaN wins.
[<Struct>]
type internal MinV<'T> =
    interface IVector2<'T> with
        static member Of(a, b) = Vector.Min(a, b)

[<Struct>]
type internal AndV<'T> =
    interface IVector2<'T> with
        static member Of(a, b) = Vector.BitwiseAnd(a, b)

[<Struct>]
type internal OrV<'T> =
    interface IVector2<'T> with
        static member Of(a, b) = Vector.BitwiseOr(a, b)

[<Struct>]
type internal XorV<'T> =
    interface IVector2<'T> with
        static member Of(a, b) = Vector.Xor(a, b)

[<Struct>]
type internal NegV<'T> =
    interface IVector1<'T> with
        static member Of x = Vector.Negate x

/// The smallest integer is its own modulus.
[<Struct>]
type internal AbsV<'T> =
    interface IVector1<'T> with
        static member Of x = Vector.Abs x

[<Struct>]
type internal NotV<'T> =
    interface IVector1<'T> with
        static member Of x = Vector.OnesComplement x

/// -1, 0 or 1; NaN and the signed zeros stay.
[<Struct>]
type internal SignV<'T> =
    interface IVector1<'T> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x =
            let one = Vector<'T>.One
            let zero = Vector<'T>.Zero
            let positive = Vector.ConditionalSelect(Vector.GreaterThan(x, zero), one, x)
            Vector.ConditionalSelect(Vector.LessThan(x, zero), Vector.Negate one, positive)

/// min(max(x, low), high).
[<Struct>]
type internal ClampV<'T> =
    interface IVector3<'T> with
        static member Of(low, x, high) = Vector.Min(Vector.Max(x, low), high)

/// What float32 and float64 have each of its own.
type internal IFloatVector<'T> =
    static abstract Constant: float -> Vector<'T>
    static abstract Floor: Vector<'T> -> Vector<'T>
    static abstract Ceiling: Vector<'T> -> Vector<'T>
    static abstract Round: Vector<'T> -> Vector<'T>
    static abstract Truncate: Vector<'T> -> Vector<'T>
    static abstract Exp: Vector<'T> -> Vector<'T>
    static abstract Log: Vector<'T> -> Vector<'T>
    static abstract Sin: Vector<'T> -> Vector<'T>
    static abstract Cos: Vector<'T> -> Vector<'T>
    /// tanh(x) / x - 1 for |x| < 0.625: a polynomial in x², interpolated at Chebyshev nodes.
    static abstract TanhNear: Vector<'T> -> Vector<'T>

[<Struct>]
type internal Float32Vector =
    interface IFloatVector<float32> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Constant c = Vector<float32>(float32 c)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Floor x = Vector.Floor x

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Ceiling x = Vector.Ceiling x

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Round x = Vector.Round x

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Truncate x = Vector.Truncate x

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Exp x = ExpLog.exp32 x

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Log x = ExpLog.log32 x

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Sin x = Vector.Sin x

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Cos x = Vector.Cos x

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member TanhNear x =
            let z = x * x
            let p = Vector<float32> -6.0946414e-3f
            let p = Vector.MultiplyAddEstimate(p, z, Vector<float32> 2.09957539e-2f)
            let p = Vector.MultiplyAddEstimate(p, z, Vector<float32> -5.38506091e-2f)
            let p = Vector.MultiplyAddEstimate(p, z, Vector<float32> 1.33327678e-1f)
            let p = Vector.MultiplyAddEstimate(p, z, Vector<float32> -3.33333289e-1f)
            p * z

[<Struct>]
type internal Float64Vector =
    interface IFloatVector<float> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Constant c = Vector<float> c

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Floor x = Vector.Floor x

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Ceiling x = Vector.Ceiling x

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Round x = Vector.Round x

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Truncate x = Vector.Truncate x

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Exp x = ExpLog.exp64 x

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Log x = ExpLog.log64 x

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Sin x = Vector.Sin x

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Cos x = Vector.Cos x

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member TanhNear x =
            let z = x * x
            let p = Vector<float> 6.479872918935931e-06
            let p = Vector.MultiplyAddEstimate(p, z, Vector<float> -3.1190227437781334e-05)
            let p = Vector.MultiplyAddEstimate(p, z, Vector<float> 9.256153036513397e-05)
            let p = Vector.MultiplyAddEstimate(p, z, Vector<float> -0.00023758584039789855)
            let p = Vector.MultiplyAddEstimate(p, z, Vector<float> 0.0005896591704307968)
            let p = Vector.MultiplyAddEstimate(p, z, Vector<float> -0.0014557751173983784)
            let p = Vector.MultiplyAddEstimate(p, z, Vector<float> 0.0035921217137875544)
            let p = Vector.MultiplyAddEstimate(p, z, Vector<float> -0.008863235100297065)
            let p = Vector.MultiplyAddEstimate(p, z, Vector<float> 0.021869488518873555)
            let p = Vector.MultiplyAddEstimate(p, z, Vector<float> -0.05396825396789384)
            let p = Vector.MultiplyAddEstimate(p, z, Vector<float> 0.1333333333333304)
            let p = Vector.MultiplyAddEstimate(p, z, Vector<float> -0.3333333333333333)
            p * z

[<Struct>]
type internal FloorV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x = 'F.Floor x

[<Struct>]
type internal CeilV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x = 'F.Ceiling x

[<Struct>]
type internal RoundV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x = 'F.Round x

[<Struct>]
type internal TruncV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x = 'F.Truncate x

[<Struct>]
type internal ExpV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x = 'F.Exp x

[<Struct>]
type internal LogV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x = 'F.Log x

[<Struct>]
type internal SinV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x = 'F.Sin x

[<Struct>]
type internal CosV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x = 'F.Cos x

[<Struct>]
type internal SqrtV<'T> =
    interface IVector1<'T> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x = Vector.SquareRoot x

[<Struct>]
type internal RsqrtV<'T> =
    interface IVector1<'T> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x = Vector.Divide(Vector<'T>.One, Vector.SquareRoot x)

/// exp(x) - 1. Near 0, with u = exp(x) rounded, (u - 1) / log(u) is nearly free of u's error, so that times x is exact.
[<Struct>]
type internal Expm1V<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x =
            let one = Vector<'T>.One
            let u = 'F.Exp x
            let rough = u - one
            let near = rough * (x / 'F.Log u)
            let near = Vector.ConditionalSelect(Vector.Equals(u, one), x, near)
            Vector.ConditionalSelect(Vector.LessThan(Vector.Abs x, one), near, rough)

/// log(1 + x), by the same idea.
[<Struct>]
type internal Log1pV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x =
            let one = Vector<'T>.One
            let u = one + x
            let rough = 'F.Log u
            let near = rough * (x / (u - one))
            let near = Vector.ConditionalSelect(Vector.Equals(u, one), x, near)
            Vector.ConditionalSelect(Vector.LessThan(Vector.Abs x, one), near, rough)

/// 1 / (1 + exp(-x)), without losing what is left far on the negative side.
[<Struct>]
type internal LogisticV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x =
            let one = Vector<'T>.One
            let e = 'F.Exp(Vector.Negate(Vector.Abs x))
            let top = Vector.ConditionalSelect(Vector.LessThan(x, Vector<'T>.Zero), e, one)
            top / (one + e)

[<Struct>]
type internal TanhV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x =
            let one = Vector<'T>.One
            let size = Vector.Abs x
            let near = x + x * 'F.TanhNear x
            let far = one - (one + one) / ('F.Exp(size + size) + one)
            let far = Vector.ConditionalSelect(Vector.LessThan(x, Vector<'T>.Zero), Vector.Negate far, far)
            Vector.ConditionalSelect(Vector.LessThan(size, 'F.Constant 0.625), near, far)

/// The error function of float32: a polynomial in x² below 1, 1 - exp(-p(|x|)) above; p is fitted to -log(erfc).
[<Struct>]
type internal ErfV =
    interface IVector1<float32> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Of x =
            let z = x * x
            let p = Vector<float32> 7.87587506e-5f
            let p = Vector.MultiplyAddEstimate(p, z, Vector<float32> -8.01686429e-4f)
            let p = Vector.MultiplyAddEstimate(p, z, Vector<float32> 5.18908742e-3f)
            let p = Vector.MultiplyAddEstimate(p, z, Vector<float32> -2.6854212e-2f)
            let p = Vector.MultiplyAddEstimate(p, z, Vector<float32> 1.12835947e-1f)
            let p = Vector.MultiplyAddEstimate(p, z, Vector<float32> -3.76126267e-1f)
            let p = Vector.MultiplyAddEstimate(p, z, Vector<float32> 1.12837917f)
            let near = x * p
            // Beyond 4 the result is 1.
            let size = Vector.Abs x

            let a =
                Vector.ConditionalSelect(Vector.GreaterThan(size, Vector<float32> 4.0f), Vector<float32> 4.0f, size)

            let q = Vector<float32> -1.63715141e-6f
            let q = Vector.MultiplyAddEstimate(q, a, Vector<float32> 4.60580427e-5f)
            let q = Vector.MultiplyAddEstimate(q, a, Vector<float32> -5.96805626e-4f)
            let q = Vector.MultiplyAddEstimate(q, a, Vector<float32> 4.7595963e-3f)
            let q = Vector.MultiplyAddEstimate(q, a, Vector<float32> -2.6421136e-2f)
            let q = Vector.MultiplyAddEstimate(q, a, Vector<float32> 1.10080083e-1f)
            let q = Vector.MultiplyAddEstimate(q, a, Vector<float32> 6.31826052e-1f)
            let q = Vector.MultiplyAddEstimate(q, a, Vector<float32> 1.13023343f)
            let q = Vector.MultiplyAddEstimate(q, a, Vector<float32> -3.2013805e-4f)
            let far = Vector<float32>.One - ExpLog.exp32 (Vector.Negate q)
            let far = Vector.ConditionalSelect(Vector.LessThan(x, Vector<float32>.Zero), Vector.Negate far, far)
            Vector.ConditionalSelect(Vector.GreaterThan(size, Vector<float32>.One), far, near)
