/// What a model is compiled with, and how it spreads over the outputs of a model.
namespace Keras.FSharp

open System.Collections.Generic
open Keras.FSharp.Saving

/// A value for each output: one for all, by position, or by the name of the output.
[<RequireQualifiedAccess; NoEquality; NoComparison>]
type PerOutput<'t> =
    | All of 't
    | Positions of 't list
    | Names of (string * 't) list

/// A metric as it is given to compile: known by name, and made when the shapes of targets and predictions are known.
[<NoEquality; NoComparison>]
type MetricChoice = {
    /// The key in logs.
    Name: string
    /// What files contain.
    Record: Json
    /// From targets and predictions to the metric.
    Make: Aval -> Aval -> Metric
}

/// What a model is compiled with (`Model.compile`).
[<NoEquality; NoComparison>]
type CompileOptions = {
    /// The optimizer.
    Optimizer: Optimizer
    /// None for an output without a loss.
    Loss: PerOutput<Loss option>
    /// The weight of each loss; all 1 without it.
    LossWeights: PerOutput<float> option
    /// Metrics that ignore sample weights.
    Metrics: PerOutput<MetricChoice list> option
    /// Metrics that take them.
    WeightedMetrics: PerOutput<MetricChoice list> option
    /// Runs the steps operation by operation, for debugging.
    RunEagerly: bool
    /// Steps between two looks of the callbacks.
    StepsPerExecution: int
}

/// Steps of a user's own in place of Keras's (`Model.train_step`, `Model.test_step`). Besides the metrics of the plan, a
/// state carries those that the steps have themselves.
[<NoEquality; NoComparison>]
type internal OwnSteps = {
    /// From a state (its losses are not read) and a batch to the next state and the values for the logs; none for
    /// Keras's own step.
    Train: (TrainPlan -> TrainState * Batch -> TrainState * (string * Tensor) list) option
    /// From variables, metrics and a batch to the next metrics and the values for the logs.
    Test: (TrainPlan -> Variables * Tensor[][] * Batch -> Tensor[][] * (string * Tensor) list) option
    /// The steps' own metrics at their beginning.
    Metrics: unit -> Tensor[][]
    /// Takes what these metrics are after a step.
    Keep: Tensor[][] -> unit
}

/// What compile options mean for a model.
[<RequireQualifiedAccess>]
module internal Compiling =
    /// A value for each output, by the names of the outputs.
    let spread (what: string) (names: string[]) (fallback: 't) (value: PerOutput<'t>) : 't[] =
        match value with
        | PerOutput.All x -> Array.create names.Length x
        | PerOutput.Positions xs ->
            if xs.Length <> names.Length then
                Fail.value
                    "compile"
                    $"{what} has {xs.Length} items, the model has {names.Length} outputs"
                    "Give one for each output."

            List.toArray xs
        | PerOutput.Names pairs ->
            for name, _ in pairs do
                if not (Array.contains name names) then
                    Fail.value "compile" $"{what} names the output '{name}'" (Fail.didYouMean name names)

            names
            |> Array.map (fun n ->
                pairs |> List.tryFind (fun (k, _) -> k = n) |> Option.map snd |> Option.defaultValue fallback)

    /// Names for logs that occur once: a second metric of a name is numbered, a weighted one says that it is weighted.
    /// `outputs` are the names of the outputs where names have them in front.
    let uniqueNames (outputs: string[]) (metrics: OutputMetric[]) : OutputMetric[] =
        let counts = Dictionary<string, int>()

        let claim (name: string) =
            match counts.TryGetValue name with
            | true, n ->
                counts[name] <- n + 1
                $"{name}_{n}"
            | _ ->
                counts[name] <- 1
                name

        metrics
        |> Array.map (fun m ->
            if m.IsWeighted && counts.ContainsKey m.LogName then
                let own =
                    match Array.tryItem m.Output outputs with
                    | Some output -> $"{output}_weighted_{m.LogName.Substring(output.Length + 1)}"
                    | None -> $"weighted_{m.LogName}"

                { m with LogName = claim own }
            else
                { m with LogName = claim m.LogName })

    /// Labels to sample weights.
    let withClassWeights (weights: IReadOnlyDictionary<int, float>) (batch: Batch) : Batch =
        let y = batch.Y[0]

        let labels =
            if y.Rank > 1 && y.Shape[y.Rank - 1] > 1 then
                Lax.argReduce true (y.Rank - 1) y
            else
                Lax.convert DType.Int32 (Lax.reshape (Dims.ofSeq [ y.Size ]) y)

        let values =
            Tensor.toArray<int> labels
            |> Array.map (fun l ->
                match weights.TryGetValue l with
                | true, w -> float32 w
                | _ -> 1.0f)

        let w = Tensor.ofArray (labels.Shape.ToArray()) values

        let combined =
            match Array.tryItem 0 batch.Weights with
            | Some(Some given) -> Lax.mul w (Lax.convert w.DType given)
            | _ -> w

        { batch with Weights = [| Some combined |] }
