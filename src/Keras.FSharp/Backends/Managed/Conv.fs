/// The convolution and its two transposes, channels last. Floats go through matrix products or, where every channel has
/// its own filter, through loops over channels; other types through loops by the definition.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Conv

#nowarn "9"

open System
open System.Runtime.CompilerServices
open Keras.FSharp
open Microsoft.FSharp.NativeInterop

let private clear (target: nativeint) (bytes: int64) =
    let mutable at = target
    let mutable left = bytes

    while left > 0L do
        let n = min left 0x40000000L
        Unsafe.InitBlockUnaligned(at.ToPointer(), 0uy, uint32 n)
        at <- at + nativeint n
        left <- left - n

/// Adds what a meeting of a position of x, a tap and a position of y contributes.
type private Meeting = delegate of x: nativeint * w: nativeint * y: nativeint -> unit

/// Runs `add` on the addresses of all meetings. Images are split over the cores; for the gradient of the kernel each
/// part has its own sum, added up in order by `merge` (target, from).
let private overMeetings
    (kind: ConvKind)
    (s: ConvShape)
    (size: int)
    (add: Meeting)
    (merge: nativeint -> nativeint -> unit)
    : Kernel =
    let cx, cy = nativeint (s.Channels * size), nativeint (s.Filters * size)
    let cw = nativeint (s.Channels / s.Groups * s.Filters * size)
    let kernelBytes = int64 s.Taps * int64 cw

    let visit x w y (from: int64) (until: int64) =
        ConvShape.meet
            s
            (int from)
            (int until)
            (Action<_, _, _>(fun i t o -> add.Invoke(x + nativeint i * cx, w + nativeint t * cw, y + nativeint o * cy)))

    let work = 1L + int64 s.YCount * int64 s.Taps * int64 (s.Channels / s.Groups) * int64 s.Filters
    let grain = max 1L (20_000L / work)

    match kind with
    | ConvKind.Forward ->
        Kernel(fun ins outs ->
            clear outs[0] (int64 s.Batch * int64 s.YCount * int64 cy)
            Parallel.run (int64 s.Batch) grain (Action<_, _>(visit ins[0] ins[1] outs[0])))
    | ConvKind.InputGrad ->
        Kernel(fun ins outs ->
            clear outs[0] (int64 s.Batch * int64 s.XCount * int64 cx)
            Parallel.run (int64 s.Batch) grain (Action<_, _>(visit outs[0] ins[1] ins[0])))
    | _ ->
        let parts = max 1 (min Environment.ProcessorCount (int (int64 s.Batch / grain)))
        let share = (s.Batch + parts - 1) / parts

        Kernel(fun ins outs ->
            clear outs[0] kernelBytes
            let sums = Scratch.Get(Scratch.First, int64 (parts - 1) * kernelBytes)
            clear sums (int64 (parts - 1) * kernelBytes)

            let place i = if i = 0 then outs[0] else sums + nativeint (int64 (i - 1) * kernelBytes)

            Parallel.run
                (int64 parts)
                1L
                (Action<_, _>(fun from until ->
                    for i in int from .. int until - 1 do
                        let first, last = i * share, min s.Batch ((i + 1) * share)
                        visit ins[0] (place i) ins[1] (int64 first) (int64 last)))

            for i in 1 .. parts - 1 do
                merge outs[0] (place i))

/// One filter for each channel.
let private depthwise (e: GemmEngine) (kind: ConvKind) (s: ConvShape) : Kernel =
    let n = s.Channels

    let add =
        match kind with
        | ConvKind.Forward -> Meeting(fun x w y -> e.MulAdd(y, x, w, n))
        | ConvKind.InputGrad -> Meeting(fun x w y -> e.MulAdd(x, y, w, n))
        | _ -> Meeting(fun x w y -> e.MulAdd(w, x, y, n))

    overMeetings kind s e.Size add (fun target from -> e.AddTo(target, from, s.Taps * n))

