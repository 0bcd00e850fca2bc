/// Cases of the parts of training: initializers, regularizers, constraints, schedules, losses, metrics, optimizers.
[<RequireQualifiedAccess>]
module Keras.Conformance.Golden.ObjectCases

open System.Text.RegularExpressions
open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance

/// The record that an object writes is the one that Keras writes.
let private checkRecord (c: Case) (record: Json) : unit =
    match c.TryGet "serialized" with
    | Some expected -> Compare.json "record" expected record
    | None -> ()

let private known (r: Registry<'t>) (c: Case) : unit =
    if not (r.Knows c.Class) then
        raise (Missing c.Api)

let initializer (c: Case) : unit =
    known Initializers.Registry c
    let i = Initializers.ofConfig c.Class c.Config
    checkRecord c (Serialized.toJson i.Serialized)
    let shape = c.Get "shape" |> Json.asList c.Id |> List.map (Json.asInt c.Id) |> Dims.ofSeq
    let x = i.Init (Random.key 7L) shape (c.Get "dtype" |> Json.asText c.Id |> Datum.dtype)

    match c.TryGet "value" with
    | Some value -> Compare.tensors c.Tolerance "value" (c.Tensor value) x
    | None -> FunctionCases.checkStatistics c x

    match c.TryGet "gram" with
    | Some gram ->
        let last = shape[shape.Rank - 1]
        let m = Ops.reshape (x, [ -1; last ])
        let t = Lax.swapLast m
        let product = if m.Shape[0] < last then Ops.matmul (m, t) else Ops.matmul (t, m)
        Compare.elements { Given = Some(1e-3, 1e-4) } "gram" (c.Tensor gram) product
    | None -> ()

let private single (c: Case) : Tensor =
    match c.Arguments.Args with
    | [ x ] -> Convert.tensor x
    | _ -> raise (BadRequest "one argument is expected")

/// Compares the gradient of a function of one tensor at `path`.
let private checkGradient (c: Case) (path: string) (x: Tensor) (f: Tensor -> Tensor) : unit =
    match c.TryGet "grad" with
    | None -> ()
    | Some grad ->
        let wrt = Json.get c.Id "wrt" grad |> Json.asObject c.Id
        let cotangent = Json.get c.Id "cotangents" grad |> Json.get c.Id "0" |> c.Tensor
        let run replace = Datum.Tensor(f (replace path x))
        let _, grads = Calls.gradients [ path, x ] run (Some(Map [ 0, cotangent ])) (List.map fst wrt)
        Gradients.compare c wrt grads

let regularizer (c: Case) : unit =
    known Regularizers.Registry c
    let r = Regularizers.ofConfig c.Class c.Config
    checkRecord c (Serialized.toJson r.Serialized)
    let x = single c
    Compare.tensors c.Tolerance "output" (c.Tensor(c.Get "outputs")) (r.Apply x)
    checkGradient c "args.0" x r.Apply

let constraint' (c: Case) : unit =
    known Constraints.Registry c
    let r = Constraints.ofConfig c.Class c.Config
    checkRecord c (Serialized.toJson r.Serialized)
    Compare.tensors c.Tolerance "output" (c.Tensor(c.Get "outputs")) (r.Apply(single c))

let schedule (c: Case) : unit =
    let s = Schedules.ofConfig c.Class c.Config
    checkRecord c (Serialized.toJson s.Serialized)
    let numbers key f = c.Get key |> Json.asList c.Id |> List.map f

    List.iter2
        (fun step value -> Compare.numbers c.Tolerance $"rate at step {step}" value (Tensor.toFloat (s.At step)))
        (numbers "steps" (Json.asInt c.Id))
        (numbers "values" (Json.asFloat c.Id))

let loss (c: Case) : unit =
    known Losses.Registry c
    let loss = Losses.ofConfig c.Class c.Config
    checkRecord c loss.Record
    let yTrue, yPred = c.Tensor(c.Get "y_true"), c.Tensor(c.Get "y_pred")
    let weights, mask = c.TensorOrNull "sample_weight", c.TensorOrNull "mask"
    let apply p = Loss.apply loss yTrue p weights mask
    Compare.elements c.Tolerance "unreduced" (c.Tensor(c.Get "unreduced")) (loss.Values yTrue yPred)
    Compare.elements c.Tolerance "output" (c.Tensor(c.Get "outputs")) (apply yPred)
    checkGradient c "y_pred" yPred apply

let metric (c: Case) : unit =
    known Metrics.Registry c
    checkRecord c (Metrics.ofConfig c.Class c.Config).Record
    let made = Metrics.ofConfig c.Class (c.Config @ Known.unwritten c.Id)
    let field key json = Json.get c.Id key json
    let orNull key json = Json.tryGet key json |> Option.map c.Tensor |> Option.toObj
    let steps = Json.asList c.Id (c.Get "steps")

    let shaped =
        match steps with
        | first :: _ when (Json.tryGet "y_true" first).IsSome ->
            Metric.sizedFor (c.Tensor(field "y_true" first)).Aval made
        | _ -> made

    let mutable state = Metric.init shaped

    let compareResult where json =
        Compare.values false c.Tolerance where (c.Read json) (Datum.Tensor(shaped.Result state))

    steps
    |> List.iteri (fun i step ->
        let weights = orNull "sample_weight" step

        state <-
            match orNull "values" step with
            | null ->
                let yTrue, yPred = c.Tensor(field "y_true" step), c.Tensor(field "y_pred" step)
                Metric.update shaped state yTrue yPred weights (orNull "mask" step)
            | values -> Metric.updateValues shaped state values weights

        let variables = Json.asList c.Id (field "variables" step)

        // These give their variable as the result, which was reset before it was written down.
        let isVariable =
            List.contains c.Class [ "Sum"; "TruePositives"; "TrueNegatives"; "FalsePositives"; "FalseNegatives" ]

        // The variables are compared below.
        if not isVariable then
            compareResult $"result of step {i}" (field "result" step)

        if variables.Length <> state.Length then
            Compare.fail $"it has {state.Length} variables, expected {variables.Length}"

        variables
        |> List.iteri (fun k v ->
            let name = field "name" v |> Json.asText c.Id

            if shaped.Variables[k].Name <> name then
                Compare.fail $"variable {k} is '{shaped.Variables[k].Name}', expected '{name}'"

            Compare.elements c.Tolerance $"step {i}: {name}" (c.Tensor(field "value" v)) state[k]))

    state <- Metric.init shaped
    compareResult "result after reset" (c.Get "result_after_reset")

/// Variables of golden optimizers may be numbered (`variable_7`), as their model variables had no names.
let private plainName (path: string) = Regex.Replace(path, @"variable_\d+$", "variable")

let optimizer (c: Case) : unit =
    let opt = Optimizers.ofConfig c.Class c.Config
    checkRecord c (Serialized.toJson (Optimizers.serialize opt))
    checkRecord c (Serialized.toJson (Optimizers.serialize (Optimizers.ofJson (c.Get "serialized"))))
    let list json = Json.asList c.Id json
    let field key json = Json.get c.Id key json

    let variables = list (c.Get "variables")

    let parameters =
        variables
        |> List.map (fun v -> {
            Path = field "name" v |> Json.asText c.Id
            Aval = (c.Tensor(field "initial" v)).Aval
        })
        |> List.toArray

    let mutable values = variables |> List.map (field "initial" >> c.Tensor) |> List.toArray
    let mutable state = Optimizers.initArrays opt parameters values
    let number x = Tensor.toFloat x

    list (c.Get "steps")
    |> List.iteri (fun i step ->
        let gradients =
            list (field "gradients" step)
            |> List.map (fun g -> if g = Json.Null then null else c.Tensor g)
            |> List.toArray

        let struct (next, nextState) = Optimizers.updateArrays opt parameters gradients state values
        values <- next
        state <- nextState

        list (field "values" step)
        |> List.iteri (fun k e -> Compare.tensors c.Tolerance $"step {i}: {parameters[k].Path}" (c.Tensor e) values[k])

        let rate = field "learning_rate" step |> Json.asFloat c.Id
        Compare.numbers c.Tolerance $"step {i}: learning rate" rate (number (Optimizers.learningRate opt state))
        let made = field "iterations" step |> Json.asFloat c.Id
        Compare.numbers c.Tolerance $"step {i}: iterations" made (number (Optimizers.iterations opt state)))

    let names = Optimizers.variableNames opt parameters
    let expected = list (c.Get "optimizer_variables")

    let paths = expected |> List.map (field "path" >> Json.asText c.Id >> plainName)

    if paths <> (List.ofArray names |> List.map plainName) then
        let given = String.concat ", " names
        Compare.fail $"variables are {given}"

    expected
    |> List.iteri (fun i v -> Compare.tensors c.Tolerance names[i] (c.Tensor(field "value" v)) state.Variables[i])

    // What was saved gives the same state again.
    let again = Optimizers.ofVariables opt parameters state.Variables

    Optimizers.finalize opt again values
    |> List.ofArray
    |> List.iter2
        (fun e x -> Compare.tensors c.Tolerance "value after finalize" (c.Tensor e) x)
        (list (c.Get "values_after_finalize"))
