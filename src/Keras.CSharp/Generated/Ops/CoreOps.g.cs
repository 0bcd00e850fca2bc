// Generated from the operations of Keras.FSharp by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras;

/// <content>Operations of one family.</content>
public static partial class Ops
{
    /// <summary>Another element type. Keras: <c>keras.ops.cast</c>.</summary>
    public static Tensor Cast(Tensor x, DType dtype) =>
        new(FSharp.CoreOps.cast(x.Core, (FSharp.DType)dtype));

    /// <summary>The same tensor; tensors are never changed. Keras: <c>keras.ops.copy</c>.</summary>
    public static Tensor Copy(Tensor x) =>
        new(FSharp.CoreOps.copy(x.Core));

    /// <summary>The greatest common divisor of integers, elementwise. Keras: <c>keras.ops.gcd</c>.</summary>
    public static Tensor Gcd(Operand x1, Operand x2) =>
        new(FSharp.CoreOps.gcd(x1.Core, x2.Core));

    /// <summary>The least common multiple of integers, elementwise. Keras: <c>keras.ops.lcm</c>.</summary>
    public static Tensor Lcm(Operand x1, Operand x2) =>
        new(FSharp.CoreOps.lcm(x1.Core, x2.Core));

    /// <summary>The number of axes. Keras: <c>keras.ops.ndim</c>.</summary>
    public static int Ndim(Tensor x) =>
        FSharp.CoreOps.ndim(x.Core);

    /// <summary>Another element type; what it cannot hold becomes its largest or smallest number. Keras: <c>keras.ops.saturate_cast</c>.</summary>
    public static Tensor SaturateCast(Tensor x, DType dtype) =>
        new(FSharp.CoreOps.saturateCast(x.Core, (FSharp.DType)dtype));

    /// <summary>Zeros of the given shape with <c>values</c> added at rows of indices. Keras: <c>keras.ops.scatter</c>.</summary>
    public static Tensor Scatter(Tensor indices, Tensor values, Ints shape) =>
        new(FSharp.CoreOps.scatter(indices.Core, values.Core, shape));

    /// <summary><c>inputs</c> with <c>updates</c> written, or by <c>reduction</c> ("add", "max", "min", "mul") joined, at rows of indices. Keras: <c>keras.ops.scatter_update</c>.</summary>
    public static Tensor ScatterUpdate(Tensor inputs, Tensor indices, Tensor updates, string? reduction = null) =>
        new(FSharp.CoreOps.scatterUpdate(inputs.Core, indices.Core, updates.Core, Fs.Option(reduction)));

    /// <summary>The number of elements. Keras: <c>keras.ops.size</c>.</summary>
    public static int Size(Tensor x) =>
        FSharp.CoreOps.size(x.Core);

    /// <summary>The part of the given shape that begins at computed indices, which are limited so that it fits. Keras: <c>keras.ops.slice</c>.</summary>
    public static Tensor Slice(Tensor inputs, Tensor startIndices, Ints shape) =>
        new(FSharp.CoreOps.slice(inputs.Core, startIndices.Core, shape));

    /// <summary>The part of the given shape that begins at computed indices, which are limited so that it fits. Keras: <c>keras.ops.slice</c>.</summary>
    public static Tensor Slice(Tensor inputs, Ints startIndices, Ints shape) =>
        new(FSharp.CoreOps.slice(inputs.Core, startIndices, shape));

    /// <summary><c>inputs</c> with <c>updates</c> written at <c>startIndices</c>. Keras: <c>keras.ops.slice_update</c>.</summary>
    public static Tensor SliceUpdate(Tensor inputs, Tensor startIndices, Tensor updates) =>
        new(FSharp.CoreOps.sliceUpdate(inputs.Core, startIndices.Core, updates.Core));

    /// <summary><c>inputs</c> with <c>updates</c> written at <c>startIndices</c>. Keras: <c>keras.ops.slice_update</c>.</summary>
    public static Tensor SliceUpdate(Tensor inputs, Ints startIndices, Tensor updates) =>
        new(FSharp.CoreOps.sliceUpdate(inputs.Core, startIndices, updates.Core));

    /// <summary>The identity, through which no gradient flows. Keras: <c>keras.ops.stop_gradient</c>.</summary>
    public static Tensor StopGradient(Tensor variable) =>
        new(FSharp.CoreOps.stopGradient(variable.Core));

    /// <summary>The bits as another element type. Where that has another width, the last axis shrinks or grows so that the bytes stay the same: int32 of shape [4] are uint8 of shape [16]. Keras: <c>keras.ops.view</c>.</summary>
    public static Tensor View(Tensor x, DType? dtype = null) =>
        new(FSharp.CoreOps.view(x.Core, Fs.Option((FSharp.DType?)dtype)));
}
