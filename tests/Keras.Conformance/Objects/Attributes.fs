/// Attributes of objects, and their variables: reading and setting them by Keras's names.
[<RequireQualifiedAccess>]
module Keras.Conformance.Objects.Attributes

open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance

/// A variable as clients see it.
[<NoEquality; NoComparison>]
type Listed = { Path: string; Name: string; Trainable: bool; Value: Tensor }

/// The variables of an object in Keras's order.
let variables (thing: Thing) : Listed list =
    match thing with
    | Thing.Layer l -> [
        for v in l.Variables ->
            {
                Path = l.PathOf v
                Name = v.Spec.Name
                Trainable = l.IsTrainable v
                Value = l.Value v
            }
      ]
    | Thing.Metric m -> [
        for i in 0 .. m.State.Length - 1 do
            let name = m.Metric.Variables[i].Name

            {
                Path = $"{m.Metric.Name}/{name}"
                Name = name
                Trainable = false
                Value = m.State[i]
            }
      ]
    | Thing.Optimizer o ->
        match o.State with
        | ValueSome state -> [
            for path, x in Array.zip (Optimizers.variableNames o.Optimizer o.Parameters) state.Variables ->
                {
                    Path = path
                    Name = path.Substring(path.IndexOf '/' + 1)
                    Trainable = false
                    Value = x
                }
          ]
        | ValueNone -> []
    | Thing.Variable v -> [
        {
            Path = v.Name
            Name = v.Name
            Trainable = v.Trainable
            Value = v.Value
        }
      ]
    | Thing.Seed g -> [
        {
            Path = $"{g.Name}/seed_generator_state"
            Name = "seed_generator_state"
            Trainable = false
            Value = g.State
        }
      ]
    | _ -> []

/// New values by path, or by position (null leaves one as it is): all of them or none.
let assign (thing: Thing) (values: Datum) : unit =
    let own = variables thing

    let changes: Tensor option list =
        match values with
        | Datum.Dict pairs ->
            for path, _ in pairs do
                if not (own |> List.exists (fun v -> v.Path = path)) then
                    let known = own |> List.map (fun v -> v.Path)
                    Fail.value "assign" $"there is no variable '{path}'" (Fail.didYouMean path known)

            own
            |> List.map (fun v ->
                pairs |> List.tryFind (fun (path, _) -> path = v.Path) |> Option.map (snd >> Convert.tensor))
        | Datum.List items ->
            if items.Length <> own.Length then
                Fail.value "assign" $"{items.Length} values for {own.Length} variables" "Give one for each, or null."

            items |> List.map (fun v -> if v.IsNull then None else Some(Convert.tensor v))
        | _ -> raise (BadRequest "the field 'values' is neither an object nor a list")

    let after =
        List.map2
            (fun (v: Listed) change ->
                match change with
                | None -> v.Value
                | Some(x: Tensor) when not (x.Shape.Equals v.Value.Shape) ->
                    Fail.value "assign" $"'{v.Path}' has shape {v.Value.Shape}, the new value {x.Shape}" ""
                | Some x -> Lax.convert v.Value.DType x)
            own
            changes
        |> List.toArray

    match thing with
    | Thing.Layer l -> l.SetAll after
    | Thing.Metric m ->
        m.State <- after
        m.IsFresh <- false
    | Thing.Optimizer o when o.State.IsSome ->
        o.State <- ValueSome(Optimizers.ofVariables o.Optimizer o.Parameters after)
    | Thing.Variable v -> v.Value <- after[0]
    | Thing.Seed g -> g.State <- after[0]
    | _ -> ()

let private shape (dims: Dims) : Datum =
    Datum.List [ for n in dims -> if n < 0 then Datum.Null else Datum.Int(int64 n) ]

let private values (listed: Listed list) : Datum = Datum.List [ for v in listed -> Datum.Tensor v.Value ]

let private ofVariables (thing: Thing) (name: string) : Datum option =
    let all = lazy (variables thing)

    match thing, name with
    | (Thing.Layer _ | Thing.Metric _ | Thing.Optimizer _), "variables"
    | Thing.Layer _, "weights" -> Some(values all.Value)
    | Thing.Layer _, ("trainable_variables" | "trainable_weights") ->
        Some(values (all.Value |> List.filter (fun v -> v.Trainable)))
    | Thing.Layer _, ("non_trainable_variables" | "non_trainable_weights") ->
        Some(values (all.Value |> List.filter (fun v -> not v.Trainable)))
    | _ -> None

