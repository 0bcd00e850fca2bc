/// The objects that a client can make and keep: what they are and how they are made from class names and configs.
namespace Keras.Conformance.Objects

open System
open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance

/// A metric and its state.
[<Sealed; AllowNullLiteral>]
type MetricObject(metric: Metric) =
    /// The metric; of known size once it has seen targets.
    member val Metric = metric with get, set
    member val State: Tensor[] = Metric.init metric with get, set

    /// True before the first update.
    member val IsFresh = true with get, set

/// A variable of its own (`keras.Variable`).
[<Sealed>]
type VariableObject(name: string, trainable: bool, value: Tensor) =
    member _.Name = name
    member val Trainable = trainable with get, set
    member val Value = value with get, set
    member val Constraint: Constraint option = None with get, set
    member val OverwriteWithGradient = false with get, set

/// An optimizer and its state; none before it is built.
[<Sealed>]
type OptimizerObject(optimizer: Optimizer) =
    member val Optimizer = optimizer with get, set
    member val Parameters: Parameter[] = [||] with get, set
    member val State: OptimizerState voption = ValueNone with get, set

/// An object behind a handle.
[<RequireQualifiedAccess; NoEquality; NoComparison>]
type Thing =
    | Initializer of Initializer
    | Regularizer of Regularizer
    | Constraint of Constraint
    | Schedule of Schedule
    | Loss of Loss
    | Metric of MetricObject
    | Optimizer of OptimizerObject
    | Layer of LayerObject
    | Seed of SeedGenerator
    | Variable of VariableObject
    | Policy of DTypePolicy

/// Making of objects.
[<RequireQualifiedAccess>]
module Thing =
    let private named
        (registry: Registry<'t>)
        (name: string)
        (config: (string * Json) list)
        (wrap: 't -> Thing)
        : Thing =
        if not (registry.Knows name) then
            raise (Missing $"{registry.Module}.{name}")

        wrap (registry.Create(name, config))

    let private text (key: string) (config: (string * Json) list) =
        config
        |> List.tryPick (fun (k, v) ->
            match v with
            | Json.Text s when k = key -> Some s
            | _ -> None)

    let private layer (name: string) (config: (string * Json) list) =
        if not (List.contains name LayerCatalogue.names) then
            raise (Missing $"keras.layers.{name}")

        Thing.Layer(LayerObject(LayerCatalogue.create name config))

    /// Constructor arguments as a config; `record` gives the record of the object of a handle.
    let config (record: int -> Json) (symbol: string) (a: Arguments) : (string * Json) list =
        let rec plain (v: Datum) =
            match v with
            | Datum.Handle(n, _) -> record n
            | Datum.List items -> Json.Array(List.map plain items)
            | other -> Datum.plain other

        Signatures.byName symbol a.Args a.Kwargs
        |> List.filter (fun (_, v) -> not v.IsNull)
        |> List.map (fun (k, v) -> k, plain v)

    /// An object of a public class from its config. Only Keras's own classes are known.
    let create (symbol: string) (config: (string * Json) list) : Thing =
        let symbol = Signatures.canonical symbol
        let name = Functions.bare symbol

        match symbol.Substring(0, max 0 (symbol.Length - name.Length - 1)) with
        | "keras.initializers" -> named Initializers.Registry name config Thing.Initializer
        | "keras.regularizers" -> named Regularizers.Registry name config Thing.Regularizer
        | "keras.constraints" -> named Constraints.Registry name config Thing.Constraint
        | "keras.optimizers.schedules" -> Thing.Schedule(Schedules.ofConfig name config)
        | "keras.losses" -> named Losses.Registry name config Thing.Loss
        | "keras.metrics" -> named Metrics.Registry name config (MetricObject >> Thing.Metric)
        | "keras.optimizers" -> named (Optimizers.registry ()) name config (OptimizerObject >> Thing.Optimizer)
        | "keras.layers" -> layer name config
        | "keras.random" when name = "SeedGenerator" ->
            let seed =
                config
                |> List.tryPick (fun (k, v) -> if k = "seed" && v <> Json.Null then Some(Json.asInt k v) else None)

            Thing.Seed(SeedGenerator(?seed = seed, ?name = text "name" config))
        | "keras.dtype_policies" ->
            Thing.Policy(DTypePolicy.ofName (text "name" config |> Option.defaultValue "float32"))
        | _ -> raise (Missing symbol)

    /// An object from its record (`serialize_keras_object`).
    let ofRecord (json: Json) : Thing =
        let s = Serialized.ofJson "record" json

        let modul =
            if s.Module.StartsWith("keras.src", StringComparison.Ordinal) then
                raise (Mismatch $"'{s.Module}.{s.ClassName}' is no public class")
            else
                s.Module

        if s.RegisteredName.IsSome then
            raise (Mismatch $"'{s.RegisteredName.Value}' is a class registered by a user")

        if not (modul = "keras" || modul.StartsWith("keras.", StringComparison.Ordinal)) then
            raise (Mismatch $"'{modul}.{s.ClassName}' is no class of Keras")

        create $"{modul}.{s.ClassName}" s.Config

    /// The class, as `keras.losses.Huber`, and the config.
    let describe (thing: Thing) : string * Json =
        let ofSerialized (s: Serialized) = $"{s.Module}.{s.ClassName}", Json.Object s.Config

        let ofRecord modul className (record: Json) =
            $"{modul}.{className}", Json.tryGet "config" record |> Option.defaultValue Json.Null

        match thing with
        | Thing.Initializer i -> ofSerialized i.Serialized
        | Thing.Regularizer r -> ofSerialized r.Serialized
        | Thing.Constraint c -> ofSerialized c.Serialized
        | Thing.Schedule s -> ofSerialized s.Serialized
        | Thing.Loss l -> ofRecord "keras.losses" l.Class l.Record
        | Thing.Metric m -> ofRecord "keras.metrics" m.Metric.Class m.Metric.Record
        | Thing.Optimizer o -> ofSerialized (Optimizers.serialize o.Optimizer)
        | Thing.Layer l -> $"{l.Layer.Parts.Module}.{l.Layer.Class}", Json.Object(LayerFactory.config l.Layer)
        | Thing.Seed g -> "keras.random.SeedGenerator", Json.Object [ "seed", Json.Int(int64 g.Seed) ]
        | Thing.Variable _ -> "keras.Variable", Json.Null
        | Thing.Policy p -> "keras.DTypePolicy", Json.Object [ "name", Json.Text p.Name ]

    /// The record of an object, as it stands in configs of others.
    let record (thing: Thing) : Json =
        match thing with
        | Thing.Layer l -> LayerFactory.record l.Layer
        | Thing.Policy p -> DTypePolicy.toJson p
        | Thing.Loss l -> l.Record
        | Thing.Metric m -> m.Metric.Record
        | _ ->
            let name, config = describe thing
            let className = Functions.bare name
            let modul = name.Substring(0, name.Length - className.Length - 1)
            Serialized.toJson (Serialized.make modul className (Json.asObject name config))
