/// keras.ops.math: segments, special functions, Fourier transforms and distances.
namespace Keras.FSharp

open System
open Keras.FSharp.Backends

/// Segments, special functions, Fourier transforms. Reached as members of `Ops`.
[<AbstractClass>]
type MathOps internal () =
    inherit NnPatches()

    /// The error function, a float. Keras: `keras.ops.erf`.
    static member erf(x: Tensor) : Tensor = Lax.erf (Types.toFloating x)

    /// 1 - erf(x), exact in the tail, a float. Keras: `keras.ops.erfc`.
    static member erfc(x: Tensor) : Tensor = Lax.erfc (Types.toFloating x)

    /// The inverse of the error function, a float. Keras: `keras.ops.erfinv`.
    static member erfinv(x: Tensor) : Tensor = Lax.erfInv (Types.toFloating x)

    /// The regularized lower incomplete gamma function, a float. Keras: `keras.ops.gammainc`.
    static member gammainc(x1: Operand, x2: Operand) : Tensor =
        let d = Types.commonFloat [ x1; x2 ]
        Lax.igamma (x1.As d) (x2.As d)

    // ---- segments ---------------------------------------------------------------------------------------------------

    static member private segments
        (op: string, kind: ScatterOp, start: DType -> Scalar, data: Tensor, ids: Tensor, count: int option)
        : Tensor =
        if ids.Rank <> 1 || data.Rank < 1 || data.Shape[0] <> ids.Size then
            Fail.value
                op
                $"the data have shape {data.Shape}, the segment ids {ids.Shape}"
                "One id per slice along axis 0 is needed."

        let count =
            match count with
            | Some n -> n
            | None when ids.Size = 0 -> 0
            | None ->
                let ends = Host.readInts op (Lax.reduceMax (Dims.own [| 0 |]) ids)
                int ends[0] + 1

        let i = if ids.DType = DType.Int64 then ids else Lax.convert DType.Int32 ids
        Lax.scatter kind 0 i data (Lax.full (Dims.set 0 count data.Shape) data.DType (start data.DType))

    static member private infinite (sign: float, otherwise: DType -> Scalar) (d: DType) : Scalar =
        if DType.isFloat d then Scalar.Float(sign * infinity) else otherwise d

    /// Sums of the slices along axis 0 that have one id; ids out of range are dropped. Without `numSegments` the
    /// largest id is read. Keras: `keras.ops.segment_sum`.
    static member segmentSum(data: Tensor, segmentIds: Tensor, ?numSegments: int, ?sorted: bool) : Tensor =
        ignore sorted
        MathOps.segments ("ops.segment_sum", ScatterOp.Add, (fun _ -> Scalar.Int 0L), data, segmentIds, numSegments)

    /// Products of the slices along axis 0 that have one id. Keras: `keras.ops.segment_prod`.
    static member segmentProd(data: Tensor, segmentIds: Tensor, ?numSegments: int, ?sorted: bool) : Tensor =
        ignore sorted
        MathOps.segments ("ops.segment_prod", ScatterOp.Mul, (fun _ -> Scalar.Int 1L), data, segmentIds, numSegments)

    /// The largest elements of the slices along axis 0 that have one id; the smallest number where there is none.
    /// Keras: `keras.ops.segment_max`.
    static member segmentMax(data: Tensor, segmentIds: Tensor, ?numSegments: int, ?sorted: bool) : Tensor =
        ignore sorted
        let start = MathOps.infinite (-1.0, Types.smallest)
        MathOps.segments ("ops.segment_max", ScatterOp.Max, start, data, segmentIds, numSegments)

    /// The smallest elements of the slices along axis 0 that have one id; the largest number where there is none.
    /// Keras: `keras.ops.segment_min`.
    static member segmentMin(data: Tensor, segmentIds: Tensor, ?numSegments: int, ?sorted: bool) : Tensor =
        ignore sorted
        let start = MathOps.infinite (1.0, Types.largest)
        MathOps.segments ("ops.segment_min", ScatterOp.Min, start, data, segmentIds, numSegments)

    /// Windows of `sequenceLength` elements of the last axis, `sequenceStride` apart: [..., windows, length].
    /// Keras: `keras.ops.extract_sequences`.
    static member extractSequences(x: Tensor, sequenceLength: int, sequenceStride: int) : Tensor =
        let last = x.Rank - 1
        let count = ShapeRules.windowCount x.Shape[last] sequenceLength sequenceStride 0 0 1
        let shape = Dims.own [| count; sequenceLength |]

        let first =
            Lax.iota shape DType.Int32 0
            |> fun i -> Lax.mul i (Lax.full shape DType.Int32 (Scalar.Int(int64 sequenceStride)))

        NumpyIndex.take (x, Lax.add first (Lax.iota shape DType.Int32 1), last)

    // ---- Fourier transforms -----------------------------------------------------------------------------------------

    static member private complexPair(x: Tensor * Tensor) : Tensor =
        let re, im = x
        let d = Types.commonFloat [ Operand.Tensor re; Operand.Tensor im ]
        Lax.complex (Lax.convert d re) (Lax.convert d im)

    static member private parts(z: Tensor) : Tensor * Tensor = Lax.real z, Lax.imag z

    static member private transform(kind: FftKind, axes: int, x: Tensor * Tensor) : Tensor * Tensor =
        let z = MathOps.complexPair x
        MathOps.parts (Lax.fft kind (Dims.sub (z.Rank - axes) z.Rank z.Shape) z)

    /// The last axis cut or filled with zeros to `n` elements.
    static member private fitted(n: int, x: Tensor) : Tensor =
        let last = x.Rank - 1
        let only v = Dims.own (Array.init x.Rank (fun i -> if i = last then v else 0))

        if x.Shape[last] > n then
            Lax.sliceAxis last 0 n x
        else
            Lax.padZero (only 0) (only (n - x.Shape[last])) (only 0) x

    /// The Fourier transform over the last axis, of and to (real, imaginary). Keras: `keras.ops.fft`.
    static member fft(x: Tensor * Tensor) : Tensor * Tensor = MathOps.transform (FftKind.Fft, 1, x)

    /// The Fourier transform over the last two axes. Keras: `keras.ops.fft2`.
    static member fft2(x: Tensor * Tensor) : Tensor * Tensor = MathOps.transform (FftKind.Fft, 2, x)

    /// The inverse Fourier transform over the last two axes. Keras: `keras.ops.ifft2`.
    static member ifft2(x: Tensor * Tensor) : Tensor * Tensor = MathOps.transform (FftKind.Ifft, 2, x)

    /// The non-negative half of the spectrum of the last axis (cut or filled to `fftLength`), as (real, imaginary).
    /// Keras: `keras.ops.rfft`.
    static member rfft(x: Tensor, ?fftLength: int) : Tensor * Tensor =
        let x = Types.toFloating x
        let n = defaultArg fftLength x.Shape[x.Rank - 1]
        MathOps.parts (Lax.fft FftKind.Rfft (Dims.own [| n |]) (MathOps.fitted (n, x)))

    /// The signal of `fftLength` elements whose half spectrum is given. Keras: `keras.ops.irfft`.
    static member irfft(x: Tensor * Tensor, ?fftLength: int) : Tensor =
        let re, im = x
        let n = defaultArg fftLength (2 * (re.Shape[re.Rank - 1] - 1))
        let z = MathOps.complexPair (MathOps.fitted (n / 2 + 1, re), MathOps.fitted (n / 2 + 1, im))
        Lax.fft FftKind.Irfft (Dims.own [| n |]) z

    /// A complex tensor from pairs on the last axis. Keras: `keras.ops.view_as_complex`.
    static member viewAsComplex(x: Tensor) : Tensor =
        let last = x.Rank - 1

        if x.Rank = 0 || x.Shape[last] <> 2 then
            Fail.value "ops.view_as_complex" $"got shape {x.Shape}" "The last axis must hold real and imaginary part."

        let part i = Lax.reshape (Dims.removeAt last x.Shape) (Lax.sliceAxis last i (i + 1) x)
        MathOps.complexPair (part 0, part 1)

    /// Real and imaginary part on a new last axis. Keras: `keras.ops.view_as_real`.
    static member viewAsReal(x: Tensor) : Tensor = NumpyShape.stack ([ NumpyUnary.real x; NumpyUnary.imag x ], -1)

    /// The complex numbers of these moduli and angles. Keras: `keras.ops.polar`.
    static member polar(abs: Tensor, angle: Tensor) : Tensor =
        let d = Types.commonFloat [ Operand.Tensor abs; Operand.Tensor angle ]
        let r, a = Lax.convert d abs, Lax.convert d angle
        Lax.complex (Lax.mul r (Lax.cos a)) (Lax.mul r (Lax.sin a))

    /// Euclidean distances of the rows of x [..., m, k] and y [..., n, k]: [..., m, n]. Keras: `keras.ops.cdist`.
    static member cdist(x: Tensor, y: Tensor) : Tensor =
        let d = Types.commonFloat [ Operand.Tensor x; Operand.Tensor y ]
        let a = NumpyShape.expandDims (Lax.convert d x, -2)
        let b = NumpyShape.expandDims (Lax.convert d y, -3)
        let squares = NumpyReduce.sum (Lax.square (Lax.sub a b), [ -1 ])
        let zero = Lax.eq squares (Lax.zerosLike squares)
        // The root has no derivative at 0; equal rows get none.
        let root = Lax.sqrt (Lax.select zero (Lax.onesLike squares) squares)
        Lax.select zero (Lax.zerosLike root) root
