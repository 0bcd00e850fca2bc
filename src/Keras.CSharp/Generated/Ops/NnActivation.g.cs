// Generated from the operations of Keras.FSharp by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras;

/// <content>Operations of one family.</content>
public static partial class Ops
{
    /// <summary>x above 0, α (exp(x / α) - 1) below. Keras: <c>keras.ops.celu</c>.</summary>
    public static Tensor Celu(Tensor x, double? alpha = null) =>
        new(FSharp.NnActivation.celu(x.Core, Fs.Option(alpha)));

    /// <summary>x above 0, α (exp(x) - 1) below. Keras: <c>keras.ops.elu</c>.</summary>
    public static Tensor Elu(Tensor x, double? alpha = null) =>
        new(FSharp.NnActivation.elu(x.Core, Fs.Option(alpha)));

    /// <summary>x Φ(x), Φ the normal distribution function; by default its tanh form (<c>keras.activations.gelu</c> has the exact one by default). Keras: <c>keras.ops.gelu</c>.</summary>
    public static Tensor Gelu(Tensor x, bool? approximate = null) =>
        new(FSharp.NnActivation.gelu(x.Core, Fs.Option(approximate)));

    /// <summary>The first half along an axis times the sigmoid of the second. Keras: <c>keras.ops.glu</c>.</summary>
    public static Tensor Glu(Tensor x, int? axis = null) =>
        new(FSharp.NnActivation.glu(x.Core, Fs.Option(axis)));

    /// <summary>x where |x| exceeds the threshold, else 0. Keras: <c>keras.ops.hard_shrink</c>.</summary>
    public static Tensor HardShrink(Tensor x, double? threshold = null) =>
        new(FSharp.NnActivation.hardShrink(x.Core, Fs.Option(threshold)));

    /// <summary>min(max(x + 3, 0), 6) / 6. Keras: <c>keras.ops.hard_sigmoid</c>.</summary>
    public static Tensor HardSigmoid(Tensor x) =>
        new(FSharp.NnActivation.hardSigmoid(x.Core));

    /// <summary>x · hardSigmoid(x). Keras: <c>keras.ops.hard_silu</c>, <c>keras.ops.hard_swish</c>.</summary>
    public static Tensor HardSilu(Tensor x) =>
        new(FSharp.NnActivation.hardSilu(x.Core));

    /// <summary>x · hardSigmoid(x). Keras: <c>keras.ops.hard_swish</c>.</summary>
    public static Tensor HardSwish(Tensor x) =>
        new(FSharp.NnActivation.hardSwish(x.Core));

    /// <summary>x limited to [-1, 1]; integers stay integers. Keras: <c>keras.ops.hard_tanh</c>.</summary>
    public static Tensor HardTanh(Tensor x) =>
        new(FSharp.NnActivation.hardTanh(x.Core));

    /// <summary>x above 0, <c>negativeSlope</c> · x below. Keras: <c>keras.ops.leaky_relu</c>.</summary>
    public static Tensor LeakyRelu(Tensor x, double? negativeSlope = null) =>
        new(FSharp.NnActivation.leakyRelu(x.Core, Fs.Option(negativeSlope)));

    /// <summary>log(sigmoid(x)) without overflow. Keras: <c>keras.ops.log_sigmoid</c>.</summary>
    public static Tensor LogSigmoid(Tensor x) =>
        new(FSharp.NnActivation.logSigmoid(x.Core));

    /// <summary>The logarithm of the softmax over several axes. Keras: <c>keras.ops.log_softmax</c>.</summary>
    public static Tensor LogSoftmax(Tensor x, int? axis = null) =>
        new(FSharp.NnActivation.logSoftmax(x.Core, Fs.Option(axis)));

    /// <summary>The logarithm of the softmax over several axes. Keras: <c>keras.ops.log_softmax</c>.</summary>
    public static Tensor LogSoftmax(Tensor x, Ints axis) =>
        new(FSharp.NnActivation.logSoftmax(x.Core, axis));

    /// <summary>x · tanh(softplus(x)). Keras: <c>keras.activations.mish</c>.</summary>
    public static Tensor Mish(Tensor x) =>
        new(FSharp.NnActivation.mish(x.Core));

    /// <summary>max(x, 0); integers stay integers. Keras: <c>keras.ops.relu</c>.</summary>
    public static Tensor Relu(Tensor x) =>
        new(FSharp.NnActivation.relu(x.Core));

