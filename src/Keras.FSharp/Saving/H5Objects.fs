/// Objects of an HDF5 file: their headers with links, attributes, and what a dataset declares of itself.
namespace Keras.FSharp.Saving

open System
open System.Collections.Generic
open Keras.FSharp

/// One attribute, its value not yet decoded.
type internal H5RawAttribute = {
    Name: string
    Type: H5Type
    ItemSize: int
    Shape: int64[]
    Value: H5Cursor
}

/// Where the elements of a dataset are.
[<RequireQualifiedAccess>]
type internal H5Layout =
    /// In the header itself.
    | Compact of H5Cursor
    /// In one piece: address (-1 if nothing is stored) and length.
    | Contiguous of int64 * int64
    /// In chunks of the given sizes, indexed by a B-tree of version 1 at an address.
    | ChunkTree of int[] * int64
    /// In chunks, with an index of a newer kind: its number, its parameters, its address.
    | Chunks of int[] * kind: int * parameters: H5Cursor * address: int64

/// One filter of a dataset with chunks: its number and parameters.
type internal H5Filter = { Id: int; Values: int64[] }

/// A dataset as its header describes it.
type internal H5Stored = {
    Type: H5Type
    ItemSize: int
    Shape: int64[]
    Layout: H5Layout
    Filters: H5Filter list
    Fill: byte[]
}

/// An object: a group has links, a dataset has what is stored.
type internal H5Object = {
    IsGroup: bool
    Links: (string * int64) list
    Attributes: H5RawAttribute list
    Stored: H5Stored option
}

/// One message of an object header.
[<Struct>]
type internal H5Message = { Kind: int; Shared: bool; Body: H5Cursor }

