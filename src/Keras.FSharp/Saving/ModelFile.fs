/// Models and weights in files: `.keras` archives and `.weights.h5`, both written in one step (a failure leaves the old
/// file as it was) and read without running any code.
namespace Keras.FSharp

open System
open System.Globalization
open System.IO
open Keras.FSharp.Saving

/// What a `.keras` file held.
[<NoEquality; NoComparison>]
type LoadedModel = {
    /// The model.
    Model: Layer
    /// The values of its variables.
    Variables: Variables
    /// Ready to go on training, optimizer state included; none for a model that was not compiled.
    Trainer: Trainer option
    /// What did not fit and was passed over.
    Warnings: string list
}

/// What a model was compiled with, as files contain it (`compile_config`).
[<RequireQualifiedAccess>]
module internal CompileConfig =
    let write (o: CompileOptions) : (string * Json) list = [
        "optimizer", Serialized.toJson (Optimizers.serialize o.Optimizer)
        "loss", Choice.lossToJson o.Loss
        "loss_weights", Choice.lossWeightsToJson o.LossWeights
        "metrics", Choice.metricsToJson o.Metrics
        "weighted_metrics", Choice.metricsToJson o.WeightedMetrics
        "run_eagerly", Json.Bool o.RunEagerly
        "steps_per_execution", Json.Int(int64 o.StepsPerExecution)
        "jit_compile", Json.Bool false
    ]

    /// None where there is no optimizer: the model was not compiled.
    let read (where: string) (outputs: int) (json: Json) : CompileOptions option =
        let reader = ConfigReader(where, Json.asObject where json)
        let value key = reader.Any key |> Option.defaultValue Json.Null

        match value "optimizer" with
        | Json.Null -> None
        | optimizer ->
            Some {
                Optimizer = Optimizers.ofJson optimizer
                Loss = Choice.lossOfJson $"{where}.loss" (value "loss")
                LossWeights = Choice.lossWeightsOfJson $"{where}.loss_weights" (value "loss_weights")
                Metrics = Choice.metricsOfJson $"{where}.metrics" outputs (value "metrics")
                WeightedMetrics = Choice.metricsOfJson $"{where}.weighted_metrics" outputs (value "weighted_metrics")
                RunEagerly = reader.Bool("run_eagerly", false)
                StepsPerExecution = reader.Int("steps_per_execution", 1)
                // Files do not keep it.
                AutoScaleLoss = true
            }

