/// Writes HDF5 files as h5py does by default: superblock version 0, groups in the old form, contiguous datasets.
namespace Keras.FSharp.Saving

open System
open System.Collections.Generic
open System.IO
open System.Text
open Keras.FSharp

/// The pieces of a file in the making, in the order of their addresses. A piece is filled before the file is written;
/// the elements of datasets are not copied.
[<Sealed>]
type private H5Pieces() =
    let pieces = List<struct (int64 * byte[])>()
    let mutable next = 0L

    /// The size of the file so far.
    member _.End = next

    /// Puts bytes at the end and returns their address, a multiple of 8.
    member _.Add(bytes: byte[]) : int64 =
        let address = next
        pieces.Add(struct (address, bytes))
        next <- address + (bytes.LongLength + 7L) / 8L * 8L
        address

    /// Writes all pieces to a stream, which needs not be seekable.
    member _.WriteTo(stream: Stream) =
        let zeros = Array.zeroCreate<byte> 8

        for struct (_, bytes) in pieces do
            stream.Write(bytes, 0, bytes.Length)
            stream.Write(zeros, 0, int ((8L - bytes.LongLength % 8L) % 8L))

/// Texts of variable length, in blocks of the global heap of at least 4096 bytes.
[<Sealed>]
type private H5HeapWriter(pieces: H5Pieces) =
    let mutable block = Array.empty<byte>
    let mutable address = 0L
    let mutable used = 0
    let mutable count = 0

    let put (at: int) (value: int64) = BitConverter.TryWriteBytes(Span(block, at, 8), value) |> ignore

    /// Marks what is left of the block as free.
    let free () =
        if block.Length - used >= 16 then
            put used 0L
            put (used + 8) (int64 (block.Length - used))

    let start (need: int) =
        block <- Array.zeroCreate<byte>(max 4096 (16 + need))
        "GCOL\001"B.CopyTo(block, 0)
        put 8 block.LongLength
        address <- pieces.Add block
        used <- 16
        count <- 0

    /// Stores a text; returns the reference to it: length, address of the block, number in the block.
    member _.Add(text: byte[]) : byte[] =
        let need = 16 + (text.Length + 7) / 8 * 8

        if block.Length - used < need || count = 65535 then
            start need

        count <- count + 1
        put used (int64 count)
        put (used + 8) text.LongLength
        text.CopyTo(block, used + 16)
        used <- used + need
        free ()
        let reference = Array.zeroCreate<byte> 16
        BitConverter.TryWriteBytes(Span(reference, 0, 4), text.Length) |> ignore
        BitConverter.TryWriteBytes(Span(reference, 4, 8), address) |> ignore
        BitConverter.TryWriteBytes(Span(reference, 12, 4), count) |> ignore
        reference

