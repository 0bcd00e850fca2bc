/// Bytes of an HDF5 file: reading within bounds and within a budget, and the element types.
namespace Keras.FSharp.Saving

open System
open System.Buffers.Binary
open System.IO
open System.Text
open Keras.FSharp

/// The file below the reader. Addresses and lengths are checked before anything is allocated, and all structure that is
/// read is counted against a budget, so cycles and exponential trees end with a failure.
[<Sealed>]
type internal H5Source(where: string, stream: Stream) =
    let length = stream.Length
    let gate = obj ()
    let mutable left = 16L * length + 0x10_0000L

    /// The name of the file in errors.
    member _.Where = where

    /// Where address 0 is: the size of the user block.
    member val Base = 0L with get, set

    /// The size of the file.
    member _.Length = length

    /// The size of addresses in bytes.
    member val OffsetSize = 8 with get, set

    /// The size of lengths in bytes.
    member val LengthSize = 8 with get, set

    /// The object in the file that is being read, for errors.
    member val Path = "" with get, set

    /// Refuses the file.
    member s.Fail(reason: string) : 'a =
        let place = if s.Path = "" then where else $"{where}: {s.Path}"
        Fail.file place reason "The file is damaged, truncated, or not one that Keras wrote."

    /// Counts work against the budget.
    member s.Spend(bytes: int64) =
        left <- left - bytes

        if left < 0L then
            s.Fail "Its structure refers to itself: reading it would not end."

    /// Reads data at an address into a buffer.
    member s.ReadInto(address: int64, buffer: byte[], start: int, count: int) =
        let at = s.Base + address

        if address < 0L || at < 0L || int64 count > length - at then
            s.Fail $"{count} bytes at address {address} are beyond its end."

        lock gate (fun () ->
            stream.Position <- at
            stream.ReadExactly(buffer, start, count))

    /// Reads structure at an address.
    member s.Read(address: int64, count: int64) : H5Cursor =
        s.Spend(count + 8L)

        if count < 0L || count > length then
            s.Fail $"A block of {count} bytes is declared."

        let buffer = Array.zeroCreate<byte>(int (min count (int64 Array.MaxLength)))
        s.ReadInto(address, buffer, 0, buffer.Length)
        H5Cursor(s, buffer)

/// Reads numbers from a block, within its bounds.
and [<Sealed>] internal H5Cursor(source: H5Source, bytes: byte[]) =
    let mutable at = 0

    /// Moves over `n` bytes and returns where they start.
    let step (n: int) : int =
        if n < 0 || n > bytes.Length - at then
            source.Fail "A record in it is shorter than it should be."

        at <- at + n
        at - n

    /// The position in the block.
    member _.At
        with get () = at
        and set (value: int) =
            if value < 0 || value > bytes.Length then
                source.Fail "A record in it is shorter than it should be."

            at <- value

    /// How many bytes follow.
    member _.Left = bytes.Length - at

    /// Moves on.
    member c.Skip(n: int) = step n |> ignore

    /// The next bytes.
    member _.Bytes(n: int) : byte[] = bytes.AsSpan(step n, n).ToArray()

    /// The next bytes as a cursor of their own.
    member _.Sub(n: int) = H5Cursor(source, bytes.AsSpan(step n, n).ToArray())

    /// One byte.
    member _.U8() : int = int bytes[step 1]

    /// Two bytes.
    member _.U16() : int = int (BinaryPrimitives.ReadUInt16LittleEndian(ReadOnlySpan(bytes, step 2, 2)))

    /// A number of `n` bytes; all bits set is -1, anything else beyond 63 bits is refused.
    member _.Sized(n: int) : int64 =
        let mutable value = 0UL
        let mutable ones = true
        let start = step n

        for i in 0 .. n - 1 do
            ones <- ones && bytes[start + i] = 255uy

            if i >= 8 && bytes[start + i] <> 0uy then
                source.Fail "A number in it is too large."

            if i < 8 then
                value <- value ||| (uint64 bytes[start + i] <<< (8 * i))

        if ones then
            -1L
        elif value > uint64 Int64.MaxValue then
            source.Fail "A number in it is too large."
        else
            int64 value

    /// Four bytes, unsigned.
    member _.U32() : int64 = int64 (BinaryPrimitives.ReadUInt32LittleEndian(ReadOnlySpan(bytes, step 4, 4)))

    /// An address; -1 if undefined.
    member c.Offset() : int64 = c.Sized source.OffsetSize

    /// A length; -1 if undefined.
    member c.Length() : int64 = c.Sized source.LengthSize

    /// Checks a signature of four letters.
    member c.Signature(text: string) =
        if Encoding.Latin1.GetString(bytes, step 4, 4) <> text then
            source.Fail $"The mark '{text}' is not where it should be."

    /// Checks a version.
    member c.Version(what: string, known: int list) : int =
        let v = c.U8()

        if not (List.contains v known) then
            source.Fail $"{what} has the unknown version {v}."

        v

    /// Text up to a zero byte, which is skipped.
    member c.Zero() : byte[] =
        let n = Array.IndexOf(bytes, 0uy, at) - at

        if n < 0 then
            source.Fail "A name in it does not end."

        let text = c.Bytes n
        c.Skip 1
        text

