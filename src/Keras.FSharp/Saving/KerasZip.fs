/// The `.keras` container: a zip archive of metadata.json, config.json, model.weights.h5 and assets.
namespace Keras.FSharp.Saving

open System
open System.IO
open System.IO.Compression
open System.Text
open Keras.FSharp

/// What a `.keras` file is made of when it is written.
type KerasParts = {
    /// `keras_version` and `date_saved`.
    Metadata: Json
    /// The serialized model.
    Config: Json
    /// The content of model.weights.h5.
    Weights: H5Group
    /// Files of layers: path below `assets/` and content.
    Assets: (string * byte[]) list
    /// The time that is noted for the weights and the assets.
    Saved: DateTimeOffset
}

/// A part of a seekable stream, read in place. Uses of the stream are one at a time, by `gate`.
[<Sealed>]
type internal WindowStream(gate: obj, stream: Stream, start: int64, length: int64) =
    inherit Stream()
    let mutable position = 0L
    override _.CanRead = true
    override _.CanSeek = true
    override _.CanWrite = false
    override _.Length = length

    override _.Position
        with get () = position
        and set (value: int64) = position <- value

    override _.Read(buffer: Span<byte>) : int =
        let count = int (max 0L (min (int64 buffer.Length) (length - position)))
        Threading.Monitor.Enter gate

        try
            stream.Position <- start + position
            let n = stream.Read(buffer.Slice(0, count))
            position <- position + int64 n
            n
        finally
            Threading.Monitor.Exit gate

    override s.Read(buffer: byte[], offset: int, count: int) : int = s.Read(Span(buffer, offset, count))

    override _.Seek(offset: int64, origin: SeekOrigin) : int64 =
        position <-
            match origin with
            | SeekOrigin.Current -> position + offset
            | SeekOrigin.End -> length + offset
            | _ -> offset

        position

    override _.Flush() = ()
    override _.SetLength _ = raise (NotSupportedException())
    override _.Write(_: byte[], _: int, _: int) : unit = raise (NotSupportedException())