/// Saves and loads models (`keras.saving`).
[<AbstractClass; Sealed>]
type ModelFile private () =
    /// The version of the format that is written.
    static let version = "3.16.0"

    static let requireEnd (path: string) (ending: string) (hint: string) =
        if not (path.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) then
            Fail.value path $"The name of the file must end in '{ending}'." hint

    static let parts (model: Layer) (variables: Variables) (trainer: Trainer option) : KerasParts =
        let now = DateTimeOffset.Now

        {
            Metadata =
                Json.Object [
                    "keras_version", Json.Text version
                    "date_saved", Json.Text(now.ToString("yyyy-MM-dd@HH:mm:ss", CultureInfo.InvariantCulture))
                ]
            Config =
                let compile =
                    match trainer with
                    | Some t -> CompileConfig.write t.Options
                    | None -> []

                ModelConfig.toJsonWith compile model
            Weights = WeightsFile.write model variables (trainer |> Option.map (fun t -> t.Optimizer, t.OptimizerState))
            Assets = []
            Saved = now
        }

    static let save (path: string) model variables trainer =
        requireEnd path ".keras" "Weights alone are saved by saveWeights."
        KerasZip.save path (parts model variables trainer)

    static let warn (path: string) (lines: string list) =
        for line in lines do
            eprintfn "keras: %s: %s" path line

    /// Opens the weights in a `.weights.h5` file or a `.keras` archive.
    static let withWeights (path: string) (work: H5File -> 'a) : 'a =
        if path.EndsWith(".keras", StringComparison.OrdinalIgnoreCase) then
            use archive = KerasZip.openFile path
            use file = archive.OpenWeights()
            work file
        else
            requireEnd path ".h5" "Weights are loaded from '.weights.h5', '.keras' and older '.h5' files."
            use file = H5.openFile path

            work file

    /// The variables in an open file of either form.
    static let read (file: H5File) (model: Layer) (current: Variables option) (skip: bool) : Variables * LoadReport =
        match LegacyWeights.root file with
        | Some at -> LegacyWeights.read file at model (WeightsFile.blueprint model), { Warnings = [] }
        | None -> WeightsFile.read file "" model current skip

    static let loaded (where: string) (archive: KerasArchive) (compile: bool) : LoadedModel =
        let config = archive.Config
        let model = ModelConfig.ofJsonAs $"{where}: config.json" config
        use file = archive.OpenWeights()
        let variables, report = WeightsFile.read file "" model None false

        let options =
            match Json.tryGet "compile_config" config with
            | Some(Json.Object(_ :: _) as json) when compile ->
                let outputs = (WeightsFile.blueprint model).Outputs.Length
                CompileConfig.read $"{where}: compile_config" outputs json
            | _ -> None

        let trainer, warnings =
            match options with
            | None -> None, report.Warnings
            | Some o ->
                let t = Trainer(model, o, variables = variables)
                let state, more = WeightsFile.readOptimizer file "" t.Optimizer variables.Params
                state |> Option.iter (fun s -> t.OptimizerState <- s)
                ModelFile.connect t
                Some t, report.Warnings @ more.Warnings

        {
            Model = model
            Variables = variables
            Trainer = trainer
            Warnings = warnings
        }

    /// Saves a model with its variables as a `.keras` file (`model.save`), not compiled.
    static member saveModel(path: string, model: Layer, variables: Variables) : unit = save path model variables None

    /// Saves a model in training: variables, what it was compiled with, and the state of the optimizer.
    static member saveModel(path: string, trainer: Trainer) : unit =
        save path trainer.Model trainer.Variables (Some trainer)

    /// Loads a `.keras` file (`keras.saving.load_model`). With `compile` (true by default) what was compiled comes back
    /// with its optimizer. Classes that are not Keras's own are refused, and so are Lambda layers.
    static member loadModel(path: string, ?compile: bool) : LoadedModel =
        requireEnd path ".keras" "Models are loaded from '.keras' files."
        use archive = KerasZip.openFile path
        let m = loaded path archive (defaultArg compile true)
        warn path m.Warnings
        m

    /// Loads the content of a `.keras` file from a seekable stream, which stays open; `where` names it in errors.
    static member loadModel(where: string, stream: Stream, ?compile: bool) : LoadedModel =
        use archive = KerasZip.openStream where stream
        loaded where archive (defaultArg compile true)

    /// Saves the variables of a model as a `.weights.h5` file (`model.save_weights`).
    static member saveWeights(path: string, model: Layer, variables: Variables) : unit =
        requireEnd path ".weights.h5" ""
        H5.save path (WeightsFile.write model variables None)

    /// Saves the variables of a model in training, and the state of its optimizer.
    static member saveWeights(path: string, trainer: Trainer) : unit =
        requireEnd path ".weights.h5" ""
        let optimizer = Some(trainer.Optimizer, trainer.OptimizerState)
        H5.save path (WeightsFile.write trainer.Model trainer.Variables optimizer)

    /// The variables of a model from a `.weights.h5` or `.keras` file (`model.load_weights`), or from an `.h5` file of the
    /// older form. Where layers do not fit, the error names all of them. With `skipMismatch` such layers keep the values of
    /// `current` instead (not for the older form).
    static member loadWeights(path: string, model: Layer, ?current: Variables, ?skipMismatch: bool) : Variables =
        let variables, report =
            withWeights path (fun file -> read file model current (defaultArg skipMismatch false))

        warn path report.Warnings
        variables

    /// Loads variables, and the state of the optimizer where the file has it, into a model in training. Nothing changes
    /// where anything does not fit; a state of another optimizer is passed over with a message.
    static member loadWeights(path: string, trainer: Trainer, ?skipMismatch: bool) : unit =
        let skip = defaultArg skipMismatch false
        let current = if trainer.IsBuilt then Some trainer.Variables else None

        let variables, state, warnings =
            withWeights path (fun file ->
                let variables, report = read file trainer.Model current skip

                if file.HasGroup "/optimizer" then
                    let state, more = WeightsFile.readOptimizer file "" trainer.Optimizer variables.Params

                    variables, state, report.Warnings @ more.Warnings
                else
                    variables, None, report.Warnings)

        trainer.Variables <- variables
        state |> Option.iter (fun s -> trainer.OptimizerState <- s)
        warn path warnings

    /// Lets callbacks of a trainer save it: under names that end in `.weights.h5` the weights, else the whole model.
    static member connect(trainer: Trainer) : unit =
        trainer.Connect(fun path ->
            if path.EndsWith(".weights.h5", StringComparison.OrdinalIgnoreCase) then
                ModelFile.saveWeights (path, trainer)
            else
                ModelFile.saveModel (path, trainer))
