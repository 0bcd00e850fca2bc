/// Cases of training: a deterministic `fit` with its logs, and what comes after it.
[<RequireQualifiedAccess>]
module Keras.Conformance.Golden.TrainingCases

open System
open System.Collections.Generic
open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance

/// The callbacks that cases describe in words.
let private callback (text: string) : Callback =
    match text with
    | "EarlyStopping(patience=2, restore_best_weights=True)" -> EarlyStopping(patience = 2, restoreBestWeights = true)
    | "LearningRateScheduler((epoch, lr) -> lr * 0.5)" -> LearningRateScheduler(fun _ rate -> rate * 0.5)
    | "TerminateOnNaN()" -> TerminateOnNaN()
    | _ -> raise (Missing $"the callback '{text}'")

/// Targets or weights in the order of the outputs; a single value belongs to the first output.
let private perOutput (model: Layer) (v: Datum) : Tensor option[] =
    match v with
    | Datum.Dict _
    | Datum.List _ -> ModelCases.outputs model v |> Array.map (Convert.tensor >> Some)
    | one -> [| Some(Convert.tensor one) |]

let private batch (model: Layer) (x: Datum) (y: Datum) (weights: Datum option) : Batch = {
    X = ModelCases.inputs model x |> ModelCases.tensors
    Y = ModelCases.outputs model y |> ModelCases.tensors
    Weights = weights |> Option.map (perOutput model) |> Option.defaultValue [||]
}

let private compareLogs (c: Case) (where: string) (expected: Json) (actual: Logs) : unit =
    let expected = Json.asObject c.Id expected |> List.sortBy fst
    let actual = List.sortBy fst actual.Pairs

    if List.map fst expected <> List.map fst actual then
        let given = actual |> List.map fst |> String.concat ", "
        Compare.fail $"{where} has the keys {given}"

    for (key, e), (_, a) in List.zip expected actual do
        Compare.values false c.Tolerance $"{where}.{key}" (c.Read e) (Datum.Float a)

let check (c: Case) : unit =
    Objects.Thing.require (c.Get "model_config")
    let model = ModelConfig.ofJson (c.Get "model_config")
    let outputs = (Model.Build model).Outputs.Length

    let options =
        match CompileConfig.read "compile_config" outputs (c.Get "compile_config") with
        | Some o -> o
        | None -> Compare.fail "the model is not compiled"

    let variables = ModelFile.loadWeights (ModelCases.file c "initial_weights", model)
    ModelCases.compareVariables c "initial" model (ModelCases.weights c (c.Get "initial_weights")) variables
    let trainer = Trainer(model, options, variables = variables, seed = 1)
    let fit = c.Get "fit"
    let field key = Json.tryGet key fit |> Option.filter (fun j -> j <> Json.Null)
    let int key fallback = field key |> Option.map (Json.asInt c.Id) |> Option.defaultValue fallback
    let batchSize = int "batch_size" 32

    let known = [
        "epochs"
        "batch_size"
        "shuffle"
        "sample_weight"
        "class_weight"
        "validation_data"
        "validation_split"
        "validation_freq"
        "initial_epoch"
        "steps_per_epoch"
    ]

    for key, _ in Json.asObject c.Id fit do
        if not (List.contains key known) then
            raise (Missing $"the argument '{key}' of fit")

    let x, y = c.Value "x", c.Value "y"
    let data = batch model x y (field "sample_weight" |> Option.map c.Read)

    let data, validation =
        match field "validation_split", field "validation_data" with
        | Some fraction, _ ->
            let first, last = Batches.split "fit" (Json.asFloat c.Id fraction) data
            first, Some last
        | None, Some json ->
            match c.Read json with
            | Datum.List [ vx; vy ] -> data, Some(batch model vx vy None)
            | Datum.List [ vx; vy; w ] -> data, Some(batch model vx vy (Some w))
            | _ -> raise (BadRequest "validation_data is no pair")
        | None, None -> data, None

    let classWeight =
        field "class_weight"
        |> Option.map (fun json ->
            let d = Dictionary<int, float>()

            for k, w in Json.asObject c.Id json do
                d[Int32.Parse k] <- Json.asFloat c.Id w

            d :> IReadOnlyDictionary<int, float>)

    let batches = List<Logs>()
    let collect = LambdaCallback(onTrainBatchEnd = Action<int, Logs>(fun _ logs -> batches.Add logs))

    let callbacks = [
        yield! c.TryGet "callbacks" |> Option.map (Json.asText c.Id >> callback) |> Option.toList
        collect :> Callback
    ]

    let source = Batches.ofArrays "fit" batchSize None data

    let history =
        trainer.FitBatches(
            source,
            epochs = int "epochs" 1,
            callbacks = callbacks,
            ?validation = (validation |> Option.map (Batches.ofArrays "fit" batchSize None)),
            validationFrequency = int "validation_freq" 1,
            initialEpoch = int "initial_epoch" 0,
            ?stepsPerEpoch = (field "steps_per_epoch" |> Option.map (Json.asInt c.Id)),
            ?classWeight = classWeight
        )

    let epochs = c.Get "history_epochs" |> Json.asList c.Id |> List.map (Json.asInt c.Id)

    if history.Epochs <> epochs then
        Compare.fail $"epochs {history.Epochs}, expected {epochs}"

    let expectedBatches = c.Get "batch_logs" |> Json.asList c.Id

    if expectedBatches.Length <> batches.Count then
        Compare.fail $"{batches.Count} batches, expected {expectedBatches.Length}"

    expectedBatches |> List.iteri (fun i e -> compareLogs c $"logs of batch {i}" e batches[i])
    let expected = c.Get "history" |> Json.asObject c.Id |> List.sortBy fst
    let values = history.Values |> List.sortBy fst

    if List.map fst expected <> List.map fst values then
        let given = values |> List.map fst |> String.concat ", "
        Compare.fail $"the history has the keys {given}"

    for (key, e), (_, xs) in List.zip expected values do
        Compare.values false c.Tolerance $"history.{key}" (c.Read e) (Datum.List(List.map Datum.Float xs))

    ModelCases.compareVariables c "final" model (ModelCases.weights c (c.Get "final_weights")) trainer.Variables

    match c.TryGet "final_learning_rate" with
    | Some rate -> Compare.numbers c.Tolerance "learning rate" (Json.asFloat c.Id rate) trainer.LearningRate
    | None -> ()

    let all = batch model x y None
    compareLogs c "evaluate" (c.Get "evaluate_after") (trainer.EvaluateBatches(Batches.ofArrays "evaluate" 32 None all))
    ModelCases.comparePredictions c "predict" model (c.Value "predict_after") (trainer.Predict all.X)
