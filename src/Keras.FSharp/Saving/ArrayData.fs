/// The neutral array that the readers and writers of all file formats exchange.
namespace Keras.FSharp.Saving

open System
open Keras.FSharp

/// An array as it stands in a file: element type, shape, and the elements in row-major (C) order, little-endian.
/// A bool is one byte, 0 or 1; a bfloat16 is the upper half of a float32; complex is real, then imaginary part.
[<CustomEquality; NoComparison>]
type ArrayData = {
    /// The element type.
    DType: DType
    /// The sizes; empty for a scalar.
    Shape: Dims
    /// The elements; their count times their size is the length.
    Bytes: byte[]
} with

    /// Equal element type, shape and bytes.
    override a.Equals o =
        match o with
        | :? ArrayData as b ->
            a.DType = b.DType && a.Shape = b.Shape && a.Bytes.AsSpan().SequenceEqual(ReadOnlySpan<byte> b.Bytes)
        | _ -> false

    override a.GetHashCode() = HashCode.Combine(a.DType, a.Shape, a.Bytes.Length)

/// Building, checking and viewing of neutral arrays.
[<RequireQualifiedAccess>]
module ArrayData =
    /// The number of elements of a shape, checked: no negative size, no overflow. `None` where there is no such number.
    let tryCount (shape: int64 seq) : int64 option =
        let sizes = Seq.toArray shape

        if Array.exists (fun n -> n < 0L) sizes then
            None
        elif Array.contains 0L sizes then
            Some 0L
        else
            (Some 1L, sizes)
            ||> Array.fold (fun count n ->
                match count with
                | Some c when c <= Int64.MaxValue / n -> Some(c * n)
                | _ -> None)

    /// An array of the given bytes, which are taken as they are; refuses a length that does not fit the shape.
    let create (dtype: DType) (shape: Dims) (bytes: byte[]) : ArrayData =
        match tryCount (Seq.map int64 shape) with
        | Some n when n <= int64 Array.MaxLength && n * int64 (DType.size dtype) = bytes.LongLength -> {
            DType = dtype
            Shape = shape
            Bytes = bytes
          }
        | _ ->
            Fail.value
                "ArrayData"
                $"{bytes.LongLength} bytes do not make an array of shape {shape} and dtype {DType.name dtype}."
                "The bytes must be the number of elements times the size of one."

    /// Of elements that lie in memory as the file wants them (`float32`, `int`, `Half`, …).
    let ofSpan<'T when 'T: struct and 'T: (new: unit -> 'T) and 'T :> ValueType>
        (dtype: DType)
        (shape: Dims)
        (items: ReadOnlySpan<'T>)
        : ArrayData =
        if not BitConverter.IsLittleEndian then
            Fail.unsupported "ArrayData" "This machine is big-endian." "Only little-endian machines are supported."

        create dtype shape (Runtime.InteropServices.MemoryMarshal.AsBytes(items).ToArray())

    /// The elements seen as values of a .NET type of the same size; no copy is made.
    let span<'T when 'T: struct and 'T: (new: unit -> 'T) and 'T :> ValueType> (a: ArrayData) : ReadOnlySpan<'T> =
        if Runtime.CompilerServices.Unsafe.SizeOf<'T>() <> DType.size a.DType then
            Fail.value
                "ArrayData"
                $"Elements of dtype {DType.name a.DType} cannot be seen as {typeof<'T>.Name}."
                "Use a .NET type of the same size."

        Runtime.InteropServices.MemoryMarshal.Cast<byte, 'T>(ReadOnlySpan<byte> a.Bytes)

    /// Reverses the bytes of every unit of `size` bytes, in place: big-endian to little-endian.
    let internal swap (size: int) (bytes: byte[]) : unit =
        if size > 1 then
            for i in 0..size .. bytes.Length - size do
                Array.Reverse(bytes, i, size)
