// Generated from the operations of Keras.FSharp by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras;

/// <content>Operations of one family.</content>
public static partial class Ops
{
    /// <summary>The triangular factor L (or with <c>upper</c> its transpose) with x = L Lᵀ of a positive definite matrix. Keras: <c>keras.ops.cholesky</c>.</summary>
    public static Tensor Cholesky(Tensor x, bool? upper = null) =>
        new(FSharp.LinalgOps.cholesky(x.Core, Fs.Option(upper)));

    /// <summary>The inverse of L Lᵀ from its factor L (or with <c>upper</c> Lᵀ). Keras: <c>keras.ops.cholesky_inverse</c>.</summary>
    public static Tensor CholeskyInverse(Tensor x, bool? upper = null) =>
        new(FSharp.LinalgOps.choleskyInverse(x.Core, Fs.Option(upper)));

    /// <summary>The determinant. Keras: <c>keras.ops.det</c>.</summary>
    public static Tensor Det(Tensor x) =>
        new(FSharp.LinalgOps.det(x.Core));

    /// <summary>Complex eigenvalues and, in columns, eigenvectors. Keras: <c>keras.ops.eig</c>.</summary>
    public static (Tensor, Tensor) Eig(Tensor x) =>
        Fs.Pair(FSharp.LinalgOps.eig(x.Core));

    /// <summary>Rising eigenvalues and, in columns, eigenvectors of a symmetric (Hermitian) matrix. Keras: <c>keras.ops.eigh</c>.</summary>
    public static (Tensor, Tensor) Eigh(Tensor x) =>
        Fs.Pair(FSharp.LinalgOps.eigh(x.Core));

    /// <summary>The inverse. Keras: <c>keras.ops.inv</c>.</summary>
    public static Tensor Inv(Tensor x) =>
        new(FSharp.LinalgOps.inv(x.Core));

    /// <summary>The logarithm of the determinant of a positive definite matrix. Keras: <c>keras.ops.logdet</c>.</summary>
    public static Tensor Logdet(Tensor x) =>
        new(FSharp.LinalgOps.logdet(x.Core));

    /// <summary>The least squares solution of least norm of a x = b. Keras: <c>keras.ops.lstsq</c>.</summary>
    public static Tensor Lstsq(Tensor a, Tensor b, double? rcond = null) =>
        new(FSharp.LinalgOps.lstsq(a.Core, b.Core, Fs.Option(rcond)));

    /// <summary>The packed factors L and U and the pivots (row interchanges, int32). Keras: <c>keras.ops.lu_factor</c>.</summary>
    public static (Tensor, Tensor) LuFactor(Tensor x) =>
        Fs.Pair(FSharp.LinalgOps.luFactor(x.Core));

    /// <summary>The n-th power of a matrix; negative n of its inverse. Keras: <c>keras.ops.matrix_power</c>.</summary>
    public static Tensor MatrixPower(Tensor x, int n) =>
        new(FSharp.LinalgOps.matrixPower(x.Core, n));

    /// <summary>The number of singular values above <c>tol</c> (by default relative to the largest), int32. Keras: <c>keras.ops.matrix_rank</c>.</summary>
    public static Tensor MatrixRank(Tensor x, double? tol = null) =>
        new(FSharp.LinalgOps.matrixRank(x.Core, Fs.Option(tol)));

    /// <summary>The norm "fro" (Frobenius) or "nuc" (sum of singular values) of matrices. Keras: <c>keras.ops.norm</c>.</summary>
    public static Tensor Norm(Tensor x, double? ord = null, Ints? axis = null, bool? keepdims = null) =>
        new(FSharp.LinalgOps.norm(x.Core, Fs.Option(ord), Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims)));

    /// <summary>The norm "fro" (Frobenius) or "nuc" (sum of singular values) of matrices. Keras: <c>keras.ops.norm</c>.</summary>
    public static Tensor Norm(Tensor x, string ord, Ints? axis = null, bool? keepdims = null) =>
        new(FSharp.LinalgOps.norm(x.Core, ord, Fs.Option<IEnumerable<int>>(axis), Fs.Option(keepdims)));

    /// <summary>The pseudoinverse; singular values below <c>rcond</c> times the largest count as 0. Keras: <c>keras.ops.pinv</c>.</summary>
    public static Tensor Pinv(Tensor x, double? rcond = null) =>
        new(FSharp.LinalgOps.pinv(x.Core, Fs.Option(rcond)));

    /// <summary>An orthogonal and a triangular factor; mode "reduced" or "complete". Keras: <c>keras.ops.qr</c>.</summary>
    public static (Tensor, Tensor) Qr(Tensor x, string? mode = null) =>
        Fs.Pair(FSharp.LinalgOps.qr(x.Core, Fs.Option(mode)));

    /// <summary>The sign and the logarithm of the absolute value of the determinant. Keras: <c>keras.ops.slogdet</c>.</summary>
    public static (Tensor, Tensor) Slogdet(Tensor x) =>
        Fs.Pair(FSharp.LinalgOps.slogdet(x.Core));

    /// <summary>x with a x = b; b may be a vector, or a batch of vectors where a is one of matrices. Keras: <c>keras.ops.solve</c>.</summary>
    public static Tensor Solve(Tensor a, Tensor b) =>
        new(FSharp.LinalgOps.solve(a.Core, b.Core));

    /// <summary>x with a x = b for a triangular a. Keras: <c>keras.ops.solve_triangular</c>.</summary>
    public static Tensor SolveTriangular(Tensor a, Tensor b, bool? lower = null) =>
        new(FSharp.LinalgOps.solveTriangular(a.Core, b.Core, Fs.Option(lower)));

    /// <summary>u, the falling singular values, and vᴴ. Keras: <c>keras.ops.svd</c>.</summary>
    public static (Tensor, Tensor, Tensor) Svd(Tensor x, bool? fullMatrices = null) =>
        Fs.Triple(FSharp.LinalgOps.svd(x.Core, Fs.Option(fullMatrices)));

    /// <summary>The falling singular values. Keras: <c>keras.ops.svd</c> with <c>compute_uv=False</c>.</summary>
    public static Tensor Svdvals(Tensor x) =>
        new(FSharp.LinalgOps.svdvals(x.Core));
}
