/// Convolutions as matrix products of gathered tiles: the gathered matrix never exists as a whole.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.ConvGemm

open System
open System.Collections.Concurrent
open System.Runtime.CompilerServices

/// Memory shared by the threads of one run; kept with the kernel.
type private Shared(bytes: int64) =
    let spare = ConcurrentBag<ScratchBuffer>()

    member _.Use(f: nativeint -> unit) =
        let buffer =
            match spare.TryTake() with
            | true, b -> b
            | _ -> ScratchBuffer bytes

        f buffer.Address
        spare.Add buffer

/// Packs k × n weights of each group in blocks of `depth` rows, one block behind the other.
let private packWeights
    (e: GemmEngine)
    (groups: int)
    (k: int)
    (n: int)
    (depth: int)
    (weights: int -> MatrixView)
    target
    =
    let wide = e.WholeColumns n

    for g in 0 .. groups - 1 do
        let mutable l = 0

        while l < k do
            let deep = min depth (k - l)
            let at = target + nativeint (g * k + l) * nativeint (wide * e.Size)
            e.PackRight((weights g).At(l, 0), deep, n, at)
            l <- l + deep

/// How many rows a tile has: enough tiles for all cores, none larger than a block.
let private tileRows (e: GemmEngine) (rows: int) =
    let cores = Environment.ProcessorCount
    e.WholeRows(min e.BlockRows ((rows + cores - 1) / cores))

/// Rows of the result are gathered rows times weights. `source` has `channels` per group, the result `columns` per
/// group; `place` gives the address of a result's row where rows are not dense.
let private product
    (e: GemmEngine)
    (t: Taps)
    (batch: int)
    (groups: int)
    (channels: int)
    (columns: int)
    (source: nativeint)
    (packed: nativeint)
    (target: nativeint)
    (place: (int -> nativeint) voption)
    : unit =
    let size = e.Size
    let k = t.Count * channels
    let rows = batch * t.RowCount
    let high = tileRows e rows
    let depth = e.Depth
    let wide = e.WholeColumns columns
    let tiles = (rows + high - 1) / high
    let pitch = nativeint (groups * channels * size)
    let ldc = nativeint (groups * columns * size)
    let room = int64 high * int64 (min k depth) * int64 size

    let tile (index: int) =
        let row = index * high
        let height = min high (rows - row)
        let gathered = Scratch.Get(Scratch.First, room)
        let left = Scratch.Get(Scratch.PackA, room)

        let result =
            match place with
            | ValueNone -> target + nativeint row * ldc
            | ValueSome _ -> Scratch.Get(Scratch.Second, int64 high * int64 ldc)

        for g in 0 .. groups - 1 do
            let mutable l = 0

            while l < max k 1 do
                let deep = min depth (k - l)
                let from = source + nativeint (g * channels * size)
                ConvShape.gather t size from pitch channels row height l deep gathered

                let view = {
                    Data = gathered
                    Row = nativeint (deep * size)
                    Column = nativeint size
                }

                e.PackLeft(view, height, deep, left)
                let weights = packed + nativeint (g * k + l) * nativeint (wide * size)
                let c = result + nativeint (g * columns * size)
                e.Block(height, columns, deep, left, weights, c, ldc, l > 0)
                l <- l + max deep 1

        match place with
        | ValueNone -> ()
        | ValueSome place ->
            for i in 0 .. height - 1 do
                let from = result + nativeint i * ldc
                Unsafe.CopyBlockUnaligned((place (row + i)).ToPointer(), from.ToPointer(), uint32 ldc)

    Parallel.run
        (int64 tiles)
        1L
        (Action<_, _>(fun from until ->
            for i in int from .. int until - 1 do
                tile i))

/// (x, w) to y.
let forward (e: GemmEngine) (s: ConvShape) : Kernel =
    let channels, filters = s.Channels / s.Groups, s.Filters / s.Groups
    let taps = ConvShape.forward s
    let k = s.Taps * channels
    let size = e.Size
    let shared = Shared(int64 s.Groups * int64 k * int64 (e.WholeColumns filters) * int64 size)

    Kernel(fun ins outs ->
        let weights g = {
            Data = ins[1] + nativeint (g * filters * size)
            Row = nativeint (s.Filters * size)
            Column = nativeint size
        }

        shared.Use(fun packed ->
            packWeights e s.Groups k filters e.Depth weights packed
            product e taps s.Batch s.Groups channels filters ins[0] packed outs[0] ValueNone))