/// Element types in an HDF5 file, as far as Keras knows them.
[<RequireQualifiedAccess>]
type internal H5Type =
    /// A number or bool; true if big-endian.
    | Number of DType * bool
    /// A text of fixed length in bytes; true if ASCII, and whether it is padded with blanks.
    | Fixed of int * ascii: bool * blanks: bool
    /// A text of any length in the global heap; true if ASCII.
    | Variable of ascii: bool
    /// Something else, in words.
    | Other of string

[<RequireQualifiedAccess>]
module internal H5Type =
    let private utf8 = UTF8Encoding(false, true)

    /// Text of UTF-8 bytes.
    let text (source: H5Source) (bytes: ReadOnlySpan<byte>) : string =
        if Unicode.Utf8.IsValid bytes then
            utf8.GetString bytes
        else
            source.Fail "A text in it is not valid UTF-8."

    let private pad n = (n + 7) / 8 * 8

    let rec private parseAt (source: H5Source) (depth: int) (c: H5Cursor) : struct (H5Type * int) =
        let head = c.U8()
        let version, kind = head >>> 4, head &&& 15
        let bits = c.U8()
        let bits1 = c.U8()
        c.Skip 1
        let size = int (min (c.U32()) (int64 Int32.MaxValue))
        let big = bits &&& 1 = 1

        let number =
            match kind with
            | 0 ->
                let offset, precision = c.U16(), c.U16()

                match (if offset = 0 && precision = 8 * size then size else 0), bits &&& 8 with
                | 1, 0 -> H5Type.Number(DType.UInt8, big)
                | 2, 0 -> H5Type.Number(DType.UInt16, big)
                | 4, 0 -> H5Type.Number(DType.UInt32, big)
                | 8, 0 -> H5Type.Number(DType.UInt64, big)
                | 1, _ -> H5Type.Number(DType.Int8, big)
                | 2, _ -> H5Type.Number(DType.Int16, big)
                | 4, _ -> H5Type.Number(DType.Int32, big)
                | 8, _ -> H5Type.Number(DType.Int64, big)
                | _ -> H5Type.Other $"integers of {size} bytes"
            | 1 ->
                c.Skip 5
                let exponent = c.U8()
                c.Skip 1
                let mantissa = c.U8()
                c.Skip 4

                match size, exponent, mantissa with
                | 2, 5, 10 -> H5Type.Number(DType.Float16, big)
                | 2, 8, 7 -> H5Type.Number(DType.BFloat16, big)
                | 4, 8, 23 -> H5Type.Number(DType.Float32, big)
                | 8, 11, 52 -> H5Type.Number(DType.Float64, big)
                | _ -> H5Type.Other $"floats of {size} bytes"
            | 3 -> H5Type.Fixed(size, bits >>> 4 = 0, bits &&& 15 = 2)
            | 5 when size = 2 -> H5Type.Number(DType.BFloat16, false)
            | 5 -> H5Type.Other $"opaque values of {size} bytes"
            | 6 when depth < 2 && bits + 256 * bits1 = 2 -> complex source depth version size c
            | 6 -> H5Type.Other "records"
            | 8 when depth < 2 -> enumeration source depth version (bits + 256 * bits1) c
            | 9 when bits &&& 15 = 1 -> H5Type.Variable(bits1 &&& 15 = 0)
            | 9 -> H5Type.Other "lists of any length"
            | 7 -> H5Type.Other "references"
            | 10 -> H5Type.Other "arrays as elements"
            | kind -> H5Type.Other $"values of class {kind}"

        struct (number, size)

    /// A record of a real part `r` and an imaginary part `i`, as h5py writes complex numbers.
    and private complex source depth version size c =
        let field () =
            let start = c.At
            let name = Encoding.Latin1.GetString(c.Zero())

            if version < 3 then
                c.At <- min (start + pad (c.At - start)) (c.At + c.Left)

            let offset =
                if version < 3 then
                    c.U32()
                else
                    c.Sized(
                        if size < 256 then 1
                        elif size < 65536 then 2
                        else 4
                    )

            if version = 1 then
                c.Skip 28

            let struct (item, _) = parseAt source (depth + 1) c
            name, offset, item

        match field (), field () with
        | ("r", 0L, H5Type.Number(DType.Float32, b)), ("i", 4L, H5Type.Number(DType.Float32, b2)) when
            b = b2 && size = 8
            ->
            H5Type.Number(DType.Complex64, b)
        | ("r", 0L, H5Type.Number(DType.Float64, b)), ("i", 8L, H5Type.Number(DType.Float64, b2)) when
            b = b2 && size = 16
            ->
            H5Type.Number(DType.Complex128, b)
        | _ -> H5Type.Other "records"

    /// FALSE and TRUE is a bool, as h5py writes it; any other enumeration is read as its numbers.
    and private enumeration source depth version count c =
        let struct (item, size) = parseAt source (depth + 1) c

        let isBool =
            count = 2
            && size = 1
            && (let name () =
                    let start = c.At
                    let text = Encoding.Latin1.GetString(c.Zero())

                    if version < 3 then
                        c.At <- min (start + pad (c.At - start)) (c.At + c.Left)

                    text

                let first = name ()
                let second = name ()
                first = "FALSE" && second = "TRUE" && c.Left >= 2 && c.U8() = 0 && c.U8() = 1)

        match item with
        | H5Type.Number _ when isBool -> H5Type.Number(DType.Bool, false)
        | H5Type.Number _ -> item
        | _ -> H5Type.Other "an enumeration of something else than integers"

    /// Reads a datatype message: the type and the size of an element in bytes.
    let parse (source: H5Source) (c: H5Cursor) : struct (H5Type * int) = parseAt source 0 c

    /// Array of raw elements in the file's order and byte order.
    let numbers (dtype: DType) (big: bool) (shape: Dims) (bytes: byte[]) : ArrayData =
        if big then
            let size = DType.size dtype
            ArrayData.swap (if DType.isComplex dtype then size / 2 else size) bytes

        if dtype = DType.Bool then
            for i in 0 .. bytes.Length - 1 do
                bytes[i] <- min bytes[i] 1uy

        ArrayData.create dtype shape bytes

    /// The text of an element of fixed length.
    let fixedText (source: H5Source) (blanks: bool) (bytes: ReadOnlySpan<byte>) : string =
        let n = bytes.IndexOf 0uy
        let bytes = if n >= 0 then bytes.Slice(0, n) else bytes
        let s = text source bytes
        if blanks then s.TrimEnd ' ' else s
