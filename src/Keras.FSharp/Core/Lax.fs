/// One function per primitive: static attributes, one element type. The only convenience is broadcasting, which the
/// elementwise functions insert as the primitive it is. Everything that computes is written with these functions.
[<RequireQualifiedAccess>]
module Keras.FSharp.Lax

open System

// ---- creation -------------------------------------------------------------------------------------------------------

/// A tensor of one value.
let full (shape: Dims) (dtype: DType) (value: Scalar) : Tensor =
    Core.bind1 (Prim.Full(Aval.make dtype shape, value)) [||]

/// A scalar of the given element type.
let scalar (dtype: DType) (value: float) : Tensor = full Dims.Empty dtype (Scalar.Float value)

/// A scalar of the given element type, from an integer.
let scalarInt (dtype: DType) (value: int64) : Tensor = full Dims.Empty dtype (Scalar.Int value)

/// The value in the shape and element type of `x`.
let fullLike (x: Tensor) (value: float) : Tensor = full x.Shape x.DType (Scalar.Float value)

/// Zeros in the shape and element type of `x`.
let zerosLike (x: Tensor) : Tensor = full x.Shape x.DType (Scalar.Int 0L)

/// Ones in the shape and element type of `x`.
let onesLike (x: Tensor) : Tensor = full x.Shape x.DType (Scalar.Int 1L)

/// Zeros.
let zeros (a: Aval) : Tensor = full a.Shape a.DType (Scalar.Int 0L)

/// The index along `axis`.
let iota (shape: Dims) (dtype: DType) (axis: int) : Tensor = Core.bind1 (Prim.Iota(Aval.make dtype shape, axis)) [||]

// ---- shape ----------------------------------------------------------------------------------------------------------

/// The same elements in row-major order under another shape.
let reshape (shape: Dims) (x: Tensor) : Tensor =
    if x.Shape.Equals shape then x else Core.bind1 (Prim.Reshape shape) [| x |]

/// Axis i of the result is axis `perm[i]` of `x`.
let transpose (perm: Dims) (x: Tensor) : Tensor =
    if perm.Equals(Dims.range x.Rank) then
        x
    else
        Core.bind1 (Prim.Transpose perm) [| x |]

/// Axis i of `x` lies at `axes[i]` of the result.
let broadcastInDim (shape: Dims) (axes: Dims) (x: Tensor) : Tensor =
    if x.Shape.Equals shape then
        x
    else
        Core.bind1 (Prim.Broadcast(shape, axes)) [| x |]

/// NumPy's broadcasting: axes are aligned at the end.
let broadcastTo (shape: Dims) (x: Tensor) : Tensor =
    if x.Shape.Equals shape then
        x
    else
        let lead = shape.Rank - x.Rank

        if lead < 0 then
            Fail.value "broadcast_to" $"a tensor of shape {x.Shape} cannot be broadcast to {shape}" ""

        broadcastInDim shape (Dims.own (Array.init x.Rank (fun i -> lead + i))) x

/// The shape that two shapes broadcast to; None if they do not agree.
let tryBroadcastShapes (a: Dims) (b: Dims) : Dims option =
    if a.Equals b then
        Some a
    else
        let rank = max a.Rank b.Rank

        let at (d: Dims) i =
            let j = i - (rank - d.Rank)
            if j < 0 then 1 else d[j]

        let sizes =
            Array.init rank (fun i ->
                match at a i, at b i with
                | x, y when x = y -> x
                | 1, y -> y
                | x, 1 -> x
                | _ -> -2)

        if Array.contains -2 sizes then None else Some(Dims.own sizes)

/// The shape that two shapes broadcast to; an error that names the operation and both shapes if they do not agree.
let broadcastShapes (op: string) (a: Dims) (b: Dims) : Dims =
    match tryBroadcastShapes a b with
    | Some d -> d
    | None ->
        Fail.value
            op
            $"shapes {a} and {b} cannot be broadcast to each other"
            "Sizes must be equal or 1, counted from the last axis."

