/// The indexes and heaps of HDF5: B-trees of both versions, symbol tables, fractal heaps, the global heap.
namespace Keras.FSharp.Saving

open System
open System.Collections.Generic
open System.Numerics
open Keras.FSharp

/// B-trees of version 1: groups in the old form, and chunks.
[<RequireQualifiedAccess>]
module internal H5BTree1 =
    /// All leaf entries: key and address of the child. `kind` is 0 for groups and 1 for chunks.
    let entries
        (source: H5Source)
        (kind: int)
        (keySize: int)
        (address: int64)
        : ResizeArray<struct (H5Cursor * int64)> =
        let found = ResizeArray()

        let rec go (level: int) (address: int64) =
            let head = source.Read(address, int64 (8 + 2 * source.OffsetSize))
            head.Signature "TREE"

            if head.U8() <> kind then
                source.Fail "A B-tree is of the wrong kind."

            let at = head.U8()

            if level >= 0 && at <> level then
                source.Fail "A B-tree has levels out of order."

            let used = head.U16()
            let start = address + int64 (8 + 2 * source.OffsetSize)
            let body = source.Read(start, int64 used * int64 (keySize + source.OffsetSize))

            for _ in 1..used do
                let key = body.Sub keySize
                let child = body.Offset()

                if at > 0 then go (at - 1) child else found.Add(struct (key, child))

        go -1 address
        found

/// Groups in the old form: a B-tree of symbol table nodes, with the names in a local heap.
[<RequireQualifiedAccess>]
module internal H5SymbolTable =
    /// Names and object addresses.
    let links (source: H5Source) (tree: int64) (heap: int64) : (string * int64) list =
        let head = source.Read(heap, int64 (8 + 2 * source.LengthSize + source.OffsetSize))
        head.Signature "HEAP"
        head.Skip 4
        let size = head.Length()
        head.Length() |> ignore
        let names = source.Read(head.Offset(), size)
        let entrySize = 2 * source.OffsetSize + 24

        [
            for struct (_, node) in H5BTree1.entries source 0 source.LengthSize tree do
                let head = source.Read(node, 8L)
                head.Signature "SNOD"
                head.Skip 2
                let count = head.U16()
                let body = source.Read(node + 8L, int64 count * int64 entrySize)

                for _ in 1..count do
                    let name = body.Offset()
                    let address = body.Offset()
                    let kind = body.U32()
                    body.Skip 20

                    if name < 0L || name > size then
                        source.Fail "The name of a member is beyond its heap."

                    names.At <- int name
                    let name = H5Type.text source (ReadOnlySpan(names.Zero()))
                    source.Spend(int64 name.Length)

                    if kind = 2L then
                        source.Fail $"'{name}' is a soft link; links are refused."

                    name, address
        ]

/// B-trees of version 2.
[<RequireQualifiedAccess>]
module internal H5BTree2 =
    let private encoded (n: int64) = (if n < 1L then 0 else BitOperations.Log2(uint64 n)) / 8 + 1

    /// All records, in order.
    let records (source: H5Source) (address: int64) : ResizeArray<H5Cursor> =
        let head = source.Read(address, int64 (16 + source.OffsetSize + 2 + source.LengthSize))
        head.Signature "BTHD"
        head.Version("A B-tree", [ 0 ]) |> ignore
        head.Skip 1
        let nodeSize = head.U32()
        let recordSize = int64 (head.U16())
        let depth = head.U16()
        head.Skip 2
        let root = head.Offset()
        let rootCount = int64 (head.U16())
        let found = ResizeArray()

        if recordSize = 0L || depth > 32 || nodeSize > source.Length then
            source.Fail "A B-tree has impossible sizes."

        // For every level: the size of the count of records, and of the count of all records below, in a pointer.
        let leafMost = (nodeSize - 10L) / recordSize
        let countSize = encoded leafMost
        let totalSize = Array.zeroCreate<int>(depth + 1)
        let mutable most = leafMost

        for level in 1..depth do
            let pointer = int64 (source.OffsetSize + countSize + totalSize[level - 1])
            let here = (nodeSize - 10L - pointer) / (recordSize + pointer)
            most <- min ((here + 1L) * most + here) (1L <<< 48)
            totalSize[level] <- encoded most

        let rec go (level: int) (address: int64) (count: int64) =
            let pointer = int64 (source.OffsetSize + countSize + (if level > 0 then totalSize[level - 1] else 0))
            let children = if level = 0 then 0L else (count + 1L) * pointer
            let node = source.Read(address, 6L + count * recordSize + children)
            node.Signature(if level = 0 then "BTLF" else "BTIN")
            node.Skip 2
            let own = [| for _ in 1L .. count -> node.Sub(int recordSize) |]

            if level = 0 then
                found.AddRange own
            else
                for i in 0 .. own.Length do
                    let child = node.Offset()
                    let childCount = node.Sized countSize
                    node.Skip totalSize[level - 1]

                    if childCount < 0L || childCount > leafMost then
                        source.Fail "A B-tree has impossible counts."

                    go (level - 1) child childCount

                    if i < own.Length then
                        found.Add own[i]

        if root >= 0L then
            go depth root rootCount

        found

