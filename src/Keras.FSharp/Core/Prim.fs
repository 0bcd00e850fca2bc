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
    | Floor = 3
    | Ceil = 4
    /// Halves go to the even neighbour.
    | Round = 5
    | Trunc = 6
    | Exp = 7
    | Expm1 = 8
    | Log = 9
    | Log1p = 10
    | Sqrt = 11
    | Rsqrt = 12
    | Sin = 13
    | Cos = 14
    | Tan = 15
    | Asin = 16
    | Acos = 17
    | Atan = 18
    | Sinh = 19
    | Cosh = 20
    | Tanh = 21
    | Asinh = 22
    | Acosh = 23
    | Atanh = 24
    /// 1 / (1 + exp(-x)).
    | Logistic = 25
    | Erf = 26
    | Erfc = 27
    | ErfInv = 28
    | Lgamma = 29
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
    | Add = 0
    | Sub = 1
    | Mul = 2
    /// Integers truncate toward zero; by zero gives 0 for integers.
    | Div = 3
    /// Sign of the dividend; by zero gives 0 for integers.
    | Rem = 4
    | Pow = 5
    /// NaN wins.
    | Max = 6
    /// NaN wins.
    | Min = 7
    | Atan2 = 8
    | NextAfter = 9
    /// Bool: logical; integers: bitwise.
    | And = 10
    | Or = 11
    | Xor = 12
    /// Shifts by the width or more give 0.
    | ShiftLeft = 13
    /// Keeps the sign of signed integers; shifts by the width or more give 0 or -1.
    | ShiftRightArithmetic = 14
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
    | Eq = 0
    | Ne = 1
    | Lt = 2
    | Le = 3
    | Gt = 4
    | Ge = 5

/// Reductions over axes, and cumulative operations along one (Sum, Prod, Max, Min).
type ReduceOp =
    | Sum = 0
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
    | Set = 0
    | Add = 1
    | Mul = 2
    | Max = 3
    | Min = 4

/// A matrix product in general: which axes are summed over, and which are batch axes, of the left and the right operand.
/// The result has the batch axes, then the free axes of the left, then those of the right operand.
type DotDims = {
    LhsContract: Dims
    RhsContract: Dims
    LhsBatch: Dims
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
    Kind: ConvKind
    Stride: Dims
    PadLow: Dims
    PadHigh: Dims
    /// Dilation of the kernel.
    Dilation: Dims
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
    Op: WindowOp
    Size: Dims
    Stride: Dims
    PadLow: Dims
    PadHigh: Dims
    Dilation: Dims
    /// The shape of x.
    InputShape: Dims
}

/// Which discrete Fourier transform; over the last axes.
type FftKind =
    | Fft = 0
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
    | Int of int
    | Float of float
    | Bool of bool
    | Text of string
    | Ints of Dims

/// A constant of any element type.
[<RequireQualifiedAccess; Struct; CustomEquality; NoComparison>]
type Scalar =
    | Int of int: int64
    | Float of float: float
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
