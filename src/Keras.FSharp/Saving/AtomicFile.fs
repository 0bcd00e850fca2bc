/// Files that are either written completely or not at all.
namespace Keras.FSharp.Saving

open System
open System.IO
open System.Security
open Keras.FSharp

/// Runs file work and turns the exceptions of the operating system into failures that name the file.
[<RequireQualifiedAccess>]
module internal FileFailure =
    /// What `work` returns. I/O, access and format exceptions, and those of running out of memory, become a failure at
    /// `where`; failures of this library pass.
    let guard (where: string) (hint: string) (work: unit -> 'a) : 'a =
        try
            work ()
        with
        | KerasException _ -> reraise ()
        | :? FileNotFoundException
        | :? DirectoryNotFoundException as e -> Fail.file where "There is no such file or folder." e.Message
        | :? EndOfStreamException -> Fail.file where "The file ends before its content does: it is truncated." hint
        | :? IOException
        | :? UnauthorizedAccessException
        | :? InvalidDataException
        | :? SecurityException
        | :? NotSupportedException
        | :? ArgumentException
        | :? ObjectDisposedException as e -> Fail.file where $"{e.GetType().Name}: {e.Message}" hint
        | :? OutOfMemoryException -> Fail.file where "There is not enough memory for its content." hint

/// Writing in one step: a temporary file in the same folder, flushed to disk, then renamed over the target.
[<RequireQualifiedAccess>]
module AtomicFile =
    let private discard (path: string) =
        try
            File.Delete path
        with
        | :? IOException
        | :? UnauthorizedAccessException -> ()

    /// Writes the file at `path` by `fill`. Readers see the old file or the complete new one, never a part. If anything
    /// fails, the temporary file is removed and the old file stays as it was. A symbolic link is followed.
    let write (path: string) (fill: Stream -> unit) : unit =
        FileFailure.guard path "Nothing was written; a file that was there is unchanged." (fun () ->
            let target =
                let isLink = not (isNull (FileInfo(path).LinkTarget))

                match (if isLink then File.ResolveLinkTarget(path, true) else null) with
                | null -> Path.GetFullPath path
                | link -> link.FullName

            let folder =
                match Path.GetDirectoryName target with
                | null -> Fail.file path "This is a folder, not a file." "Give the path of a file."
                | folder -> folder

            let temporary = Path.Combine(folder, $".{Path.GetRandomFileName()}.tmp")

            try
                use stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 65536)
                fill stream
                stream.Flush true
                stream.Dispose()

                if not (OperatingSystem.IsWindows()) && File.Exists target then
                    File.SetUnixFileMode(temporary, File.GetUnixFileMode target)

                File.Move(temporary, target, true)
            with _ ->
                discard temporary
                reraise ())
