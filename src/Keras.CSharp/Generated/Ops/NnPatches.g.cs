// Generated from the operations of Keras.FSharp by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras;

/// <content>Operations of one family.</content>
public static partial class Ops
{
    /// <summary>Adds columns [n, c · kernel cells, windows] up to images [n, c, h, w] of <c>outputSize</c>. Keras: <c>keras.ops.fold</c>.</summary>
    public static Tensor Fold(Tensor x, Ints outputSize, Ints kernelSize, Ints? dilation = null, Ints? padding = null, Ints? stride = null) =>
        new(FSharp.NnPatches.fold(x.Core, outputSize, kernelSize, Fs.Option<IEnumerable<int>>(dilation), Fs.Option<IEnumerable<int>>(padding), Fs.Option<IEnumerable<int>>(stride)));

    /// <summary>The windows of x [n, c, h, w] as columns: [n, c · kernel cells, windows]. Keras: <c>keras.ops.unfold</c>.</summary>
    public static Tensor Unfold(Tensor x, Ints kernelSize, Ints? dilation = null, Ints? padding = null, Ints? stride = null) =>
        new(FSharp.NnPatches.unfold(x.Core, kernelSize, Fs.Option<IEnumerable<int>>(dilation), Fs.Option<IEnumerable<int>>(padding), Fs.Option<IEnumerable<int>>(stride)));
}
