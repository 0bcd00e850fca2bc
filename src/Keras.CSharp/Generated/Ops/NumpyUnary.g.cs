// Generated from the operations of Keras.FSharp by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras;

/// <content>Operations of one family.</content>
public static partial class Ops
{
    /// <summary>The absolute value. Keras: <c>keras.ops.abs</c>.</summary>
    public static Tensor Abs(Tensor x) =>
        new(FSharp.NumpyUnary.abs(x.Core));

    /// <summary>The absolute value, or the modulus of a complex number. Keras: <c>keras.ops.absolute</c>, <c>keras.ops.abs</c>.</summary>
    public static Tensor Absolute(Tensor x) =>
        new(FSharp.NumpyUnary.absolute(x.Core));

    /// <summary>The angle in the complex plane, a float. Keras: <c>keras.ops.angle</c>.</summary>
    public static Tensor Angle(Tensor x) =>
        new(FSharp.NumpyUnary.angle(x.Core));

    /// <summary>The inverse cosine, a float. Keras: <c>keras.ops.arccos</c>.</summary>
    public static Tensor Arccos(Tensor x) =>
        new(FSharp.NumpyUnary.arccos(x.Core));

    /// <summary>The inverse hyperbolic cosine, a float. Keras: <c>keras.ops.arccosh</c>.</summary>
    public static Tensor Arccosh(Tensor x) =>
        new(FSharp.NumpyUnary.arccosh(x.Core));

    /// <summary>The inverse sine, a float. Keras: <c>keras.ops.arcsin</c>.</summary>
    public static Tensor Arcsin(Tensor x) =>
        new(FSharp.NumpyUnary.arcsin(x.Core));

    /// <summary>The inverse hyperbolic sine, a float. Keras: <c>keras.ops.arcsinh</c>.</summary>
    public static Tensor Arcsinh(Tensor x) =>
        new(FSharp.NumpyUnary.arcsinh(x.Core));

    /// <summary>The inverse tangent, a float. Keras: <c>keras.ops.arctan</c>.</summary>
    public static Tensor Arctan(Tensor x) =>
        new(FSharp.NumpyUnary.arctan(x.Core));

    /// <summary>The inverse hyperbolic tangent, a float. Keras: <c>keras.ops.arctanh</c>.</summary>
    public static Tensor Arctanh(Tensor x) =>
        new(FSharp.NumpyUnary.arctanh(x.Core));

    /// <summary>All bits inverted. Keras: <c>keras.ops.bitwise_invert</c>.</summary>
    public static Tensor BitwiseInvert(Tensor x) =>
        new(FSharp.NumpyUnary.bitwiseInvert(x.Core));

    /// <summary>All bits inverted; of a bool its opposite. Keras: <c>keras.ops.bitwise_not</c>, <c>keras.ops.bitwise_invert</c>.</summary>
    public static Tensor BitwiseNot(Tensor x) =>
        new(FSharp.NumpyUnary.bitwiseNot(x.Core));

    /// <summary>The cube root, a float. Keras: <c>keras.ops.cbrt</c>.</summary>
    public static Tensor Cbrt(Tensor x) =>
        new(FSharp.NumpyUnary.cbrt(x.Core));

    /// <summary>The smallest integer not below x; floats at most 32 bits wide. Keras: <c>keras.ops.ceil</c>.</summary>
    public static Tensor Ceil(Tensor x) =>
        new(FSharp.NumpyUnary.ceil(x.Core));

    /// <summary>The complex conjugate; reals are their own. Keras: <c>keras.ops.conj</c>, <c>keras.ops.conjugate</c>.</summary>
    public static Tensor Conj(Tensor x) =>
        new(FSharp.NumpyUnary.conj(x.Core));

    /// <summary>The complex conjugate. Keras: <c>keras.ops.conjugate</c>.</summary>
    public static Tensor Conjugate(Tensor x) =>
        new(FSharp.NumpyUnary.conjugate(x.Core));

    /// <summary>The cosine, a float. Keras: <c>keras.ops.cos</c>.</summary>
    public static Tensor Cos(Tensor x) =>
        new(FSharp.NumpyUnary.cos(x.Core));

    /// <summary>The hyperbolic cosine, a float. Keras: <c>keras.ops.cosh</c>.</summary>
    public static Tensor Cosh(Tensor x) =>
        new(FSharp.NumpyUnary.cosh(x.Core));

