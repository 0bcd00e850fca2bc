/// Models: layers that hold a graph of layers, and the pure functions on them: init, apply, and the parting of
/// variables into parameters and state.
namespace Keras.FSharp

open System
open System.Collections.Generic
open Keras.FSharp.Saving

/// The values of a model's variables: what is trained, and everything else (statistics, frozen weights). Both are trees
/// whose paths are the names of the layers and of the variable, as `encoder/dense/kernel`.
type Variables = {
    /// What is trained.
    Params: Tree<Tensor>
    /// Everything else.
    State: Tree<Tensor>
}

/// What a model holds.
[<RequireQualifiedAccess; NoEquality; NoComparison>]
type ModelContent =
    /// Layers in a row, input layer included; the graph is there once the input shape is known.
    | Sequential of Layer list * graph: LayerGraph option
    /// Any graph.
    | Functional of LayerGraph

/// A call of a model: its outputs, the new state, and the losses that layers added.
[<NoEquality; NoComparison>]
type Applied = {
    /// The outputs of the model, in order.
    Outputs: Tensor[]
    /// The mask of each output; null where it has none.
    Masks: Tensor[]
    /// As `Variables.State`, with what the call changed.
    State: Tree<Tensor>
    /// Scalars: regularization and activity losses.
    Losses: Tensor list
}

