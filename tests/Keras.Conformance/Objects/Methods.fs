/// Methods of objects by Keras's names. A method is computed first and takes effect afterwards, so that a failing one
/// changes nothing.
namespace Keras.Conformance.Objects

open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance

/// What a method gives, and how it takes effect.
[<NoEquality; NoComparison>]
type Effect = { Result: Datum; Commit: unit -> unit }

/// What methods need to know of the objects around them.
[<NoEquality; NoComparison>]
type Surroundings = {
    Context: Context
    /// The object of a handle.
    Find: int -> Thing
    /// The handle of an object, a new one if it has none.
    Handle: Thing -> Datum
    /// The value of a weight in this call, by path; gradients put their own in its place.
    Weight: string -> Tensor -> Tensor
}

/// Calls of methods.
[<RequireQualifiedAccess>]
module Methods =
    let private pure' (result: Datum) : Effect = { Result = result; Commit = ignore }
    let private act (commit: unit -> unit) : Effect = { Result = Datum.Null; Commit = commit }

    let private named (names: string list) (a: Arguments) : (string * Datum) list =
        if a.Args.Length > names.Length then
            raise (Mismatch $"{names.Length} arguments are taken, {a.Args.Length} were given")

        for k, _ in a.Kwargs do
            if not (List.contains k names) then
                raise (Mismatch $"there is no argument '{k}'")

        List.zip (List.truncate a.Args.Length names) a.Args @ a.Kwargs

    let private need (name: string) (given: (string * Datum) list) : Datum =
        match given |> List.tryFind (fun (k, _) -> k = name) with
        | Some(_, v) -> v
        | None -> raise (Mismatch $"argument '{name}' is missing")

    let private tensorOrNull (name: string) (given: (string * Datum) list) : Tensor =
        match given |> List.tryFind (fun (k, _) -> k = name) with
        | None
        | Some(_, Datum.Null) -> null
        | Some(_, v) -> Convert.tensor v

    let private maskOf (v: Datum) : Tensor =
        match v with
        | Datum.Masked(_, mask) -> mask
        | _ -> null

    let private ints (v: Datum) : int list = Convert.argument typeof<int list> v |> unbox<int list>

    let private initializer (s: Surroundings) (i: Initializer) (a: Arguments) : Effect =
        let given = named [ "shape"; "dtype" ] a

        let dtype =
            match tensorOrNull "none" given, given |> List.tryFind (fun (k, _) -> k = "dtype") with
            | _, Some(_, (Datum.Text _ as d)) -> Convert.argument typeof<DType> d |> unbox<DType>
            | _ -> Backends.Config.FloatX

        pure' (Datum.Tensor(i.Init (s.Context.Global.Next()) (Dims.ofSeq (ints (need "shape" given))) dtype))

    let private schedule (schedule: Schedule) (a: Arguments) : Effect =
        let step = Convert.tensor (need "step" (named [ "step" ] a))
        pure' (Datum.Tensor(schedule.Rate step))

    let private loss (loss: Loss) (name: string) (a: Arguments) : Effect =
        match name with
        | "__call__" ->
            let given = named [ "y_true"; "y_pred"; "sample_weight" ] a
            let yPred = need "y_pred" given
            let weights = tensorOrNull "sample_weight" given
            let y = Convert.tensor (need "y_true" given)
            pure' (Datum.Tensor(Loss.apply loss y (Convert.tensor yPred) weights (maskOf yPred)))
        | "call" ->
            let given = named [ "y_true"; "y_pred" ] a
            let y, p = Convert.tensor (need "y_true" given), Convert.tensor (need "y_pred" given)
            pure' (Datum.Tensor(loss.Values y p))
        | _ -> raise (Missing $"Loss.{name}")

    let private isReduction (m: Metric) = List.contains m.Class [ "Mean"; "Sum" ]

    let private updated (o: MetricObject) (state: Tensor[] option) (a: Arguments) : Metric * Tensor[] =
        if isReduction o.Metric then
            let given = named [ "values"; "sample_weight" ] a
            let state = state |> Option.defaultValue o.State

            o.Metric,
            Metric.updateValues
                o.Metric
                state
                (Convert.tensor (need "values" given))
                (tensorOrNull "sample_weight" given)
        else
            let given = named [ "y_true"; "y_pred"; "sample_weight" ] a
            let y, p = Convert.tensor (need "y_true" given), need "y_pred" given
            let metric = if o.IsFresh && state.IsNone then Metric.sizedFor y.Aval o.Metric else o.Metric

            let before =
                match state with
                | Some given -> given
                | None -> if o.IsFresh then Metric.init metric else o.State

            metric, Metric.update metric before y (Convert.tensor p) (tensorOrNull "sample_weight" given) (maskOf p)

    let private list (v: Datum) : Datum list =
        match v with
        | Datum.List items -> items
        | _ -> raise (Mismatch "a list is expected")

    let private metric (o: MetricObject) (name: string) (a: Arguments) : Effect =
        let keep (m: Metric, state: Tensor[]) () =
            o.Metric <- m
            o.State <- state
            o.IsFresh <- false

        match name with
        | "update_state" -> act (keep (updated o None a))
        | "result" -> pure' (Datum.Tensor(o.Metric.Result o.State))
        | "__call__" ->
            let m, state = updated o None a

            { Result = Datum.Tensor(m.Result state); Commit = keep (m, state) }
        | "reset_state" ->
            act (fun () ->
                o.State <- Metric.init o.Metric
                o.IsFresh <- true)
        | "stateless_update_state" ->
            match a.Args with
            | state :: rest ->
                let before = list state |> List.map Convert.tensor |> List.toArray
                let _, after = updated o (Some before) { a with Args = rest }
                pure' (Datum.List [ for x in after -> Datum.Tensor x ])
            | [] -> raise (Mismatch "argument 'metric_variables' is missing")
        | "stateless_result" ->
            let state = need "metric_variables" (named [ "metric_variables" ] a)
            pure' (Datum.Tensor(o.Metric.Result(list state |> List.map Convert.tensor |> List.toArray)))
        | _ -> raise (Missing $"Metric.{name}")

    let private variables (s: Surroundings) (v: Datum) : VariableObject[] =
        list v
        |> List.map (fun item ->
            match item with
            | Datum.Handle(n, _) ->
                match s.Find n with
                | Thing.Variable x -> x
                | _ -> raise (BadRequest $"handle {n} is no variable")
            | _ -> raise (Mismatch "handles of variables are expected"))
        |> List.toArray

    let private gradients (v: Datum) : Tensor[] =
        list v |> List.map (fun g -> if g.IsNull then null else Convert.tensor g) |> List.toArray

    let private parameters (vs: VariableObject[]) : Parameter[] =
        vs |> Array.map (fun v -> { Path = v.Name; Aval = v.Value.Aval })

    let private buildOptimizer (o: OptimizerObject) (vs: VariableObject[]) () =
        if o.State.IsNone then
            o.Parameters <- parameters vs
            o.State <- ValueSome(Optimizers.initArrays o.Optimizer o.Parameters (vs |> Array.map (fun v -> v.Value)))

    let private apply (o: OptimizerObject) (grads: Tensor[]) (vs: VariableObject[]) : Effect =
        if grads.Length <> vs.Length then
            raise (Mismatch $"{grads.Length} gradients for {vs.Length} variables")

        let values = vs |> Array.map (fun v -> v.Value)
        let trained = parameters vs

        let state =
            match o.State with
            | ValueSome s -> s
            | ValueNone -> Optimizers.initArrays o.Optimizer trained values

        if o.State.IsSome && o.Parameters.Length <> trained.Length then
            Fail.value $"optimizers.{o.Optimizer.Class}" "it was built for other variables" "Apply it to those."

        // A variable that its gradient overwrites takes no part in the update.
        let usual =
            Array.map2 (fun (v: VariableObject) g -> if v.OverwriteWithGradient then null else g) vs grads

        let struct (next, after) = Optimizers.updateArrays o.Optimizer trained usual state values

        let settled =
            Array.mapi
                (fun i (v: VariableObject) ->
                    if v.OverwriteWithGradient && not (isNull grads[i]) then
                        grads[i]
                    else
                        match v.Constraint with
                        | Some c -> c.Apply next[i]
                        | None -> next[i])
                vs

        act (fun () ->
            o.Parameters <- trained
            o.State <- ValueSome after
            Array.iter2 (fun (v: VariableObject) x -> v.Value <- x) vs settled)

    let private texts (v: Datum) : string list =
        list v
        |> List.map (fun t ->
            match t with
            | Datum.Text s -> s
            | _ -> raise (Mismatch "texts are expected"))

    let private optimizer (s: Surroundings) (o: OptimizerObject) (name: string) (a: Arguments) : Effect =
        match name with
        | "build" -> act (buildOptimizer o (variables s (need "variables" (named [ "variables" ] a))))
        | "apply" ->
            let given = named [ "grads"; "trainable_variables" ] a

            let vs = variables s (need "trainable_variables" given)
            apply o (gradients (need "grads" given)) vs
        | "exclude_from_weight_decay" ->
            let given = named [ "var_list"; "var_names" ] a

            let exact =
                match given |> List.tryFind (fun (k, _) -> k = "var_list") with
                | Some(_, (Datum.List _ as v)) ->
                    variables s v
                    |> Array.map (fun v -> $"^{System.Text.RegularExpressions.Regex.Escape v.Name}$")
                    |> Array.toList
                | _ -> []

            let names =
                match given |> List.tryFind (fun (k, _) -> k = "var_names") with
                | Some(_, (Datum.List _ as v)) -> texts v
                | _ -> []

            let changed = Optimizers.excludeFromWeightDecay (exact @ names) o.Optimizer
            act (fun () -> o.Optimizer <- changed)
        | "finalize_variable_values" ->
            let vs = variables s (need "var_list" (named [ "var_list" ] a))

            match o.State with
            | ValueSome state ->
                let values = Apply.finalize o.Optimizer (parameters vs) (vs |> Array.map (fun v -> v.Value)) state
                act (fun () -> Array.iter2 (fun (v: VariableObject) x -> v.Value <- x) vs values)
            | ValueNone -> Fail.state $"optimizers.{o.Optimizer.Class}" "it is not built" "Build it first."
        | "stateless_apply" ->
            let given = named [ "optimizer_variables"; "grads"; "trainable_variables" ] a
            let own = list (need "optimizer_variables" given) |> List.map Convert.tensor |> List.toArray
            let values = list (need "trainable_variables" given) |> List.map Convert.tensor |> List.toArray

            if o.State.IsNone then
                Fail.state $"optimizers.{o.Optimizer.Class}" "it is not built" "Build it first."

            let state = Optimizers.ofVariables o.Optimizer o.Parameters own

            let struct (next, after) =
                Optimizers.updateArrays o.Optimizer o.Parameters (gradients (need "grads" given)) state values

            let pack xs = Datum.List [ for x in xs -> Datum.Tensor x ]
            pure' (Datum.List [ pack next; pack after.Variables ])
        | _ -> raise (Missing $"Optimizer.{name}")

    /// The method of a name, computed.
    let call (s: Surroundings) (thing: Thing) (name: string) (a: Arguments) : Effect =
        match thing, name with
        | _, "get_config" -> pure' (Datum.Object(snd (Thing.describe thing)))
        | Thing.Initializer i, "__call__" -> initializer s i a
        | Thing.Regularizer r, "__call__" -> pure' (Datum.Tensor(r.Apply(Convert.tensor (need "x" (named [ "x" ] a)))))
        | Thing.Constraint c, "__call__" -> pure' (Datum.Tensor(c.Apply(Convert.tensor (need "w" (named [ "w" ] a)))))
        | Thing.Schedule r, "__call__" -> schedule r a
        | Thing.Loss l, _ -> loss l name a
        | Thing.Metric m, _ -> metric m name a
        | Thing.Optimizer o, _ -> optimizer s o name a
        | Thing.Layer l, _ when Model.IsModel l.Layer && ModelMethods.names.Contains name ->
            pure' (ModelMethods.call s.Context.Global s.Find s.Handle l name a)
        | Thing.Logged _, "result" -> pure' (Thing.logged thing)
        | Thing.Layer l, _ ->
            let r, commit = LayerMethods.call s.Weight l name a
            { Result = r; Commit = commit }
        | Thing.Seed g, "next" -> pure' (Datum.Tensor(g.Next()))
        | Thing.Variable v, "assign" ->
            let x = Convert.tensor (need "value" (named [ "value" ] a))

            if not (x.Shape.Equals v.Value.Shape) then
                Fail.value "Variable.assign" $"the variable has shape {v.Value.Shape}, the value {x.Shape}" ""

            act (fun () -> v.Value <- Lax.convert v.Value.DType x)
        | _ -> raise (Missing $"{fst (Thing.describe thing)}.{name}")