/// Elements `start` to `limit` with steps of `stride` on each axis.
let slice (start: Dims) (limit: Dims) (stride: Dims) (x: Tensor) : Tensor =
    if limit.Equals x.Shape && start |> Seq.forall ((=) 0) && stride |> Seq.forall ((=) 1) then
        x
    else
        Core.bind1 (Prim.Slice(start, limit, stride)) [| x |]

/// Elements `first` to `last` (exclusive) along one axis.
let sliceAxis (axis: int) (first: int) (last: int) (x: Tensor) : Tensor =
    slice
        (Dims.own (Array.init x.Rank (fun i -> if i = axis then first else 0)))
        (Dims.set axis last x.Shape)
        (Dims.own (Array.create x.Rank 1))
        x

/// Padding with `value` (a scalar of the same element type); low and high may be negative.
let pad (low: Dims) (high: Dims) (interior: Dims) (value: Tensor) (x: Tensor) : Tensor =
    let nothing (d: Dims) = d |> Seq.forall ((=) 0)

    if nothing low && nothing high && nothing interior then
        x
    else
        Core.bind1 (Prim.Pad(low, high, interior)) [| x; value |]

/// Padding with zeros.
let padZero (low: Dims) (high: Dims) (interior: Dims) (x: Tensor) : Tensor =
    pad low high interior (scalarInt x.DType 0L) x

/// Reverses axes.
let reverse (axes: Dims) (x: Tensor) : Tensor = if axes.Rank = 0 then x else Core.bind1 (Prim.Reverse axes) [| x |]

/// Joins tensors along an axis.
let concat (axis: int) (xs: Tensor[]) : Tensor = if xs.Length = 1 then xs[0] else Core.bind1 (Prim.Concat axis) xs

/// A part of `sizes` that begins at `starts` (int32 [rank]).
let dynamicSlice (sizes: Dims) (starts: Tensor) (x: Tensor) : Tensor =
    Core.bind1 (Prim.DynamicSlice sizes) [| x; starts |]

/// `x` with `update` written at `starts` (int32 [rank]).
let dynamicUpdate (update: Tensor) (starts: Tensor) (x: Tensor) : Tensor =
    Core.bind1 Prim.DynamicUpdate [| x; update; starts |]

/// (x [batch…, n, rest…], indices [batch…, i…]) to [batch…, i…, rest…].
let gather (batch: int) (indices: Tensor) (x: Tensor) : Tensor = Core.bind1 (Prim.Gather batch) [| x; indices |]

/// `x` with `updates` applied where `indices` point.
let scatter (op: ScatterOp) (batch: int) (indices: Tensor) (updates: Tensor) (x: Tensor) : Tensor =
    Core.bind1 (Prim.Scatter(op, batch)) [| x; indices; updates |]

// ---- elementwise ----------------------------------------------------------------------------------------------------

/// Another element type.
let convert (dtype: DType) (x: Tensor) : Tensor = if x.DType = dtype then x else Core.bind1 (Prim.Convert dtype) [| x |]

/// The same bits as another type; where that has another width, the last axis scales so that the bytes stay the same.
let bitcast (dtype: DType) (x: Tensor) : Tensor = if x.DType = dtype then x else Core.bind1 (Prim.Bitcast dtype) [| x |]

/// An elementwise operation of one operand.
let unary (op: UnaryOp) (x: Tensor) : Tensor = Core.bind1 (Prim.Unary op) [| x |]

/// An elementwise operation of two operands of one element type, broadcast to each other.
let binary (op: BinaryOp) (x: Tensor) (y: Tensor) : Tensor =
    if x.Shape.Equals y.Shape then
        Core.bind1 (Prim.Binary op) [| x; y |]
    else
        let d = broadcastShapes ((string op).ToLowerInvariant()) x.Shape y.Shape
        Core.bind1 (Prim.Binary op) [| broadcastTo d x; broadcastTo d y |]

