/// Sums and maxima over windows, and their transposes. Axes without a window are merged in front (outer) and behind
/// (inner); loops run over the inner elements in vectors.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Window

#nowarn "3535"

open System
open System.Runtime.CompilerServices
open System.Runtime.Intrinsics
open Keras.FSharp

/// Where windows lie. A position is one of the axes between the outer and the inner ones; the last of these axes is
/// stepped through, the others are spelled out as lines.
type private Plan = {
    Op: WindowOp
    Outer: int
    Inner: int
    XCount: int
    YCount: int
    /// For each position of the leading axes of the result: the positions of x at which its lines start.
    Lines: int[][]
    /// For each position of the last axis: its first element inside x, and how many there are.
    First: int[]
    Count: int[]
    /// From an element of the last axis to the next.
    Step: int
    /// No element belongs to two windows.
    Disjoint: bool
}

let private plan (d: WindowDims) : Plan =
    let rank = d.InputShape.Rank

    let plain i = d.Size[i] = 1 && d.Stride[i] = 1 && d.PadLow[i] = 0 && d.PadHigh[i] = 0

    let mutable first = 0

    while first < rank && plain first do
        first <- first + 1

    let mutable last = rank

    while last > first && plain (last - 1) do
        last <- last - 1

    // Without any window, everything is inner.
    let product from until = Seq.fold (fun n i -> n * d.InputShape[i]) 1 (seq { from .. until - 1 })

    let counts = ShapeRules.windowShape d

    /// The elements of x in the window at `o`: first and count.
    let inside axis o =
        let start = o * d.Stride[axis] - d.PadLow[axis]
        let dilation = d.Dilation[axis]
        let skip = if start < 0 then (-start + dilation - 1) / dilation else 0
        let reach = d.InputShape[axis] - 1 - start
        let until = if reach < 0 then 0 else min d.Size[axis] (reach / dilation + 1)
        struct (start + skip * dilation, max 0 (until - skip))

    let lastAxis = last - 1
    let mutable lines = [| [| 0 |] |]

    for axis in first .. lastAxis - 1 do
        lines <- [|
            for line in lines do
                for o in 0 .. counts[axis] - 1 ->
                    let struct (from, count) = inside axis o

                    [|
                        for p in line do
                            for t in 0 .. count - 1 -> p * d.InputShape[axis] + from + t * d.Dilation[axis]
                    |]
        |]

    let windows =
        if last > first then
            Array.init counts[lastAxis] (inside lastAxis)
        else
            [| struct (0, 1) |]

    let width = if last > first then d.InputShape[lastAxis] else 1

    {
        Op = d.Op
        Outer = product 0 first
        Inner = product last rank
        XCount = product first last
        YCount = lines.Length * windows.Length
        Lines = lines |> Array.map (Array.map (fun p -> p * width))
        First = windows |> Array.map (fun struct (f, _) -> f)
        Count = windows |> Array.map (fun struct (_, c) -> c)
        Step = if last > first then d.Dilation[lastAxis] else 1
        Disjoint =
            Seq.forall
                (fun i -> d.Size[i] = 1 || (d.Stride[i] - 1) / d.Dilation[i] + 1 >= d.Size[i] && d.Dilation[i] = 1)
                (seq { first .. last - 1 })
    }

