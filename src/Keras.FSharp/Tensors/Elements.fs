/// Elements of tensors in .NET memory: the way up to a backend and back, and which .NET type goes with which dtype.
namespace Keras.FSharp

open System
open System.Runtime.InteropServices
open Keras.FSharp.Backends

/// Between bytes and tensors.
[<RequireQualifiedAccess>]
module internal Elements =
    /// The dtype of a .NET type; None where there is none.
    let tryDType (t: Type) : DType option =
        if t = typeof<float32> then Some DType.Float32
        elif t = typeof<float> then Some DType.Float64
        elif t = typeof<int> then Some DType.Int32
        elif t = typeof<int64> then Some DType.Int64
        elif t = typeof<bool> then Some DType.Bool
        elif t = typeof<byte> then Some DType.UInt8
        elif t = typeof<sbyte> then Some DType.Int8
        elif t = typeof<uint16> then Some DType.UInt16
        elif t = typeof<int16> then Some DType.Int16
        elif t = typeof<uint32> then Some DType.UInt32
        elif t = typeof<uint64> then Some DType.UInt64
        elif t = typeof<Half> then Some DType.Float16
        elif t = typeof<struct (float32 * float32)> then Some DType.Complex64
        elif t = typeof<Numerics.Complex> then Some DType.Complex128
        else None

    /// The dtype of a .NET type; an error that lists those that can be had.
    let dtypeOf (where: string) (t: Type) : DType =
        match tryDType t with
        | Some d -> d
        | None ->
            Fail.wrongType
                where
                $"{t} is no element type"
                "Elements may be bool, byte, sbyte, (u)int16, (u)int32, (u)int64, Half, float32, float, Complex, or \
                 pairs of float32 for complex64."

    /// A tensor of the backend in use.
    let upload (aval: Aval) (bytes: ReadOnlySpan<byte>) : Tensor =
        let backend = Backends.Current
        Core.concrete aval (backend.Upload(bytes, aval, backend.Devices[0]))

    /// A tensor of the elements of an array, which has as many as the shape.
    let ofArray<'T when 'T: struct and 'T :> ValueType and 'T: (new: unit -> 'T)>
        (dtype: DType)
        (shape: Dims)
        (data: 'T[])
        : Tensor =
        upload (Aval.make dtype shape) (MemoryMarshal.AsBytes(ReadOnlySpan data))

    /// Copies the elements of a tensor.
    let download (where: string) (x: Tensor) (target: Span<byte>) : unit =
        let b = Core.buffer where x
        b.Backend.Download(b, x.Aval, target)

    /// The elements of a tensor, little endian and row-major.
    let bytes (where: string) (x: Tensor) : byte[] =
        let bytes = GC.AllocateUninitializedArray<byte>(int x.Aval.ByteSize)
        download where x (Span bytes)
        bytes

    /// Checks that 'T is what the tensor holds: nothing converts by itself.
    let check<'T> (where: string) (x: Tensor) : unit =
        let expected = DType.clrType x.DType

        if expected <> typeof<'T> then
            Fail.wrongType
                where
                $"the tensor {x.Aval} holds {expected.Name}, not {typeof<'T>.Name}"
                "Convert it first (Tensor.cast), or ask for its own type."

    /// The elements of a tensor as their .NET type.
    let toArray<'T when 'T: struct and 'T :> ValueType and 'T: (new: unit -> 'T)> (where: string) (x: Tensor) : 'T[] =
        check<'T> where x
        let data = GC.AllocateUninitializedArray<'T> x.Size
        download where x (MemoryMarshal.AsBytes(Span data))
        data

    /// One bfloat16, as its bits, widened.
    let ofBFloat16 (bits: uint16) : float32 = BitConverter.UInt32BitsToSingle(uint32 bits <<< 16)

    /// Rounded to the nearest bfloat16 (ties to even), as its bits.
    let toBFloat16 (x: float32) : uint16 =
        let bits = BitConverter.SingleToUInt32Bits x

        if Single.IsNaN x then
            0x7FC0us
        else
            uint16 ((bits + 0x7FFFu + ((bits >>> 16) &&& 1u)) >>> 16)