/// An elementwise comparison of two operands of one element type, broadcast to each other.
let compare (op: CompareOp) (x: Tensor) (y: Tensor) : Tensor =
    if x.Shape.Equals y.Shape then
        Core.bind1 (Prim.Compare op) [| x; y |]
    else
        let d = broadcastShapes ((string op).ToLowerInvariant()) x.Shape y.Shape
        Core.bind1 (Prim.Compare op) [| broadcastTo d x; broadcastTo d y |]

/// Where `condition` is true `x`, else `y`; all three are broadcast to each other.
let select (condition: Tensor) (x: Tensor) (y: Tensor) : Tensor =
    let d = broadcastShapes "select" (broadcastShapes "select" x.Shape y.Shape) condition.Shape
    Core.bind1 Prim.Select [| broadcastTo d condition; broadcastTo d x; broadcastTo d y |]

/// min(max(x, low), high), of the shape of `x`; the gradient of `x` is 1 at the bounds too.
let clamp (low: Tensor) (high: Tensor) (x: Tensor) : Tensor =
    Core.bind1 Prim.Clamp [| broadcastTo x.Shape low; x; broadcastTo x.Shape high |]

/// The identity, through which no gradient flows.
let stopGradient (x: Tensor) : Tensor = Core.bind1 Prim.StopGradient [| x |]

/// The identity, which no compiler pass looks through.
let barrier (xs: Tensor[]) : Tensor[] = if xs.Length = 0 then xs else Core.bind Prim.Barrier xs

/// -x.
let neg x = unary UnaryOp.Neg x

/// |x|; of a complex number its modulus.
let abs x = unary UnaryOp.Abs x

/// -1, 0 or 1.
let sign x = unary UnaryOp.Sign x

/// The largest integer not above x.
let floor x = unary UnaryOp.Floor x

/// The smallest integer not below x.
let ceil x = unary UnaryOp.Ceil x

/// The nearest integer; halves go to the even neighbour.
let round x = unary UnaryOp.Round x

/// The integer part, toward zero.
let trunc x = unary UnaryOp.Trunc x

/// e to the power of x.
let exp x = unary UnaryOp.Exp x

/// exp(x) - 1 without cancellation near 0.
let expm1 x = unary UnaryOp.Expm1 x

/// The natural logarithm.
let log x = unary UnaryOp.Log x

/// log(1 + x) without cancellation near 0.
let log1p x = unary UnaryOp.Log1p x

/// The square root.
let sqrt x = unary UnaryOp.Sqrt x

/// 1 / sqrt(x).
let rsqrt x = unary UnaryOp.Rsqrt x

/// The sine of radians.
let sin x = unary UnaryOp.Sin x

/// The cosine of radians.
let cos x = unary UnaryOp.Cos x

/// The tangent of radians.
let tan x = unary UnaryOp.Tan x

/// The inverse sine, in radians.
let asin x = unary UnaryOp.Asin x

/// The inverse cosine, in radians.
let acos x = unary UnaryOp.Acos x

/// The inverse tangent, in radians.
let atan x = unary UnaryOp.Atan x

/// The hyperbolic sine.
let sinh x = unary UnaryOp.Sinh x

/// The hyperbolic cosine.
let cosh x = unary UnaryOp.Cosh x

/// The hyperbolic tangent.
let tanh x = unary UnaryOp.Tanh x

/// The inverse hyperbolic sine.
let asinh x = unary UnaryOp.Asinh x

/// The inverse hyperbolic cosine.
let acosh x = unary UnaryOp.Acosh x

/// The inverse hyperbolic tangent.
let atanh x = unary UnaryOp.Atanh x

/// 1 / (1 + exp(-x)).
let logistic x = unary UnaryOp.Logistic x

/// The error function.
let erf x = unary UnaryOp.Erf x

/// 1 - erf(x) without cancellation.
let erfc x = unary UnaryOp.Erfc x

/// The inverse of the error function.
let erfInv x = unary UnaryOp.ErfInv x

/// The logarithm of the absolute value of the gamma function.
let lgamma x = unary UnaryOp.Lgamma x

/// The derivative of `lgamma`.
let digamma x = unary UnaryOp.Digamma x

