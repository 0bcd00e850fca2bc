/// Models from their records and back (`model.to_json`, `model_from_json`). Reading is safe by construction: classes
/// stand in closed tables, no code is run, and what a record can ask for is limited.
namespace Keras.FSharp

open System
open System.Collections.Generic
open Keras.FSharp.Saving

/// What a record may ask for while it is read.
[<Sealed>]
type private ReadBudget(where: string) =
    /// Models in models, as deep as anyone builds them.
    let maxDepth = 50

    /// Calls of layers, those within called models included: models that call models can ask for exponentially many.
    let maxCalls = 200_000L

    let costs = Dictionary<obj, int64>(ReferenceEqualityComparer.Instance)
    let mutable spent = 0L
    let mutable depth = 0

    let rec cost (layer: Layer) : int64 =
        let key = Unchecked.nonNull (box layer)

        match costs.TryGetValue key with
        | true, n -> n
        | _ ->
            let inner =
                match Model.Content layer with
                | Some(ModelContent.Functional g) -> g.Nodes |> Seq.map (fun n -> n.Layer)
                | Some(ModelContent.Sequential(layers, _)) -> Seq.ofList layers
                | None -> layer.Children |> Seq.map snd

            let n = inner |> Seq.fold (fun sum l -> min maxCalls (sum + cost l)) 1L
            costs[key] <- n
            n

    /// Layers by the id that files give to those of several models.
    member val Shared = Dictionary<Json, Layer>()

    /// Counts a call of a layer.
    member _.Call(layer: Layer) : unit =
        spent <- spent + cost layer

        if spent > maxCalls then
            Fail.file where $"Its models call layers more than {maxCalls} times." "It was not used."

    /// Runs `work` one model deeper.
    member _.Deeper(work: unit -> 'a) : 'a =
        if depth >= maxDepth then
            Fail.file where $"Its models are nested more than {maxDepth} deep." "It was not used."

        depth <- depth + 1

        try
            work ()
        finally
            depth <- depth - 1

/// One layer of a functional model while it is read: its record, and the calls that are still to be made.
[<Sealed>]
type private PendingLayer(name: string, record: Json, layer: Layer option, calls: Json list) =
    member _.Name = name
    member _.Record = record
    /// None for an operation before its first call.
    member val Layer = layer with get, set
    member val Calls = calls with get, set
    member val Nodes = List<KerasTensor[]>()

/// Raised inside while a call waits for another layer to be called; never leaves the reader.
exception private NotYet of layer: string

[<RequireQualifiedAccess>]
module private ModelReader =
    let private hasText (key: string) (text: string) (json: Json) = Json.tryGet key json = Some(Json.Text text)

    let private sizes (where: string) (json: Json) : int list option =
        match json with
        | Json.Array items ->
            items
            |> List.map (function
                | Json.Null -> -1
                | n -> Json.asInt where n)
            |> Some
        | _ -> None

    let private isFunctional (layer: Layer) =
        match Model.Content layer with
        | Some(ModelContent.Functional _) -> true
        | _ -> false

    /// Does this value hold a symbolic tensor?
    let rec private holdsTensor (json: Json) : bool =
        match json with
        | Json.Object pairs ->
            hasText "class_name" "__keras_tensor__" json || pairs |> List.exists (fun (_, v) -> holdsTensor v)
        | Json.Array items -> List.exists holdsTensor items
        | _ -> false

    let rec private argument (find: Json -> KerasTensor) (json: Json) : Argument =
        if not (holdsTensor json) then
            Argument.Value json
        else
            match json with
            | Json.Object pairs ->
                match Json.tryGet "config" json |> Option.bind (Json.tryGet "keras_history") with
                | Some history when hasText "class_name" "__keras_tensor__" json -> Argument.Tensor(find history)
                | _ -> Argument.Dict(pairs |> List.map (fun (k, v) -> k, argument find v))
            | Json.Array items -> Argument.List(items |> List.map (argument find))
            | other -> Argument.Value other

    /// The arguments of a call in the form of Keras 2: a list of [layer, call, output, keyword arguments].
    let private legacyArguments (where: string) (find: Json -> KerasTensor) (entries: Json list) =
        let parsed =
            entries
            |> List.map (fun entry ->
                match entry with
                | Json.Array(layer :: node :: output :: rest) -> Json.Array [ layer; node; output ], rest
                | _ -> Fail.file where "A call is not written as layer, number and output." "The record is malformed.")

        let tensors = parsed |> List.map (fst >> find >> Argument.Tensor)

        let keywords =
            match parsed with
            | (_, Json.Object pairs :: _) :: _ ->
                pairs
                |> List.map (fun (k, v) ->
                    match v with
                    | Json.Array [ Json.Text _; Json.Int _; Json.Int _ ] -> k, Argument.Tensor(find v)
                    | _ -> k, Argument.Value v)
            | _ -> []

        (match tensors with
         | [ one ] -> [ one ]
         | many -> [ Argument.List many ]),
        keywords

    /// `input_layers` and `output_layers`: a leaf is [name, call, output].
    let rec private places (where: string) (find: Json -> KerasTensor) (json: Json) : Argument =
        match json with
        | Json.Array [ Json.Text _; _; _ ] -> Argument.Tensor(find json)
        | Json.Array items -> Argument.List(items |> List.map (places where find))
        | Json.Object pairs -> Argument.Dict(pairs |> List.map (fun (k, v) -> k, places where find v))
        | _ -> Fail.file where "It names no layers." "The record is malformed."

    /// A layer or model from its record.
    let rec layer (budget: ReadBudget) (where: string) (json: Json) : Layer =
        let id = Json.tryGet "shared_object_id" json

        match id |> Option.map (fun i -> budget.Shared.TryGetValue i) with
        | Some(true, known) -> known
        | _ ->
            let made = budget.Deeper(fun () -> fresh budget where json)

            match id with
            | Some i -> budget.Shared[i] <- made
            | None -> ()

            made

    and private fresh (budget: ReadBudget) (where: string) (json: Json) : Layer =
        match json with
        | Json.Object _ -> ()
        | _ -> Fail.file where "It is no record of a layer." "A record has class_name and config."

        let isKeras (modul: string) =
            modul = "" || modul = "keras" || modul.StartsWith("keras.", StringComparison.Ordinal)

        let isGraph (config: (string * Json) list) = config |> List.exists (fun (k, _) -> k = "input_layers")
        let config = Json.tryGet "config" json |> Option.defaultValue (Json.Object [])

        match Json.tryGet "class_name" json, config with
        | Some(Json.Text "Sequential"), Json.Array layers ->
            // Keras 2: the config is the list of layers.
            sequential budget where [ "layers", Json.Array layers ]
        | _ ->
            let record = Serialized.ofJson where json

            match record.ClassName with
            | "Sequential" when record.RegisteredName.IsNone && isKeras record.Module ->
                sequential budget $"{where}.config" record.Config
            | "Functional"
            | "Model" when record.RegisteredName.IsNone && isKeras record.Module && isGraph record.Config ->
                functional budget $"{where}.config" record.Config
            | _ -> LayerCatalogue.ofJsonWith (layer budget) where json

    /// A layer in a list, with an input layer in front where a record of Keras 2 carries the shape itself.
    and private listed (budget: ReadBudget) (where: string) (json: Json) : Layer list =
        let config = Json.tryGet "config" json
        let batchShape = config |> Option.bind (Json.tryGet "batch_input_shape")

        match json, config, batchShape with
        | Json.Object pairs, Some(Json.Object own), Some shape when not (hasText "class_name" "InputLayer" json) ->
            let rest = own |> List.filter (fun (k, _) -> k <> "batch_input_shape")
            let changed = pairs |> List.map (fun (k, v) -> k, (if k = "config" then Json.Object rest else v))

            let dtype =
                match Json.tryGet "dtype" (Json.Object own) with
                | Some(Json.Text name) -> (DTypePolicy.ofName name).Compute
                | _ -> Backends.Config.FloatX

            [
                match sizes where shape with
                | Some s -> InputLayer.make None dtype s false
                | None -> ()
                layer budget where (Json.Object changed)
            ]
        | _ -> [ layer budget where json ]

    and private sequential (budget: ReadBudget) (where: string) (config: (string * Json) list) : Layer =
        let reader = ConfigReader(where, config)
        let name = reader.TextOption "name"
        let trainable = reader.Bool("trainable", true)
        let policy = reader.Object("dtype", DTypePolicy.ofJson $"{where}.dtype")

        let layers =
            Json.asList $"{where}.layers" (reader.Required "layers")
            |> List.mapi (fun i json -> listed budget $"{where}.layers[{i}]" json)
            |> List.concat

        let shape = reader.Any "build_input_shape" |> Option.bind (sizes $"{where}.build_input_shape")
        reader.Complete()

        let layers =
            match layers, shape with
            | first :: _, Some s when first.Class <> "InputLayer" ->
                let dtype = (policy |> Option.defaultWith DTypePolicy.current).Compute
                InputLayer.make None dtype s false :: layers
            | _ -> layers

        for l in layers do
            budget.Call l

        let model = Model.OfLayers(layers, ?name = name, ?policy = policy)
        model.Trainable <- trainable
        model

    and private functional (budget: ReadBudget) (where: string) (config: (string * Json) list) : Layer =
        let reader = ConfigReader(where, config)
        let name = reader.TextOption "name"
        let trainable = reader.Bool("trainable", true)
        reader.Ignore "dtype"
        let records = Json.asList $"{where}.layers" (reader.Required "layers")
        let pending = Dictionary<string, PendingLayer>(StringComparer.Ordinal)

        let all =
            records
            |> List.mapi (fun i json ->
                let where = $"{where}.layers[{i}]"

                let name =
                    match Json.tryGet "name" json, Json.tryGet "config" json |> Option.bind (Json.tryGet "name") with
                    | Some(Json.Text n), _
                    | _, Some(Json.Text n) -> n
                    | _ -> Fail.file where "The layer has no name." "The record is malformed."

                let isOperation =
                    match Json.tryGet "module" json with
                    | Some(Json.Text m) -> GraphOperations.isModule m
                    | _ -> false

                let made = if isOperation then None else Some(layer budget where json)
                let calls = Json.get where "inbound_nodes" json |> Json.asList $"{where}.inbound_nodes"
                let p = PendingLayer(name, json, made, calls)

                match made |> Option.bind InputLayer.tryTensor with
                | Some t -> p.Nodes.Add [| t |]
                | None -> ()

                if not (pending.TryAdd(name, p)) then
                    Fail.file
                        where
                        $"There are two layers named '{name}'."
                        "All layers of a model have different names."

                p)

        /// The result that [layer, call, output] names.
        let find (offset: Layer option -> int) (json: Json) : KerasTensor =
            match json with
            | Json.Array [ Json.Text source; node; output ] ->
                match pending.TryGetValue source with
                | true, p ->
                    let node = max 0 (Json.asInt where node - offset p.Layer)
                    let output = Json.asInt where output

                    if node >= p.Nodes.Count then
                        raise (NotYet source)

                    let outputs = p.Nodes[node]

                    if output < 0 || output >= outputs.Length then
                        Fail.file
                            where
                            $"Output {output} of layer '{source}' is used, which has {outputs.Length}."
                            "The record is malformed."

                    outputs[output]
                | _ ->
                    Fail.file where $"The layer '{source}' is used and not there." (Fail.didYouMean source pending.Keys)
            | _ -> Fail.file where $"{Json.write json} does not name an output of a layer." "The record is malformed."

        let make (p: PendingLayer) (call: Json) : unit =
            let find = find (fun _ -> 0)
            let where = $"{where}: layer '{p.Name}'"

            let arguments, keywords =
                match call with
                | Json.Array entries -> legacyArguments where find entries
                | _ ->
                    Json.get where "args" call |> Json.asList where |> List.map (argument find),
                    Json.get where "kwargs" call |> Json.asObject where |> List.map (fun (k, v) -> k, argument find v)

            match p.Layer with
            | Some l when not (GraphOperations.isModule l.Parts.Module) ->
                budget.Call l
                p.Nodes.Add(Symbolic.callWith l arguments keywords)
            | Some _ ->
                Fail.file where "The operation is called more than once." "Each call of an operation is one of its own."
            | None ->
                let s = Serialized.ofJson where p.Record
                let own = s.Config |> List.filter (fun (k, _) -> k <> "name")
                let l = Calls.OperationLayer(s.Module, s.ClassName, Some p.Name, own, arguments, keywords)
                budget.Call l
                p.Layer <- Some l
                p.Nodes.Add(Symbolic.callWith l arguments keywords)

        // A call waits until the calls that it needs were made; what waits is tried again when its source has moved on.
        let waiting = Dictionary<string, List<PendingLayer>>(StringComparer.Ordinal)
        let ready = Queue<PendingLayer>(all)

        while ready.Count > 0 do
            let p = ready.Dequeue()
            let before = p.Nodes.Count
            let mutable blocked = false

            while not blocked && not p.Calls.IsEmpty do
                try
                    make p p.Calls.Head
                    p.Calls <- p.Calls.Tail
                with NotYet source ->
                    blocked <- true

                    match waiting.TryGetValue source with
                    | true, list -> list.Add p
                    | _ -> waiting[source] <- List<PendingLayer>([ p ])

            if p.Nodes.Count > before then
                match waiting.TryGetValue p.Name with
                | true, list ->
                    waiting.Remove p.Name |> ignore
                    list |> Seq.iter ready.Enqueue
                | _ -> ()

        match all |> List.filter (fun p -> not p.Calls.IsEmpty) with
        | [] -> ()
        | stuck ->
            let names = String.Join(", ", stuck |> Seq.truncate 10 |> Seq.map (fun p -> $"'{p.Name}'"))

            Fail.file
                where
                $"The calls of {stuck.Length} layers can never be made: {names}."
                "Their inputs form a loop or are missing."

        let ends (key: string) (offset: Layer option -> int) : Argument =
            let where = $"{where}.{key}"

            try
                places where (find offset) (reader.Required key)
            with NotYet source ->
                Fail.file where $"It names a call of layer '{source}' that is not there." "The record is malformed."

        let inputs = ends "input_layers" (fun _ -> 0)
        // The calls of a functional model count from 1 here: the first one is its own.
        let outputs = ends "output_layers" (fun l -> if Option.exists isFunctional l then 1 else 0)
        reader.Complete()
        let model = Model.OfGraph(inputs, outputs, ?name = name)
        model.Trainable <- trainable
        model

/// Models as JSON.
[<RequireQualifiedAccess>]
module ModelConfig =
    /// Builds a model of a user's class for the shapes for which it was built when it was written.
    let private rebuild (where: string) (json: Json) (model: Layer) : unit =
        let where = $"{where}.build_config"

        let shape sizes =
            sizes
            |> Json.asList where
            |> List.map (function
                | Json.Null -> -1
                | n -> Json.asInt where n)

        let inputs (shapes: int list list) = [| for s in shapes -> Aval.make Backends.Config.FloatX (Dims.ofSeq s) |]

        match Json.tryGet "build_config" json |> Option.bind (Json.tryGet "input_shape") with
        | Some(Json.Array(Json.Array _ :: _ as shapes)) -> Model.Build(model, inputs (List.map shape shapes)) |> ignore
        | Some(Json.Array _ as one) -> Model.Build(model, inputs [ shape one ]) |> ignore
        | _ -> ()

    let private built (model: Layer) : Blueprint option =
        match Model.Graph model with
        | Some _ -> Some(WeightsFile.blueprint model)
        | None when model.Blueprints.Count > 0 -> Some(WeightsFile.blueprint model)
        | None -> None

    /// The record of a model with a compile_config (empty for a model that was not compiled), as config.json holds it.
    let toJsonWith (compile: (string * Json) list) (model: Layer) : Json =
        ModelWriter.record model (built model) compile

    /// The record of a model (`keras.saving.serialize_keras_object`).
    let toJson (model: Layer) : Json = toJsonWith [] model

    /// The record as text (`model.to_json`).
    let toText (model: Layer) : string = Json.write (toJson model)

    /// A model from its record; `where` names the record in errors. Its variables are not part of it. Unknown classes
    /// and arguments are errors.
    let ofJsonAs (where: string) (json: Json) : Layer =
        let made = ModelReader.layer (ReadBudget where) where json

        if not (Model.IsModel made) then
            Fail.file where $"It is the record of {made}, not of a model." "Expected Sequential or a functional model."

        if made.Host.IsSome then
            rebuild where json made

        made

    /// A model from its record (`keras.saving.deserialize_keras_object`).
    let ofJson (json: Json) : Layer = ofJsonAs "config" json

    /// A model from the text that `toText` or Keras's `to_json` gave (`keras.models.model_from_json`).
    let ofText (text: string) : Layer = ofJsonAs "model_from_json" (Json.parseAs "model_from_json" text)
