/// Which of Keras's public symbols have a public counterpart in F# and in C#, found by reflection. Names count without
/// case and underscores; those that are called otherwise here stand in a table, whose entries must exist as well.
[<RequireQualifiedAccess>]
module Keras.Conformance.Coverage

open System
open System.Reflection
open Keras.FSharp
open Keras.FSharp.Saving

let private flags =
    BindingFlags.Public
    ||| BindingFlags.Static
    ||| BindingFlags.Instance
    ||| BindingFlags.FlattenHierarchy

/// A public type by its name without the suffix of F#'s modules, its namespace, and the keys of its members.
[<NoEquality; NoComparison>]
type private Home = { Name: string; Namespace: string; Members: Lazy<Set<string>> }

/// What a member is called: without the prefix of properties, and for F#'s extensions (`Type.Member.Static`) the member.
let private memberName (name: string) : string =
    let name = if name.StartsWith "get_" then name.Substring 4 else name

    match name.Split '.' with
    | [| _; extension |]
    | [| _; extension; "Static" |] -> extension
    | _ -> name

let private homes (assemblies: Assembly list) : Home list = [
    for a in assemblies do
        for t in a.GetExportedTypes() do
            {
                Name =
                    if t.Name.EndsWith "Module" then
                        t.Name.Substring(0, t.Name.Length - 6)
                    else
                        t.Name
                Namespace = string t.Namespace
                Members =
                    lazy
                        (t.GetMembers flags
                         |> Seq.filter (fun m -> not (m :? ConstructorInfo))
                         |> Seq.map (fun m -> Members.key (memberName m.Name))
                         |> Set.ofSeq)
            }
]

/// A language: its public types, and where the symbols of an area are.
[<NoEquality; NoComparison>]
type private Language = {
    Label: string
    Types: Home list
    /// Types whose members are the symbols of an area; with `*` all whose names begin so.
    Members: string -> string list
    /// The namespace in which the types of an area are; none for any.
    Namespace: string -> string option
    /// Counterparts of other names, as `Type.Member`.
    Others: Map<string, string list>
}

let private fsharpMembers (area: string) : string list =
    match area with
    | "ops" -> [ "Ops" ]
    | "activations" -> [ "Activations"; "ActivationValues"; "Ops" ]
    | "layers" -> [ "Layers*" ]
    | "optimizers" -> [ "Optimizers*"; "Schedules" ]
    | "random" -> [ "Random"; "RandomSamplers"; "SeedGenerator" ]
    | "saving" -> [ "ModelFile"; "ModelConfig" ]
    | "models" -> [ "Model"; "ModelFile" ]
    | "dtype_policies" -> [ "DTypePolicy" ]
    | "losses"
    | "metrics"
    | "initializers"
    | "regularizers"
    | "constraints"
    | "applications"
    | "callbacks"
    | "config"
    | "datasets"
    | "utils" -> [ string (Char.ToUpperInvariant area[0]) + area.Substring 1 ]
    | _ -> []

let private csharpMembers (area: string) : string list =
    match area with
    | "random" -> [ "KerasRandom" ]
    | "activations" -> [ "Activations"; "Ops" ]
    | "ops"
    | "config"
    | "saving"
    | "applications"
    | "utils" -> [ string (Char.ToUpperInvariant area[0]) + area.Substring 1 ]
    | "losses" -> [ "LossFunctions" ]
    | "metrics" -> [ "MetricFunctions" ]
    | _ -> []

let private csharpNamespace (area: string) : string option =
    match area with
    | "layers"
    | "losses"
    | "metrics"
    | "optimizers"
    | "initializers"
    | "regularizers"
    | "constraints"
    | "callbacks"
    | "datasets" -> Some $"Keras.{string (Char.ToUpperInvariant area[0])}{area.Substring 1}"
    | _ -> Some "Keras"

