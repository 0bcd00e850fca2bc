/// Tensors from .NET values and back: arrays of any rank, jagged arrays, sequences, spans, System.Numerics.Tensors; and
/// parts of tensors. What computes stands in `Ops`.
namespace Keras.FSharp

open System
open System.Collections
open System.Collections.Generic
open System.Runtime.InteropServices
open Keras.FSharp.Backends

/// Takes nested sequences, arrays and scalars apart.
[<RequireQualifiedAccess>]
module internal Nested =
    let private where = "tensor"

    /// The bytes of an array of blittable elements, of any rank.
    let bytesOf (a: Array) (size: int) : Span<byte> =
        MemoryMarshal.CreateSpan(&MemoryMarshal.GetArrayDataReference a, a.Length * size)

    let private path (at: int list) = at |> List.rev |> List.map (fun i -> $"[{i}]") |> String.concat ""

    /// The shape and the scalars of a nested value; every level must have one length throughout.
    let private collect (value: obj) : struct (int list * List<obj>) =
        let found = List<obj>()

        let rec go (at: int list) (v: objnull) : int list =
            match v with
            | null -> Fail.value where $"the value at {path at} is null" ""
            | :? string as s -> Fail.wrongType where $"the value at {path at} is the text \"{s}\"" "Numbers are needed."
            | :? IEnumerable as items ->
                let shapes = [ for x in items -> x ] |> List.mapi (fun i x -> go (i :: at) x)

                match List.distinct shapes with
                | [] -> [ 0 ]
                | [ inner ] -> shapes.Length :: inner
                | _ ->
                    let i = shapes |> List.findIndex (fun s -> s <> shapes.Head)

                    Fail.value
                        where
                        (let odd, first = Dims.ofSeq shapes[i], Dims.ofSeq shapes.Head
                         $"{path (i :: at)} has shape {odd}, {path (0 :: at)} has {first}")
                        "All parts of one level must have one shape."
            | x ->
                found.Add x
                []

        let shape = go [] value
        struct (shape, found)

    let private typed<'T when 'T: struct and 'T :> ValueType and 'T: (new: unit -> 'T)>
        (dtype: DType)
        (shape: Dims)
        (items: List<obj>)
        : Tensor =
        let data =
            Array.init items.Count (fun i ->
                match items[i] with
                | :? 'T as x -> x
                | o ->
                    Fail.wrongType
                        where
                        $"element {i} is {o} of type {o.GetType().Name}, the first one {typeof<'T>.Name}"
                        "")

        Elements.ofArray dtype shape data

    /// A tensor of the elements as they are.
    let ofObject (value: obj) : Tensor =
        match value with
        | :? Tensor as t -> t
        | :? Array as a when (Elements.tryDType (Unchecked.nonNull (a.GetType().GetElementType()))).IsSome ->
            let d = Elements.dtypeOf where (Unchecked.nonNull (a.GetType().GetElementType()))
            let shape = Dims.own (Array.init a.Rank a.GetLength)
            Elements.upload (Aval.make d shape) (Span.op_Implicit (bytesOf a (DType.size d)))
        | _ ->
            let struct (shape, items) = collect value
            let shape = Dims.ofSeq shape

            if items.Count = 0 then
                Elements.upload (Aval.make Config.FloatX shape) ReadOnlySpan.Empty
            else
                let d = Elements.dtypeOf where (items[0].GetType())

                match d with
                | DType.Bool -> typed<bool> d shape items
                | DType.UInt8 -> typed<byte> d shape items
                | DType.UInt16 -> typed<uint16> d shape items
                | DType.UInt32 -> typed<uint32> d shape items
                | DType.UInt64 -> typed<uint64> d shape items
                | DType.Int8 -> typed<sbyte> d shape items
                | DType.Int16 -> typed<int16> d shape items
                | DType.Int32 -> typed<int> d shape items
                | DType.Int64 -> typed<int64> d shape items
                | DType.Float16 -> typed<Half> d shape items
                | DType.Float32 -> typed<float32> d shape items
                | DType.Complex64 -> typed<struct (float32 * float32)> d shape items
                | DType.Complex128 -> typed<Numerics.Complex> d shape items
                | _ -> typed<float> d shape items

/// Making, reading and taking parts of tensors.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Tensor =
    let private checkCount (where: string) (shape: Dims) (count: int) =
        for n in shape do
            if n < 0 then
                Fail.value where $"shape {shape} has a negative size" ""

        if shape.Size <> int64 count then
            Fail.value where $"{count} elements do not fill shape {shape}, which has {shape.Size}" ""

    // ---- from .NET --------------------------------------------------------------------------------------------------

    /// The elements of a span, row-major, under a shape; the element type is that of 'T.
    let ofSpan<'T when 'T: struct and 'T :> ValueType and 'T: (new: unit -> 'T)>
        (shape: int seq)
        (data: ReadOnlySpan<'T>)
        : Tensor =
        let d = Elements.dtypeOf "Tensor.ofSpan" typeof<'T>
        let shape = Dims.ofSeq shape
        checkCount "Tensor.ofSpan" shape data.Length
        Elements.upload (Aval.make d shape) (MemoryMarshal.AsBytes data)

    /// The elements of an array, row-major, under a shape; the element type is that of 'T: bool, (s)byte, (u)int16,
    /// (u)int32, (u)int64, Half, float32, float, Complex, or struct (float32 * float32) for complex64.
    let ofArray (shape: int seq) (data: 'T[]) : Tensor = ofSpan shape (ReadOnlySpan data)

    /// The elements of a sequence, row-major, under a shape.
    let ofSeq (shape: int seq) (data: 'T seq) : Tensor = ofArray shape (Seq.toArray data)

    /// A tensor of rank 0.
    let scalar (value: 'T) : Tensor = ofArray [] [| value |]

    /// A tensor of rank 1.
    let vector (data: 'T seq) : Tensor =
        let data = Seq.toArray data
        ofArray [ data.Length ] data

    /// An array of any rank with its own shape: `float32[,]`, `int[,,]`, … A jagged array may be given as well.
    let ofMultiArray (data: Array) : Tensor = Nested.ofObject data

    /// A jagged array; all rows of one level must have one length.
    let ofJagged (rows: 'T[][]) : Tensor = Nested.ofObject rows

    /// The bytes of the elements, little endian and row-major. The only way to give bfloat16 as it is stored.
    let ofBytes (dtype: DType) (shape: int seq) (bytes: ReadOnlySpan<byte>) : Tensor =
        let aval = Aval.make dtype (Dims.ofSeq shape)

        if int64 bytes.Length <> aval.ByteSize then
            Fail.value "Tensor.ofBytes" $"{bytes.Length} bytes for {aval}, which takes {aval.ByteSize}" ""

        Elements.upload aval bytes

    /// A tensor of System.Numerics.Tensors.
    let ofTensorSpan (data: Numerics.Tensors.ReadOnlyTensorSpan<'T>) : Tensor =
        let lengths = data.Lengths.ToArray()
        let shape = lengths |> Array.map int
        let flat = GC.AllocateUninitializedArray<'T>(int data.FlattenedLength)
        data.FlattenTo(Span flat)
        ofArray shape flat

    /// A tensor of System.Numerics.Tensors.
    let ofNumerics (data: Numerics.Tensors.Tensor<'T>) : Tensor = ofTensorSpan (data.AsReadOnlyTensorSpan())

    /// Any nesting of numbers as Keras's `convert_to_tensor` takes it: a scalar, a list of lists, an array of any rank,
    /// a jagged array, a tensor. Plain doubles become `floatx`; all else keeps its type. Use `ofArray` for float64.
    let tensor (value: obj) : Tensor =
        match value with
        | :? Tensor as t -> t
        | _ ->
            let t = Nested.ofObject value
            if t.DType = DType.Float64 then Lax.convert Config.FloatX t else t

    /// As `tensor`, converted to an element type.
    let tensorOf (dtype: DType) (value: obj) : Tensor = Lax.convert dtype (Nested.ofObject value)

    /// All elements `value`.
    let full (shape: int seq) (dtype: DType) (value: float) : Tensor =
        Lax.full (Dims.ofSeq shape) dtype (Scalar.Float value)

    /// Zeros.
    let zeros (shape: int seq) (dtype: DType) : Tensor = Lax.full (Dims.ofSeq shape) dtype (Scalar.Int 0L)

    /// Ones.
    let ones (shape: int seq) (dtype: DType) : Tensor = Lax.full (Dims.ofSeq shape) dtype (Scalar.Int 1L)

    // ---- to .NET ----------------------------------------------------------------------------------------------------

    /// The elements, row-major. 'T must be what the tensor holds (`DType.clrType`; uint16 for the bits of bfloat16).
    let toArray<'T when 'T: struct and 'T :> ValueType and 'T: (new: unit -> 'T)> (x: Tensor) : 'T[] =
        Elements.toArray<'T> "Tensor.toArray" x

    /// The same elements in memory of their own, which no donated call touches.
    let copy (x: Tensor) : Tensor =
        let source = Core.buffer "Tensor.copy" x
        let bytes = GC.AllocateUninitializedArray<byte>(int x.Aval.ByteSize)
        source.Backend.Download(source, x.Aval, Span bytes)
        Tensor(x.Aval, Value.Concrete(source.Backend.Upload(ReadOnlySpan bytes, x.Aval, source.Device)))

    /// Copies the elements, row-major, to a span of exactly as many.
    let copyTo<'T when 'T: struct and 'T :> ValueType and 'T: (new: unit -> 'T)> (target: Span<'T>) (x: Tensor) : unit =
        Elements.check<'T> "Tensor.copyTo" x

        if target.Length <> x.Size then
            Fail.value "Tensor.copyTo" $"a span of {target.Length} elements for {x.Aval}, which has {x.Size}" ""

        Elements.download "Tensor.copyTo" x (MemoryMarshal.AsBytes target)

    /// The bytes of the elements, little endian and row-major.
    let bytes (x: Tensor) : byte[] = Elements.bytes "Tensor.bytes" x

    /// The only element; of its own type. An error if there are more or less.
    let toScalar<'T when 'T: struct and 'T :> ValueType and 'T: (new: unit -> 'T)> (x: Tensor) : 'T =
        if x.Size <> 1 then
            Fail.value "Tensor.toScalar" $"a tensor {x.Aval} has {x.Size} elements, not one" "Take one by its index."

        (Elements.toArray<'T> "Tensor.toScalar" x)[0]

    /// Another element type (Keras's `cast`): floats are cut to integers, anything but zero is true.
    let cast (dtype: DType) (x: Tensor) : Tensor = Lax.convert dtype x

    /// The elements converted to 'T, row-major.
    let toArrayAs<'T when 'T: struct and 'T :> ValueType and 'T: (new: unit -> 'T)> (x: Tensor) : 'T[] =
        let d = Elements.dtypeOf "Tensor.toArrayAs" typeof<'T>
        Elements.toArray<'T> "Tensor.toArrayAs" (Lax.convert d x)

    /// The only element as a double, converted.
    let toFloat (x: Tensor) : float = toScalar<float>(Lax.convert DType.Float64 x)

    /// The only element as an int, converted.
    let toInt (x: Tensor) : int = toScalar<int>(Lax.convert DType.Int32 x)

    /// A .NET array of the tensor's rank and element type (`float32[,]` for a float32 matrix); of rank 0 one element.
    let toMultiArray (x: Tensor) : Array =
        let shape = if x.Rank = 0 then [| 1 |] else x.Shape.ToArray()
        let a = Array.CreateInstance(DType.clrType x.DType, shape)
        Elements.download "Tensor.toMultiArray" x (Nested.bytesOf a (DType.size x.DType))
        a

    /// A matrix as a two-dimensional array of its own element type.
    let toArray2D<'T when 'T: struct and 'T :> ValueType and 'T: (new: unit -> 'T)> (x: Tensor) : 'T[,] =
        Elements.check<'T> "Tensor.toArray2D" x

        match toMultiArray x with
        | :? ('T[,]) as a -> a
        | _ -> Fail.value "Tensor.toArray2D" $"a matrix is needed, not {x.Aval}" "Tensor.toMultiArray takes any rank."

    /// A matrix as an array of rows of its own element type.
    let toJagged<'T when 'T: struct and 'T :> ValueType and 'T: (new: unit -> 'T)> (x: Tensor) : 'T[][] =
        if x.Rank <> 2 then
            Fail.value "Tensor.toJagged" $"a matrix is needed, not {x.Aval}" "Tensor.toMultiArray takes any rank."

        let data = Elements.toArray<'T> "Tensor.toJagged" x
        let columns = x.Shape[1]
        Array.init x.Shape[0] (fun i -> Array.sub data (i * columns) columns)

    /// The tensor as one of System.Numerics.Tensors, of its own element type.
    let toNumerics<'T when 'T: struct and 'T :> ValueType and 'T: (new: unit -> 'T)>
        (x: Tensor)
        : Numerics.Tensors.Tensor<'T> =
        let lengths = x.Shape.ToArray() |> Array.map nativeint
        Numerics.Tensors.Tensor.Create<'T>(Elements.toArray<'T> "Tensor.toNumerics" x, ReadOnlySpan lengths)

    // ---- parts ------------------------------------------------------------------------------------------------------

    /// The part that the indices name, with NumPy's rules: `Tensor.get [ Idx.At 0; Idx.Ellipsis; Idx.NewAxis ] x`.
    let get (indices: Idx list) (x: Tensor) : Tensor = Indexing.get indices x

    /// The shape as an array.
    let shape (x: Tensor) : int[] = x.Shape.ToArray()

    /// The element type.
    let dtype (x: Tensor) : DType = x.DType

    /// The same elements in row-major order under another shape; one size may be -1.
    let reshape (shape: int seq) (x: Tensor) : Tensor =
        let given = Seq.toArray shape
        let known = given |> Array.fold (fun n i -> if i = -1 then n else n * i) 1

        let sizes =
            given
            |> Array.map (fun i ->
                if i <> -1 then i
                elif known = 0 then 0
                else x.Size / known)

        let d = Dims.own sizes

        if d.Size <> int64 x.Size || (given |> Array.filter ((=) -1)).Length > 1 then
            Fail.value "reshape" $"a tensor of shape {x.Shape} does not fit shape {Dims.ofSeq given}" ""

        Lax.reshape d x

/// Functions that need no module name.
[<AutoOpen>]
module TensorFunctions =
    /// Any nesting of numbers as a tensor (`keras.ops.convert_to_tensor`): `tensor [ [ 1.0; 2.0 ]; [ 3.0; 4.0 ] ]`.
    /// Plain doubles become `floatx`.
    let tensor (value: obj) : Tensor = Tensor.tensor value
