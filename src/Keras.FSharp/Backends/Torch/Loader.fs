// Makes libtorch and TorchSharp's native shim usable, before anything of TorchSharp is touched.
//
// Why it is needed: TorchSharp's shim (libLibTorchSharp.so) asks for the symbol version GLIBCXX_3.4.32, which older
// distributions (Debian 12, Ubuntu 22.04, RHEL 9) lack. Only one symbol asks for it, and nothing ever calls that one:
// GCC 13 emits it to force the version. So where the plain load fails, a copy of the shim in which that version is
// marked weak is written to a per-user cache folder and loaded instead. The package's own file is never changed.
//
// TorchSharp looks for its shim when its first static member runs, and where that fails it copies half a gigabyte and
// stays broken for the life of the process: hence `Loader.ensure` comes first. Nothing here runs TorchSharp code.
namespace Keras.FSharp.Backends.Torch

open System
open System.Buffers.Binary
open System.IO
open System.Runtime.InteropServices
open System.Security.Cryptography
open System.Text

/// Marks a symbol version of an ELF file as weak, so that the dynamic linker accepts a library that lacks it.
module internal ElfVersion =

    /// Section types of the ELF format that the walk needs.
    [<Literal>]
    let private DynSym = 11u

    [<Literal>]
    let private VerNeed = 0x6ffffffeu

    [<Literal>]
    let private VerSym = 0x6fffffffu

    /// VER_FLG_WEAK: a version that may be absent.
    [<Literal>]
    let private Weak = 2us

    [<Struct>]
    type private Section = { Kind: uint32; Offset: int; Size: int; Link: int; Info: int }

    let private bad what = raise (InvalidDataException("malformed ELF file: " + what))

    /// Bytes [offset, offset + count) of the file; anything outside it is an error.
    let private slice (file: byte[]) (offset: int64) (count: int) =
        if offset < 0L || count < 0 || offset > int64 file.Length - int64 count then
            bad $"offset {offset} is outside the file"

        ReadOnlySpan(file, int offset, count)

    let private u16 file offset = BinaryPrimitives.ReadUInt16LittleEndian(slice file offset 2)

    let private u32 file offset = BinaryPrimitives.ReadUInt32LittleEndian(slice file offset 4)

    let private u64 file offset = BinaryPrimitives.ReadUInt64LittleEndian(slice file offset 8)

    /// A 64-bit file offset or size, which has to lie inside the file.
    let private inside (file: byte[]) (value: uint64) =
        if value > uint64 file.Length then
            bad $"{value} is outside the file"

        int value

    /// The zero-terminated string at an offset of a string section.
    let private text (file: byte[]) (table: Section) (offset: uint32) =
        if offset >= uint32 table.Size then
            bad "a name is outside its string table"

        let rest = slice file (int64 table.Offset + int64 offset) (table.Size - int offset)

        match rest.IndexOf 0uy with
        | -1 -> bad "a name does not end"
        | n -> Encoding.UTF8.GetString(rest.Slice(0, n))

    let private sections (file: byte[]) =
        let header = slice file 0L 64

        if not (header.StartsWith(ReadOnlySpan [| 0x7fuy; byte 'E'; byte 'L'; byte 'F'; 2uy; 1uy |])) then
            bad "not a 64-bit little-endian ELF file"

        let table = inside file (u64 file 0x28L)
        let entry = int (u16 file 0x3aL)
        let count = int (u16 file 0x3cL)

        if entry < 64 then
            bad "section headers are too small"

        Array.init count (fun i ->
            let at = int64 table + int64 i * int64 entry
            let kind = u32 file (at + 4L)
            // A section of type NOBITS (8) takes no room in the file; its offset and size mean nothing here.
            let held = kind <> 8u && kind <> 0u
            let offset = if held then inside file (u64 file (at + 24L)) else 0
            let size = if held then inside file (u64 file (at + 32L)) else 0

            if size > file.Length - offset then
                bad "a section is outside the file"

            {
                Kind = kind
                Offset = offset
                Size = size
                Link = int (u32 file (at + 40L))
                Info = int (u32 file (at + 44L))
            })

    let private linked (all: Section[]) (section: Section) =
        if section.Link < 0 || section.Link >= all.Length then
            bad "a section links to none"

        all[section.Link]

    /// Where the entries of `version` lie in the file's version requirements, with the index that symbols refer to.
    let private requirements (file: byte[]) (all: Section[]) version = [
        for need in all do
            if need.Kind = VerNeed then
                let names = linked all need
                let finish = int64 need.Offset + int64 need.Size
                let mutable at = int64 need.Offset
                let mutable files = need.Info

                while files > 0 do
                    if at + 16L > finish then
                        bad "a version requirement is outside its section"

                    let mutable aux = at + int64 (u32 file (at + 8L))
                    let mutable entries = int (u16 file (at + 2L))

                    while entries > 0 do
                        if aux + 16L > finish then
                            bad "a version entry is outside its section"

                        if text file names (u32 file (aux + 8L)) = version then
                            yield aux, u16 file (aux + 6L)

                        let next = u32 file (aux + 12L)
                        aux <- aux + int64 next
                        entries <- if next = 0u then 0 else entries - 1

                    let next = u32 file (at + 12L)
                    at <- at + int64 next
                    files <- if next = 0u then 0 else files - 1
    ]

    /// Names of the symbols that ask for the version with this index.
    let private users (file: byte[]) (all: Section[]) (index: uint16) = [
        for versions in all do
            if versions.Kind = VerSym then
                let symbols = linked all versions

                if symbols.Kind <> DynSym then
                    bad "symbol versions without symbols"

                let names = linked all symbols

                for i in 0 .. min (versions.Size / 2) (symbols.Size / 24) - 1 do
                    if u16 file (int64 versions.Offset + 2L * int64 i) &&& 0x7fffus = index then
                        yield text file names (u32 file (int64 symbols.Offset + 24L * int64 i))
    ]

    /// A copy of `file` in which `version` is weak. An error where nothing asks for it, or where a symbol other than
    /// `unused` does: then the file really needs what that version brings.
    let weaken (version: string) (unused: string) (file: byte[]) : Result<byte[], string> =
        try
            let all = sections file

            match requirements file all version with
            | [] -> Error $"it does not ask for {version}"
            | found ->
                match found |> List.collect (snd >> users file all) |> List.filter ((<>) unused) with
                | [] ->
                    let copy = Array.copy file

                    for at, _ in found do
                        BinaryPrimitives.WriteUInt16LittleEndian(Span(copy, int at + 4, 2), Weak)

                    Ok copy
                | used -> Error $"""{version} is needed by {String.Join(", ", used)}"""
        with :? InvalidDataException as e ->
            Error e.Message