    /// <summary>min(max(x, 0), 6); integers stay integers. Keras: <c>keras.ops.relu6</c>.</summary>
    public static Tensor Relu6(Tensor x) =>
        new(FSharp.NnActivation.relu6(x.Core));

    /// <summary>The elu whose scale and α keep mean and variance. Keras: <c>keras.ops.selu</c>.</summary>
    public static Tensor Selu(Tensor x) =>
        new(FSharp.NnActivation.selu(x.Core));

    /// <summary>1 / (1 + exp(-x)). Keras: <c>keras.ops.sigmoid</c>.</summary>
    public static Tensor Sigmoid(Tensor x) =>
        new(FSharp.NnActivation.sigmoid(x.Core));

    /// <summary>x · sigmoid(x). Keras: <c>keras.ops.silu</c>, <c>keras.ops.swish</c>.</summary>
    public static Tensor Silu(Tensor x) =>
        new(FSharp.NnActivation.silu(x.Core));

    /// <summary>x moved towards 0 by the threshold, 0 within it. Keras: <c>keras.ops.soft_shrink</c>.</summary>
    public static Tensor SoftShrink(Tensor x, double? threshold = null) =>
        new(FSharp.NnActivation.softShrink(x.Core, Fs.Option(threshold)));

    /// <summary>exp(x) divided by its sum over several axes. Keras: <c>keras.ops.softmax</c>.</summary>
    public static Tensor Softmax(Tensor x, int? axis = null) =>
        new(FSharp.NnActivation.softmax(x.Core, Fs.Option(axis)));

    /// <summary>exp(x) divided by its sum over several axes. Keras: <c>keras.ops.softmax</c>.</summary>
    public static Tensor Softmax(Tensor x, Ints axis) =>
        new(FSharp.NnActivation.softmax(x.Core, axis));

    /// <summary>log(1 + exp(x)) without overflow. Keras: <c>keras.ops.softplus</c>.</summary>
    public static Tensor Softplus(Tensor x) =>
        new(FSharp.NnActivation.softplus(x.Core));

    /// <summary>x / (1 + |x|). Keras: <c>keras.ops.softsign</c>.</summary>
    public static Tensor Softsign(Tensor x) =>
        new(FSharp.NnActivation.softsign(x.Core));

    /// <summary>0 below -1, x above 1, (x + 1)² / 4 between. Keras: <c>keras.ops.sparse_plus</c>.</summary>
    public static Tensor SparsePlus(Tensor x) =>
        new(FSharp.NnActivation.sparsePlus(x.Core));

    /// <summary>0 below -1, 1 above 1, straight between. Keras: <c>keras.ops.sparse_sigmoid</c>.</summary>
    public static Tensor SparseSigmoid(Tensor x) =>
        new(FSharp.NnActivation.sparseSigmoid(x.Core));

    /// <summary>A softmax with zeros. As in Keras the threshold comes from the sum of the prefix sums of the support, so that results need not sum to 1 where more than one element is above it. Keras: <c>keras.ops.sparsemax</c>.</summary>
    public static Tensor Sparsemax(Tensor x, int? axis = null) =>
        new(FSharp.NnActivation.sparsemax(x.Core, Fs.Option(axis)));

    /// <summary>(x + √(x² + b)) / 2. Keras: <c>keras.ops.squareplus</c>.</summary>
    public static Tensor Squareplus(Tensor x, double? b = null) =>
        new(FSharp.NnActivation.squareplus(x.Core, Fs.Option(b)));

    /// <summary>x · sigmoid(x). Keras: <c>keras.ops.swish</c>.</summary>
    public static Tensor Swish(Tensor x) =>
        new(FSharp.NnActivation.swish(x.Core));

    /// <summary>x - tanh(x). Keras: <c>keras.ops.tanh_shrink</c>.</summary>
    public static Tensor TanhShrink(Tensor x) =>
        new(FSharp.NnActivation.tanhShrink(x.Core));

    /// <summary>x where it exceeds the threshold, else <c>defaultValue</c>; integers stay integers. Keras: <c>keras.ops.threshold</c>.</summary>
    public static Tensor Threshold(Tensor x, double threshold, double defaultValue) =>
        new(FSharp.NnActivation.threshold(x.Core, threshold, defaultValue));
}
