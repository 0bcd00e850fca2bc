/// The vocabulary of primitives: the enumerations and attribute records that a primitive carries. Nothing here computes.
namespace Keras.FSharp

open System

/// What is known of a tensor without its values: element type and shape.
[<CustomEquality; NoComparison>]
type Aval = {
    /// The element type.
    DType: DType
    /// The shape; all sizes are known.
    Shape: Dims
} with

    /// The number of elements.
    member a.Size = int a.Shape.Size

    /// The number of bytes that the elements take, densely packed.
    member a.ByteSize = a.Shape.Size * int64 (DType.size a.DType)

    /// The number of axes.
    member a.Rank = a.Shape.Rank

    override a.Equals o =
        match o with
        | :? Aval as b -> a.DType = b.DType && a.Shape.Equals b.Shape
        | _ -> false

    override a.GetHashCode() = HashCode.Combine(a.Shape, int a.DType)

    override a.ToString() = DType.name a.DType + "[" + String.Join(",", a.Shape.ToArray()) + "]"

/// Functions on avals.
[<RequireQualifiedAccess>]
module Aval =
    /// Of an element type and a shape.
    let make (dtype: DType) (shape: Dims) : Aval = { DType = dtype; Shape = shape }

    /// The same element type under another shape.
    let withShape (shape: Dims) (a: Aval) : Aval = { a with Shape = shape }

/// Elementwise operations of one operand. Floats unless said otherwise.
type UnaryOp =
    /// Also integers and complex numbers.
    | Neg = 0
    /// Also integers; of a complex number its modulus (a real result).
    | Abs = 1
    /// Also integers.
    | Sign = 2
    /// The largest integer not above it.
    | Floor = 3
    /// The smallest integer not below it.
    | Ceil = 4
    /// Halves go to the even neighbour.
    | Round = 5
    /// The integer part, toward zero.
    | Trunc = 6
    /// e to the power of x.
    | Exp = 7
    /// exp(x) - 1 without cancellation near 0.
    | Expm1 = 8
    /// The natural logarithm; also complex numbers.
    | Log = 9
    /// log(1 + x) without cancellation near 0.
    | Log1p = 10
    /// The square root; NaN below 0.
    | Sqrt = 11
    /// 1 / sqrt(x).
    | Rsqrt = 12
    /// Of radians.
    | Sin = 13
    /// Of radians.
    | Cos = 14
    /// Of radians.
    | Tan = 15
    /// In radians; NaN outside [-1, 1].
    | Asin = 16
    /// In radians; NaN outside [-1, 1].
    | Acos = 17
    /// In radians.
    | Atan = 18
    /// The hyperbolic sine.
    | Sinh = 19
    /// The hyperbolic cosine.
    | Cosh = 20
    /// The hyperbolic tangent.
    | Tanh = 21
    /// The inverse hyperbolic sine.
    | Asinh = 22
    /// The inverse hyperbolic cosine; NaN below 1.
    | Acosh = 23
    /// The inverse hyperbolic tangent; NaN outside [-1, 1].
    | Atanh = 24
    /// 1 / (1 + exp(-x)).
    | Logistic = 25
    /// The error function.
    | Erf = 26
    /// 1 - erf(x) without cancellation.
    | Erfc = 27
    /// The inverse of the error function.
    | ErfInv = 28
    /// The logarithm of the absolute value of the gamma function.
    | Lgamma = 29
    /// The derivative of Lgamma.
    | Digamma = 30
    /// exp(-|x|) times the modified Bessel function of order 0.
    | BesselI0e = 31
    /// exp(-|x|) times the modified Bessel function of order 1.
    | BesselI1e = 32
    /// Float to bool.
    | IsFinite = 33
    /// Bool: logical; integers: bitwise.
    | Not = 34
    /// Complex to its real part.
    | Real = 35
    /// Complex to its imaginary part.
    | Imag = 36

