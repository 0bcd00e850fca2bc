// Generated from the operations of Keras.FSharp by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras;

/// <content>Operations of one family.</content>
public static partial class Ops
{
    /// <summary>x1 + x2; of bools their or. Keras: <c>keras.ops.add</c>.</summary>
    public static Tensor Add(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.add(x1.Core, x2.Core));

    /// <summary>True if all elements are close. Keras: <c>keras.ops.allclose</c>.</summary>
    public static Tensor Allclose(Operand x1, Operand x2, double? rtol = null, double? atol = null, bool? equalNan = null) =>
        new(FSharp.NumpyBinary.allclose(x1.Core, x2.Core, Fs.Option(rtol), Fs.Option(atol), Fs.Option(equalNan)));

    /// <summary>The angle of the point (x2, x1), a float of at most 32 bits. Keras: <c>keras.ops.arctan2</c>.</summary>
    public static Tensor Arctan2(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.arctan2(x1.Core, x2.Core));

    /// <summary>Bitwise and; of bools the logical one. Keras: <c>keras.ops.bitwise_and</c>.</summary>
    public static Tensor BitwiseAnd(Operand x, Operand y) =>
        new(FSharp.NumpyBinary.bitwiseAnd(x.Core, y.Core));

    /// <summary>x shifted to the left by y bits. Keras: <c>keras.ops.bitwise_left_shift</c>, <c>keras.ops.left_shift</c>.</summary>
    public static Tensor BitwiseLeftShift(Operand x, Operand y) =>
        new(FSharp.NumpyBinary.bitwiseLeftShift(x.Core, y.Core));

    /// <summary>Bitwise or; of bools the logical one. Keras: <c>keras.ops.bitwise_or</c>.</summary>
    public static Tensor BitwiseOr(Operand x, Operand y) =>
        new(FSharp.NumpyBinary.bitwiseOr(x.Core, y.Core));

    /// <summary>x shifted to the right by y bits; signed integers keep their sign. Keras: <c>keras.ops.bitwise_right_shift</c>.</summary>
    public static Tensor BitwiseRightShift(Operand x, Operand y) =>
        new(FSharp.NumpyBinary.bitwiseRightShift(x.Core, y.Core));

    /// <summary>Bitwise exclusive or; of bools the logical one. Keras: <c>keras.ops.bitwise_xor</c>.</summary>
    public static Tensor BitwiseXor(Operand x, Operand y) =>
        new(FSharp.NumpyBinary.bitwiseXor(x.Core, y.Core));

    /// <summary>Limits to [xMin, xMax]; bools become int32. Keras: <c>keras.ops.clip</c>.</summary>
    public static Tensor Clip(Tensor x, Operand xMin, Operand xMax) =>
        new(FSharp.NumpyBinary.clip(x.Core, xMin.Core, xMax.Core));

    /// <summary>x1 / x2, a float. Keras: <c>keras.ops.divide</c>.</summary>
    public static Tensor Divide(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.divide(x1.Core, x2.Core));

    /// <summary>x1 / x2, and 0 where x2 is 0; a float. Keras: <c>keras.ops.divide_no_nan</c>.</summary>
    public static Tensor DivideNoNan(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.divideNoNan(x1.Core, x2.Core));

    /// <summary>x1 = x2, elementwise, bool. Keras: <c>keras.ops.equal</c>.</summary>
    public static Tensor Equal(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.equal(x1.Core, x2.Core));

    /// <summary>The largest integer not above x1 / x2, as Python's <c>//</c>. Keras: <c>keras.ops.floor_divide</c>.</summary>
    public static Tensor FloorDivide(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.floorDivide(x1.Core, x2.Core));

    /// <summary>The larger; NaN is ignored where the other is a number. Keras: <c>keras.ops.fmax</c>.</summary>
    public static Tensor Fmax(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.fmax(x1.Core, x2.Core));

    /// <summary>The smaller; NaN is ignored where the other is a number. Keras: <c>keras.ops.fmin</c>.</summary>
    public static Tensor Fmin(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.fmin(x1.Core, x2.Core));

    /// <summary>The remainder, with the sign of x1, as in C; of bools int32. Keras: <c>keras.ops.fmod</c>.</summary>
    public static Tensor Fmod(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.fmod(x1.Core, x2.Core));

    /// <summary>x1 &gt; x2, elementwise, bool. Keras: <c>keras.ops.greater</c>.</summary>
    public static Tensor Greater(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.greater(x1.Core, x2.Core));

    /// <summary>x1 ≥ x2, elementwise, bool. Keras: <c>keras.ops.greater_equal</c>.</summary>
    public static Tensor GreaterEqual(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.greaterEqual(x1.Core, x2.Core));

    /// <summary>0 where x1 &lt; 0, 1 where x1 &gt; 0, x2 at 0; a float. Keras: <c>keras.ops.heaviside</c>.</summary>
    public static Tensor Heaviside(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.heaviside(x1.Core, x2.Core));

    /// <summary>√(x1² + x2²) without overflow, a float. Keras: <c>keras.ops.hypot</c>.</summary>
    public static Tensor Hypot(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.hypot(x1.Core, x2.Core));