/// The loops over one outer index for inner elements at byte offsets [from, until): whole vectors 'V only.
[<AbstractClass; Sealed>]
type private Loops<'T, 'V, 'O when 'T: unmanaged and 'O: struct and 'O :> IVector<'T, 'V>> =

    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member Sum(p: Plan, x: nativeint, y: nativeint, from: nativeint, until: nativeint) =
        let pitch = nativeint p.Inner * nativeint sizeof<'T>
        let vector = nativeint 'O.Count * nativeint sizeof<'T>
        let step = nativeint p.Step * pitch
        let mutable out = y

        for lines in p.Lines do
            for o in 0 .. p.First.Length - 1 do
                let first = x + nativeint p.First[o] * pitch
                let count = p.Count[o]
                let mutable j = from

                while j < until do
                    let mutable sum = 'O.Zero

                    for l in 0 .. lines.Length - 1 do
                        let mutable q = first + nativeint lines[l] * pitch + j

                        for _ in 1..count do
                            sum <- 'O.Add(sum, 'O.Load q)
                            q <- q + step

                    'O.Store(sum, out + j)
                    j <- j + vector

                out <- out + pitch

    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member Max(p: Plan, x: nativeint, y: nativeint, from: nativeint, until: nativeint) =
        let pitch = nativeint p.Inner * nativeint sizeof<'T>
        let vector = nativeint 'O.Count * nativeint sizeof<'T>
        let step = nativeint p.Step * pitch
        let mutable out = y

        for lines in p.Lines do
            for o in 0 .. p.First.Length - 1 do
                let first = x + nativeint p.First[o] * pitch
                let count = p.Count[o]
                let mutable j = from

                while j < until do
                    let mutable best = 'O.Lowest

                    for l in 0 .. lines.Length - 1 do
                        let mutable q = first + nativeint lines[l] * pitch + j

                        for _ in 1..count do
                            best <- 'O.Max(best, 'O.Load q)
                            q <- q + step

                    'O.Store(best, out + j)
                    j <- j + vector

                out <- out + pitch

    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member SumGrad(p: Plan, g: nativeint, dx: nativeint, from: nativeint, until: nativeint) =
        let pitch = nativeint p.Inner * nativeint sizeof<'T>
        let vector = nativeint 'O.Count * nativeint sizeof<'T>
        let step = nativeint p.Step * pitch
        let mutable source = g

        for lines in p.Lines do
            for o in 0 .. p.First.Length - 1 do
                let first = dx + nativeint p.First[o] * pitch
                let count = p.Count[o]
                let mutable j = from

                while j < until do
                    let value = 'O.Load(source + j)

                    for l in 0 .. lines.Length - 1 do
                        let mutable q = first + nativeint lines[l] * pitch + j

                        for _ in 1..count do
                            'O.Store((if p.Disjoint then value else 'O.Add(value, 'O.Load q)), q)
                            q <- q + step

                    j <- j + vector

                source <- source + pitch

    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member MaxGrad(p: Plan, x: nativeint, g: nativeint, dx: nativeint, from: nativeint, until: nativeint) =
        let pitch = nativeint p.Inner * nativeint sizeof<'T>
        let vector = nativeint 'O.Count * nativeint sizeof<'T>
        let step = nativeint p.Step * pitch
        let toGradient = dx - x
        let disjoint = p.Disjoint
        let mutable source = g

        for lines in p.Lines do
            for o in 0 .. p.First.Length - 1 do
                let first = x + nativeint p.First[o] * pitch
                let count = p.Count[o]
                let mutable j = from

                while j < until do
                    let value = 'O.Load(source + j)
                    let mutable best = 'O.Lowest
                    let mutable winner = 'O.Zero
                    let mutable index = 'O.Zero

                    for l in 0 .. lines.Length - 1 do
                        let mutable q = first + nativeint lines[l] * pitch + j

                        for _ in 1..count do
                            let v = 'O.Load q
                            let beats = 'O.Beats(v, best)
                            best <- 'O.Select(beats, v, best)
                            winner <- 'O.Select(beats, index, winner)
                            index <- 'O.Add(index, 'O.One)
                            q <- q + step

                    index <- 'O.Zero

                    for l in 0 .. lines.Length - 1 do
                        let mutable q = first + nativeint lines[l] * pitch + j + toGradient

                        for _ in 1..count do
                            let part = 'O.Select('O.Same(index, winner), value, 'O.Zero)
                            'O.Store((if disjoint then part else 'O.Add(part, 'O.Load q)), q)
                            index <- 'O.Add(index, 'O.One)
                            q <- q + step

                    j <- j + vector

                source <- source + pitch

    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member MaxPick(p: Plan, x: nativeint, t: nativeint, y: nativeint, from: nativeint, until: nativeint) =
        let pitch = nativeint p.Inner * nativeint sizeof<'T>
        let vector = nativeint 'O.Count * nativeint sizeof<'T>
        let step = nativeint p.Step * pitch
        let toPicked = t - x
        let mutable out = y

        for lines in p.Lines do
            for o in 0 .. p.First.Length - 1 do
                let first = x + nativeint p.First[o] * pitch
                let count = p.Count[o]
                let mutable j = from

                while j < until do
                    let mutable best = 'O.Lowest

                    // Where nothing beats the lowest value, the first element is the maximum.
                    let mutable picked =
                        if lines.Length > 0 && count > 0 then
                            'O.Load(first + nativeint lines[0] * pitch + j + toPicked)
                        else
                            'O.Zero

                    for l in 0 .. lines.Length - 1 do
                        let mutable q = first + nativeint lines[l] * pitch + j

                        for _ in 1..count do
                            let v = 'O.Load q
                            let beats = 'O.Beats(v, best)
                            best <- 'O.Select(beats, v, best)
                            picked <- 'O.Select(beats, 'O.Load(q + toPicked), picked)
                            q <- q + step

                    'O.Store(picked, out + j)
                    j <- j + vector

                out <- out + pitch

    /// The operation for outer index `i`; gives the offset that it reached.
    static member Run
        (p: Plan, i: int, ins: nativeint[], out: nativeint, from: nativeint, until: nativeint)
        : nativeint =
        let size = nativeint sizeof<'T>
        let vector = nativeint 'O.Count * size
        let x = nativeint i * nativeint p.XCount * nativeint p.Inner * size
        let y = nativeint i * nativeint p.YCount * nativeint p.Inner * size
        let until = from + (until - from) / vector * vector

        if until > from then
            match p.Op with
            | WindowOp.Sum -> Loops<'T, 'V, 'O>.Sum(p, ins[0] + x, out + y, from, until)
            | WindowOp.Max -> Loops<'T, 'V, 'O>.Max(p, ins[0] + x, out + y, from, until)
            | WindowOp.SumGrad -> Loops<'T, 'V, 'O>.SumGrad(p, ins[0] + y, out + x, from, until)
            | WindowOp.MaxGrad -> Loops<'T, 'V, 'O>.MaxGrad(p, ins[0] + x, ins[1] + y, out + x, from, until)
            | _ -> Loops<'T, 'V, 'O>.MaxPick(p, ins[0] + x, ins[1] + x, out + y, from, until)

        until