/// Elementwise operations of two operands of one shape and one element type.
type BinaryOp =
    /// The sum.
    | Add = 0
    /// The difference.
    | Sub = 1
    /// The product.
    | Mul = 2
    /// Integers truncate toward zero; by zero gives 0 for integers.
    | Div = 3
    /// Sign of the dividend; by zero gives 0 for integers.
    | Rem = 4
    /// The first to the power of the second.
    | Pow = 5
    /// NaN wins.
    | Max = 6
    /// NaN wins.
    | Min = 7
    /// The angle of the point (second, first), in radians.
    | Atan2 = 8
    /// The next number after the first in the direction of the second.
    | NextAfter = 9
    /// Bool: logical; integers: bitwise.
    | And = 10
    /// Bool: logical; integers: bitwise.
    | Or = 11
    /// Bool: logical; integers: bitwise.
    | Xor = 12
    /// Shifts by the width or more give 0.
    | ShiftLeft = 13
    /// Keeps the sign of signed integers; shifts by the width or more give 0 or -1.
    | ShiftRightArithmetic = 14
    /// Fills with zeros; shifts by the width or more give 0.
    | ShiftRightLogical = 15
    /// Two real numbers to a complex one.
    | Complex = 16
    /// The regularized lower incomplete gamma function of (a, x).
    | Igamma = 17
    /// Its derivative with respect to a.
    | IgammaGradA = 18
    /// The polygamma function of (order, x).
    | Polygamma = 19

/// Elementwise comparisons; the result is bool, and NaN compares false except for `Ne`.
type CompareOp =
    /// Equal.
    | Eq = 0
    /// Not equal.
    | Ne = 1
    /// Less.
    | Lt = 2
    /// Less or equal.
    | Le = 3
    /// Greater.
    | Gt = 4
    /// Greater or equal.
    | Ge = 5

/// Reductions over axes, and cumulative operations along one (Sum, Prod, Max, Min).
type ReduceOp =
    /// The sum; of nothing 0.
    | Sum = 0
    /// The product; of nothing 1.
    | Prod = 1
    /// NaN wins; an empty axis is an error.
    | Max = 2
    /// NaN wins; an empty axis is an error.
    | Min = 3
    /// Bool.
    | And = 4
    /// Bool.
    | Or = 5

/// What a scatter does where an index hits.
type ScatterOp =
    /// Replaces; where an index comes twice, one of the two wins.
    | Set = 0
    /// Adds.
    | Add = 1
    /// Multiplies.
    | Mul = 2
    /// Keeps the larger.
    | Max = 3
    /// Keeps the smaller.
    | Min = 4

/// A matrix product in general: which axes are summed over, and which are batch axes, of the left and the right operand.
/// The result has the batch axes, then the free axes of the left, then those of the right operand.
type DotDims = {
    /// Axes of the left operand that are summed over.
    LhsContract: Dims
    /// The same of the right operand, in the same order.
    RhsContract: Dims
    /// Axes of the left operand that both share.
    LhsBatch: Dims
    /// The same of the right operand, in the same order.
    RhsBatch: Dims
}

/// Which of the three bilinear maps of a convolution y = C(x, w): the map itself, or one of its two transposes. Each
/// transpose of one of the three is another of them.
type ConvKind =
    /// (x, w) to y.
    | Forward = 0
    /// (gradient of y, w) to the gradient of x: also the transposed convolution.
    | InputGrad = 1
    /// (x, gradient of y) to the gradient of w.
    | KernelGrad = 2

/// A convolution, channels last: x [n, spatial…, channels], w [spatial…, channels / groups, filters],
/// y [n, spatial…, filters]; correlation, that is the kernel is not flipped.
type ConvDims = {
    /// Which of the three maps.
    Kind: ConvKind
    /// The step of the kernel, per spatial axis.
    Stride: Dims
    /// Zeros in front, per spatial axis.
    PadLow: Dims
    /// Zeros behind, per spatial axis.
    PadHigh: Dims
    /// Dilation of the kernel.
    Dilation: Dims
    /// Groups of channels that do not see each other.
    Groups: int
    /// The spatial sizes of x; InputGrad needs them.
    InputSpatial: Dims
    /// The spatial sizes of w; KernelGrad needs them.
    KernelSpatial: Dims
}

/// What a window operation does. Windows have as many axes as the operand (batch and channel axes have window 1).
type WindowOp =
    /// x to the sums of its windows.
    | Sum = 0
    /// x to the maxima of its windows; padding counts as minus infinity.
    | Max = 1
    /// gradient of the sums to the gradient of x (which has shape `InputShape`).
    | SumGrad = 2
    /// (x, gradient of the maxima) to the gradient of x: the first maximum in a window takes it all.
    | MaxGrad = 3
    /// (x, t of x's shape) to the elements of t where x has the (first) maximum of each window: the transpose of MaxGrad.
    | MaxPick = 4

