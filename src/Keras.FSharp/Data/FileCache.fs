/// Files that Keras fetches from the net and keeps below `~/.keras`: here they are only looked up and checked; nothing is
/// downloaded behind the user's back.
namespace Keras.FSharp

open System
open System.IO
open System.Security.Cryptography

/// Looks files up in Keras's cache.
[<RequireQualifiedAccess>]
module internal FileCache =
    /// The folder of a kind of files, as `datasets`: below `~/.keras`, or below `KERAS_HOME`.
    let folder (kind: string) : string = Path.Combine(Backends.Config.Home, kind)

    /// Checks a file against a sum in hexadecimal: SHA-256, or MD5 where Keras names that. `fetch` says how to get another.
    let verify (path: string) (sum: string) (fetch: string) : unit =
        use file = File.OpenRead path

        let name, found =
            if sum.Length = 32 then
                "MD5", MD5.HashData file
            else
                "SHA-256", SHA256.HashData file

        if not (Convert.ToHexString(found).Equals(sum, StringComparison.OrdinalIgnoreCase)) then
            Fail.file path $"its {name} sum is not {sum}" $"Delete it and fetch it again: {fetch}"

    /// The file of a name in the folder of a kind, checked where its sum is known; an error says where to fetch it.
    let find (where: string) (kind: string) (name: string) (sum: string option) (source: string) : string =
        let path = Path.Combine(folder kind, name)

        if not (File.Exists path) then
            Fail.file
                where
                $"there is no file '{name}' in '{folder kind}'"
                $"Download {source} into that folder; nothing is downloaded by itself."

        sum |> Option.iter (fun s -> verify path s source)
        path
