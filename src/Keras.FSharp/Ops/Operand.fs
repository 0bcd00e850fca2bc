/// What operations have in common: operands that may be plain numbers, and the rules for axes, shapes and element
/// types.
namespace Keras.FSharp

open System
open Keras.FSharp.Backends

/// A tensor or a plain number. Numbers are weak in promotion: `Ops.maximum(x, 0.0)` keeps the element type of `x`.
/// Tensors, bools, integers, floats and complex numbers convert by themselves where an operand is expected.
[<RequireQualifiedAccess; Struct; NoEquality; NoComparison>]
type Operand =
    | Tensor of tensor: Tensor
    | Number of value: Scalar * kind: Promotion.Kind

    /// The kind with which it takes part in promotion.
    member o.Kind =
        match o with
        | Tensor x -> Promotion.Kind.Strong x.DType
        | Number(_, kind) -> kind

    /// The shape; a number is a scalar.
    member o.Shape =
        match o with
        | Tensor x -> x.Shape
        | Number _ -> Dims.Empty

    /// The element type that it has on its own.
    member o.DType = Promotion.resolve Config.FloatX o.Kind

    /// As a tensor of the given element type.
    member o.As(dtype: DType) : Tensor =
        match o with
        | Tensor x -> Lax.convert dtype x
        | Number(v, _) -> Lax.full Dims.Empty dtype v

    /// As a tensor of its own element type.
    member o.AsTensor: Tensor =
        match o with
        | Tensor x -> x
        | Number(v, _) -> Lax.full Dims.Empty o.DType v

    /// A tensor takes part with its element type.
    static member op_Implicit(x: Tensor) : Operand = Tensor x

    /// A bool takes part as bool.
    static member op_Implicit(x: bool) : Operand =
        Number(Scalar.Int(if x then 1L else 0L), Promotion.Kind.Strong DType.Bool)

    /// A weak integer.
    static member op_Implicit(x: int) : Operand = Number(Scalar.Int(int64 x), Promotion.Kind.WeakInt)

    /// A weak integer.
    static member op_Implicit(x: int64) : Operand = Number(Scalar.Int x, Promotion.Kind.WeakInt)

    /// A weak float.
    static member op_Implicit(x: float) : Operand = Number(Scalar.Float x, Promotion.Kind.WeakFloat)

    /// A weak float.
    static member op_Implicit(x: float32) : Operand = Number(Scalar.Float(float x), Promotion.Kind.WeakFloat)

    /// A weak complex number.
    static member op_Implicit(x: Numerics.Complex) : Operand =
        Number(Scalar.Complex(x.Real, x.Imaginary), Promotion.Kind.WeakComplex)

/// Axes counted from the end, `None` for all, `keepdims`.
[<RequireQualifiedAccess>]
module internal Axis =
    /// An axis of a tensor of the given rank; negative ones count from the end.
    let one (op: string) (rank: int) (axis: int) : int =
        if axis < -rank || axis >= rank then
            Fail.value op $"axis {axis} is out of range for a tensor of rank {rank}" $"Axes are {-rank} to {rank - 1}."

        if axis < 0 then axis + rank else axis

    /// Distinct axes, as they stand.
    let many (op: string) (rank: int) (axes: int seq) : Dims =
        let found = axes |> Seq.map (one op rank) |> Seq.toArray

        if (Array.distinct found).Length < found.Length then
            Fail.value op $"an axis is named twice in {Dims.ofSeq axes}" ""

        Dims.own found

    /// Distinct axes in ascending order; None: all of them.
    let some (op: string) (rank: int) (axes: int seq option) : Dims =
        match axes with
        | None -> Dims.range rank
        | Some a -> Dims.own (Array.sort (many op rank a).Items)

    /// Gives reduced axes back with size 1 where asked for.
    let keep (keepdims: bool option) (axes: Dims) (shape: Dims) (reduced: Tensor) : Tensor =
        if keepdims = Some true then
            Lax.reshape (Dims.keep axes shape) reduced
        else
            reduced

    /// The permutation that puts the listed axes last, the others keeping their order.
    let toEnd (rank: int) (axes: Dims) : Dims = Dims.append (Dims.complement rank axes) axes

    /// The axis moved to position `target`, the others keeping their order.
    let move (source: int) (target: int) (x: Tensor) : Tensor =
        if source = target then
            x
        else
            let rest = Dims.complement x.Rank (Dims.own [| source |])
            Lax.transpose (Dims.insert target source rest) x

    /// A vector laid along one axis of a tensor of the given rank.
    let along (rank: int) (axis: int) (v: Tensor) : Tensor =
        Lax.reshape (Dims.own (Array.init rank (fun i -> if i = axis then v.Size else 1))) v