/// Loads libtorch and TorchSharp's shim, once.
module internal Loader =

    /// Names this assembly.
    type private Marker = class end

    let private isLinux = OperatingSystem.IsLinux()

    let private rid =
        let system =
            if OperatingSystem.IsWindows() then "win"
            elif OperatingSystem.IsMacOS() then "osx"
            else "linux"

        let architecture =
            match RuntimeInformation.ProcessArchitecture with
            | Architecture.X64 -> "x64"
            | Architecture.Arm64 -> "arm64"
            | other -> other.ToString().ToLowerInvariant()

        $"{system}-{architecture}"

    let private fileName name =
        if OperatingSystem.IsWindows() then $"{name}.dll"
        elif OperatingSystem.IsMacOS() then $"lib{name}.dylib"
        else $"lib{name}.so"

    let private shim = fileName "LibTorchSharp"

    let private lines = ResizeArray<string>()

    let private note (line: string) =
        lock lines (fun () -> lines.Add line)

        if Environment.GetEnvironmentVariable "KERAS_LOG" = "debug" then
            eprintfn "keras: torch: %s" line

    /// What was done so far, in order: the folders looked in, the files loaded, and whether the shim was patched.
    let log () : string list = lock lines (fun () -> List.ofSeq lines)

    let mutable private torchHandle = 0n

    /// The handle of the loaded libtorch_cpu library; zero before `ensure` has succeeded.
    let torchCpu () : nativeint = torchHandle

    /// Folders of the NuGet cache that hold the native files, for scripts, whose assemblies are loaded from there.
    let private packageFolders (assemblyFolder: string) =
        let up (path: string) (levels: int) =
            Path.GetFullPath(Path.Combine(path, Path.Combine(Array.create levels "..")))

        let package = up assemblyFolder 2
        let libtorch = Path.Combine(up package 2, $"libtorch-cpu-{rid}")

        let version (folder: string) =
            match Version.TryParse(Path.GetFileName folder) with
            | true, v -> v
            | _ -> Version(0, 0)

        [
            if Directory.Exists(Path.Combine(package, "runtimes")) then
                Path.Combine(package, "runtimes", rid, "native")

                if Directory.Exists libtorch then
                    for folder in Directory.GetDirectories libtorch |> Array.sortByDescending version do
                        Path.Combine(folder, "runtimes", rid, "native")
        ]

    /// Existing folders in which native files may lie, the likeliest first.
    let private folders () =
        let assemblyFolder =
            // Only the managed assembly is loaded by this; empty in a single-file program.
            match Path.GetDirectoryName(typeof<TorchSharp.torch.Tensor>.Assembly.Location) with
            | null -> ""
            | folder -> folder

        let listed =
            match AppContext.GetData "NATIVE_DLL_SEARCH_DIRECTORIES" with
            | :? string as paths ->
                paths.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) |> List.ofArray
            | _ -> []

        [
            yield! listed
            for folder in [ AppContext.BaseDirectory; assemblyFolder ] do
                if folder <> "" then
                    Path.Combine(folder, "runtimes", rid, "native")
                    folder
            if assemblyFolder <> "" then
                yield! packageFolders assemblyFolder
        ]
        |> List.map (fun folder -> Path.TrimEndingDirectorySeparator(Path.GetFullPath folder))
        |> List.distinct
        |> List.filter Directory.Exists

    /// The first file in the folders whose name matches.
    let private find (pattern: string) folders =
        folders
        |> List.tryPick (fun folder -> Directory.EnumerateFiles(folder, pattern) |> Seq.sort |> Seq.tryHead)

    /// Loads a library by path (or by name), with the linker's message where that fails.
    let private load (path: string) : Result<nativeint, string> =
        try
            let handle = NativeLibrary.Load path
            note $"loaded {path}"
            Ok handle
        with e ->
            // .NET puts general advice first and the linker's own words last.
            let words =
                e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries ||| StringSplitOptions.TrimEntries)

            let reason = if words.Length = 0 then e.GetType().Name else Array.last words
            note $"not loaded: {path}: {reason}"
            Error reason

    let private cacheFolder () =
        match Environment.GetEnvironmentVariable "XDG_CACHE_HOME" with
        | null
        | "" ->
            match Environment.GetFolderPath Environment.SpecialFolder.UserProfile with
            | "" -> None
            | home -> Some(Path.Combine(home, ".cache", "keras-dotnet"))
        | cache -> Some(Path.Combine(cache, "keras-dotnet"))

    let private same (path: string) (content: byte[]) =
        try
            File.Exists path
            && FileInfo(path).Length = int64 content.Length
            && File.ReadAllBytes(path).AsSpan().SequenceEqual(ReadOnlySpan content)
        with
        | :? IOException
        | :? UnauthorizedAccessException -> false

    /// Writes to a temporary file beside the target and renames it, so that no process ever sees half a file.
    let private writeWhole (path: string) (content: byte[]) =
        let temporary = $"{path}.{Guid.NewGuid():N}.tmp"

        try
            File.WriteAllBytes(temporary, content)
            File.Move(temporary, path, true)
        finally
            if File.Exists temporary then
                File.Delete temporary

    /// Loads the content from a private temporary folder, where the cache folder cannot be used.
    let private loadFromTemporary (content: byte[]) =
        let folder = Directory.CreateTempSubdirectory "keras-dotnet-"

        try
            let path = Path.Combine(folder.FullName, shim)
            File.WriteAllBytes(path, content)
            load path
        finally
            // A loaded library stays mapped without its file.
            try
                folder.Delete true
            with _ ->
                ()

    /// Loads the patched shim from the cache, writing it there first where it is missing or differs.
    let private loadCached (original: byte[]) (patched: byte[]) =
        let key = Convert.ToHexStringLower(SHA256.HashData original)

        let cached =
            cacheFolder ()
            |> Option.bind (fun cache ->
                let path = Path.Combine(cache, key, shim)

                try
                    if not (same path patched) then
                        Directory.CreateDirectory(Path.Combine(cache, key)) |> ignore
                        writeWhole path patched
                        note $"wrote the patched shim to {path}"

                    Some path
                with
                | :? IOException
                | :? UnauthorizedAccessException as e ->
                    note $"the cache folder cannot be used: {e.Message}"
                    None)

        match cached with
        | Some path -> load path
        | None -> loadFromTemporary patched

    /// The shim as it is, else a patched copy of it.
    let private loadShim path =
        match load path with
        | Ok handle -> Ok handle
        | Error plain when isLinux ->
            let original = File.ReadAllBytes path

            match ElfVersion.weaken "GLIBCXX_3.4.32" "_ZSt21ios_base_library_initv" original with
            | Ok patched ->
                note $"{path} asks for GLIBCXX_3.4.32, which this system lacks; loading a copy that does not insist"
                loadCached original patched
            | Error reason -> Error $"{plain} (and it cannot be patched: {reason})"
        | Error plain -> Error plain

    /// An error: what went wrong, and what to do.
    let private failed (lines: string list) : Result<'a, string> =
        let advice =
            $"Add package references to TorchSharp (0.107.0) and libtorch-cpu-{rid} (2.10.0) to the program, or set \
              the environment variable KERAS_BACKEND=managed."

        Error(String.Join(Environment.NewLine, lines @ [ advice ]))

    let private missing name folders =
        failed ($"The torch backend needs {name}, which is in none of" :: List.map ((+) "  ") folders)

    /// Loads each library that is found; one that fails or is missing matters only if the next step fails for it.
    let private preload folders =
        let patterns = [
            if isLinux then
                "libgomp*.so*"
            if not (OperatingSystem.IsWindows()) then fileName "omp" else "libiomp5md.dll"
            fileName "c10"
            fileName "torch_cpu"
            fileName "torch"
        ]

        for pattern in patterns do
            match find pattern folders with
            | Some path -> load path |> ignore
            | None -> ()

    /// Imports of "torch_cpu" by this assembly (Native.fs) go to the library that was loaded, never to a second copy.
    let private resolve () =
        try
            NativeLibrary.SetDllImportResolver(
                typeof<Marker>.Assembly,
                fun name _ _ -> if name = "torch_cpu" then torchHandle else 0n
            )
        with :? InvalidOperationException ->
            // An assembly has one resolver at most. The usual search finds the loaded library by its name.
            note "this assembly has another import resolver; torch_cpu is found by its name"

    /// Keeps the handle of libtorch_cpu, and checks that it has the interface of 2.10.
    let private adopt folders =
        let name =
            match find (fileName "torch_cpu") folders with
            | Some path -> path
            | None -> fileName "torch_cpu"

        match load name with
        | Error reason -> failed [ $"libtorch does not load from {name}: {reason}" ]
        | Ok handle ->
            match NativeLibrary.TryGetExport(handle, "torch_call_dispatcher") with
            | true, _ ->
                torchHandle <- handle
                resolve ()
                Ok()
            | _ -> failed [ $"{name} is older than libtorch 2.10, which the torch backend needs." ]

    let private start () : Result<unit, string> =
        try
            let folders = folders ()
            note $"""looking in {String.Join(", ", folders)}"""
            // By name: loaded already by the program itself, or installed where the system looks.
            match NativeLibrary.TryLoad shim with
            | true, _ ->
                note $"{shim} was loaded already or is on the system's path"
                adopt []
            | _ ->
                match find shim folders, find (fileName "torch_cpu") folders with
                | None, _ -> missing $"{shim} (TorchSharp's native part)" folders
                | _, None -> missing $"""{fileName "torch_cpu"} (libtorch)""" folders
                | Some path, Some _ ->
                    preload folders

                    match loadShim path with
                    | Ok _ -> adopt folders
                    | Error reason -> failed [ $"TorchSharp's native part does not load from {path}: {reason}" ]
        with e ->
            failed [ $"libtorch could not be loaded: {e.Message}" ]

    let private once = lazy (start ())

    /// Loads libtorch and TorchSharp's shim at the first call, and says from then on whether that worked; an error
    /// says what was looked for, where, and what to do. To be called before anything of TorchSharp is touched.
    /// Never throws; safe to call from several threads.
    let ensure () : Result<unit, string> = once.Force()
