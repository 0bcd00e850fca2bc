/// The callbacks of Keras, one by one, and what a run prints.
module Keras.FSharp.Tests.CallbackTests

open System
open System.Collections.Generic
open System.IO
open System.Text
open Expecto
open Keras.FSharp
open Spectre.Console
open type Keras.FSharp.Layers

/// A line through a few points: 20 samples, batches of 5.
let private x = Tensor.ofArray [ 20; 1 ] (Array.init 20 (fun i -> float32 i / 20.0f))
let private y = x * 3.0 + 1.0

let private trainer (rate: float) =
    Training.compile (
        Sequential [ Input [ 1 ]; Dense(1, name = "line") ],
        Optimizers.SGD rate,
        loss = Losses.MeanSquaredError(),
        metrics = [ "mae" ],
        seed = 2
    )

let private fit (t: Trainer) (epochs: int) (callbacks: Callback list) =
    t.Fit(x, y, batchSize = 5, epochs = epochs, callbacks = callbacks, verbose = false)

let private inFolder (work: string -> unit) : unit =
    let folder = Directory.CreateTempSubdirectory "keras-callbacks"

    try
        work folder.FullName
    finally
        folder.Delete true

/// Puts values of its own in place of those of the run.
type private Scripted(name: string, values: float list) =
    inherit Callback()
    override c.OnEpochEnd(epoch, _) = c.Training.Log(name, values[epoch])

let private weights (t: Trainer) = t.Variables.Params |> Tree.leaves |> Array.map Tensor.toArray<float32>

let private steering = [
    test "early stopping waits, needs an improvement of min_delta, and begins at an epoch" {
        let run (values: float list) (stop: EarlyStopping) =
            (fit (trainer 0.01) values.Length [ Scripted("m", values); stop ]).Epochs.Length

        Expect.equal (run [ 3.0; 2.0; 2.0; 2.0; 2.0; 2.0 ] (EarlyStopping("m", patience = 2))) 4 "patience"
        Expect.equal (run [ 3.0; 2.9; 2.8; 2.7; 2.6; 0.0 ] (EarlyStopping("m", minDelta = 0.5))) 2 "min_delta"
        Expect.equal (run [ 1.0; 2.0; 3.0; 4.0 ] (EarlyStopping("m", mode = "max"))) 4 "mode"
        Expect.equal (run [ 1.0; 2.0; 3.0; 4.0; 5.0 ] (EarlyStopping("m", startFromEpoch = 3))) 5 "start_from_epoch"
        Expect.equal (run [ 1.0; 2.0; 3.0; 4.0; 5.0 ] (EarlyStopping "m")) 2 "at once"
        Expect.equal (run [ 9.0; 8.0; 7.0; 6.0 ] (EarlyStopping("m", baseline = 1.0, patience = 2))) 4 "baseline"
    }

    test "epochs without the monitored value are passed over" {
        inFolder (fun folder ->
            let path = Path.Combine(folder, "never", "{epoch}.keras")

            let h =
                (trainer 0.01)
                    .Fit(
                        x,
                        y,
                        epochs = 6,
                        validationData = (x, y),
                        validationFrequency = 2,
                        callbacks = [
                            EarlyStopping("val_loss", patience = 1)
                            ModelCheckpoint(path, monitor = "no", saveBestOnly = true)
                        ],
                        verbose = false
                    )

            Expect.equal h.Epochs.Length 6 "all epochs"
            Expect.equal h["val_loss"].Length 3 "every second one was validated"
            Expect.isEmpty (Directory.GetFileSystemEntries folder) "nothing was saved")
    }

    test "a plateau is lowered to min_lr, with a cooldown" {
        let t = trainer 1e-3
        let reduce = ReduceLROnPlateau("m", factor = 0.1, patience = 1, cooldown = 2, minLr = 1e-5)
        let h = fit t 8 [ Scripted("m", List.replicate 8 1.0); reduce ]
        let exponents = h["learning_rate"] |> List.map (fun r -> int (Math.Round(Math.Log10 r)))
        Expect.equal exponents [ -3; -3; -4; -4; -5; -5; -5; -5 ] "the rate of each epoch"
        Expect.floatClose Accuracy.medium t.LearningRate 1e-5 "not below"
        refuses [ "factor" ] (fun () -> ReduceLROnPlateau(factor = 1.5))
    }

    test "a callback of one's own sees every event in order" {
        let events = List<string>()

        let watch = {
            new Callback() with
                override _.OnTrainBegin _ = events.Add "train("
                override _.OnTrainEnd logs = events.Add $")train {logs.Names.Length}"
                override _.OnEpochBegin(e, _) = events.Add $"epoch{e}("
                override _.OnEpochEnd(e, _) = events.Add $")epoch{e}"
                override _.OnTrainBatchBegin(b, _) = events.Add $"b{b}("
                override _.OnTrainBatchEnd(b, _) = events.Add $")b{b}"
                override _.OnTestBegin _ = events.Add "test("
                override _.OnTestEnd _ = events.Add ")test"
                override _.OnTestBatchBegin(b, _) = events.Add $"t{b}("
                override _.OnTestBatchEnd(b, _) = events.Add $")t{b}"
        }

        let t = trainer 0.01

        t.Fit(x, y, batchSize = 10, validationData = (x, y), callbacks = [ watch ], verbose = false)
        |> ignore

        Expect.equal
            (String.Join(" ", events))
            "train( epoch0( b0( )b0 b1( )b1 test( t0( )t0 t1( )t1 )test )epoch0 )train 4"
            "fit"
    }

    test "an error in a callback leaves the state of the last step" {
        let t = trainer 0.01

        let fail =
            LambdaCallback(
                onTrainBatchEnd =
                    Action<int, Logs>(fun b _ ->
                        if b = 2 then
                            failwith "mine")
            )

        Expect.throws (fun () -> fit t 1 [ fail ] |> ignore) "its own error"
        Expect.equal (Tensor.toInt (Optimizers.iterations t.Optimizer t.OptimizerState)) 3 "three steps"
        Expect.all (weights t |> Array.concat) Single.IsFinite "the variables can be read"
    }
]

