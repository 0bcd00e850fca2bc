/// Random numbers from keys that split: threefry-2x32 with JAX's recipes, so that a seed gives the same numbers here as
/// Keras gives on JAX. Keys are tensors uint32 [2]. Everything is traceable.
[<RequireQualifiedAccess>]
module Keras.FSharp.Random

open System
open Keras.FSharp

// ---- keys -----------------------------------------------------------------------------------------------------------

/// The key of two words, most significant first.
let keyOfWords (high: uint32) (low: uint32) : Tensor = Tensor.ofArray [ 2 ] [| high; low |]

let private words (n: int64) : Tensor = keyOfWords (uint32 (uint64 n >>> 32)) (uint32 (uint64 n))

/// The key of a 64-bit seed (`jax.random.key`). Keras's integer seeds are other keys: see `SeedGenerator`.
let key (seed: int64) : Tensor = words seed

let private checkKey (where: string) (key: Tensor) : unit =
    if key.DType <> DType.UInt32 || key.Rank <> 1 || key.Shape[0] <> 2 then
        Fail.value
            where
            $"the key is a tensor {key.Aval}, a key is uint32[2]"
            "Make keys by Random.key, or map over several with vmap."

let private zeroCounter () = Lax.zeros (Aval.make DType.UInt32 (Dims.own [| 2 |]))

/// `n` independent keys as the rows of a tensor uint32 [n, 2], for `vmap`.
let splitRows (n: int) (key: Tensor) : Tensor =
    checkKey "random.split" key
    Lax.randomBlock n (zeroCounter ()) key

/// `n` independent keys.
let splitN (n: int) (key: Tensor) : Tensor[] =
    let rows = splitRows n key
    Array.init n (fun i -> Lax.sliceAxis 0 i (i + 1) rows |> Lax.reshape (Dims.own [| 2 |]))

/// Two independent keys; the given one is not used again.
let split (key: Tensor) : Tensor * Tensor =
    let keys = splitN 2 key
    keys[0], keys[1]

let private foldWords (data: Tensor) (key: Tensor) : Tensor =
    checkKey "random.fold_in" key
    Lax.randomBlock 1 data key |> Lax.reshape (Dims.own [| 2 |])

/// A key that depends on the given one and on a number, such as the step of training.
let foldIn (data: int64) (key: Tensor) : Tensor = foldWords (words data) key

/// As `foldIn`, with an integer tensor of rank 0, whose value need not be known yet.
let foldInTensor (data: Tensor) (key: Tensor) : Tensor =
    if data.Rank <> 0 || not (DType.isInteger data.DType) then
        Fail.value "random.fold_in" $"the data is a tensor {data.Aval}, an integer of rank 0 is needed" ""

    let wide = Lax.convert DType.UInt64 data
    let high = Lax.shiftRightLogical wide (Lax.scalarInt DType.UInt64 32L)

    // 32-bit numbers have no upper half, even where negative.
    let high = if DType.size data.DType < 8 then Lax.zerosLike wide else high

    let low = Lax.logicalAnd wide (Lax.scalarInt DType.UInt64 0xFFFFFFFFL)

    let word x = x |> Lax.convert DType.UInt32 |> Lax.reshape (Dims.own [| 1 |])

    foldWords (Lax.concat 0 [| word high; word low |]) key

// ---- bits and uniform numbers ---------------------------------------------------------------------------------------

/// Uniformly distributed bits of an unsigned integer type.
let bits (dtype: DType) (shape: Dims) (key: Tensor) : Tensor =
    checkKey "random.bits" key

    if not (DType.isUnsigned dtype) then
        Fail.value "random.bits" $"the dtype is {DType.name dtype}, an unsigned integer type is needed" ""

    Lax.randomBits dtype shape key

/// Width, mantissa bits, the bits of 1.0, and the unsigned type of a float type.
let private layout (where: string) (dtype: DType) : struct (int * int * int64 * DType) =
    match dtype with
    | DType.Float16 -> struct (16, 10, 0x3C00L, DType.UInt16)
    | DType.BFloat16 -> struct (16, 7, 0x3F80L, DType.UInt16)
    | DType.Float32 -> struct (32, 23, 0x3F800000L, DType.UInt32)
    | DType.Float64 -> struct (64, 52, 0x3FF0000000000000L, DType.UInt64)
    | d -> Fail.value where $"the dtype is {DType.name d}, a float type is needed" ""