[<RequireQualifiedAccess>]
module internal H5Objects =
    /// All messages of the header at an address, from all its blocks.
    let rec private messages (source: H5Source) (address: int64) : ResizeArray<H5Message> =
        let found = ResizeArray<H5Message>()
        let seen = HashSet<int64>()
        let blocks = Queue<struct (int64 * int64)>()

        let add (kind: int) (flags: int) (body: H5Cursor) =
            if kind = 0x10 then
                let at = body.Offset()
                blocks.Enqueue(struct (at, body.Length()))
            elif kind <> 0 then
                found.Add { Kind = kind; Shared = flags &&& 2 = 2; Body = body }

        let scan (version: int) (order: bool) (c: H5Cursor) =
            let head =
                if version = 1 then 8
                elif order then 6
                else 4

            while c.Left >= head do
                let kind = if version = 1 then c.U16() else c.U8()
                let size = c.U16()
                let flags = c.U8()

                if version = 1 then
                    c.Skip 3
                elif order then
                    c.Skip 2

                add kind flags (c.Sub size)

        let start = source.Read(address, 16L)
        let first = start.U8()

        let version, order =
            if first = 1 then
                start.Skip 7
                scan 1 false (source.Read(address + 16L, start.U32()))
                1, false
            else
                start.At <- 0
                start.Signature "OHDR"
                start.Version("An object header", [ 2 ]) |> ignore
                let flags = start.U8()
                let prefix = 6 + (if flags &&& 32 = 32 then 16 else 0) + (if flags &&& 16 = 16 then 4 else 0)
                let sizeOf = 1 <<< (flags &&& 3)
                let size = source.Read(address + int64 prefix, int64 sizeOf).Sized sizeOf
                let order = flags &&& 4 = 4
                scan 2 order (source.Read(address + int64 (prefix + sizeOf), size))
                2, order

        while blocks.Count > 0 do
            let struct (at, size) = blocks.Dequeue()

            if not (seen.Add at) then
                source.Fail "An object header continues in itself."

            let block = source.Read(at, size)

            if version = 1 then
                scan 1 false block
            else
                block.Signature "OCHK"
                scan 2 order (block.Sub(max 0 (block.Left - 4)))

        found

    let private dataspace (source: H5Source) (c: H5Cursor) : int64[] =
        let version = c.Version("A dataspace", [ 1; 2 ])
        let rank = c.U8()
        c.Skip 1

        if version = 1 then
            c.Skip 5
            [| for _ in 1..rank -> c.Length() |]
        else
            match c.U8() with
            | 2 -> [| 0L |]
            | _ -> [| for _ in 1..rank -> c.Length() |]

    /// A datatype message, which may stand in another object.
    let private datatype (source: H5Source) (shared: bool) (c: H5Cursor) : struct (H5Type * int) =
        if not shared then
            H5Type.parse source c
        else
            let version = c.Version("A shared message", [ 1; 2; 3 ])
            let kind = c.U8()

            if version = 1 then
                c.Skip 6

            if version = 3 && kind <> 2 then
                source.Fail "It uses a table of shared messages; that is not supported."

            match messages source (c.Offset()) |> Seq.tryFind (fun m -> m.Kind = 3 && not m.Shared) with
            | Some m -> H5Type.parse source m.Body
            | None -> source.Fail "A named datatype is missing."

    let private attribute (source: H5Source) (c: H5Cursor) : H5RawAttribute =
        let version = c.Version("An attribute", [ 1; 2; 3 ])
        let flags = c.U8()
        let nameSize, typeSize, spaceSize = c.U16(), c.U16(), c.U16()

        if version = 3 then
            c.Skip 1

        let part (size: int) =
            let p = c.Sub size

            if version = 1 then
                c.Skip((8 - size % 8) % 8)

            p

        let name = part nameSize
        let name = H5Type.fixedText source false (ReadOnlySpan(name.Bytes nameSize))
        let struct (kind, size) = datatype source (version > 1 && flags &&& 1 = 1) (part typeSize)
        let space = part spaceSize

        if version > 1 && flags &&& 2 = 2 then
            source.Fail "It uses shared dataspaces; that is not supported."

        {
            Name = name
            Type = kind
            ItemSize = size
            Shape = dataspace source space
            Value = c.Sub c.Left
        }

    let private link (source: H5Source) (c: H5Cursor) : string * int64 =
        c.Version("A link", [ 1 ]) |> ignore
        let flags = c.U8()
        let kind = if flags &&& 8 = 8 then c.U8() else 0

        if flags &&& 4 = 4 then
            c.Skip 8

        if flags &&& 16 = 16 then
            c.Skip 1

        let size = c.Sized(1 <<< (flags &&& 3))

        if size < 0L || size > int64 c.Left then
            source.Fail "The name of a link is longer than the link."

        let name = H5Type.text source (ReadOnlySpan(c.Bytes(int size)))

        match kind with
        | 0 -> name, c.Offset()
        | 1 -> source.Fail $"'{name}' is a soft link; links are refused."
        | 64 -> source.Fail $"'{name}' is a link into another file; links are refused."
        | _ -> source.Fail $"'{name}' is a link of an unknown kind; links are refused."

    /// The members of a fractal heap that a B-tree lists; `skip` bytes of every record precede the heap ID.
    let private dense (source: H5Source) (skip: int) (heap: int64) (tree: int64) : H5Cursor list =
        if heap < 0L || tree < 0L then
            []
        else
            let heap = H5FractalHeap(source, heap)

            [
                for record in H5BTree2.records source tree do
                    record.Skip skip
                    heap.Object record
            ]

    let private denseLinks (source: H5Source) (c: H5Cursor) =
        c.Version("A link info", [ 0 ]) |> ignore

        if c.U8() &&& 1 = 1 then
            c.Skip 8

        let heap = c.Offset()
        dense source 4 heap (c.Offset()) |> List.map (link source)

    let private denseAttributes (source: H5Source) (c: H5Cursor) =
        c.Version("An attribute info", [ 0 ]) |> ignore

        if c.U8() &&& 1 = 1 then
            c.Skip 2

        let heap = c.Offset()
        dense source 0 heap (c.Offset()) |> List.map (attribute source)

    let private filters (source: H5Source) (c: H5Cursor) : H5Filter list =
        let version = c.Version("A list of filters", [ 1; 2 ])
        let count = c.U8()

        if version = 1 then
            c.Skip 6

        [
            for _ in 1..count do
                let id = c.U16()
                let nameSize = if version = 1 || id >= 256 then c.U16() else 0
                c.Skip 2
                let values = c.U16()
                c.Skip(if version = 1 then (nameSize + 7) / 8 * 8 else nameSize)
                let values = [| for _ in 1..values -> c.U32() |]

                if version = 1 && values.Length % 2 = 1 then
                    c.Skip 4

                { Id = id; Values = values }
        ]

    let private layout (source: H5Source) (rank: int) (c: H5Cursor) : H5Layout =
        let version = c.Version("A layout", [ 3; 4; 5 ])

        let size (n: int64) =
            if n < 1L || n > int64 Int32.MaxValue then
                source.Fail "A chunk has an impossible size."
            else
                int n

        match c.U8() with
        | 0 -> H5Layout.Compact(c.Sub(c.U16()))
        | 1 ->
            let address = c.Offset()
            H5Layout.Contiguous(address, c.Length())
        | 2 when version = 3 ->
            if c.U8() <> rank + 1 then
                source.Fail "The chunks of a dataset have another rank than the dataset."

            let address = c.Offset()
            H5Layout.ChunkTree([| for _ in 1..rank -> size (c.U32()) |], address)
        | 2 ->
            let flags = c.U8()

            if c.U8() <> rank + 1 then
                source.Fail "The chunks of a dataset have another rank than the dataset."

            let width = c.U8()
            let chunk = [| for _ in 1..rank -> size (c.Sized width) |]
            c.Sized width |> ignore
            let kind = c.U8()

            let parameters =
                match kind with
                | 1 -> c.Sub(if flags &&& 2 = 2 then source.LengthSize + 4 else 0)
                | 2 -> c.Sub 0
                | 3 -> c.Sub 1
                | 4 -> c.Sub 5
                | 5 -> c.Sub 6
                | kind -> source.Fail $"A dataset has chunks with an index of the unknown kind {kind}."

            H5Layout.Chunks(chunk, kind, parameters, c.Offset())
        | 3 -> source.Fail "A dataset is virtual, made of parts of other datasets; that is refused."
        | kind -> source.Fail $"A dataset has a layout of the unknown kind {kind}."

    let private fill (source: H5Source) (kind: int) (c: H5Cursor) : byte[] =
        let value () =
            let size = c.U32()

            if size > int64 c.Left then
                source.Fail "A fill value is longer than its record."
            else
                c.Bytes(int size)

        if kind = 4 then
            value ()
        else
            match c.Version("A fill value", [ 1; 2; 3 ]) with
            | 3 -> if c.U8() &&& 32 = 32 then value () else [||]
            | version ->
                c.Skip 2
                let defined = c.U8()
                if version = 1 || defined = 1 then value () else [||]

    let private stored (source: H5Source) (all: ResizeArray<H5Message>) : H5Stored option =
        let tryFind kind = all |> Seq.tryFind (fun m -> m.Kind = kind)

        let plain kind =
            match tryFind kind with
            | Some m when m.Shared -> source.Fail "It uses shared messages; that is not supported."
            | found -> found |> Option.map _.Body

        match plain 8 with
        | None -> None
        | Some layoutBody ->
            if (tryFind 7).IsSome then
                source.Fail "The elements of a dataset are in another file; that is refused."

            match plain 1, tryFind 3 with
            | Some space, Some kind ->
                let shape = dataspace source space
                let struct (item, size) = datatype source kind.Shared kind.Body

                let fillValue =
                    match plain 5, plain 4 with
                    | Some c, _ -> fill source 5 c
                    | None, Some c -> fill source 4 c
                    | None, None -> [||]

                Some {
                    Type = item
                    ItemSize = size
                    Shape = shape
                    Layout = layout source shape.Length layoutBody
                    Filters = plain 11 |> Option.map (filters source) |> Option.defaultValue []
                    Fill = if fillValue.Length = size then fillValue else [||]
                }
            | _ -> source.Fail "A dataset has no shape or no element type."

    /// The object whose header is at an address.
    let read (source: H5Source) (address: int64) : H5Object =
        let all = messages source address

        let refuseShared (m: H5Message) =
            if m.Shared then
                source.Fail "It uses shared messages; that is not supported."

        let pick kind f = [
            for m in all do
                if m.Kind = kind then
                    refuseShared m
                    yield! f m.Body
        ]

        let symbols (c: H5Cursor) =
            let tree = c.Offset()
            H5SymbolTable.links source tree (c.Offset())

        let links = pick 0x11 symbols @ pick 6 (fun c -> [ link source c ]) @ pick 2 (denseLinks source)

        match links |> List.countBy fst |> List.tryFind (fun (_, n) -> n > 1) with
        | Some(name, _) -> source.Fail $"A group has two members named '{name}'."
        | None -> ()

        let stored = stored source all

        {
            IsGroup = stored.IsNone && all.Exists(fun m -> m.Kind = 0x11 || m.Kind = 6 || m.Kind = 2 || m.Kind = 10)
            Links = links
            Attributes = pick 12 (fun c -> [ attribute source c ]) @ pick 0x15 (denseAttributes source)
            Stored = stored
        }
