/// keras.ops.linalg: factorizations, solvers and norms over the last two axes; leading axes are batch axes.
namespace Keras.FSharp

open System

/// Linear algebra. Reached as members of `Ops`.
[<AbstractClass>]
type LinalgOps internal () =
    inherit MathOps()

    static member private one(op: LinalgOp, x: Tensor) : Tensor = (Lax.linalg op [| x |])[0]

    static member private square(name: string, x: Tensor) : Tensor =
        if x.Rank < 2 || x.Shape[x.Rank - 1] <> x.Shape[x.Rank - 2] then
            Fail.value name $"got shape {x.Shape}" "Square matrices are needed on the last two axes."

        Types.toFloating x

    static member private triangular
        (left: bool, lower: bool, transpose: bool, unit: bool, a: Tensor, b: Tensor)
        : Tensor =
        (Lax.linalg (LinalgOp.TriangularSolve(left, lower, transpose, unit)) [| a; b |])[0]

    /// The triangular factor L (or with `upper` its transpose) with x = L Lᵀ of a positive definite matrix.
    /// Keras: `keras.ops.cholesky`.
    static member cholesky(x: Tensor, ?upper: bool) : Tensor =
        let l = LinalgOps.one (LinalgOp.Cholesky, LinalgOps.square ("ops.cholesky", x))
        if defaultArg upper false then Lax.conj (Lax.swapLast l) else l

    /// The identity in the shape of matrices.
    static member private eyeLike(x: Tensor) : Tensor =
        Lax.broadcastTo x.Shape (NumpyCreation.eye (x.Shape[x.Rank - 1], dtype = x.DType))

    /// The inverse of L Lᵀ from its factor L (or with `upper` Lᵀ). Keras: `keras.ops.cholesky_inverse`.
    static member choleskyInverse(x: Tensor, ?upper: bool) : Tensor =
        let x = LinalgOps.square ("ops.cholesky_inverse", x)
        let l = if defaultArg upper false then Lax.swapLast x else x
        let half = LinalgOps.triangular (true, true, false, false, l, LinalgOps.eyeLike l)
        Lax.matmul (Lax.swapLast half) half

    /// The diagonal of a factorization and the sign of its permutation.
    static member private luDiagonal(x: Tensor) : struct (Tensor * Tensor) =
        let r = Lax.linalg LinalgOp.Lu [| x |]
        let d = NumpyMatrix.diagonal (r[0], 0, -2, -1)
        // Every interchange that moves something turns the sign.
        let rows = Lax.iota r[1].Shape DType.Int32 (r[1].Rank - 1)
        let swaps = Lax.sum (Dims.own [| r[1].Rank - 1 |]) (Lax.convert DType.Int32 (Lax.ne r[1] rows))
        let odd = Lax.convert x.DType (Lax.rem swaps (Lax.full swaps.Shape DType.Int32 (Scalar.Int 2L)))
        struct (d, Lax.sub (Lax.onesLike odd) (Lax.scale 2.0 odd))

    /// The determinant. Keras: `keras.ops.det`.
    static member det(x: Tensor) : Tensor =
        let struct (d, sign) = LinalgOps.luDiagonal (LinalgOps.square ("ops.det", x))
        Lax.mul sign (Lax.prod (Dims.own [| d.Rank - 1 |]) d)

    /// The sign and the logarithm of the absolute value of the determinant. Keras: `keras.ops.slogdet`.
    static member slogdet(x: Tensor) : Tensor * Tensor =
        let struct (d, sign) = LinalgOps.luDiagonal (LinalgOps.square ("ops.slogdet", x))
        let axes = Dims.own [| d.Rank - 1 |]
        Lax.mul sign (Lax.prod axes (Lax.sign d)), Lax.sum axes (Lax.log (Lax.abs d))

    /// The logarithm of the determinant of a positive definite matrix. Keras: `keras.ops.logdet`.
    static member logdet(x: Tensor) : Tensor =
        let d = NumpyMatrix.diagonal (LinalgOps.cholesky x, 0, -2, -1)
        Lax.scale 2.0 (Lax.sum (Dims.own [| d.Rank - 1 |]) (Lax.log d))

    /// x with a x = b; b may be a vector, or a batch of vectors where a is one of matrices. Keras: `keras.ops.solve`.
    static member solve(a: Tensor, b: Tensor) : Tensor =
        let d = Types.commonFloat [ Operand.Tensor a; Operand.Tensor b ]
        let a, b = Lax.convert d (LinalgOps.square ("ops.solve", a)), Lax.convert d b
        let vector = b.Rank = a.Rank - 1
        let b = if vector then Lax.reshape (Dims.append b.Shape (Dims.own [| 1 |])) b else b
        let r = Lax.linalg LinalgOp.Lu [| a |]
        let permuted = Lax.gather (a.Rank - 2) r[2] b
        let y = LinalgOps.triangular (true, true, false, true, r[0], permuted)
        let x = LinalgOps.triangular (true, false, false, false, r[0], y)
        if vector then Lax.reshape (Dims.removeAt (x.Rank - 1) x.Shape) x else x

    /// x with a x = b for a triangular a. Keras: `keras.ops.solve_triangular`.
    static member solveTriangular(a: Tensor, b: Tensor, ?lower: bool) : Tensor =
        let d = Types.commonFloat [ Operand.Tensor a; Operand.Tensor b ]
        let a, b = Lax.convert d (LinalgOps.square ("ops.solve_triangular", a)), Lax.convert d b
        let vector = b.Rank = a.Rank - 1
        let b = if vector then Lax.reshape (Dims.append b.Shape (Dims.own [| 1 |])) b else b
        let x = LinalgOps.triangular (true, defaultArg lower false, false, false, a, b)
        if vector then Lax.reshape (Dims.removeAt (x.Rank - 1) x.Shape) x else x

    /// The inverse. Keras: `keras.ops.inv`.
    static member inv(x: Tensor) : Tensor =
        let x = LinalgOps.square ("ops.inv", x)
        LinalgOps.solve (x, LinalgOps.eyeLike x)

    /// The packed factors L and U and the pivots (row interchanges, int32). Keras: `keras.ops.lu_factor`.
    static member luFactor(x: Tensor) : Tensor * Tensor =
        let r = Lax.linalg LinalgOp.Lu [| Types.toFloating x |]
        r[0], r[1]

    /// An orthogonal and a triangular factor; mode "reduced" or "complete". Keras: `keras.ops.qr`.
    static member qr(x: Tensor, ?mode: string) : Tensor * Tensor =
        let full =
            match defaultArg mode "reduced" with
            | "reduced" -> false
            | "complete" -> true
            | other -> Fail.value "ops.qr" $"got mode '{other}'" "Known are 'reduced' and 'complete'."

        let r = Lax.linalg (LinalgOp.Qr full) [| Types.toFloating x |]
        r[0], r[1]

    /// u, the falling singular values, and vᴴ. Keras: `keras.ops.svd`.
    static member svd(x: Tensor, ?fullMatrices: bool) : Tensor * Tensor * Tensor =
        let r = Lax.linalg (LinalgOp.Svd(defaultArg fullMatrices true)) [| Types.toFloating x |]
        r[0], r[1], r[2]

    /// The falling singular values. Keras: `keras.ops.svd` with `compute_uv=False`.
    static member svdvals(x: Tensor) : Tensor =
        let _, s, _ = LinalgOps.svd (x, false)
        s

    /// Rising eigenvalues and, in columns, eigenvectors of a symmetric (Hermitian) matrix. Keras: `keras.ops.eigh`.
    static member eigh(x: Tensor) : Tensor * Tensor =
        let r = Lax.linalg LinalgOp.Eigh [| LinalgOps.square ("ops.eigh", x) |]
        r[0], r[1]

    /// Complex eigenvalues and, in columns, eigenvectors. Keras: `keras.ops.eig`.
    static member eig(x: Tensor) : Tensor * Tensor =
        let r = Lax.linalg LinalgOp.Eig [| LinalgOps.square ("ops.eig", x) |]
        r[0], r[1]

    /// The product of singular vectors with inverted singular values above a limit, relative to the largest.
    static member private pseudo(x: Tensor, rcond: float) : Tensor =
        let u, s, vh = LinalgOps.svd (x, false)
        let column = Lax.reshape (Dims.append s.Shape (Dims.own [| 1 |])) s
        let top = Lax.reduceKeep ReduceOp.Max (Dims.own [| column.Rank - 2 |]) column
        let kept = Lax.gt column (Lax.scale rcond top)
        let safe = Lax.select kept column (Lax.onesLike column)
        let inverse = Lax.select kept (Lax.reciprocal safe) (Lax.zerosLike column)
        Lax.matmul (Lax.conj (Lax.swapLast vh)) (Lax.mul (Lax.convert u.DType inverse) (Lax.conj (Lax.swapLast u)))

    static member private relative(x: Tensor, rcond: float option) : float =
        let epsilon =
            if DType.realOf x.DType = DType.Float64 then
                Math.Pow(2.0, -52.0)
            else
                Math.Pow(2.0, -23.0)

        defaultArg rcond (epsilon * float (max x.Shape[x.Rank - 1] x.Shape[x.Rank - 2]))

    /// The pseudoinverse; singular values below `rcond` times the largest count as 0. Keras: `keras.ops.pinv`.
    static member pinv(x: Tensor, ?rcond: float) : Tensor =
        let x = Types.toFloating x
        LinalgOps.pseudo (x, LinalgOps.relative (x, rcond))

    /// The least squares solution of least norm of a x = b. Keras: `keras.ops.lstsq`.
    static member lstsq(a: Tensor, b: Tensor, ?rcond: float) : Tensor =
        let d = Types.commonFloat [ Operand.Tensor a; Operand.Tensor b ]
        let a, b = Lax.convert d a, Lax.convert d b

        if a.Rank <> 2 || b.Rank < 1 || b.Rank > 2 || b.Shape[0] <> a.Shape[0] then
            Fail.value "ops.lstsq" $"got shapes {a.Shape} and {b.Shape}" "A matrix [m, n] and [m] or [m, k] are needed."

        let column = if b.Rank = 1 then Lax.reshape (Dims.own [| b.Size; 1 |]) b else b
        let x = Lax.matmul (LinalgOps.pseudo (a, LinalgOps.relative (a, rcond))) column
        if b.Rank = 1 then Lax.reshape (Dims.own [| x.Size |]) x else x

    /// The n-th power of a matrix; negative n of its inverse. Keras: `keras.ops.matrix_power`.
    static member matrixPower(x: Tensor, n: int) : Tensor =
        let x = LinalgOps.square ("ops.matrix_power", x)

        let rec power (b: Tensor) n =
            if n = 0 then LinalgOps.eyeLike b
            elif n = 1 then b
            elif n % 2 = 0 then power (Lax.matmul b b) (n / 2)
            else Lax.matmul b (power (Lax.matmul b b) (n / 2))

        if n < 0 then power (LinalgOps.inv x) -n else power x n

    /// The number of singular values above `tol` (by default relative to the largest), int32.
    /// Keras: `keras.ops.matrix_rank`.
    static member matrixRank(x: Tensor, ?tol: float) : Tensor =
        let x = Types.toFloating x
        let s = LinalgOps.svdvals x
        let last = Dims.own [| s.Rank - 1 |]

        let limit =
            match tol with
            | Some t -> Lax.fullLike s t
            | None ->
                Lax.broadcastTo s.Shape (Lax.scale (LinalgOps.relative (x, None)) (Lax.reduceKeep ReduceOp.Max last s))

        Lax.sum last (Lax.convert DType.Int32 (Lax.gt s limit))

    // ---- norms ------------------------------------------------------------------------------------------------------

    static member private euclidean(axes: Dims, x: Tensor) : Tensor =
        let squares = Lax.sum axes (Lax.square x)
        let zero = Lax.eq squares (Lax.zerosLike squares)
        // The root has no derivative at 0; there the gradient is 0.
        let root = Lax.sqrt (Lax.select zero (Lax.onesLike squares) squares)
        Lax.select zero (Lax.zerosLike root) root

    static member private vectorNorm(order: float, axes: Dims, x: Tensor) : Tensor =
        let size = Lax.abs x

        if Double.IsPositiveInfinity order then
            Lax.reduceMax axes size
        elif Double.IsNegativeInfinity order then
            Lax.reduceMin axes size
        elif order = 0.0 then
            Lax.sum axes (Lax.convert size.DType (Types.truth x))
        elif order = 1.0 then
            Lax.sum axes size
        elif order = 2.0 then
            LinalgOps.euclidean (axes, size)
        else
            let power = Lax.sum axes (Lax.pow size (Lax.fullLike size order))
            Lax.pow power (Lax.fullLike power (1.0 / order))

    static member private matrixNorm(order: float, axes: Dims, x: Tensor) : Tensor =
        let extreme order axis t =
            Lax.reduce (if order > 0.0 then ReduceOp.Max else ReduceOp.Min) (Dims.own [| axis |]) t

        let moved = Lax.transpose (Axis.toEnd x.Rank axes) x
        let row, column = x.Rank - 2, x.Rank - 1

        match abs order with
        | 1.0 -> extreme order (column - 1) (Lax.sum (Dims.own [| row |]) (Lax.abs moved))
        | 2.0 -> extreme order row (LinalgOps.svdvals moved)
        | o when Double.IsInfinity o -> extreme order row (Lax.sum (Dims.own [| column |]) (Lax.abs moved))
        | _ ->
            Fail.value
                "ops.norm"
                $"order {order} is no norm of matrices"
                "Known are 1, 2, infinity and their negatives."

    /// The norm of vectors (one axis) or matrices (two axes); all axes if left out. Without `ord` the root of the sum
    /// of squares. A float. Keras: `keras.ops.norm`.
    static member norm(x: Tensor, ?ord: float, ?axis: int seq, ?keepdims: bool) : Tensor =
        let x = Types.toFloating x

        let axes =
            match axis with
            | Some a -> Axis.many "ops.norm" x.Rank a
            | None -> Dims.range x.Rank

        let result =
            match ord with
            | None -> LinalgOps.euclidean (axes, Lax.abs x)
            | Some o when axes.Rank = 1 -> LinalgOps.vectorNorm (o, axes, x)
            | Some o when axes.Rank = 2 -> LinalgOps.matrixNorm (o, axes, x)
            | Some _ ->
                Fail.value
                    "ops.norm"
                    $"an order needs one or two axes, got {axes.Rank}"
                    "Name them with axis, or leave ord out."

        Axis.keep keepdims axes x.Shape result

    /// The norm "fro" (Frobenius) or "nuc" (sum of singular values) of matrices. Keras: `keras.ops.norm`.
    static member norm(x: Tensor, ord: string, ?axis: int seq, ?keepdims: bool) : Tensor =
        let y = Types.toFloating x

        let axes =
            match axis with
            | Some a -> Axis.many "ops.norm" y.Rank a
            | None -> Dims.range y.Rank

        if axes.Rank <> 2 then
            Fail.value "ops.norm" $"order '{ord}' needs two axes, got {axes.Rank}" "Name them with axis."

        match ord with
        | "fro" -> Axis.keep keepdims axes y.Shape (LinalgOps.euclidean (axes, Lax.abs y))
        | "nuc" ->
            let s = LinalgOps.svdvals (Lax.transpose (Axis.toEnd y.Rank axes) y)
            Axis.keep keepdims axes y.Shape (Lax.sum (Dims.own [| s.Rank - 1 |]) s)
        | other -> Fail.value "ops.norm" $"got order '{other}'" "Known are 'fro' and 'nuc'."
