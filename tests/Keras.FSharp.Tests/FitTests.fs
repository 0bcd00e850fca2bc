/// What fit, evaluate and predict do with data: weights, order, steps, several inputs and outputs, precision.
module Keras.FSharp.Tests.FitTests

open System
open System.Collections.Generic
open System.Diagnostics
open Expecto
open Keras.FSharp
open type Keras.FSharp.Layers

let private column (values: float32 seq) : Tensor =
    let a = Array.ofSeq values
    Tensor.ofArray [ a.Length; 1 ] a

/// A model that gives its input times a weight, which begins at 1.
let private scaling (optimizer: Optimizer) (metrics: string list) =
    Training.compile (
        Sequential [ Input [ 1 ]; Dense(1, useBias = false, kernelInitializer = Initializers.Ones) ],
        optimizer,
        loss = Losses.MeanSquaredError(),
        metrics = metrics,
        seed = 4
    )

/// The weight of such a model.
let private weight (t: Trainer) : float = Tree.leaves t.Variables.Params |> Array.head |> Tensor.toFloat

let private still () = scaling (Optimizers.SGD 0.0) []

/// The inputs of each batch of a run, in order, by the values of its first column.
let private order (run: Trainer -> unit) : float32 list list =
    let seen = List<float32 list>()

    let watch (x: Tensor) =
        // While the model is built there are no values.
        if not x.IsTraced then
            seen.Add(Tensor.toArray<float32> x |> List.ofArray)

        x

    let model = Sequential [ Input [ 1 ]; Activation(Activations.custom ("watch", watch)) ]

    let t =
        Training.compile (model, Optimizers.SGD 0.0, loss = Losses.MeanSquaredError(), runEagerly = true, seed = 11)

    run t
    List.ofSeq seen

