/// The steps of training as pure functions: from a state and a batch to the next state. They are compiled as they
/// stand.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// What training changes: variables, optimizer, sums for the logs, random key.
[<NoEquality; NoComparison>]
type TrainState = {
    /// The variables of the model.
    Variables: Variables
    /// Slots and counters.
    Optimizer: OptimizerState
    /// (sum of the losses times samples, samples): of the whole loss, then of each output where there are several.
    Losses: (Tensor * Tensor)[]
    /// State of the metrics, output by output.
    Metrics: Tensor[][]
    /// The random key of the next step.
    Key: Tensor
}

/// A metric of one output, under the name that logs give it.
[<NoEquality; NoComparison>]
type OutputMetric = {
    /// The number of the output.
    Output: int
    /// The key in logs.
    LogName: string
    /// The metric.
    Metric: Metric
    /// True for those that take sample weights.
    IsWeighted: bool
}

/// What is needed besides the state: the model and what it was compiled with.
[<NoEquality; NoComparison>]
type TrainPlan = {
    /// The model.
    Model: Layer
    /// Its variables and calls for these input shapes.
    Blueprint: Blueprint
    /// The one in use, a loss scale included.
    Optimizer: Optimizer
    /// The names of the outputs, as logs have them.
    OutputNames: string[]
    /// One per output; none for an output without a loss.
    Losses: Loss option[]
    /// The weight of each loss.
    Weights: float[]
    /// The metrics, output by output.
    Metrics: OutputMetric[]
}