/// One part of the positions of x: those that are congruent modulo the stride meet the same taps.
type private Phase = {
    Taps: Taps
    /// Kernel positions, in the order of the taps.
    Kernel: int[]
    /// The first position on each axis.
    First: int[]
}

let private phases (s: ConvShape) : Phase[] =
    let axis (a: int) = [|
        for p in 0 .. min s.Stride[a] s.X[a] - 1 ->
            let meeting = [|
                for k in s.Kernel[a] - 1 .. -1 .. 0 do
                    let distance = p + s.Low[a] - k * s.Dilation[a]

                    if distance % s.Stride[a] = 0 then
                        struct (k, distance / s.Stride[a])
            |]

            struct (p, meeting, (s.X[a] - p + s.Stride[a] - 1) / s.Stride[a])
    |]

    let axes = Array.init 3 axis

    [|
        for struct (p0, m0, n0) in axes[0] do
            for struct (p1, m1, n1) in axes[1] do
                for struct (p2, m2, n2) in axes[2] do
                    let offsets = Array.map (fun struct (_, o) -> o)

                    {
                        Taps = {
                            Source = s.Y
                            Rows = [| n0; n1; n2 |]
                            Scale = [| 1; 1; 1 |]
                            Offset = [| offsets m0; offsets m1; offsets m2 |]
                        }
                        Kernel = [|
                            for struct (k0, _) in m0 do
                                for struct (k1, _) in m1 do
                                    for struct (k2, _) in m2 -> (k0 * s.Kernel[1] + k1) * s.Kernel[2] + k2
                        |]
                        First = [| p0; p1; p2 |]
                    }
    |]

/// (gradient of y, w) to the gradient of x: a product for each phase.
let private phased (e: GemmEngine) (s: ConvShape) : Kernel =
    let channels, filters = s.Channels / s.Groups, s.Filters / s.Groups
    let size = e.Size
    let parts = phases s
    let most = parts |> Array.fold (fun n p -> max n p.Kernel.Length) 0
    let wide = e.WholeColumns channels
    let bytes = int64 s.Groups * int64 (most * filters) * int64 wide * int64 size
    let shared = Shared bytes
    let dense = s.Stride = [| 1; 1; 1 |]

    Kernel(fun ins outs ->
        shared.Use(fun packed ->
            for p in parts do
                let k = p.Kernel.Length * filters

                // Blocks need not end with a tap: each is packed from the pieces of taps that it holds.
                let plain = Scratch.Get(Scratch.Third, int64 (max 1 k) * int64 channels * int64 size)

                for g in 0 .. s.Groups - 1 do
                    for i in 0 .. p.Kernel.Length - 1 do
                        // w of this tap, [channels, filters], transposed.
                        let from = ins[1] + nativeint ((p.Kernel[i] * channels * s.Filters + g * filters) * size)

                        let target = plain + nativeint (i * filters * channels * size)

                        e.Transpose(channels, filters, from, nativeint (s.Filters * size), target)

                    let view = {
                        Data = plain
                        Row = nativeint (channels * size)
                        Column = nativeint size
                    }

                    packWeights
                        e
                        1
                        k
                        channels
                        e.Depth
                        (fun _ -> view)
                        (packed + nativeint (g * k) * nativeint (wide * size))

                let pitch = nativeint (s.Channels * size)

                let place =
                    if dense then
                        ValueNone
                    else
                        let n = p.Taps.Rows

                        ValueSome(fun row ->
                            let r2 = p.First[2] + row % n[2] * s.Stride[2]
                            let r1 = p.First[1] + row / n[2] % n[1] * s.Stride[1]
                            let r0 = p.First[0] + row / (n[2] * n[1]) % n[0] * s.Stride[0]
                            let image = row / p.Taps.RowCount
                            let position = ((image * s.X[0] + r0) * s.X[1] + r1) * s.X[2] + r2
                            outs[0] + nativeint position * pitch)

                product e p.Taps s.Batch s.Groups filters channels ins[0] packed outs[0] place))

/// The largest gathered matrix of one image that `scattered` may hold, in bytes.
let private scatteredMost = 1L <<< 26

/// Whether so few channels stand against the width of a tile that products for the gradient of x would be mostly empty.
let private isNarrow (e: GemmEngine) (s: ConvShape) =
    let channels = s.Channels / s.Groups

    4 * channels <= e.Columns
    && s.Taps > 1
    && int64 s.YCount * int64 s.Taps * int64 channels * int64 e.Size <= scatteredMost

