/// The elements of datasets and attributes of an HDF5 file: in one piece or in chunks, filtered or not.
namespace Keras.FSharp.Saving

open System
open System.Collections.Generic
open System.IO
open System.IO.Compression
open Keras.FSharp

/// One stored chunk: where it starts in the dataset, which filters were left out, where and how long it is in the file.
[<Struct>]
type internal H5Chunk = { At: int64[]; Skipped: int64; Address: int64; Size: int64 }

/// Lists the chunks of a dataset.
[<RequireQualifiedAccess>]
module internal H5ChunkIndex =
    /// How many chunks there are along every axis.
    let private grid (shape: int64[]) (chunk: int[]) =
        Array.map2 (fun n (c: int) -> (n + int64 c - 1L) / int64 c) shape chunk

    let private start (grid: int64[]) (chunk: int[]) (index: int64) =
        let at = Array.zeroCreate chunk.Length
        let mutable rest = index

        for axis in chunk.Length - 1 .. -1 .. 0 do
            at[axis] <- rest % grid[axis] * int64 chunk[axis]
            rest <- rest / grid[axis]

        at

    /// Entries of a fixed array: address, and with filters also size and mask.
    let private fixedArray (source: H5Source) (count: int64) (raw: int64) (at: int64 -> int64[]) (address: int64) =
        let o = source.OffsetSize
        let head = source.Read(address, int64 (8 + source.LengthSize + o))
        head.Signature "FAHD"
        head.Version("An array of chunks", [ 0 ]) |> ignore
        let filtered = head.U8() = 1
        let entry = head.U8()
        let pageBits = head.U8()
        let entries = head.Length()
        let data = head.Offset()

        if entries < count || entry < o || pageBits > 30 || (filtered && entry < o + 4) then
            source.Fail "The index of chunks has impossible sizes."

        let prefix = int64 (6 + o)
        source.Read(data, prefix).Signature "FADB"
        let page = 1L <<< pageBits

        let read (from: int64) (first: int64) (n: int64) = [
            let c = source.Read(from, n * int64 entry)

            for i in first .. first + n - 1L do
                let address = c.Offset()

                let size, mask =
                    if filtered then
                        let size = c.Sized(entry - o - 4)
                        size, c.U32()
                    else
                        raw, 0L

                if address >= 0L && i < count then
                    { At = at i; Skipped = mask; Address = address; Size = size }
        ]

        if entries <= page then
            read (data + prefix) 0L entries
        else
            let pages = (entries + page - 1L) / page
            let bitmapSize = (pages + 7L) / 8L
            let bitmap = source.Read(data + prefix, bitmapSize).Bytes(int bitmapSize)
            let first = data + prefix + bitmapSize + 4L

            [
                for p in 0L .. pages - 1L do
                    if bitmap[int (p / 8L)] &&& (128uy >>> int (p % 8L)) <> 0uy then
                        let n = min page (entries - p * page)
                        yield! read (first + p * (page * int64 entry + 4L)) (p * page) n
            ]

    /// The chunks of a tree of version 2; with filters a record also has size and mask.
    let private tree2 (source: H5Source) (chunk: int[]) (raw: int64) (filtered: bool) (address: int64) = [
        for record in H5BTree2.records source address do
            let address = record.Offset()
            let sizeOf = record.Left - 4 - 8 * chunk.Length

            let size, mask =
                if filtered then
                    let size = record.Sized sizeOf
                    size, record.U32()
                else
                    raw, 0L

            let at =
                chunk
                |> Array.map (fun c ->
                    let scaled = record.Length()

                    if scaled < 0L || scaled > Int64.MaxValue / int64 c then
                        -1L
                    else
                        scaled * int64 c)

            { At = at; Skipped = mask; Address = address; Size = size }
    ]

    let private tree1 (source: H5Source) (rank: int) (address: int64) = [
        if address >= 0L then
            for struct (key, child) in H5BTree1.entries source 1 (8 + 8 * (rank + 1)) address do
                let size = key.U32()
                let mask = key.U32()

                {
                    At = [| for _ in 1..rank -> key.Sized 8 |]
                    Skipped = mask
                    Address = child
                    Size = size
                }
    ]

    /// All chunks that are stored; `raw` is the size of a chunk without filters.
    let list (source: H5Source) (d: H5Stored) (raw: int64) : H5Chunk list =
        match d.Layout with
        | H5Layout.ChunkTree(chunk, address) -> tree1 source chunk.Length address
        | H5Layout.Chunks(_, _, _, address) when address < 0L -> []
        | H5Layout.Chunks(chunk, kind, parameters, address) ->
            let grid = grid d.Shape chunk
            let filtered = not d.Filters.IsEmpty

            let count =
                match ArrayData.tryCount grid with
                | Some n -> n
                | None -> source.Fail "A dataset has impossibly many chunks."

            match kind with
            | 1 ->
                let size, mask =
                    if parameters.Left > 0 then
                        let size = parameters.Length()
                        size, parameters.U32()
                    else
                        raw, 0L

                parameters.At <- 0

                [
                    {
                        At = Array.zeroCreate chunk.Length
                        Skipped = mask
                        Address = address
                        Size = size
                    }
                ]
            | 2 ->
                source.Spend(8L * count)

                [
                    for i in 0L .. count - 1L ->
                        {
                            At = start grid chunk i
                            Skipped = 0L
                            Address = address + i * raw
                            Size = raw
                        }
                ]
            | 3 -> fixedArray source count raw (start grid chunk) address
            | 5 -> tree2 source chunk raw filtered address
            | _ ->
                source.Fail
                    "A growing dataset has its chunks in an extensible array: not supported, save it with a fixed size."
        | H5Layout.Compact _
        | H5Layout.Contiguous _ -> []