/// exp(-|x|) times the modified Bessel function of order 0.
let besselI0e x = unary UnaryOp.BesselI0e x

/// exp(-|x|) times the modified Bessel function of order 1.
let besselI1e x = unary UnaryOp.BesselI1e x

/// True where x is neither infinite nor NaN.
let isFinite x = unary UnaryOp.IsFinite x

/// Bool: logical not; integers: bitwise.
let logicalNot x = unary UnaryOp.Not x

/// The real part of complex numbers.
let real x = unary UnaryOp.Real x

/// The imaginary part of complex numbers.
let imag x = unary UnaryOp.Imag x

/// x + y.
let add x y = binary BinaryOp.Add x y

/// x - y.
let sub x y = binary BinaryOp.Sub x y

/// x · y.
let mul x y = binary BinaryOp.Mul x y

/// x / y; integers truncate toward zero.
let div x y = binary BinaryOp.Div x y

/// The remainder with the sign of x.
let rem x y = binary BinaryOp.Rem x y

/// x to the power of y.
let pow x y = binary BinaryOp.Pow x y

/// The larger; NaN wins.
let max x y = binary BinaryOp.Max x y

/// The smaller; NaN wins.
let min x y = binary BinaryOp.Min x y

/// The angle of the point (x, y), in radians; y comes first.
let atan2 x y = binary BinaryOp.Atan2 x y

/// The next number after x in the direction of y.
let nextAfter x y = binary BinaryOp.NextAfter x y

/// Bool: logical and; integers: bitwise.
let logicalAnd x y = binary BinaryOp.And x y

/// Bool: logical or; integers: bitwise.
let logicalOr x y = binary BinaryOp.Or x y

/// Bool: exclusive or; integers: bitwise.
let logicalXor x y = binary BinaryOp.Xor x y

/// The bits of x moved up by y.
let shiftLeft x y = binary BinaryOp.ShiftLeft x y

/// The bits of x moved down by y, keeping the sign.
let shiftRightArithmetic x y = binary BinaryOp.ShiftRightArithmetic x y

/// The bits of x moved down by y, filling with zeros.
let shiftRightLogical x y = binary BinaryOp.ShiftRightLogical x y

/// Complex numbers of real and imaginary parts.
let complex re im = binary BinaryOp.Complex re im

/// The regularized lower incomplete gamma function.
let igamma a x = binary BinaryOp.Igamma a x

/// The derivative of `igamma` with respect to a.
let igammaGradA a x = binary BinaryOp.IgammaGradA a x

/// The polygamma function of order n.
let polygamma n x = binary BinaryOp.Polygamma n x

/// x = y, as bool.
let eq x y = compare CompareOp.Eq x y

/// x ≠ y, as bool; true for NaN.
let ne x y = compare CompareOp.Ne x y

/// x < y, as bool.
let lt x y = compare CompareOp.Lt x y

/// x ≤ y, as bool.
let le x y = compare CompareOp.Le x y

/// x > y, as bool.
let gt x y = compare CompareOp.Gt x y

/// x ≥ y, as bool.
let ge x y = compare CompareOp.Ge x y

/// `x` times a plain number.
let scale (factor: float) (x: Tensor) : Tensor = if factor = 1.0 then x else mul x (scalar x.DType factor)

/// `x` plus a plain number.
let shift (offset: float) (x: Tensor) : Tensor = add x (scalar x.DType offset)

/// The square.
let square (x: Tensor) : Tensor = mul x x

/// One over `x`.
let reciprocal (x: Tensor) : Tensor = div (scalarInt x.DType 1L) x

/// The complex conjugate; a real tensor is its own.
let conj (x: Tensor) : Tensor = if DType.isComplex x.DType then complex (real x) (neg (imag x)) else x

// ---- reductions -----------------------------------------------------------------------------------------------------

/// Reduces over axes, which are dropped.
let reduce (op: ReduceOp) (axes: Dims) (x: Tensor) : Tensor =
    if axes.Rank = 0 then x else Core.bind1 (Prim.Reduce(op, axes)) [| x |]

