/// The objects that a client can make and keep: what they are and how they are made from class names and configs.
namespace Keras.Conformance.Objects

open System
open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance

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
    /// A metric of a compiled model, by the name under which the logs of its last run have it.
    | Logged of LayerObject * name: string

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

    /// Layer classes that a record needs and that are not there.
    let rec private absent (json: Json) : string list =
        match json with
        | Json.Object pairs ->
            let own =
                match Json.tryGet "module" json, Json.tryGet "class_name" json with
                | Some(Json.Text "keras.layers"), Some(Json.Text name) when
                    not (List.contains name LayerCatalogue.names)
                      ->
                      [ name ]
                | _ -> []

            own @ (pairs |> List.collect (snd >> absent))
        | Json.Array items -> List.collect absent items
        | _ -> []

    /// `Missing` where a record needs layers that are not there.
    let require (record: Json) : unit =
        match absent record |> List.distinct with
        | [] -> ()
        | names ->
            let list = String.concat ", " names
            raise (Missing $"keras.layers: {list}")

    let private layer (name: string) (config: (string * Json) list) =
        if not (List.contains name LayerCatalogue.names) then
            raise (Missing $"keras.layers.{name}")

        require (Json.Object config)
        Thing.Layer(LayerObject(LayerCatalogue.create name config))

    /// Constructor arguments as a config; `record` gives the record of the object of a handle.
    let config (record: int -> Json) (symbol: string) (a: Arguments) : (string * Json) list =
        let rec plain (v: Datum) =
            match v with
            | Datum.Handle(n, _) -> record n
            | Datum.List items -> Json.Array(List.map plain items)
            | Datum.Dict pairs -> Json.Object [ for k, x in pairs -> k, plain x ]
            | other -> Datum.plain other

        Signatures.byName symbol a.Args a.Kwargs
        |> List.filter (fun (_, v) -> not v.IsNull)
        |> List.map (fun (k, v) -> k, plain v)

    /// A layer or model as an object; models that declare their inputs are built.
    let ofLayer (layer: Layer) : Thing =
        let o = LayerObject layer
        o.BuildGraph()
        Thing.Layer o

    let private model (record: Json) : Thing =
        require record
        ofLayer (ModelConfig.ofJsonAs "record" record)

    let private modelRecord (modul: string) (className: string) (config: (string * Json) list) : Json =
        Serialized.toJson (Serialized.make modul className config)

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
        | "keras"
        | "keras.models" when name = "Sequential" -> model (modelRecord "keras" name config)
        | "keras"
        | "keras.models" when name = "Model" -> model (modelRecord "keras.src.models.functional" "Functional" config)
        | "keras.random" when name = "SeedGenerator" ->
            let seed =
                config
                |> List.tryPick (fun (k, v) -> if k = "seed" && v <> Json.Null then Some(Json.asInt k v) else None)

            Thing.Seed(SeedGenerator(?seed = seed, ?name = text "name" config))
        | "keras.dtype_policies" ->
            Thing.Policy(DTypePolicy.ofName (text "name" config |> Option.defaultValue "float32"))
        | _ -> raise (Missing symbol)

    /// Refuses records of classes that are not Keras's own, however deep.
    let rec private refuseForeign (json: Json) : unit =
        match json with
        | Json.Object pairs ->
            match Json.tryGet "module" json, Json.tryGet "class_name" json with
            | Some(Json.Text modul), Some(Json.Text name) when
                not (modul = "keras" || modul.StartsWith("keras.", StringComparison.Ordinal))
                && not (List.contains name [ "function"; "builtin_function_or_method" ])
                ->
                raise (Mismatch $"'{modul}.{name}' is no class of Keras")
            | _ -> ()

            pairs |> List.iter (snd >> refuseForeign)
        | Json.Array items -> List.iter refuseForeign items
        | _ -> ()

    /// An object from its record (`serialize_keras_object`).
    let ofRecord (json: Json) : Thing =
        refuseForeign json
        let s = Serialized.ofJson "record" json

        match s.Module, s.ClassName with
        | "keras.src.models.functional", "Functional"
        | ("keras" | "keras.models"), ("Sequential" | "Functional" | "Model") -> model json
        | _ ->
            if s.RegisteredName.IsSome then
                raise (Mismatch $"'{s.RegisteredName.Value}' is a class registered by a user")

            if s.Module.StartsWith("keras.src", StringComparison.Ordinal) then
                raise (Mismatch $"'{s.Module}.{s.ClassName}' is no public class")

            create $"{s.Module}.{s.ClassName}" s.Config

    /// Arrays in a config are lists; only records of whole objects wrap them.
    let rec private bareTensors (json: Json) : Json =
        match json with
        | Json.Object pairs ->
            match Json.tryGet "class_name" json, Json.tryGet "config" json |> Option.bind (Json.tryGet "value") with
            | Some(Json.Text "__tensor__"), Some values -> values
            | _ -> Json.Object [ for k, v in pairs -> k, bareTensors v ]
        | Json.Array items -> Json.Array(List.map bareTensors items)
        | other -> other

    /// True for two names of one object.
    let same (a: Thing) (b: Thing) : bool =
        match a, b with
        | Thing.Layer x, Thing.Layer y -> obj.ReferenceEquals(x.Layer, y.Layer)
        | Thing.Optimizer x, Thing.Optimizer y -> obj.ReferenceEquals(x, y)
        | Thing.Logged(x, m), Thing.Logged(y, n) -> obj.ReferenceEquals(x.Layer, y.Layer) && m = n
        | _ -> false

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
        | Thing.Metric m ->
            let name, config = ofRecord "keras.metrics" m.Metric.Class m.Metric.Record
            name, bareTensors config
        | Thing.Optimizer o -> ofSerialized (Optimizers.serialize o.Current)
        | Thing.Layer l when Model.IsModel l.Layer ->
            let name = if l.Layer.Class = "Sequential" then "Sequential" else "Model"
            ofRecord "keras" name (ModelConfig.toJson l.Layer)
        | Thing.Layer l -> $"{l.Layer.Parts.Module}.{l.Layer.Class}", Json.Object(LayerFactory.config l.Layer)
        | Thing.Logged(_, name) -> "keras.metrics.Mean", Json.Object [ "name", Json.Text name ]
        | Thing.Seed g -> "keras.random.SeedGenerator", Json.Object [ "seed", Json.Int(int64 g.Seed) ]
        | Thing.Variable _ -> "keras.Variable", Json.Null
        | Thing.Policy p -> "keras.DTypePolicy", Json.Object [ "name", Json.Text p.Name ]

    /// What the last run of a compiled model says of one of its metrics; `compile_metrics` stands for all but the loss.
    let logged (thing: Thing) : Datum =
        match thing with
        | Thing.Logged(o, name) when o.Compiled.IsSome ->
            let entries = o.Compiled.Value.Logs.Entries

            if name = "compile_metrics" then
                Datum.Dict [
                    for k, x in entries do
                        if k <> "loss" then
                            k, Datum.ofLog x
                ]
            else
                match entries |> List.tryFind (fun (k, _) -> k = name) with
                | Some(_, x) -> Datum.ofLog x
                | None -> Datum.Float 0.0
        | _ -> raise (Missing $"{fst (describe thing)}.result")

    /// The record of an object, as it stands in configs of others.
    let record (thing: Thing) : Json =
        match thing with
        | Thing.Layer l when Model.IsModel l.Layer ->
            let compile = l.Compiled |> ValueOption.map (fun c -> CompileConfig.write c.Options)
            ModelConfig.toJsonWith (ValueOption.defaultValue [] compile) l.Layer
        | Thing.Layer l -> LayerFactory.record l.Layer
        | Thing.Policy p -> DTypePolicy.toJson p
        | Thing.Loss l -> l.Record
        | Thing.Metric m -> m.Metric.Record
        | _ ->
            let name, config = describe thing
            let className = Functions.bare name
            let modul = name.Substring(0, name.Length - className.Length - 1)
            Serialized.toJson (Serialized.make modul className (Json.asObject name config))