/// Writes a tree.
[<RequireQualifiedAccess>]
module internal H5Writer =
    let private undefined = -1L
    let private utf8 = UTF8Encoding(false, false)

    /// Runs `f` on a binary writer and returns what it wrote.
    let private record (f: BinaryWriter -> unit) : byte[] =
        use stream = new MemoryStream()
        use out = new BinaryWriter(stream)
        f out
        stream.ToArray()

    /// Runs `f` on a binary writer and puts what it wrote at the start of a block that already has its address.
    let private fill (block: byte[]) (f: BinaryWriter -> unit) : unit = (record f).CopyTo(block, 0)

    let private padded (bytes: byte[]) : byte[] = Array.append bytes (Array.zeroCreate ((8 - bytes.Length % 8) % 8))

    let private fixedPoint (signed: bool) (size: int) =
        record (fun o ->
            o.Write 0x10uy
            o.Write(if signed then 8uy else 0uy)
            o.Write 0us
            o.Write size
            o.Write 0us
            o.Write(uint16 (8 * size)))

    let private floating (size: int) (sign: byte) (exponentAt: byte) (exponent: byte) (bias: int) =
        record (fun o ->
            o.Write [| 0x11uy; 0x20uy; sign; 0uy |]
            o.Write size
            o.Write 0us
            o.Write(uint16 (8 * size))
            o.Write [| exponentAt; exponent; 0uy; exponentAt |]
            o.Write bias)

    let private complex (part: byte[]) (size: int) =
        let field (name: byte) (offset: int) (o: BinaryWriter) =
            o.Write [| name; 0uy; 0uy; 0uy; 0uy; 0uy; 0uy; 0uy |]
            o.Write offset
            o.Write(Array.zeroCreate<byte> 28)
            o.Write part

        record (fun o ->
            o.Write [| 0x16uy; 2uy; 0uy; 0uy |]
            o.Write size
            field (byte 'r') 0 o
            field (byte 'i') (size / 2) o)

    let private boolean =
        record (fun o ->
            o.Write [| 0x18uy; 2uy; 0uy; 0uy; 1uy; 0uy; 0uy; 0uy |]
            o.Write(fixedPoint true 1)
            o.Write "FALSE\000\000\000TRUE\000\000\000\000"B
            o.Write [| 0uy; 1uy |])

    let private typeOf (dtype: DType) : byte[] =
        let single = floating 4 31uy 23uy 8uy 127
        let double = floating 8 63uy 52uy 11uy 1023

        match dtype with
        | DType.Bool -> boolean
        | DType.Float16 -> floating 2 15uy 10uy 5uy 15
        | DType.Float32 -> single
        | DType.Float64 -> double
        | DType.BFloat16 -> [| 0x15uy; 0uy; 0uy; 0uy; 2uy; 0uy; 0uy; 0uy |]
        | DType.Complex64 -> complex single 8
        | DType.Complex128 -> complex double 16
        | d -> fixedPoint (not (DType.isUnsigned d)) (DType.size d)

    let private textType (ascii: bool) =
        record (fun o ->
            o.Write [| 0x19uy; 1uy; (if ascii then 0uy else 1uy); 0uy |]
            o.Write 16
            o.Write(fixedPoint false 1))

    let private dataspace (shape: Dims) =
        record (fun o ->
            o.Write [| 1uy; byte shape.Rank; (if shape.Rank = 0 then 0uy else 1uy); 0uy; 0uy; 0uy; 0uy; 0uy |]

            if shape.Rank > 0 then
                for _ in 1..2 do
                    for n in shape do
                        o.Write(int64 n))

    /// Element type, dataspace and elements of a value.
    let private content (where: string) (heap: H5HeapWriter) (value: H5Value) : byte[] * byte[] * byte[] =
        match value with
        | H5Value.Numbers a ->
            let checkedArray = ArrayData.create a.DType a.Shape a.Bytes
            typeOf a.DType, dataspace a.Shape, checkedArray.Bytes
        | H5Value.Strings s ->
            if ArrayData.tryCount (Seq.map int64 s.Shape) <> Some s.Items.LongLength then
                Fail.value
                    where
                    $"{s.Items.Length} texts do not make an array of shape {s.Shape}."
                    "Give the right shape."

            let reference (text: string) =
                if text.Contains '\000' then
                    Fail.value where "A text contains a zero character." "HDF5 texts end at a zero character."

                heap.Add(utf8.GetBytes text)

            let ascii = s.Ascii && s.Items |> Array.forall (fun t -> Ascii.IsValid(t.AsSpan()))
            textType ascii, dataspace s.Shape, Array.collect reference s.Items

    /// Writes the object header made of messages (kind, constant, body) and returns its address.
    let private header (pieces: H5Pieces) (messages: (int * bool * byte[]) list) : int64 =
        record (fun o ->
            let bodies = messages |> List.map (fun (kind, constant, body) -> kind, constant, padded body)
            o.Write [| 1uy; 0uy |]
            o.Write(uint16 bodies.Length)
            o.Write 1
            o.Write(bodies |> List.sumBy (fun (_, _, body) -> 8 + body.Length))
            o.Write 0

            for kind, constant, body in bodies do
                o.Write(uint16 kind)
                o.Write(uint16 body.Length)
                o.Write [| (if constant then 1uy else 0uy); 0uy; 0uy; 0uy |]
                o.Write body)
        |> pieces.Add

    let private attribute (where: string) (heap: H5HeapWriter) (name: string, value: H5Value) : int * bool * byte[] =
        let where = $"{where}: attribute '{name}'"
        let encoded = Array.append (utf8.GetBytes name) [| 0uy |]
        let kind, space, bytes = content where heap value

        let body =
            record (fun o ->
                o.Write [| 1uy; 0uy |]
                o.Write(uint16 encoded.Length)
                o.Write(uint16 kind.Length)
                o.Write(uint16 space.Length)
                o.Write(padded encoded)
                o.Write(padded kind)
                o.Write(padded space)
                o.Write bytes)

        if encoded.Length > 65535 || body.Length > 65528 then
            Fail.value
                where
                $"It needs {body.Length} bytes; an attribute has at most 65528."
                "Split it, as Keras does with layer_names0, layer_names1, …"

        12, false, body

    let private dataset (where: string) (pieces: H5Pieces) (heap: H5HeapWriter) (value: H5Value) : int64 =
        let kind, space, bytes = content where heap value
        let address = if bytes.Length = 0 then undefined else pieces.Add bytes

        let layout =
            record (fun o ->
                o.Write [| 3uy; 1uy |]
                o.Write address
                o.Write bytes.LongLength)

        let attributes =
            match value with
            | H5Value.Numbers { DType = DType.BFloat16 } -> [ attribute where heap ("dtype", H5Value.text "bfloat16") ]
            | _ -> []

        header
            pieces
            ([
                1, false, space
                3, true, kind
                5, true, [| 2uy; 2uy; 2uy; 1uy; 0uy; 0uy; 0uy; 0uy |]
                8, false, layout
             ]
             @ attributes)

    /// The names of a group in a local heap: its address, and where every name starts.
    let private localHeap (pieces: H5Pieces) (names: byte[] list) : int64 * int64 list =
        let starts = names |> List.scan (fun at name -> at + int64 (name.Length + 8) / 8L * 8L) 8L

        let used = int (List.last starts)
        let size = if used + 16 <= 88 then 88 else used
        let data = Array.zeroCreate<byte> size

        List.zip names (List.take names.Length starts)
        |> List.iter (fun (name, at) -> name.CopyTo(data, int at))

        // The first free block, 1 if there is none; a free block names the next one and its own size.
        if size > used then
            BitConverter.TryWriteBytes(Span(data, used, 8), 1L) |> ignore
            BitConverter.TryWriteBytes(Span(data, used + 8, 8), int64 (size - used)) |> ignore

        let head = Array.zeroCreate<byte> 32
        let address = pieces.Add head

        fill head (fun o ->
            o.Write "HEAP\000\000\000\000"B
            o.Write(int64 size)
            o.Write(if size > used then int64 used else 1L)
            o.Write(pieces.Add data))

        address, List.take names.Length starts

    /// One level of a B-tree over children (address, last key); returns the nodes as children of the next level.
    let rec private tree (pieces: H5Pieces) (level: int) (children: (int64 * int64) list) : int64 =
        let nodes = if children.IsEmpty then [ [] ] else List.chunkBySize 32 children
        let blocks = nodes |> List.map (fun _ -> Array.zeroCreate<byte> 544)
        let addresses = blocks |> List.map pieces.Add |> List.toArray

        let lastKey (node: (int64 * int64) list) = if node.IsEmpty then 0L else snd (List.last node)

        let firstKeys = nodes |> List.scan (fun _ node -> lastKey node) 0L

        List.zip3 nodes blocks (List.take nodes.Length firstKeys)
        |> List.iteri (fun i (node, block, firstKey) ->
            fill block (fun o ->
                o.Write "TREE\000"B
                o.Write(byte level)
                o.Write(uint16 node.Length)
                o.Write(if i > 0 then addresses[i - 1] else undefined)
                o.Write(if i + 1 < addresses.Length then addresses[i + 1] else undefined)
                o.Write firstKey

                for address, key in node do
                    o.Write address
                    o.Write key))

        match nodes with
        | [ _ ] -> addresses[0]
        | _ -> tree pieces (level + 1) (List.mapi (fun i node -> addresses[i], lastKey node) nodes)

    let private nameBytes (where: string) (name: string) =
        if name = "" || name = "." || name.Contains '/' || name.Contains '\000' then
            Fail.value where $"'{name}' cannot be a name in an HDF5 file." "Names are not empty and have no slash."

        utf8.GetBytes name

    /// Writes a group; returns the addresses of its header, its B-tree and its local heap.
    let rec private group (where: string) (pieces: H5Pieces) (heap: H5HeapWriter) (g: H5Group) : int64 * int64 * int64 =
        let members =
            [
                for name, child in g.Groups do
                    name, fun () -> group $"{where}/{name}" pieces heap child
                for name, value in g.Datasets do
                    name, fun () -> dataset $"{where}/{name}" pieces heap value, undefined, undefined
            ]
            |> List.map (fun (name, write) -> nameBytes where name, name, write)
            |> List.sortWith (fun (a, _, _) (b, _, _) -> a.AsSpan().SequenceCompareTo(ReadOnlySpan<byte> b))

        match members |> List.countBy (fun (_, name, _) -> name) |> List.tryFind (fun (_, n) -> n > 1) with
        | Some(name, _) -> Fail.value where $"Two members have the name '{name}'." "Names in a group differ."
        | None -> ()

        let written = members |> List.map (fun (_, _, write) -> write ())
        let heapAddress, starts = localHeap pieces (members |> List.map (fun (bytes, _, _) -> bytes))

        let leaves =
            List.zip starts written
            |> List.chunkBySize 8
            |> List.map (fun entries ->
                let node =
                    record (fun o ->
                        o.Write "SNOD\001\000"B
                        o.Write(uint16 entries.Length)

                        for start, (address, tree, names) in entries do
                            o.Write start
                            o.Write address
                            o.Write(if tree = undefined then 0L else 1L)
                            o.Write(if tree = undefined then 0L else tree)
                            o.Write(if tree = undefined then 0L else names))

                let block = Array.zeroCreate<byte> 328
                node.CopyTo(block, 0)
                pieces.Add block, fst (List.last entries))

        let treeAddress = tree pieces 0 leaves

        let symbols =
            record (fun o ->
                o.Write treeAddress
                o.Write heapAddress)

        let attributes = g.Attributes |> List.map (attribute where heap)
        header pieces ((0x11, false, symbols) :: attributes), treeAddress, heapAddress

    /// Writes a file with the given root to a stream, which needs not be seekable. `where` names the file in errors.
    let write (where: string) (root: H5Group) (stream: Stream) : unit =
        let pieces = H5Pieces()
        let superblock = Array.zeroCreate<byte> 96
        pieces.Add superblock |> ignore
        let address, tree, names = group where pieces (H5HeapWriter pieces) root

        fill superblock (fun o ->
            o.Write [| 0x89uy; 72uy; 68uy; 70uy; 13uy; 10uy; 26uy; 10uy |]
            o.Write [| 0uy; 0uy; 0uy; 0uy; 0uy; 8uy; 8uy; 0uy |]
            o.Write [| 4uy; 0uy; 16uy; 0uy; 0uy; 0uy; 0uy; 0uy |]
            o.Write 0L
            o.Write undefined
            o.Write pieces.End
            o.Write undefined
            o.Write 0L
            o.Write address
            o.Write 1L
            o.Write tree
            o.Write names)

        pieces.WriteTo stream
