// Generated from the operations of Keras.FSharp by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras;

/// <content>Operations of one family.</content>
public static partial class Ops
{
    /// <summary>The int32 positions that put the <c>kth</c> smallest in its place (here: that sort). Keras: <c>keras.ops.argpartition</c>.</summary>
    public static Tensor Argpartition(Tensor x, int kth, int? axis = null) =>
        new(FSharp.NumpyIndex.argpartition(x.Core, kth, Fs.Option(axis)));

    /// <summary>The int32 positions that sort an axis, stable. Keras: <c>keras.ops.argsort</c>.</summary>
    public static Tensor Argsort(Tensor x, int? axis = null) =>
        new(FSharp.NumpyIndex.argsort(x.Core, Fs.Option(axis)));

    /// <summary>How often each number 0, 1, … stands in the last axis of integers (or the sums of their <c>weights</c>). The result has as many entries as the largest number needs, at least <c>minlength</c>; reads the values. Keras: <c>keras.ops.bincount</c>.</summary>
    public static Tensor Bincount(Tensor x, Tensor? weights = null, int? minlength = null) =>
        new(FSharp.NumpyIndex.bincount(x.Core, Fs.Option(weights?.Core), Fs.Option(minlength)));

    /// <summary>The number of the bin of each value, int32: bin i is [bins(i-1), bins(i)). Keras: <c>keras.ops.digitize</c>.</summary>
    public static Tensor Digitize(Tensor x, Tensor bins) =>
        new(FSharp.NumpyIndex.digitize(x.Core, bins.Core));

    /// <summary>Counts (floats of the type of x) in <c>bins</c> equal bins over <c>range</c> (left out: from the smallest to the largest value), and the edges. Keras: <c>keras.ops.histogram</c>.</summary>
    public static (Tensor, Tensor) Histogram(Tensor x, int? bins = null, (double, double)? range = null) =>
        Fs.Pair(FSharp.NumpyIndex.histogram(x.Core, Fs.Option(bins), Fs.Option(range is { } pair ? Tuple.Create(pair.Item1, pair.Item2) : null)));

    /// <summary>True where the target's score is among the k highest of its row: targets [n], predictions [n, classes]. Scores equal to the k-th count; targets out of range and scores that are not finite do not. Keras: <c>keras.ops.in_top_k</c>.</summary>
    public static Tensor InTopK(Tensor targets, Tensor predictions, int k) =>
        new(FSharp.NumpyIndex.inTopK(targets.Core, predictions.Core, k));

    /// <summary>True where an element of x1 is among those of x2, or with <c>invert</c> is not. Keras: <c>keras.ops.isin</c>.</summary>
    public static Tensor Isin(Operand x1, Operand x2, bool? assumeUnique = null, bool? invert = null) =>
        new(FSharp.NumpyIndex.isin(x1.Core, x2.Core, Fs.Option(assumeUnique), Fs.Option(invert)));

    /// <summary>The median, a float of at most 32 bits. Keras: <c>keras.ops.median</c>.</summary>
    public static Tensor Median(Tensor x, Ints? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyIndex.median(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims)));

    /// <summary>The median without NaN. Keras: <c>keras.ops.nanmedian</c>.</summary>
    public static Tensor Nanmedian(Tensor x, Ints? axis = null, bool? keepdims = null) =>
        new(FSharp.NumpyIndex.nanmedian(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims)));

    /// <summary>As <c>percentile</c>, without NaN. Keras: <c>keras.ops.nanpercentile</c>.</summary>
    public static Tensor Nanpercentile(Tensor x, Operand q, Ints? axis = null, string? method = null, bool? keepdims = null) =>
        new(FSharp.NumpyIndex.nanpercentile(x.Core, q.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(method), Fs.Option(keepdims)));

    /// <summary>As <c>quantile</c>, without NaN. Keras: <c>keras.ops.nanquantile</c>.</summary>
    public static Tensor Nanquantile(Tensor x, Operand q, Ints? axis = null, string? method = null, bool? keepdims = null) =>
        new(FSharp.NumpyIndex.nanquantile(x.Core, q.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(method), Fs.Option(keepdims)));

    /// <summary>The positions of the elements that are not zero, one row per axis, int32; reads the values. Keras: <c>keras.ops.nonzero</c>.</summary>
    public static Tensor Nonzero(Tensor x) =>
        new(FSharp.NumpyIndex.nonzero(x.Core));

    /// <summary>As <c>quantile</c>, q in percent. Keras: <c>keras.ops.percentile</c>.</summary>
    public static Tensor Percentile(Tensor x, Operand q, Ints? axis = null, string? method = null, bool? keepdims = null) =>
        new(FSharp.NumpyIndex.percentile(x.Core, q.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(method), Fs.Option(keepdims)));

    /// <summary>The quantile(s) q (0 … 1) over axes, a float of at most 32 bits; methods "linear", "lower", "higher", "midpoint", "nearest". Several q give a new first axis. Keras: <c>keras.ops.quantile</c>.</summary>
    public static Tensor Quantile(Tensor x, Operand q, Ints? axis = null, string? method = null, bool? keepdims = null) =>
        new(FSharp.NumpyIndex.quantile(x.Core, q.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(method), Fs.Option(keepdims)));

    /// <summary>Where each value would be inserted into a sorted vector, int32; <c>side</c> "left" or "right" of equals. Keras: <c>keras.ops.searchsorted</c>.</summary>
    public static Tensor Searchsorted(Tensor sortedSequence, Tensor values, string? side = null) =>
        new(FSharp.NumpyIndex.searchsorted(sortedSequence.Core, values.Core, Fs.Option(side)));

    /// <summary>Sorted along an axis, ascending and stable. Keras: <c>keras.ops.sort</c>.</summary>
    public static Tensor Sort(Tensor x, int? axis = null) =>
        new(FSharp.NumpyIndex.sort(x.Core, Fs.Option(axis)));

    /// <summary>The slices of x at <c>indices</c> along an axis (no axis: of the flattened tensor); negative indices count from the end. The axis is replaced by the shape of <c>indices</c>. Keras: <c>keras.ops.take</c>.</summary>
    public static Tensor Take(Tensor x, Tensor indices, int? axis = null) =>
        new(FSharp.NumpyIndex.take(x.Core, indices.Core, Fs.Option(axis)));

    /// <summary>The elements of x at <c>indices</c> along an axis, the other axes side by side (they broadcast); no axis: of the flattened tensor. Keras: <c>keras.ops.take_along_axis</c>.</summary>
    public static Tensor TakeAlongAxis(Tensor x, Tensor indices, int? axis = null) =>
        new(FSharp.NumpyIndex.takeAlongAxis(x.Core, indices.Core, Fs.Option(axis)));

    /// <summary>The k largest along the last axis, descending, and their int64 positions. Keras: <c>keras.ops.top_k</c>.</summary>
    public static (Tensor, Tensor) TopK(Tensor x, int k, bool? sorted = null) =>
        Fs.Pair(FSharp.NumpyIndex.topK(x.Core, k, Fs.Option(sorted)));

    /// <summary>Positions in the flattened tensor to one tensor of positions per axis. Keras: <c>keras.ops.unravel_index</c>.</summary>
    public static IReadOnlyList<Tensor> UnravelIndex(Tensor indices, Ints shape) =>
        Fs.Wrap([.. FSharp.NumpyIndex.unravelIndex(indices.Core, shape)]);
}