let private files = [
    test "checkpoints of each epoch, of the best, and by batches" {
        inFolder (fun folder ->
            let at (name: string) = Path.Combine(folder, name)
            let values = [ 3.0; 1.0; 2.0 ]
            let t = trainer 0.05
            let kept = List<float32[][]>()
            let keep = LambdaCallback(onEpochEnd = Action<int, Logs>(fun _ _ -> kept.Add(weights t)))

            fit t 3 [
                Scripted("m", values)
                keep
                ModelCheckpoint(at "all/{epoch:02d}-{m:.1f}.keras")
                ModelCheckpoint(at "best.weights.h5", monitor = "m", saveBestOnly = true, saveWeightsOnly = true)
                ModelCheckpoint(at "batch.weights.h5", saveWeightsOnly = true, saveFreq = 5)
            ]
            |> ignore

            let names = Directory.GetFiles(at "all") |> Array.map (fun path -> FileInfo(path).Name) |> Array.sort
            Expect.equal names [| "01-3.0.keras"; "02-1.0.keras"; "03-2.0.keras" |] "placeholders"

            let loaded (name: string) =
                let other = trainer 0.05
                ModelFile.loadWeights (at name, other)
                weights other

            Expect.equal (loaded "best.weights.h5") kept[1] "the best epoch"
            Expect.equal (loaded "all/03-2.0.keras") kept[2] "the last epoch"
            let other = trainer 0.05
            ModelFile.loadWeights (at "batch.weights.h5", other)
            Expect.equal (Tensor.toInt (Optimizers.iterations other.Optimizer other.OptimizerState)) 10 "12 batches"
            refuses [ ".weights.h5" ] (fun () -> ModelCheckpoint("a.keras", saveWeightsOnly = true)))
    }

    test "logs as comma-separated values" {
        inFolder (fun folder ->
            let path = Path.Combine(folder, "log.csv")
            let t = trainer 0.01
            let h = fit t 2 [ CSVLogger path ]
            fit t 1 [ CSVLogger(path, append = true) ] |> ignore
            let lines = File.ReadAllLines path
            Expect.equal lines.Length 4 "a header and three epochs"
            Expect.equal lines[0] "epoch,loss,mae" "names in order"
            let first = lines[1].Split ','
            Expect.equal (float first[1]) h["loss"].Head "the loss, in full"
            Expect.equal (float first[2]) h["mae"].Head "the metric"
            fit t 1 [ CSVLogger(path, separator = ";") ] |> ignore
            Expect.equal (File.ReadAllLines path).[0] "epoch;loss;mae" "begun anew")
    }
]

