/// Vector operations: arithmetic for all element types, and the elementary functions of float32 and float64, written
/// once for both. Errors are within a few units in the last place.
namespace Keras.FSharp.Backends

#nowarn "3535"
#nowarn "3536"

open System.Numerics

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
    /// tanh(x) / x - 1 for |x| < 0.625.
    static abstract TanhNear: Vector<'T> -> Vector<'T>

[<Struct>]
type internal Float32Vector =
    interface IFloatVector<float32> with
        static member Constant c = Vector<float32>(float32 c)
        static member Floor x = Vector.Floor x
        static member Ceiling x = Vector.Ceiling x
        static member Round x = Vector.Round x
        static member Truncate x = Vector.Truncate x
        static member Exp x = Vector.Exp x
        static member Log x = Vector.Log x
        static member Sin x = Vector.Sin x
        static member Cos x = Vector.Cos x

        static member TanhNear x =
            let z = x * x
            let p = z * -5.70498872745e-3f + Vector<float32> 2.06390887954e-2f
            let p = p * z - Vector<float32> 5.37397155531e-2f
            let p = p * z + Vector<float32> 1.33314422036e-1f
            (p * z - Vector<float32> 3.33332819422e-1f) * z

[<Struct>]
type internal Float64Vector =
    interface IFloatVector<float> with
        static member Constant c = Vector<float> c
        static member Floor x = Vector.Floor x
        static member Ceiling x = Vector.Ceiling x
        static member Round x = Vector.Round x
        static member Truncate x = Vector.Truncate x
        static member Exp x = Vector.Exp x
        static member Log x = Vector.Log x
        static member Sin x = Vector.Sin x
        static member Cos x = Vector.Cos x

        static member TanhNear x =
            let z = x * x
            let p = z * -9.64399179425052238628e-1 - Vector<float> 9.92877231001918586564e1
            let p = p * z - Vector<float> 1.61468768441708447952e3
            let q = z + Vector<float> 1.12811678491632931402e2
            let q = q * z + Vector<float> 2.23548839060100448583e3
            let q = q * z + Vector<float> 4.84406305325125486048e3
            z * p / q

[<Struct>]
type internal FloorV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        static member Of x = 'F.Floor x

[<Struct>]
type internal CeilV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        static member Of x = 'F.Ceiling x

[<Struct>]
type internal RoundV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        static member Of x = 'F.Round x

[<Struct>]
type internal TruncV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        static member Of x = 'F.Truncate x

[<Struct>]
type internal ExpV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        static member Of x = 'F.Exp x

[<Struct>]
type internal LogV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        static member Of x = 'F.Log x

[<Struct>]
type internal SinV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        static member Of x = 'F.Sin x

[<Struct>]
type internal CosV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        static member Of x = 'F.Cos x

[<Struct>]
type internal SqrtV<'T> =
    interface IVector1<'T> with
        static member Of x = Vector.SquareRoot x

[<Struct>]
type internal RsqrtV<'T> =
    interface IVector1<'T> with
        static member Of x = Vector.Divide(Vector<'T>.One, Vector.SquareRoot x)

/// exp(x) - 1. Near 0, with u = exp(x) rounded, (u - 1) / log(u) is nearly free of u's error, so that times x is exact.
[<Struct>]
type internal Expm1V<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
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
        static member Of x =
            let one = Vector<'T>.One
            let u = one + x
            let rough = 'F.Log u
            let near = rough * (x / (u - one))
            let near = Vector.ConditionalSelect(Vector.Equals(u, one), x, near)
            Vector.ConditionalSelect(Vector.LessThan(Vector.Abs x, one), near, rough)

[<Struct>]
type internal LogisticV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        static member Of x =
            let one = Vector<'T>.One
            one / (one + 'F.Exp(Vector.Negate x))

[<Struct>]
type internal TanhV<'T, 'F when 'F :> IFloatVector<'T>> =
    interface IVector1<'T> with
        static member Of x =
            let one = Vector<'T>.One
            let size = Vector.Abs x
            let near = x + x * 'F.TanhNear x
            let far = one - (one + one) / ('F.Exp(size + size) + one)
            let far = Vector.ConditionalSelect(Vector.LessThan(x, Vector<'T>.Zero), Vector.Negate far, far)
            Vector.ConditionalSelect(Vector.LessThan(size, 'F.Constant 0.625), near, far)
