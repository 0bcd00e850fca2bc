/// Makes a small copy of golden data that still touches every public name: some cases per name with their arrays and
/// files.
[<RequireQualifiedAccess>]
module Keras.Conformance.Extract

open System
open System.Collections.Generic
open System.IO
open Keras.FSharp.Saving
open Keras.Conformance.Golden

/// Names of arrays and of files in a case.
let rec private references (json: Json) : (string * string) list =
    match json with
    | Json.Object pairs ->
        pairs
        |> List.collect (fun (k, v) ->
            match k, v with
            | ("$array" | "$file"), Json.Text name -> [ k, name ]
            | _ -> references v)
    | Json.Array items -> List.collect references items
    | _ -> []

/// Copies at most `perName` cases of each public name. Cases that are skipped here are left out; failing ones are not.
let run (perName: int) (source: string) (target: string) : unit =
    for group in Cases.groups source do
        let counts = Dictionary<string, int>()

        let chosen =
            Cases.read source group
            |> List.filter (fun c ->
                let before =
                    match counts.TryGetValue c.Api with
                    | true, n -> n
                    | _ -> 0

                if before < perName && not (Run.case c).IsSkipped then
                    counts[c.Api] <- before + 1
                    true
                else
                    false)

        if not chosen.IsEmpty then
            let at = Path.Combine(target, group)
            Directory.CreateDirectory at |> ignore
            let used = chosen |> List.collect (fun c -> references c.Json) |> List.distinct
            let arrays = used |> List.filter (fun (k, _) -> k = "$array") |> List.map snd |> HashSet

            if arrays.Count > 0 then
                Npz.load (Path.Combine(source, group, "arrays.npz"))
                |> List.filter (fun (name, _) -> arrays.Contains name)
                |> Npz.save true (Path.Combine(at, "arrays.npz"))

            for kind, name in used do
                // Files of the older format are not read here.
                let isRead = not (name.EndsWith ".h5") || name.EndsWith ".weights.h5"

                if kind = "$file" && isRead then
                    Directory.CreateDirectory(Path.Combine(at, "files")) |> ignore
                    File.Copy(Path.Combine(source, group, "files", name), Path.Combine(at, "files", name), true)

            use writer = new StreamWriter(Path.Combine(at, "index.json"))
            writer.NewLine <- "\n"
            writer.WriteLine($"{{\"group\": \"{group}\", \"cases\": [")
            writer.WriteLine(String.Join(",\n", chosen |> List.map (fun c -> Json.write c.Json)))
            writer.WriteLine "]}"
