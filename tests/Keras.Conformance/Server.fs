/// Serves requests line by line: functions, gradients and objects of the library for test suites in any language.
namespace Keras.Conformance

open System
open System.Collections.Generic
open System.IO
open System.Text
open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance.Objects

/// The table of handles and the answers.
[<Sealed>]
type Server() =
    let things = Dictionary<int, Thing>()
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

    let unchanged (_: string) (x: Tensor) = x

    let surroundings (weight: string -> Tensor -> Tensor) : Surroundings = {
        Context = context
        Find = find
        Weight = weight
    }

    let read (json: Json) : Datum = Datum.read (fun name _ -> raise (BadRequest $"'{name}' is no array")) json

    let field (key: string) (request: Json) : Json =
        match Json.tryGet key request with
        | Some v -> v
        | None -> raise (BadRequest $"the field '{key}' is missing")

    let text (key: string) (request: Json) : string =
        match field key request with
        | Json.Text s -> s
        | _ -> raise (BadRequest $"the field '{key}' is no text")

    let arguments (request: Json) : Arguments =
        let args =
            match Json.tryGet "args" request |> Option.map read with
            | None
            | Some Datum.Null -> []
            | Some(Datum.List items) -> items
            | _ -> raise (BadRequest "the field 'args' is no list")

        let kwargs =
            match Json.tryGet "kwargs" request |> Option.map read with
            | None
            | Some Datum.Null -> []
            | Some(Datum.Dict pairs) -> pairs
            | _ -> raise (BadRequest "the field 'kwargs' is no object")

        { Args = args; Kwargs = kwargs }

    let handle (thing: Thing) : Datum =
        let n = next
        next <- n + 1
        things[n] <- thing
        Datum.Handle(n, fst (Thing.describe thing))

    let target (request: Json) : Thing =
        match field "handle" request with
        | Json.Int n -> find (int n)
        | Json.Object _ as o ->
            match read o with
            | Datum.Handle(n, _) -> find n
            | _ -> raise (BadRequest "the field 'handle' is no handle")
        | _ -> raise (BadRequest "the field 'handle' is no number")

    let call (api: string) (a: Arguments) : Datum =
        let run a = Functions.call context api a
        if Calls.isSymbolic a then Calls.symbolic a run else run a

    let toSpecs (a: Arguments) : Arguments =
        let rec spec v =
            match v with
            | Datum.Tensor x
            | Datum.Masked(x, _) -> Datum.Spec x.Aval
            | Datum.List items -> Datum.List(List.map spec items)
            | Datum.Dict pairs -> Datum.Dict(pairs |> List.map (fun (k, x) -> k, spec x))
            | other -> other

        {
            Args = List.map spec a.Args
            Kwargs = a.Kwargs |> List.map (fun (k, v) -> k, spec v)
        }

    let onlySpecs (v: Datum) = Datum.map (fun _ x -> Datum.Spec x.Aval) "" v

    /// Shape inference: abstractly where that goes, else by computing, for what depends on values.
    let spec (request: Json) : Datum =
        let a = arguments request

        let infer run =
            try
                Calls.symbolic (toSpecs a) run
            with
            | KerasException(FailureKind.InvalidState, _, _, _)
            | Mismatch _ when not (Calls.isSymbolic a) -> onlySpecs (run a)

        match Json.tryGet "api" request with
        | Some(Json.Text api) -> infer (Functions.call context api)
        | _ ->
            let name =
                match Json.tryGet "name" request with
                | Some(Json.Text s) -> s
                | _ -> "__call__"

            match target request, name with
            | Thing.Layer l, ("__call__" | "compute_output_spec") -> LayerMethods.spec l (toSpecs a)
            | thing, _ -> infer (fun a -> (Methods.call (surroundings unchanged) thing name a).Result)

    let call' (request: Json) : Datum = call (text "api" request) (arguments request)

    let method' (request: Json) : Datum =
        let thing, a = target request, arguments request
        let effect = Methods.call (surroundings unchanged) thing (text "name" request) a
        effect.Commit()
        effect.Result

    /// Outputs and gradients of a call or of a method.
    let grad (request: Json) : Datum * Json =
        let a = arguments request

        let wrt =
            Json.tryGet "wrt" request
            |> Option.map (Json.asList "wrt" >> List.map (Json.asText "wrt"))
            |> Option.defaultValue []

        let cotangents =
            match Json.tryGet "cotangents" request |> Option.map read with
            | Some(Datum.Dict(_ :: _ as pairs)) ->
                Some(pairs |> List.map (fun (k, v) -> int k, Convert.tensor v) |> Map.ofList)
            | _ -> None

        let leaves, run =
            match Json.tryGet "api" request with
            | Some(Json.Text api) ->
                a.Tensors, (fun f -> Functions.call context api (a.Map(fun p x -> Datum.Tensor(f p x))))
            | _ ->
                let thing, name = target request, text "name" request

                let own =
                    match thing with
                    | Thing.Layer l ->
                        // A layer that is not built yet is built by its call, and has its weights then.
                        if not l.IsBuilt then
                            Methods.call (surroundings unchanged) thing name a |> ignore

                        [ for v in l.Variables -> "weights." + l.PathOf v, l.Get(l.PathOf v) ]
                    | _ -> []

                let run f =
                    let s = surroundings (fun path x -> f ("weights." + path) x)
                    (Methods.call s thing name (a.Map(fun p x -> Datum.Tensor(f p x)))).Result

                a.Tensors @ own, run

        let outputs, grads = Calls.gradients leaves run cotangents wrt

        let pairs =
            grads
            |> List.map (fun (path, g) -> path, (if isNull g then Json.Null else Datum.write (Datum.Tensor g)))

        outputs, Json.Object pairs

    let variable (a: Arguments) : Thing =
        let given = Signatures.byName "keras.Variable" a.Args a.Kwargs
        let get k = given |> List.tryFind (fun (n, _) -> n = k) |> Option.map snd

        let x =
            match get "initializer" with
            | Some v -> Convert.tensor v
            | None -> raise (Mismatch "argument 'initializer' is missing")

        let x =
            match get "dtype" with
            | Some(Datum.Text d) -> Lax.convert (Datum.dtype d) x
            | _ -> x

        let name =
            match get "name" with
            | Some(Datum.Text s) -> s
            | _ -> Naming.unique "variable"

        let isFalse v =
            match v with
            | Some(Datum.Bool false) -> true
            | _ -> false

        Thing.Variable(VariableObject(name, not (isFalse (get "trainable")), x))

    let create (request: Json) : Datum =
        match Json.tryGet "serialized" request, Json.tryGet "api" request, Json.tryGet "config" request with
        | Some record, _, _ ->
            let thing = Thing.ofRecord record

            match thing, Json.tryGet "build_config" record |> Option.bind (Json.tryGet "input_shape") with
            | Thing.Layer l, Some shape when shape <> Json.Null ->
                let s = surroundings unchanged
                (Methods.call s thing "build" { Args = [ read shape ]; Kwargs = [] }).Commit()
                ignore l
            | _ -> ()

            handle thing
        | None, Some(Json.Text api), Some config -> handle (Thing.create api (Json.asObject "config" config))
        | None, Some(Json.Text api), None ->
            if Signatures.canonical api = "keras.Variable" then
                handle (variable (arguments request))
            else
                handle (Thing.create api (Thing.config (find >> Thing.record) api (arguments request)))
        | _ -> raise (BadRequest "create needs 'serialized' or 'api'")

    let entry path name trainable (x: Tensor) =
        Datum.Dict [
            "path", Datum.Text path
            "name", Datum.Text name
            "shape", Datum.List [ for n in x.Shape -> Datum.Int(int64 n) ]
            "dtype", Datum.Text(DType.name x.DType)
            "trainable", Datum.Bool trainable
            "value", Datum.Tensor x
        ]

    /// Path, name, trainable, value of all variables of an object, and how to give one a new value.
    let variables (thing: Thing) : (string * string * bool * Tensor) list =
        match thing with
        | Thing.Layer l -> [ for v in l.Variables -> l.PathOf v, v.Spec.Name, l.IsTrainable v, l.Get(l.PathOf v) ]
        | Thing.Metric m -> [
            for i in 0 .. m.State.Length - 1 do
                let name = m.Metric.Variables[i].Name
                $"{m.Metric.Name}/{name}", name, false, m.State[i]
          ]
        | Thing.Optimizer o ->
            match o.State with
            | ValueSome state -> [
                for name, x in Array.zip (Optimizers.variableNames o.Optimizer o.Parameters) state.Variables ->
                    name, name.Substring(name.IndexOf '/' + 1), false, x
              ]
            | ValueNone -> []
        | Thing.Variable v -> [ v.Name, v.Name, v.Trainable, v.Value ]
        | Thing.Seed g -> [ $"{g.Name}/seed_generator_state", "seed_generator_state", false, g.State ]
        | _ -> []

    let assign (request: Json) : Datum =
        let thing = target request
        let own = variables thing

        let changes =
            match read (field "values" request) with
            | Datum.Dict pairs -> pairs |> List.map (fun (k, v) -> k, Convert.tensor v)
            | Datum.List items ->
                if items.Length <> own.Length then
                    Fail.value "assign" $"{items.Length} values for {own.Length} variables" ""

                List.zip own items
                |> List.choose (fun ((path, _, _, _), v) -> if v.IsNull then None else Some(path, Convert.tensor v))
            | _ -> raise (BadRequest "the field 'values' is neither an object nor a list")

        for path, x in changes do
            match own |> List.tryFind (fun (p, _, _, _) -> p = path) with
            | Some(_, _, _, old) when not (old.Shape.Equals x.Shape) ->
                Fail.value "assign" $"'{path}' has shape {old.Shape}, the new value {x.Shape}" ""
            | Some _ -> ()
            | None ->
                let known = own |> List.map (fun (p, _, _, _) -> p)
                Fail.value "assign" $"there is no variable '{path}'" (Fail.didYouMean path known)

        let value path (old: Tensor) =
            match changes |> List.tryFind (fun (p, _) -> p = path) with
            | Some(_, x) -> Lax.convert old.DType x
            | None -> old

        let all () = own |> List.map (fun (p, _, _, old) -> value p old) |> List.toArray

        match thing with
        | Thing.Layer l -> l.Assign changes
        | Thing.Metric m ->
            m.State <- all ()
            m.IsFresh <- false
        | Thing.Optimizer o when o.State.IsSome ->
            o.State <- ValueSome(Optimizers.ofVariables o.Optimizer o.Parameters (all ()))
        | Thing.Variable v -> v.Value <- (all ())[0]
        | Thing.Seed g -> g.State <- (all ())[0]
        | _ ->
            if not changes.IsEmpty then
                Fail.value "assign" "the object has no variables" ""

        Datum.Null

    let get (request: Json) : Datum =
        let thing, name = target request, text "name" request

        match thing, name with
        | Thing.Layer l, "name" -> Datum.Text l.Layer.Name
        | Thing.Layer l, "trainable" -> Datum.Bool l.Layer.Trainable
        | Thing.Layer l, "built" -> Datum.Bool l.IsBuilt
        | Thing.Layer l, "losses" -> Datum.List [ for x in l.Losses -> Datum.Tensor x ]
        | Thing.Layer l, ("dtype" | "variable_dtype") -> Datum.Text(DType.name l.Layer.Policy.Variable)
        | Thing.Layer l, "compute_dtype" -> Datum.Text(DType.name l.Layer.Policy.Compute)
        | Thing.Loss l, "name" -> Datum.Text l.Name
        | Thing.Metric m, "name" -> Datum.Text m.Metric.Name
        | Thing.Optimizer o, "name" -> Datum.Text o.Optimizer.Settings.Name
        | Thing.Optimizer o, "learning_rate" ->
            match o.State, o.Optimizer.Settings.LearningRate with
            | ValueSome s, _ -> Datum.Tensor(Optimizers.learningRate o.Optimizer s)
            | ValueNone, LearningRate.Constant r -> Datum.Tensor(Lax.scalar Backends.Config.FloatX r)
            | ValueNone, LearningRate.Scheduled s -> Datum.Tensor(s.At 0)
        | Thing.Optimizer o, "iterations" ->
            match o.State with
            | ValueSome s -> Datum.Tensor(Optimizers.iterations o.Optimizer s)
            | ValueNone -> Datum.Tensor(Lax.scalarInt DType.Int32 0L)
        | Thing.Optimizer o, "built" -> Datum.Bool o.State.IsSome
        | Thing.Variable v, ("name" | "path") -> Datum.Text v.Name
        | Thing.Variable v, "trainable" -> Datum.Bool v.Trainable
        | Thing.Variable v, "dtype" -> Datum.Text(DType.name v.Value.DType)
        | Thing.Variable v, "shape" -> Datum.ofResult v.Value.Shape
        | Thing.Variable v, "value" -> Datum.Tensor v.Value
        | Thing.Seed g, "state" -> Datum.Tensor g.State
        | Thing.Policy p, "name" -> Datum.Text p.Name
        | _ -> raise (Missing $"{fst (Thing.describe thing)}.{name}")

    let set (request: Json) : Datum =
        let thing, name, value = target request, text "name" request, read (field "value" request)

        match thing, name, value with
        | Thing.Layer l, "trainable", Datum.Bool b -> l.Layer.Trainable <- b
        | Thing.Optimizer o, "learning_rate", _ ->
            let rate = Convert.tensor value

            match o.State with
            | ValueSome s -> o.State <- ValueSome(Optimizers.withLearningRate o.Optimizer rate s)
            | ValueNone ->
                o.Optimizer <- {
                    o.Optimizer with
                        Settings = {
                            o.Optimizer.Settings with
                                LearningRate = LearningRate.Constant(Tensor.toFloat rate)
                        }
                }
        | Thing.Variable v, "trainable", Datum.Bool b -> v.Trainable <- b
        | Thing.Variable v, "overwrite_with_gradient", Datum.Bool b -> v.OverwriteWithGradient <- b
        | Thing.Variable v, "constraint", Datum.Null -> v.Constraint <- None
        | Thing.Variable v, "constraint", Datum.Handle(n, _) ->
            match find n with
            | Thing.Constraint c -> v.Constraint <- Some c
            | _ -> raise (Mismatch $"handle {n} is no constraint")
        | Thing.Variable v, "constraint", Datum.Object record -> v.Constraint <- Some(Constraints.ofJson record)
        | _ -> raise (Missing $"setting {fst (Thing.describe thing)}.{name}")

        Datum.Null

    let drop (request: Json) : Datum =
        match field "handles" request with
        | Json.Text "all" ->
            things.Clear()
            Naming.reset ()
        | Json.Array items ->
            for item in items do
                match item with
                | Json.Int n -> things.Remove(int n) |> ignore
                | _ -> ()
        | _ -> raise (BadRequest "the field 'handles' is neither a list nor \"all\"")

        Datum.Null

    let kinds: (string * (Json -> Datum)) list = [
        "call", call'
        "spec", spec
        "create", create
        "method", method'
        "get", get
        "set", set
        "variables",
        (fun r -> Datum.List [ for path, name, trainable, x in variables (target r) -> entry path name trainable x ])
        "assign", assign
        "drop", drop
    ]

    let ping () =
        Datum.Dict [
            "protocol", Datum.Int 1L
            "name", Datum.Text "keras-dotnet"
            "version", Datum.Text(string (typeof<Ops>.Assembly.GetName().Version))
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