/// The windows of a pooling.
type WindowDims = {
    /// What is made of a window.
    Op: WindowOp
    /// The size of a window, per axis.
    Size: Dims
    /// From one window to the next, per axis.
    Stride: Dims
    /// Padding in front, per axis.
    PadLow: Dims
    /// Padding behind, per axis.
    PadHigh: Dims
    /// From one element of a window to the next, per axis.
    Dilation: Dims
    /// The shape of x.
    InputShape: Dims
}

/// Which discrete Fourier transform; over the last axes.
type FftKind =
    /// Complex to complex.
    | Fft = 0
    /// Its inverse, divided by the number of elements.
    | Ifft = 1
    /// Real to the non-negative half of a complex spectrum.
    | Rfft = 2
    /// Half a spectrum to real.
    | Irfft = 3

/// Matrix factorizations and solvers over the last two axes; leading axes are batch axes.
type LinalgOp =
    /// a to its lower triangular factor.
    | Cholesky
    /// (a, b) to x with a x = b (or x a = b with `left` false), a triangular.
    | TriangularSolve of left: bool * lower: bool * transpose: bool * unitDiagonal: bool
    /// a to packed factors, pivots (int32, LAPACK's interchanges counted from 0), permutation (int32).
    | Lu
    /// a to q, r.
    | Qr of fullMatrices: bool
    /// a to u, s, vh.
    | Svd of fullMatrices: bool
    /// A symmetric (Hermitian) a to ascending eigenvalues and eigenvectors in columns; reads the lower triangle.
    | Eigh
    /// a to complex eigenvalues and eigenvectors.
    | Eig

/// Random numbers: threefry-2x32 with 20 rounds. Keys are uint32 [batch…, 2].
type RngOp =
    /// key to one unsigned integer per element of the shape (element i is at counter i): 32 bits are the exclusive or of
    /// both words, 8 and 16 bits the low bits of that, 64 bits word 0 · 2^32 + word 1. Result [batch…, shape…].
    | Bits = 0
    /// (key, start uint32 [batch…, 2]) to the pairs of words at counters start … start + n - 1, for shape [n]; result
    /// uint32 [batch…, n, 2].
    | Block = 1

/// The value of an attribute of a composite operation.
[<RequireQualifiedAccess>]
type Attr =
    /// An integer.
    | Int of int
    /// A number.
    | Float of float
    /// True or false.
    | Bool of bool
    /// A text.
    | Text of string
    /// A list of integers.
    | Ints of Dims

/// A constant of any element type.
[<RequireQualifiedAccess; Struct; CustomEquality; NoComparison>]
type Scalar =
    /// Of an integer or bool type.
    | Int of int: int64
    /// Of a float type.
    | Float of float: float
    /// Of a complex type.
    | Complex of re: float * im: float

    /// The value as a double; the real part of a complex one.
    member s.ToFloat() =
        match s with
        | Int i -> float i
        | Float f -> f
        | Complex(re, _) -> re

    /// The value as an integer, truncated.
    member s.ToInt64() =
        match s with
        | Int i -> i
        | Float f -> int64 f
        | Complex(re, _) -> int64 re

    override a.Equals o =
        match o with
        | :? Scalar as b ->
            match a, b with
            | Int x, Int y -> x = y
            | Float x, Float y -> BitConverter.DoubleToInt64Bits x = BitConverter.DoubleToInt64Bits y
            | Complex(x, y), Complex(u, v) -> x.Equals u && y.Equals v
            | _ -> false
        | _ -> false

    override a.GetHashCode() =
        match a with
        | Int x -> x.GetHashCode()
        | Float x -> x.GetHashCode()
        | Complex(x, y) -> HashCode.Combine(x, y)

    override a.ToString() =
        match a with
        | Int x -> string x
        | Float x -> x.ToString(Globalization.CultureInfo.InvariantCulture)
        | Complex(x, y) -> $"{x}+{y}j"

/// Where a tensor's elements live.
[<Struct>]
type Device = {
    /// `"cpu"`, `"cuda"`, …
    Kind: string
    /// Counted from 0.
    Index: int
} with

    /// As `cpu:0`.
    override d.ToString() = $"{d.Kind}:{d.Index}"
