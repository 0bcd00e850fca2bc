/// The entry points of training: compile a model, then fit, evaluate, predict on arrays.
namespace Keras.FSharp

open System.Collections.Generic
open System.Threading

/// What compile and fit take that is not one value for all: made by these functions.
[<AbstractClass; Sealed>]
type Training private () =
    /// A trainer for a model (`Model.compile`). `loss` for one output, or `losses` by output name or position; `metrics` by
    /// Keras's names (`"accuracy"`), further `metricObjects`. `variables` continue from known values; `seed` makes
    /// initial values, shuffling and dropout repeatable. Under the policy `mixed_float16` the optimizer is put into a
    /// LossScaleOptimizer unless `autoScaleLoss` is false.
    static member compile
        (
            model: Layer,
            optimizer: Optimizer,
            ?loss: Loss,
            ?losses: PerOutput<Loss option>,
            ?lossWeights: PerOutput<float>,
            ?metrics: string list,
            ?metricObjects: Metric list,
            ?outputMetrics: PerOutput<MetricChoice list>,
            ?weightedMetrics: string list,
            ?runEagerly: bool,
            ?stepsPerExecution: int,
            ?autoScaleLoss: bool,
            ?variables: Variables,
            ?seed: int
        ) : Trainer =
        let chosenLoss =
            match losses, loss with
            | Some l, _ -> l
            | None, Some l -> PerOutput.All(Some l)
            | None, None -> PerOutput.All None

        let chosenMetrics =
            match outputMetrics with
            | Some m -> Some m
            | None ->
                match
                    (defaultArg metrics [] |> List.map Choice.metric)
                    @ (defaultArg metricObjects [] |> List.map Choice.ofMetric)
                with
                | [] -> None
                | list -> Some(PerOutput.All list)

        let options = {
            Optimizer = optimizer
            Loss = chosenLoss
            LossWeights = lossWeights
            Metrics = chosenMetrics
            WeightedMetrics =
                match defaultArg weightedMetrics [] with
                | [] -> None
                | names -> Some(PerOutput.All(names |> List.map Choice.metric))
            RunEagerly = defaultArg runEagerly false
            StepsPerExecution = defaultArg stepsPerExecution 1
            AutoScaleLoss = defaultArg autoScaleLoss true
        }

        // Steps overwrite the variables of a trainer; those of the caller stay.
        let own = variables |> Option.map (Structure.map Tensor.copy)
        let trainer = Trainer(model, options, ?variables = own, ?seed = seed)
        ModelFile.connect trainer
        trainer

    /// The table of layers of a trainer's model, with the optimizer's variables once there are any.
    static member summary(trainer: Trainer, ?lineLength: int, ?expandNested: bool) : string =
        let model = trainer.Model
        let blueprint = Model.Build model

        let optimizer =
            if trainer.IsBuilt then
                trainer.OptimizerState.Variables |> Array.map (fun t -> t.Aval)
            else
                [||]

        Summary.text model blueprint (defaultArg lineLength 90) (defaultArg expandNested false) optimizer

