/// Methods of models by Keras's names: compile, training, files.
[<RequireQualifiedAccess>]
module Keras.Conformance.Objects.ModelMethods

open System
open System.Collections.Generic
open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance

/// Arguments by the names that a method has, in order.
let private named (where: string) (names: string list) (a: Arguments) : string -> Datum =
    if a.Args.Length > names.Length then
        raise (Mismatch $"{where} takes {names.Length} arguments, {a.Args.Length} were given")

    let positional = List.zip (List.truncate a.Args.Length names) a.Args

    for k, _ in a.Kwargs do
        if not (List.contains k names) then
            raise (Mismatch $"{where}: there is no argument '{k}'")

        if positional |> List.exists (fun (n, _) -> n = k) then
            raise (Mismatch $"{where} got two values for '{k}'")

    let given = dict (positional @ a.Kwargs)

    fun name ->
        match given.TryGetValue name with
        | true, v -> v
        | _ -> Datum.Null

let private orElse (fallback: 'a) (v: Datum) : 'a =
    match v with
    | Datum.Null -> fallback
    | v -> Convert.argument typeof<'a> v |> unbox<'a>

let private option (v: Datum) : 'a option =
    match v with
    | Datum.Null -> None
    | v -> Some(Convert.argument typeof<'a> v |> unbox<'a>)

/// What this server cannot do for a client.
let private refuse (where: string) (get: string -> Datum) (names: string list) : unit =
    for name in names do
        match get name with
        | Datum.Null
        | Datum.List []
        | Datum.Dict [] -> ()
        | _ -> raise (Missing $"{where} with '{name}'")

let private need (where: string) (name: string) (v: Datum) : Datum =
    if v.IsNull then
        raise (Mismatch $"{where}: argument '{name}' is missing")

    v

let private classWeight (v: Datum) : IReadOnlyDictionary<int, float> option =
    let key (k: Datum) =
        match k with
        | Datum.Text s ->
            match Int32.TryParse s with
            | true, n -> n
            | _ -> raise (Mismatch $"class_weight: '{s}' is no number of a class")
        | k -> Convert.argument typeof<int> k |> unbox<int>

    let weights (pairs: (Datum * Datum) list) =
        let d = Dictionary<int, float>()

        for k, w in pairs do
            d[key k] <- Convert.argument typeof<float> w |> unbox<float>

        Some(d :> IReadOnlyDictionary<int, float>)

    match v with
    | Datum.Null -> None
    | Datum.Dict pairs -> weights [ for k, w in pairs -> Datum.Text k, w ]
    | Datum.Pairs pairs -> weights pairs
    | _ -> raise (Mismatch "class_weight is a dict from classes to numbers")

/// JSON of an argument of compile; objects behind handles by their records.
let rec private json (find: int -> Thing) (v: Datum) : Json =
    match v with
    | Datum.Handle(n, _) -> Thing.record (find n)
    | Datum.List items -> Json.Array(List.map (json find) items)
    | Datum.Dict pairs -> Json.Object [ for k, x in pairs -> k, json find x ]
    | other -> Datum.plain other

/// Compiles with options in JSON; an optimizer object, if there is one, is used itself.
let compileWith (o: LayerObject) (options: Json) (optimizer: OptimizerObject voption) : unit =
    let outputs =
        match Model.Graph o.Layer with
        | Some g -> g.Outputs.Length
        | None -> 1

    match CompileConfig.read "compile" outputs options with
    | Some options ->
        let optimizer = optimizer |> ValueOption.defaultWith (fun () -> OptimizerObject options.Optimizer)

        ModelObject.compile o options optimizer
    | None -> raise (Mismatch "compile: the optimizer is None")

let private compile (find: int -> Thing) (o: LayerObject) (a: Arguments) : unit =
    let names = [
        "optimizer"
        "loss"
        "loss_weights"
        "metrics"
        "weighted_metrics"
        "run_eagerly"
        "steps_per_execution"
        "jit_compile"
        "auto_scale_loss"
    ]

    let get = named "compile" names a

    let optimizer =
        match get "optimizer" with
        | Datum.Handle(n, _) ->
            match find n with
            | Thing.Optimizer x -> ValueSome x
            | _ -> raise (Mismatch $"compile: handle {n} is no optimizer")
        | _ -> ValueNone

    let own name =
        match name, get name with
        | "optimizer", Datum.Null -> Some(name, Json.Text "rmsprop")
        | _, Datum.Null -> None
        | _, v -> Some(name, json find v)

    compileWith o (Json.Object(names |> List.truncate 7 |> List.choose own)) optimizer

/// Validation data: x, y and perhaps weights.
let private validation (layer: Layer) (v: Datum) : Batch =
    match v with
    | Datum.List [ x; y ] -> ModelData.batch layer x y Datum.Null
    | Datum.List [ x; y; w ] -> ModelData.batch layer x y w
    | _ -> raise (Mismatch "validation_data is (x, y) or (x, y, sample_weight)")

let private fit (generator: SeedGenerator) (o: LayerObject) (a: Arguments) : Datum =
    let get =
        named
            "fit"
            [
                "x"
                "y"
                "batch_size"
                "epochs"
                "verbose"
                "callbacks"
                "validation_split"
                "validation_data"
                "shuffle"
                "class_weight"
                "sample_weight"
                "initial_epoch"
                "steps_per_epoch"
                "validation_steps"
                "validation_batch_size"
                "validation_freq"
            ]
            a

    refuse "fit" get [ "callbacks" ]
    let all = ModelData.batch o.Layer (need "fit" "x" (get "x")) (get "y") (get "sample_weight")
    let batchSize = get "batch_size" |> orElse 32

    let data, held =
        match get "validation_data", get "validation_split" |> orElse 0.0 with
        | Datum.Null, 0.0 -> all, None
        | Datum.Null, fraction ->
            let first, last = Batches.split "fit" fraction all
            first, Some last
        | given, _ -> all, Some(validation o.Layer given)

    let history =
        ModelObject.fit generator o data {
            BatchSize = batchSize
            Epochs = get "epochs" |> orElse 1
            InitialEpoch = get "initial_epoch" |> orElse 0
            Shuffle = get "shuffle" |> orElse true
            StepsPerEpoch = get "steps_per_epoch" |> option
            Validation = held
            ValidationBatchSize = get "validation_batch_size" |> orElse batchSize
            ValidationSteps = get "validation_steps" |> option
            ValidationFrequency = get "validation_freq" |> orElse 1
            ClassWeight = classWeight (get "class_weight")
        }

    Datum.Dict [ for name, values in history -> name, Datum.List(List.map Datum.ofLog values) ]

/// Logs as Keras returns them: a dict, a list, or the loss alone.
let private logged (layer: Layer) (asDict: bool) (logs: Logs) : Datum =
    if asDict then
        Datum.Dict [ for name, value in logs.Entries -> name, Datum.ofLog value ]
    else
        let outputs = ModelData.lossNames layer

        // With several outputs: the loss, the losses of the outputs, then the metrics by name.
        let ordered =
            if outputs.IsEmpty then
                logs.Entries
            else
                let first, rest = logs.Entries |> List.partition (fun (k, _) -> k = "loss" || List.contains k outputs)
                first @ List.sortWith (fun (a, _) (b, _) -> String.CompareOrdinal(a, b)) rest

        match ordered with
        | [ _, one ] -> Datum.ofLog one
        | many -> Datum.List [ for _, value in many -> Datum.ofLog value ]

let private evaluate (generator: SeedGenerator) (o: LayerObject) (a: Arguments) : Datum =
    let get =
        named "evaluate" [ "x"; "y"; "batch_size"; "verbose"; "sample_weight"; "steps"; "callbacks"; "return_dict" ] a

    refuse "evaluate" get [ "callbacks" ]
    let data = ModelData.batch o.Layer (need "evaluate" "x" (get "x")) (get "y") (get "sample_weight")

    ModelObject.evaluate generator o data (get "batch_size" |> orElse 32) (get "steps" |> option)
    |> logged o.Layer (get "return_dict" |> orElse false)

let private predict (o: LayerObject) (a: Arguments) : Datum =
    let get = named "predict" [ "x"; "batch_size"; "verbose"; "steps"; "callbacks" ] a
    refuse "predict" get [ "callbacks" ]
    let data = ModelData.batch o.Layer (need "predict" "x" (get "x")) Datum.Null Datum.Null
    let ys = ModelObject.predict o data.X (get "batch_size" |> orElse 32) (get "steps" |> option)
    ModelData.outputs o.Layer [ for y in ys -> Datum.Tensor y ]

let private onBatch (name: string) (generator: SeedGenerator) (o: LayerObject) (a: Arguments) : Datum =
    let trains = name = "train_on_batch"

    let get =
        named
            name
            [
                "x"
                "y"
                "sample_weight"
                if trains then
                    "class_weight"
                "return_dict"
            ]
            a

    let data = ModelData.batch o.Layer (need name "x" (get "x")) (get "y") (get "sample_weight")

    let logs =
        if trains then
            ModelObject.trainOnBatch generator o data (classWeight (get "class_weight"))
        else
            ModelObject.testOnBatch generator o data

    logged o.Layer (get "return_dict" |> orElse false) logs

let private summary (o: LayerObject) (a: Arguments) : Datum =
    let get =
        named "summary" [ "line_length"; "positions"; "print_fn"; "expand_nested"; "show_trainable"; "layer_range" ] a

    refuse "summary" get [ "positions"; "print_fn"; "layer_range" ]

    if get "show_trainable" |> orElse false then
        raise (Missing "summary with 'show_trainable'")

    let blueprint = WeightsFile.blueprint o.Layer

    let optimizer =
        match o.Compiled with
        | ValueSome c when c.Optimizer.State.IsSome -> c.Optimizer.State.Value.Variables |> Array.map (fun x -> x.Aval)
        | _ -> [||]

    let width = get "line_length" |> orElse 90
    Datum.Text(Summary.text o.Layer blueprint width (get "expand_nested" |> orElse false) optimizer)

let private layerOf (o: LayerObject) (a: Arguments) : Thing =
    let get = named "get_layer" [ "name"; "index" ] a

    let found =
        match get "name", get "index" with
        | Datum.Text name, _ -> Model.GetLayer(o.Layer, name)
        | Datum.Null, (Datum.Int _ as i) -> Model.GetLayer(o.Layer, orElse 0 i)
        | _ -> Fail.value $"{o.Layer}" "get_layer needs a name or an index" ""

    Thing.Layer(LayerObject found)

let private path (where: string) (get: string -> Datum) : string =
    match need where "filepath" (get "filepath") with
    | Datum.Text s -> s
    | _ -> raise (Mismatch $"{where}: the path is no text")

/// A model from a file (`keras.saving.load_model`).
let load (a: Arguments) : Thing =
    let get = named "load_model" [ "filepath"; "custom_objects"; "compile"; "safe_mode" ] a
    refuse "load_model" get [ "custom_objects" ]

    ModelFile.loadModel (path "load_model" get, compile = (get "compile" |> orElse true))
    |> ModelObject.ofLoaded
    |> Thing.Layer

/// The names that this module knows; others are methods that all layers have.
let names: Set<string> =
    set [
        "compile"
        "fit"
        "evaluate"
        "predict"
        "train_on_batch"
        "test_on_batch"
        "predict_on_batch"
        "get_layer"
        "summary"
        "to_json"
        "get_compile_config"
        "save"
        "save_weights"
        "load_weights"
    ]

/// The method of a name: its result, and how it takes effect. `handle` gives an object its number.
let call
    (generator: SeedGenerator)
    (find: int -> Thing)
    (handle: Thing -> Datum)
    (o: LayerObject)
    (name: string)
    (a: Arguments)
    : Datum =
    match name with
    | "compile" ->
        compile find o a
        Datum.Null
    | "fit" -> fit generator o a
    | "evaluate" -> evaluate generator o a
    | "predict" -> predict o a
    | "predict_on_batch" ->
        let get = named name [ "x" ] a
        let data = ModelData.batch o.Layer (need name "x" (get "x")) Datum.Null Datum.Null
        let ys = ModelObject.predict o data.X (max 1 data.Size) None
        ModelData.outputs o.Layer [ for y in ys -> Datum.Tensor y ]
    | "train_on_batch"
    | "test_on_batch" -> onBatch name generator o a
    | "get_layer" -> handle (layerOf o a)
    | "summary" -> summary o a
    | "to_json" -> Datum.Text(Json.write (Thing.record (Thing.Layer o)))
    | "get_compile_config" ->
        match o.Compiled with
        | ValueSome c -> Datum.Object(Json.Object(CompileConfig.write c.Options))
        | ValueNone -> Datum.Null
    | "save" ->
        let get = named name [ "filepath"; "overwrite"; "zipped" ] a
        ModelObject.save o (path name get)
        Datum.Null
    | "save_weights" ->
        let get = named name [ "filepath"; "overwrite"; "max_shard_size" ] a
        ModelObject.saveWeights o (path name get)
        Datum.Null
    | "load_weights" ->
        let get = named name [ "filepath"; "skip_mismatch"; "objects_to_skip" ] a
        refuse name get [ "objects_to_skip" ]
        ModelObject.loadWeights o (path name get) (get "skip_mismatch" |> orElse false)
        Datum.Null
    | _ -> raise (Missing $"{o.Layer.Class}.{name}")
