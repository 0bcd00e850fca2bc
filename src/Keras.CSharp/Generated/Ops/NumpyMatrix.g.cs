// Generated from the operations of Keras.FSharp by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras;

/// <content>Operations of one family.</content>
public static partial class Ops
{
    /// <summary>Pearson's correlations of the rows of x, a float. Keras: <c>keras.ops.corrcoef</c>.</summary>
    public static Tensor Corrcoef(Tensor x) =>
        new(FSharp.NumpyMatrix.corrcoef(x.Core));

    /// <summary>The cross-correlation of two vectors; modes "valid", "same", "full". Keras: <c>keras.ops.correlate</c>.</summary>
    public static Tensor Correlate(Tensor x1, Tensor x2, string? mode = null) =>
        new(FSharp.NumpyMatrix.correlate(x1.Core, x2.Core, Fs.Option(mode)));

    /// <summary>The cross product of vectors of 3 (or 2) along an axis. Keras: <c>keras.ops.cross</c>.</summary>
    public static Tensor Cross(Tensor x1, Tensor x2, int? axisa = null, int? axisb = null, int? axisc = null, int? axis = null) =>
        new(FSharp.NumpyMatrix.cross(x1.Core, x2.Core, Fs.Option(axisa), Fs.Option(axisb), Fs.Option(axisc), Fs.Option(axis)));

    /// <summary>Of a vector the matrix with it on the <c>k</c>-th diagonal, of a matrix its <c>k</c>-th diagonal. Keras: <c>keras.ops.diag</c>.</summary>
    public static Tensor Diag(Tensor x, int? k = null) =>
        new(FSharp.NumpyMatrix.diag(x.Core, Fs.Option(k)));

    /// <summary>The matrix with the flattened tensor on its <c>k</c>-th diagonal. Keras: <c>keras.ops.diagflat</c>.</summary>
    public static Tensor Diagflat(Tensor x, int? k = null) =>
        new(FSharp.NumpyMatrix.diagflat(x.Core, Fs.Option(k)));

    /// <summary>The elements on the <c>offset</c>-th diagonal of two axes; they become the last axis. Keras: <c>keras.ops.diagonal</c>.</summary>
    public static Tensor Diagonal(Tensor x, int? offset = null, int? axis1 = null, int? axis2 = null) =>
        new(FSharp.NumpyMatrix.diagonal(x.Core, Fs.Option(offset), Fs.Option(axis1), Fs.Option(axis2)));

    /// <summary>Contracts the last axis of x1 with the last but one of x2; scalars multiply. At most 32 bits wide. Keras: <c>keras.ops.dot</c>.</summary>
    public static Tensor Dot(Tensor x1, Tensor x2) =>
        new(FSharp.NumpyMatrix.dot(x1.Core, x2.Core));

    /// <summary>Einstein's summation: axes are named by letters, those that the result does not name are summed over; '...' stands for any further axes. Keras: <c>keras.ops.einsum</c>.</summary>
    public static Tensor Einsum(string subscripts, params Tensor[] operands) =>
        new(FSharp.NumpyMatrix.einsum(subscripts, Fs.Unwrap(operands)));

    /// <summary>Contracts the last axes of both; scalars multiply. Keras: <c>keras.ops.inner</c>.</summary>
    public static Tensor Inner(Tensor x1, Tensor x2) =>
        new(FSharp.NumpyMatrix.inner(x1.Core, x2.Core));

    /// <summary>The Kronecker product. Keras: <c>keras.ops.kron</c>.</summary>
    public static Tensor Kron(Tensor x1, Tensor x2) =>
        new(FSharp.NumpyMatrix.kron(x1.Core, x2.Core));

    /// <summary>The matrix product of the last two axes, broadcast over the others; vectors are rows or columns. At most 32 bits wide; of int8 int32. Keras: <c>keras.ops.matmul</c>.</summary>
    public static Tensor Matmul(Tensor x1, Tensor x2) =>
        new(FSharp.NumpyMatrix.matmul(x1.Core, x2.Core));

    /// <summary>All products of an element of x1 and one of x2, both flattened: [size1, size2]. Keras: <c>keras.ops.outer</c>.</summary>
    public static Tensor Outer(Operand x1, Operand x2) =>
        new(FSharp.NumpyMatrix.outer(x1.Core, x2.Core));

    /// <summary>Contracts the last <c>axes</c> axes of x1 with the first ones of x2. Keras: <c>keras.ops.tensordot</c>.</summary>
    public static Tensor Tensordot(Tensor x1, Tensor x2, int? axes = null) =>
        new(FSharp.NumpyMatrix.tensordot(x1.Core, x2.Core, Fs.Option(axes)));

    /// <summary>Contracts the last <c>axes</c> axes of x1 with the first ones of x2. Keras: <c>keras.ops.tensordot</c>.</summary>
    public static Tensor Tensordot(Tensor x1, Tensor x2, Ints axes1, Ints axes2) =>
        new(FSharp.NumpyMatrix.tensordot(x1.Core, x2.Core, axes1, axes2));

    /// <summary>The sum of a diagonal; small integers as in <c>sum</c>. Keras: <c>keras.ops.trace</c>.</summary>
    public static Tensor Trace(Tensor x, int? offset = null, int? axis1 = null, int? axis2 = null) =>
        new(FSharp.NumpyMatrix.trace(x.Core, Fs.Option(offset), Fs.Option(axis1), Fs.Option(axis2)));

    /// <summary>The lower triangle of the last two axes, up to the <c>k</c>-th diagonal; the rest is 0. Keras: <c>keras.ops.tril</c>.</summary>
    public static Tensor Tril(Tensor x, int? k = null) =>
        new(FSharp.NumpyMatrix.tril(x.Core, Fs.Option(k)));

    /// <summary>The upper triangle of the last two axes, from the <c>k</c>-th diagonal; the rest is 0. Keras: <c>keras.ops.triu</c>.</summary>
    public static Tensor Triu(Tensor x, int? k = null) =>
        new(FSharp.NumpyMatrix.triu(x.Core, Fs.Option(k)));

    /// <summary>Columns of powers of a vector, <c>n</c> of them, falling unless <c>increasing</c>. Keras: <c>keras.ops.vander</c>.</summary>
    public static Tensor Vander(Tensor x, int? n = null, bool? increasing = null) =>
        new(FSharp.NumpyMatrix.vander(x.Core, Fs.Option(n), Fs.Option(increasing)));

    /// <summary>The sum of the products of the flattened tensors, the first conjugated. Keras: <c>keras.ops.vdot</c>.</summary>
    public static Tensor Vdot(Tensor x1, Tensor x2) =>
        new(FSharp.NumpyMatrix.vdot(x1.Core, x2.Core));
}
