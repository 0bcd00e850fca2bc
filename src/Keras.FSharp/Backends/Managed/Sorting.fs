/// Sorting along an axis and the k largest elements. Keys of all types become unsigned integers of the same order, which
/// are sorted by their digits: stable, and linear in the number of elements.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Sorting

open System
open System.Runtime.CompilerServices
open Keras.FSharp

let inline private ofSingle (x: float32) : uint64 =
    if Single.IsNaN x then
        0xFFFFFFFFUL
    else
        // Zeros are equal.
        let bits = BitConverter.SingleToUInt32Bits(x + 0.0f)
        let ordered = if int bits < 0 then ~~~bits else bits ||| 0x80000000u
        uint64 (if x = 0.0f then 0x80000000u else ordered)

let inline private ofDouble (x: float) : uint64 =
    if Double.IsNaN x then
        UInt64.MaxValue
    elif x = 0.0 then
        0x8000000000000000UL
    else
        let bits = BitConverter.DoubleToUInt64Bits x
        if int64 bits < 0L then ~~~bits else bits ||| 0x8000000000000000UL

let inline private ofInteger (x: int64) : uint64 = uint64 x ^^^ 0x8000000000000000UL

/// The key of the element at an address.
let private key (d: DType) (p: nativeint) : uint64 =
    match d with
    | DType.Bool
    | DType.UInt8 -> uint64 (load<byte> p)
    | DType.UInt16 -> uint64 (load<uint16> p)
    | DType.UInt32 -> uint64 (load<uint32> p)
    | DType.UInt64 -> load<uint64> p
    | DType.Int8 -> ofInteger (int64 (load<sbyte> p))
    | DType.Int16 -> ofInteger (int64 (load<int16> p))
    | DType.Int32 -> ofInteger (int64 (load<int> p))
    | DType.Int64 -> ofInteger (load<int64> p)
    | DType.BFloat16 -> ofSingle (Precision.widenBFloat16 (load<uint16> p))
    | DType.Float16 -> ofSingle (Half.op_Explicit (load<Half> p): float32)
    | DType.Float32
    | DType.Complex64 -> ofSingle (load<float32> p)
    | _ -> ofDouble (load<float> p)

/// The keys of n elements; complex numbers have two, of the real and of the imaginary part.
let private readKeys (d: DType) (p: nativeint) (stride: nativeint) (keys: uint64[]) (n: int) : unit =
    if d = DType.Float32 then
        for i in 0 .. n - 1 do
            keys[i] <- ofSingle (load<float32>(p + nativeint i * stride))
    else
        for i in 0 .. n - 1 do
            keys[i] <- key d (p + nativeint i * stride)

/// Room for the sorting of one line after the other.
type private Room(n: int) =
    member val Keys: uint64[] = Array.zeroCreate n with get, set
    member val Positions: int[] = Array.zeroCreate n with get, set
    member val OtherKeys: uint64[] = Array.zeroCreate n with get, set
    member val OtherPositions: int[] = Array.zeroCreate n with get, set
    member val Counts: int[] = Array.zeroCreate 2048

