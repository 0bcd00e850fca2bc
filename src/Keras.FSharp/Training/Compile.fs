/// What a model is compiled with, and the plan of training that follows from it once the shapes of the data are known.
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
    /// As it was given; `Compile.optimizer` is the one in use.
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
    /// Scales the loss where the policy of the model is `mixed_float16`, whose small gradients would vanish otherwise.
    AutoScaleLoss: bool
}

/// Steps of a user's own in place of Keras's (`Model.train_step`, `Model.test_step`). Besides the metrics of the plan, a
/// state carries those that the steps have themselves.
[<NoEquality; NoComparison>]
type internal OwnSteps = {
    /// From a state (its losses are not read) and a batch to the next state and the values for the logs; none for
    /// Keras's own step.
    Train: (TrainPlan -> TrainState * Batch -> TrainState * (string * Tensor) list) option
    /// From variables, metrics, what `TrainStep.quietKey` takes, and a batch to the next metrics and the values for the
    /// logs.
    Test:
        (TrainPlan -> Variables * Tensor[][] * (Tensor * Tensor) * Batch -> Tensor[][] * (string * Tensor) list) option
    /// The steps' own metrics at their beginning.
    Metrics: unit -> Tensor[][]
    /// Takes what these metrics are after a step.
    Keep: Tensor[][] -> unit
}

/// From options to plans.
[<RequireQualifiedAccess>]
module internal Compile =
    /// The optimizer in use: under `mixed_float16` the given one within a LossScaleOptimizer (`auto_scale_loss`).
    let optimizer (model: Layer) (options: CompileOptions) : Optimizer =
        match options.Optimizer.Kind with
        | OptimizerKind.Rule _ when options.AutoScaleLoss && model.Policy.Name = "mixed_float16" ->
            Optimizers.LossScaleOptimizer(options.Optimizer, name = "loss_scale_optimizer")
        | _ -> options.Optimizer

    let private outputNames (model: Layer) (blueprint: Blueprint) : string[] =
        match Model.Content model with
        | Some(ModelContent.Functional g) -> g.Outputs |> Array.map (fun t -> t.Name)
        | _ when blueprint.Outputs.Length = 1 -> [| model.Name |]
        | _ -> Array.init blueprint.Outputs.Length (fun i -> $"output_{i}")

    let private spread (what: string) (names: string[]) (fallback: 't) (value: PerOutput<'t>) : 't[] =
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
    let private uniqueNames (outputs: string[]) (metrics: OutputMetric[]) : OutputMetric[] =
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

    /// The plan for batches like this one. `ownStep`: the model has a training step of its own and need not have a
    /// loss.
    let plan
        (model: Layer)
        (options: CompileOptions)
        (ownStep: bool)
        (blueprint: Blueprint)
        (batch: Batch)
        : TrainPlan =
        let names = outputNames model blueprint
        let several = names.Length > 1
        let losses = spread "loss" names None options.Loss
        let targets = losses |> Array.filter Option.isSome |> Array.length

        if not ownStep then
            TrainStep.checkCounts model losses batch

        let weights =
            match options.LossWeights with
            | Some w -> spread "loss_weights" names 1.0 w
            | None -> Array.create names.Length 1.0

        // The target of each output; outputs without a loss have none of their own.
        let targetOf =
            losses
            |> Array.scan (fun next l -> if l.IsSome then next + 1 else next) 0
            |> Array.map (fun i -> min i (targets - 1))

        let metricsOf isWeighted (choice: PerOutput<MetricChoice list> option) =
            match choice with
            | None -> [||]
            // A step of one's own needs no loss, and then there is no target that metrics would belong to.
            | Some _ when ownStep && targets = 0 -> [||]
            | Some _ when targets = 0 ->
                Fail.value $"{model}" "it has metrics but no loss" "Pass a loss to compile: targets belong to losses."
            | Some choice ->
                spread "metrics" names [] choice
                |> Array.mapi (fun i list -> [|
                    for m in list do
                        let y = batch.Y[targetOf[i]].Aval

                        let prediction =
                            Aval.withShape
                                (Dims.map (fun n -> if n < 0 then batch.Size else n) blueprint.Outputs[i].Shape)
                                blueprint.Outputs[i]

                        {
                            Output = i
                            LogName = if several then $"{names[i]}_{m.Name}" else m.Name
                            Metric = m.Make y prediction
                            IsWeighted = isWeighted
                        }
                |])
                |> Array.concat

        {
            Model = model
            Blueprint = blueprint
            Optimizer = optimizer model options
            OutputNames = names
            Losses = losses
            Weights = weights
            Metrics =
                Array.append (metricsOf false options.Metrics) (metricsOf true options.WeightedMetrics)
                |> uniqueNames (if several then names else [||])
        }
