// Generated from the operations of Keras.FSharp by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras;

/// <content>Operations of one family.</content>
public static partial class Ops
{
    /// <summary>The means of <c>outputSize</c> parts of each spatial axis, which may overlap. Keras: <c>keras.ops.adaptive_average_pool</c>.</summary>
    public static Tensor AdaptiveAveragePool(Tensor inputs, Ints outputSize, string? dataFormat = null) =>
        new(FSharp.NnConv.adaptiveAveragePool(inputs.Core, outputSize, Fs.Option(dataFormat)));

    /// <summary>The largest elements of <c>outputSize</c> parts of each spatial axis, which may overlap. Keras: <c>keras.ops.adaptive_max_pool</c>.</summary>
    public static Tensor AdaptiveMaxPool(Tensor inputs, Ints outputSize, string? dataFormat = null) =>
        new(FSharp.NnConv.adaptiveMaxPool(inputs.Core, outputSize, Fs.Option(dataFormat)));

    /// <summary>The mean of each window; padded cells do not count. Keras: <c>keras.ops.average_pool</c>.</summary>
    public static Tensor AveragePool(Tensor inputs, Ints poolSize, Ints? strides = null, string? padding = null, string? dataFormat = null) =>
        new(FSharp.NnConv.averagePool(inputs.Core, poolSize, Fs.Option<IEnumerable<int>>(strides), Fs.Option(padding), Fs.Option(dataFormat)));

    /// <summary>Convolution of <c>inputs</c> [batch, spatial…, channels] with <c>kernel</c> [spatial…, channels / groups, filters]; the number of groups follows from the channels. One stride or dilation stands for all axes. Keras: <c>keras.ops.conv</c>.</summary>
    public static Tensor Conv(Tensor inputs, Tensor kernel, Ints? strides = null, string? padding = null, string? dataFormat = null, Ints? dilationRate = null) =>
        new(FSharp.NnConv.conv(inputs.Core, kernel.Core, Fs.Option<IEnumerable<int>>(strides), Fs.Option(padding), Fs.Option(dataFormat), Fs.Option<IEnumerable<int>>(dilationRate)));

    /// <summary>The transpose of a convolution: <c>inputs</c> [batch, spatial…, channels], <c>kernel</c> [spatial…, filters, channels]. The sizes become n · stride ("same") or (n - 1) · stride + max(kernel, stride) ("valid"), or what <c>outputPadding</c> makes of them. Keras: <c>keras.ops.conv_transpose</c>.</summary>
    public static Tensor ConvTranspose(Tensor inputs, Tensor kernel, Ints? strides = null, string? padding = null, Ints? outputPadding = null, string? dataFormat = null, Ints? dilationRate = null) =>
        new(FSharp.NnConv.convTranspose(inputs.Core, kernel.Core, Fs.Option<IEnumerable<int>>(strides), Fs.Option(padding), Fs.Option<IEnumerable<int>>(outputPadding), Fs.Option(dataFormat), Fs.Option<IEnumerable<int>>(dilationRate)));

    /// <summary>Convolution of each channel with filters of its own: <c>kernel</c> [spatial…, channels, multiplier]. Keras: <c>keras.ops.depthwise_conv</c>.</summary>
    public static Tensor DepthwiseConv(Tensor inputs, Tensor kernel, Ints? strides = null, string? padding = null, string? dataFormat = null, Ints? dilationRate = null) =>
        new(FSharp.NnConv.depthwiseConv(inputs.Core, kernel.Core, Fs.Option<IEnumerable<int>>(strides), Fs.Option(padding), Fs.Option(dataFormat), Fs.Option<IEnumerable<int>>(dilationRate)));

    /// <summary>The largest element of each window; strides are the size of the window unless given. Keras: <c>keras.ops.max_pool</c>.</summary>
    public static Tensor MaxPool(Tensor inputs, Ints poolSize, Ints? strides = null, string? padding = null, string? dataFormat = null) =>
        new(FSharp.NnConv.maxPool(inputs.Core, poolSize, Fs.Option<IEnumerable<int>>(strides), Fs.Option(padding), Fs.Option(dataFormat)));

    /// <summary>A depthwise convolution and one of width 1 over the channels: <c>pointwiseKernel</c> [1…, channels · multiplier, filters]. Keras: <c>keras.ops.separable_conv</c>.</summary>
    public static Tensor SeparableConv(Tensor inputs, Tensor depthwiseKernel, Tensor pointwiseKernel, Ints? strides = null, string? padding = null, string? dataFormat = null, Ints? dilationRate = null) =>
        new(FSharp.NnConv.separableConv(inputs.Core, depthwiseKernel.Core, pointwiseKernel.Core, Fs.Option<IEnumerable<int>>(strides), Fs.Option(padding), Fs.Option(dataFormat), Fs.Option<IEnumerable<int>>(dilationRate)));
}