/// The names of a compiled model's metrics: the loss, all metrics together, and the losses of several outputs.
let private metricNames (layer: Layer) (c: Compiled) : string list = [
    "loss"
    if c.Options.Metrics.IsSome || c.Options.WeightedMetrics.IsSome then
        "compile_metrics"
    yield! ModelData.lossNames layer
]

let private ofModel (handle: Thing -> Datum) (o: LayerObject) (name: string) : Datum option =
    let specs (xs: KerasTensor[]) (form: Argument) =
        match form, xs with
        | Argument.Tensor _, [| x |] -> Datum.Spec x.Aval
        | _ -> Datum.List [ for x in xs -> Datum.Spec x.Aval ]

    let shapes (xs: KerasTensor[]) =
        match xs with
        | [| x |] -> shape x.Shape
        | _ -> Datum.List [ for x in xs -> shape x.Shape ]

    match name, Model.Graph o.Layer, o.Compiled with
    | "layers", _, _ ->
        // The input of a Sequential is none of its layers.
        let isSequential = o.Layer.Class = "Sequential"

        Some(
            Datum.List [
                for l in Model.Layers o.Layer do
                    if not (isSequential && l.Class = "InputLayer") then
                        handle (Thing.Layer(LayerObject l))
            ]
        )
    | "compiled", _, c -> Some(Datum.Bool c.IsSome)
    | "optimizer", _, ValueSome c -> Some(handle (Thing.Optimizer c.Optimizer))
    | "optimizer", _, ValueNone -> Some Datum.Null
    | "metrics", _, ValueSome c -> Some(Datum.List [ for n in metricNames o.Layer c -> handle (Thing.Logged(o, n)) ])
    | "metrics_names", _, ValueSome c -> Some(Datum.List(List.map Datum.Text (metricNames o.Layer c)))
    | ("metrics" | "metrics_names"), _, ValueNone -> Some(Datum.List [])
    | "inputs", Some g, _ -> Some(specs g.Inputs g.InputForm)
    | "outputs", Some g, _ -> Some(specs g.Outputs g.OutputForm)
    | "input_shape", Some g, _ -> Some(shapes g.Inputs)
    | "output_shape", Some g, _ -> Some(shapes g.Outputs)
    | _ -> None

let private ofLayer (handle: Thing -> Datum) (o: LayerObject) (name: string) : Datum option =
    let l = o.Layer

    match name with
    | "name" -> Some(Datum.Text l.Name)
    | "trainable" -> Some(Datum.Bool l.Trainable)
    | "built" -> Some(Datum.Bool o.IsBuilt)
    | "losses" -> Some(Datum.List [ for x in o.Losses -> Datum.Tensor x ])
    | "dtype"
    | "variable_dtype" -> Some(Datum.Text(DType.name l.Policy.Variable))
    | "compute_dtype" -> Some(Datum.Text(DType.name l.Policy.Compute))
    | "dtype_policy" -> Some(handle (Thing.Policy l.Policy))
    | _ -> if Model.IsModel l then ofModel handle o name else None

let private ofOptimizer (o: OptimizerObject) (name: string) : Datum option =
    match name with
    | "name" -> Some(Datum.Text o.Optimizer.Settings.Name)
    | "learning_rate" ->
        match o.State, o.Optimizer.Settings.LearningRate with
        | ValueSome s, _ -> Some(Datum.Tensor(Optimizers.learningRate o.Optimizer s))
        | ValueNone, LearningRate.Constant r -> Some(Datum.Tensor(Lax.scalar Backends.Config.FloatX r))
        | ValueNone, LearningRate.Scheduled s -> Some(Datum.Tensor(s.At 0))
    | "iterations" ->
        match o.State with
        | ValueSome s -> Some(Datum.Tensor(Optimizers.iterations o.Optimizer s))
        | ValueNone -> Some(Datum.Tensor(Lax.scalarInt DType.Int32 0L))
    | "built" -> Some(Datum.Bool o.State.IsSome)
    | _ -> None

