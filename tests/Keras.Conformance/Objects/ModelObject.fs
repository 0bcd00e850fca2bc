/// Training, evaluation and prediction of models whose variables live in objects: the library's trainer works on values,
/// which are handed to it before a run and taken back after it.
namespace Keras.Conformance.Objects

open Keras.FSharp
open Keras.Conformance

/// How a run of training goes (`fit`).
[<NoEquality; NoComparison>]
type FitOptions = {
    BatchSize: int
    Epochs: int
    InitialEpoch: int
    Shuffle: bool
    StepsPerEpoch: int option
    Validation: Batch option
    ValidationBatchSize: int
    ValidationSteps: int option
    ValidationFrequency: int
    ClassWeight: System.Collections.Generic.IReadOnlyDictionary<int, float> option
}

/// Runs of models.
[<RequireQualifiedAccess>]
module ModelObject =
    /// Any number for a seed, from the generator of calls that name none.
    let private seed (generator: SeedGenerator) : int =
        Tensor.toInt (Random.randint DType.Int32 Dims.Empty 0L 2147483647L (generator.Next()))

    let private compiled (o: LayerObject) : Compiled =
        match o.Compiled with
        | ValueSome c -> c
        | ValueNone -> Fail.value $"{o.Layer}" "it is not compiled" "Call compile first."

    /// Variables for data like this, where there are none yet.
    let private build (o: LayerObject) (x: Tensor[]) : unit =
        if not o.IsBuilt then
            let avals = x |> Array.map (fun t -> Aval.withShape (Dims.set 0 -1 t.Shape) t.Aval)
            o.Build(avals, Array.create avals.Length false, CallArguments.empty)

    /// Keeps what the trainer has now.
    let private takeBack (o: LayerObject) (c: Compiled) (t: Trainer) : unit =
        o.Take t.Variables
        c.Optimizer.Optimizer <- t.Optimizer
        c.Optimizer.State <- ValueSome t.OptimizerState

        let paths = dict [ for v in o.Variables -> Model.PathBelow(o.Layer, v), o.PathOf v ]

        c.Optimizer.Parameters <-
            Optimizers.parametersOf t.Variables.Params |> Array.map (fun p -> { p with Path = paths[p.Path] })

    /// A run of a compiled model on data like `x`. After an error everything is as after the last completed step.
    let private run (generator: SeedGenerator) (o: LayerObject) (x: Tensor[]) (work: Trainer -> 'a) : 'a =
        let c = compiled o
        build o x
        let variables = o.Tree(fun _ value -> value)

        let trainer =
            match c.Trainer with
            | ValueSome t ->
                if Tree.paths t.Variables.Params <> Tree.paths variables.Params then
                    Fail.value
                        $"{o.Layer}"
                        "which of its variables are trainable has changed since it was compiled"
                        "Compile it again."

                t.Variables <- variables
                t
            | ValueNone ->
                let t = Trainer(o.Layer, c.Options, variables = variables, seed = seed generator)
                c.Trainer <- ValueSome t
                t

        match c.Optimizer.State with
        | ValueSome s -> trainer.OptimizerState <- s
        | ValueNone -> ()

        try
            try
                work trainer
            with _ ->
                // What a failed step left in the trainer (its choice of metrics) is not to be kept.
                c.Trainer <- ValueNone
                reraise ()
        finally
            takeBack o c trainer

    /// Compiles a model; a run before is forgotten.
    let compile (o: LayerObject) (options: CompileOptions) (optimizer: OptimizerObject) : unit =
        o.Compiled <- ValueSome(Compiled(options, optimizer))

    /// Trains (`fit`): names and values, epoch by epoch.
    let fit
        (generator: SeedGenerator)
        (o: LayerObject)
        (data: Batch)
        (options: FitOptions)
        : (string * LogValue list) list =
        run generator o data.X (fun trainer ->
            let order = if options.Shuffle then Some(seed generator) else None
            let source batchSize order = Batches.ofArrays "fit" batchSize order

            let history =
                trainer.FitBatches(
                    source options.BatchSize order data,
                    epochs = options.Epochs,
                    initialEpoch = options.InitialEpoch,
                    ?stepsPerEpoch = options.StepsPerEpoch,
                    ?validation = Option.map (source options.ValidationBatchSize None) options.Validation,
                    ?validationSteps = options.ValidationSteps,
                    validationFrequency = options.ValidationFrequency,
                    ?classWeight = options.ClassWeight
                )

            let value (number: float) (t: Tensor) = if t.Rank = 0 then LogValue.Number number else LogValue.Numbers t
            let values = [ for name, xs in history.Values -> name, List.map2 value xs (history.Tensors name) ]
            let last = Logs(values |> List.map (fun (name, xs) -> name, List.last xs))
            let isValidation (name: string) = name.StartsWith("val_", System.StringComparison.Ordinal)

            // Validation runs through the same metrics, after training.
            (compiled o).Logs <-
                match last.Entries |> List.filter (fst >> isValidation) with
                | [] -> last
                | own -> (Logs own).Rename(fun name -> name.Substring 4)

            values)

    let private logged (o: LayerObject) (logs: Logs) : Logs =
        (compiled o).Logs <- logs
        logs

    /// Loss and metrics over data (`evaluate`).
    let evaluate (generator: SeedGenerator) (o: LayerObject) (data: Batch) (batchSize: int) (steps: int option) : Logs =
        run generator o data.X (fun trainer ->
            trainer.EvaluateBatches(Batches.ofArrays "evaluate" batchSize None data, ?steps = steps) |> logged o)

    /// One update (`train_on_batch`).
    let trainOnBatch (generator: SeedGenerator) (o: LayerObject) (data: Batch) classWeight : Logs =
        run generator o data.X (fun trainer -> trainer.TrainOnBatch(data, ?classWeight = classWeight) |> logged o)

    /// Loss and metrics on one batch (`test_on_batch`).
    let testOnBatch (generator: SeedGenerator) (o: LayerObject) (data: Batch) : Logs =
        run generator o data.X (fun trainer -> trainer.TestOnBatch data |> logged o)

    /// The outputs for data, batch by batch (`predict`); a model need not be compiled for that.
    let predict (o: LayerObject) (x: Tensor[]) (batchSize: int) (steps: int option) : Tensor[] =
        build o x

        let source =
            let all = Batches.ofArrays "predict" batchSize None { X = x; Y = [||]; Weights = [||] }

            match steps with
            | Some n -> Batches.limited "predict" n all
            | None -> all

        let variables = o.Tree(fun _ value -> value)

        let parts = [ for b in source.Epoch 0 -> (Model.applyAll (o.Layer, variables, b.X, training = false)).Outputs ]

        Array.init parts.Head.Length (fun i -> Lax.concat 0 [| for p in parts -> p[i] |])

    /// A model with everything that a file says of it.
    let ofLoaded (loaded: LoadedModel) : LayerObject =
        let o = LayerObject loaded.Model
        o.Load loaded.Variables

        match loaded.Trainer with
        | Some t ->
            let c = Compiled(t.Options, OptimizerObject t.Options.Optimizer)
            c.Trainer <- ValueSome t
            o.Compiled <- ValueSome c
            takeBack o c t
        | None -> ()

        o

    /// A trainer with all that the object has, for files.
    let private trainer (o: LayerObject) : Trainer option =
        match o.Compiled with
        | ValueNone -> None
        | ValueSome c ->
            let t = Trainer(o.Layer, c.Options, variables = o.Tree(fun _ value -> value))

            match c.Optimizer.State with
            | ValueSome s -> t.OptimizerState <- s
            | ValueNone -> ()

            Some t

    let private requireBuilt (o: LayerObject) : unit =
        if not o.IsBuilt then
            Fail.value $"{o.Layer}" "it is not built yet" "Call it, or build it."

    /// Writes the model (`save`).
    let save (o: LayerObject) (path: string) : unit =
        requireBuilt o

        match trainer o with
        | Some t -> ModelFile.saveModel (path, t)
        | None -> ModelFile.saveModel (path, o.Layer, o.Tree(fun _ value -> value))

    /// Writes the variables (`save_weights`).
    let saveWeights (o: LayerObject) (path: string) : unit =
        requireBuilt o

        match trainer o with
        | Some t -> ModelFile.saveWeights (path, t)
        | None -> ModelFile.saveWeights (path, o.Layer, o.Tree(fun _ value -> value))

    /// Reads variables, and the state of the optimizer of a compiled model (`load_weights`).
    let loadWeights (o: LayerObject) (path: string) (skipMismatch: bool) : unit =
        requireBuilt o

        match trainer o, o.Compiled with
        | Some t, ValueSome c ->
            ModelFile.loadWeights (path, t, skipMismatch = skipMismatch)
            takeBack o c t
        | _ ->
            let current = o.Tree(fun _ value -> value)
            o.Take(ModelFile.loadWeights (path, o.Layer, current = current, skipMismatch = skipMismatch))
