/// The arguments that typed code gave, as the config that the layer class reads: what stands in a file and what stands in
/// code goes one way.
namespace Keras.FSharp

open System.Collections.Generic
open Keras.FSharp.Saving

/// Collects arguments of one layer by Keras's names. What was not given is left out.
[<Sealed>]
type internal Given(className: string) =
    let pairs = List<string * Json>()
    let mutable objects: Map<string, obj> = Map.empty

    let json (g: Given) (key: string) (value: Json option) : Given =
        value |> Option.iter (fun v -> pairs.Add(key, v))
        g

    let object (g: Given) (key: string) (record: 'a -> Json) (value: 'a option) : Given =
        match value with
        | Some v ->
            pairs.Add(key, record v)
            objects <- Map.add key (Unchecked.nonNull (box v)) objects
        | None -> ()

        g

    member g.Set(key: string, value: int) : Given = json g key (Some(Json.Int(int64 value)))
    member g.Set(key: string, value: float) : Given = json g key (Some(Json.Float value))
    member g.Set(key: string, value: string) : Given = json g key (Some(Json.Text value))
    member g.Set(key: string, value: Sizes) : Given = json g key (Some value.Json)
    member g.Set(key: string, value: int list) : Given = json g key (Some(ConfigJson.integers value))
    member g.Set(key: string, value: Json) : Given = json g key (Some value)
    member g.Set(key: string, value: Activation) : Given = object g key (fun (a: Activation) -> a.Record) (Some value)
    member g.Set(key: string, value: int option) : Given = json g key (value |> Option.map (fun i -> Json.Int(int64 i)))
    member g.Set(key: string, value: float option) : Given = json g key (value |> Option.map Json.Float)
    member g.Set(key: string, value: bool option) : Given = json g key (value |> Option.map Json.Bool)
    member g.Set(key: string, value: string option) : Given = json g key (value |> Option.map Json.Text)
    member g.Set(key: string, value: Sizes option) : Given = json g key (value |> Option.map (fun s -> s.Json))

    member g.Set(key: string, value: int list option) : Given = json g key (value |> Option.map ConfigJson.integers)

    member g.Set(key: string, value: Activation option) : Given = object g key (fun (a: Activation) -> a.Record) value

    member g.Set(key: string, value: Initializer option) : Given =
        object g key (fun (i: Initializer) -> Serialized.toJson i.Serialized) value

    member g.Set(key: string, value: Regularizer option) : Given =
        object g key (fun (r: Regularizer) -> Serialized.toJson r.Serialized) value

    member g.Set(key: string, value: Constraint option) : Given =
        object g key (fun (c: Constraint) -> Serialized.toJson c.Serialized) value

    member g.Set(key: string, value: Layer) : Given = object g key LayerFactory.record (Some value)
    member g.Set(key: string, value: Layer option) : Given = object g key LayerFactory.record value

    member g.Set(key: string, value: Layer list) : Given =
        object g key (fun layers -> Json.Array(List.map LayerFactory.record layers)) (Some value)

    /// The layer.
    member _.Make(name: string option, dtype: string option) : Layer =
        let common =
            List.choose id [
                name |> Option.map (fun n -> "name", Json.Text n)
                dtype |> Option.map (fun d -> "dtype", Json.Text d)
            ]

        LayerCatalogue.createWith LayerCatalogue.ofJson objects className (common @ List.ofSeq pairs)

    /// The layer; `trainable` false freezes it.
    member g.Make(name: string option, dtype: string option, trainable: bool option) : Layer =
        g.Set("trainable", trainable).Make(name, dtype)