/// The element type rules of Keras that more than one operation follows.
[<RequireQualifiedAccess>]
module internal Types =
    /// Where operations on reals give floats: floats and complex numbers stay, everything else becomes `floatx`.
    let floating (d: DType) : DType = if DType.isDifferentiable d then d else Config.FloatX

    let toFloating (x: Tensor) : Tensor = Lax.convert (floating x.DType) x

    /// Some operations of Keras compute in the 32-bit type that its promotion names even where all operands are wider.
    /// With `floatx` float64, and in a layer that computes in float64, nothing is narrowed.
    let narrow (d: DType) : DType =
        if Config.FloatX = DType.Float64 || Ambient.IsWide then
            d
        else
            match d with
            | DType.Int64 -> DType.Int32
            | DType.UInt64 -> DType.UInt32
            | DType.Float64 -> DType.Float32
            | d -> d

    /// What sums and products of small integers and bools are computed in.
    let accumulator (d: DType) : DType =
        match d with
        | DType.Bool
        | DType.Int8
        | DType.Int16
        | DType.UInt8
        | DType.UInt16 -> DType.Int32
        | d -> d

    /// Half precision sums are taken in float32.
    let wide (d: DType) : DType =
        match d with
        | DType.Float16
        | DType.BFloat16 -> DType.Float32
        | d -> d

    /// The type at which operands meet.
    let common (operands: Operand seq) : DType =
        operands |> Seq.map (fun o -> o.Kind) |> Promotion.resultType Config.FloatX

    /// The type at which operands meet in an operation that gives floats.
    let commonFloat (operands: Operand list) : DType =
        Promotion.resultType Config.FloatX (Promotion.Kind.WeakFloat :: (operands |> List.map (fun o -> o.Kind)))

    /// Truth: bools are themselves, numbers are true unless they are zero.
    let truth (x: Tensor) : Tensor = if x.DType = DType.Bool then x else Lax.ne x (Lax.zerosLike x)

    /// The largest finite number of a float type, or the largest integer.
    let largest (d: DType) : Scalar =
        match d with
        | DType.Float64 -> Scalar.Float Double.MaxValue
        | DType.Float16 -> Scalar.Float 65504.0
        | DType.BFloat16 -> Scalar.Float(float (BitConverter.Int32BitsToSingle 0x7F7F0000))
        | DType.Bool -> Scalar.Int 1L
        | DType.UInt8 -> Scalar.Int 255L
        | DType.UInt16 -> Scalar.Int 65535L
        | DType.UInt32 -> Scalar.Int(int64 UInt32.MaxValue)
        | DType.UInt64 -> Scalar.Int -1L
        | DType.Int8 -> Scalar.Int 127L
        | DType.Int16 -> Scalar.Int 32767L
        | DType.Int32 -> Scalar.Int(int64 Int32.MaxValue)
        | DType.Int64 -> Scalar.Int Int64.MaxValue
        | _ -> Scalar.Float(float Single.MaxValue)

    /// The smallest finite number of a type.
    let smallest (d: DType) : Scalar =
        match d, largest d with
        | d, Scalar.Float v when DType.isFloat d -> Scalar.Float -v
        | (DType.Int8 | DType.Int16 | DType.Int32 | DType.Int64), Scalar.Int v -> Scalar.Int(-v - 1L)
        | _ -> Scalar.Int 0L

/// Constants from the host's memory and back.
[<RequireQualifiedAccess>]
module internal Host =
    let private upload (aval: Aval) (bytes: byte[]) : Tensor =
        let b = Backends.Current
        Tensor(aval, Value.Concrete(b.Upload(ReadOnlySpan bytes, aval, b.Devices[0])))

    /// An int32 tensor.
    let ints (shape: Dims) (items: int[]) : Tensor =
        upload (Aval.make DType.Int32 shape) (Runtime.InteropServices.MemoryMarshal.AsBytes(Span items).ToArray())

    /// A float tensor of the given element type.
    let floats (dtype: DType) (shape: Dims) (items: float[]) : Tensor =
        upload (Aval.make DType.Float64 shape) (Runtime.InteropServices.MemoryMarshal.AsBytes(Span items).ToArray())
        |> Lax.convert dtype

    /// The elements of a tensor as doubles. `op` is named where the tensor has no value yet.
    let readFloats (op: string) (x: Tensor) : float[] =
        let x = Lax.convert DType.Float64 x
        let buffer = Core.buffer op x
        let items = Array.zeroCreate<float> x.Size
        buffer.Backend.Download(buffer, x.Aval, Runtime.InteropServices.MemoryMarshal.AsBytes(Span items))
        items

    /// The elements of an integer or bool tensor.
    let readInts (op: string) (x: Tensor) : int64[] =
        let x = Lax.convert DType.Int64 x
        let buffer = Core.buffer op x
        let items = Array.zeroCreate<int64> x.Size
        buffer.Backend.Download(buffer, x.Aval, Runtime.InteropServices.MemoryMarshal.AsBytes(Span items))
        items
