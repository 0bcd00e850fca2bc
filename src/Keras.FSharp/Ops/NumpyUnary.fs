/// keras.ops.numpy: elementwise functions of one tensor.
namespace Keras.FSharp

open System

/// Elementwise functions of one tensor. Reached as members of `Ops`.
[<AbstractClass>]
type NumpyUnary internal () =
    inherit NumpyCreation()

    static member private floating(f: Tensor -> Tensor, x: Tensor) : Tensor = f (Types.toFloating x)

    /// Rounding functions leave integers and bools alone.
    static member private rounding(f: Tensor -> Tensor, x: Tensor) : Tensor = if DType.isFloat x.DType then f x else x

    /// A test that only a float or complex number can pass.
    static member private floatTest(f: Tensor -> Tensor, otherwise: bool, x: Tensor) : Tensor =
        if DType.isFloat x.DType then
            f x
        else
            Lax.full x.Shape DType.Bool (Scalar.Int(if otherwise then 1L else 0L))

    /// The absolute value, or the modulus of a complex number. Keras: `keras.ops.absolute`, `keras.ops.abs`.
    static member absolute(x: Tensor) : Tensor = if x.DType = DType.Bool then x else Lax.abs x

    /// The absolute value. Keras: `keras.ops.abs`.
    static member abs(x: Tensor) : Tensor = NumpyUnary.absolute x

    /// The absolute value as a float. Keras: `keras.ops.fabs`.
    static member fabs(x: Tensor) : Tensor = NumpyUnary.floating (Lax.abs, x)

    /// -x. Keras: `keras.ops.negative`.
    static member negative(x: Tensor) : Tensor = Lax.neg x

    /// -1, 0 or 1. Keras: `keras.ops.sign`.
    static member sign(x: Tensor) : Tensor = if x.DType = DType.Bool then x else Lax.sign x

    /// x²; of bools int32. Keras: `keras.ops.square`.
    static member square(x: Tensor) : Tensor =
        Lax.square (if x.DType = DType.Bool then Lax.convert DType.Int32 x else x)

    /// 1 / x, a float. Keras: `keras.ops.reciprocal`.
    static member reciprocal(x: Tensor) : Tensor = NumpyUnary.floating (Lax.reciprocal, x)

    /// √x, a float. Keras: `keras.ops.sqrt`.
    static member sqrt(x: Tensor) : Tensor = NumpyUnary.floating (Lax.sqrt, x)

    /// 1 / √x, a float. Keras: `keras.ops.rsqrt`.
    static member rsqrt(x: Tensor) : Tensor = NumpyUnary.floating (Lax.rsqrt, x)

    /// The cube root, a float. Keras: `keras.ops.cbrt`.
    static member cbrt(x: Tensor) : Tensor =
        let f (x: Tensor) = Lax.mul (Lax.sign x) (Lax.pow (Lax.abs x) (Lax.fullLike x (1.0 / 3.0)))

        NumpyUnary.floating (f, x)

    /// e to the power of x, a float. Keras: `keras.ops.exp`.
    static member exp(x: Tensor) : Tensor = NumpyUnary.floating (Lax.exp, x)

    /// 2 to the power of x, a float. Keras: `keras.ops.exp2`.
    static member exp2(x: Tensor) : Tensor = NumpyUnary.floating ((fun x -> Lax.pow (Lax.fullLike x 2.0) x), x)

    /// exp(x) - 1, exact near 0, a float. Keras: `keras.ops.expm1`.
    static member expm1(x: Tensor) : Tensor = NumpyUnary.floating (Lax.expm1, x)

    /// The natural logarithm, a float. Keras: `keras.ops.log`.
    static member log(x: Tensor) : Tensor = NumpyUnary.floating (Lax.log, x)

    /// The logarithm to base 10, a float. Keras: `keras.ops.log10`.
    static member log10(x: Tensor) : Tensor =
        NumpyUnary.floating ((fun x -> Lax.scale (1.0 / Math.Log 10.0) (Lax.log x)), x)

    /// log(1 + x), exact near 0, a float. Keras: `keras.ops.log1p`.
    static member log1p(x: Tensor) : Tensor = NumpyUnary.floating (Lax.log1p, x)

    /// The logarithm to base 2, a float. Keras: `keras.ops.log2`.
    static member log2(x: Tensor) : Tensor =
        NumpyUnary.floating ((fun x -> Lax.scale (1.0 / Math.Log 2.0) (Lax.log x)), x)

    /// The sine, a float. Keras: `keras.ops.sin`.
    static member sin(x: Tensor) : Tensor = NumpyUnary.floating (Lax.sin, x)

    /// The cosine, a float. Keras: `keras.ops.cos`.
    static member cos(x: Tensor) : Tensor = NumpyUnary.floating (Lax.cos, x)

    /// The tangent, a float. Keras: `keras.ops.tan`.
    static member tan(x: Tensor) : Tensor = NumpyUnary.floating (Lax.tan, x)

    /// The inverse sine, a float. Keras: `keras.ops.arcsin`.
    static member arcsin(x: Tensor) : Tensor = NumpyUnary.floating (Lax.asin, x)

    /// The inverse cosine, a float. Keras: `keras.ops.arccos`.
    static member arccos(x: Tensor) : Tensor = NumpyUnary.floating (Lax.acos, x)

    /// The inverse tangent, a float. Keras: `keras.ops.arctan`.
    static member arctan(x: Tensor) : Tensor = NumpyUnary.floating (Lax.atan, x)

    /// The hyperbolic sine, a float. Keras: `keras.ops.sinh`.
    static member sinh(x: Tensor) : Tensor = NumpyUnary.floating (Lax.sinh, x)

    /// The hyperbolic cosine, a float. Keras: `keras.ops.cosh`.
    static member cosh(x: Tensor) : Tensor = NumpyUnary.floating (Lax.cosh, x)

    /// The hyperbolic tangent, a float. Keras: `keras.ops.tanh`.
    static member tanh(x: Tensor) : Tensor = NumpyUnary.floating (Lax.tanh, x)

    /// The inverse hyperbolic sine, a float. Keras: `keras.ops.arcsinh`.
    static member arcsinh(x: Tensor) : Tensor = NumpyUnary.floating (Lax.asinh, x)

    /// The inverse hyperbolic cosine, a float. Keras: `keras.ops.arccosh`.
    static member arccosh(x: Tensor) : Tensor = NumpyUnary.floating (Lax.acosh, x)

    /// The inverse hyperbolic tangent, a float. Keras: `keras.ops.arctanh`.
    static member arctanh(x: Tensor) : Tensor = NumpyUnary.floating (Lax.atanh, x)

    /// sin(πx) / πx, 1 at 0, a float. Keras: `keras.ops.sinc`.
    static member sinc(x: Tensor) : Tensor =
        let f (x: Tensor) =
            let zero = Lax.eq x (Lax.zerosLike x)
            // The quotient is taken where it is defined, so that its derivative is too.
            let y = Lax.scale Math.PI (Lax.select zero (Lax.onesLike x) x)
            Lax.select zero (Lax.onesLike x) (Lax.div (Lax.sin y) y)

        NumpyUnary.floating (f, x)

    /// Degrees to radians, a float. Keras: `keras.ops.deg2rad`.
    static member deg2rad(x: Tensor) : Tensor = NumpyUnary.floating (Lax.scale (Math.PI / 180.0), x)

    /// Radians to degrees, a float. Keras: `keras.ops.rad2deg`.
    static member rad2deg(x: Tensor) : Tensor = NumpyUnary.floating (Lax.scale (180.0 / Math.PI), x)

    /// The modified Bessel function of order 0, a float. Keras: `keras.ops.i0`.
    static member i0(x: Tensor) : Tensor =
        NumpyUnary.floating ((fun x -> Lax.mul (Lax.besselI0e x) (Lax.exp (Lax.abs x))), x)

    /// The largest integer not above x; floats at most 32 bits wide. Keras: `keras.ops.floor`.
    static member floor(x: Tensor) : Tensor = Lax.floor (Lax.convert (Types.narrow (Types.floating x.DType)) x)

    /// The smallest integer not below x; floats at most 32 bits wide. Keras: `keras.ops.ceil`.
    static member ceil(x: Tensor) : Tensor = Lax.ceil (Lax.convert (Types.narrow (Types.floating x.DType)) x)

    /// x without its fraction. Keras: `keras.ops.trunc`.
    static member trunc(x: Tensor) : Tensor = NumpyUnary.rounding (Lax.trunc, x)

    /// Rounds to `decimals` places; halves go to the even neighbour. Keras: `keras.ops.round`.
    static member round(x: Tensor, ?decimals: int) : Tensor =
        let decimals = defaultArg decimals 0
        let factor = Math.Pow(10.0, float (abs decimals))

        let f (x: Tensor) =
            let by = Lax.scalar x.DType factor

            if decimals = 0 then Lax.round x
            elif decimals > 0 then Lax.div (Lax.round (Lax.mul x by)) by
            else Lax.mul (Lax.round (Lax.div x by)) by

        if decimals < 0 && DType.isInteger x.DType then
            Lax.convert x.DType (f (Lax.convert DType.Float64 x))
        else
            NumpyUnary.rounding (f, x)

    /// Finite, elementwise, bool. Keras: `keras.ops.isfinite`.
    static member isfinite(x: Tensor) : Tensor = NumpyUnary.floatTest (Lax.isFinite, true, x)

    /// Infinite, elementwise, bool. Keras: `keras.ops.isinf`.
    static member isinf(x: Tensor) : Tensor =
        NumpyUnary.floatTest ((fun x -> Lax.eq (Lax.abs x) (Lax.fullLike x infinity)), false, x)

    /// Not a number, elementwise, bool. Keras: `keras.ops.isnan`.
    static member isnan(x: Tensor) : Tensor = NumpyUnary.floatTest ((fun x -> Lax.ne x x), false, x)

    /// Minus infinity, elementwise, bool. Keras: `keras.ops.isneginf`.
    static member isneginf(x: Tensor) : Tensor =
        NumpyUnary.floatTest ((fun x -> Lax.eq x (Lax.fullLike x -infinity)), false, x)

    /// Plus infinity, elementwise, bool. Keras: `keras.ops.isposinf`.
    static member isposinf(x: Tensor) : Tensor =
        NumpyUnary.floatTest ((fun x -> Lax.eq x (Lax.fullLike x infinity)), false, x)

    /// Without imaginary part, elementwise, bool. Keras: `keras.ops.isreal`.
    static member isreal(x: Tensor) : Tensor =
        if DType.isComplex x.DType then
            let im = Lax.imag x
            Lax.eq im (Lax.zerosLike im)
        else
            NumpyCreation.onesLike (x, DType.Bool)

    /// True where the sign bit is set, also of -0. Keras: `keras.ops.signbit`.
    static member signbit(x: Tensor) : Tensor =
        let bits =
            match x.DType with
            | DType.Float64 -> Lax.bitcast DType.Int64 x
            | DType.Float32 -> Lax.bitcast DType.Int32 x
            | DType.Float16
            | DType.BFloat16 -> Lax.bitcast DType.Int16 x
            | DType.Bool -> Lax.convert DType.Int32 x
            | _ -> x

        Lax.lt bits (Lax.zerosLike bits)

    /// Replaces NaN by `nan`, the infinities by `posinf` and `neginf` (by default the largest and smallest finite
    /// number). Keras: `keras.ops.nan_to_num`.
    static member nanToNum(x: Tensor, ?nan: float, ?posinf: float, ?neginf: float) : Tensor =
        if not (DType.isFloat x.DType) then
            x
        else
            let bound given (otherwise: Scalar) =
                match given with
                | Some v -> Lax.fullLike x v
                | None -> Lax.full x.Shape x.DType otherwise

            let up = Lax.fullLike x infinity
            let high, low = bound posinf (Types.largest x.DType), bound neginf (Types.smallest x.DType)

            Lax.select (Lax.ne x x) (Lax.fullLike x (defaultArg nan 0.0)) x
            |> fun y -> Lax.select (Lax.eq y up) high y
            |> fun y -> Lax.select (Lax.eq y (Lax.neg up)) low y

    /// The complex conjugate; reals are their own. Keras: `keras.ops.conj`, `keras.ops.conjugate`.
    static member conj(x: Tensor) : Tensor = Lax.conj x

    /// The complex conjugate. Keras: `keras.ops.conjugate`.
    static member conjugate(x: Tensor) : Tensor = Lax.conj x

    /// The real part. Keras: `keras.ops.real`.
    static member real(x: Tensor) : Tensor = if DType.isComplex x.DType then Lax.real x else x

    /// The imaginary part; zeros for reals. Keras: `keras.ops.imag`.
    static member imag(x: Tensor) : Tensor = if DType.isComplex x.DType then Lax.imag x else Lax.zerosLike x

    /// The angle in the complex plane, a float. Keras: `keras.ops.angle`.
    static member angle(x: Tensor) : Tensor =
        if DType.isComplex x.DType then
            Lax.atan2 (Lax.imag x) (Lax.real x)
        else
            NumpyUnary.floating ((fun x -> Lax.atan2 (Lax.zerosLike x) x), x)

    /// Not, of truth values: numbers are true unless zero. Keras: `keras.ops.logical_not`.
    static member logicalNot(x: Tensor) : Tensor = Lax.logicalNot (Types.truth x)

    /// All bits inverted; of a bool its opposite. Keras: `keras.ops.bitwise_not`, `keras.ops.bitwise_invert`.
    static member bitwiseNot(x: Tensor) : Tensor = Lax.logicalNot x

    /// All bits inverted. Keras: `keras.ops.bitwise_invert`.
    static member bitwiseInvert(x: Tensor) : Tensor = Lax.logicalNot x