/// Decodes elements.
[<RequireQualifiedAccess>]
module internal H5Data =
    let private inflate (source: H5Source) (size: int) (bytes: byte[]) : byte[] =
        use stream = new ZLibStream(new MemoryStream(bytes), CompressionMode.Decompress)
        let result = Array.zeroCreate<byte>(size + 4)
        let n = stream.ReadAtLeast(result, result.Length, false)

        if n < size || stream.ReadByte() >= 0 then
            source.Fail "A chunk has another size than it should have."

        Array.truncate n result

    let private unshuffle (source: H5Source) (item: int64) (bytes: byte[]) : byte[] =
        if item > bytes.LongLength then
            source.Fail "A chunk is shuffled by more bytes than it has."

        let item = int item

        if item <= 1 then
            bytes
        else
            let count = bytes.Length / item
            let result = Array.copy bytes

            for b in 0 .. item - 1 do
                for i in 0 .. count - 1 do
                    result[i * item + b] <- bytes[b * count + i]

            result

    /// Undoes the filters of one chunk, last one first; the result has `size` bytes.
    let private unfilter
        (source: H5Source)
        (filters: H5Filter list)
        (mask: int64)
        (item: int)
        (size: int)
        (bytes: byte[])
        =
        let step (filter: H5Filter) (i: int) (bytes: byte[]) =
            if i < 32 && mask &&& (1L <<< i) <> 0L then
                bytes
            else
                match filter.Id with
                | 1 -> inflate source size bytes
                | 2 -> unshuffle source (if filter.Values.Length > 0 then filter.Values[0] else int64 item) bytes
                | 3 when bytes.Length >= 4 -> Array.truncate (bytes.Length - 4) bytes
                | id -> source.Fail $"A dataset is stored with filter {id}; only deflate and shuffle are supported."

        let result = List.foldBack2 step filters [ 0 .. filters.Length - 1 ] bytes

        if result.Length <> size then
            source.Fail "A chunk has another size than it should have."

        result

    /// Copies the part of a chunk that is inside the dataset.
    let private place (item: int) (shape: int64[]) (chunk: int[]) (at: int64[]) (from: byte[]) (into: byte[]) =
        let rank = shape.Length
        let inside = Array.init rank (fun i -> int (min (int64 chunk[i]) (shape[i] - at[i])))
        let index = Array.zeroCreate<int> rank
        let run = inside[rank - 1] * item
        let mutable more = true

        while more do
            let mutable source, target = 0L, 0L

            for i in 0 .. rank - 1 do
                source <- source * int64 chunk[i] + int64 index[i]
                target <- target * shape[i] + at[i] + int64 index[i]

            Buffer.BlockCopy(from, int source * item, into, int target * item, run)
            let mutable axis = rank - 2

            while axis >= 0 && index[axis] + 1 = inside[axis] do
                index[axis] <- 0
                axis <- axis - 1

            if axis < 0 then more <- false else index[axis] <- index[axis] + 1

    /// Refuses a size that is far beyond what is stored.
    let private check (source: H5Source) (limits: H5Limits) (declared: int64) (stored: int64) =
        if declared > limits.MaxArrayBytes || declared > int64 Array.MaxLength then
            source.Fail $"A dataset of {declared} bytes is above the limit of {limits.MaxArrayBytes} (or a .NET array)."

        if declared > limits.SparseAbove && declared / limits.MaxRatio > stored then
            source.Fail $"A dataset declares {declared} bytes but stores {stored}."

    let private filled (d: H5Stored) (size: int64) : byte[] =
        let bytes = Array.zeroCreate<byte>(int size)

        if Array.exists (fun b -> b <> 0uy) d.Fill then
            for i in 0 .. d.Fill.Length .. bytes.Length - d.Fill.Length do
                Buffer.BlockCopy(d.Fill, 0, bytes, i, d.Fill.Length)

        bytes

    let private chunked (source: H5Source) (limits: H5Limits) (d: H5Stored) (chunk: int[]) (size: int64) : byte[] =
        let raw =
            match ArrayData.tryCount (Seq.append (Seq.map int64 chunk) [ int64 d.ItemSize ]) with
            | Some n when chunk.Length > 0 && n <= int64 Array.MaxLength - 8L -> n
            | _ -> source.Fail "A dataset has chunks of an impossible size."

        let chunks = H5ChunkIndex.list source d raw
        let stored = chunks |> List.sumBy (fun c -> min (max 0L c.Size) source.Length)
        check source limits size stored
        check source limits raw stored

        if raw / 16L * int64 chunks.Length > size + 0x40_0000L then
            source.Fail "The chunks of a dataset are far larger than the dataset."

        let bytes = filled d size
        let seen = HashSet<int64>()

        for c in chunks do
            let number =
                (0L, Array.mapi (fun i a -> i, a) c.At)
                ||> Array.fold (fun n (i, a) ->
                    if a < 0L || a >= d.Shape[i] || a % int64 chunk[i] <> 0L then
                        source.Fail "A chunk is outside its dataset."

                    n * ((d.Shape[i] + int64 chunk[i] - 1L) / int64 chunk[i]) + a / int64 chunk[i])

            if not (seen.Add number) then
                source.Fail "A dataset has a chunk twice."

            if c.Size < 0L || c.Size > int64 Array.MaxLength || c.Size > source.Length then
                source.Fail "A chunk is larger than the file."

            let content = Array.zeroCreate<byte>(int c.Size)
            source.ReadInto(c.Address, content, 0, content.Length)
            let content = unfilter source d.Filters c.Skipped d.ItemSize (int raw) content
            place d.ItemSize d.Shape chunk c.At content bytes

        bytes

    let private elements (source: H5Source) (limits: H5Limits) (d: H5Stored) (size: int64) : byte[] =
        match d.Layout with
        | _ when size = 0L -> [||]
        | H5Layout.Compact c ->
            c.At <- 0
            check source limits size (int64 c.Left)
            c.Bytes(int size)
        | H5Layout.Contiguous(address, _) when address < 0L ->
            check source limits size 0L
            filled d size
        | H5Layout.Contiguous(address, length) ->
            if length < size || size > source.Length then
                source.Fail $"A dataset declares {size} bytes but stores {min length source.Length}."

            check source limits size length
            let bytes = GC.AllocateUninitializedArray<byte>(int size)
            source.ReadInto(address, bytes, 0, bytes.Length)
            bytes
        | H5Layout.ChunkTree(chunk, _)
        | H5Layout.Chunks(chunk, _, _, _) -> chunked source limits d chunk size

    /// The shape as Keras.NET counts it, and the size in bytes.
    let private measure (source: H5Source) (item: int) (shape: int64[]) : struct (Dims * int64) =
        match ArrayData.tryCount (Array.append [| int64 item |] shape) with
        | Some size when shape |> Array.forall (fun n -> n <= int64 Int32.MaxValue) ->
            struct (Dims.ofSeq (Array.map int shape), size)
        | _ -> source.Fail "A dataset has an impossible shape."

    let private decode
        (source: H5Source)
        (heap: H5GlobalHeap)
        (kind: H5Type)
        (item: int)
        (shape: Dims)
        (bytes: byte[])
        =
        match kind with
        | H5Type.Number(dtype, big) when DType.size dtype = item ->
            H5Value.Numbers(H5Type.numbers dtype big shape bytes)
        | H5Type.Fixed(size, ascii, blanks) when size = item && item > 0 ->
            let text i = H5Type.fixedText source blanks (ReadOnlySpan(bytes, i * item, item))

            H5Value.Strings {
                Items = Array.init (bytes.Length / item) text
                Shape = shape
                Ascii = ascii
            }
        | H5Type.Variable ascii when item = 8 + source.OffsetSize ->
            let cursor = H5Cursor(source, bytes)

            let items =
                Array.init (bytes.Length / item) (fun i ->
                    cursor.At <- i * item
                    heap.Text(cursor.Sub item))

            H5Value.Strings { Items = items; Shape = shape; Ascii = ascii }
        | H5Type.Other what -> source.Fail $"It holds {what}, which Keras does not use."
        | _ -> source.Fail "An element type has an impossible size."

    /// The element type of a dataset as array; `None` for texts.
    let dtype (d: H5Stored) : DType option =
        match d.Type with
        | H5Type.Number(dtype, _) -> Some dtype
        | _ -> None

    /// The shape of a dataset.
    let shape (source: H5Source) (d: H5Stored) : Dims =
        let struct (shape, _) = measure source d.ItemSize d.Shape
        shape

    /// The elements of a dataset.
    let read (source: H5Source) (limits: H5Limits) (heap: H5GlobalHeap) (d: H5Stored) : H5Value =
        let struct (shape, size) = measure source d.ItemSize d.Shape
        decode source heap d.Type d.ItemSize shape (elements source limits d size)

    /// The value of an attribute.
    let attribute (source: H5Source) (heap: H5GlobalHeap) (a: H5RawAttribute) : H5Value =
        let struct (shape, size) = measure source a.ItemSize a.Shape

        if size > int64 Int32.MaxValue then
            source.Fail "An attribute declares an impossible size."

        a.Value.At <- 0
        decode source heap a.Type a.ItemSize shape (a.Value.Bytes(int size))