    /// <summary>Degrees to radians, a float. Keras: <c>keras.ops.deg2rad</c>.</summary>
    public static Tensor Deg2rad(Tensor x) =>
        new(FSharp.NumpyUnary.deg2rad(x.Core));

    /// <summary>e to the power of x, a float. Keras: <c>keras.ops.exp</c>.</summary>
    public static Tensor Exp(Tensor x) =>
        new(FSharp.NumpyUnary.exp(x.Core));

    /// <summary>2 to the power of x, a float. Keras: <c>keras.ops.exp2</c>.</summary>
    public static Tensor Exp2(Tensor x) =>
        new(FSharp.NumpyUnary.exp2(x.Core));

    /// <summary>exp(x) - 1, exact near 0, a float. Keras: <c>keras.ops.expm1</c>.</summary>
    public static Tensor Expm1(Tensor x) =>
        new(FSharp.NumpyUnary.expm1(x.Core));

    /// <summary>The absolute value as a float. Keras: <c>keras.ops.fabs</c>.</summary>
    public static Tensor Fabs(Tensor x) =>
        new(FSharp.NumpyUnary.fabs(x.Core));

    /// <summary>The largest integer not above x; floats at most 32 bits wide. Keras: <c>keras.ops.floor</c>.</summary>
    public static Tensor Floor(Tensor x) =>
        new(FSharp.NumpyUnary.floor(x.Core));

    /// <summary>The modified Bessel function of order 0, a float. Keras: <c>keras.ops.i0</c>.</summary>
    public static Tensor I0(Tensor x) =>
        new(FSharp.NumpyUnary.i0(x.Core));

    /// <summary>The imaginary part; zeros for reals. Keras: <c>keras.ops.imag</c>.</summary>
    public static Tensor Imag(Tensor x) =>
        new(FSharp.NumpyUnary.imag(x.Core));

    /// <summary>Finite, elementwise, bool. Keras: <c>keras.ops.isfinite</c>.</summary>
    public static Tensor Isfinite(Tensor x) =>
        new(FSharp.NumpyUnary.isfinite(x.Core));

    /// <summary>Infinite, elementwise, bool. Keras: <c>keras.ops.isinf</c>.</summary>
    public static Tensor Isinf(Tensor x) =>
        new(FSharp.NumpyUnary.isinf(x.Core));

    /// <summary>Not a number, elementwise, bool. Keras: <c>keras.ops.isnan</c>.</summary>
    public static Tensor Isnan(Tensor x) =>
        new(FSharp.NumpyUnary.isnan(x.Core));

    /// <summary>Minus infinity, elementwise, bool. Keras: <c>keras.ops.isneginf</c>.</summary>
    public static Tensor Isneginf(Tensor x) =>
        new(FSharp.NumpyUnary.isneginf(x.Core));

    /// <summary>Plus infinity, elementwise, bool. Keras: <c>keras.ops.isposinf</c>.</summary>
    public static Tensor Isposinf(Tensor x) =>
        new(FSharp.NumpyUnary.isposinf(x.Core));

    /// <summary>Without imaginary part, elementwise, bool. Keras: <c>keras.ops.isreal</c>.</summary>
    public static Tensor Isreal(Tensor x) =>
        new(FSharp.NumpyUnary.isreal(x.Core));

    /// <summary>The natural logarithm, a float. Keras: <c>keras.ops.log</c>.</summary>
    public static Tensor Log(Tensor x) =>
        new(FSharp.NumpyUnary.log(x.Core));

    /// <summary>The logarithm to base 10, a float. Keras: <c>keras.ops.log10</c>.</summary>
    public static Tensor Log10(Tensor x) =>
        new(FSharp.NumpyUnary.log10(x.Core));

    /// <summary>log(1 + x), exact near 0, a float. Keras: <c>keras.ops.log1p</c>.</summary>
    public static Tensor Log1p(Tensor x) =>
        new(FSharp.NumpyUnary.log1p(x.Core));

    /// <summary>The logarithm to base 2, a float. Keras: <c>keras.ops.log2</c>.</summary>
    public static Tensor Log2(Tensor x) =>
        new(FSharp.NumpyUnary.log2(x.Core));

