/// All layer classes by name: a closed table from class names to what reads their configs. Layers are made from data
/// alone; no name is looked up by reflection.
namespace Keras.FSharp

open System
open System.Collections.Generic
open Keras.FSharp.Saving

/// Makes layers from class names and configs (`keras.layers.deserialize`).
[<AbstractClass; Sealed>]
type LayerCatalogue private () =
    static let readers =
        lazy
            ([
                CoreLayers.classes
                ConvLayers.classes
                PoolingLayers.classes
                NormalizationLayers.classes
                MergingLayers.classes
                ReshapingLayers.classes
                DropoutLayers.classes
                RecurrentCells.classes
                RecurrentLayers.classes
                AttentionLayers.classes
             ]
             |> List.concat
             |> dict)

    /// Older names of classes.
    static let alias (name: string) : string =
        match name with
        | "Convolution1D" -> "Conv1D"
        | "Convolution2D" -> "Conv2D"
        | "Convolution3D" -> "Conv3D"
        | "MaxPool1D" -> "MaxPooling1D"
        | "MaxPool2D" -> "MaxPooling2D"
        | "MaxPool3D" -> "MaxPooling3D"
        | "AvgPool1D" -> "AveragePooling1D"
        | "AvgPool2D" -> "AveragePooling2D"
        | "AvgPool3D" -> "AveragePooling3D"
        | other -> other

    /// The class names, in alphabetical order.
    static member names: string list = "InputLayer" :: List.ofSeq readers.Value.Keys |> List.sort

    /// A layer of a class from its config; absent arguments have Keras's defaults, unknown ones are errors. `objects` are
    /// values that typed code gave by argument name; `nested` makes layers inside the layer from their records.
    static member createWith
        (nested: string -> Json -> Layer)
        (objects: Map<string, obj>)
        (className: string)
        (config: (string * Json) list)
        : Layer =
        let name = alias className

        if name = "InputLayer" then
            InputLayer.ofConfig config
        else
            match readers.Value.TryGetValue name with
            | true, read -> LayerFactory.create name read nested objects config
            | _ ->
                Fail.value
                    "layers"
                    $"there is no layer class '{className}'"
                    (Fail.didYouMean className LayerCatalogue.names)

    /// True if several inputs of a class are arguments one after the other (query, value; sequences, initial state)
    /// rather than one list.
    static member takesArguments(className: string) : bool =
        match className with
        | "MultiHeadAttention"
        | "GroupQueryAttention"
        | "Bidirectional" -> true
        | name -> name.Contains("RNN") || name.Contains("LSTM") || name.Contains("GRU")

    /// A layer of a class from its config. Layers inside it must be layers of this table.
    static member create (className: string) (config: (string * Json) list) : Layer =
        LayerCatalogue.createWith LayerCatalogue.ofJson Map.empty className config

    /// A layer from a record: module, class_name, config. `nested` makes the layers inside it from their records. `where`
    /// names the record in errors. Modules of Keras Core are read as Keras's; build_config is not needed and passed over.
    static member ofJsonWith (nested: string -> Json -> Layer) (where: string) (json: Json) : Layer =
        let record = Serialized.ofJson where json

        match CustomLayers.tryFind record, record.RegisteredName with
        | Some make, _ -> make nested record.Config
        | None, Some name -> CustomLayers.refuse where name
        | None, None ->
            let isLayer =
                record.Module = ""
                || record.Module = "keras.layers"
                || record.Module.StartsWith("keras.src.layers", StringComparison.Ordinal)

            if not isLayer then
                Fail.value where $"'{record.Module}.{record.ClassName}' is no layer" "Layers stand in 'keras.layers'."

            LayerCatalogue.createWith nested Map.empty record.ClassName record.Config

    /// A layer from a record; layers inside it must be layers of this table, too.
    static member ofJson (where: string) (json: Json) : Layer =
        LayerCatalogue.ofJsonWith LayerCatalogue.ofJson where json
