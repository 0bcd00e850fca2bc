/// What a metric is: variables, and pure functions that update them and read the result.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// A variable of a metric: where it starts, and where `reset_state` puts it.
[<NoEquality; NoComparison>]
type MetricVariable = {
    /// As `total`.
    Name: string
    /// Makes its first value.
    Initial: unit -> Tensor
}

/// A metric (`keras.metrics.Metric`): its record and pure functions on its state.
[<NoEquality; NoComparison>]
type Metric = {
    /// As `BinaryAccuracy`.
    Class: string
    /// As `binary_accuracy`; the key in logs.
    Name: string
    /// The record: class name and config as Keras writes them.
    Record: Json
    /// Its state.
    Variables: MetricVariable list
    /// True where the mask of the predictions counts as sample weights; the other metrics of Keras ignore it.
    TakesMask: bool
    /// State, targets, predictions and sample weights (null for none; the mask is multiplied in) to the next state.
    Update: Tensor[] -> Tensor -> Tensor -> Tensor -> Tensor[]
    /// State to the result.
    Result: Tensor[] -> Tensor
    /// For metrics with values per class whose number only the data tells: the same metric for that many classes, whose
    /// variables have their shapes from the start. Without it they begin as scalars and widen at the first update.
    Sized: (int -> Metric) option
}

/// Metrics and their state.
[<RequireQualifiedAccess>]
module Metric =
    /// The state before the first update.
    let init (m: Metric) : Tensor[] = m.Variables |> List.map (fun v -> v.Initial()) |> List.toArray

    /// The state after one batch; `weights` and `mask` may be null.
    let update
        (m: Metric)
        (state: Tensor[])
        (yTrue: Tensor)
        (yPred: Tensor)
        (weights: Tensor)
        (mask: Tensor)
        : Tensor[] =
        let weights =
            if isNull mask || not m.TakesMask then
                weights
            else
                let asFloat = Lax.convert Backends.Config.FloatX mask

                if isNull weights then
                    asFloat
                else
                    let w = Lax.convert asFloat.DType weights
                    let missing = Array.create (max 0 (asFloat.Rank - w.Rank)) 1
                    Lax.mul (Lax.reshape (Dims.append w.Shape (Dims.ofSeq missing)) w) asFloat

        m.Update state yTrue yPred weights

    /// The state after values that need no targets, as those of `Metrics.Mean`; `weights` may be null.
    let updateValues (m: Metric) (state: Tensor[]) (values: Tensor) (weights: Tensor) : Tensor[] =
        m.Update state values values weights

    /// The metric with its variables shaped for these targets, where their shape depends on the data.
    let sizedFor (yTrue: Aval) (m: Metric) : Metric =
        match m.Sized with
        | Some make when yTrue.Rank > 0 && yTrue.Shape[yTrue.Rank - 1] > 0 -> make yTrue.Shape[yTrue.Rank - 1]
        | _ -> m