    /// <summary>Not, of truth values: numbers are true unless zero. Keras: <c>keras.ops.logical_not</c>.</summary>
    public static Tensor LogicalNot(Tensor x) =>
        new(FSharp.NumpyUnary.logicalNot(x.Core));

    /// <summary>Replaces NaN by <c>nan</c>, the infinities by <c>posinf</c> and <c>neginf</c> (by default the largest and smallest finite number). Keras: <c>keras.ops.nan_to_num</c>.</summary>
    public static Tensor NanToNum(Tensor x, double? nan = null, double? posinf = null, double? neginf = null) =>
        new(FSharp.NumpyUnary.nanToNum(x.Core, Fs.Option(nan), Fs.Option(posinf), Fs.Option(neginf)));

    /// <summary>-x. Keras: <c>keras.ops.negative</c>.</summary>
    public static Tensor Negative(Tensor x) =>
        new(FSharp.NumpyUnary.negative(x.Core));

    /// <summary>Radians to degrees, a float. Keras: <c>keras.ops.rad2deg</c>.</summary>
    public static Tensor Rad2deg(Tensor x) =>
        new(FSharp.NumpyUnary.rad2deg(x.Core));

    /// <summary>The real part. Keras: <c>keras.ops.real</c>.</summary>
    public static Tensor Real(Tensor x) =>
        new(FSharp.NumpyUnary.real(x.Core));

    /// <summary>1 / x, a float. Keras: <c>keras.ops.reciprocal</c>.</summary>
    public static Tensor Reciprocal(Tensor x) =>
        new(FSharp.NumpyUnary.reciprocal(x.Core));

    /// <summary>Rounds to <c>decimals</c> places; halves go to the even neighbour. Keras: <c>keras.ops.round</c>.</summary>
    public static Tensor Round(Tensor x, int? decimals = null) =>
        new(FSharp.NumpyUnary.round(x.Core, Fs.Option(decimals)));

    /// <summary>1 / √x, a float. Keras: <c>keras.ops.rsqrt</c>.</summary>
    public static Tensor Rsqrt(Tensor x) =>
        new(FSharp.NumpyUnary.rsqrt(x.Core));

    /// <summary>-1, 0 or 1. Keras: <c>keras.ops.sign</c>.</summary>
    public static Tensor Sign(Tensor x) =>
        new(FSharp.NumpyUnary.sign(x.Core));

    /// <summary>True where the sign bit is set, also of -0. Keras: <c>keras.ops.signbit</c>.</summary>
    public static Tensor Signbit(Tensor x) =>
        new(FSharp.NumpyUnary.signbit(x.Core));

    /// <summary>The sine, a float. Keras: <c>keras.ops.sin</c>.</summary>
    public static Tensor Sin(Tensor x) =>
        new(FSharp.NumpyUnary.sin(x.Core));

    /// <summary>sin(πx) / πx, 1 at 0, a float. Keras: <c>keras.ops.sinc</c>.</summary>
    public static Tensor Sinc(Tensor x) =>
        new(FSharp.NumpyUnary.sinc(x.Core));

    /// <summary>The hyperbolic sine, a float. Keras: <c>keras.ops.sinh</c>.</summary>
    public static Tensor Sinh(Tensor x) =>
        new(FSharp.NumpyUnary.sinh(x.Core));

    /// <summary>√x, a float. Keras: <c>keras.ops.sqrt</c>.</summary>
    public static Tensor Sqrt(Tensor x) =>
        new(FSharp.NumpyUnary.sqrt(x.Core));

    /// <summary>x²; of bools int32. Keras: <c>keras.ops.square</c>.</summary>
    public static Tensor Square(Tensor x) =>
        new(FSharp.NumpyUnary.square(x.Core));

    /// <summary>The tangent, a float. Keras: <c>keras.ops.tan</c>.</summary>
    public static Tensor Tan(Tensor x) =>
        new(FSharp.NumpyUnary.tan(x.Core));

    /// <summary>The hyperbolic tangent, a float. Keras: <c>keras.ops.tanh</c>.</summary>
    public static Tensor Tanh(Tensor x) =>
        new(FSharp.NumpyUnary.tanh(x.Core));

    /// <summary>x without its fraction. Keras: <c>keras.ops.trunc</c>.</summary>
    public static Tensor Trunc(Tensor x) =>
        new(FSharp.NumpyUnary.trunc(x.Core));
}