/// The sum over axes, which go away.
let sum axes x = reduce ReduceOp.Sum axes x

/// The product over axes, which go away.
let prod axes x = reduce ReduceOp.Prod axes x

/// The maximum over axes, which go away.
let reduceMax axes x = reduce ReduceOp.Max axes x

/// The minimum over axes, which go away.
let reduceMin axes x = reduce ReduceOp.Min axes x

/// Reduces over axes, which stay with size 1.
let reduceKeep (op: ReduceOp) (axes: Dims) (x: Tensor) : Tensor = reshape (Dims.keep axes x.Shape) (reduce op axes x)

/// The sum of all elements: a scalar.
let sumAll (x: Tensor) : Tensor = sum (Dims.range x.Rank) x

/// The int32 index of the first largest (or smallest) element along an axis.
let argReduce (largest: bool) (axis: int) (x: Tensor) : Tensor = Core.bind1 (Prim.ArgReduce(largest, axis)) [| x |]

/// The cumulative sum, product, maximum or minimum along an axis.
let cumulative (op: ReduceOp) (axis: int) (reverse: bool) (x: Tensor) : Tensor =
    Core.bind1 (Prim.Cumulative(op, axis, reverse)) [| x |]

/// Sorts all operands along an axis by the first `keys` of them.
let sort (axis: int) (keys: int) (xs: Tensor[]) : Tensor[] = Core.bind (Prim.Sort(axis, keys)) xs

/// The k largest along the last axis, descending, and their indices.
let topK (k: int) (x: Tensor) : struct (Tensor * Tensor) =
    let r = Core.bind (Prim.TopK k) [| x |]
    struct (r[0], r[1])

// ---- contractions and windows ---------------------------------------------------------------------------------------

/// The matrix product in general.
let dot (d: DotDims) (x: Tensor) (y: Tensor) : Tensor = Core.bind1 (Prim.Dot d) [| x; y |]

/// [batch…, m, k] times [batch…, k, n], batch axes equal.
let matmul (x: Tensor) (y: Tensor) : Tensor =
    let r = x.Rank
    let batch = Dims.range (r - 2)

    dot
        {
            LhsContract = Dims.own [| r - 1 |]
            RhsContract = Dims.own [| r - 2 |]
            LhsBatch = batch
            RhsBatch = batch
        }
        x
        y

/// A convolution or one of its transposes.
let conv (d: ConvDims) (x: Tensor) (y: Tensor) : Tensor = Core.bind1 (Prim.Conv d) [| x; y |]

/// A window operation.
let window (d: WindowDims) (xs: Tensor[]) : Tensor = Core.bind1 (Prim.Window d) xs

/// A discrete Fourier transform over the last axes.
let fft (kind: FftKind) (lengths: Dims) (x: Tensor) : Tensor = Core.bind1 (Prim.Fft(kind, lengths)) [| x |]

/// A factorization or a solver.
let linalg (op: LinalgOp) (xs: Tensor[]) : Tensor[] = Core.bind (Prim.Linalg op) xs

/// Random bits of an unsigned type from keys uint32 [batch…, 2].
let randomBits (dtype: DType) (shape: Dims) (key: Tensor) : Tensor =
    Core.bind1 (Prim.Rng(RngOp.Bits, dtype, shape)) [| key |]

/// `n` pairs of words of the cipher from the counter `start` on (uint32 [batch…, 2]).
let randomBlock (n: int) (start: Tensor) (key: Tensor) : Tensor =
    Core.bind1 (Prim.Rng(RngOp.Block, DType.UInt32, Dims.own [| n |])) [| key; start |]

/// A composite operation.
let call (c: Composite) (xs: Tensor[]) : Tensor[] = Core.bind (Prim.Call c) xs

/// Swaps the last two axes.
let swapLast (x: Tensor) : Tensor =
    let r = x.Rank

    transpose
        (Dims.own (
            Array.init r (fun i ->
                if i = r - 1 then r - 2
                elif i = r - 2 then r - 1
                else i)
        ))
        x
