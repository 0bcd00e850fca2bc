/// Fourier transforms over the last axes: rows along the last axis, then columns along the others. All in double
/// precision; inverse transforms are divided by the number of elements, as NumPy does.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Fft

#nowarn "9"

open System
open Keras.FSharp
open Microsoft.FSharp.NativeInterop

/// Reads n numbers of single or double precision.
let private read (single: bool) (from: nativeint) (target: nativeptr<float>) (n: int) =
    if single then
        let from = NativePtr.ofNativeInt<float32> from

        for i in 0 .. n - 1 do
            NativePtr.set target i (float (NativePtr.get from i))
    else
        let bytes = 8L * int64 n
        Buffer.MemoryCopy(from.ToPointer(), NativePtr.toVoidPtr target, bytes, bytes)

/// Writes n numbers times a factor in single or double precision.
let private write (single: bool) (from: nativeptr<float>) (factor: float) (target: nativeint) (n: int) =
    if single then
        let target = NativePtr.ofNativeInt<float32> target

        for i in 0 .. n - 1 do
            NativePtr.set target i (float32 (factor * NativePtr.get from i))
    else
        let target = NativePtr.ofNativeInt<float> target

        for i in 0 .. n - 1 do
            NativePtr.set target i (factor * NativePtr.get from i)

/// A transform of one row: from and to memory of single or double precision.
type private Row = delegate of source: nativeint * sourceSingle: bool * target: nativeint * targetSingle: bool -> unit

/// Slots: `First` holds the data of a row or of columns, `Second` the plan's working memory.
let private buffer slot (doubles: int) : nativeptr<float> =
    Scratch.Get(slot, 8L * int64 doubles) |> NativePtr.ofNativeInt

let private complexRow (n: int) (inverse: bool) (factor: float) : Row =
    let plan = FftPlan n

    Row(fun source sourceSingle target targetSingle ->
        let x = buffer Scratch.First (2 * n)
        let work = buffer Scratch.Second (plan.Work 1)
        read sourceSingle source x (2 * n)
        write targetSingle (plan.Run(x, work, 1, inverse)) factor target (2 * n))

/// n real numbers to n / 2 + 1 complex ones. For even n the even and odd elements are the parts of a complex row of
/// half the length.
let private realRow (n: int) : Row =
    let half = n / 2

    if n % 2 = 1 then
        let plan = FftPlan n

        Row(fun source sourceSingle target targetSingle ->
            let x = buffer Scratch.First (2 * n)
            let work = buffer Scratch.Second (plan.Work 1)
            read sourceSingle source x n

            for i in n - 1 .. -1 .. 0 do
                NativePtr.set x (2 * i) (NativePtr.get x i)
                NativePtr.set x (2 * i + 1) 0.0

            write targetSingle (plan.Run(x, work, 1, false)) 1.0 target (2 * (half + 1)))
    else
        let plan = FftPlan half

        let roots =
            Array.init (half + 1) (fun k ->
                let angle = 2.0 * float k / float n
                struct (Double.CosPi angle, -(Double.SinPi angle)))

        Row(fun source sourceSingle target targetSingle ->
            let x = buffer Scratch.First (2 * n + 4)
            let result = NativePtr.add x n
            let work = buffer Scratch.Second (plan.Work 1)
            read sourceSingle source x n
            let z = plan.Run(x, work, 1, false)

            for k in 0..half do
                let a, b = 2 * (k % half), 2 * ((half - k) % half)
                let zr, zi = NativePtr.get z a, NativePtr.get z (a + 1)
                let yr, yi = NativePtr.get z b, -NativePtr.get z (b + 1)
                // Even part (z + y) / 2, odd part (z - y) / 2i, turned by exp(-2πi k / n).
                let er, ei = 0.5 * (zr + yr), 0.5 * (zi + yi)
                let dr, di = 0.5 * (zi - yi), -0.5 * (zr - yr)
                let struct (c, s) = roots[k]
                NativePtr.set result (2 * k) (er + c * dr - s * di)
                NativePtr.set result (2 * k + 1) (ei + c * di + s * dr)

            write targetSingle result 1.0 target (2 * (half + 1)))

/// n / 2 + 1 complex numbers to n real ones; imaginary parts of the first and, for even n, the last are ignored.
let private halfComplexRow (n: int) (factor: float) : Row =
    let half = n / 2
    let plan = FftPlan n

    Row(fun source sourceSingle target targetSingle ->
        let x = buffer Scratch.First (2 * n + 2)
        let work = buffer Scratch.Second (plan.Work 1)
        read sourceSingle source x (2 * (half + 1))
        NativePtr.set x 1 0.0

        if n % 2 = 0 then
            NativePtr.set x (n + 1) 0.0

        for k in half + 1 .. n - 1 do
            NativePtr.set x (2 * k) (NativePtr.get x (2 * (n - k)))
            NativePtr.set x (2 * k + 1) -(NativePtr.get x (2 * (n - k) + 1))

        let result = plan.Run(x, work, 1, true)

        for i in 0 .. n - 1 do
            NativePtr.set result i (NativePtr.get result (2 * i))

        write targetSingle result factor target n)

