/// Requests: their fields.
[<RequireQualifiedAccess>]
module Keras.Conformance.Serve.Requests

open System
open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance

/// A value in a request.
let value (json: Json) : Datum =
    try
        Datum.read (fun name _ -> raise (BadRequest $"'{name}' is no array")) json
    with
    | KerasException(FailureKind.InvalidFile, _, reason, _) -> raise (BadRequest reason)
    | :? FormatException as e -> raise (BadRequest e.Message)

/// A field that must be there.
let field (key: string) (request: Json) : Json =
    match Json.tryGet key request with
    | Some v -> v
    | None -> raise (BadRequest $"the field '{key}' is missing")

/// A field that must be a text.
let text (key: string) (request: Json) : string =
    match field key request with
    | Json.Text s -> s
    | _ -> raise (BadRequest $"the field '{key}' is no text")

/// The public name that a request calls, if it calls one.
let api (request: Json) : string option =
    match Json.tryGet "api" request with
    | None
    | Some Json.Null -> None
    | Some(Json.Text s) -> Some s
    | Some _ -> raise (BadRequest "the field 'api' is no text")

/// `args` and `kwargs`.
let arguments (request: Json) : Arguments =
    let args =
        match Json.tryGet "args" request |> Option.map value with
        | None
        | Some Datum.Null -> []
        | Some(Datum.List items) -> items
        | _ -> raise (BadRequest "the field 'args' is no list")

    let kwargs =
        match Json.tryGet "kwargs" request |> Option.map value with
        | None
        | Some Datum.Null -> []
        | Some(Datum.Dict pairs) -> pairs
        | _ -> raise (BadRequest "the field 'kwargs' is no object")

    { Args = args; Kwargs = kwargs }

/// The number of a handle, plain or as `{"$handle": n}`.
let handle (json: Json) : int =
    match json with
    | Json.Int n when n >= 0L && n <= int64 Int32.MaxValue -> int n
    | Json.Object _ ->
        match value json with
        | Datum.Handle(n, _) -> n
        | _ -> raise (BadRequest "the field 'handle' is no handle")
    | _ -> raise (BadRequest "the field 'handle' is no handle")

/// The paths of `wrt`.
let wrt (request: Json) : string list =
    match Json.tryGet "wrt" request with
    | None
    | Some Json.Null -> []
    | Some(Json.Array items) ->
        items
        |> List.map (fun item ->
            match item with
            | Json.Text path -> path
            | _ -> raise (BadRequest "the field 'wrt' is no list of texts"))
    | Some _ -> raise (BadRequest "the field 'wrt' is no list")

/// Cotangents by position; none means ones for every floating output.
let cotangents (request: Json) : Map<int, Tensor> option =
    match Json.tryGet "cotangents" request |> Option.map value with
    | None
    | Some Datum.Null
    | Some(Datum.Dict []) -> None
    | Some(Datum.Dict pairs) ->
        pairs
        |> List.map (fun (k, v) ->
            match Int32.TryParse k with
            | true, i -> i, Convert.tensor v
            | _ -> raise (BadRequest $"cotangents: '{k}' is no position"))
        |> Map.ofList
        |> Some
    | Some _ -> raise (BadRequest "the field 'cotangents' is no object")