let private arrays = [
    test "predict joins its batches; predict_on_batch and test_on_batch take one" {
        let t = still ()
        let x = column [ 1.0f .. 10.0f ]
        t.Build [| x |]
        let all = t.Predict(x, batchSize = 3)
        Expect.equal (Tensor.toArray<float32> all) (Tensor.toArray<float32> x) "predict"
        Expect.equal (Tensor.toArray<float32>(t.PredictOnBatch x)) (Tensor.toArray<float32> x) "predict_on_batch"
        let logs = t.TestOnBatch(x, x + 2.0)
        Expect.floatClose Accuracy.medium logs["loss"] 4.0 "test_on_batch"
    }

    test "train_on_batch makes one update and gives the loss before it" {
        let t = scaling (Optimizers.SGD 0.25) []
        let x = column [ 1.0f; 1.0f ]
        let logs = t.TrainOnBatch(x, x * 3.0)
        Expect.floatClose Accuracy.medium logs["loss"] 4.0 "(1 - 3)²"
        // The gradient of (w - 3)² at 1 is -4.
        let w = Tensor.toArray<float32>(t.Predict x) |> Array.head
        Expect.floatClose Accuracy.medium (float w) 2.0 "w + 0.25 · 4"
    }

    test "sample weights weigh the samples, and weighted metrics use them too" {
        let x, y = column [ 0.0f; 0.0f; 0.0f; 0.0f ], column [ 1.0f; 2.0f; 3.0f; 4.0f ]
        let w = Tensor.ofArray [ 4 ] [| 1.0f; 0.0f; 2.0f; 0.0f |]

        let t =
            Training.compile (
                (still ()).Model,
                Optimizers.SGD 0.0,
                loss = Losses.MeanSquaredError(),
                metrics = [ "mae" ],
                weightedMetrics = [ "mae" ]
            )

        t.Build [| x |]
        let logs = t.Evaluate(x, y, sampleWeight = w)
        Expect.floatClose Accuracy.medium logs["loss"] ((1.0 + 2.0 * 9.0) / 4.0) "loss"
        Expect.floatClose Accuracy.medium logs["mae"] 2.5 "without weights"
        Expect.floatClose Accuracy.medium logs["weighted_mae"] ((1.0 + 2.0 * 3.0) / 3.0) "with weights"

        let fitted =
            t.Fit(x, y, sampleWeight = w, validationData = (x, y), validationSampleWeight = w, verbose = false)

        Expect.floatClose Accuracy.medium fitted["loss"].Head logs["loss"] "fit"
        Expect.floatClose Accuracy.medium fitted["val_loss"].Head logs["loss"] "validation"
    }

    test "class weights need one output" {
        let x = input [ 1 ]
        let model = Functional([ x ], [ x |> call (Dense 1); x |> call (Dense 1) ])
        let t = Training.compile (model, Optimizers.SGD 0.0, loss = Losses.MeanSquaredError())
        let one = column [ 1.0f ]
        let weights = dict [ 0, 1.0 ] |> Dictionary

        refuses [ "class_weight"; "2 targets" ] (fun () ->
            t.Fit(one, (one, one), classWeight = weights, verbose = false))
    }

    test "validation_split takes the last part, before shuffling" {
        let x = column [ 1.0f .. 8.0f ]
        // Only the last quarter is wrong.
        let y = column ([ 1.0f .. 6.0f ] @ [ 17.0f; 18.0f ])
        let h = (still ()).Fit(x, y, validationSplit = 0.25, verbose = false)
        Expect.floatClose Accuracy.medium h["loss"].Head 0.0 "the first part"
        Expect.floatClose Accuracy.medium h["val_loss"].Head 100.0 "the last part"
        refuses [ "validation_split" ] (fun () -> (still ()).Fit(x, y, validationSplit = 1.5, verbose = false))
    }

    test "samples are shuffled anew for each epoch, by the seed" {
        let x = column [ 0.0f .. 15.0f ]

        let run seed shuffle =
            order (fun t ->
                t.Fit(x, x, batchSize = 16, epochs = 2, shuffle = shuffle, ?seed = seed, verbose = false) |> ignore)

        let plain = run None false
        Expect.equal plain (List.replicate 2 [ 0.0f .. 15.0f ]) "without shuffling"
        let a, b, c = run (Some 1) true, run (Some 1) true, run (Some 2) true
        Expect.equal a b "the same seed"
        Expect.notEqual a c "another seed"
        Expect.notEqual a[0] a[1] "another order in the next epoch"
        Expect.equal (List.sort a[0]) [ 0.0f .. 15.0f ] "every sample once"
        Expect.equal (run None true) (run None true) "the seed of the trainer"
    }

    test "steps_per_epoch goes on where the last epoch ended" {
        let x = column [ 0.0f .. 5.0f ]

        let seen =
            order (fun t ->
                t.Fit(x, x, batchSize = 2, epochs = 2, stepsPerEpoch = 2, shuffle = false, verbose = false)
                |> ignore)

        Expect.equal seen [ [ 0.0f; 1.0f ]; [ 2.0f; 3.0f ]; [ 4.0f; 5.0f ]; [ 0.0f; 1.0f ] ] "batches"
        let t = still ()
        t.Build [| x |]
        let y = column [ 0.0f; 1.0f; 2.0f; 9.0f; 9.0f; 9.0f ]
        let logs = t.Evaluate(x, y, batchSize = 3, steps = 1)
        Expect.floatClose Accuracy.medium logs["loss"] 0.0 "steps of evaluate"
        refuses [ "steps_per_epoch" ] (fun () -> t.Fit(x, y, stepsPerEpoch = 0, verbose = false))
    }

    test "the samples of the last batch count once each" {
        let x = column (List.replicate 5 0.0f)
        let y = column [ 1.0f; 1.0f; 1.0f; 1.0f; 6.0f ]
        let h = (still ()).Fit(x, y, batchSize = 4, shuffle = false, verbose = false)
        Expect.floatClose Accuracy.medium h["loss"].Head ((4.0 + 36.0) / 5.0) "not the mean of the batches"
    }
]