/// A console that writes to memory.
let private consoleOf (isTerminal: bool) (width: int) : IAnsiConsole * StringWriter =
    let writer = new StringWriter()

    let output = {
        new IAnsiConsoleOutput with
            member _.Writer = writer
            member _.IsTerminal = isTerminal
            member _.Width = width
            member _.Height = 24
            member _.SetEncoding(_: Encoding) = ()
    }

    let ansi = if isTerminal then AnsiSupport.Yes else AnsiSupport.No
    AnsiConsole.Create(AnsiConsoleSettings(Ansi = ansi, Out = output)), writer

let private printing = [
    test "redirected, each epoch is a heading and one plain line" {
        let console, writer = consoleOf false 40
        fit (trainer 0.01) 2 [ ProgbarLogger console ] |> ignore
        let lines = writer.ToString().ReplaceLineEndings("\n").TrimEnd().Split '\n'
        Expect.equal lines.Length 4 "two lines for each epoch"
        Expect.equal lines[0] "Epoch 1/2" "heading"
        Expect.isMatch lines[1] @"^4/4 - \d+s [\d.]+m?s/step - loss: \d\.\d{4} - mae: \d\.\d{4}$" "all of the line"
        Expect.isFalse (writer.ToString().Contains '\u001b') "no control codes"
    }

    test "in a terminal, a bar with the time that is left is overwritten" {
        let console, writer = consoleOf true 70

        let slow = LambdaCallback(onTrainBatchEnd = Action<int, Logs>(fun _ _ -> Threading.Thread.Sleep 130))

        fit (trainer 0.01) 1 [ slow; ProgbarLogger console ] |> ignore
        let text = writer.ToString()
        let states = text.Split('\r').[1..]
        Expect.isGreaterThan states.Length 2 "it moves"

        let plain (s: string) = RegularExpressions.Regex.Replace(s, "\u001b\\[[0-9;]*[A-Za-z]", "")
        Expect.isMatch (plain states[0]) @"^1/4 ━{20} \d+s [\d.]+m?s/step - loss: \d\.\d{4} - mae" "the first state"

        for s in states[.. states.Length - 2] do
            Expect.isLessThan (plain s).Length 70 "it fits into the line"

        Expect.isMatch
            ((plain (Array.last states)).TrimEnd())
            @"^4/4 ━{20} \d+s [\d.]+m?s/step - loss: .* - mae: "
            "the end"
    }

    test "evaluate and predict print a line of their own, within fit they do not" {
        let console, writer = consoleOf false 80
        let t = trainer 0.01
        t.Build [| x |]
        let progress = ProgbarLogger console
        t.Evaluate(x, y, batchSize = 5, callbacks = [ progress ]) |> ignore

        Expect.isMatch
            (writer.ToString())
            @"^4/4 - \d+s [\d.]+m?s/step - loss: \d\.\d{4} - mae: \d\.\d{4}\s$"
            "evaluate"

        writer.GetStringBuilder().Clear() |> ignore
        t.Predict([| x |], batchSize = 10, callbacks = [ progress ]) |> ignore
        Expect.isMatch (writer.ToString()) @"^2/2 - \d+s [\d.]+m?s/step\s$" "predict"
        writer.GetStringBuilder().Clear() |> ignore
        t.Fit(x, y, validationData = (x, y), callbacks = [ progress ], verbose = false) |> ignore
        Expect.equal (writer.ToString().TrimEnd().Split('\n').Length) 2 "heading and line"
        Expect.stringContains (writer.ToString()) "val_loss" "validation in the line"
    }
]

[<Tests>]
let tests = testList "callbacks" (steering @ files @ printing)
