/// Golden cases: reading a group's folder, and what checking a case can come to.
namespace Keras.Conformance.Golden

open System
open System.Collections.Generic
open System.IO
open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance

/// What became of a case.
[<RequireQualifiedAccess>]
type Outcome =
    | Passed
    | Failed of reason: string
    | Skipped of reason: string

/// One case of a group.
[<NoEquality; NoComparison>]
type Case = {
    /// As `ops_numpy`.
    Group: string
    Id: string
    /// As `keras.ops.add`.
    Api: string
    Json: Json
    /// The array of a name, with the dtype that the index gives it.
    Load: string -> DType -> Tensor
    /// The folder with the group's files.
    Files: string
} with

    /// The field of a name, if there is one and it is not null.
    member c.TryGet(key: string) : Json option =
        match Json.tryGet key c.Json with
        | Some Json.Null -> None
        | found -> found

    /// The field of a name.
    member c.Get(key: string) : Json = Json.get c.Id key c.Json

    /// The field of a name as a value.
    member c.Value(key: string) : Datum = Datum.read c.Load (c.Get key)

    /// A record as a value.
    member c.Read(json: Json) : Datum = Datum.read c.Load json

    /// The tensor in a record.
    member c.Tensor(json: Json) : Tensor = Convert.tensor (c.Read json)

    /// The tensor of a field, or null where there is none.
    member c.TensorOrNull(key: string) : Tensor =
        match c.TryGet key with
        | Some json -> c.Tensor json
        | None -> null

    /// True if there is a field of the name.
    member c.Has(key: string) : bool = (c.TryGet key).IsSome

    /// The case's own tolerance, or the usual one.
    member c.Tolerance: Tolerance = {
        Given =
            c.TryGet "tol"
            |> Option.map (fun t ->
                let part key usual =
                    match Json.tryGet key t with
                    | Some json -> Json.asFloat c.Id json
                    | None -> usual

                part "rtol" 1e-4, part "atol" 1e-5)
    }

    /// The arguments of a call.
    member c.Arguments: Arguments =
        let kwargs =
            match c.TryGet "kwargs" with
            | Some json ->
                match c.Read json with
                | Datum.Dict pairs -> pairs
                | _ -> []
            | None -> []

        match c.Value "args" with
        | Datum.List args -> { Args = args; Kwargs = kwargs }
        | _ -> raise (BadRequest "args is no list")

    /// The last part of the public name: the class.
    member c.Class: string = Functions.bare c.Api

    /// The config of the object.
    member c.Config: (string * Json) list = Json.asObject c.Id (c.Get "config")

/// Golden folders.
[<RequireQualifiedAccess>]
module Cases =
    /// The groups in a folder.
    let groups (folder: string) : string list =
        Directory.GetDirectories folder
        |> Array.filter (fun d -> File.Exists(Path.Combine(d, "index.json")))
        |> Array.map (fun d -> string (Path.GetFileName d))
        |> Array.sort
        |> Array.toList

    let private arrays (path: string) : string -> DType -> Tensor =
        let table =
            lazy
                (let d = Dictionary<string, ArrayData>()

                 for name, a in Npz.load path do
                     d[name] <- a

                 d)

        fun name dtype ->
            match table.Value.TryGetValue name with
            | true, a ->
                let x = Tensor.ofBytes a.DType a.Shape (ReadOnlySpan a.Bytes)
                Lax.convert dtype x
            | _ -> raise (BadRequest $"there is no array '{name}'")

    /// The cases of a group.
    let read (folder: string) (group: string) : Case list =
        let at = Path.Combine(folder, group)
        let load = arrays (Path.Combine(at, "arrays.npz"))
        let index = Json.parseAs group (File.ReadAllText(Path.Combine(at, "index.json")))

        [
            for json in Json.get group "cases" index |> Json.asList group do
                let text key = Json.get group key json |> Json.asText group

                {
                    Group = group
                    Id = text "id"
                    Api = text "api"
                    Json = json
                    Load = load
                    Files = Path.Combine(at, "files")
                }
        ]