/// Symbols by what they are called in F# and in C#; empty where the same name is meant.
let private otherNames: (string * string list * string list) list = [
    "keras.applications.imagenet_utils.decode_predictions",
    [ "ImageNet.decodePredictions" ],
    [ "Applications.DecodePredictions" ]
    "keras.applications.resnet50.decode_predictions",
    [ "ImageNet.decodePredictions" ],
    [ "Applications.DecodePredictions" ]
    "keras.applications.mobilenet_v2.decode_predictions",
    [ "ImageNet.decodePredictions" ],
    [ "Applications.DecodePredictions" ]
    "keras.applications.mobilenet_v2.preprocess_input",
    [ "MobileNetV2.preprocessInput" ],
    [ "MobileNetV2Images.PreprocessInput" ]
    "keras.remat", [ "Transform.checkpoint" ], [ "Fn.Checkpoint" ]
    "keras.activations.get", [ "Activations.get" ], [ "ActivationFunction.op_Implicit" ]
    "keras.activations.deserialize", [ "Activations.ofJson" ], []
    "keras.callbacks.History", [ "History" ], [ "History" ]
    "keras.config.backend", [ "Backends.Name" ], [ "Config.Backend" ]
    "keras.config.dtype_policy", [ "DTypePolicy.current" ], [ "Config.DTypePolicy" ]
    "keras.config.set_dtype_policy", [ "DTypePolicy.setCurrent" ], [ "Config.set_DTypePolicy" ]
    "keras.config.set_floatx", [ "Config.set_FloatX" ], [ "Config.set_FloatX" ]
    "keras.config.set_epsilon", [ "Config.set_Epsilon" ], [ "Config.set_Epsilon" ]
    "keras.config.set_image_data_format", [ "Config.set_ImageDataFormat" ], [ "Config.set_ImageDataFormat" ]
    "keras.constraints.get", [ "Constraints.ofJson" ], [ "Constraint.op_Implicit" ]
    "keras.constraints.deserialize", [ "Constraints.ofJson" ], []
    "keras.datasets.mnist.load_data", [ "Datasets.mnist" ], [ "Mnist.LoadData" ]
    "keras.dtype_policies.deserialize", [ "DTypePolicy.ofJson" ], []
    "keras.dtype_policies.get", [ "DTypePolicy.ofName" ], []
    "keras.dtype_policies.serialize", [ "DTypePolicy.toJson" ], []
    "keras.initializers.get", [ "Initializers.ofName" ], [ "Initializer.op_Implicit" ]
    "keras.initializers.deserialize", [ "Initializers.ofJson" ], []
    "keras.layers.InputLayer", [ "Layers.Input" ], [ "Input" ]
    "keras.layers.Input", [ "Layers.Input" ], [ "Input" ]
    "keras.layers.deserialize", [ "LayerCatalogue.ofJson" ], []
    "keras.layers.serialize", [ "LayerFactory.record" ], []
    "keras.losses.get", [ "Losses.get" ], [ "Loss.op_Implicit" ]
    "keras.losses.deserialize", [ "Losses.ofJson" ], []
    "keras.losses.serialize", [ "Loss.Record" ], []
    "keras.metrics.get", [ "Metrics.get" ], [ "Metric.op_Implicit" ]
    "keras.metrics.deserialize", [ "Metrics.ofJson" ], []
    "keras.metrics.serialize", [ "Metric.Record" ], []
    "keras.models.model_from_json", [ "ModelConfig.ofText" ], [ "Model.FromJson" ]
    "keras.models.Model", [ "Model" ], [ "Model" ]
    "keras.models.Sequential", [ "Model.OfLayers" ], [ "Sequential" ]
    "keras.ops.convert_to_numpy", [ "Tensor.toArray" ], [ "Tensor.ToArray" ]
    "keras.ops.custom_gradient", [ "Transform.customVjp" ], []
    "keras.ops.jvp", [ "Transform.jvp" ], [ "Fn.Jvp" ]
    "keras.ops.vectorize", [ "Transform.vmap" ], [ "Fn.Vmap" ]
    "keras.ops.dtype", [ "Ops.dtype" ], [ "Tensor.DType" ]
    "keras.ops.get_item", [ "Tensor.get" ], [ "Tensor.Item" ]
    "keras.optimizers.get", [ "Optimizers.ofName" ], [ "Optimizer.op_Implicit" ]
    "keras.optimizers.deserialize", [ "Optimizers.ofJson" ], []
    "keras.optimizers.schedules.LearningRateSchedule", [ "Schedule" ], []
    "keras.optimizers.schedules.deserialize", [ "Schedules.ofJson"; "Schedules.ofConfig" ], []
    "keras.random.SeedGenerator", [ "SeedGenerator" ], [ "SeedGenerator" ]
    "keras.regularizers.OrthogonalRegularizer", [ "Regularizers.Orthogonal" ], [ "OrthogonalRegularizer" ]
    "keras.regularizers.get", [ "Regularizers.ofJson" ], [ "Regularizer.op_Implicit" ]
    "keras.regularizers.deserialize", [ "Regularizers.ofJson" ], []
    "keras.saving.deserialize_keras_object", [ "ModelConfig.ofJson" ], []
    "keras.saving.serialize_keras_object", [ "ModelConfig.toJson" ], []
    "keras.saving.load_weights", [ "ModelFile.loadWeights" ], [ "Model.LoadWeights" ]
    "keras.saving.save_weights", [ "ModelFile.saveWeights" ], [ "Model.SaveWeights" ]
    "keras.tree.flatten", [ "Structure.flatten" ], []
    "keras.tree.pack_sequence_as", [ "Structure.unflatten" ], []
    "keras.tree.map_structure", [ "Tree.map" ], []
    "keras.tree.flatten_with_path", [ "Tree.toPairs" ], []
    "keras.utils.clear_session", [ "Naming.reset" ], [ "Utils.ClearSession" ]
]

