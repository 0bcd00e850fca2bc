/// A client of the server, as other programs write one: requests as lines of JSON, answers read back.
namespace Keras.Conformance.Sessions

open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance

/// Asks a server of its own; what was not expected raises `Different`, what the server does not have `Missing`.
[<Sealed>]
type Client() =
    let server = Server()
    let mutable next = 0

    /// The answer to a line, as it is.
    member _.Line(line: string) : Json = Json.parse (server.Answer line)

    /// The answer to a request.
    member c.Ask(kind: string, fields: (string * Json) list) : Json =
        next <- next + 1
        let id = Json.Int(int64 next)
        let answer = c.Line(Json.write (Json.Object(("id", id) :: ("do", Json.Text kind) :: fields)))

        if Json.tryGet "id" answer <> Some id then
            Compare.fail $"the answer to {next} has another id"

        match Json.tryGet "error" answer with
        | None -> answer
        | Some e ->
            let text key = Json.get "error" key e |> Json.asText key
            let what = Json.tryGet "name" (Json.Object fields) |> Option.map Json.write |> Option.defaultValue ""

            if text "type" = "Unsupported" then
                raise (Missing(text "message"))

            let name, message = text "type", text "message"
            Compare.fail $"{kind} {what} gives {name}: {message}"

    /// The outputs of a request as JSON.
    member c.Json(kind: string, fields: (string * Json) list) : Json = Json.get kind "outputs" (c.Ask(kind, fields))

    /// A value of the protocol.
    static member Read(json: Json) : Datum = Datum.read (fun name _ -> raise (BadRequest name)) json

    /// The outputs of a request.
    member c.Value(kind: string, fields: (string * Json) list) : Datum = Client.Read(c.Json(kind, fields))

    /// Fields of arguments.
    static member Arguments(args: Datum list, kwargs: (string * Datum) list) : (string * Json) list = [
        "args", Json.Array(List.map Datum.write args)
        "kwargs", Json.Object [ for k, v in kwargs -> k, Datum.write v ]
    ]

    /// The handle of an object made from its record.
    member c.Create(record: Json) : int =
        match c.Value("create", [ "serialized", record ]) with
        | Datum.Handle(n, _) -> n
        | _ -> Compare.fail "create gives no handle"

    /// Fields that name an object and a member of it.
    static member Member(handle: int, name: string) : (string * Json) list = [
        "handle", Json.Int(int64 handle)
        "name", Json.Text name
    ]

    /// The result of a method as JSON.
    member c.MethodJson(handle: int, name: string, args: Datum list, kwargs: (string * Datum) list) : Json =
        c.Json("method", Client.Member(handle, name) @ Client.Arguments(args, kwargs))

    /// The result of a method.
    member c.Method(handle: int, name: string, args: Datum list, kwargs: (string * Datum) list) : Datum =
        Client.Read(c.MethodJson(handle, name, args, kwargs))

    /// The value of an attribute.
    member c.Get(handle: int, name: string) : Datum = c.Value("get", Client.Member(handle, name))

    /// Paths and values of the variables of an object.
    member c.Variables(handle: int) : (string * Tensor) list = [
        for v in Json.asList "variables" (c.Json("variables", [ "handle", Json.Int(int64 handle) ])) do
            Json.get "variables" "path" v |> Json.asText "path",
            Convert.tensor (Client.Read(Json.get "variables" "value" v))
    ]

    /// Gives variables values by path.
    member c.Assign(handle: int, values: (string * Tensor) list) : unit =
        let written = Json.Object [ for path, x in values -> path, Datum.write (Datum.Tensor x) ]
        c.Json("assign", [ "handle", Json.Int(int64 handle); "values", written ]) |> ignore

    /// Gradients by path.
    member c.Gradients(fields: (string * Json) list, cotangents: (string * Tensor) list, wrt: string list) =
        let more = [
            "cotangents", Json.Object [ for i, x in cotangents -> i, Datum.write (Datum.Tensor x) ]
            "wrt", Json.Array(List.map Json.Text wrt)
        ]

        let answer = c.Ask("grad", fields @ more)

        [
            for path, g in Json.asObject "grads" (Json.get "grad" "grads" answer) do
                path, (if g = Json.Null then null else Convert.tensor (Client.Read g))
        ]

    /// Forgets all objects.
    member c.DropAll() : unit = c.Json("drop", [ "handles", Json.Text "all" ]) |> ignore
