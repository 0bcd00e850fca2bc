/// Golden cases through the server: what a client of the protocol sees is what real Keras gave.
[<RequireQualifiedAccess>]
module Keras.Conformance.Sessions.Served

open System
open System.IO
open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance
open Keras.Conformance.Golden

let private exact: Tolerance = { Given = Some(0.0, 0.0) }

let private tensor (v: Datum) : Tensor = Convert.tensor v

/// Cotangents and expected gradients of a case.
let private wanted (c: Case) : ((string * Tensor) list * (string * Json) list) option =
    c.TryGet "grad"
    |> Option.map (fun grad ->
        let cotangents =
            Json.get c.Id "cotangents" grad |> Json.asObject c.Id |> List.map (fun (i, j) -> i, c.Tensor j)

        cotangents, Json.get c.Id "wrt" grad |> Json.asObject c.Id)

/// Compares gradients; `rename` turns the paths of golden data into those of requests.
let private checkGradients (client: Client) (c: Case) (fields: (string * Json) list) (rename: string -> string) : unit =
    match wanted c with
    | None -> ()
    | Some(cotangents, wrt) ->
        let expected = wrt |> List.map (fun (path, json) -> rename path, json)
        Gradients.compare c expected (client.Gradients(fields, cotangents, List.map fst expected))

/// A function: the very numbers that the library gives, its gradients, and its shapes without computing.
let private func (client: Client) (c: Case) : unit =
    let a = c.Arguments
    let direct = Functions.call (Functions.context ()) c.Api a
    let fields = ("api", Json.Text c.Api) :: Client.Arguments(a.Args, a.Kwargs)
    let served = client.Value("call", fields)
    Compare.values true exact "output" direct served

    let isSame =
        try
            Compare.values false c.Tolerance "output" (c.Value "outputs") served
            true
        with Different _ ->
            false

    if isSame then
        checkGradients client c fields id

    let specs = client.Value("spec", fields) |> Datum.leaves
    let results = Datum.leaves direct

    if specs.Length <> results.Length then
        Compare.fail $"spec gives {specs.Length} values, expected {results.Length}"

    List.iter2
        (fun spec result ->
            match spec, result with
            | Datum.Spec s, Datum.Tensor x ->
                let fits = s.DType = x.DType && s.Shape.Rank = x.Shape.Rank
                let sameSizes = fits && Seq.forall2 (fun m n -> m < 0 || m = n) s.Shape x.Shape

                if not sameSizes then
                    Compare.fail $"spec is {s}, the result {x.Aval}"
            | Datum.Tensor _, _ -> Compare.fail "spec gives an array"
            | _ -> ())
        specs
        results

let private checkConfig (client: Client) (c: Case) (handle: int) : unit =
    Compare.json "get_config" (c.Get "config") (client.MethodJson(handle, "get_config", [], []))

let private created (client: Client) (c: Case) : int =
    let handle = client.Create(c.Get "serialized")
    checkConfig client c handle
    handle

let private applied (client: Client) (c: Case) : unit =
    let handle = created client c
    let a = c.Arguments
    Compare.values true c.Tolerance "output" (c.Value "outputs") (client.Method(handle, "__call__", a.Args, a.Kwargs))
    checkGradients client c (Client.Member(handle, "__call__") @ Client.Arguments(a.Args, a.Kwargs)) id

let private schedule (client: Client) (c: Case) : unit =
    let handle = created client c

    List.iter2
        (fun step value ->
            let rate = client.Method(handle, "__call__", [ c.Read step ], [])
            Compare.values false c.Tolerance "rate" (c.Read value) rate)
        (Json.asList c.Id (c.Get "steps"))
        (Json.asList c.Id (c.Get "values"))

let private masked (x: Datum) (mask: Json option) (c: Case) : Datum =
    match mask with
    | Some json -> Datum.Masked(tensor x, c.Tensor json)
    | None -> x