/// Pure functions on models and layers.
[<AbstractClass; Sealed>]
type Model private () =
    static let plain (name: string) (policy: DTypePolicy) (cls: string) (modul: string) registered apply : Layer =
        Layer(
            name,
            true,
            policy,
            None,
            {
                Class = cls
                Module = modul
                RegisteredName = registered
                Config = []
                Bare = false
                Children = []
                Check = (fun _ _ -> ())
                Variables = (fun _ -> [])
                Apply = apply
                Masks = MaskRule.Own
            }
        )

    /// The content of a model; none for other layers.
    static member Content(layer: Layer) : ModelContent option =
        match layer.Content with
        | ValueSome(:? ModelContent as c) -> Some c
        | _ -> None

    /// True if the layer is a model: a Sequential, a functional one, or one of a user's own class.
    static member IsModel(layer: Layer) : bool =
        (Model.Content layer).IsSome
        || (match layer.Host with
            | ValueSome host -> host.IsModel
            | ValueNone -> false)

    /// The layers of a model in order; none for other layers.
    static member Layers(layer: Layer) : Layer list =
        match Model.Content layer with
        | Some(ModelContent.Sequential(layers, _)) -> layers
        | Some(ModelContent.Functional g) -> List.ofArray g.Layers
        | None when Model.IsModel layer -> List.map snd layer.Children
        | None -> []

    /// The layer of a name; an unknown one is an error that lists near names (`Model.get_layer`).
    static member GetLayer(model: Layer, name: string) : Layer =
        let layers = Model.Layers model

        match layers |> List.tryFind (fun l -> l.Name = name) with
        | Some l -> l
        | None ->
            Fail.value
                $"{model}"
                $"it has no layer '{name}'"
                (Fail.didYouMean name (layers |> List.map (fun l -> l.Name)))

    /// The layer at a position, counted from 0 (`Model.get_layer`).
    static member GetLayer(model: Layer, index: int) : Layer =
        let layers = Model.Layers model

        match List.tryItem index layers with
        | Some l -> l
        | None -> Fail.value $"{model}" $"it has no layer {index}" $"It has {layers.Length} layers, counted from 0."

    /// A model of a graph of layer calls. Forms say whether a tensor, a list or a dictionary was given.
    static member OfGraph(inputs: Argument, outputs: Argument, ?name: string) : Layer =
        let g = LayerGraph.make inputs outputs
        let name = name |> Option.defaultWith (fun () -> Naming.unique "functional")

        let model =
            plain
                name
                (DTypePolicy.current ())
                "Functional"
                "keras.src.models.functional"
                (Some "Functional")
                (fun call xs -> LayerGraph.run g call xs)

        model.Content <- ValueSome(ModelContent.Functional g)
        model.Inside <- List.ofArray g.Layers
        model

    /// A model of layers in a row; an input layer, if there is one, comes first.
    static member OfLayers(layers: Layer list, ?name: string, ?policy: DTypePolicy) : Layer =
        let name = name |> Option.defaultWith (fun () -> Naming.unique "sequential")
        let policy = policy |> Option.defaultWith DTypePolicy.current

        let isInput (l: Layer) = l.Class = "InputLayer"
        let names = HashSet<string>()

        for l in layers do
            if not (names.Add l.Name) then
                Fail.value
                    $"Sequential '{name}'"
                    $"the name '{l.Name}' is used by more than one layer"
                    "All layers of a model need different names."

        let graph =
            match layers with
            | first :: rest when isInput first ->
                match first.Content with
                | ValueSome(:? KerasTensor as x) ->
                    let y = rest |> List.fold (fun x l -> Symbolic.call l x) x
                    Some(LayerGraph.make (Argument.Tensor x) (Argument.Tensor y))
                | _ -> None
            | _ -> None

        let body = layers |> List.filter (isInput >> not)

        let model =
            plain name policy "Sequential" "keras" None (fun call xs ->
                match graph with
                | Some g -> LayerGraph.run g call xs
                | None -> (xs, body) ||> List.fold (fun xs l -> call.Child(l, xs)))

        model.Content <- ValueSome(ModelContent.Sequential(layers, graph))
        model.Inside <- layers
        model

    /// The graph of a model; an error where a Sequential does not know its input shape.
    static member internal Graph(model: Layer) : LayerGraph option =
        match Model.Content model with
        | Some(ModelContent.Functional g) -> Some g
        | Some(ModelContent.Sequential(_, g)) -> g
        | None -> None

    /// Shapes (-1 where unknown) and element types of the inputs that a model declares.
    static member InputAvals(model: Layer) : Aval[] =
        match Model.Graph model with
        | Some g -> g.Inputs |> Array.map (fun t -> t.Aval)
        | None ->
            Fail.state
                $"{model}"
                "its input shape is not known"
                "Begin a Sequential with Input, or pass the shapes of the inputs."

    /// What the model declares and gives for inputs of the given shapes; those of its Input layers by default.
    static member Build(model: Layer, ?inputs: Aval[]) : Blueprint =
        let inputs = inputs |> Option.defaultWith (fun () -> Model.InputAvals model)
        let key = inputs |> Array.map (fun a -> Dims.cons (int a.DType) a.Shape) |> List.ofArray

        lock model.Blueprints (fun () ->
            match model.Blueprints.TryGetValue key with
            | true, (:? Blueprint as b) -> b
            | _ ->
                let b = Blueprint.ofLayer model inputs
                model.Blueprints[key] <- b
                b)

    /// The path of a variable below the model, as trees and lookups use it.
    static member internal PathBelow(model: Layer, v: BuiltVariable) : string =
        let prefix = model.Name + "/"
        if v.Path.StartsWith prefix then v.Path.Substring prefix.Length else v.Path

    /// The path that Keras gives a variable (`variable.path`): the names of the layers that were being built when it was
    /// made. The layers of a functional model are built one by one before there is a model, and a Sequential that begins
    /// with an Input before it stands in another model: what is around them is not part of the path.
    static member KerasPath(model: Layer, v: BuiltVariable) : string =
        let rec within (layer: Layer) (around: string) (below: string) =
            let around, inner =
                match Model.Content layer with
                | Some(ModelContent.Functional g) -> "", List.ofArray g.Layers
                | Some(ModelContent.Sequential(layers, Some _)) -> layer.Name + "/", layers
                | Some(ModelContent.Sequential(layers, None)) -> around + layer.Name + "/", layers
                | None -> around + layer.Name + "/", List.map snd layer.Children

            match inner |> List.tryFind (fun l -> below.StartsWith(l.Name + "/", StringComparison.Ordinal)) with
            | Some l -> within l around (below.Substring(l.Name.Length + 1))
            | None -> around + below

        within model "" (Model.PathBelow(model, v))

    /// True if the variable and all layers around it are trainable now.
    static member private IsTrainable(model: Layer, v: BuiltVariable) : bool =
        v.Trainable && model.Trainable && v.Owner.Trainable

    /// Parts values by path into parameters and state by what is trainable now.
    static member Partition(model: Layer, blueprint: Blueprint, value: BuiltVariable -> Tensor) : Variables =
        let fresh = Blueprint.ofLayer model blueprint.Inputs

        let yes, no =
            fresh.Variables
            |> Array.map (fun v -> v, Model.PathBelow(model, v), value v)
            |> Array.partition (fun (v, _, _) -> Model.IsTrainable(model, v))

        let tree xs = xs |> Array.map (fun (_, path, t) -> path, t) |> Tree.ofPairs

        { Params = tree yes; State = tree no }

    /// Fresh values for all variables. The same key gives the same values, whatever the layers are called.
    static member init(key: Tensor, model: Layer, ?inputs: Aval[]) : Variables =
        let blueprint = Model.Build(model, ?inputs = inputs)

        let place = blueprint.Variables |> Array.mapi (fun i v -> v.Path, int64 i) |> dict

        Model.Partition(
            model,
            blueprint,
            fun v ->
                let k = Random.foldIn place[v.Path] key
                v.Spec.Initializer.Init k v.Spec.Shape v.Spec.DType
        )

    /// Everything a call gives: outputs, new state, losses. `key` is needed in training where layers draw random
    /// numbers.
    static member applyAll
        (
            model: Layer,
            variables: Variables,
            inputs: Tensor[],
            ?training: bool,
            ?key: Tensor,
            ?masks: Tensor[],
            ?arguments: CallArguments
        ) : Applied =
        let values = Dictionary<string, Tensor>()

        for path, t in Array.append (Tree.toPairs variables.Params) (Tree.toPairs variables.State) do
            values[path] <- t

        let prefix = model.Name + "/"

        let below (path: string) = if path.StartsWith prefix then path.Substring prefix.Length else path

        let lookup path =
            match values.TryGetValue(below path) with
            | true, t -> t
            | _ ->
                Fail.value
                    $"{model}"
                    $"there is no value for its variable '{below path}'"
                    "Make variables with Model.init for this model."

        let frame =
            Frame(
                lookup,
                defaultArg training false,
                (match key with
                 | Some k -> k
                 | None -> null),
                false
            )

        match masks with
        | Some ms -> Array.iter2 (fun x m -> frame.SetMask(x, m)) inputs ms
        | None -> ()

        let outputs = Call.Run(frame, model.Name, model, true, inputs, defaultArg arguments CallArguments.empty)

        let state =
            if frame.Updates.Count = 0 then
                variables.State
            else
                let fresh = Dictionary<string, Tensor>()

                for pair in frame.Updates do
                    fresh[below pair.Key] <- pair.Value

                variables.State
                |> Tree.mapWithPath (fun path t ->
                    match fresh.TryGetValue path with
                    | true, n -> n
                    | _ -> t)

        {
            Outputs = outputs
            Masks = outputs |> Array.map frame.MaskOf
            State = state
            Losses = List.ofSeq frame.Losses
        }

    /// The output of a model with one input and one output, and the new variables (only state differs).
    static member apply
        (model: Layer, variables: Variables, x: Tensor, ?training: bool, ?key: Tensor)
        : Tensor * Variables =
        let r = Model.applyAll (model, variables, [| x |], ?training = training, ?key = key)

        if r.Outputs.Length <> 1 then
            Fail.value $"{model}" $"it has {r.Outputs.Length} outputs" "Use Model.applyAll."

        r.Outputs[0], { variables with State = r.State }

    /// Shapes (-1 where unknown) of the outputs.
    static member outputShapes(model: Layer, ?inputs: Aval[]) : Dims[] =
        (Model.Build(model, ?inputs = inputs)).Outputs |> Array.map (fun a -> a.Shape)

    /// The number of elements of all weights. States that recurrent layers keep do not count.
    static member countParams(model: Layer, ?inputs: Aval[]) : int64 =
        (Model.Build(model, ?inputs = inputs)).Variables
        |> Array.sumBy (fun v -> if v.Spec.IsWeight then v.Spec.Shape.Size else 0L)

    /// True if the layer, or one inside it, keeps states from one call to the next, so that it is made for one batch size.
    static member isStateful(layer: Layer) : bool =
        layer.Parts.Config |> List.contains ("stateful", Json.Bool true)
        || layer.Parts.Children |> List.exists (snd >> Model.isStateful)
        || layer.Inside |> List.exists Model.isStateful

    /// The variables with the states of all stateful recurrent layers at zero again, as before the first batch of new
    /// sequences. Keras: `RNN.reset_state`.
    static member resetState(model: Layer, variables: Variables, ?inputs: Aval[]) : Variables =
        let memories =
            (Model.Build(model, ?inputs = inputs)).Variables
            |> Seq.filter (fun v -> not v.Spec.IsWeight)
            |> Seq.map (fun v -> Model.PathBelow(model, v))
            |> HashSet

        let reset path (x: Tensor) = if memories.Contains path then Lax.zerosLike x else x
        { variables with State = Tree.mapWithPath reset variables.State }