/// fit, evaluate and predict on arrays. Inputs, targets and sample weights are tensors or any F# values that hold them:
/// for several inputs or outputs a tuple, list, array or record, in the order of the model. Batches from elsewhere go to
/// `FitBatches` and `EvaluateBatches`.
[<AutoOpen>]
module TrainerExtensions =
    let private batch (x: 'X) (y: 'Y) (weights: 'W option) : Batch = {
        X = Structure.tensors x
        Y = Structure.tensors y
        Weights =
            match weights with
            | Some w -> Structure.tensors w |> Array.map Some
            | None -> [||]
    }

    let private progress (verbose: bool) : Callback list = if verbose then [ ProgbarLogger() ] else []

    // One member instead of overloads: with those, F# would not take callbacks of different classes in one list.
    type Trainer with

        /// Trains on arrays (`fit`). `validationSplit` takes the last part of the data before shuffling; `validationData` are
        /// inputs and targets, with `validationSampleWeight`. `shuffle` (true by default) draws a new order for each epoch
        /// from `seed` or that of the trainer. `verbose` prints progress. A run that is cancelled, by the token or by
        /// Ctrl-C, ends in an OperationCanceledException and keeps the state of its last step.
        member t.Fit
            (
                x: 'X,
                y: 'Y,
                ?batchSize: int,
                ?epochs: int,
                ?validationData: 'X * 'Y,
                ?validationSplit: float,
                ?validationBatchSize: int,
                ?validationSteps: int,
                ?validationFrequency: int,
                ?validationSampleWeight: 'W,
                ?shuffle: bool,
                ?seed: int,
                ?sampleWeight: 'W,
                ?classWeight: IReadOnlyDictionary<int, float>,
                ?callbacks: Callback list,
                ?initialEpoch: int,
                ?stepsPerEpoch: int,
                ?verbose: bool,
                ?cancel: CancellationToken
            ) : History =
            let batchSize = defaultArg batchSize 32
            let data = batch x y sampleWeight

            let training, held =
                match validationSplit, validationData with
                | _, Some(vx, vy) -> data, Some(batch vx vy validationSampleWeight)
                | Some fraction, None ->
                    let first, last = Batches.split "fit" fraction data
                    first, Some last
                | None, None -> data, None

            let order = if defaultArg shuffle true then Some(defaultArg seed t.ShuffleSeed) else None

            let validation =
                held |> Option.map (Batches.ofArrays "fit" (defaultArg validationBatchSize batchSize) None)

            t.FitBatches(
                Batches.ofArrays "fit" batchSize order training,
                ?epochs = epochs,
                callbacks = defaultArg callbacks [] @ progress (defaultArg verbose true),
                ?validation = validation,
                ?validationSteps = validationSteps,
                ?validationFrequency = validationFrequency,
                ?initialEpoch = initialEpoch,
                ?stepsPerEpoch = stepsPerEpoch,
                ?classWeight = classWeight,
                ?cancel = cancel
            )

        /// Loss and metrics on arrays (`evaluate`); `verbose` (false by default) prints progress.
        member t.Evaluate
            (
                x: 'X,
                y: 'Y,
                ?batchSize: int,
                ?sampleWeight: 'W,
                ?steps: int,
                ?callbacks: Callback list,
                ?verbose: bool,
                ?cancel: CancellationToken
            ) : Logs =
            t.EvaluateBatches(
                Batches.ofArrays "evaluate" (defaultArg batchSize 32) None (batch x y sampleWeight),
                ?steps = steps,
                callbacks = defaultArg callbacks [] @ progress (defaultArg verbose false),
                ?cancel = cancel
            )

        /// One update on one batch; loss and metrics on this batch alone (`train_on_batch`).
        member t.TrainOnBatch(x: 'X, y: 'Y, ?sampleWeight: 'W, ?classWeight: IReadOnlyDictionary<int, float>) : Logs =
            t.TrainOnBatch(batch x y sampleWeight, ?classWeight = classWeight)

        /// Loss and metrics on one batch (`test_on_batch`).
        member t.TestOnBatch(x: 'X, y: 'Y, ?sampleWeight: 'W) : Logs = t.TestOnBatch(batch x y sampleWeight)

        /// The output for one batch of inputs (`predict_on_batch`), for a model with one input and one output.
        member t.PredictOnBatch(x: Tensor) : Tensor = (t.PredictOnBatch [| x |])[0]

        /// The outputs for all inputs (`predict`), for a model with one input and one output.
        /// `verbose` (false by default) prints progress.
        member t.Predict(x: Tensor, ?batchSize: int, ?verbose: bool, ?cancel: CancellationToken) : Tensor =
            let callbacks = progress (defaultArg verbose false)
            (t.Predict([| x |], ?batchSize = batchSize, callbacks = callbacks, ?cancel = cancel))[0]
