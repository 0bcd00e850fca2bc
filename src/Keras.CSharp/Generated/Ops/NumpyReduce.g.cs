// Generated from the operations of Keras.FSharp by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras;

/// <content>Operations of one family.</content>
public static partial class Ops
{
    /// <summary>True if all elements are true (not zero). Keras: <c>keras.ops.all</c>.</summary>
    public static Tensor All(Tensor x, Ints? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyReduce.all(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims)));

    /// <summary>The largest element. Keras: <c>keras.ops.amax</c>.</summary>
    public static Tensor Amax(Tensor x, Ints? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyReduce.amax(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims)));

    /// <summary>The smallest element. Keras: <c>keras.ops.amin</c>.</summary>
    public static Tensor Amin(Tensor x, Ints? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyReduce.amin(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims)));

    /// <summary>True if any element is true (not zero). Keras: <c>keras.ops.any</c>.</summary>
    public static Tensor Any(Tensor x, Ints? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyReduce.any(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims)));

    /// <summary>The int32 index of the first largest element along <c>axis</c> (left out: of the flattened tensor). Keras: <c>keras.ops.argmax</c>.</summary>
    public static Tensor Argmax(Tensor x, int? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyReduce.argmax(x.Core, Fs.Option(axis), Fs.Option(keepdims)));

    /// <summary>The int32 index of the first smallest element along <c>axis</c> (left out: of the flattened tensor). Keras: <c>keras.ops.argmin</c>.</summary>
    public static Tensor Argmin(Tensor x, int? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyReduce.argmin(x.Core, Fs.Option(axis), Fs.Option(keepdims)));

    /// <summary>The mean weighted by <c>weights</c> (of the shape of x, or a vector along <c>axis</c>), a float. Keras: <c>keras.ops.average</c>.</summary>
    public static Tensor Average(Tensor x, Ints? axis = null, Tensor? weights = null) =>
        new(FSharp.NumpyReduce.average(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(weights?.Core)));

    /// <summary>How many elements are not zero, int32. Keras: <c>keras.ops.count_nonzero</c>.</summary>
    public static Tensor CountNonzero(Tensor x, Ints? axis = null) =>
        new(FSharp.NumpyReduce.countNonzero(x.Core, Fs.Option<IEnumerable<int>>(axis)));

    /// <summary>Products of all elements up to each, along <c>axis</c> (left out: of the flattened tensor). Keras: <c>keras.ops.cumprod</c>.</summary>
    public static Tensor Cumprod(Tensor x, int? axis = null, DType? dtype = null) =>
        new(FSharp.NumpyReduce.cumprod(x.Core, Fs.Option(axis), Fs.Option((FSharp.DType?)dtype)));

    /// <summary>Sums of all elements up to each, along <c>axis</c> (left out: of the flattened tensor). Keras: <c>keras.ops.cumsum</c>.</summary>
    public static Tensor Cumsum(Tensor x, int? axis = null, DType? dtype = null) =>
        new(FSharp.NumpyReduce.cumsum(x.Core, Fs.Option(axis), Fs.Option((FSharp.DType?)dtype)));

    /// <summary>Differences of neighbours along an axis, <c>n</c> times. Keras: <c>keras.ops.diff</c>.</summary>
    public static Tensor Diff(Tensor a, int? n = null, int? axis = null) =>
        new(FSharp.NumpyReduce.diff(a.Core, Fs.Option(n), Fs.Option(axis)));

    /// <summary>log Σ exp(x), a float, without overflow. Keras: <c>keras.ops.logsumexp</c>.</summary>
    public static Tensor Logsumexp(Tensor x, Ints? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyReduce.logsumexp(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims)));

    /// <summary>The largest element, at least <c>initial</c> if that is given. Keras: <c>keras.ops.max</c>.</summary>
    public static Tensor Max(Tensor x, Ints? axis = null, bool? keepdims = null, Operand? initial = null) =>
        new(FSharp.NumpyReduce.max(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims), Fs.Option(initial?.Core)));

    /// <summary>The mean, a float; half precision is added in float32. Keras: <c>keras.ops.mean</c>.</summary>
    public static Tensor Mean(Tensor x, Ints? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyReduce.mean(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims)));

    /// <summary>The smallest element, at most <c>initial</c> if that is given. Keras: <c>keras.ops.min</c>.</summary>
    public static Tensor Min(Tensor x, Ints? axis = null, bool? keepdims = null, Operand? initial = null) =>
        new(FSharp.NumpyReduce.min(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims), Fs.Option(initial?.Core)));

    /// <summary>The int32 index of the largest number; -1 where all are NaN. Keras: <c>keras.ops.nanargmax</c>.</summary>
    public static Tensor Nanargmax(Tensor x, int? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyReduce.nanargmax(x.Core, Fs.Option(axis), Fs.Option(keepdims)));

    /// <summary>The int32 index of the smallest number; -1 where all are NaN. Keras: <c>keras.ops.nanargmin</c>.</summary>
    public static Tensor Nanargmin(Tensor x, int? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyReduce.nanargmin(x.Core, Fs.Option(axis), Fs.Option(keepdims)));

    /// <summary>Cumulative products that count NaN as 1. Keras: <c>keras.ops.nancumprod</c>.</summary>
    public static Tensor Nancumprod(Tensor x, int? axis = null, DType? dtype = null) =>
        new(FSharp.NumpyReduce.nancumprod(x.Core, Fs.Option(axis), Fs.Option((FSharp.DType?)dtype)));

    /// <summary>Cumulative sums that count NaN as 0. Keras: <c>keras.ops.nancumsum</c>.</summary>
    public static Tensor Nancumsum(Tensor x, int? axis = null, DType? dtype = null) =>
        new(FSharp.NumpyReduce.nancumsum(x.Core, Fs.Option(axis), Fs.Option((FSharp.DType?)dtype)));

    /// <summary>The largest element that is a number; NaN if there is none. Keras: <c>keras.ops.nanmax</c>.</summary>
    public static Tensor Nanmax(Tensor x, Ints? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyReduce.nanmax(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims)));

    /// <summary>The mean without NaN, a float. Keras: <c>keras.ops.nanmean</c>.</summary>
    public static Tensor Nanmean(Tensor x, Ints? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyReduce.nanmean(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims)));

    /// <summary>The smallest element that is a number; NaN if there is none. Keras: <c>keras.ops.nanmin</c>.</summary>
    public static Tensor Nanmin(Tensor x, Ints? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyReduce.nanmin(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims)));

    /// <summary>The product without NaN. Keras: <c>keras.ops.nanprod</c>.</summary>
    public static Tensor Nanprod(Tensor x, Ints? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyReduce.nanprod(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims)));

    /// <summary>The standard deviation without NaN, a float. Keras: <c>keras.ops.nanstd</c>.</summary>
    public static Tensor Nanstd(Tensor x, Ints? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyReduce.nanstd(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims)));

    /// <summary>The sum without NaN. Keras: <c>keras.ops.nansum</c>.</summary>
    public static Tensor Nansum(Tensor x, Ints? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyReduce.nansum(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims)));

    /// <summary>The variance without NaN, a float. Keras: <c>keras.ops.nanvar</c>.</summary>
    public static Tensor Nanvar(Tensor x, Ints? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyReduce.nanvar(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims)));

    /// <summary>The product, at most 32 bits wide; small integers as in <c>sum</c>. Keras: <c>keras.ops.prod</c>.</summary>
    public static Tensor Prod(Tensor x, Ints? axis = null, bool? keepdims = null, DType? dtype = null) =>
        new(FSharp.NumpyReduce.prod(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims), Fs.Option((FSharp.DType?)dtype)));

    /// <summary>The largest minus the smallest element. Keras: <c>keras.ops.ptp</c>.</summary>
    public static Tensor Ptp(Tensor x, Ints? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyReduce.ptp(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims)));

    /// <summary>The (biased) standard deviation, a float. Keras: <c>keras.ops.std</c>.</summary>
    public static Tensor Std(Tensor x, Ints? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyReduce.std(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims)));

    /// <summary>The sum; bools and integers of less than 32 bits are added as int32. Keras: <c>keras.ops.sum</c>.</summary>
    public static Tensor Sum(Tensor x, Ints? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyReduce.sum(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims)));

    /// <summary>The integral by the trapezoidal rule along an axis, over the points <c>x</c> or points <c>dx</c> apart; a float. Keras: <c>keras.ops.trapezoid</c>.</summary>
    public static Tensor Trapezoid(Tensor y, Tensor? x = null, double? dx = null, int? axis = null) =>
        new(FSharp.NumpyReduce.trapezoid(y.Core, Fs.Option(x?.Core), Fs.Option(dx), Fs.Option(axis)));

    /// <summary>The (biased) variance, a float of at most 32 bits. Keras: <c>keras.ops.var</c>.</summary>
    public static Tensor Var(Tensor x, Ints? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyReduce.var(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims)));
}
