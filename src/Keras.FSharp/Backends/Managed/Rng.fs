/// Random bits: threefry-2x32 with 20 rounds, many counters at once.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Rng

open System
open System.Numerics
open System.Runtime.CompilerServices
open Keras.FSharp

let inline private round (x0: byref<Vector<uint32>>) (x1: byref<Vector<uint32>>) (rotation: int) : unit =
    x0 <- x0 + x1

    let turned =
        Vector.BitwiseOr(Vector.ShiftLeft(x1, rotation), Vector.ShiftRightLogical(x1, 32 - rotation))

    x1 <- Vector.Xor(turned, x0)

let inline private inject (x0: byref<_>) (x1: byref<_>) (a: uint32) (b: uint32) (i: uint32) : unit =
    x0 <- x0 + Vector<uint32> a
    x1 <- x1 + Vector<uint32>(b + i)

/// The cipher of counters (x0, x1) under a key of two words.
let inline private cipher (x0: byref<Vector<uint32>>) (x1: byref<Vector<uint32>>) (k0: uint32) (k1: uint32) : unit =
    let k2 = k0 ^^^ k1 ^^^ 0x1BD11BDAu
    inject &x0 &x1 k0 k1 0u
    round &x0 &x1 13
    round &x0 &x1 15
    round &x0 &x1 26
    round &x0 &x1 6
    inject &x0 &x1 k1 k2 1u
    round &x0 &x1 17
    round &x0 &x1 29
    round &x0 &x1 16
    round &x0 &x1 24
    inject &x0 &x1 k2 k0 2u
    round &x0 &x1 13
    round &x0 &x1 15
    round &x0 &x1 26
    round &x0 &x1 6
    inject &x0 &x1 k0 k1 3u
    round &x0 &x1 17
    round &x0 &x1 29
    round &x0 &x1 16
    round &x0 &x1 24
    inject &x0 &x1 k1 k2 4u
    round &x0 &x1 13
    round &x0 &x1 15
    round &x0 &x1 26
    round &x0 &x1 6
    inject &x0 &x1 k2 k0 5u

/// What becomes of the two words at a counter.
[<RequireQualifiedAccess>]
type private Words =
    /// Their exclusive or, of which the low 8, 16 or 32 bits count.
    | Xor of bytes: int
    /// Both, as they stand or with the second one first.
    | Both of swap: bool

/// Writes the words at counters start + from … start + upTo - 1 under the key at an address.
[<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
let private fill (words: Words) (key: nativeint) (start: uint64) (y: nativeint) (from: int64) (upTo: int64) : unit =
    let k0, k1 = load<uint32> key, load<uint32>(key + 4n)
    let lanes = int64 Vector<uint32>.Count
    let wide = nativeint Vector<byte>.Count
    let mutable i = from

    while i < upTo do
        let counter = start + uint64 i
        let low = Vector<uint32>(uint32 counter)
        let mutable x1 = low + Vector<uint32>.Indices
        // The low word may run over within the vector.
        let carry = Vector.LessThan(x1, low)
        let mutable x0 = Vector<uint32>(uint32 (counter >>> 32)) - carry
        cipher &x0 &x1 k0 k1
        let count = min lanes (upTo - i)

        match words with
        | Words.Xor size ->
            let bits = Vector.Xor(x0, x1)
            let p = y + nativeint i * nativeint size

            if size = 4 && count = lanes then
                store p bits
            else
                for j in 0 .. int count - 1 do
                    match size with
                    | 4 -> store (p + nativeint (4 * j)) bits[j]
                    | 2 -> store (p + nativeint (2 * j)) (uint16 bits[j])
                    | _ -> store (p + nativeint j) (byte bits[j])
        | Words.Both swap ->
            let first, second = if swap then x1, x0 else x0, x1
            let p = y + nativeint i * 8n

            if count = lanes then
                let join (a: Vector<uint64>) (b: Vector<uint64>) = Vector.BitwiseOr(a, Vector.ShiftLeft(b, 32))

                store p (join (Vector.WidenLower first) (Vector.WidenLower second))
                store (p + wide) (join (Vector.WidenUpper first) (Vector.WidenUpper second))
            else
                for j in 0 .. int count - 1 do
                    store (p + nativeint (8 * j)) first[j]
                    store (p + nativeint (8 * j + 4)) second[j]

        i <- i + lanes

// Elements that are worth a thread.
let private grain = 16384L

/// Bits of an unsigned type, or blocks of words, under each key of a batch.
let prepare (op: RngOp) (dtype: DType) (shape: Dims) (inputs: Aval[]) : Kernel =
    let keys = inputs[0].Shape.Size / 2L
    let n = shape.Size

    let words, bytes =
        match op, DType.size dtype with
        | RngOp.Bits, 8 -> Words.Both true, 8L
        | RngOp.Bits, size -> Words.Xor size, int64 size
        | _ -> Words.Both false, 8L

    let startOf (ins: nativeint[]) (k: int64) =
        if op = RngOp.Bits then
            0UL
        else
            let p = ins[1] + nativeint (8L * k)
            (uint64 (load<uint32> p) <<< 32) ||| uint64 (load<uint32>(p + 4n))

    Kernel(fun ins outs ->
        if n >= grain || keys = 1L then
            for k in 0L .. keys - 1L do
                let key, y = ins[0] + nativeint (8L * k), outs[0] + nativeint (k * n * bytes)
                let start = startOf ins k

                Parallel.run n grain (Action<int64, int64>(fun from upTo -> fill words key start y from upTo))
        else
            Parallel.run
                keys
                (max 1L (grain / max 1L n))
                (Action<int64, int64>(fun from upTo ->
                    for k in from .. upTo - 1L do
                        let y = outs[0] + nativeint (k * n * bytes)
                        fill words (ins[0] + nativeint (8L * k)) (startOf ins k) y 0L n)))