[<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
let private insertion (keys: uint64[]) (positions: int[]) (n: int) : unit =
    for i in 1 .. n - 1 do
        let k = keys[i]
        let p = positions[i]
        let mutable j = i - 1

        while j >= 0 && keys[j] > k do
            keys[j + 1] <- keys[j]
            positions[j + 1] <- positions[j]
            j <- j - 1

        keys[j + 1] <- k
        positions[j + 1] <- p

[<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
let private count (keys: uint64[]) (counts: int[]) (n: int) : unit =
    Array.Clear counts

    for i in 0 .. n - 1 do
        let k = keys[i]

        for digit in 0..7 do
            let slot = (digit <<< 8) ||| int ((k >>> (8 * digit)) &&& 255UL)
            counts[slot] <- counts[slot] + 1

[<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
let private distribute (room: Room) (digit: int) (n: int) : unit =
    let counts = room.Counts
    let keys, positions = room.Keys, room.Positions
    let otherKeys, otherPositions = room.OtherKeys, room.OtherPositions
    let first = digit <<< 8
    let shift = 8 * digit
    let mutable total = 0

    for i in first .. first + 255 do
        let c = counts[i]
        counts[i] <- total
        total <- total + c

    for i in 0 .. n - 1 do
        let k = keys[i]
        let slot = first ||| int ((k >>> shift) &&& 255UL)
        let target = counts[slot]
        counts[slot] <- target + 1
        otherKeys[target] <- k
        otherPositions[target] <- positions[i]

    room.Keys <- otherKeys
    room.Positions <- otherPositions
    room.OtherKeys <- keys
    room.OtherPositions <- positions

/// Sorts keys ascending, and positions with them; stable.
let private sort (room: Room) (n: int) : unit =
    if n <= 32 then
        insertion room.Keys room.Positions n
    else
        count room.Keys room.Counts n

        for digit in 0..7 do
            // A digit that all keys share orders nothing.
            let shared = int ((room.Keys[0] >>> (8 * digit)) &&& 255UL)

            if room.Counts[(digit <<< 8) ||| shared] < n then
                distribute room digit n

// Elements that are worth a thread.
let private grain = 4096L

/// Sorts all operands along an axis by the first `keys` of them.
let sortAll (axis: int) (keys: int) (inputs: Aval[]) : Kernel =
    let shape = inputs[0].Shape
    let n = shape[axis]
    let outer = (Dims.sub 0 axis shape).Size
    let inner = (Dims.sub (axis + 1) shape.Rank shape).Size
    let sizes = inputs |> Array.map (fun a -> nativeint (DType.size a.DType))

    // The passes, from the least to the most important key: operand, and offset of the part within an element.
    let passes = [|
        for k in keys - 1 .. -1 .. 0 do
            if DType.isComplex inputs[k].DType then
                struct (k, sizes[k] / 2n)

            struct (k, 0n)
    |]

    let line (room: Room) (ins: nativeint[]) (outs: nativeint[]) (start: nativeint) =
        let step = nativeint inner

        for i in 0 .. n - 1 do
            room.Positions[i] <- i

        let mutable isFirst = true

        for struct (k, part) in passes do
            let p = ins[k] + start * sizes[k] + part
            readKeys inputs[k].DType p (step * sizes[k]) room.Keys n

            if not isFirst then
                for i in 0 .. n - 1 do
                    room.OtherKeys[i] <- room.Keys[room.Positions[i]]

                let read = room.Keys
                room.Keys <- room.OtherKeys
                room.OtherKeys <- read

            isFirst <- false
            sort room n

        for k in 0 .. ins.Length - 1 do
            let size = sizes[k]
            let x, y = ins[k] + start * size, outs[k] + start * size

            match size with
            | 4n ->
                for i in 0 .. n - 1 do
                    store (y + nativeint i * step * 4n) (load<uint32>(x + nativeint room.Positions[i] * step * 4n))
            | _ ->
                for i in 0 .. n - 1 do
                    copy (x + nativeint room.Positions[i] * step * size) (y + nativeint i * step * size) (int64 size)

    Kernel(fun ins outs ->
        Parallel.run
            (outer * inner)
            (max 1L (grain / int64 (max 1 n)))
            (Action<int64, int64>(fun from upTo ->
                let room = Room n

                for i in from .. upTo - 1L do
                    line room ins outs (nativeint (i / inner * int64 n * inner + i % inner)))))

/// The k largest of each line along the last axis, descending, and their positions; of equals the lower position first.
let topK (k: int) (inputs: Aval[]) : Kernel =
    let x = inputs[0]
    let n = x.Shape[x.Rank - 1]
    let count = (Dims.sub 0 (x.Rank - 1) x.Shape).Size
    let size = nativeint (DType.size x.DType)

    /// Keeps the best few in order while it walks over the line.
    let few (room: Room) =
        let best, positions = room.OtherKeys, room.Positions
        let mutable held = 0

        for i in 0 .. n - 1 do
            let v = room.Keys[i]

            if held < k || v < best[held - 1] then
                let mutable j = if held < k then held else held - 1

                while j > 0 && best[j - 1] > v do
                    best[j] <- best[j - 1]
                    positions[j] <- positions[j - 1]
                    j <- j - 1

                best[j] <- v
                positions[j] <- i
                held <- min k (held + 1)

    let line (room: Room) (source: nativeint) (values: nativeint) (indices: nativeint) =
        readKeys x.DType source size room.Keys n

        for i in 0 .. n - 1 do
            room.Keys[i] <- ~~~room.Keys[i]

        if k <= 32 then
            few room
        else
            for i in 0 .. n - 1 do
                room.Positions[i] <- i

            sort room n

        for i in 0 .. k - 1 do
            let p = room.Positions[i]
            copy (source + nativeint p * size) (values + nativeint i * size) (int64 size)
            store (indices + nativeint i * 4n) p

    Kernel(fun ins outs ->
        if k > 0 then
            Parallel.run
                count
                (max 1L (grain / int64 n))
                (Action<int64, int64>(fun from upTo ->
                    let room = Room n

                    for i in from .. upTo - 1L do
                        let row = nativeint i * nativeint k

                        line
                            room
                            (ins[0] + nativeint i * nativeint n * size)
                            (outs[0] + row * size)
                            (outs[1] + row * 4n))))