let private structures = [
    test "several inputs and outputs, with a loss, a weight and metrics each" {
        let a, b = input ([ 1 ], name = "a"), input ([ 1 ], name = "b")
        let ones (name: string) = Dense(1, useBias = false, kernelInitializer = Initializers.Ones, name = name)
        let sum = add [ a; b ] |> call (ones "sum")
        let difference = subtract [ a; b ] |> call (ones "difference")
        let model = Functional([ a; b ], [ sum; difference ])
        let xa, xb = column [ 3.0f; 5.0f ], column [ 1.0f; 2.0f ]
        let target = column [ 0.0f; 0.0f ]

        let t =
            Training.compile (
                model,
                Optimizers.SGD 0.0,
                losses =
                    PerOutput.Names [
                        "sum", Some(Losses.MeanSquaredError())
                        "difference", Some(Losses.MeanAbsoluteError())
                    ],
                lossWeights = PerOutput.Positions [ 0.5; 2.0 ],
                outputMetrics = PerOutput.Names [ "difference", [ Choice.metric "mse" ] ]
            )

        let h =
            t.Fit([ xa; xb ], (target, target), validationData = ([ xa; xb ], (target, target)), verbose = false)

        let first, second = (16.0 + 49.0) / 2.0, (2.0 + 3.0) / 2.0

        let expected = [
            "loss", 0.5 * first + 2.0 * second
            "sum_loss", first
            "difference_loss", second
            "difference_mse", (4.0 + 9.0) / 2.0
        ]

        for name, value in expected do
            Expect.floatClose Accuracy.medium h[name].Head value name
            Expect.floatClose Accuracy.medium h["val_" + name].Head value $"val_{name}"

        let weights = Tensor.ofArray [ 2 ] [| 1.0f; 0.0f |], Tensor.ofArray [ 2 ] [| 0.0f; 1.0f |]
        let logs = t.Evaluate([ xa; xb ], [| target; target |], sampleWeight = weights)
        Expect.floatClose Accuracy.medium logs["sum_loss"] (16.0 / 2.0) "weights of the first output"
        Expect.floatClose Accuracy.medium logs["difference_loss"] (3.0 / 2.0) "weights of the second output"
        let outputs = t.Predict [| xa; xb |]
        Expect.equal (Tensor.toArray<float32> outputs[0]) [| 4.0f; 7.0f |] "sums"
        Expect.equal (Tensor.toArray<float32> outputs[1]) [| 2.0f; 3.0f |] "differences"

        refuses [ "difference"; "diff" ] (fun () ->
            Training
                .compile(model, Optimizers.SGD 0.0, losses = PerOutput.Names [ "diff", None ])
                .Fit([ xa; xb ], [], verbose = false))

        refuses [ "1 targets"; "expected 2" ] (fun () -> t.Evaluate([ xa; xb ], target))

        refuses [ "3 arrays of sample weights"; "2 outputs" ] (fun () ->
            t.Evaluate([ xa; xb ], [ target; target ], sampleWeight = [ target; target; target ]))
    }

    test "what is no tensor in the data is named by its path" {
        refuses [ "[1].Item2"; "System.IO.MemoryStream" ] (fun () ->
            let one = column [ 1.0f ]
            let stream = new IO.MemoryStream()
            (still ()).Evaluate([ one, box one; one, box stream ], one))
    }

    test "metrics with a value per class are tensors in logs and history" {
        let model = Sequential [ Input [ 3 ]; Activation Activations.linear ]

        let t =
            Training.compile (
                model,
                Optimizers.SGD 0.0,
                loss = Losses.CategoricalCrossentropy(),
                metricObjects = [ Metrics.F1Score(name = "f1") ]
            )

        let predicted =
            array2D [ [ 0.8f; 0.1f; 0.1f ]; [ 0.8f; 0.1f; 0.1f ]; [ 0.1f; 0.8f; 0.1f ]; [ 0.1f; 0.1f; 0.8f ] ]

        let targets = array2D [ [ 1f; 0f; 0f ]; [ 0f; 1f; 0f ]; [ 0f; 1f; 0f ]; [ 0f; 0f; 1f ] ]
        let x, y = Tensor.ofMultiArray predicted, Tensor.ofMultiArray targets
        let seen = List<float>()
        let watch = LambdaCallback(onEpochEnd = Action<int, Logs>(fun _ logs -> seen.Add logs["f1"]))
        let path = IO.Path.GetTempFileName()

        let h =
            t.Fit(
                x,
                y,
                batchSize = 2,
                epochs = 2,
                validationData = (x, y),
                callbacks = [ watch; EarlyStopping("val_f1", mode = "max", patience = 5); CSVLogger path ],
                verbose = false
            )

        let each = [ 2.0 / 3.0; 2.0 / 3.0; 1.0 ]
        Expect.equal (h.Tensors("f1").Length, h.Tensors("val_f1").Length) (2, 2) "one for each epoch"

        for value, expected in Seq.zip (Tensor.toArray<float32>(h.Tensors("val_f1")[1])) each do
            Expect.floatClose Accuracy.medium (float value) expected "a value per class"

        Expect.floatClose Accuracy.medium h["f1"].Head (List.average each) "as a number, the mean"
        Expect.floatClose Accuracy.medium seen[0] (List.average each) "for callbacks too"
        Expect.equal ((t.Evaluate(x, y).Tensor "f1").Shape.ToArray()) [| 3 |] "evaluate"
        Expect.equal (t.Evaluate(x, y).Tensor("loss").Rank) 0 "a number is a scalar"
        refuses [ "'f1'" ] (fun () -> t.Evaluate(x, y)["f"])
        let cells = (IO.File.ReadAllLines path).[1]
        Expect.stringContains cells "\"[0.66" "the values in one cell of the file"
        IO.File.Delete path
    }
]

