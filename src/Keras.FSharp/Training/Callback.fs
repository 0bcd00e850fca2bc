/// Callbacks: what happens around the steps of training.
namespace Keras.FSharp

open System.Collections.Generic

/// What a callback can see and change of a training run.
type ITraining =
    /// The model.
    abstract Model: Layer

    /// The current values of its variables; assigning replaces them.
    abstract Variables: Variables with get, set

    /// The learning rate of the next update; assigning is an error with a schedule.
    abstract LearningRate: float with get, set

    /// True asks `fit` to stop after the current batch or epoch.
    abstract StopTraining: bool with get, set

    /// The parameters of the run: `epochs`, `steps`, `verbose`.
    abstract Parameters: IReadOnlyDictionary<string, int>

    /// Adds a value to the logs of the epoch that has just ended: callbacks after this one and the history see it.
    abstract Log: name: string * value: float -> unit

    /// The first operation of the last batch's step that made a number that is none (NaN or infinite) of finite ones, when
    /// the step is run operation by operation from these variables; none where all stay finite.
    abstract FirstNaN: variables: Variables -> string option

    /// Writes the weights to a `.weights.h5` file, or the model to a `.keras` file, as the ending says.
    abstract Save: path: string -> unit

/// The base of all callbacks (`keras.callbacks.Callback`): override what is wanted.
[<AbstractClass>]
type Callback() =
    let mutable training: ITraining voption = ValueNone

    /// The run that the callback belongs to.
    member _.Training: ITraining =
        match training with
        | ValueSome t -> t
        | ValueNone -> Fail.state "callback" "it does not belong to a run yet" "Pass it to fit, evaluate or predict."

    /// Called before anything else.
    abstract Attach: ITraining -> unit
    default _.Attach t = training <- ValueSome t

    /// Before the first epoch.
    abstract OnTrainBegin: Logs -> unit
    default _.OnTrainBegin _ = ()
    /// After the last epoch.
    abstract OnTrainEnd: Logs -> unit
    default _.OnTrainEnd _ = ()
    /// Epochs are counted from 0.
    abstract OnEpochBegin: epoch: int * Logs -> unit
    default _.OnEpochBegin(_, _) = ()
    /// After an epoch; the logs hold losses and metrics, those of validation as `val_…`.
    abstract OnEpochEnd: epoch: int * Logs -> unit
    default _.OnEpochEnd(_, _) = ()
    /// Batches are counted from 0.
    abstract OnTrainBatchBegin: batch: int * Logs -> unit
    default _.OnTrainBatchBegin(_, _) = ()
    /// After a batch; the logs hold the means so far.
    abstract OnTrainBatchEnd: batch: int * Logs -> unit
    default _.OnTrainBatchEnd(_, _) = ()
    /// Before an evaluation, validation included.
    abstract OnTestBegin: Logs -> unit
    default _.OnTestBegin _ = ()
    /// After an evaluation.
    abstract OnTestEnd: Logs -> unit
    default _.OnTestEnd _ = ()
    /// Before a batch of an evaluation.
    abstract OnTestBatchBegin: batch: int * Logs -> unit
    default _.OnTestBatchBegin(_, _) = ()
    /// After a batch of an evaluation.
    abstract OnTestBatchEnd: batch: int * Logs -> unit
    default _.OnTestBatchEnd(_, _) = ()
    /// Before predictions.
    abstract OnPredictBegin: Logs -> unit
    default _.OnPredictBegin _ = ()
    /// After predictions.
    abstract OnPredictEnd: Logs -> unit
    default _.OnPredictEnd _ = ()
    /// Before a batch of predictions.
    abstract OnPredictBatchBegin: batch: int * Logs -> unit
    default _.OnPredictBatchBegin(_, _) = ()
    /// After a batch of predictions.
    abstract OnPredictBatchEnd: batch: int * Logs -> unit
    default _.OnPredictBatchEnd(_, _) = ()

/// The record of a run: for each epoch the values of losses and metrics (`keras.callbacks.History`).
[<Sealed>]
type History() =
    inherit Callback()
    let epochs = List<int>()
    let order = List<string>()
    let values = Dictionary<string, List<float>>()
    let tensors = Dictionary<string, List<Tensor>>()

    /// The epochs that were run, counted from 0.
    member _.Epochs: int list = List.ofSeq epochs

    /// Per name the values, epoch by epoch; of a metric with several values their mean.
    member _.Values: (string * float list) list = [ for name in order -> name, List.ofSeq values[name] ]

    /// The values under a name, one per epoch; an error lists the names there are.
    member _.Item
        with get (name: string): float list =
            match values.TryGetValue name with
            | true, v -> List.ofSeq v
            | _ -> Fail.value "History" $"there is no '{name}'" (Fail.didYouMean name order)

    /// The values under a name as tensors, for metrics with several values per epoch.
    member _.Tensors(name: string) : Tensor list =
        match tensors.TryGetValue name with
        | true, v -> List.ofSeq v
        | _ -> Fail.value "History" $"there is no '{name}'" (Fail.didYouMean name order)

    override _.OnTrainBegin _ =
        epochs.Clear()
        order.Clear()
        values.Clear()
        tensors.Clear()

    override _.OnEpochEnd(epoch, logs) =
        epochs.Add epoch

        for name in logs.Names do
            if not (values.ContainsKey name) then
                order.Add name
                values[name] <- List()
                tensors[name] <- List()

            values[name].Add logs[name]
            tensors[name].Add(logs.Tensor name)
