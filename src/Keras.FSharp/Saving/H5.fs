/// HDF5 files: reading safely, from anywhere, and writing as h5py does.
///
/// The reader knows what weights files contain: groups (old and new form), contiguous, compact and chunked datasets
/// (deflate, shuffle), numbers, bools, complex numbers, bfloat16, texts. It opens no other file and follows no link.
namespace Keras.FSharp.Saving

open System
open System.Collections.Generic
open System.IO
open Keras.FSharp

/// A dataset in an open file: what it declares, and its elements on demand.
[<Sealed>]
type H5Dataset internal (path: string, shape: Dims, dtype: DType option, read: unit -> H5Value) =
    /// The path in the file.
    member _.Path = path

    /// The sizes; empty for a scalar.
    member _.Shape = shape

    /// The element type; `None` for texts and for types that cannot be read.
    member _.DType = dtype

    /// Reads the elements. Check `Shape` and `DType` first: that is what keeps a foreign file from asking for memory.
    member _.Read() : H5Value = read ()

/// An open HDF5 file. Not changed by reading; may be used by several threads.
[<Sealed>]
type H5File internal (where: string, stream: Stream, limits: H5Limits, ownsStream: bool) =
    let source = H5Source(where, stream)
    let heap = H5GlobalHeap source
    let objects = Dictionary<int64, H5Object>()
    let gate = obj ()
    let hint = "The file is damaged, truncated, or not one that Keras wrote."

    let locked (path: string) (work: unit -> 'a) : 'a =
        lock gate (fun () ->
            source.Path <- path
            FileFailure.guard $"{where}: {path}" hint work)

    let root =
        locked "" (fun () ->
            let rec find (at: int64) =
                if at > source.Length - 16L then
                    Fail.file where "This is not an HDF5 file." "Weights files start with the mark of HDF5."

                let head = source.Read(at, 9L)

                if head.Sized 8 = 0x0A1A0A0D46444889L then
                    struct (at, head.U8())
                else
                    find (if at = 0L then 512L else at * 2L)

            let struct (start, version) = find 0L
            let old = version < 2

            if version > 3 then
                source.Fail $"HDF5 superblock version {version} is unknown."

            let sizes = source.Read(start + (if old then 13L else 9L), 2L)
            source.OffsetSize <- sizes.U8()
            source.LengthSize <- sizes.U8()

            if not (List.contains source.OffsetSize [ 4; 8 ] && List.contains source.LengthSize [ 4; 8 ]) then
                source.Fail "Its addresses have an unusual size."

            let o = int64 source.OffsetSize

            let first =
                if version = 0 then 24L
                elif version = 1 then 28L
                else 12L

            let body = source.Read(start + first, if old then 6L * o else 4L * o)
            body.Skip(2 * source.OffsetSize)
            let ends = body.Offset()

            let root =
                if old then
                    body.Skip(2 * source.OffsetSize)
                    body.Offset()
                else
                    body.Offset()

            // Addresses count from the superblock, whatever it says: there may be a user block in front.
            source.Base <- start

            if ends > source.Length then
                source.Fail $"It declares {ends} bytes and has {source.Length}: it is truncated."

            root)

    let load (address: int64) =
        match objects.TryGetValue address with
        | true, known -> known
        | _ ->
            let read = H5Objects.read source address
            objects[address] <- read
            read

    /// The address at a path, without opening the object there.
    let find (path: string) : int64 option =
        (Some root, H5Group.parts path)
        ||> List.fold (fun found name ->
            match found |> Option.map load with
            | Some { Links = links } -> links |> List.tryFind (fun (n, _) -> n = name) |> Option.map snd
            | None -> None)

    let at (path: string) : H5Object option = find path |> Option.map load

    let dataset (path: string) (stored: H5Stored) =
        H5Dataset(
            path,
            H5Data.shape source stored,
            H5Data.dtype stored,
            fun () -> locked path (fun () -> H5Data.read source limits heap stored)
        )

    let members (path: string) (groups: bool) : string list =
        locked path (fun () ->
            match at path with
            | None -> []
            | Some o -> [
                for name, address in o.Links do
                    source.Path <- $"{path}/{name}"

                    if (load address).IsGroup = groups then
                        name
              ])

    let rec tree (depth: int) (total: int64 ref) (path: string) (address: int64) : H5Group =
        source.Path <- path
        source.Spend 64L

        if depth > 128 then
            source.Fail "Its groups are nested more than 128 deep."

        let o = load address

        let value (name: string) (a: H5RawAttribute) =
            source.Path <- $"{path} attribute '{name}'"
            name, H5Data.attribute source heap a

        let elements (childPath: string) (stored: H5Stored) =
            source.Path <- childPath
            source.Spend 64L
            let read = H5Data.read source limits heap stored

            match read with
            | H5Value.Numbers a -> total.Value <- total.Value + a.Bytes.LongLength
            | H5Value.Strings _ -> ()

            if total.Value > limits.SparseAbove && total.Value / limits.MaxRatio > source.Length then
                source.Fail $"Its datasets declare more than {total.Value} bytes, the file has {source.Length}."

            read

        let children = [
            for name, child in o.Links do
                source.Path <- $"{path}/{name}"
                name, child, load child
        ]

        {
            Attributes = o.Attributes |> List.map (fun a -> value a.Name a)
            Groups = [
                for name, child, c in children do
                    if c.IsGroup then
                        name, tree (depth + 1) total $"{path}/{name}" child
            ]
            Datasets = [
                for name, _, c in children do
                    match c.Stored with
                    | Some stored -> name, elements $"{path}/{name}" stored
                    | None -> ()
            ]
        }

    /// The name of the file in errors.
    member _.Where = where

    /// True if there is a group at the path; the empty path is the root.
    member _.HasGroup(path: string) : bool =
        locked path (fun () ->
            match at path with
            | Some o -> o.IsGroup
            | None -> false)

    /// The names of the groups in the group at a path; empty if there is none.
    member _.Groups(path: string) : string list = members path true

    /// The names of the datasets in the group at a path; empty if there is none. By name, so "10" stands before "2".
    member _.Datasets(path: string) : string list =
        locked path (fun () ->
            match at path with
            | None -> []
            | Some o -> [
                for name, address in o.Links do
                    source.Path <- $"{path}/{name}"

                    if (load address).Stored.IsSome then
                        name
              ])

    /// The dataset at a path.
    member _.TryDataset(path: string) : H5Dataset option =
        locked path (fun () -> at path |> Option.bind _.Stored |> Option.map (dataset path))

    /// The names of the attributes of the group or dataset at a path.
    member _.Attributes(path: string) : string list =
        locked path (fun () ->
            match at path with
            | Some o -> o.Attributes |> List.map _.Name
            | None -> [])

    /// The attribute of the group or dataset at a path.
    member _.TryAttribute(path: string, name: string) : H5Value option =
        locked $"{path} attribute '{name}'" (fun () ->
            at path
            |> Option.bind (fun o -> o.Attributes |> List.tryFind (fun a -> a.Name = name))
            |> Option.map (H5Data.attribute source heap))

    /// The list of texts in an attribute; joins the parts `name0`, `name1`, … that Keras makes of long lists.
    member f.TryTexts(path: string, name: string) : string list option =
        let where = $"{where}: {path} attribute '{name}'"

        match f.TryAttribute(path, name) with
        | Some value -> Some(H5Value.texts where value)
        | None ->
            Seq.initInfinite (fun i -> f.TryAttribute(path, $"{name}{i}"))
            |> Seq.takeWhile _.IsSome
            |> Seq.choose id
            |> Seq.toList
            |> function
                | [] -> None
                | parts -> Some(List.collect (H5Value.texts where) parts)

    /// The whole content of the group at a path.
    member _.ReadTree(path: string) : H5Group option =
        locked path (fun () ->
            match find path with
            | Some address when (load address).IsGroup -> Some(tree 0 (ref 0L) path address)
            | _ -> None)

    interface IDisposable with
        member _.Dispose() =
            if ownsStream then
                stream.Dispose()

/// Opens, reads and writes HDF5 files.
[<RequireQualifiedAccess>]
module H5 =
    /// Opens what is in a seekable stream; `where` names it in errors. The stream stays open.
    let openStreamWith (limits: H5Limits) (where: string) (stream: Stream) : H5File =
        FileFailure.guard where "" (fun () -> new H5File(where, stream, limits, false))

    /// Opens what is in a seekable stream, with the usual limits.
    let openStream (where: string) (stream: Stream) : H5File = openStreamWith H5Limits.standard where stream

    /// Opens bytes in memory.
    let openBytes (where: string) (bytes: byte[]) : H5File = openStream where (new MemoryStream(bytes, false))

    /// Opens a file; dispose the result to close it.
    let openFile (path: string) : H5File =
        FileFailure.guard path "" (fun () ->
            let stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 4096)

            try
                new H5File(path, stream, H5Limits.standard, true)
            with _ ->
                stream.Dispose()
                reraise ())

    /// The whole content of an open file.
    let readAll (file: H5File) : H5Group = file.ReadTree "" |> Option.defaultValue H5Group.empty

    /// The whole content of a file.
    let load (path: string) : H5Group =
        use file = openFile path
        readAll file

    /// Writes a tree to a stream, which needs not be seekable; `where` names it in errors. Form as h5py's default:
    /// superblock version 0, groups in the old form, contiguous datasets, texts of variable length. Equal trees give
    /// equal bytes.
    let writeStream (where: string) (root: H5Group) (stream: Stream) : unit = H5Writer.write where root stream

    /// Writes a file in one step (see `AtomicFile`).
    let save (path: string) (root: H5Group) : unit = AtomicFile.write path (writeStream path root)