/// Transforms along an axis of n elements with `inner` elements behind it, in place, in double precision.
let private columns (n: int) (inverse: bool) (outer: int64) (inner: int) : nativeint -> unit =
    let plan = FftPlan n
    // So many columns at a time that they stay in the cache.
    let wide = max 1 (min inner (max 4 (8192 / n)))
    let pieces = (inner + wide - 1) / wide
    let grain = max 1L (8192L / (int64 n * int64 wide))

    fun data ->
        Parallel.run
            (outer * int64 pieces)
            grain
            (Action<_, _>(fun from until ->
                for unit in from .. until - 1L do
                    let first = int (unit % int64 pieces) * wide
                    let width = min wide (inner - first)
                    let block = (unit / int64 pieces * int64 n * int64 inner + int64 first) * 16L
                    let start = data + nativeint block
                    let pitch = nativeint inner * 16n
                    let row = nativeint width * 16n
                    let x = buffer Scratch.First (2 * n * width)
                    let work = buffer Scratch.Second (plan.Work width)

                    let copy (from: nativeint) (target: nativeint) =
                        Buffer.MemoryCopy(from.ToPointer(), target.ToPointer(), int64 row, int64 row)

                    for i in 0 .. n - 1 do
                        copy (start + nativeint i * pitch) (NativePtr.toNativeInt x + nativeint i * row)

                    let result = NativePtr.toNativeInt (plan.Run(x, work, width, inverse))

                    for i in 0 .. n - 1 do
                        copy (result + nativeint i * row) (start + nativeint i * pitch)))

/// Prepares a transform over the last `lengths.Rank` axes.
let rec prepare (kind: FftKind) (lengths: Dims) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let input, output = inputs[0], outputs[0]

    if Narrow.isNarrow input.DType then
        Narrow.wrap (prepare kind lengths) inputs outputs
    elif output.Size = 0 then
        Kernel(fun _ _ -> ())
    elif input.Size = 0 then
        Fail.value "fft" $"got {input}; a transform of nothing is not defined" ""
    else
        let k = lengths.Rank
        let n = lengths[k - 1]
        let inverse = kind = FftKind.Ifft || kind = FftKind.Irfft
        let factor = if inverse then 1.0 / float lengths.Size else 1.0

        let isSingle (a: Aval) = DType.realOf a.DType = DType.Float32

        let row, rowIn, rowOut =
            match kind with
            | FftKind.Rfft -> realRow n, n, 2 * (n / 2 + 1)
            | FftKind.Irfft -> halfComplexRow n factor, 2 * (n / 2 + 1), n
            | _ -> complexRow n inverse factor, 2 * n, 2 * n

        let rows = output.Shape.Size / int64 output.Shape[output.Rank - 1]
        let grain = max 1L (4096L / int64 n)

        let runRows (source: nativeint) (sourceSingle: bool) (target: nativeint) (targetSingle: bool) =
            let bytes single count = nativeint (count * (if single then 4 else 8))
            let pitchIn, pitchOut = bytes sourceSingle rowIn, bytes targetSingle rowOut

            Parallel.run
                rows
                grain
                (Action<_, _>(fun from until ->
                    for i in from .. until - 1L do
                        row.Invoke(
                            source + nativeint i * pitchIn,
                            sourceSingle,
                            target + nativeint i * pitchOut,
                            targetSingle
                        )))

        if k = 1 then
            Kernel(fun ins outs -> runRows ins[0] (isSingle input) outs[0] (isSingle output))
        else
            // The complex side of the transform, in double precision.
            let spectrum = if kind = FftKind.Irfft then input else output
            let total = spectrum.Size

            let passes = [|
                for i in k - 2 .. -1 .. 0 do
                    let axis = spectrum.Rank - k + i
                    let inner = int (Dims.sub (axis + 1) spectrum.Rank spectrum.Shape).Size
                    columns lengths[i] inverse (Dims.sub 0 axis spectrum.Shape).Size inner
            |]

            let spare = Collections.Concurrent.ConcurrentBag<ScratchBuffer>()

            Kernel(fun ins outs ->
                let memory =
                    match spare.TryTake() with
                    | true, b -> b
                    | _ -> ScratchBuffer(16L * int64 total)

                let data = memory.Address
                let numbers = NativePtr.ofNativeInt<float> data

                if kind = FftKind.Irfft then
                    read (isSingle input) ins[0] numbers (2 * total)
                else
                    runRows ins[0] (isSingle input) data false

                for pass in passes do
                    pass data

                if kind = FftKind.Irfft then
                    runRows data false outs[0] (isSingle output)
                else
                    write (isSingle output) numbers 1.0 outs[0] (2 * total)

                spare.Add memory)