/// Numbers in [0, 1) of a float type: random mantissas under the exponent of 1, less 1.
let private unit (dtype: DType) (shape: Dims) (key: Tensor) : Tensor =
    let struct (width, mantissa, one, unsigned) = layout "random.uniform" dtype
    let raw = bits unsigned shape key
    let shifted = Lax.shiftRightLogical raw (Lax.scalarInt unsigned (int64 (width - mantissa)))
    let above1 = Lax.logicalOr shifted (Lax.scalarInt unsigned one) |> Lax.bitcast dtype
    Lax.sub above1 (Lax.scalarInt dtype 1L)

/// Numbers in [low, high) of a float type; low and high are tensors of that type and rank 0.
let private uniformBetween (dtype: DType) (shape: Dims) (low: Tensor) (high: Tensor) (key: Tensor) : Tensor =
    Lax.max low (Lax.add (Lax.mul (unit dtype shape key) (Lax.sub high low)) low)

/// Numbers uniformly distributed in [low, high). Equal to JAX bit for bit.
let uniform (dtype: DType) (shape: Dims) (low: float) (high: float) (key: Tensor) : Tensor =
    if low = 0.0 && high = 1.0 then
        unit dtype shape key
    else
        uniformBetween dtype shape (Lax.scalar dtype low) (Lax.scalar dtype high) key

/// The least number above -1 of a float type.
let private aboveMinus1 (dtype: DType) : float =
    let struct (_, mantissa, _, _) = layout "random.normal" dtype
    -1.0 + Math.Pow(2.0, float -(mantissa + 1))

/// The least positive number of full precision of a float type.
let private tiny (dtype: DType) : float =
    match dtype with
    | DType.Float16 -> Math.Pow(2.0, -14.0)
    | DType.Float64 -> Math.Pow(2.0, -1022.0)
    | _ -> Math.Pow(2.0, -126.0)

// ---- continuous distributions ---------------------------------------------------------------------------------------

let private sqrt2Times (x: Tensor) = Lax.mul (Lax.scalar x.DType (Math.Sqrt 2.0)) x

/// Normally distributed numbers with mean 0 and standard deviation 1.
let normal (dtype: DType) (shape: Dims) (key: Tensor) : Tensor =
    uniform dtype shape (aboveMinus1 dtype) 1.0 key |> Lax.erfInv |> sqrt2Times

/// Normally distributed numbers on condition that they lie between `low` and `high`, which are never reached.
let truncatedNormal (dtype: DType) (shape: Dims) (low: float) (high: float) (key: Tensor) : Tensor =
    let bound (x: float) = Lax.scalar dtype x
    let root2 = bound (Math.Sqrt 2.0)
    let limit x = Lax.erf (Lax.div (bound x) root2)
    let sample = uniformBetween dtype shape (limit low) (limit high) key |> Lax.erfInv |> sqrt2Times
    let inside x toward = Lax.nextAfter (bound x) (bound toward)
    Lax.clamp (inside low infinity) (inside high -infinity) sample

/// Exponentially distributed numbers with rate 1.
let exponential (dtype: DType) (shape: Dims) (key: Tensor) : Tensor =
    uniform dtype shape 0.0 1.0 key |> Lax.neg |> Lax.log1p |> Lax.neg

/// Gumbel distributed numbers with location 0 and scale 1.
let gumbel (dtype: DType) (shape: Dims) (key: Tensor) : Tensor =
    uniform dtype shape (tiny dtype) 1.0 key |> Lax.log |> Lax.neg |> Lax.log |> Lax.neg

// ---- discrete distributions -----------------------------------------------------------------------------------------

/// True with probability `p`.
let bernoulli (p: float) (shape: Dims) (key: Tensor) : Tensor =
    let u = uniform DType.Float32 shape 0.0 1.0 key
    Lax.lt u (Lax.scalar DType.Float32 p)