/// By the definition, for any arithmetic.
let private generic (dtype: DType) (kind: ConvKind) (s: ConvShape) : Kernel =
    {
        new RingUse<Kernel> with
            member _.Use<'T, 'Q when 'T: unmanaged and 'Q: struct and 'Q :> IRing<'T>>() =
                let channels, filters = s.Channels / s.Groups, s.Filters / s.Groups

                let add =
                    Meeting(fun x w y ->
                        let x, w, y =
                            NativePtr.ofNativeInt<'T> x, NativePtr.ofNativeInt<'T> w, NativePtr.ofNativeInt<'T> y

                        for g in 0 .. s.Groups - 1 do
                            for c in 0 .. channels - 1 do
                                let ic = g * channels + c

                                for f in g * filters .. (g + 1) * filters - 1 do
                                    let iw = c * s.Filters + f

                                    match kind with
                                    | ConvKind.Forward ->
                                        let sum = 'Q.MulAdd(NativePtr.get x ic, NativePtr.get w iw, NativePtr.get y f)
                                        NativePtr.set y f sum
                                    | ConvKind.InputGrad ->
                                        let sum = 'Q.MulAdd(NativePtr.get y f, NativePtr.get w iw, NativePtr.get x ic)
                                        NativePtr.set x ic sum
                                    | _ ->
                                        let sum = 'Q.MulAdd(NativePtr.get x ic, NativePtr.get y f, NativePtr.get w iw)
                                        NativePtr.set w iw sum)

                let count = s.Taps * channels * s.Filters

                let merge (target: nativeint) (from: nativeint) =
                    let target, from = NativePtr.ofNativeInt<'T> target, NativePtr.ofNativeInt<'T> from

                    for i in 0 .. count - 1 do
                        NativePtr.set target i ('Q.Add(NativePtr.get target i, NativePtr.get from i))

                overMeetings kind s sizeof<'T> add merge
    }
    |> Ring.apply "conv" dtype

/// A kernel of one tap that steps by one: a plain matrix product.
let private isPointwise (s: ConvShape) =
    s.Groups = 1 && s.Taps = 1 && s.X = s.Y && s.Stride = [| 1; 1; 1 |] && s.Low = [| 0; 0; 0 |]

let private pointwise (e: GemmEngine) (kind: ConvKind) (s: ConvShape) : Kernel =
    let rows = s.Batch * s.XCount
    let size = nativeint e.Size

    let dense (columns: int) (data: nativeint) = { Data = data; Row = nativeint columns * size; Column = size }

    let multiply m n k a b c = Gemm.batched e 1 m n k [| 0L |] [| 0L |] a b c

    let c, f = s.Channels, s.Filters

    match kind with
    | ConvKind.Forward -> Kernel(fun ins outs -> multiply rows f c (dense c ins[0]) (dense f ins[1]) outs[0])
    | ConvKind.InputGrad ->
        Kernel(fun ins outs -> multiply rows c f (dense f ins[0]) (dense f ins[1]).Transposed outs[0])
    | _ -> ConvGemm.kernelGrad e s

let private floats (e: GemmEngine) (kind: ConvKind) (s: ConvShape) : Kernel =
    if isPointwise s then
        pointwise e kind s
    elif s.Groups > 1 && s.Groups = s.Channels && s.Filters = s.Channels then
        depthwise e kind s
    else
        match kind with
        | ConvKind.Forward -> ConvGemm.forward e s
        | ConvKind.InputGrad -> ConvGemm.inputGrad e s
        | _ -> ConvGemm.kernelGrad e s

/// Prepares a convolution: (x, w) to y, (gradient of y, w) to that of x, or (x, gradient of y) to that of w.
let rec prepare (d: ConvDims) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let dtype = inputs[0].DType

    if Narrow.isNarrow dtype then
        Narrow.wrap (prepare d) inputs outputs
    elif outputs[0].Size = 0 then
        Kernel(fun _ _ -> ())
    else
        let s = ConvShape.make d inputs outputs[0]

        match dtype with
        | DType.Float32 -> floats Gemm.float32 d.Kind s
        | DType.Float64 -> floats Gemm.float64 d.Kind s
        | _ -> generic dtype d.Kind s