let private own (handle: Thing -> Datum) (thing: Thing) (name: string) : Datum option =
    match thing, name with
    | Thing.Layer l, _ -> ofLayer handle l name
    | Thing.Optimizer o, _ -> ofOptimizer o name
    | Thing.Loss l, "name" -> Some(Datum.Text l.Name)
    | Thing.Metric m, "name" -> Some(Datum.Text m.Metric.Name)
    | Thing.Logged(_, name'), "name" -> Some(Datum.Text name')
    | Thing.Variable v, ("name" | "path") -> Some(Datum.Text v.Name)
    | Thing.Variable v, "trainable" -> Some(Datum.Bool v.Trainable)
    | Thing.Variable v, "dtype" -> Some(Datum.Text(DType.name v.Value.DType))
    | Thing.Variable v, "shape" -> Some(shape v.Value.Shape)
    | Thing.Variable v, "value" -> Some(Datum.Tensor v.Value)
    | Thing.Variable v, "overwrite_with_gradient" -> Some(Datum.Bool v.OverwriteWithGradient)
    | Thing.Seed g, "state" -> Some(Datum.Tensor g.State)
    | Thing.Seed g, "seed" -> Some(Datum.Int(int64 g.Seed))
    | Thing.Policy p, "name" -> Some(Datum.Text p.Name)
    | Thing.Policy p, "compute_dtype" -> Some(Datum.Text(DType.name p.Compute))
    | Thing.Policy p, "variable_dtype" -> Some(Datum.Text(DType.name p.Variable))
    | _ -> None

/// The arguments with which an object was made are attributes of it.
let private ofConfig (thing: Thing) (name: string) : Datum option =
    match snd (Thing.describe thing) with
    | Json.Object _ as config ->
        match Json.tryGet name config with
        | Some(Json.Bool _ | Json.Int _ | Json.Float _ | Json.Text _ | Json.Null as plain) ->
            Some(Datum.read (fun name _ -> raise (BadRequest name)) plain)
        | _ -> None
    | _ -> None

/// The value of an attribute.
let get (handle: Thing -> Datum) (thing: Thing) (name: string) : Datum =
    let found =
        own handle thing name
        |> Option.orElseWith (fun () -> ofVariables thing name)
        |> Option.orElseWith (fun () -> ofConfig thing name)

    match found with
    | Some v -> v
    | None -> raise (Missing $"{fst (Thing.describe thing)}.{name}")

/// Freezing or unfreezing a layer is one of all layers inside it.
let rec private setTrainable (layer: Layer) (value: bool) : unit =
    layer.Trainable <- value

    for child in Model.Layers layer @ List.map snd layer.Parts.Children do
        setTrainable child value

let private constraintOf (find: int -> Thing) (v: Datum) : Constraint option =
    match v with
    | Datum.Null -> None
    | Datum.Handle(n, _) ->
        match find n with
        | Thing.Constraint c -> Some c
        | _ -> raise (Mismatch $"handle {n} is no constraint")
    | Datum.Object record -> Some(Constraints.ofJson record)
    | Datum.Text name -> Some(Constraints.ofJson (Json.Text name))
    | _ -> raise (Mismatch "a constraint is expected")

/// Sets an attribute.
let set (find: int -> Thing) (thing: Thing) (name: string) (value: Datum) : unit =
    match thing, name, value with
    | Thing.Layer l, "trainable", Datum.Bool b -> setTrainable l.Layer b
    | Thing.Optimizer o, "learning_rate", _ ->
        let rate = Convert.tensor value

        if rate.Rank <> 0 then
            Fail.value "optimizer" $"the learning rate has shape {rate.Shape}" "It is one number."

        match o.State, o.Optimizer.Settings.LearningRate with
        | _, LearningRate.Scheduled _ -> raise (Mismatch "the learning rate follows a schedule and cannot be set")
        | ValueSome s, _ -> o.State <- ValueSome(Optimizers.withLearningRate o.Optimizer rate s)
        | ValueNone, LearningRate.Constant _ ->
            o.Optimizer <- {
                o.Optimizer with
                    Settings = {
                        o.Optimizer.Settings with
                            LearningRate = LearningRate.Constant(Tensor.toFloat rate)
                    }
            }
    | Thing.Variable v, "trainable", Datum.Bool b -> v.Trainable <- b
    | Thing.Variable v, "overwrite_with_gradient", Datum.Bool b -> v.OverwriteWithGradient <- b
    | Thing.Variable v, "constraint", _ -> v.Constraint <- constraintOf find value
    | _ -> raise (Missing $"setting {fst (Thing.describe thing)}.{name}")
