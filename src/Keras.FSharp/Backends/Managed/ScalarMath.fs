/// Operations on single elements, for the loops that vectors do not help: integer division, shifts, comparisons, and the
/// functions of complex numbers.
namespace Keras.FSharp.Backends

#nowarn "3535"
#nowarn "3536"

open System
open System.Numerics

/// Truncates toward zero; by zero 0; the smallest integer by -1 wraps around.
[<Struct>]
type internal DivI<'T when 'T :> IBinaryInteger<'T>> =
    interface IScalar2<'T, 'T> with
        static member Of(a, b) =
            if 'T.IsZero b then 'T.Zero
            elif 'T.IsNegative b && 'T.IsZero(b + 'T.One) then 'T.Zero - a
            else a / b

/// Sign of the dividend; by zero 0.
[<Struct>]
type internal RemI<'T when 'T :> IBinaryInteger<'T>> =
    interface IScalar2<'T, 'T> with
        static member Of(a, b) =
            if 'T.IsZero b || ('T.IsNegative b && 'T.IsZero(b + 'T.One)) then
                'T.Zero
            else
                a % b

/// Wraps around; with a negative exponent the reciprocal truncated to an integer: 0, except for the bases 1 and -1.
[<Struct>]
type internal PowI<'T when 'T :> IBinaryInteger<'T>> =
    interface IScalar2<'T, 'T> with
        static member Of(a, b) =
            let one = 'T.One

            if 'T.IsNegative b then
                if 'T.IsZero(a - one) then one
                elif 'T.IsZero(a + one) then (if 'T.IsOddInteger b then a else one)
                else 'T.Zero
            else
                let mutable result = one
                let mutable factor = a
                let mutable rest = b

                while not ('T.IsZero rest) do
                    if 'T.IsOddInteger rest then
                        result <- result * factor

                    factor <- factor * factor
                    rest <- rest >>> 1

                result

[<Struct>]
type internal ShiftLeftI<'T when 'T :> IBinaryInteger<'T> and 'T: unmanaged> =
    interface IScalar2<'T, 'T> with
        static member Of(a, b) =
            let amount = UInt64.CreateTruncating b

            if amount >= uint64 (8 * sizeof<'T>) then 'T.Zero else a <<< int amount

[<Struct>]
type internal ShiftRightArithmeticI<'T when 'T :> IBinaryInteger<'T> and 'T: unmanaged> =
    interface IScalar2<'T, 'T> with
        static member Of(a, b) =
            let amount = UInt64.CreateTruncating b
            let width = uint64 (8 * sizeof<'T>)

            if amount >= width then
                (if 'T.IsNegative a then 'T.Zero - 'T.One else 'T.Zero)
            else
                a >>> int amount

[<Struct>]
type internal ShiftRightLogicalI<'T when 'T :> IBinaryInteger<'T> and 'T: unmanaged> =
    interface IScalar2<'T, 'T> with
        static member Of(a, b) =
            let amount = UInt64.CreateTruncating b

            if amount >= uint64 (8 * sizeof<'T>) then
                'T.Zero
            else
                'T.op_UnsignedRightShift (a, int amount)

/// As C's fmod.
[<Struct>]
type internal RemF<'T when 'T :> IFloatingPointIeee754<'T>> =
    interface IScalar2<'T, 'T> with
        static member Of(a, b) = a % b

[<Struct>]
type internal EqualS<'T when 'T :> IEqualityOperators<'T, 'T, bool>> =
    interface IScalar2<'T, bool> with
        static member Of(a, b) = 'T.op_Equality (a, b)

[<Struct>]
type internal NotEqualS<'T when 'T :> IEqualityOperators<'T, 'T, bool>> =
    interface IScalar2<'T, bool> with
        static member Of(a, b) = 'T.op_Inequality (a, b)

[<Struct>]
type internal LessS<'T when 'T :> IComparisonOperators<'T, 'T, bool>> =
    interface IScalar2<'T, bool> with
        static member Of(a, b) = 'T.op_LessThan (a, b)

[<Struct>]
type internal LessOrEqualS<'T when 'T :> IComparisonOperators<'T, 'T, bool>> =
    interface IScalar2<'T, bool> with
        static member Of(a, b) = 'T.op_LessThanOrEqual (a, b)

[<Struct>]
type internal FiniteS<'T when 'T :> INumberBase<'T>> =
    interface IScalar1<'T, bool> with
        static member Of x = 'T.IsFinite x

/// Anything but zero is true; so is NaN.
[<Struct>]
type internal TruthS<'T when 'T :> INumberBase<'T>> =
    interface IScalar1<'T, bool> with
        static member Of x = not ('T.IsZero x)

[<Struct>]
type internal NotS =
    interface IScalar1<bool, bool> with
        static member Of x = not x

/// Functions of complex numbers that `System.Numerics.Complex` has not.
[<RequireQualifiedAccess>]
module internal ComplexMath =
    /// x / |x|, and 0 of 0.
    let sign (x: Complex) : Complex = if x = Complex.Zero then x else x / Complex.Abs x

    /// 1 / (1 + exp(-x)).
    let logistic (x: Complex) : Complex = Complex.One / (Complex.One + Complex.Exp -x)

    /// Complex64 from complex128.
    let narrow1 (f: Complex -> Complex) : Func<Complex64, Complex64> =
        Func<_, _>(fun (x: Complex64) -> Complex64.OfComplex(f (x.ToComplex())))

    /// Complex64 from complex128.
    let narrow2 (f: Complex -> Complex -> Complex) : Func<Complex64, Complex64, Complex64> =
        Func<_, _, _>(fun (a: Complex64) (b: Complex64) -> Complex64.OfComplex(f (a.ToComplex()) (b.ToComplex())))