/// (gradient of y, w) to the gradient of x for few channels: one product for each image gives the gradient of the
/// gathered matrix, whose elements are then added to where they came from.
let private scattered (e: GemmEngine) (s: ConvShape) : Kernel =
    let channels, filters = s.Channels / s.Groups, s.Filters / s.Groups
    let size = e.Size
    let k = s.Taps * channels
    let row = nativeint (s.Filters * size)
    let pitch = nativeint (s.Channels * size)
    let line = nativeint (k * size)
    let imageBytes = int64 s.XCount * int64 pitch

    Kernel(fun ins outs ->
        let image (i: int) =
            let dx = outs[0] + nativeint (int64 i * imageBytes)
            Unsafe.InitBlockUnaligned(dx.ToPointer(), 0uy, uint32 imageBytes)
            let gathered = Scratch.Get(Scratch.First, int64 s.YCount * int64 line)

            for g in 0 .. s.Groups - 1 do
                let first = nativeint (g * filters * size)

                let dy = {
                    Data = ins[0] + nativeint i * nativeint s.YCount * row + first
                    Row = row
                    Column = nativeint size
                }

                let weights = { Data = ins[1] + first; Row = nativeint size; Column = row }

                e.Multiply(s.YCount, k, filters, dy, weights, gathered, line)
                let target = outs[0] + nativeint (g * channels * size)
                let before = i * s.YCount

                ConvShape.meet
                    s
                    i
                    (i + 1)
                    (Action<_, _, _>(fun x tap y ->
                        let from = gathered + nativeint (y - before) * line + nativeint (tap * channels * size)
                        e.AddTo(target + nativeint x * pitch, from, channels)))

        Parallel.run
            (int64 s.Batch)
            1L
            (Action<_, _>(fun from until ->
                for i in int from .. int until - 1 do
                    image i)))

/// (gradient of y, w) to the gradient of x.
let inputGrad (e: GemmEngine) (s: ConvShape) : Kernel = if isNarrow e s then scattered e s else phased e s

/// (x, gradient of y) to the gradient of w: rows are split into parts, each with its own sum.
let kernelGrad (e: GemmEngine) (s: ConvShape) : Kernel =
    let channels, filters = s.Channels / s.Groups, s.Filters / s.Groups
    let size = e.Size
    let taps = ConvShape.forward s
    let k = s.Taps * channels
    let rows = s.Batch * s.YCount
    let bytes = int64 k * int64 s.Filters * int64 size
    // Parts of at least a block; their sums are added in order, so results do not depend on timing.
    let parts = max 1 (min Environment.ProcessorCount (rows / e.Depth))
    let share = (rows + parts - 1) / parts
    let shared = Shared(int64 (parts - 1) * bytes)
    let pitch = nativeint (s.Channels * size)
    let ldc = nativeint (s.Filters * size)
    let high = min e.BlockRows (e.WholeRows k)

    let part (x: nativeint) (dy: nativeint) (from: int) (until: int) (target: nativeint) =
        let gathered = Scratch.Get(Scratch.First, int64 e.Depth * int64 high * int64 size)
        let left = Scratch.Get(Scratch.PackA, int64 e.Depth * int64 high * int64 size)

        let right = Scratch.Get(Scratch.PackB, int64 e.Depth * int64 (e.WholeColumns filters) * int64 size)

        for g in 0 .. s.Groups - 1 do
            let mutable row = from

            while row < max until (from + 1) do
                let deep = max 0 (min e.Depth (until - row))

                let view = {
                    Data = dy + nativeint row * ldc + nativeint (g * filters * size)
                    Row = ldc
                    Column = nativeint size
                }

                e.PackRight(view, deep, filters, right)
                let mutable i = 0

                while i < k do
                    let height = min high (k - i)
                    let source = x + nativeint (g * channels * size)
                    ConvShape.gather taps size source pitch channels row deep i height gathered

                    let view = {
                        Data = gathered
                        Row = nativeint size
                        Column = nativeint (height * size)
                    }

                    e.PackLeft(view, height, deep, left)
                    let c = target + nativeint i * ldc + nativeint (g * filters * size)
                    e.Block(height, filters, deep, left, right, c, ldc, row > from)
                    i <- i + high

                row <- row + max deep 1

    Kernel(fun ins outs ->
        shared.Use(fun sums ->
            let place i = if i = 0 then outs[0] else sums + nativeint (int64 (i - 1) * bytes)

            Parallel.run
                (int64 parts)
                1L
                (Action<_, _>(fun from until ->
                    for i in int from .. int until - 1 do
                        part ins[0] ins[1] (i * share) (min rows ((i + 1) * share)) (place i)))

            for i in 1 .. parts - 1 do
                e.AddTo(outs[0], place i, k * s.Filters)))