/// Runs the parts (outer index, first and last byte of the inner elements) of a plan on all cores.
let private kernel (p: Plan) (size: int) (part: int -> nativeint[] -> nativeint -> nativeint -> nativeint -> unit) =
    let cores = Environment.ProcessorCount

    // A piece of the inner elements is a whole number of cache lines.
    let line = 64 / size
    let pieces = if p.Outer >= 2 * cores then 1 else max 1 (min cores (p.Inner / line))
    let piece = (p.Inner / line + pieces - 1) / pieces * line
    let work = int64 p.XCount * int64 p.Inner / int64 pieces
    let grain = max 1L (32_768L / max 1L work)
    let grad = p.Op = WindowOp.SumGrad || p.Op = WindowOp.MaxGrad

    // Disjoint windows that leave nothing out write every element.
    let covered = p.Disjoint && (p.Lines |> Array.sumBy Array.length) * Array.sum p.Count = p.XCount

    Kernel(fun ins outs ->
        Parallel.run
            (int64 p.Outer * int64 pieces)
            grain
            (Action<_, _>(fun from until ->
                if grad && not covered && pieces = 1 then
                    let image = nativeint p.XCount * nativeint p.Inner * nativeint size

                    for i in from .. until - 1L do
                        Span<byte>((outs[0] + nativeint i * image).ToPointer(), int image).Clear()

                for u in int from .. int until - 1 do
                    let i, k = u / pieces, u % pieces
                    let first = nativeint (k * piece * size)

                    let last = nativeint ((if k = pieces - 1 then p.Inner else min p.Inner ((k + 1) * piece)) * size)

                    if grad && not covered && pieces > 1 && last > first then
                        let pitch = nativeint p.Inner * nativeint size
                        let image = outs[0] + nativeint i * nativeint p.XCount * pitch

                        for x in 0 .. p.XCount - 1 do
                            let at = image + nativeint x * pitch + first
                            Span<byte>(at.ToPointer(), int (last - first)).Clear()

                    part i ins outs[0] first last)))

