/// NumPy's files: `.npy` (one array) and `.npz` (a zip archive of them).
namespace Keras.FSharp.Saving

open System
open System.Globalization
open System.IO
open System.IO.Compression
open System.Text
open Keras.FSharp

/// Zip members from strangers: what may be declared, and reading within it.
[<RequireQualifiedAccess>]
module internal ZipMember =
    let private damaged = "The archive is damaged or was made to harm; nothing of it was used."

    /// The uncompressed size of a member that may be read. Deflate cannot exceed 1032 : 1, so more is a false claim;
    /// above `limit` bytes, more than a hundred times the stored size is refused as Keras does.
    let size (where: string) (limit: int64) (entry: ZipArchiveEntry) : int64 =
        let where = $"{where}: {entry.FullName}"
        let declared, stored = entry.Length, entry.CompressedLength

        if entry.IsEncrypted then
            Fail.file where "The member is encrypted." "Save the archive without a password."

        if declared < 0L || stored < 0L then
            Fail.file where "The member declares a negative size." damaged

        if declared / 1100L > stored + 16L || (declared > limit && declared / 100L > stored) then
            Fail.file where $"The member declares {declared} bytes but stores {stored}." damaged

        declared

    /// Eight tables, for eight bytes at a step.
    let private tables =
        let first =
            Array.init 256 (fun i ->
                (uint32 i, [ 1..8 ])
                ||> List.fold (fun c _ -> if c &&& 1u = 1u then 0xEDB88320u ^^^ (c >>> 1) else c >>> 1))

        List.scan (fun (t: uint32[]) _ -> t |> Array.map (fun c -> first[int (c &&& 255u)] ^^^ (c >>> 8))) first [
            1..7
        ]
        |> List.toArray

    /// Goes on with the CRC-32 of the zip format.
    let private crc (start: uint32) (bytes: ReadOnlySpan<byte>) : uint32 =
        let mutable c = start
        let mutable i = 0

        while i + 8 <= bytes.Length do
            let low = BitConverter.ToUInt32(bytes.Slice(i, 4)) ^^^ c
            let high = BitConverter.ToUInt32(bytes.Slice(i + 4, 4))
            c <- 0u

            for k in 0..3 do
                c <- c ^^^ tables[7 - k][int ((low >>> (8 * k)) &&& 255u)]
                c <- c ^^^ tables[3 - k][int ((high >>> (8 * k)) &&& 255u)]

            i <- i + 8

        while i < bytes.Length do
            c <- tables[0][int ((c ^^^ uint32 bytes[i]) &&& 255u)] ^^^ (c >>> 8)
            i <- i + 1

        c

    let private compare (where: string) (entry: ZipArchiveEntry) (c: uint32) =
        if ~~~c <> entry.Crc32 then
            Fail.file $"{where}: {entry.FullName}" "The member does not match its checksum." damaged

    /// Compares the content of a member, read from a stream, with its checksum; .NET does not.
    let verify (where: string) (entry: ZipArchiveEntry) (content: Stream) : unit =
        let buffer = Array.zeroCreate<byte>(1 <<< 18)
        let mutable c = UInt32.MaxValue
        let mutable n = content.ReadAtLeast(buffer, buffer.Length, false)

        while n > 0 do
            c <- crc c (ReadOnlySpan(buffer, 0, n))
            n <- content.ReadAtLeast(buffer, buffer.Length, false)

        compare where entry c

    /// All bytes of a member.
    let bytes (where: string) (limit: int64) (entry: ZipArchiveEntry) : byte[] =
        let declared = size where limit entry

        if declared > int64 Array.MaxLength then
            Fail.file
                $"{where}: {entry.FullName}"
                $"The member has {declared} bytes; one array holds at most {Array.MaxLength}."
                "Use the format of shards for models of that size."

        use stream = entry.Open()
        let buffer = GC.AllocateUninitializedArray<byte>(int declared)
        stream.ReadExactly buffer

        if stream.ReadByte() >= 0 then
            Fail.file $"{where}: {entry.FullName}" "The member is longer than it declares." damaged

        compare where entry (crc UInt32.MaxValue (ReadOnlySpan buffer))
        buffer

    /// The archive in a stream, read by `work`, with the exceptions of the zip library turned into failures at `where`.
    let read (where: string) (stream: Stream) (work: ZipArchive -> 'a) : 'a =
        FileFailure.guard where damaged (fun () ->
            use archive = new ZipArchive(stream, ZipArchiveMode.Read, true)

            let twice = archive.Entries |> Seq.countBy _.FullName |> Seq.tryFind (fun (_, count) -> count > 1)

            match twice with
            | Some(name, _) -> Fail.file where $"The archive has two members named '{name}'." damaged
            | None -> work archive)

/// The NPY format: a header in Python's syntax, then the elements.
[<RequireQualifiedAccess>]
module Npy =
    let private types = [
        "b1", DType.Bool
        "u1", DType.UInt8
        "u2", DType.UInt16
        "u4", DType.UInt32
        "u8", DType.UInt64
        "i1", DType.Int8
        "i2", DType.Int16
        "i4", DType.Int32
        "i8", DType.Int64
        "f2", DType.Float16
        "f4", DType.Float32
        "f8", DType.Float64
        "c8", DType.Complex64
        "c16", DType.Complex128
        "V2", DType.BFloat16
    ]

    let private hint = "Write it with numpy.save, as a plain numeric array."

    /// A value of the header's dict, which starts at `at`: its text up to the comma outside parentheses and quotes.
    let private entry (where: string) (header: string) (key: string) : string =
        let at = header.IndexOf($"'{key}':", StringComparison.Ordinal)

        if at < 0 then
            Fail.file where $"The header has no '{key}'." hint

        let rest = header.Substring(at + key.Length + 3).TrimStart()

        let stop =
            match rest with
            | "" -> -1
            | _ when rest[0] = '(' -> rest.IndexOf ')' + 1
            | _ when rest[0] = '\'' -> rest.IndexOf('\'', 1) + 1
            | _ -> rest.IndexOfAny [| ','; '}'; ' ' |]

        if stop <= 0 then
            Fail.file where $"The header's '{key}' is malformed." hint

        rest.Substring(0, stop)

    let private shapeOf (where: string) (text: string) : int64 list =
        text.Trim('(', ')').Split(',', StringSplitOptions.TrimEntries)
        |> Array.toList
        |> List.filter (fun part -> part <> "")
        |> List.map (fun part ->
            match Int64.TryParse(part.TrimEnd 'L', NumberStyles.None, CultureInfo.InvariantCulture) with
            | true, n when n <= int64 Int32.MaxValue -> n
            | _ -> Fail.file where $"The shape {text} has a part that is no usable size." hint)

    /// Brings the elements from column-major into row-major order.
    let private toRowMajor (a: ArrayData) : ArrayData =
        let rank, size = a.Shape.Rank, DType.size a.DType
        let count = a.Bytes.Length / size
        let result = Array.zeroCreate<byte> a.Bytes.Length
        let index = Array.zeroCreate<int> rank
        let mutable source = 0

        let strides = Array.scan (fun step (n: int) -> step * n) 1 (a.Shape.ToArray()) |> Array.truncate rank

        for i in 0 .. count - 1 do
            Buffer.BlockCopy(a.Bytes, source * size, result, i * size, size)
            let mutable axis = rank - 1

            while axis >= 0 do
                index[axis] <- index[axis] + 1
                source <- source + strides[axis]

                if index[axis] < a.Shape[axis] then
                    axis <- -1
                else
                    source <- source - strides[axis] * index[axis]
                    index[axis] <- 0
                    axis <- axis - 1

        { a with Bytes = result }

    /// Reads one array from a stream that holds `length` more bytes. Versions 1.0 to 3.0, both byte orders, both
    /// element orders; a two-byte `V2` is taken as bfloat16. Texts, objects and records are refused.
    let read (where: string) (length: int64) (stream: Stream) : ArrayData =
        let take (n: int) =
            let b = Array.zeroCreate<byte> n
            stream.ReadExactly b
            b

        FileFailure.guard where hint (fun () ->
            let start = take 8

            if not (start.AsSpan(0, 6).SequenceEqual(ReadOnlySpan [| 0x93uy; 78uy; 85uy; 77uy; 80uy; 89uy |])) then
                Fail.file where "This is not an NPY file: its first bytes are others." hint

            let wide =
                match start[6] with
                | 1uy -> false
                | 2uy
                | 3uy -> true
                | v -> Fail.file where $"NPY version {v}.{start[7]} is unknown." hint

            let size =
                if wide then
                    int64 (BitConverter.ToUInt32(take 4, 0))
                else
                    int64 (BitConverter.ToUInt16(take 2, 0))

            if size > 65536L then
                Fail.file where $"The header declares {size} bytes." hint

            let header = Encoding.UTF8.GetString(take (int size))
            let descr = (entry where header "descr").Trim '\''
            let order, code = if descr = "" then '|', "" else descr[0], descr.Substring 1

            let dtype =
                match List.tryFind (fun (c, _) -> c = code) types with
                | Some(_, dtype) when "<>=|".Contains order -> dtype
                | _ -> Fail.file where $"The element type {descr} is not supported." hint

            let shapeText = entry where header "shape"
            let shape = shapeOf where shapeText
            let item = int64 (DType.size dtype)
            let rest = length - 8L - (if wide then 4L else 2L) - size

            match ArrayData.tryCount shape with
            | Some n when n <= int64 Array.MaxLength / item && n * item <= rest ->
                let bytes = take (int (n * item))

                if order = '>' then
                    ArrayData.swap (if DType.isComplex dtype then int item / 2 else int item) bytes

                let a = ArrayData.create dtype (Dims.ofSeq (List.map int shape)) bytes

                match entry where header "fortran_order" with
                | "False" -> a
                | "True" -> if a.Shape.Rank > 1 && n > 0L then toRowMajor a else a
                | other -> Fail.file where $"The header's fortran_order is {other}." hint
            | _ ->
                Fail.file
                    where
                    $"Shape {shapeText} of {descr} does not fit the {rest} bytes that follow."
                    "The file is truncated or damaged.")

    /// Widens bfloat16, which NPY does not know, to float32; other arrays are returned as they are.
    let private widen (a: ArrayData) : ArrayData =
        if a.DType <> DType.BFloat16 then
            a
        else
            let wide = Array.zeroCreate<byte>(a.Bytes.Length * 2)

            for i in 0..2 .. a.Bytes.Length - 2 do
                wide[2 * i + 2] <- a.Bytes[i]
                wide[2 * i + 3] <- a.Bytes[i + 1]

            ArrayData.create DType.Float32 a.Shape wide

    /// Writes one array, version 1.0. A bfloat16 array is written as float32, exactly.
    let write (stream: Stream) (array: ArrayData) : unit =
        let a = widen array
        let code = types |> List.find (fun (_, d) -> d = a.DType) |> fst
        let order = if DType.size a.DType = 1 then '|' else '<'
        let header = $"{{'descr': '{order}{code}', 'fortran_order': False, 'shape': {a.Shape}, }}"
        let padded = (header.Length + 1 + 10 + 63) / 64 * 64 - 10
        stream.Write(ReadOnlySpan [| 0x93uy; 78uy; 85uy; 77uy; 80uy; 89uy; 1uy; 0uy |])
        stream.Write(ReadOnlySpan(BitConverter.GetBytes(uint16 padded)))
        stream.Write(ReadOnlySpan(Encoding.ASCII.GetBytes(header.PadRight(padded - 1) + "\n")))
        stream.Write(ReadOnlySpan a.Bytes)

/// The NPZ format: named arrays in a zip archive.
[<RequireQualifiedAccess>]
module Npz =
    let private limit = 0x1000_0000L

    let private name (entry: ZipArchiveEntry) =
        if entry.FullName.EndsWith(".npy", StringComparison.Ordinal) then
            entry.FullName.Substring(0, entry.FullName.Length - 4)
        else
            entry.FullName

    /// Reads the arrays whose names `wanted` accepts, in the order of the archive. `where` names the file in errors.
    let readWhere (wanted: string -> bool) (where: string) (stream: Stream) : (string * ArrayData) list =
        ZipMember.read where stream (fun archive -> [
            for entry in archive.Entries do
                let key = name entry

                if wanted key then
                    let bytes = ZipMember.bytes where limit entry
                    key, Npy.read $"{where}: {entry.FullName}" bytes.LongLength (new MemoryStream(bytes))
        ])

    /// Reads all arrays of a stream, which must be seekable.
    let read (where: string) (stream: Stream) : (string * ArrayData) list = readWhere (fun _ -> true) where stream

    /// Reads all arrays of a file.
    let load (path: string) : (string * ArrayData) list =
        FileFailure.guard path "" (fun () ->
            use stream = File.OpenRead path
            read path stream)

    /// Writes arrays into a stream; deflated if `compress`, else as `numpy.savez` does.
    let write (compress: bool) (stream: Stream) (arrays: (string * ArrayData) seq) : unit =
        use archive = new ZipArchive(stream, ZipArchiveMode.Create, true)
        let level = if compress then CompressionLevel.Optimal else CompressionLevel.NoCompression

        for key, array in arrays do
            let entry = archive.CreateEntry(key + ".npy", level)
            entry.LastWriteTime <- DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero)
            use content = entry.Open()
            Npy.write content array

    /// Writes a file in one step (see `AtomicFile`).
    let save (compress: bool) (path: string) (arrays: (string * ArrayData) seq) : unit =
        AtomicFile.write path (fun stream -> write compress stream arrays)