let private loss (client: Client) (c: Case) : unit =
    let handle = created client c
    let yTrue, yPred = c.Value "y_true", masked (c.Value "y_pred") (c.TryGet "mask") c

    let args = [
        yTrue
        yPred
        match c.TryGet "sample_weight" with
        | Some w -> c.Read w
        | None -> ()
    ]

    Compare.values false c.Tolerance "output" (c.Value "outputs") (client.Method(handle, "__call__", args, []))

    Compare.values
        false
        c.Tolerance
        "unreduced"
        (c.Value "unreduced")
        (client.Method(handle, "call", [ yTrue; c.Value "y_pred" ], []))

    checkGradients client c (Client.Member(handle, "__call__") @ Client.Arguments(args, [])) (fun _ -> "args.1")

let private metric (client: Client) (c: Case) : unit =
    if not (Known.unwritten c.Id).IsEmpty then
        raise (Missing "an argument that is not in the config")

    let handle = created client c

    // These give their variable as the result, which was reset before it was written down.
    let isVariable =
        List.contains c.Class [ "Sum"; "TruePositives"; "TrueNegatives"; "FalsePositives"; "FalseNegatives" ]

    for step in Json.asList c.Id (c.Get "steps") do
        let optional key = Json.tryGet key step |> Option.map (fun j -> key, c.Read j) |> Option.toList

        let args =
            match Json.tryGet "values" step with
            | Some values -> [ c.Read values ]
            | None -> [
                c.Read(Json.get c.Id "y_true" step)
                masked (c.Read(Json.get c.Id "y_pred" step)) (Json.tryGet "mask" step) c
              ]

        client.Method(handle, "update_state", args, optional "sample_weight") |> ignore

        if not isVariable then
            let expected = c.Read(Json.get c.Id "result" step)
            Compare.values false c.Tolerance "result" expected (client.Method(handle, "result", [], []))

        List.iter2
            (fun e (path, x) -> Compare.elements c.Tolerance path (c.Tensor(Json.get c.Id "value" e)) x)
            (Json.asList c.Id (Json.get c.Id "variables" step))
            (client.Variables handle)

    client.Method(handle, "reset_state", [], []) |> ignore

    Compare.values
        false
        c.Tolerance
        "result after reset"
        (c.Value "result_after_reset")
        (client.Method(handle, "result", [], []))

let private optimizer (client: Client) (c: Case) : unit =
    let handle = created client c
    let field key json = Json.get c.Id key json
    let list key json = Json.asList c.Id (field key json)

    let variables =
        list "variables" c.Json
        |> List.map (fun v ->
            let fields =
                ("api", Json.Text "keras.Variable")
                :: Client.Arguments([ c.Read(field "initial" v) ], [ "name", c.Read(field "name" v) ])

            match client.Value("create", fields) with
            | Datum.Handle(n, _) -> n
            | _ -> Compare.fail "create gives no handle")

    let handles = Datum.List [ for n in variables -> Datum.Handle(n, "") ]
    let value n = client.Variables n |> List.head |> snd
    client.Method(handle, "build", [ handles ], []) |> ignore

    for step in list "steps" c.Json do
        client.Method(handle, "apply", [ c.Read(field "gradients" step); handles ], []) |> ignore

        List.iter2
            (fun e n -> Compare.tensors c.Tolerance "value" (c.Tensor e) (value n))
            (list "values" step)
            variables

        for key in [ "learning_rate"; "iterations" ] do
            Compare.values false c.Tolerance key (c.Read(field key step)) (client.Get(handle, key))

    List.iter2
        (fun e (path, x) -> Compare.tensors c.Tolerance path (c.Tensor(field "value" e)) x)
        (list "optimizer_variables" c.Json)
        (client.Variables handle)

    client.Method(handle, "finalize_variable_values", [ handles ], []) |> ignore

    List.iter2
        (fun e n -> Compare.tensors c.Tolerance "value after finalize" (c.Tensor e) (value n))
        (list "values_after_finalize" c.Json)
        variables

/// Compares variables by path.
let private checkVariables
    (c: Case)
    (what: string)
    (expected: (string * Tensor) list)
    (actual: (string * Tensor) list)
    =
    if List.sort (List.map fst expected) <> List.sort (List.map fst actual) then
        let given = actual |> List.map fst |> String.concat ", "
        Compare.fail $"{what}: variables are {given}"

    for path, e in expected do
        let x = actual |> List.find (fun (p, _) -> p = path) |> snd
        Compare.tensors (Known.tolerance c path) $"{what} {path}" e x