let private languages: Lazy<Language list> =
    lazy
        (let others pick = otherNames |> List.map pick |> Map.ofList

         [
             {
                 Label = "F#"
                 Types = homes [ typeof<Ops>.Assembly; typeof<Tensor>.Assembly ]
                 Members = fsharpMembers
                 Namespace = fun _ -> None
                 Others = others (fun (symbol, fs, _) -> symbol, fs)
             }
             {
                 Label = "C#"
                 Types = homes [ Assembly.Load "Keras.CSharp" ]
                 Members = csharpMembers
                 Namespace = csharpNamespace
                 Others = others (fun (symbol, _, cs) -> symbol, cs)
             }
         ])

/// A public symbol of Keras.
type private Symbol = { Name: string; Aliases: string list; Area: string; IsClass: bool }

/// True if there is the type, or the member of a type.
let private exists (l: Language) (path: string) : bool =
    match path.Split '.' with
    | [| name |] -> l.Types |> List.exists (fun t -> t.Name = name)
    | [| name; inner |] ->
        l.Types
        |> List.exists (fun t ->
            t.Name = name
            && (t.Members.Value.Contains(Members.key inner)
                || t.Members.Value.Contains(Members.key (memberName inner))))
    | _ -> false

/// The home of a symbol in a module of its own, as `mobilenet_v2` in `keras.applications`.
let private moduleOf (s: Symbol) (name: string) : string option =
    match s.Area, name.Split '.' with
    | ("applications" | "datasets"), [| _; _; inner; _ |] -> Some(Members.key inner)
    | _ -> None

let private has (l: Language) (s: Symbol) : bool =
    let names = s.Name :: s.Aliases
    let keys = names |> List.map (Functions.bare >> Members.key)

    let isHome (t: Home) (name: string) =
        match moduleOf s name with
        | Some inner -> Members.key t.Name = inner
        | None ->
            l.Members s.Area
            |> List.exists (fun home ->
                if home.EndsWith '*' then
                    t.Name.StartsWith(home.TrimEnd '*', StringComparison.Ordinal)
                else
                    t.Name = home)

    let isMember =
        l.Types
        |> List.exists (fun t ->
            names
            |> List.exists (fun name -> isHome t name && t.Members.Value.Contains(Members.key (Functions.bare name))))

    let isType () =
        s.IsClass
        && l.Types
           |> List.exists (fun t ->
               List.contains (Members.key t.Name) keys
               && (match l.Namespace s.Area with
                   | Some space -> t.Namespace = space || t.Namespace.StartsWith(space + ".", StringComparison.Ordinal)
                   | None -> true))

    let isOther () =
        match Map.tryFind s.Name l.Others with
        | Some paths -> paths |> List.exists (exists l)
        | None -> false

    isMember || isType () || isOther ()

/// Entries of the table of other names that name nothing.
let stale () : string list = [
    for l in languages.Value do
        for pair in l.Others do
            for path in pair.Value do
                if not (exists l path) then
                    $"{pair.Key}: {path} ({l.Label})"
]

let private symbols (api: Json) : Symbol list =
    let text key json = Json.get "api" key json |> Json.asText key

    Json.asList "api" api
    |> List.map (fun e -> {
        Name = text "symbol" e
        Aliases =
            Json.tryGet "aliases" e
            |> Option.map (Json.asList "aliases" >> List.map (Json.asText "aliases"))
            |> Option.defaultValue []
        Area = text "area" e
        IsClass = text "kind" e = "class"
    })
    |> List.filter (fun s -> s.Area <> "internal" && s.Area <> "legacy")

/// A table per area: how many symbols there are, and how many have a counterpart in each language. With `missing` the
/// symbols without one, and in which language.
let print (missing: bool) (api: Json) : unit =
    let languages = languages.Value

    let rows =
        symbols api
        |> List.groupBy (fun s -> s.Area)
        |> List.sortBy fst
        |> List.map (fun (area, own) -> area, own |> List.map (fun s -> s, languages |> List.filter (fun l -> has l s)))

    let line (title: string) (found: (Symbol * Language list) list) =
        let count (l: Language) =
            found |> List.filter (fun (_, ls) -> ls |> List.exists (fun x -> x.Label = l.Label)) |> List.length

        let columns = languages |> List.map (fun l -> $"{l.Label} {count l, 4} of {found.Length, 4}")
        let text = String.Join(", ", columns)
        printfn $"{title, -16} {text}"

    for area, found in rows do
        line area found

        if missing then
            for s, ls in found do
                match languages |> List.filter (fun l -> not (ls |> List.exists (fun x -> x.Label = l.Label))) with
                | [] -> ()
                | without ->
                    let labels = without |> List.map (fun l -> l.Label) |> String.concat ", "
                    printfn $"    {s.Name} ({labels})"

    line "all" (rows |> List.collect snd)