/// The pure steps.
[<RequireQualifiedAccess>]
module TrainStep =
    let private floatx () = Backends.Config.FloatX

    /// Sums that begin at zero.
    let initialLosses (plan: TrainPlan) : (Tensor * Tensor)[] =
        let n = if plan.Losses.Length > 1 then plan.Losses.Length + 1 else 1
        let zero () = Lax.scalar (floatx ()) 0.0
        Array.init n (fun _ -> zero (), zero ())

    /// Metrics at their beginning.
    let initialMetrics (plan: TrainPlan) : Tensor[][] = plan.Metrics |> Array.map (fun m -> Metric.init m.Metric)

    let private weightOf (batch: Batch) (i: int) : Tensor =
        match Array.tryItem i batch.Weights with
        | Some(Some w) -> w
        | _ -> null

    /// Refuses batches with another number of targets, or more sample weights, than there are outputs with a loss.
    let checkCounts (model: Layer) (losses: Loss option[]) (batch: Batch) : unit =
        let targets = losses |> Array.filter Option.isSome |> Array.length

        if batch.Y.Length <> targets then
            Fail.value
                $"{model}"
                $"it got {batch.Y.Length} targets, expected {targets} (one for each output with a loss)"
                "Pass y, one array for each."

        if batch.Weights.Length > losses.Length then
            Fail.value
                $"{model}"
                $"it got {batch.Weights.Length} arrays of sample weights for {losses.Length} outputs"
                "Pass one for each output, or none."

    /// Refuses targets that the losses have no meaning for, as class numbers out of range. Reads the targets.
    let checkTargets (plan: TrainPlan) (batch: Batch) : unit =
        let mutable target = 0

        plan.Losses
        |> Array.iteri (fun i loss ->
            match loss with
            | Some loss when target < batch.Y.Length ->
                Loss.check loss batch.Y[target] plan.Blueprint.Outputs[i].Shape
                target <- target + 1
            | _ -> ())

    /// The whole loss and the loss of each output.
    let internal losses (plan: TrainPlan) (applied: Applied) (batch: Batch) : Tensor * Tensor[] =
        // Outputs without a loss have no target of their own.
        let mutable target = 0

        let each =
            plan.Losses
            |> Array.mapi (fun i loss ->
                match loss with
                | None -> Lax.scalar (floatx ()) 0.0
                | Some loss ->
                    let y = batch.Y[target]
                    target <- target + 1
                    Loss.apply loss y applied.Outputs[i] (weightOf batch i) applied.Masks[i])

        let own =
            Array.map2 (fun w l -> if w = 1.0 then l else Lax.scale w l) plan.Weights each
            |> Array.mapi (fun i l -> i, l)
            |> Array.filter (fun (i, _) -> plan.Losses[i].IsSome)
            |> Array.map (fun (_, l) -> Lax.convert (floatx ()) l)

        let all = Array.append own (applied.Losses |> List.map (Lax.convert (floatx ())) |> List.toArray)

        if all.Length = 0 then
            Fail.state $"{plan.Model}" "it has no loss" "Pass a loss to compile."

        Array.reduce Lax.add all, each

    let private track (plan: TrainPlan) (sums: (Tensor * Tensor)[]) (batch: Batch) (total: Tensor) (each: Tensor[]) =
        let size = Lax.scalar (floatx ()) (float batch.Size)
        let values = if sums.Length > 1 then Array.append [| total |] each else [| total |]

        Array.map2
            (fun (sum, count) value -> Lax.add sum (Lax.mul (Lax.convert (floatx ()) value) size), Lax.add count size)
            sums
            values

    let internal measure (plan: TrainPlan) (metrics: Tensor[][]) (applied: Applied) (batch: Batch) : Tensor[][] =
        let target (output: int) =
            let before = plan.Losses |> Seq.truncate output |> Seq.filter Option.isSome |> Seq.length
            batch.Y[min before (batch.Y.Length - 1)]

        Array.map2
            (fun (m: OutputMetric) state ->
                let w = if m.IsWeighted then weightOf batch m.Output else null
                let mask = applied.Masks[m.Output]
                Metric.update m.Metric state (target m.Output) applied.Outputs[m.Output] w mask)
            plan.Metrics
            metrics

    /// The values for the logs: the mean losses and the results of the metrics.
    let logs (plan: TrainPlan) (sums: (Tensor * Tensor)[]) (states: Tensor[][]) : Logs =
        let mean (sum, count) =
            let n = Tensor.toFloat count
            LogValue.Number(if n = 0.0 then 0.0 else Tensor.toFloat sum / n)

        Logs [
            "loss", mean sums[0]
            if sums.Length > 1 then
                for i in 0 .. plan.Losses.Length - 1 do
                    if plan.Losses[i].IsSome then
                        $"{plan.OutputNames[i]}_loss", mean sums[i + 1]
            for m, state in Array.zip plan.Metrics states do
                m.LogName, LogValue.ofTensor (m.Metric.Result state)
        ]

    /// Constraints of the variables, applied after an update.
    let private constrain (plan: TrainPlan) (parameters: Tree<Tensor>) : Tree<Tensor> =
        let constraints =
            plan.Blueprint.Variables
            |> Array.choose (fun v -> v.Spec.Constraint |> Option.map (fun c -> Model.PathBelow(plan.Model, v), c))
            |> Map.ofArray

        if constraints.IsEmpty then
            parameters
        else
            parameters
            |> Tree.mapWithPath (fun path x ->
                match Map.tryFind path constraints with
                | Some c -> c.Apply x
                | None -> x)

    /// One step of training.
    let train (plan: TrainPlan) (state: TrainState, batch: Batch) : TrainState =
        let nextKey, key = Random.split state.Key

        let objective (parameters: Tree<Tensor>) =
            let variables = { state.Variables with Params = parameters }

            let applied = Model.applyAll (plan.Model, variables, batch.X, training = true, key = key)
            let total, each = losses plan applied batch
            let scaled = Optimizers.scaleLoss plan.Optimizer state.Optimizer total
            // Masks may be missing (null); they follow the outputs they belong to.
            let masks = applied.Masks |> Array.map (fun m -> if isNull m then None else Some m)
            scaled, (total, each, applied.Outputs, masks, applied.State)

        let (_, (total, each, outputs, masks, modelState)), gradients =
            valueAndGradAux objective state.Variables.Params

        let parameters, optimizer =
            if Structure.tensors state.Variables.Params |> Array.isEmpty then
                state.Variables.Params, state.Optimizer
            else
                Optimizers.update plan.Optimizer gradients state.Optimizer state.Variables.Params

        let applied = {
            Outputs = outputs
            Masks =
                masks
                |> Array.map (fun m ->
                    match m with
                    | Some m -> m
                    | None -> null)
            State = modelState
            Losses = []
        }

        {
            Variables = { Params = constrain plan parameters; State = modelState }
            Optimizer = optimizer
            Losses = track plan state.Losses batch total each
            Metrics = measure plan state.Metrics applied batch
            Key = nextKey
        }

    /// The key of the n-th call outside training. Made within the step, where it costs nothing if no layer draws.
    let quietKey (key: Tensor, n: Tensor) : Tensor = Random.foldInTensor n key

    /// One step of evaluation: the next sums and metrics. The key is for layers that draw outside training, too.
    let test
        (plan: TrainPlan)
        (variables: Variables, losses': (Tensor * Tensor)[], metrics: Tensor[][], key: Tensor * Tensor, batch: Batch)
        : (Tensor * Tensor)[] * Tensor[][] =
        let applied = Model.applyAll (plan.Model, variables, batch.X, training = false, key = quietKey key)
        let total, each = losses plan applied batch
        track plan losses' batch total each, measure plan metrics applied batch

    /// The outputs for a batch of inputs. The key is for layers that draw outside training, too.
    let predict (model: Layer) (variables: Variables, key: Tensor * Tensor, x: Tensor[]) : Tensor[] =
        (Model.applyAll (model, variables, x, training = false, key = quietKey key)).Outputs