/// Fractal heaps: where groups and objects with many members keep links and attributes.
[<Sealed>]
type internal H5FractalHeap(source: H5Source, address: int64) =
    let o, l = source.OffsetSize, source.LengthSize
    let head = source.Read(address, int64 (22 + 12 * l + 3 * o))

    do
        head.Signature "FRHP"
        head.Version("A fractal heap", [ 0 ]) |> ignore
        head.Skip 2

        if head.U16() <> 0 then
            source.Fail "A fractal heap is compressed; that is not supported."

    do head.Skip 1

    let maxObject = head.U32()

    do head.Skip l

    let huge = head.Offset()

    do head.Skip(l + o + 8 * l)

    let width = int64 (head.U16())
    let startSize = head.Length()
    let maxDirect = head.Length()
    let maxBits = head.U16()

    do head.Skip 2

    let root = head.Offset()
    let rootRows = head.U16()
    let offsetSize = (maxBits + 7) / 8
    let log (n: int64) = BitOperations.Log2(uint64 n)

    do
        if width < 1L || width > 1024L || startSize < 1L || maxDirect < startSize || maxDirect > 0x1_0000_0000L then
            source.Fail "A fractal heap has impossible sizes."

    let lengthSize = min ((log maxDirect + 7) / 8) (log (max 1L maxObject) / 8 + 1)

    let directRows = log maxDirect - log startSize + 2
    let rowSize row = if row = 0 then startSize else startSize <<< (row - 1)

    /// Start in the heap's address space, size, and address of every direct block.
    let blocks =
        let found = ResizeArray<struct (int64 * int64 * int64)>()

        let rec indirect (depth: int) (address: int64) (rows: int) (start: int64) =
            if rows > 60 || depth > 16 then
                source.Fail "A fractal heap has impossible sizes."

            let direct = min rows directRows
            let count = int64 rows * width
            let node = source.Read(address, int64 (5 + o + offsetSize) + count * int64 o)
            node.Signature "FHIB"
            node.Skip(1 + o + offsetSize)
            let mutable position = start

            for row in 0 .. rows - 1 do
                for _ in 1L .. width do
                    let child = node.Offset()

                    if child >= 0L then
                        if row < direct then
                            found.Add(struct (position, rowSize row, child))
                        else
                            indirect (depth + 1) child (log (rowSize row) - log (startSize * width) + 1) position

                    position <- position + rowSize row

        if root >= 0L then
            if rootRows = 0 then
                found.Add(struct (0L, startSize, root))
            else
                indirect 0 root rootRows 0L

        found

    let managed (offset: int64) (length: int64) =
        let mutable hit = -1

        for i in 0 .. blocks.Count - 1 do
            let struct (start, size, _) = blocks[i]

            if offset >= start && length <= size && offset - start <= size - length then
                hit <- i

        if hit < 0 then
            source.Fail "An object is outside its fractal heap."

        let struct (start, _, address) = blocks[hit]
        source.Read(address + offset - start, length)

    let hugeObjects =
        lazy
            (let table = Dictionary<int64, struct (int64 * int64)>()

             for record in H5BTree2.records source huge do
                 let address = record.Offset()
                 let length = record.Length()
                 table[record.Length()] <- struct (address, length)

             table)

    /// The object of a heap ID, which is what `id` holds.
    member _.Object(id: H5Cursor) : H5Cursor =
        let flags = id.U8()

        match flags >>> 4 with
        | 0 ->
            let offset = id.Sized offsetSize
            let length = id.Sized lengthSize

            if offset < 0L || length < 0L then
                source.Fail "An object is outside its fractal heap."

            managed offset length
        | 1 ->
            match hugeObjects.Value.TryGetValue(id.Sized(min 8 id.Left)) with
            | true, struct (address, length) -> source.Read(address, length)
            | _ -> source.Fail "An object is missing in its fractal heap."
        | 2 ->
            let length = (flags &&& 15) + 1
            id.Sub length
        | _ -> source.Fail "An object in a fractal heap is of an unknown kind."

/// The global heap, in which texts of variable length are.
[<Sealed>]
type internal H5GlobalHeap(source: H5Source) =
    let collections = Dictionary<int64, Dictionary<int, struct (H5Cursor * int)>>()

    let load (address: int64) =
        let head = source.Read(address, int64 (8 + source.LengthSize))
        head.Signature "GCOL"
        head.Version("A heap", [ 1 ]) |> ignore
        head.Skip 3
        let start = int64 (8 + source.LengthSize)
        let size = head.Length()

        if size < start then
            source.Fail "A heap declares an impossible size."

        let body = source.Read(address + start, size - start)
        let objects = Dictionary<int, struct (H5Cursor * int)>()
        let mutable more = true

        while more && body.Left >= 8 + source.LengthSize do
            let index = body.U16()
            body.Skip 6
            let length = body.Length()

            if index = 0 then
                more <- false
            elif length < 0L || length > int64 body.Left then
                source.Fail "An object in a heap is longer than the heap."
            else
                objects[index] <- struct (body, body.At)
                body.Skip(min body.Left (int (length + 7L) / 8 * 8))

        objects

    /// The text that a reference of length, address and index stands for.
    member _.Text(reference: H5Cursor) : string =
        let length = reference.U32()
        let address = reference.Offset()
        let index = int (reference.U32())

        if length = 0L || address <= 0L then
            ""
        else
            let objects =
                match collections.TryGetValue address with
                | true, known -> known
                | _ ->
                    let read = load address
                    collections[address] <- read
                    read

            source.Spend length

            match objects.TryGetValue index with
            | true, struct (body, start) when length <= int64 Int32.MaxValue ->
                body.At <- start
                let bytes = body.Bytes(int length)
                H5Type.fixedText source false (ReadOnlySpan bytes)
            | _ -> source.Fail "A text is missing in the heap."