/// An open `.keras` file. Used by one thread at a time; the stream must not be used by others meanwhile.
[<Sealed>]
type KerasArchive internal (where: string, stream: Stream, archive: ZipArchive, owns: bool) =
    /// Assets and JSON are held in memory: from here on a member may be at most 100 times its stored size.
    let smallLimit = 0x1000_0000L

    /// The same for the weights.
    let weightsLimit = 0x1_0000_0000L

    let entries = archive.Entries |> Seq.filter (fun e -> not (e.FullName.EndsWith '/')) |> Seq.toList

    let tryEntry (name: string) = entries |> List.tryFind (fun e -> e.FullName = name)

    let guard (name: string) (work: unit -> 'a) : 'a =
        FileFailure.guard $"{where}: {name}" "The archive is damaged." (fun () -> lock archive work)

    let required (name: string) =
        match tryEntry name with
        | Some entry -> entry
        | None ->
            Fail.file
                where
                $"The archive has no member '{name}'."
                "A .keras file has config.json and model.weights.h5. A weights file is loaded by load_weights."

    /// A stored member where it lies. The zip library does not tell where that is, but the position of the stream after
    /// the first bytes does; `None` if what lies there is not what the library reads.
    let tryWindow (entry: ZipArchiveEntry) (size: int64) : Stream option =
        let first, again = Array.zeroCreate<byte> 64, Array.zeroCreate<byte> 64

        if size < 64L then
            None
        else
            use content = entry.Open()
            content.ReadExactly first
            let start = stream.Position - 64L

            if start < 0L || size > stream.Length - start then
                None
            else
                let window = new WindowStream(archive, stream, start, size)
                window.ReadExactly again

                if first.AsSpan().SequenceEqual again then
                    window.Position <- 0L
                    ZipMember.verify where entry window
                    Some window
                else
                    None

    /// The name of the file in errors.
    member _.Where = where

    /// The names of all members, in the order of the archive.
    member _.Members: string list = entries |> List.map _.FullName

    /// The paths of the assets below `assets/`.
    member _.Assets: string list =
        entries
        |> List.map _.FullName
        |> List.filter _.StartsWith("assets/", StringComparison.Ordinal)
        |> List.map _.Substring("assets/".Length)

    /// The content of a member.
    member _.TryBytes(name: string) : byte[] option =
        guard name (fun () -> tryEntry name |> Option.map (ZipMember.bytes where smallLimit))

    /// The content of an asset by its path below `assets/`.
    member a.TryAsset(path: string) : byte[] option = a.TryBytes("assets/" + path)

    /// A member as JSON.
    member a.TryJson(name: string) : Json option =
        a.TryBytes name
        |> Option.map (fun bytes ->
            if not (Unicode.Utf8.IsValid(ReadOnlySpan bytes)) then
                Fail.file $"{where}: {name}" "The text is not valid UTF-8." "The archive is damaged."

            Json.parseAs $"{where}: {name}" (Encoding.UTF8.GetString bytes))

    /// The serialized model.
    member a.Config: Json =
        required "config.json" |> ignore
        a.TryJson "config.json" |> Option.defaultValue Json.Null

    /// Version and date, if the file tells them.
    member a.Metadata: Json option = a.TryJson "metadata.json"

    /// Opens the weights; dispose the result before the archive. Stored as Keras stores it, the member is read where it
    /// lies; a deflated one is unpacked into memory.
    member _.OpenWeights() : H5File =
        let name = "model.weights.h5"
        let entry = required name

        guard name (fun () ->
            let where = $"{where}: {name}"
            let size = ZipMember.size where weightsLimit entry

            match (if entry.CompressedLength = size then tryWindow entry size else None) with
            | Some window -> new H5File(where, window, H5Limits.standard, true)
            | None -> H5.openBytes where (ZipMember.bytes where weightsLimit entry))

    interface IDisposable with
        member _.Dispose() =
            archive.Dispose()

            if owns then
                stream.Dispose()

/// Opens and writes `.keras` files.
[<RequireQualifiedAccess>]
module KerasZip =
    /// True for a relative path of plain parts: no `..`, no root, no drive, no backslash, no control character.
    let isSafe (path: string) : bool =
        path <> ""
        && not (path.StartsWith '/')
        && path |> Seq.forall (fun c -> c <> '\\' && c <> ':' && not (Char.IsControl c))
        && path.TrimEnd('/').Split '/' |> Array.forall (fun part -> part <> "" && part <> "." && part <> "..")

    let private opened (where: string) (stream: Stream) (owns: bool) : KerasArchive =
        let hint = "A .keras file is a zip archive; a .h5 or .weights.h5 file is loaded in another way."

        FileFailure.guard where hint (fun () ->
            let archive = new ZipArchive(stream, ZipArchiveMode.Read, true)
            let names = archive.Entries |> Seq.map _.FullName |> Seq.toList

            match List.tryFind (isSafe >> not) names with
            | Some name ->
                Fail.file where $"The archive has a member with the unsafe name '{name}'." "It was not used."
            | None -> ()

            match names |> List.countBy id |> List.tryFind (fun (_, n) -> n > 1) with
            | Some(name, _) -> Fail.file where $"The archive has two members named '{name}'." "It was not used."
            | None -> ()

            new KerasArchive(where, stream, archive, owns))

    /// Opens an archive in a seekable stream, which stays open; `where` names it in errors.
    let openStream (where: string) (stream: Stream) : KerasArchive = opened where stream false

    /// Opens a file; dispose the result to close it.
    let openFile (path: string) : KerasArchive =
        FileFailure.guard path "" (fun () ->
            let stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 4096)

            try
                opened path stream true
            with _ ->
                stream.Dispose()
                reraise ())

    /// Writes an archive to a stream as Keras does: members stored, JSON of 1980-01-01, then weights, then assets.
    let writeStream (where: string) (parts: KerasParts) (stream: Stream) : unit =
        use archive = new ZipArchive(stream, ZipArchiveMode.Create, true)

        let add (name: string) (date: DateTimeOffset) (mode: int) (fill: Stream -> unit) =
            let entry = archive.CreateEntry(name, CompressionLevel.NoCompression)
            entry.LastWriteTime <- date
            entry.ExternalAttributes <- mode <<< 16
            use content = entry.Open()
            fill content

        let zero = DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero)

        let json (value: Json) (content: Stream) =
            content.Write(ReadOnlySpan(Encoding.ASCII.GetBytes(Json.write value)))

        add "metadata.json" zero 0o600 (json parts.Metadata)
        add "config.json" zero 0o600 (json parts.Config)
        add "model.weights.h5" parts.Saved 0o600 (H5.writeStream where parts.Weights)

        for path, bytes in parts.Assets do
            if not (isSafe path) then
                Fail.value where $"'{path}' cannot be the path of an asset." "Give a relative path without '..'."

            add $"assets/{path}" parts.Saved 0o100644 (fun content -> content.Write(bytes, 0, bytes.Length))

    /// Writes a file in one step (see `AtomicFile`).
    let save (path: string) (parts: KerasParts) : unit = AtomicFile.write path (writeStream path parts)