/// True where a process was started with SIGINT ignored, which .NET leaves so.
let private ignoresInterrupts (p: Process) : bool =
    let status = $"/proc/{p.Id}/status"

    IO.File.Exists status
    && IO.File.ReadAllLines status
       |> Array.exists (fun line ->
           line.StartsWith "SigIgn:" && Convert.ToUInt64(line.Substring(7).Trim(), 16) &&& 2UL <> 0UL)

let private steps = [
    test "callbacks are called once for each steps_per_execution batches, with the logs of all" {
        let x = column (List.replicate 10 0.0f)
        let y = column [ 1.0f .. 10.0f ]
        let events = List<string>()

        let watch =
            LambdaCallback(
                onTrainBatchBegin = Action<int, Logs>(fun b _ -> events.Add $"{b}"),
                onTrainBatchEnd = Action<int, Logs>(fun b logs -> events.Add(sprintf "%d: %.1f" b logs["loss"]))
            )

        let t =
            Training.compile (
                (still ()).Model,
                Optimizers.SGD 0.0,
                loss = Losses.MeanSquaredError(),
                stepsPerExecution = 2
            )

        let h = t.Fit(x, y, batchSize = 2, shuffle = false, callbacks = [ watch ], verbose = false)
        Expect.equal (List.ofSeq events) [ "0"; "1: 7.5"; "2"; "3: 25.5"; "4"; "4: 38.5" ] "groups of two"
        Expect.floatClose Accuracy.medium h["loss"].Head 38.5 "all five batches"
    }

    test "given variables stay the caller's" {
        let model = (still ()).Model
        let variables = Model.init (Random.key 3L, model)

        let t =
            Training.compile (model, Optimizers.SGD 0.1, loss = Losses.MeanSquaredError(), variables = variables)

        let x = column [ 1.0f; 2.0f ]
        t.Fit(x, x * 2.0, epochs = 3, verbose = false) |> ignore
        Expect.equal (Tree.leaves variables.Params |> Array.head |> Tensor.toFloat) 1.0 "as it was"
    }

    test "a run with averages ends with them" {
        let t = scaling (Optimizers.SGD(0.25, useEma = true, emaMomentum = 0.5)) []
        let x = column [ 1.0f ]
        let t2 = scaling (Optimizers.SGD 0.25) []
        let values = List<float>()
        let watch = LambdaCallback(onTrainBatchEnd = Action<int, Logs>(fun _ _ -> values.Add(weight t2)))
        t2.Fit(x, x * 3.0, epochs = 3, callbacks = [ watch ], verbose = false) |> ignore
        t.Fit(x, x * 3.0, epochs = 3, verbose = false) |> ignore
        let average = values |> Seq.reduce (fun a v -> 0.5 * a + 0.5 * v)
        Expect.floatClose Accuracy.medium (weight t) average "the average of the values that SGD went through"
    }

    test "accumulated gradients update once for each so many batches" {
        let x, y = column [ 1.0f; 1.0f; 1.0f; 1.0f ], column [ 2.0f; 3.0f; 4.0f; 5.0f ]
        let t = scaling (Optimizers.SGD(0.1, gradientAccumulationSteps = 4)) []
        let whole = scaling (Optimizers.SGD 0.1) []
        t.Fit(x, y, batchSize = 1, shuffle = false, verbose = false) |> ignore
        whole.Fit(x, y, batchSize = 4, shuffle = false, verbose = false) |> ignore
        Expect.floatClose Accuracy.medium (weight t) (weight whole) "as one batch of all"
        Expect.equal (Tensor.toInt (Optimizers.iterations t.Optimizer t.OptimizerState)) 1 "one update"
    }

    test "the state is donated: what was read before a step is gone after it" {
        let t = scaling (Optimizers.SGD 0.1) []
        let x = column [ 1.0f; 2.0f ]
        t.TrainOnBatch(x, x) |> ignore
        let before = (Tree.leaves t.Variables.Params)[0]
        let copy = Tensor.copy before
        t.TrainOnBatch(x, x) |> ignore
        refuses [ "donated" ] (fun () -> Tensor.toArray<float32> before)
        Tensor.toArray<float32> copy |> ignore
        Tensor.toArray<float32> x |> ignore
        Expect.equal t.CompileReasons.Length 1 "compiled once"
        Expect.stringContains (t.Explain { X = [| x |]; Y = [| x |]; Weights = [||] }).Text "train_step" "explained"
    }

    test "eager steps give what compiled ones give" {
        let x = column [ 1.0f .. 8.0f ]

        let run eager =
            let model =
                Sequential [
                    Input [ 1 ]
                    Dense(4, activation = Activations.tanh, name = "h")
                    Dropout 0.25
                    Dense(1, name = "o")
                ]

            let t =
                Training.compile (
                    model,
                    Optimizers.Adam 0.05,
                    loss = Losses.MeanSquaredError(),
                    runEagerly = eager,
                    seed = 8
                )

            t.Fit(x, x * 0.5, batchSize = 4, epochs = 3, verbose = false)["loss"]

        for a, b in List.zip (run true) (run false) do
            Expect.floatClose Accuracy.medium a b "loss"
    }

    test "under mixed_float16 the optimizer scales the loss, is saved with its scale, and learns" {
        let compile policy auto =
            let layers = [
                Input [ 2 ]
                Dense(8, activation = relu, name = "h", dtype = policy)
                Dense(1, name = "o", dtype = "float32")
            ]

            Training.compile (
                Model.OfLayers(layers, name = "m", policy = DTypePolicy.ofName policy),
                Optimizers.Adam 0.05,
                loss = Losses.MeanSquaredError(),
                ?autoScaleLoss = auto,
                seed = 5
            )

        let t = compile "mixed_float16" None
        Expect.equal t.Optimizer.Class "LossScaleOptimizer" "the one in use"
        Expect.equal t.Optimizer.Settings.Name "loss_scale_optimizer" "its name"
        Expect.equal t.Options.Optimizer.Class "Adam" "the given one"
        Expect.equal (compile "mixed_float16" (Some false)).Optimizer.Class "Adam" "switched off"
        Expect.equal (compile "mixed_bfloat16" None).Optimizer.Class "Adam" "bfloat16 needs no scale"
        let x = Tensor.ofArray [ 32; 2 ] (Array.init 64 (fun i -> float32 (i % 9) / 9.0f))
        let y = Tensor.ofArray [ 32; 1 ] (Array.init 32 (fun i -> float32 (i % 5) / 5.0f))
        let h = t.Fit(x, y, epochs = 12, verbose = false)
        Expect.isLessThan (List.last h["loss"]) h["loss"].Head "the loss, as it is without the scale, falls"
        Expect.isLessThan h["loss"].Head 10.0 "unscaled in the logs"
        t.LearningRate <- 0.01
        Expect.floatClose Accuracy.medium t.LearningRate 0.01 "the rate of the inner optimizer"
        let path = IO.Path.Combine(IO.Path.GetTempPath(), $"{Guid.NewGuid():N}.keras")
        ModelFile.saveModel (path, t)
        let again = (ModelFile.loadModel path).Trainer |> Option.get
        IO.File.Delete path
        Expect.equal again.Options.Optimizer.Class "Adam" "the file has the given one"
        let variables (x: Trainer) = x.OptimizerState.Variables |> Array.map Tensor.toArrayAs<float32>
        Expect.equal (variables again) (variables t) "state and scale come back"
        Expect.equal (again.TrainOnBatch(x, y)) (t.TrainOnBatch(x, y)) "and training goes on"
    }

    test "a step whose scaled gradients overflow is left out and lowers the scale" {
        let model =
            Model.OfLayers(
                [
                    Input [ 1 ]
                    Dense(1, useBias = false, kernelInitializer = Initializers.Ones, dtype = "mixed_float16")
                ],
                name = "m",
                policy = DTypePolicy.ofName "mixed_float16"
            )

        let t = Training.compile (model, Optimizers.SGD 0.1, loss = Losses.MeanSquaredError())
        let x = column [ 200.0f ]
        let scale () = Tensor.toFloat (Optimizers.scaleLoss t.Optimizer t.OptimizerState (Tensor.scalar 1.0f))
        t.TrainOnBatch(x, x + 100.0) |> ignore
        Expect.equal (weight t) 1.0 "-200 · 200 · 32768 is no float16"
        Expect.equal (scale ()) 16384.0 "halved"
        Expect.equal (Tensor.toInt (Optimizers.iterations t.Optimizer t.OptimizerState)) 0 "no update"
    }

    test "a run that became NaN says which operation began it" {
        let model =
            Sequential [
                Input [ 1 ]
                Dense(1, name = "first")
                Activation(Activations.custom ("bad", Lax.log), name = "bad")
            ]

        let t = Training.compile (model, Optimizers.SGD 0.1, loss = Losses.MeanSquaredError(), seed = 1)
        let x = column [ -1.0f; 1.0f ]
        let watch = TerminateOnNaN(findOperation = true)
        let h = t.Fit(x, x, epochs = 5, callbacks = [ watch ], verbose = false)
        Expect.equal h.Epochs.Length 1 "it stopped"

        match watch.Operation with
        | Some text ->
            Expect.stringContains text "log" "operation"
            Expect.stringContains text "bad" "layer"
        | None -> failtest "no operation was found"

        let fresh = Training.compile (model, Optimizers.SGD 0.1, loss = Losses.MeanSquaredError(), seed = 1)
        let batch = { X = [| x |]; Y = [| x |]; Weights = [||] }
        Expect.equal (fresh.FirstNaN batch) watch.Operation "found without a run"
        let good = scaling (Optimizers.SGD 0.1) []
        Expect.isNone (good.FirstNaN batch) "nothing to find"
    }

    test "Ctrl-C ends a fit after a whole step" {
        if not (OperatingSystem.IsWindows()) then
            use p = Children.start AppContext.BaseDirectory "endless" []
            Expect.equal (p.StandardOutput.ReadLine()) "training" "it began"

            if ignoresInterrupts p then
                p.Kill()
                skiptest "Ctrl-C is ignored here, as it is for jobs in the background"

            use kill = Process.Start("kill", [ "-INT"; string p.Id ])
            kill.WaitForExit()

            if not (p.WaitForExit 60_000) then
                p.Kill()
                failtest "it did not end"

            Expect.equal (p.StandardOutput.ReadToEnd().Trim()) "interrupted true true 40" "whole steps, and it goes on"
            Expect.equal p.ExitCode 0 "the process goes on"
    }

    test "the summary counts the variables of the model and of the optimizer" {
        let model =
            Sequential([ Input [ 4 ]; Dense(3, name = "a"); BatchNormalization(name = "b") ], name = "net")

        let t = Training.compile (model, Optimizers.Adam 0.1, loss = Losses.MeanSquaredError())
        let text = Training.summary t
        Expect.stringContains text "Model: \"net\"" "title"
        Expect.stringContains text "a (Dense)" "layer"
        Expect.stringContains text "(None, 3)" "shape"
        Expect.stringContains text "Total params: 27" "15 + 12"
        Expect.stringContains text "Trainable params: 21" "of them"
        Expect.stringContains text "Non-trainable params: 6" "statistics"
        t.TrainOnBatch(Tensor.zeros [ 2; 4 ] DType.Float32, Tensor.zeros [ 2; 3 ] DType.Float32) |> ignore
        Expect.stringContains (Training.summary t) "Optimizer params: 44" "2 · 21 + 2"
    }
]

[<Tests>]
let tests = testSequencedGroup "fit" <| testList "fit" (arrays @ structures @ steps)
