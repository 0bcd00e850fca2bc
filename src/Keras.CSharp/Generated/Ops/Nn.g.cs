// Generated from the operations of Keras.FSharp by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras;

/// <content>Operations of one family.</content>
public static partial class Ops
{
    /// <summary>(x - mean) / √(variance + epsilon) · scale + offset, all of them vectors along <c>axis</c>; offset and scale may be left out. Keras: <c>keras.ops.batch_normalization</c>.</summary>
    public static Tensor BatchNormalization(Tensor x, Tensor mean, Tensor variance, int axis, Tensor? offset = null, Tensor? scale = null, double? epsilon = null) =>
        new(FSharp.Nn.batchNormalization(x.Core, mean.Core, variance.Core, axis, Fs.Option(offset?.Core), Fs.Option(scale?.Core), Fs.Option(epsilon)));

    /// <summary>-(target · log(output) + (1 - target) · log(1 - output)), elementwise; probabilities are clipped. Keras: <c>keras.ops.binary_crossentropy</c>.</summary>
    public static Tensor BinaryCrossentropy(Tensor target, Tensor output, bool? fromLogits = null) =>
        new(FSharp.Nn.binaryCrossentropy(target.Core, output.Core, Fs.Option(fromLogits)));

    /// <summary>-Σ target · log(output) along an axis; the axis is dropped. Keras: <c>keras.ops.categorical_crossentropy</c>.</summary>
    public static Tensor CategoricalCrossentropy(Tensor target, Tensor output, bool? fromLogits = null, int? axis = null) =>
        new(FSharp.Nn.categoricalCrossentropy(target.Core, output.Core, Fs.Option(fromLogits), Fs.Option(axis)));

    /// <summary>Moves channels into blocks of <c>blockSize</c> × <c>blockSize</c> cells. Keras: <c>keras.ops.depth_to_space</c>.</summary>
    public static Tensor DepthToSpace(Tensor x, int blockSize, string? dataFormat = null) =>
        new(FSharp.Nn.depthToSpace(x.Core, blockSize, Fs.Option(dataFormat)));

    /// <summary>Scaled dot product attention of query [batch, T, heads, size], key and value [batch, S, heads or a divisor, size]. <c>mask</c> (true where allowed) and <c>bias</c> (added to the scores) broadcast to [batch, heads, T, S]; <c>scale</c> is 1 / √size by default. Keras: <c>keras.ops.dot_product_attention</c>.</summary>
    public static Tensor DotProductAttention(Tensor query, Tensor key, Tensor value, Tensor? bias = null, Tensor? mask = null, double? scale = null, bool? isCausal = null, bool? flashAttention = null) =>
        new(FSharp.Nn.dotProductAttention(query.Core, key.Core, value.Core, Fs.Option(bias?.Core), Fs.Option(mask?.Core), Fs.Option(scale), Fs.Option(isCausal), Fs.Option(flashAttention)));

    /// <summary>Normalises over axes (left out: the last) to mean 0 and variance 1, then · gamma + beta, which have the shape of the normalised axes; half precision is computed in float32. Epsilon is <c>Config.Epsilon</c> by default. Keras: <c>keras.ops.layer_normalization</c>.</summary>
    public static Tensor LayerNormalization(Tensor x, Tensor? gamma = null, Tensor? beta = null, Ints? axis = null, double? epsilon = null) =>
        new(FSharp.Nn.layerNormalization(x.Core, Fs.Option(gamma?.Core), Fs.Option(beta?.Core), Fs.Option<IEnumerable<int>>(axis), Fs.Option(epsilon)));

    /// <summary>Mean and (biased) variance over axes, in the type of x; half precision is added in float32. Keras: <c>keras.ops.moments</c>.</summary>
    public static (Tensor, Tensor) Moments(Tensor x, Ints axes, bool? keepdims = null) =>
        Fs.Pair(FSharp.Nn.moments(x.Core, axes, Fs.Option(keepdims)));

    /// <summary>1 at the positions of all integers of a row, else 0: [n] to [numClasses], [batch, n] to [batch, numClasses]. Keras: <c>keras.ops.multi_hot</c>.</summary>
    public static Tensor MultiHot(Tensor inputs, int numClasses, int? axis = null, DType? dtype = null) =>
        new(FSharp.Nn.multiHot(inputs.Core, numClasses, Fs.Option(axis), Fs.Option((FSharp.DType?)dtype)));

    /// <summary>x divided by its norm of order <c>order</c> over axes (left out: the last); norms below <c>epsilon</c> (<c>Config.Epsilon</c> by default) count as epsilon. Keras: <c>keras.ops.normalize</c>.</summary>
    public static Tensor Normalize(Tensor x, Ints? axis = null, double? order = null, double? epsilon = null) =>
        new(FSharp.Nn.normalize(x.Core, Fs.Option<IEnumerable<int>>(axis), Fs.Option(order), Fs.Option(epsilon)));

    /// <summary>1 at the position of each integer along a new axis of <c>numClasses</c>, else 0; out of range gives zeros. <c>floatx</c> unless <c>dtype</c> is given. Keras: <c>keras.ops.one_hot</c>.</summary>
    public static Tensor OneHot(Tensor x, int numClasses, int? axis = null, DType? dtype = null) =>
        new(FSharp.Nn.oneHot(x.Core, numClasses, Fs.Option(axis), Fs.Option((FSharp.DType?)dtype)));

    /// <summary>Peak signal to noise ratio in decibels of two tensors of one shape. Keras: <c>keras.ops.psnr</c>.</summary>
    public static Tensor Psnr(Tensor x1, Tensor x2, double maxVal) =>
        new(FSharp.Nn.psnr(x1.Core, x2.Core, maxVal));

    /// <summary>x / √(mean(x²) + epsilon) over axes (left out: the last), times <c>scale</c>; half precision is computed in float32. Epsilon is <c>Config.Epsilon</c> by default. Keras: <c>keras.ops.rms_normalization</c>.</summary>
    public static Tensor RmsNormalization(Tensor x, Tensor? scale = null, Ints? axis = null, double? epsilon = null) =>
        new(FSharp.Nn.rmsNormalization(x.Core, Fs.Option(scale?.Core), Fs.Option<IEnumerable<int>>(axis), Fs.Option(epsilon)));

    /// <summary>Moves blocks of <c>blockSize</c> × <c>blockSize</c> cells into channels. Keras: <c>keras.ops.space_to_depth</c>.</summary>
    public static Tensor SpaceToDepth(Tensor x, int blockSize, string? dataFormat = null) =>
        new(FSharp.Nn.spaceToDepth(x.Core, blockSize, Fs.Option(dataFormat)));

    /// <summary>-log(output) at the class that the integer target names; target lacks the axis, or has it with size 1. Targets out of range give 0. Keras: <c>keras.ops.sparse_categorical_crossentropy</c>.</summary>
    public static Tensor SparseCategoricalCrossentropy(Tensor target, Tensor output, bool? fromLogits = null, int? axis = null) =>
        new(FSharp.Nn.sparseCategoricalCrossentropy(target.Core, output.Core, Fs.Option(fromLogits), Fs.Option(axis)));
}
