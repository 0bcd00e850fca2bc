/// keras.ops.core: conversion, slices and scatters, control flow. Functions that loop or branch take and return
/// tensors in tuples, records, lists and the like.
namespace Keras.FSharp

open System
open Keras.FSharp.Backends

/// Conversion, slices, control flow. Reached as members of `Ops`.
[<AbstractClass>]
type CoreOps internal () =
    inherit LinalgOps()

    // ---- conversion -------------------------------------------------------------------------------------------------

    /// Another element type. Keras: `keras.ops.cast`.
    static member cast(x: Tensor, dtype: DType) : Tensor = Lax.convert dtype x

    /// Another element type; what it cannot hold becomes its largest or smallest number. Keras:
    /// `keras.ops.saturate_cast`.
    static member saturateCast(x: Tensor, dtype: DType) : Tensor =
        if x.DType = DType.Bool || DType.isComplex dtype || DType.isComplex x.DType || dtype = DType.Bool then
            Lax.convert dtype x
        elif DType.isFloat dtype && (DType.isInteger x.DType || DType.size dtype >= DType.size x.DType) then
            Lax.convert dtype x
        else
            // Limits are compared in the type of x, whose own limits may be the narrower ones.
            let low = max ((Types.smallest x.DType).ToFloat()) ((Types.smallest dtype).ToFloat())
            let high = min ((Types.largest x.DType).ToFloat()) ((Types.largest dtype).ToFloat())
            Lax.convert dtype (Lax.clamp (Lax.scalar x.DType low) (Lax.scalar x.DType high) x)

    /// A tensor from a number, a .NET array, a nesting of lists, or a tensor, of another element type if `dtype` is
    /// given; plain doubles become `floatx`. Keras: `keras.ops.convert_to_tensor`.
    static member convertToTensor(x: obj, ?dtype: DType) : Tensor =
        match dtype with
        | Some d -> Tensor.tensorOf d x
        | None -> Tensor.tensor x

    /// As `convertToTensor`. Keras: `keras.ops.array`.
    static member array(x: obj, ?dtype: DType) : Tensor = CoreOps.convertToTensor (x, ?dtype = dtype)

    /// The same tensor; tensors are never changed. Keras: `keras.ops.copy`.
    static member copy(x: Tensor) : Tensor = x

    /// The shape. Keras: `keras.ops.shape`.
    static member shape(x: Tensor) : Dims = x.Shape

    /// The element type. Keras: `keras.ops.dtype`.
    static member dtype(x: Tensor) : DType = x.DType

    /// The number of elements. Keras: `keras.ops.size`.
    static member size(x: Tensor) : int = x.Size

    /// The number of axes. Keras: `keras.ops.ndim`.
    static member ndim(x: Tensor) : int = x.Rank

    /// True for tensors. Keras: `keras.ops.is_tensor`.
    static member isTensor(x: objnull) : bool =
        match x with
        | :? Tensor -> true
        | _ -> false

    /// The identity, through which no gradient flows. Keras: `keras.ops.stop_gradient`.
    static member stopGradient(variable: Tensor) : Tensor = Lax.stopGradient variable

    /// The bits as another element type. Where that has another width, the last axis shrinks or grows so that the
    /// bytes stay the same: int32 of shape [4] are uint8 of shape [16]. Keras: `keras.ops.view`.
    static member view(x: Tensor, ?dtype: DType) : Tensor =
        match dtype with
        | None -> x
        | Some d -> Lax.bitcast d x

    // ---- slices and scatters ----------------------------------------------------------------------------------------

    /// The part of the given shape that begins at `startIndices`. Keras: `keras.ops.slice`.
    static member slice(inputs: Tensor, startIndices: int seq, shape: int seq) : Tensor =
        let start, size = Dims.ofSeq startIndices, Dims.ofSeq shape

        if start.Rank <> inputs.Rank || size.Rank <> inputs.Rank then
            Fail.value
                "ops.slice"
                $"got start {start} and shape {size} for a tensor of shape {inputs.Shape}"
                "One number per axis."

        Lax.slice
            start
            (Dims.own (Array.init start.Rank (fun i -> start[i] + size[i])))
            (Dims.map (fun _ -> 1) start)
            inputs

    /// The part of the given shape that begins at computed indices, which are limited so that it fits.
    /// Keras: `keras.ops.slice`.
    static member slice(inputs: Tensor, startIndices: Tensor, shape: int seq) : Tensor =
        Lax.dynamicSlice (Dims.ofSeq shape) (Lax.convert DType.Int32 startIndices) inputs

    /// `inputs` with `updates` written at computed indices. Keras: `keras.ops.slice_update`.
    static member sliceUpdate(inputs: Tensor, startIndices: Tensor, updates: Tensor) : Tensor =
        Lax.dynamicUpdate (Lax.convert inputs.DType updates) (Lax.convert DType.Int32 startIndices) inputs

    /// `inputs` with `updates` written at `startIndices`. Keras: `keras.ops.slice_update`.
    static member sliceUpdate(inputs: Tensor, startIndices: int seq, updates: Tensor) : Tensor =
        let start = Dims.ofSeq startIndices
        CoreOps.sliceUpdate (inputs, Host.ints (Dims.own [| start.Rank |]) (start.ToArray()), updates)

    /// Updates at rows of indices [..., k], which name the first k axes.
    static member private scattered(op: string, kind: ScatterOp, x: Tensor, indices: Tensor, updates: Tensor) : Tensor =
        let k = if indices.Rank = 0 then 0 else indices.Shape[indices.Rank - 1]

        if k < 1 || k > x.Rank then
            Fail.value
                op
                $"indices of shape {indices.Shape} cannot name axes of shape {x.Shape}"
                "The last axis holds one index per axis."

        let head, rest = Dims.sub 0 k x.Shape, Dims.sub k x.Rank x.Shape
        let strides = Dims.strides head
        let last = indices.Rank - 1

        // One index into the first k axes as one; what is out of range on any axis must not hit another cell.
        let parts = [|
            for a in 0 .. k - 1 ->
                let i = Lax.reshape (Dims.removeAt last indices.Shape) (Lax.sliceAxis last a (a + 1) indices)
                NumpyIndex.Wrapped(i, head[a])
        |]

        let constant (t: Tensor) (n: int) = Lax.full t.Shape t.DType (Scalar.Int(int64 n))

        let flat = parts |> Array.mapi (fun a i -> Lax.mul i (constant i strides[a])) |> Array.reduce Lax.add

        let inside =
            parts
            |> Array.mapi (fun a i -> Lax.logicalAnd (Lax.ge i (Lax.zerosLike i)) (Lax.lt i (constant i head[a])))
            |> Array.reduce Lax.logicalAnd

        let place = Lax.select inside flat (constant flat -1)
        let values = Lax.broadcastTo (Dims.append flat.Shape rest) (Lax.convert x.DType updates)
        let joined = Lax.reshape (Dims.cons (int head.Size) rest) x
        Lax.reshape x.Shape (Lax.scatter kind 0 place values joined)

    /// Zeros of the given shape with `values` added at rows of indices. Keras: `keras.ops.scatter`.
    static member scatter(indices: Tensor, values: Tensor, shape: int seq) : Tensor =
        let zeros = Lax.full (Dims.ofSeq shape) values.DType (Scalar.Int 0L)
        CoreOps.scattered ("ops.scatter", ScatterOp.Add, zeros, indices, values)

    /// `inputs` with `updates` written, or by `reduction` ("add", "max", "min", "mul") joined, at rows of indices.
    /// Keras: `keras.ops.scatter_update`.
    static member scatterUpdate(inputs: Tensor, indices: Tensor, updates: Tensor, ?reduction: string) : Tensor =
        let kind =
            match reduction with
            | None -> ScatterOp.Set
            | Some "add" -> ScatterOp.Add
            | Some "max" -> ScatterOp.Max
            | Some "min" -> ScatterOp.Min
            | Some "mul" -> ScatterOp.Mul
            | Some other ->
                Fail.value
                    "ops.scatter_update"
                    $"got reduction '{other}'"
                    (Fail.didYouMean other [ "add"; "max"; "min"; "mul" ])

        CoreOps.scattered ("ops.scatter_update", kind, inputs, indices, updates)

    // ---- control flow -----------------------------------------------------------------------------------------------

    /// The result of one of two functions, by a scalar; only that one is run. Keras: `keras.ops.cond`.
    static member cond(pred: Tensor, trueFn: unit -> 'b, falseFn: unit -> 'b) : 'b =
        let alone f (_: Tensor list) = f ()
        Transform.cond pred (alone trueFn) (alone falseFn) []

    /// The branch at a scalar index (clamped) applied to the operands. Keras: `keras.ops.switch`.
    static member switch(index: Tensor, branches: ('a -> 'b) list, operands: 'a) : 'b =
        Transform.switch index branches operands

    /// Applies `body` as long as `condition` gives true, at most `maximumIterations` times.
    /// Keras: `keras.ops.while_loop`.
    static member whileLoop(condition: 's -> Tensor, body: 's -> 's, loopVars: 's, ?maximumIterations: int) : 's =
        match maximumIterations with
        | None -> Transform.whileLoop condition body loopVars
        | Some limit ->
            let most = Lax.scalarInt DType.Int32 (int64 limit)
            let go (i: Tensor, s) = Lax.logicalAnd (Lax.lt i most) (Types.truth (condition s))
            let step (i: Tensor, s) = Lax.add i (Lax.scalarInt DType.Int32 1L), body s
            snd (Transform.whileLoop go step (Lax.scalarInt DType.Int32 0L, loopVars))

    /// The steps `lower` to `upper` - 1 of `f index state`. Keras: `keras.ops.fori_loop`.
    static member foriLoop(lower: int, upper: int, body: Tensor -> 's -> 's, initVal: 's) : 's =
        let from = Lax.scalarInt DType.Int32 (int64 lower)
        Transform.foriLoop (max 0 (upper - lower)) (fun i s -> body (Lax.add i from) s) initVal

    /// A loop along axis 0 of `xs`, from the end with `reverse`: `f carry x -> carry, y`; the last carry and the
    /// stacked ys. Keras: `keras.ops.scan`.
    static member scan(f: 'c -> 'x -> 'c * 'y, init: 'c, xs: 'x, ?reverse: bool) : 'c * 'y =
        if defaultArg reverse false then
            let turned (t: Tensor) = Lax.reverse (Dims.own [| 0 |]) t
            let carry, ys = Transform.scan f init (Structure.map turned xs)
            carry, Structure.map turned ys
        else
            Transform.scan f init xs

    /// `f` of every slice along axis 0, one after the other, stacked. Keras: `keras.ops.map`.
    static member map(f: 'x -> 'y, xs: 'x) : 'y =
        let none: Tensor list = []
        snd (Transform.scan (fun (c: Tensor list) x -> c, f x) none xs)

    /// `f` of every slice along axis 0, all at once. Keras: `keras.ops.vectorized_map`.
    static member vectorizedMap(f: 'x -> 'y, elements: 'x) : 'y = Transform.vmap f elements

    /// All prefixes along an axis combined by an associative function. Keras: `keras.ops.associative_scan`.
    static member associativeScan(f: 'x -> 'x -> 'x, elems: 'x, ?reverse: bool, ?axis: int) : 'x =
        let axis = defaultArg axis 0
        let turn (t: Tensor) = if defaultArg reverse false then Lax.reverse (Dims.own [| 0 |]) t else t
        let front (t: Tensor) = turn (Axis.move (Axis.one "ops.associative_scan" t.Rank axis) 0 t)
        let back (t: Tensor) = Axis.move 0 (Axis.one "ops.associative_scan" t.Rank axis) (turn t)
        Structure.map back (Transform.associativeScan f (Structure.map front elems))

    /// The greatest common divisor of integers, elementwise. Keras: `keras.ops.gcd`.
    static member gcd(x1: Operand, x2: Operand) : Tensor =
        let struct (a, b) = NumpyBinary.Meet(id, x1, x2)

        if not (DType.isInteger a.DType) then
            Fail.wrongType "ops.gcd" $"got {DType.name a.DType}" "Integers are needed."

        let shape = Lax.broadcastShapes "ops.gcd" a.Shape b.Shape
        let magnitude (x: Tensor) = Lax.broadcastTo shape (if DType.isUnsigned x.DType then x else Lax.abs x)
        let any (x: Tensor) = Lax.reduce ReduceOp.Or (Dims.range x.Rank) (Types.truth x)

        // Euclid's steps, until every element has come to its end; a rest of 0 leaves its divisor as it is.
        let step (a: Tensor, b: Tensor) =
            let more = Types.truth b
            Lax.select more b a, Lax.select more (Lax.rem a (Lax.select more b (Lax.onesLike b))) b

        fst (Transform.whileLoop (fun (_, b) -> any b) step (magnitude a, magnitude b))

    /// The least common multiple of integers, elementwise. Keras: `keras.ops.lcm`.
    static member lcm(x1: Operand, x2: Operand) : Tensor =
        let struct (a, b) = NumpyBinary.Meet(id, x1, x2)
        let divisor = CoreOps.gcd (a, b)
        let safe = Lax.max divisor (Lax.onesLike divisor)
        let product = Lax.mul (Lax.div (Lax.broadcastTo safe.Shape a) safe) (Lax.broadcastTo safe.Shape b)
        if DType.isUnsigned a.DType then product else Lax.abs product
