/// Training of a model: the state between the steps, the loops around them, and the logs. All computation is in the
/// pure steps; here is what changes.
namespace Keras.FSharp

open System
open System.Collections.Generic
open System.Threading

/// A model in training: its variables, what it was compiled with, and the compiled steps. The pure functions underneath
/// stand in `TrainStep`.
[<Sealed>]
type Trainer(model: Layer, options: CompileOptions, ?variables: Variables, ?seed: int) =
    let key = Random.key (int64 (defaultArg seed (System.Random.Shared.Next())))
    let shuffleSeed = defaultArg seed (System.Random.Shared.Next())
    let mutable variables = variables
    let mutable optimizer: OptimizerState voption = ValueNone
    let mutable plan: TrainPlan voption = ValueNone
    let mutable rng = key
    let mutable stop = false
    let mutable ended: Logs = []
    let mutable rounds = 0
    let mutable parameters: IReadOnlyDictionary<string, int> = Dictionary<string, int>()
    let mutable save: string -> unit = fun _ -> Fail.state "Trainer" "saving is not connected" ""
    let mutable trainStep: Jit<TrainState * Batch, TrainState> voption = ValueNone

    let mutable own: OwnSteps voption = ValueNone

    let mutable ownTrain: (TrainState * Batch -> TrainState * (string * Tensor) list) voption = ValueNone

    let mutable ownTest: (Variables * Tensor[][] * Batch -> Tensor[][] * (string * Tensor) list) voption =
        ValueNone

    let hasOwnTrain () =
        match own with
        | ValueSome o -> o.Train.IsSome
        | ValueNone -> false

    let mutable testStep
        : Jit<Variables * (Tensor * Tensor)[] * Tensor[][] * Batch, (Tensor * Tensor)[] * Tensor[][]> voption =
        ValueNone

    let predictStep =
        Jit<Variables * Tensor[], Tensor[]>("predict", TrainStep.predict model, (fun _ -> false))

    let outputNames (blueprint: Blueprint) : string[] =
        match Model.Content model with
        | Some(ModelContent.Functional g) -> g.Outputs |> Array.map (fun t -> t.Name)
        | _ when blueprint.Outputs.Length = 1 -> [| model.Name |]
        | _ -> Array.init blueprint.Outputs.Length (fun i -> $"output_{i}")

    /// The shapes of a batch's inputs with an unknown batch size.
    let inputAvals (x: Tensor[]) : Aval[] =
        match Model.Graph model with
        | Some g -> g.Inputs |> Array.map (fun t -> t.Aval)
        | None -> x |> Array.map (fun t -> Aval.withShape (Dims.set 0 -1 t.Shape) t.Aval)

    let build (x: Tensor[]) : Blueprint =
        let blueprint = Model.Build(model, inputAvals x)

        if variables.IsNone then
            let k, next = Random.split rng
            rng <- next
            variables <- Some(Model.init (k, model, inputAvals x))

        blueprint

    /// Refuses a batch without a target for each output that has a loss; a step of one's own takes what it likes.
    let requireTargets (batch: Batch) (targets: int) : unit =
        if not (hasOwnTrain ()) && batch.Y.Length <> targets then
            Fail.value
                $"{model}"
                $"it got {batch.Y.Length} targets, expected {targets} (one for each output with a loss)"
                "Pass y, one array for each."

    let makePlan (batch: Batch) : TrainPlan =
        match plan with
        | ValueSome p -> p
        | ValueNone ->
            let blueprint = build batch.X
            let names = outputNames blueprint
            let several = names.Length > 1
            let losses = Compiling.spread "loss" names None options.Loss

            let targets = losses |> Array.filter Option.isSome |> Array.length
            requireTargets batch targets

            let weights =
                match options.LossWeights with
                | Some w -> Compiling.spread "loss_weights" names 1.0 w
                | None -> Array.create names.Length 1.0

            let mutable target = 0

            let targetOf =
                losses
                |> Array.map (fun l ->
                    let i = min target (targets - 1)

                    if l.IsSome then
                        target <- target + 1

                    i)

            let metricsOf isWeighted (choice: PerOutput<MetricChoice list> option) =
                match choice with
                | None -> [||]
                // A step of one's own needs no loss, and then there is no target that metrics would belong to.
                | Some _ when hasOwnTrain () && targets = 0 -> [||]
                | Some choice ->
                    Compiling.spread "metrics" names [] choice
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

            let made = {
                Model = model
                Blueprint = blueprint
                Optimizer = options.Optimizer
                Losses = losses
                Weights = weights
                Metrics =
                    [| metricsOf false options.Metrics; metricsOf true options.WeightedMetrics |]
                    |> Array.concat
                    |> Compiling.uniqueNames (if several then names else [||])
            }

            plan <- ValueSome made
            made

    /// The plan, after a look at the targets of the batch: the compiled step cannot refuse class numbers out of range.
    let planFor (batch: Batch) : TrainPlan =
        let p = makePlan batch
        requireTargets batch (p.Losses |> Array.filter Option.isSome |> Array.length)
        TrainStep.checkTargets p batch
        p

    let current () : Variables =
        match variables with
        | Some v -> v
        | None -> Fail.state $"{model}" "it has no variables yet" "Give its input shape, or call it with data first."

    let optimizerState () : OptimizerState =
        match optimizer with
        | ValueSome s -> s
        | ValueNone ->
            let s = Optimizers.init options.Optimizer (current ()).Params
            optimizer <- ValueSome s
            s

    let number (t: Tensor) : float = Tensor.toFloat t

    let lossLogs (p: TrainPlan) (sums: (Tensor * Tensor)[]) : Logs =
        let mean (s, n) =
            let n = number n
            if n = 0.0 then 0.0 else number s / n

        [
            "loss", mean sums[0]
            if sums.Length > 1 then
                let names = outputNames p.Blueprint

                for i in 0 .. names.Length - 1 do
                    if p.Losses[i].IsSome then
                        $"{names[i]}_loss", mean sums[i + 1]
        ]

    let metricLogs (p: TrainPlan) (states: Tensor[][]) : Logs = [
        for i in 0 .. p.Metrics.Length - 1 do
            p.Metrics[i].LogName, number (p.Metrics[i].Metric.Result states[i])
    ]

    let logs p sums metrics : Logs = lossLogs p sums @ metricLogs p metrics

    let train (p: TrainPlan) : TrainState * Batch -> TrainState =
        if options.RunEagerly then
            TrainStep.train p
        else
            match trainStep with
            | ValueSome j -> j.Invoke
            | ValueNone ->
                let j =
                    Jit<TrainState * Batch, TrainState>(
                        "train_step",
                        TrainStep.train p,
                        (fun path -> path.TrimStart('.').StartsWith "Item1")
                    )

                trainStep <- ValueSome j
                j.Invoke

    let test (p: TrainPlan) =
        if options.RunEagerly then
            TrainStep.test p
        else
            match testStep with
            | ValueSome j -> j.Invoke
            | ValueNone ->
                let j = Jit<_, _>("test_step", TrainStep.test p, (fun _ -> false))
                testStep <- ValueSome j
                j.Invoke

    let numbers (values: (string * Tensor) list) : Logs = values |> List.map (fun (name, x) -> name, number x)

    /// A step of one's own, compiled at its first use.
    let compiled (name: string) (step: 'a -> 'b) (isDonated: string -> bool) : 'a -> 'b =
        if options.RunEagerly then step else Jit<'a, 'b>(name, step, isDonated).Invoke

    let keepOwn (p: TrainPlan) (metrics: Tensor[][]) : unit =
        match own with
        // The next step overwrites what it is given.
        | ValueSome o -> o.Keep(metrics |> Array.skip p.Metrics.Length |> Array.map (Array.map Tensor.copy))
        | ValueNone -> ()

    /// One step: the next state and the logs, which a step of one's own gives itself.
    let advance (p: TrainPlan) (state: TrainState, batch: Batch) : TrainState * Logs =
        match own with
        | ValueSome { Train = Some step } ->
            if ownTrain.IsNone then
                ownTrain <-
                    ValueSome(compiled "train_step" (step p) (fun path -> path.TrimStart('.').StartsWith "Item1"))

            let next, values = ownTrain.Value({ state with Losses = [||] }, batch)
            keepOwn p next.Metrics
            next, numbers values
        | _ ->
            let next = train p (state, batch)
            next, logs p next.Losses next.Metrics

    /// Sums and metrics at the beginning of an evaluation.
    let beginTest (p: TrainPlan) : (Tensor * Tensor)[] * Tensor[][] =
        match own with
        | ValueSome { Test = Some _; Metrics = metrics } -> [||], Array.append (TrainStep.initialMetrics p) (metrics ())
        | _ -> TrainStep.initialLosses p, TrainStep.initialMetrics p

    /// One step of evaluation: the next sums and metrics, and what gives the logs so far.
    let assess (p: TrainPlan) (sums, metrics) (batch: Batch) : ((Tensor * Tensor)[] * Tensor[][]) * (unit -> Logs) =
        match own with
        | ValueSome { Test = Some step } ->
            if ownTest.IsNone then
                ownTest <- ValueSome(compiled "test_step" (step p) (fun _ -> false))

            let metrics, values = ownTest.Value(current (), metrics, batch)
            keepOwn p metrics
            (sums, metrics), (fun () -> numbers values)
        | _ ->
            let sums, metrics = test p (current (), sums, metrics, batch)
            (sums, metrics), (fun () -> logs p sums metrics)

    /// The state with which an epoch begins.
    let begin' (p: TrainPlan) : TrainState = {
        Variables = current ()
        Optimizer = optimizerState ()
        Losses = TrainStep.initialLosses p
        Metrics =
            match own with
            | ValueSome { Train = Some _; Metrics = metrics } -> Array.append (TrainStep.initialMetrics p) (metrics ())
            | _ -> TrainStep.initialMetrics p
        Key = rng
    }

    let keep (s: TrainState) =
        variables <- Some s.Variables
        optimizer <- ValueSome s.Optimizer
        rng <- s.Key

    /// The seed of the order in which samples come.
    member _.ShuffleSeed = shuffleSeed

    /// The model.
    member _.Model = model

    /// What it was compiled with.
    member _.Options = options

    /// The values of the variables; an error before the model is built.
    member t.Variables
        with get () = current ()
        and set (v: Variables) = variables <- Some v

    /// True once there are variables.
    member _.IsBuilt = variables.IsSome

    /// The state of the optimizer; fresh where nothing was trained yet.
    member _.OptimizerState
        with get () = optimizerState ()
        and set (s: OptimizerState) = optimizer <- ValueSome s

    /// Connects saving, which is defined later.
    member internal _.Connect(f: string -> unit) = save <- f

    /// Replaces the steps; before anything was trained.
    member internal _.StepWith(steps: OwnSteps) : unit = own <- ValueSome steps

    /// The learning rate of the next update.
    member _.LearningRate
        with get () = number (Optimizers.learningRate options.Optimizer (optimizerState ()))
        and set (rate: float) =
            let like = Optimizers.learningRate options.Optimizer (optimizerState ())

            optimizer <-
                ValueSome(
                    Optimizers.withLearningRate options.Optimizer (Lax.scalar like.DType rate) (optimizerState ())
                )

    /// The key of the next random numbers.
    member _.Key
        with get () = rng
        and set (k: Tensor) = rng <- k

    /// Makes variables for inputs like these, where there are none yet.
    member _.Build(x: Tensor[]) : unit = build x |> ignore

    /// Why the training step was compiled, one line for each time.
    member _.CompileReasons: string[] =
        match trainStep with
        | ValueSome j -> j.Reasons
        | ValueNone -> [||]

    /// What the training step was compiled to, for a batch like this one.
    member _.Explain(batch: Batch) : string =
        let p = planFor batch
        train p |> ignore

        match trainStep with
        | ValueSome j -> j.Explain(begin' p, batch)
        | ValueNone -> "run_eagerly: nothing is compiled"

    interface ITraining with
        member _.Model = model

        member _.Variables
            with get () = current ()
            and set v = variables <- Some v

        member t.LearningRate
            with get () = t.LearningRate
            and set r = t.LearningRate <- r

        member _.StopTraining
            with get () = stop
            and set s = stop <- s

        member _.Parameters = parameters
        member _.Log(name, value) = ended <- List.filter (fun (k, _) -> k <> name) ended @ [ name, value ]
        member _.Save path = save path

    /// One update on one batch; the values of the loss and the metrics on this batch alone (`train_on_batch`).
    member _.TrainOnBatch(batch: Batch, ?classWeight: IReadOnlyDictionary<int, float>) : Logs =
        let batch =
            match classWeight with
            | Some w -> Compiling.withClassWeights w batch
            | None -> batch

        let p = planFor batch
        let next, values = advance p (begin' p, batch)
        keep next
        values

    /// Loss and metrics on one batch (`test_on_batch`).
    member _.TestOnBatch(batch: Batch) : Logs =
        let p = planFor batch
        let _, values = assess p (beginTest p) batch
        values ()

    /// The outputs for one batch of inputs (`predict_on_batch`).
    member _.PredictOnBatch(x: Tensor[]) : Tensor[] =
        build x |> ignore

        if options.RunEagerly then
            TrainStep.predict model (current (), x)
        else
            predictStep.Invoke(current (), x)

    /// Loss and metrics over all batches of a source (`evaluate`).
    member t.Evaluate(source: BatchSource, ?steps: int, ?callbacks: Callback list, ?cancel: CancellationToken) : Logs =
        let cancel = defaultArg cancel CancellationToken.None
        let callbacks = defaultArg callbacks []

        for c in callbacks do
            c.Attach t
            c.OnTestBegin []

        let source =
            match steps with
            | Some n -> Batches.limited "evaluate" n source
            | None -> source

        let mutable state = ValueNone
        let mutable i = 0

        for batch in source.Epoch 0 do
            cancel.ThrowIfCancellationRequested()
            let p = planFor batch

            let before =
                match state with
                | ValueSome(struct (s, _)) -> s
                | ValueNone -> beginTest p

            for c in callbacks do
                c.OnTestBatchBegin(i, [])

            let after, values = assess p before batch
            state <- ValueSome(struct (after, values))

            if not callbacks.IsEmpty then
                let l = values ()

                for c in callbacks do
                    c.OnTestBatchEnd(i, l)

            i <- i + 1

        match state with
        | ValueSome(struct (_, values)) ->
            let l = values ()

            for c in callbacks do
                c.OnTestEnd l

            l
        | ValueNone -> Fail.value "evaluate" "the data is empty: it gave no batch" "Pass at least one sample."

    /// The outputs for all inputs, joined (`predict`).
    member t.Predict(x: Tensor[], ?batchSize: int, ?callbacks: Callback list, ?cancel: CancellationToken) : Tensor[] =
        let cancel = defaultArg cancel CancellationToken.None
        let callbacks = defaultArg callbacks []

        let source =
            Batches.ofArrays "predict" (defaultArg batchSize 32) None { X = x; Y = [||]; Weights = [||] }

        for c in callbacks do
            c.Attach t
            c.OnPredictBegin []

        let results = List<Tensor[]>()

        for batch in source.Epoch 0 do
            cancel.ThrowIfCancellationRequested()

            for c in callbacks do
                c.OnPredictBatchBegin(results.Count, [])

            results.Add(t.PredictOnBatch batch.X)

            for c in callbacks do
                c.OnPredictBatchEnd(results.Count - 1, [])

        for c in callbacks do
            c.OnPredictEnd []

        Array.init results[0].Length (fun k -> Lax.concat 0 [| for r in results -> r[k] |])

    /// Trains for a number of epochs (`fit`). After cancellation, or an error in a callback, the variables are those of
    /// the last completed step.
    member t.Fit
        (
            source: BatchSource,
            ?epochs: int,
            ?callbacks: Callback list,
            ?validation: BatchSource,
            ?validationSteps: int,
            ?validationFrequency: int,
            ?initialEpoch: int,
            ?stepsPerEpoch: int,
            ?classWeight: IReadOnlyDictionary<int, float>,
            ?cancel: CancellationToken
        ) : History =
        let epochs = defaultArg epochs 1
        let first = defaultArg initialEpoch 0
        let cancel = defaultArg cancel CancellationToken.None
        let every = defaultArg validationFrequency 1
        let history = History()
        // The history is last: it also has what other callbacks add to the logs.
        let callbacks = defaultArg callbacks [] @ [ history :> Callback ]

        let source =
            match stepsPerEpoch with
            | Some n -> Batches.limited "fit" n source
            | None -> source

        let info = Dictionary<string, int>()
        info["epochs"] <- epochs

        match source.Steps with
        | Some n -> info["steps"] <- n
        | None -> ()

        parameters <- info
        stop <- false

        // Callbacks may ask for variables and the learning rate from the beginning.
        if variables.IsNone && (Model.Graph model).IsSome then
            build [||] |> ignore

        for c in callbacks do
            c.Attach t

        for c in callbacks do
            c.OnTrainBegin []

        let mutable last: Logs = []
        let mutable epoch = first

        while epoch < epochs && not stop do
            for c in callbacks do
                c.OnEpochBegin(epoch, [])

            let mutable state: TrainState voption = ValueNone
            let mutable i = 0
            let mutable epochLogs: Logs = []
            use batches = (source.Epoch(rounds + epoch)).GetEnumerator()

            while not stop && batches.MoveNext() do
                cancel.ThrowIfCancellationRequested()

                let batch =
                    match classWeight with
                    | Some w -> Compiling.withClassWeights w batches.Current
                    | None -> batches.Current

                let p = planFor batch

                for c in callbacks do
                    c.OnTrainBatchBegin(i, [])

                // What callbacks changed (learning rate, variables) counts from here on.
                let before =
                    match state with
                    | ValueSome s -> {
                        s with
                            Variables = current ()
                            Optimizer = optimizerState ()
                            Key = rng
                      }
                    | ValueNone -> begin' p

                let next, values = advance p (before, batch)
                keep next
                state <- ValueSome next
                epochLogs <- values

                for c in callbacks do
                    c.OnTrainBatchEnd(i, epochLogs)

                i <- i + 1

            if i = 0 then
                Fail.value "fit" "the data is empty: it gave no batch" "Pass at least one sample."

            match validation with
            | Some v when (epoch + 1) % every = 0 && not cancel.IsCancellationRequested ->
                let l = t.Evaluate(v, ?steps = validationSteps, cancel = cancel)
                epochLogs <- epochLogs @ (l |> List.map (fun (k, x) -> "val_" + k, x))
            | _ -> ()

            ended <- epochLogs

            for c in callbacks do
                c.OnEpochEnd(epoch, ended)

            last <- ended
            epoch <- epoch + 1

        rounds <- rounds + epochs

        // With an average of the parameters in place of the last ones, training ends with the average.
        match variables, optimizer with
        | Some v, ValueSome s when options.Optimizer.Settings.UseEma ->
            variables <- Some { v with Params = Optimizers.finalize options.Optimizer s v.Params }
        | _ -> ()

        for c in callbacks do
            c.OnTrainEnd last

        history
