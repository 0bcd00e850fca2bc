/// The record of a model as Keras writes it: config.json of a `.keras` file.
namespace Keras.FSharp

open System.Collections.Generic
open Keras.FSharp.Saving

/// Writes the records of layers and models.
[<RequireQualifiedAccess>]
module internal ModelWriter =
    /// Classes whose `call` takes a mask of its single input: their calls carry one, null where it is to be found.
    let private takesMask =
        HashSet<string> [
            "Attention"
            "AdditiveAttention"
            "BatchNormalization"
            "Bidirectional"
            "ConvLSTM1D"
            "ConvLSTM2D"
            "ConvLSTM3D"
            "GRU"
            "GlobalAveragePooling1D"
            "LSTM"
            "RNN"
            "SimpleRNN"
            "Softmax"
            "TimeDistributed"
        ]

    /// Classes that Keras never builds, so that their records have no build_config.
    let private neverBuilt =
        HashSet<string> [
            "Activation"
            "ActivityRegularization"
            "AlphaDropout"
            "AveragePooling1D"
            "AveragePooling2D"
            "AveragePooling3D"
            "Dropout"
            "ELU"
            "GaussianDropout"
            "GaussianNoise"
            "GlobalAveragePooling1D"
            "GlobalAveragePooling2D"
            "GlobalAveragePooling3D"
            "GlobalMaxPooling1D"
            "GlobalMaxPooling2D"
            "GlobalMaxPooling3D"
            "Identity"
            "InputLayer"
            "LeakyReLU"
            "Masking"
            "MaxPooling1D"
            "MaxPooling2D"
            "MaxPooling3D"
            "ReLU"
            "Reshape"
            "Softmax"
            "SpatialDropout1D"
            "SpatialDropout2D"
            "SpatialDropout3D"
            "UnitNormalization"
        ]

    /// The names of the arguments of `build`, for classes that have more than one.
    let private buildArguments (className: string) : string list =
        match className with
        | "MultiHeadAttention"
        | "GroupQueryAttention" -> [ "query_shape"; "value_shape"; "key_shape" ]
        | "RNN"
        | "LSTM"
        | "GRU"
        | "SimpleRNN" -> [ "sequences_shape"; "initial_state_shape" ]
        | _ -> []

    let private size (n: int) : Json = if n < 0 then Json.Null else Json.Int(int64 n)

    let private shape (d: Dims) : Json = Json.Array [ for n in d -> size n ]

    let private int (n: int) : Json = Json.Int(int64 n)

    let private isOperation (layer: Layer) : bool = GraphOperations.isModule layer.Parts.Module

    let private plain (a: Argument) : bool = a.Tensors.IsEmpty

    /// The structure of an argument with null in place of tensors.
    let rec private nulls (a: Argument) : Json =
        match a with
        | Argument.List items when not (plain a) -> Json.Array(items |> List.map nulls)
        | Argument.Dict pairs when not (plain a) -> Json.Object(pairs |> List.map (fun (k, v) -> k, nulls v))
        | _ -> Json.Null

    /// The layers that stand in more than one model, numbered.
    let private sharedLayers (model: Layer) : Dictionary<obj, int> =
        let seen = HashSet<obj>(ReferenceEqualityComparer.Instance)
        let shared = Dictionary<obj, int>(ReferenceEqualityComparer.Instance)

        let rec visit (model: Layer) =
            for layer in Model.Layers model do
                let key = Unchecked.nonNull (box layer)

                if not (seen.Add key) then
                    shared.TryAdd(key, shared.Count + 1) |> ignore
                elif Model.IsModel layer then
                    visit layer

        visit model
        shared

    /// The calls of each layer within a graph, in the order in which they were made.
    let private calls (g: LayerGraph) : Dictionary<obj, Node[]> =
        let found = Dictionary<obj, Node[]>(ReferenceEqualityComparer.Instance)

        for layer, nodes in g.Nodes |> Array.groupBy (fun n -> n.Layer) do
            found[Unchecked.nonNull (box layer)] <- nodes |> Array.sortBy (fun n -> n.Number)

        found

    let rec private argument (reference: KerasTensor -> Json) (a: Argument) : Json =
        match a with
        | Argument.Tensor t ->
            Json.Object [
                "class_name", Json.Text "__keras_tensor__"
                "config",
                Json.Object [
                    "shape", shape t.Shape
                    "dtype", Json.Text(DType.name t.DType)
                    "keras_history", reference t
                ]
            ]
        | Argument.List items -> Json.Array(items |> List.map (argument reference))
        | Argument.Dict pairs -> Json.Object(pairs |> List.map (fun (k, v) -> k, argument reference v))
        | Argument.Value json -> json

    /// The record of a model or layer; `compile` is the compile_config of the model, which layers do not have.
    let record (model: Layer) (built: Blueprint option) (compile: (string * Json) list) : Json =
        let shared = sharedLayers model
        let shapes = Dictionary<obj, Dims[]>(ReferenceEqualityComparer.Instance)

        match built with
        | Some b ->
            for struct (layer, inputs) in b.Calls do
                shapes[Unchecked.nonNull (box layer)] <- inputs
        | None -> ()

        let shapesOf (layer: Layer) : Dims[] option =
            match shapes.TryGetValue(Unchecked.nonNull (box layer)) with
            | true, s -> Some s
            | _ -> None

        let sharedId (layer: Layer) =
            match shared.TryGetValue(Unchecked.nonNull (box layer)) with
            | true, n -> [ "shared_object_id", int n ]
            | _ -> []

        /// The shapes that `build` got, from those of the inputs and the form in which these were given.
        let buildConfig (layer: Layer) (form: Argument list option) : (string * Json) list =
            let buildShapes (inputs: Dims[]) =
                let one = [ "build_config", Json.Object [ "input_shape", shape inputs[0] ] ]

                match form with
                | None when inputs.Length = 1 -> one
                | Some [ Argument.Tensor _ ] -> one
                | None
                | Some [ _ ] -> [
                    "build_config", Json.Object [ "input_shape", Json.Array [ for i in inputs -> shape i ] ]
                  ]
                | Some _ ->
                    let names = buildArguments layer.Class
                    let pairs = Seq.zip names inputs |> Seq.map (fun (n, s) -> n, shape s) |> Seq.toList

                    if pairs.Length < 2 then
                        one
                    else
                        [ "build_config", Json.Object [ "shapes_dict", Json.Object pairs ] ]

            match shapesOf layer with
            | Some inputs when inputs.Length > 0 && not (neverBuilt.Contains layer.Class || isOperation layer) ->
                buildShapes inputs
            | _ -> []

        let head (layer: Layer) (config: Json) = [
            "module", Json.Text layer.Parts.Module
            "class_name", Json.Text layer.Class
            "config", config
            "registered_name", layer.RegisteredName |> Option.map Json.Text |> Option.defaultValue Json.Null
        ]

        /// The record of a layer; `form` is how the inputs of its first call were given, where that is known.
        let rec layerRecord (layer: Layer) (form: Argument list option) (compile: (string * Json) list) =
            match Model.Content layer with
            | Some(ModelContent.Functional g) ->
                head layer (Json.Object(functional layer g))
                @ [ "build_config", Json.Object [ "input_shape", Json.Null ] ]
                @ [ "compile_config", Json.Object compile ]
            | Some(ModelContent.Sequential(layers, graph)) ->
                let input =
                    match graph with
                    | Some g -> Some(g.Inputs[0].Aval)
                    | None -> shapesOf layer |> Option.map (fun s -> Aval.make layer.Policy.Compute s[0])

                head layer (Json.Object(sequential layer layers graph.IsSome input))
                @ (match input with
                   | Some i -> [ "build_config", Json.Object [ "input_shape", shape i.Shape ] ]
                   | None -> [])
                @ [ "compile_config", Json.Object compile ]
            | None ->
                let config = LayerFactory.config layer |> List.map (fun (k, v) -> k, refreshed layer v)

                head layer (Json.Object config)
                @ buildConfig layer form
                @ (if Model.IsModel layer then [ "compile_config", Json.Object compile ] else [])

        /// A config value in which records of the layers inside the layer are as they are now.
        and refreshed (layer: Layer) (json: Json) : Json =
            match layer.Children, json with
            | [], _ -> json
            | children, Json.Object pairs ->
                let name = Json.tryGet "config" json |> Option.bind (Json.tryGet "name")
                let own = children |> List.tryFind (fun (_, c) -> name = Some(Json.Text c.Name))

                match own with
                | Some(_, child) when List.exists (fun (k, _) -> k = "class_name") pairs ->
                    Json.Object(layerRecord child None [])
                | _ -> json
            | _, Json.Array items -> Json.Array(items |> List.map (refreshed layer))
            | _ -> json

        and sequential (model: Layer) (layers: Layer list) (hasInput: bool) (input: Aval option) = [
            "name", Json.Text model.Name
            "trainable", Json.Bool model.Trainable
            "dtype", DTypePolicy.toJson model.Policy
            "layers",
            Json.Array [
                match input with
                | Some i when not hasInput ->
                    // Keras makes the input layer when the model is first called.
                    Json.Object(
                        layerRecord (InputLayer.make (Some "input_layer") i.DType (List.ofSeq i.Shape) false) None []
                    )
                | _ -> ()
                for l in layers do
                    Json.Object(layerRecord l None [] @ sharedId l)
            ]
            match input with
            | Some i -> "build_input_shape", shape i.Shape
            | None -> ()
        ]

        and functional (model: Layer) (g: LayerGraph) =
            let calls = calls g
            let callsOf (layer: Layer) = calls[Unchecked.nonNull (box layer)]
            let isGiven (t: KerasTensor) = g.Inputs |> Array.exists (fun i -> obj.ReferenceEquals(i, t))

            let reference (offset: Layer -> int) (t: KerasTensor) =
                let nodes = callsOf t.Node.Layer
                let index = nodes |> Array.findIndex (fun n -> obj.ReferenceEquals(n, t.Node))
                Json.Array [ Json.Text t.Node.Layer.Name; int (index + offset t.Node.Layer); int t.Index ]

            let rec places (offset: Layer -> int) (a: Argument) =
                match a with
                | Argument.Tensor t -> reference offset t
                | Argument.List items -> Json.Array(items |> List.map (places offset))
                | Argument.Dict pairs -> Json.Object(pairs |> List.map (fun (k, v) -> k, places offset v))
                | Argument.Value json -> json

            let isFunctional (layer: Layer) =
                match Model.Content layer with
                | Some(ModelContent.Functional _) -> true
                | _ -> false

            let inbound (n: Node) =
                let mask =
                    match n.Arguments with
                    | [ single ] when
                        (Model.IsModel n.Layer || takesMask.Contains n.Layer.Class && not (isOperation n.Layer))
                        && not (n.Keywords |> List.exists (fun (k, _) -> k = "mask"))
                          ->
                          [ "mask", nulls single ]
                    | _ -> []

                let write = argument (reference (fun _ -> 0))

                Json.Object [
                    "args", Json.Array(n.Arguments |> List.map write)
                    "kwargs", Json.Object((n.Keywords |> List.map (fun (k, v) -> k, write v)) @ mask)
                ]

            [
                "name", Json.Text model.Name
                "trainable", Json.Bool model.Trainable
                "layers",
                Json.Array [
                    for layer in g.Layers do
                        let nodes = callsOf layer
                        let isInput = layer.Class = "InputLayer"

                        if not isInput && nodes |> Array.exists (fun n -> n.Outputs |> Array.exists isGiven) then
                            Fail.value
                                $"{model}"
                                $"its input comes out of {layer} and not out of an Input"
                                "Only models that begin with Input can be saved."

                        Json.Object(
                            layerRecord layer (Some nodes[0].Arguments) []
                            @ sharedId layer
                            @ [
                                "name", Json.Text layer.Name
                                "inbound_nodes",
                                Json.Array [
                                    if not isInput then
                                        yield! Array.map inbound nodes
                                ]
                            ]
                        )
                ]
                "input_layers", places (fun _ -> 0) g.InputForm
                // Keras counts the calls of a functional model from 1 here: the first one is its own.
                "output_layers", places (fun l -> if isFunctional l then 1 else 0) g.OutputForm
            ]

        Json.Object(layerRecord model None compile)