let private float32s (p: Plan) =
    kernel p 4 (fun i ins out from until ->
        let reached =
            if Vector512.IsHardwareAccelerated then
                Loops<float32, Vector512<float32>, F32x16>.Run(p, i, ins, out, from, until)
            else
                from

        let reached =
            if Vector256.IsHardwareAccelerated then
                Loops<float32, Vector256<float32>, F32x8>.Run(p, i, ins, out, reached, until)
            else
                reached

        let reached = Loops<float32, Vector128<float32>, F32x4>.Run(p, i, ins, out, reached, until)

        Loops<float32, float32, F32x1>.Run(p, i, ins, out, reached, until) |> ignore)

let private float64s (p: Plan) =
    kernel p 8 (fun i ins out from until ->
        let reached =
            if Vector512.IsHardwareAccelerated then
                Loops<float, Vector512<float>, F64x8>.Run(p, i, ins, out, from, until)
            else
                from

        let reached =
            if Vector256.IsHardwareAccelerated then
                Loops<float, Vector256<float>, F64x4>.Run(p, i, ins, out, reached, until)
            else
                reached

        Loops<float, float, F64x1>.Run(p, i, ins, out, reached, until) |> ignore)

let private numbers<'T
    when 'T: unmanaged and 'T: equality and 'T :> Numerics.INumber<'T> and 'T :> Numerics.IMinMaxValue<'T>>
    (p: Plan)
    =
    kernel p sizeof<'T> (fun i ins out from until ->
        Loops<'T, 'T, Numberx1<'T>>.Run(p, i, ins, out, from, until) |> ignore)

/// Prepares an operation on windows.
let rec prepare (d: WindowDims) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let dtype = inputs[0].DType

    if Narrow.isNarrow dtype then
        Narrow.wrap (prepare d) inputs outputs
    elif outputs[0].Size = 0 then
        Kernel(fun _ _ -> ())
    else
        let p = plan d
        // The winner's number must fit the element type.
        let taps = Seq.fold (fun n s -> n * s) 1 d.Size

        if DType.size dtype = 1 && taps > 127 && (d.Op = WindowOp.MaxGrad || d.Op = WindowOp.MaxPick) then
            Fail.unsupported
                "window"
                $"windows of {taps} elements of {DType.name dtype} are too large here (at most 127)"
                "Convert to int32 first."

        match dtype with
        | DType.Float32 -> float32s p
        | DType.Float64 -> float64s p
        // Sums of complex numbers are sums of their parts.
        | DType.Complex64 -> float32s { p with Inner = 2 * p.Inner }
        | DType.Complex128 -> float64s { p with Inner = 2 * p.Inner }
        // The sum of bools is "or", like their maximum.
        | DType.Bool when d.Op = WindowOp.Sum -> numbers<byte> { p with Op = WindowOp.Max }
        | DType.Bool
        | DType.UInt8 -> numbers<byte> p
        | DType.UInt16 -> numbers<uint16> p
        | DType.UInt32 -> numbers<uint32> p
        | DType.UInt64 -> numbers<uint64> p
        | DType.Int8 -> numbers<sbyte> p
        | DType.Int16 -> numbers<int16> p
        | DType.Int32 -> numbers<int> p
        | DType.Int64 -> numbers<int64> p
        | _ -> Fail.unsupported "window" $"{DType.name dtype} is not possible here" ""
