/// Serves requests line by line: functions, gradients, objects and models of the library for test suites in any language.
namespace Keras.Conformance

open System.Collections.Generic
open System.IO
open System.Text
open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance.Objects
open Keras.Conformance.Serve

/// The table of handles and the answers.
[<Sealed>]
type Server() =
    let things = SortedDictionary<int, Thing>()
    let mutable next = 1

    let find (n: int) : Thing =
        match things.TryGetValue n with
        | true, t -> t
        | _ -> raise (BadRequest $"there is no handle {n}")

    let context: Context = {
        Generator =
            fun n ->
                match find n with
                | Thing.Seed g -> g
                | _ -> raise (BadRequest $"handle {n} is no SeedGenerator")
        Global = SeedGenerator 1337
    }

    let fresh (thing: Thing) : Datum =
        let n = next
        next <- n + 1
        things[n] <- thing
        Datum.Handle(n, fst (Thing.describe thing))

    /// The handle of an object that there may be already.
    let handle (thing: Thing) : Datum =
        match things |> Seq.tryFind (fun pair -> Thing.same pair.Value thing) with
        | Some pair -> Datum.Handle(pair.Key, fst (Thing.describe thing))
        | None -> fresh thing

    let surroundings (weight: string -> Tensor -> Tensor) : Surroundings = {
        Context = context
        Find = find
        Handle = handle
        Weight = weight
    }

    let plain = surroundings (fun _ x -> x)
    let target (request: Json) : Thing = find (Requests.handle (Requests.field "handle" request))

    let call (request: Json) : Datum =
        let api, a = Requests.text "api" request, Requests.arguments request

        match Signatures.canonical api with
        | "keras.saving.load_model" -> fresh (ModelMethods.load a)
        | _ when Calls.isSymbolic a -> Calls.symbolic a (Functions.call context api)
        | _ -> Functions.call context api a

    let spec (request: Json) : Datum =
        let a = Requests.arguments request

        match Requests.api request with
        | Some api -> Symbolic.infer a (Functions.call context api)
        | None ->
            let name =
                match Json.tryGet "name" request with
                | Some(Json.Text s) -> s
                | _ -> "__call__"

            match target request, name with
            | Thing.Layer l, ("__call__" | "call" | "compute_output_spec") -> LayerMethods.spec l (Symbolic.ofArrays a)
            | thing, _ -> Symbolic.infer a (fun a -> (Methods.call plain thing name a).Result)

    let method' (request: Json) : Datum =
        let thing, a = target request, Requests.arguments request
        let name = Requests.text "name" request

        match thing with
        | Thing.Layer _ ->
            let effect = Methods.call plain thing name a
            effect.Commit()
            effect.Result
        | _ when Calls.isSymbolic a -> Calls.symbolic a (fun a -> (Methods.call plain thing name a).Result)
        | _ ->
            let effect = Methods.call plain thing name a
            effect.Commit()
            effect.Result

    /// Outputs and gradients of a call or of a method.
    let grad (request: Json) : Datum * Json =
        let a = Requests.arguments request
        let swapped (f: string -> Tensor -> Tensor) = a.Map(fun path x -> Datum.Tensor(f path x))

        let leaves, run =
            match Requests.api request with
            | Some api -> a.Tensors, (fun f -> Functions.call context api (swapped f))
            | None ->
                let thing, name = target request, Requests.text "name" request

                let own =
                    match thing with
                    | Thing.Layer l ->
                        // A layer that is not built yet is built by its call, and has its weights then.
                        if not l.IsBuilt then
                            Methods.call plain thing name a |> ignore

                        [ for v in l.Variables -> "weights." + l.PathOf v, l.Value v ]
                    | _ -> []

                let run f =
                    let s = surroundings (fun path x -> f ("weights." + path) x)
                    (Methods.call s thing name (swapped f)).Result

                a.Tensors @ own, run

        let outputs, grads = Calls.gradients leaves run (Requests.cotangents request) (Requests.wrt request)

        let written g = if isNull g then Json.Null else Datum.write (Datum.Tensor g)
        outputs, Json.Object [ for path, g in grads -> path, written g ]

    let create (request: Json) : Datum =
        let build (l: LayerObject) a = (Methods.call plain (Thing.Layer l) "build" a).Commit()

        match Json.tryGet "serialized" request, Requests.api request, Json.tryGet "config" request with
        | Some record, _, _ -> fresh (Creation.ofRecord Requests.value build record)
        | None, Some api, Some(Json.Object config) -> fresh (Thing.create api config)
        | None, Some _, Some _ -> raise (BadRequest "the field 'config' is no object")
        | None, Some api, None -> fresh (Creation.ofArguments find api (Requests.arguments request))
        | None, None, _ -> raise (BadRequest "create needs 'serialized' or 'api'")

    let variables (request: Json) : Datum =
        Datum.List [
            for v in Attributes.variables (target request) ->
                Datum.Dict [
                    "path", Datum.Text v.Path
                    "name", Datum.Text v.Name
                    "shape", Datum.ofResult v.Value.Shape
                    "dtype", Datum.Text(DType.name v.Value.DType)
                    "trainable", Datum.Bool v.Trainable
                    "value", Datum.Tensor v.Value
                ]
        ]

    let drop (request: Json) : Datum =
        match Requests.field "handles" request with
        | Json.Text "all" ->
            things.Clear()
            Naming.reset ()
        | Json.Array items ->
            for item in items do
                match item with
                | Json.Int _
                | Json.Object _ -> things.Remove(Requests.handle item) |> ignore
                | _ -> ()
        | _ -> raise (BadRequest "the field 'handles' is neither a list nor \"all\"")

        Datum.Null

    /// A request that has an effect only.
    let effect (work: Json -> unit) (request: Json) : Datum =
        work request
        Datum.Null

    let kinds: (string * (Json -> Datum)) list = [
        "call", call
        "spec", spec
        "create", create
        "method", method'
        "get", (fun r -> Attributes.get handle (target r) (Requests.text "name" r))
        "set",
        effect (fun r ->
            let value = Requests.value (Requests.field "value" r)
            Attributes.set find (target r) (Requests.text "name" r) value)
        "variables", variables
        "assign", effect (fun r -> Attributes.assign (target r) (Requests.value (Requests.field "values" r)))
        "drop", drop
    ]

    let ping () =
        Datum.Dict [
            "protocol", Datum.Int 1L
            "name", Datum.Text "keras-dotnet"
            "version", Datum.Text((Unchecked.nonNull (typeof<Ops>.Assembly.GetName().Version)).ToString 3)
            "do", Datum.List [ for k in "ping" :: "grad" :: List.map fst kinds -> Datum.Text k ]
        ]

    let answer (request: Json) : (string * Json) list =
        let kind =
            match Json.tryGet "do" request with
            | None -> "call"
            | Some(Json.Text k) -> k
            | Some _ -> raise (BadRequest "the field 'do' is no text")

        match kind with
        | "ping" -> [ "outputs", Datum.write (ping ()) ]
        | "grad" ->
            let outputs, grads = grad request
            [ "outputs", Datum.write outputs; "grads", grads ]
        | _ ->
            match kinds |> List.tryFind (fun (k, _) -> k = kind) with
            | Some(_, f) -> [ "outputs", Datum.write (f request) ]
            | None -> raise (Missing $"requests of kind '{kind}'")

    /// The answer to one line.
    member _.Answer(line: string) : string =
        let mutable id = Json.Null

        let result =
            try
                let request =
                    try
                        Json.parse line
                    with :? KerasException ->
                        raise (BadRequest "not a JSON object")

                match request with
                | Json.Object _ ->
                    id <- Json.tryGet "id" request |> Option.defaultValue Json.Null
                    answer request
                | _ -> raise (BadRequest "not a JSON object")
            with e ->
                let name, message = PythonError.ofExn e
                [ "error", Json.Object [ "type", Json.Text name; "message", Json.Text message ] ]

        Json.write (Json.Object(("id", id) :: result))

/// The loop of the server.
[<RequireQualifiedAccess>]
module Server =
    /// Answers the lines of a stream until it ends.
    let run (input: Stream) (output: Stream) : unit =
        let utf8 = UTF8Encoding false
        use reader = new StreamReader(input, utf8)
        use writer = new StreamWriter(output, utf8, NewLine = "\n")
        let server = Server()
        let mutable line = reader.ReadLine()

        while not (isNull line) do
            let text = Unchecked.nonNull line

            if text.Trim() <> "" then
                writer.WriteLine(server.Answer text)
                writer.Flush()

            line <- reader.ReadLine()