/// True with the probabilities in `p` (a float tensor that broadcasts to the shape).
let bernoulliOf (p: Tensor) (shape: Dims) (key: Tensor) : Tensor = Lax.lt (uniform p.DType shape 0.0 1.0 key) p

/// Integers from `low` up to, not including, `high`; all `low` where high is not above it.
let randint (dtype: DType) (shape: Dims) (low: int64) (high: int64) (key: Tensor) : Tensor =
    if not (DType.isInteger dtype) then
        Fail.value "random.randint" $"the dtype is {DType.name dtype}, an integer type is needed" ""

    let width = 8 * DType.size dtype
    let modulus = pown 2I width

    let smallest, largest =
        if DType.isUnsigned dtype then
            0I, modulus - 1I
        else
            -modulus / 2I, modulus / 2I - 1I

    // A bound beyond the dtype means its whole upper range.
    let low' = max smallest (min largest (bigint low))
    let high' = max smallest (min (largest + 1I) (bigint high))
    let span = if high' <= low' then 1I else high' - low'

    let unsigned =
        match width with
        | 8 -> DType.UInt8
        | 16 -> DType.UInt16
        | 32 -> DType.UInt32
        | _ -> DType.UInt64

    let key1, key2 = split key
    let first = bits unsigned shape key1
    let second = bits unsigned shape key2

    let offset =
        // A span of the whole type needs no remainder.
        if span = modulus then
            second
        else
            let root = pown 2I (width / 2) % span
            let factor = root * root % modulus % span
            // Constants carry their bits as 64-bit integers.
            let word (n: bigint) = Lax.scalarInt unsigned (int64 (uint64 n))
            let spans = word span
            let mixed = Lax.add (Lax.mul (Lax.rem first spans) (word factor)) (Lax.rem second spans)
            Lax.rem mixed spans

    Lax.add (Lax.convert dtype offset) (Lax.scalarInt dtype (int64 low'))

/// Positions along `axis` in random order, independently for all positions of the other axes.
let shuffle (axis: int) (x: Tensor) (key: Tensor) : Tensor =
    let axis = if axis < 0 then axis + x.Rank else axis

    if axis < 0 || axis >= x.Rank then
        Fail.value "random.shuffle" $"axis {axis} is out of range for shape {x.Shape}" ""

    // Enough sorts that equal sort keys leave no bias.
    let rounds = Math.Ceiling(3.0 * Math.Log(float (max 1 x.Size)) / Math.Log(float UInt32.MaxValue))

    let mutable key = key
    let mutable x = x

    for _ in 1 .. int rounds do
        let next, sub = split key
        key <- next
        x <- (Lax.sort axis 1 [| bits DType.UInt32 x.Shape sub; x |])[1]

    x

/// 0 … n-1 in random order, int32.
let permutation (n: int) (key: Tensor) : Tensor = shuffle 0 (Lax.iota (Dims.own [| n |]) DType.Int32 0) key

/// Classes drawn with the probabilities softmax(logits) along the last axis, which is dropped; int32.
let categorical (logits: Tensor) (key: Tensor) : Tensor =
    if logits.Rank = 0 then
        Fail.value "random.categorical" "the logits have no axis of classes" ""

    Lax.argReduce true (logits.Rank - 1) (Lax.add (gumbel logits.DType logits.Shape key) logits)

/// `n` classes for each row of logits [batch, classes]: int32 [batch, n] (`keras.random.categorical`).
let categoricalN (n: int) (logits: Tensor) (key: Tensor) : Tensor =
    if logits.Rank <> 2 then
        Fail.value "random.categorical" $"the logits have shape {logits.Shape}, (batch, classes) is needed" ""

    let batch, classes = logits.Shape[0], logits.Shape[1]
    let noise = gumbel logits.DType (Dims.own [| batch; classes; n |]) key
    Lax.argReduce true 1 (Lax.add noise (Lax.reshape (Dims.own [| batch; classes; 1 |]) logits))

// ---- seeds ----------------------------------------------------------------------------------------------------------

/// The key that Keras makes of an integer seed: (seed, 0), which is not `Random.key seed`.
let keyOfKerasSeed (seed: int) : Tensor = keyOfWords (uint32 seed) 0u
