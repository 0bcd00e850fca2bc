/// Training of a model: the state between the steps, the loops around them, and the logs. All computation is in the
/// pure steps; here is what changes.
namespace Keras.FSharp

open System.Collections.Generic
open System.Threading

/// A model in training: its variables, what it was compiled with, and the compiled steps. The pure functions underneath
/// stand in `TrainStep`.
[<Sealed>]
type Trainer(model: Layer, options: CompileOptions, ?variables: Variables, ?seed: int) =
    let chosen = Compile.optimizer model options
    let key = Random.key (int64 (defaultArg seed (System.Random.Shared.Next())))
    let shuffleSeed = defaultArg seed (System.Random.Shared.Next())
    let mutable variables = variables
    let mutable optimizer: OptimizerState voption = ValueNone
    let mutable plan: TrainPlan voption = ValueNone
    let mutable rng = key
    let mutable stop = false
    let mutable ended = Logs.Empty
    let mutable last: Batch voption = ValueNone
    let mutable rounds = 0
    let mutable parameters: IReadOnlyDictionary<string, int> = Dictionary<string, int>()
    let mutable save: string -> unit = fun _ -> Fail.state "Trainer" "saving is not connected" ""
    let mutable trainStep: Jit<TrainState * Batch, TrainState> voption = ValueNone

    let mutable own: OwnSteps voption = ValueNone

    let mutable ownTrain: (TrainState * Batch -> TrainState * (string * Tensor) list) voption = ValueNone

    let mutable ownTest
        : (Variables * Tensor[][] * (Tensor * Tensor) * Batch -> Tensor[][] * (string * Tensor) list) voption =
        ValueNone

    let hasOwnTrain () =
        match own with
        | ValueSome o -> o.Train.IsSome
        | ValueNone -> false

    let mutable testStep
        : Jit<Variables * (Tensor * Tensor)[] * Tensor[][] * (Tensor * Tensor) * Batch, (Tensor * Tensor)[] * Tensor[][]> voption =
        ValueNone

    let predictStep =
        Jit<Variables * (Tensor * Tensor) * Tensor[], Tensor[]>("predict", TrainStep.predict model, (fun _ -> false))

    // Of its own: the memory of the key of training goes from step to step.
    let quietKey = Random.foldIn -1L key
    let mutable draws = 0L

    /// What gives the key of the next call outside training; threads that predict may ask together.
    let quiet () : Tensor * Tensor =
        quietKey, Lax.scalarInt DType.UInt32 (int64 (uint32 (Interlocked.Increment &draws)))

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

    let makePlan (batch: Batch) : TrainPlan =
        match plan with
        | ValueSome p -> p
        | ValueNone ->
            let made = Compile.plan model options (hasOwnTrain ()) (build batch.X) batch
            plan <- ValueSome made
            made

    /// The plan, after a look at the targets of the batch: the compiled step cannot refuse class numbers out of range.
    let planFor (batch: Batch) : TrainPlan =
        let p = makePlan batch

        // A step of one's own says itself what it needs.
        if not (hasOwnTrain ()) then
            TrainStep.checkCounts model p.Losses batch

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
            let s = Optimizers.init chosen (current ()).Params
            optimizer <- ValueSome s
            s

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

    let logged (values: (string * Tensor) list) : Logs =
        Logs(values |> List.map (fun (name, x) -> name, LogValue.ofTensor x))

    /// A step of one's own, compiled at its first use.
    let compiled (name: string) (step: 'a -> 'b) (isDonated: string -> bool) : 'a -> 'b =
        if options.RunEagerly then step else Jit<'a, 'b>(name, step, isDonated).Invoke

    let keepOwn (p: TrainPlan) (metrics: Tensor[][]) : unit =
        match own with
        // The next step overwrites what it is given.
        | ValueSome o -> o.Keep(metrics |> Array.skip p.Metrics.Length |> Array.map (Array.map Tensor.copy))
        | ValueNone -> ()

    /// One step: the next state, and what gives the logs until the next step; a step of one's own gives them itself.
    let advance (p: TrainPlan) (state: TrainState, batch: Batch) : TrainState * (unit -> Logs) =
        match own with
        | ValueSome { Train = Some step } ->
            if ownTrain.IsNone then
                ownTrain <-
                    ValueSome(compiled "train_step" (step p) (fun path -> path.TrimStart('.').StartsWith "Item1"))

            let next, values = ownTrain.Value({ state with Losses = [||] }, batch)
            keepOwn p next.Metrics
            next, (fun () -> logged values)
        | _ ->
            let next = train p (state, batch)
            next, (fun () -> TrainStep.logs p next.Losses next.Metrics)

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

            let metrics, values = ownTest.Value(current (), metrics, quiet (), batch)
            keepOwn p metrics
            (sums, metrics), (fun () -> logged values)
        | _ ->
            let sums, metrics = test p (current (), sums, metrics, quiet (), batch)
            (sums, metrics), (fun () -> TrainStep.logs p sums metrics)

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

    /// What callbacks can ask about a run.
    let describe (epochs: int option) (source: BatchSource) : unit =
        let info = Dictionary<string, int>()
        epochs |> Option.iter (fun n -> info["epochs"] <- n)
        source.Steps |> Option.iter (fun n -> info["steps"] <- n)
        parameters <- info

    let limit (where: string) (steps: int option) (source: BatchSource) : BatchSource =
        match steps with
        | Some n -> Batches.limited where n source
        | None -> source

    let findNaN (from: Variables) (batch: Batch) : string option =
        let p = makePlan batch
        Debugging.firstNaN (fun () -> TrainStep.train p ({ begin' p with Variables = from }, batch))

    let evaluate (source: BatchSource) (callbacks: Callback list) (cancel: CancellationToken) : Logs =
        for c in callbacks do
            c.OnTestBegin Logs.Empty

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
                c.OnTestBatchBegin(i, Logs.Empty)

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

    /// One epoch of training: its logs. Callbacks are called once for each `StepsPerExecution` batches.
    let trainEpoch (batches: Batch seq) (callbacks: Callback list) (cancel: CancellationToken) : Logs =
        let mutable state: TrainState voption = ValueNone
        let mutable logs = Logs.Empty
        let mutable i = 0
        let group = max 1 options.StepsPerExecution
        use batches = batches.GetEnumerator()
        let mutable hasMore = batches.MoveNext()

        while not stop && hasMore do
            cancel.ThrowIfCancellationRequested()
            let batch = batches.Current
            let p = planFor batch

            if i % group = 0 then
                for c in callbacks do
                    c.OnTrainBatchBegin(i, Logs.Empty)

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
            last <- ValueSome batch
            state <- ValueSome next
            hasMore <- batches.MoveNext()

            if (i + 1) % group = 0 || not hasMore then
                logs <- values ()

                for c in callbacks do
                    c.OnTrainBatchEnd(i, logs)

            i <- i + 1

        if i = 0 && not stop then
            Fail.value "fit" "the data is empty: it gave no batch" "Pass at least one sample."

        logs

    /// The seed of the order in which samples come.
    member _.ShuffleSeed = shuffleSeed

    /// The model.
    member _.Model = model

    /// The optimizer in use: the given one, within a LossScaleOptimizer where the policy is `mixed_float16`.
    member _.Optimizer = chosen

    /// What it was compiled with.
    member _.Options = options

    /// The values of the variables; an error before the model is built. They belong to the trainer, and a step writes the
    /// next ones over them: copy what is to stay (`Structure.map Tensor.copy`).
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
        with get () = Tensor.toFloat (Optimizers.learningRate chosen (optimizerState ()))
        and set (rate: float) =
            let like = Optimizers.learningRate chosen (optimizerState ())
            let scalar = Lax.scalar like.DType rate
            optimizer <- ValueSome(Optimizers.withLearningRate chosen scalar (optimizerState ()))

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

    /// What the training step is compiled to, for a batch like this one; an error with `run_eagerly`.
    member _.Explain(batch: Batch) : Explanation =
        let p = planFor batch
        train p |> ignore

        match trainStep with
        | ValueSome j -> j.Explain(begin' p, batch)
        | ValueNone -> Fail.state "Trainer.Explain" "run_eagerly: nothing is compiled" "Compile without run_eagerly."

    /// How long the steps of the compiled training step take, on this batch; nothing changes. An error with
    /// `run_eagerly`.
    member _.Profile(batch: Batch) : Profile =
        let p = planFor batch
        train p |> ignore

        match trainStep with
        | ValueSome j -> j.Profile((begin' p, batch))
        | ValueNone -> Fail.state "Trainer.Profile" "run_eagerly: nothing is compiled" "Compile without run_eagerly."

    /// The first operation of a training step on this batch that gives a number that is none (NaN or infinite) from
    /// finite ones: its name, layer and shapes. The step is run operation by operation; nothing changes.
    member _.FirstNaN(batch: Batch) : string option =
        build batch.X |> ignore
        findNaN (current ()) batch

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
        member _.Log(name, value) = ended <- ended.With(name, value)

        member _.FirstNaN before =
            match last with
            | ValueSome batch -> findNaN before batch
            | ValueNone -> None

        member _.Save path = save path

    /// One update on one batch; the values of the loss and the metrics on this batch alone (`train_on_batch`).
    member _.TrainOnBatch(batch: Batch, ?classWeight: IReadOnlyDictionary<int, float>) : Logs =
        let batch =
            match classWeight with
            | Some w -> Batches.withClassWeights w batch
            | None -> batch

        let p = planFor batch
        let next, values = advance p (begin' p, batch)
        keep next
        values ()

    /// Loss and metrics on one batch (`test_on_batch`).
    member _.TestOnBatch(batch: Batch) : Logs =
        let p = planFor batch
        let _, values = assess p (beginTest p) batch
        values ()

    /// The outputs for one batch of inputs (`predict_on_batch`).
    member _.PredictOnBatch(x: Tensor[]) : Tensor[] =
        build x |> ignore

        if options.RunEagerly then
            TrainStep.predict model (current (), quiet (), x)
        else
            predictStep.Invoke(current (), quiet (), x)

    /// Loss and metrics over all batches of a source (`evaluate`).
    member t.EvaluateBatches
        (source: BatchSource, ?steps: int, ?callbacks: Callback list, ?cancel: CancellationToken)
        : Logs =
        let callbacks = defaultArg callbacks []
        let source = limit "evaluate" steps source
        describe None source

        for c in callbacks do
            c.Attach t

        Interrupt.during (defaultArg cancel CancellationToken.None) (evaluate source callbacks)

    /// The outputs for all inputs, joined (`predict`).
    member t.Predict(x: Tensor[], ?batchSize: int, ?callbacks: Callback list, ?cancel: CancellationToken) : Tensor[] =
        let callbacks = defaultArg callbacks []

        let source =
            Batches.ofArrays "predict" (defaultArg batchSize 32) None { X = x; Y = [||]; Weights = [||] }

        describe None source

        for c in callbacks do
            c.Attach t
            c.OnPredictBegin Logs.Empty

        let results = List<Tensor[]>()

        Interrupt.during (defaultArg cancel CancellationToken.None) (fun cancel ->
            for batch in source.Epoch 0 do
                cancel.ThrowIfCancellationRequested()

                for c in callbacks do
                    c.OnPredictBatchBegin(results.Count, Logs.Empty)

                results.Add(t.PredictOnBatch batch.X)

                for c in callbacks do
                    c.OnPredictBatchEnd(results.Count - 1, Logs.Empty))

        for c in callbacks do
            c.OnPredictEnd Logs.Empty

        Array.init results[0].Length (fun k -> Lax.concat 0 [| for r in results -> r[k] |])

    /// Trains for a number of epochs (`fit`). After cancellation, Ctrl-C (an OperationCanceledException), or an error in
    /// a callback, the variables are those of the last completed step. Callbacks see validation as a test.
    member t.FitBatches
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
        let every = defaultArg validationFrequency 1
        let history = History()
        // The history is last: it also has what other callbacks add to the logs.
        let callbacks = defaultArg callbacks [] @ [ history :> Callback ]

        let source = limit "fit" stepsPerEpoch source
        describe (Some epochs) source
        stop <- false
        ended <- Logs.Empty

        // Callbacks may ask for variables and the learning rate from the beginning.
        if variables.IsNone && (Model.Graph model).IsSome then
            build [||] |> ignore

        for c in callbacks do
            c.Attach t

        for c in callbacks do
            c.OnTrainBegin Logs.Empty

        Interrupt.during (defaultArg cancel CancellationToken.None) (fun cancel ->
            for epoch in Seq.initInfinite (fun i -> first + i) |> Seq.takeWhile (fun e -> e < epochs && not stop) do
                for c in callbacks do
                    c.OnEpochBegin(epoch, Logs.Empty)

                let batches =
                    match classWeight with
                    | Some w -> Seq.map (Batches.withClassWeights w) (source.Epoch(rounds + epoch))
                    | None -> source.Epoch(rounds + epoch)

                let logs = trainEpoch batches callbacks cancel

                ended <-
                    match validation with
                    | Some v when (epoch + 1) % every = 0 ->
                        let l = evaluate (limit "fit" validationSteps v) callbacks cancel
                        logs.Append(l.Rename(fun name -> "val_" + name))
                    | _ -> logs

                // A callback may add to the logs, for those after it.
                for c in callbacks do
                    c.OnEpochEnd(epoch, ended))

        rounds <- rounds + epochs

        // With an average of the parameters in place of the last ones, training ends with the average.
        match variables, optimizer with
        | Some v, ValueSome s when options.Optimizer.Settings.UseEma ->
            variables <- Some { v with Params = Optimizers.finalize chosen s v.Params }
        | _ -> ()

        for c in callbacks do
            c.OnTrainEnd ended

        history