let private layer (client: Client) (c: Case) : unit =
    Objects.Thing.require (c.Get "serialized")
    let handle = created client c

    let kwargs = [
        "training", c.Value "training"
        match c.TryGet "call_kwargs" |> Option.map c.Read with
        | Some(Datum.Dict pairs) -> yield! pairs
        | _ -> ()
    ]

    let call = Client.Arguments([ c.Value "inputs" ], kwargs)

    match client.Get(handle, "built") with
    | Datum.Bool true -> ()
    // The call alone builds it, if its record did not.
    | _ -> client.Json("method", Client.Member(handle, "__call__") @ call) |> ignore

    let weights = [
        for w in Json.asList c.Id (c.Get "weights") ->
            Json.get c.Id "path" w |> Json.asText c.Id, c.Tensor(Json.get c.Id "value" w)
    ]

    client.Assign(handle, weights)

    if c.Has "params" then
        Compare.values false exact "count_params" (c.Value "params") (client.Method(handle, "count_params", [], []))

    let rename (path: string) =
        if path.StartsWith "inputs" then "args.0" + path.Substring 6
        elif path.StartsWith "call_kwargs." then "kwargs." + path.Substring 12
        else path

    checkGradients client c (Client.Member(handle, "__call__") @ call) rename

    let calls =
        match c.TryGet "outputs_per_call" with
        | Some json -> Json.asList c.Id json
        | None -> [ c.Get "outputs" ]

    let compared (expected: Json) : Datum =
        let y = client.Value("method", Client.Member(handle, "__call__") @ call)

        let expected =
            match c.Read expected, y with
            // A dict of outputs comes as a list, by sorted key.
            | Datum.Dict _ as d, Datum.List _ -> Datum.List(Datum.leaves d)
            | e, _ -> e

        Compare.values true c.Tolerance "output" expected y
        y

    let last = calls |> List.map compared |> List.last

    let specs = client.Value("spec", Client.Member(handle, "__call__") @ call)

    List.iter2
        (fun spec y ->
            match spec, y with
            | Datum.Spec s, (Datum.Tensor x | Datum.Masked(x, _)) when s.DType = x.DType && s.Shape.Equals x.Shape ->
                ()
            | Datum.Spec s, (Datum.Tensor x | Datum.Masked(x, _)) -> Compare.fail $"spec is {s}, the result {x.Aval}"
            | _ -> Compare.fail "spec has another form than the result")
        (Datum.leaves specs)
        (Datum.leaves last)

    if c.Has "outputs_per_call" then
        client.Method(handle, "reset_state", [], []) |> ignore
        compared calls.Head |> ignore

    match c.TryGet "output_masks" with
    | Some json ->
        List.iter2
            (fun expected y ->
                match expected, y with
                | Json.Null, Datum.Tensor _ -> ()
                | Json.Null, _ -> Compare.fail "an output has a mask"
                | e, Datum.Masked(_, m) -> Compare.tensors c.Tolerance "mask" (c.Tensor e) m
                | _ -> Compare.fail "an output has no mask")
            (Json.asList c.Id json)
            (Datum.leaves last)
    | None -> ()

    let changed = [
        match c.TryGet "variables_after" with
        | Some json ->
            for v in Json.asList c.Id json ->
                Json.get c.Id "path" v |> Json.asText c.Id, c.Tensor(Json.get c.Id "value" v)
        | None -> ()
    ]

    let after =
        weights
        |> List.map (fun (path, before) ->
            path, changed |> List.tryFind (fun (p, _) -> p = path) |> Option.map snd |> Option.defaultValue before)

    checkVariables c "afterwards" after (client.Variables handle)

let private temporary (ending: string) (work: string -> unit) : unit =
    let path = Path.Combine(Path.GetTempPath(), $"session-{Guid.NewGuid():N}{ending}")

    try
        work path
    finally
        File.Delete path

