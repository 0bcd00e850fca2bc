/// The entry points of training: compile a model, then fit, evaluate, predict on arrays.
namespace Keras.FSharp

open System
open System.Collections.Generic
open System.Threading

/// What compile and fit take that is not one value for all: made by these functions.
[<AbstractClass; Sealed>]
type Training private () =
    /// A trainer for a model (`Model.compile`). `loss` for one output, or `losses` by output name or position; `metrics` by
    /// Keras's names (`"accuracy"`), further `metricObjects`. `variables` continue from known values; `seed` makes
    /// initial values, shuffling and dropout repeatable.
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
            StepsPerExecution = 1
        }

        let trainer = Trainer(model, options, ?variables = variables, ?seed = seed)
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

/// fit, evaluate and predict on arrays.
[<AutoOpen>]
module TrainerExtensions =
    let private batch (x: Tensor[]) (y: Tensor[]) (weights: Tensor option) : Batch = {
        X = x
        Y = y
        Weights =
            match weights with
            | Some w -> [| Some w |]
            | None -> [||]
    }

    type Trainer with

        /// Trains on arrays with several inputs or outputs (`fit`). `validationSplit` takes the last part of the data before
        /// shuffling. `verbose` prints progress. A cancelled run keeps the state of its last step.
        member t.Fit
            (
                x: Tensor[],
                y: Tensor[],
                ?batchSize: int,
                ?epochs: int,
                ?validationData: Tensor[] * Tensor[],
                ?validationSplit: float,
                ?validationBatchSize: int,
                ?validationFrequency: int,
                ?shuffle: bool,
                ?seed: int,
                ?sampleWeight: Tensor,
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
                | _, Some(vx, vy) -> data, Some(batch vx vy None)
                | Some fraction, None ->
                    let first, last = Batches.split "fit" fraction data
                    first, Some last
                | None, None -> data, None

            let order = if defaultArg shuffle true then Some(defaultArg seed t.ShuffleSeed) else None

            let validation =
                held |> Option.map (Batches.ofArrays "fit" (defaultArg validationBatchSize batchSize) None)

            let progress: Callback list = if defaultArg verbose true then [ ProgbarLogger() ] else []

            t.Fit(
                Batches.ofArrays "fit" batchSize order training,
                ?epochs = epochs,
                callbacks = (defaultArg callbacks []) @ progress,
                ?validation = validation,
                ?validationFrequency = validationFrequency,
                ?initialEpoch = initialEpoch,
                ?stepsPerEpoch = stepsPerEpoch,
                ?classWeight = classWeight,
                ?cancel = cancel
            )

        /// Trains on arrays with one input and one output (`fit`).
        member t.Fit
            (
                x: Tensor,
                y: Tensor,
                ?batchSize: int,
                ?epochs: int,
                ?validationData: Tensor * Tensor,
                ?validationSplit: float,
                ?validationBatchSize: int,
                ?validationFrequency: int,
                ?shuffle: bool,
                ?seed: int,
                ?sampleWeight: Tensor,
                ?classWeight: IReadOnlyDictionary<int, float>,
                ?callbacks: Callback list,
                ?initialEpoch: int,
                ?stepsPerEpoch: int,
                ?verbose: bool,
                ?cancel: CancellationToken
            ) : History =
            t.Fit(
                [| x |],
                [| y |],
                ?batchSize = batchSize,
                ?epochs = epochs,
                ?validationData = (validationData |> Option.map (fun (vx, vy) -> [| vx |], [| vy |])),
                ?validationSplit = validationSplit,
                ?validationBatchSize = validationBatchSize,
                ?validationFrequency = validationFrequency,
                ?shuffle = shuffle,
                ?seed = seed,
                ?sampleWeight = sampleWeight,
                ?classWeight = classWeight,
                ?callbacks = callbacks,
                ?initialEpoch = initialEpoch,
                ?stepsPerEpoch = stepsPerEpoch,
                ?verbose = verbose,
                ?cancel = cancel
            )

        /// Loss and metrics on arrays (`evaluate`).
        member t.Evaluate
            (x: Tensor, y: Tensor, ?batchSize: int, ?sampleWeight: Tensor, ?steps: int, ?cancel: CancellationToken)
            : Logs =
            let data = batch [| x |] [| y |] sampleWeight

            t.Evaluate(
                Batches.ofArrays "evaluate" (defaultArg batchSize 32) None data,
                ?steps = steps,
                ?cancel = cancel
            )

        /// The outputs for all inputs (`predict`), for a model with one input and one output.
        member t.Predict(x: Tensor, ?batchSize: int, ?cancel: CancellationToken) : Tensor =
            (t.Predict([| x |], ?batchSize = batchSize, ?cancel = cancel))[0]