    /// <summary>|x1 - x2| ≤ atol + rtol |x2|, elementwise, bool; infinities must be equal. Keras: <c>keras.ops.isclose</c>.</summary>
    public static Tensor Isclose(Operand x1, Operand x2, double? rtol = null, double? atol = null, bool? equalNan = null) =>
        new(FSharp.NumpyBinary.isclose(x1.Core, x2.Core, Fs.Option(rtol), Fs.Option(atol), Fs.Option(equalNan)));

    /// <summary>x1 · 2^x2, a float. Keras: <c>keras.ops.ldexp</c>.</summary>
    public static Tensor Ldexp(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.ldexp(x1.Core, x2.Core));

    /// <summary>x shifted to the left by y bits. Keras: <c>keras.ops.left_shift</c>.</summary>
    public static Tensor LeftShift(Operand x, Operand y) =>
        new(FSharp.NumpyBinary.leftShift(x.Core, y.Core));

    /// <summary>x1 &lt; x2, elementwise, bool. Keras: <c>keras.ops.less</c>.</summary>
    public static Tensor Less(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.less(x1.Core, x2.Core));

    /// <summary>x1 ≤ x2, elementwise, bool. Keras: <c>keras.ops.less_equal</c>.</summary>
    public static Tensor LessEqual(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.lessEqual(x1.Core, x2.Core));

    /// <summary>log(exp(x1) + exp(x2)), a float of at most 32 bits. Keras: <c>keras.ops.logaddexp</c>.</summary>
    public static Tensor Logaddexp(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.logaddexp(x1.Core, x2.Core));

    /// <summary>log2(2^x1 + 2^x2), a float of at most 32 bits. Keras: <c>keras.ops.logaddexp2</c>.</summary>
    public static Tensor Logaddexp2(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.logaddexp2(x1.Core, x2.Core));

    /// <summary>And, of truth values. Keras: <c>keras.ops.logical_and</c>.</summary>
    public static Tensor LogicalAnd(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.logicalAnd(x1.Core, x2.Core));

    /// <summary>Or, of truth values. Keras: <c>keras.ops.logical_or</c>.</summary>
    public static Tensor LogicalOr(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.logicalOr(x1.Core, x2.Core));

    /// <summary>Exclusive or, of truth values. Keras: <c>keras.ops.logical_xor</c>.</summary>
    public static Tensor LogicalXor(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.logicalXor(x1.Core, x2.Core));

    /// <summary>The larger; NaN wins. At most 32 bits wide. Keras: <c>keras.ops.maximum</c>.</summary>
    public static Tensor Maximum(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.maximum(x1.Core, x2.Core));

    /// <summary>The smaller; NaN wins. At most 32 bits wide. Keras: <c>keras.ops.minimum</c>.</summary>
    public static Tensor Minimum(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.minimum(x1.Core, x2.Core));

    /// <summary>The remainder, with the sign of x2, as Python's <c>%</c>; of bools int32. Keras: <c>keras.ops.mod</c>.</summary>
    public static Tensor Mod(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.mod(x1.Core, x2.Core));

    /// <summary>x1 · x2; of bools their and. Keras: <c>keras.ops.multiply</c>.</summary>
    public static Tensor Multiply(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.multiply(x1.Core, x2.Core));

    /// <summary>The next float after x1 towards x2. Keras: <c>keras.ops.nextafter</c>.</summary>
    public static Tensor Nextafter(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.nextafter(x1.Core, x2.Core));

    /// <summary>x1 ≠ x2, elementwise, bool. Keras: <c>keras.ops.not_equal</c>.</summary>
    public static Tensor NotEqual(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.notEqual(x1.Core, x2.Core));

    /// <summary>x1 to the power of x2. Keras: <c>keras.ops.power</c>.</summary>
    public static Tensor Power(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.power(x1.Core, x2.Core));

    /// <summary>x shifted to the right by y bits. Keras: <c>keras.ops.right_shift</c>.</summary>
    public static Tensor RightShift(Operand x, Operand y) =>
        new(FSharp.NumpyBinary.rightShift(x.Core, y.Core));

    /// <summary>The element of the first choice whose condition is true, else <c>defaultValue</c>. Keras: <c>keras.ops.select</c>.</summary>
    public static Tensor Select(IEnumerable<Tensor> conditions, IEnumerable<Operand> choices, Operand? defaultValue = null) =>
        new(FSharp.NumpyBinary.select(Fs.Unwrap(conditions), choices.Select(x => x.Core), Fs.Option(defaultValue?.Core)));

    /// <summary>x1 - x2. Keras: <c>keras.ops.subtract</c>.</summary>
    public static Tensor Subtract(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.subtract(x1.Core, x2.Core));

    /// <summary>x1 / x2, a float. Keras: <c>keras.ops.true_divide</c>.</summary>
    public static Tensor TrueDivide(Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.trueDivide(x1.Core, x2.Core));

    /// <summary>Where <c>condition</c> is true x1, else x2, all broadcast to each other. Keras: <c>keras.ops.where</c>.</summary>
    public static Tensor Where(Tensor condition, Operand x1, Operand x2) =>
        new(FSharp.NumpyBinary.where(condition.Core, x1.Core, x2.Core));
}
