// Generated from the operations of Keras.FSharp by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras;

/// <content>Operations of one family.</content>
public static partial class Ops
{
    /// <summary>Euclidean distances of the rows of x [..., m, k] and y [..., n, k]: [..., m, n]. Keras: <c>keras.ops.cdist</c>.</summary>
    public static Tensor Cdist(Tensor x, Tensor y) =>
        new(FSharp.MathOps.cdist(x.Core, y.Core));

    /// <summary>The error function, a float. Keras: <c>keras.ops.erf</c>.</summary>
    public static Tensor Erf(Tensor x) =>
        new(FSharp.MathOps.erf(x.Core));

    /// <summary>1 - erf(x), exact in the tail, a float. Keras: <c>keras.ops.erfc</c>.</summary>
    public static Tensor Erfc(Tensor x) =>
        new(FSharp.MathOps.erfc(x.Core));

    /// <summary>The inverse of the error function, a float. Keras: <c>keras.ops.erfinv</c>.</summary>
    public static Tensor Erfinv(Tensor x) =>
        new(FSharp.MathOps.erfinv(x.Core));

    /// <summary>Windows of <c>sequenceLength</c> elements of the last axis, <c>sequenceStride</c> apart: [..., windows, length]. Keras: <c>keras.ops.extract_sequences</c>.</summary>
    public static Tensor ExtractSequences(Tensor x, int sequenceLength, int sequenceStride) =>
        new(FSharp.MathOps.extractSequences(x.Core, sequenceLength, sequenceStride));

    /// <summary>The Fourier transform over the last axis, of and to (real, imaginary). Keras: <c>keras.ops.fft</c>.</summary>
    public static (Tensor, Tensor) Fft((Tensor, Tensor) x) =>
        Fs.Pair(FSharp.MathOps.fft(Tuple.Create(x.Item1.Core, x.Item2.Core)));

    /// <summary>The Fourier transform over the last two axes. Keras: <c>keras.ops.fft2</c>.</summary>
    public static (Tensor, Tensor) Fft2((Tensor, Tensor) x) =>
        Fs.Pair(FSharp.MathOps.fft2(Tuple.Create(x.Item1.Core, x.Item2.Core)));

    /// <summary>The regularized lower incomplete gamma function, a float. Keras: <c>keras.ops.gammainc</c>.</summary>
    public static Tensor Gammainc(Operand x1, Operand x2) =>
        new(FSharp.MathOps.gammainc(x1.Core, x2.Core));

    /// <summary>The inverse Fourier transform over the last two axes. Keras: <c>keras.ops.ifft2</c>.</summary>
    public static (Tensor, Tensor) Ifft2((Tensor, Tensor) x) =>
        Fs.Pair(FSharp.MathOps.ifft2(Tuple.Create(x.Item1.Core, x.Item2.Core)));

    /// <summary>The signal of <c>fftLength</c> elements whose half spectrum is given. Keras: <c>keras.ops.irfft</c>.</summary>
    public static Tensor Irfft((Tensor, Tensor) x, int? fftLength = null) =>
        new(FSharp.MathOps.irfft(Tuple.Create(x.Item1.Core, x.Item2.Core), Fs.Option(fftLength)));

    /// <summary>The complex numbers of these moduli and angles. Keras: <c>keras.ops.polar</c>.</summary>
    public static Tensor Polar(Tensor abs, Tensor angle) =>
        new(FSharp.MathOps.polar(abs.Core, angle.Core));

    /// <summary>The non-negative half of the spectrum of the last axis (cut or filled to <c>fftLength</c>), as (real, imaginary). Keras: <c>keras.ops.rfft</c>.</summary>
    public static (Tensor, Tensor) Rfft(Tensor x, int? fftLength = null) =>
        Fs.Pair(FSharp.MathOps.rfft(x.Core, Fs.Option(fftLength)));

    /// <summary>The largest elements of the slices along axis 0 that have one id; the smallest number where there is none. Keras: <c>keras.ops.segment_max</c>.</summary>
    public static Tensor SegmentMax(Tensor data, Tensor segmentIds, int? numSegments = null, bool? sorted = null) =>
        new(FSharp.MathOps.segmentMax(data.Core, segmentIds.Core, Fs.Option(numSegments), Fs.Option(sorted)));

    /// <summary>The smallest elements of the slices along axis 0 that have one id; the largest number where there is none. Keras: <c>keras.ops.segment_min</c>.</summary>
    public static Tensor SegmentMin(Tensor data, Tensor segmentIds, int? numSegments = null, bool? sorted = null) =>
        new(FSharp.MathOps.segmentMin(data.Core, segmentIds.Core, Fs.Option(numSegments), Fs.Option(sorted)));

    /// <summary>Products of the slices along axis 0 that have one id. Keras: <c>keras.ops.segment_prod</c>.</summary>
    public static Tensor SegmentProd(Tensor data, Tensor segmentIds, int? numSegments = null, bool? sorted = null) =>
        new(FSharp.MathOps.segmentProd(data.Core, segmentIds.Core, Fs.Option(numSegments), Fs.Option(sorted)));

    /// <summary>Sums of the slices along axis 0 that have one id; ids out of range are dropped. Without <c>numSegments</c> the largest id is read. Keras: <c>keras.ops.segment_sum</c>.</summary>
    public static Tensor SegmentSum(Tensor data, Tensor segmentIds, int? numSegments = null, bool? sorted = null) =>
        new(FSharp.MathOps.segmentSum(data.Core, segmentIds.Core, Fs.Option(numSegments), Fs.Option(sorted)));

    /// <summary>A complex tensor from pairs on the last axis. Keras: <c>keras.ops.view_as_complex</c>.</summary>
    public static Tensor ViewAsComplex(Tensor x) =>
        new(FSharp.MathOps.viewAsComplex(x.Core));

    /// <summary>Real and imaginary part on a new last axis. Keras: <c>keras.ops.view_as_real</c>.</summary>
    public static Tensor ViewAsReal(Tensor x) =>
        new(FSharp.MathOps.viewAsReal(x.Core));
}