let private model (client: Client) (c: Case) : unit =
    Objects.Thing.require (c.Get "config")
    let handle = client.Create(c.Get "config")
    client.Method(handle, "load_weights", [ Datum.Text(ModelCases.file c "weights") ], []) |> ignore
    let weights = ModelCases.weights c (c.Get "weights")
    checkVariables c "weights" weights (client.Variables handle)
    let xs, expected = c.Value "inputs", c.Value "predictions"
    let predict handle = client.Method(handle, "predict", [ xs ], [])
    Compare.values false c.Tolerance "prediction" expected (predict handle)

    checkGradients client c (Client.Member(handle, "__call__") @ Client.Arguments([ xs ], [])) (fun path ->
        if path.StartsWith "inputs" then "args.0" + path.Substring 6 else path)

    temporary ".keras" (fun path ->
        client.Method(handle, "save", [ Datum.Text path ], []) |> ignore

        let load file =
            let fields = ("api", Json.Text "keras.saving.load_model") :: Client.Arguments([ Datum.Text file ], [])

            match client.Value("call", fields) with
            | Datum.Handle(n, _) -> n
            | _ -> Compare.fail "load_model gives no handle"

        let again = load path
        checkVariables c "loaded" weights (client.Variables again)
        Compare.values false c.Tolerance "prediction of the loaded model" expected (predict again)
        let real = load (ModelCases.file c "keras")
        checkVariables c "real file" weights (client.Variables real)

        match c.TryGet "optimizer_variables", client.Get(real, "optimizer") with
        | None, _ -> ()
        | Some json, Datum.Handle(n, _) ->
            List.iter2
                (fun (path, e) (_, x) -> Compare.elements c.Tolerance path e x)
                (ModelCases.weights c json)
                (client.Variables n)
        | Some _, _ -> Compare.fail "the loaded model has no optimizer")

let private training (client: Client) (c: Case) : unit =
    if c.Has "callbacks" then
        raise (Missing "callbacks")

    Objects.Thing.require (c.Get "model_config")
    let handle = client.Create(c.Get "model_config")
    client.Assign(handle, ModelCases.weights c (c.Get "initial_weights"))
    let x, y = c.Value "x", c.Value "y"

    let compile = [
        for key, value in Json.asObject c.Id (c.Get "compile_config") do
            match value with
            // Records of objects go as objects, the rest as it is.
            | Json.Object _ when (Json.tryGet "class_name" value).IsSome -> key, Json.Object [ "$object", value ]
            | _ -> key, value
    ]

    let fields = Client.Member(handle, "compile") @ [ "kwargs", Json.Object compile ]
    client.Json("method", fields) |> ignore

    let fit =
        match c.Value "fit" with
        | Datum.Dict pairs -> pairs
        | _ -> []

    let history = client.Method(handle, "fit", [ x; y ], fit)
    Compare.values false c.Tolerance "history" (c.Value "history") history
    checkVariables c "final" (ModelCases.weights c (c.Get "final_weights")) (client.Variables handle)

    Compare.values
        false
        c.Tolerance
        "evaluate"
        (c.Value "evaluate_after")
        (client.Method(handle, "evaluate", [ x; y ], [ "return_dict", Datum.Bool true ]))

    let predicted = client.Method(handle, "predict", [ x ], [])
    Compare.values false (Known.tolerance c "predict") "predict" (c.Value "predict_after") predicted

    Compare.json "metrics_names" (c.Get "metrics_names") (Datum.write (client.Get(handle, "metrics_names")))

let private checker (group: string) : (Client -> Case -> unit) option =
    match group with
    | "regularizers"
    | "constraints" -> Some applied
    | "schedules" -> Some schedule
    | "losses" -> Some loss
    | "metrics" -> Some metric
    | "optimizers" -> Some optimizer
    | "models" -> Some model
    | "training" -> Some training
    | "activations"
    | "losses_functions"
    | "metrics_functions"
    | "utils" -> Some func
    | _ when group.StartsWith "ops_" -> Some func
    | _ when group.StartsWith "layers_" -> Some layer
    | _ -> None

/// Checks one case through a server.
let case (client: Client) (c: Case) : Outcome =
    match Known.reason c, checker c.Group with
    | Some reason, _ -> Outcome.Skipped reason
    | None, None -> Outcome.Skipped $"the group '{c.Group}' has no session"
    | None, Some check ->
        try
            try
                check client c
                Outcome.Passed
            with
            | Missing what -> Outcome.Skipped $"{what} is missing"
            | Different reason -> Outcome.Failed reason
            | Mismatch reason -> Outcome.Failed reason
            | :? KerasException as e -> Outcome.Failed e.Message
            | e -> Outcome.Failed $"{e.GetType().Name}: {e.Message}"
        finally
            client.DropAll()
