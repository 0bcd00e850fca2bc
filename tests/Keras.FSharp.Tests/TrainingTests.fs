/// Training: fit and its callbacks, and what bad input is answered with.
module Keras.FSharp.Tests.TrainingTests

open System
open System.Collections.Generic
open System.Threading
open Expecto
open Keras.FSharp
open type Keras.FSharp.Layers

/// Points of three classes that a small network can tell apart.
let private data (n: int) =
    let r = Random 5
    let y = Array.init n (fun i -> i % 3)

    let x =
        y
        |> Array.collect (fun c -> [|
            float32 c + 0.3f * (r.NextSingle() - 0.5f)
            float32 (c * c) - 2.0f * r.NextSingle()
        |])

    Tensor.ofArray [ n; 2 ] x, Tensor.ofArray [ n ] y

let private network () = Sequential [ Input [ 2 ]; Dense(16, activation = relu); Dense(3, activation = softmax) ]

let private trainer () =
    Training.compile (
        network (),
        optimizer = Optimizers.Adam(learningRate = 0.02),
        loss = Losses.SparseCategoricalCrossentropy(),
        metrics = [ "accuracy" ],
        seed = 3
    )

[<Tests>]
let tests =
    testList "training" [
        test "fit learns, and logs loss, metrics and validation" {
            let x, y = data 300
            let t = trainer ()
            let h = t.Fit(x, y, epochs = 12, batchSize = 32, validationSplit = 0.2, verbose = false)
            Expect.equal (h.Values |> List.map fst) [ "loss"; "accuracy"; "val_loss"; "val_accuracy" ] "names"
            Expect.equal h.Epochs [ 0..11 ] "epochs"
            Expect.isGreaterThan (List.last h["val_accuracy"]) 0.8 "it learned"
            Expect.isLessThan (List.last h["loss"]) (List.head h["loss"]) "the loss fell"
        }

        test "the same seed gives the same run" {
            let x, y = data 64
            let run () = (trainer().Fit(x, y, epochs = 2, verbose = false))["loss"]
            Expect.equal (run ()) (run ()) "bit for bit"
        }

        test "evaluate agrees with a mean over all samples, whatever the batch size" {
            let x, y = data 50
            let t = trainer ()
            t.Build [| x |]
            let one = t.Evaluate(x, y, batchSize = 50)
            let many = t.Evaluate(x, y, batchSize = 7)
            Expect.floatClose Accuracy.medium one["loss"] many["loss"] "loss"
            Expect.floatClose Accuracy.medium one["accuracy"] many["accuracy"] "accuracy"
        }

        test "the training step is compiled once per shape of batch" {
            let x, y = data 70
            let t = trainer ()
            t.Fit(x, y, epochs = 3, batchSize = 32, verbose = false) |> ignore
            Expect.equal t.CompileReasons.Length 2 "whole batches and the last one"
            Expect.stringContains t.CompileReasons[1] "changed from" "the reason"
        }

        test "early stopping restores the best weights" {
            let x, y = data 60
            let t = trainer ()
            let seen = List<float * Tensor>()

            let watch =
                LambdaCallback(
                    onEpochEnd =
                        Action<int, Logs>(fun _ logs ->
                            let first = (Tree.leaves t.Variables.Params)[0]
                            seen.Add(logs["val_loss"], Tensor.copy first))
                )

            // A high learning rate makes the loss rise again.
            t.Build [| x |]
            t.LearningRate <- 1.5
            let stop = EarlyStopping(patience = 2, restoreBestWeights = true)

            t.Fit(x, y, epochs = 40, validationData = (x, y), callbacks = [ watch; stop ], verbose = false)
            |> ignore

            let best = seen |> Seq.minBy fst |> snd
            let now = (Tree.leaves t.Variables.Params)[0]
            Expect.equal (Tensor.toArray<float32> now) (Tensor.toArray<float32> best) "the weights of the best epoch"
        }

        test "the learning rate follows its scheduler" {
            let x, y = data 32
            let t = trainer ()
            let schedule = LearningRateScheduler(Func<int, float, float>(fun epoch _ -> 0.1 / float (epoch + 1)))
            let history = t.Fit(x, y, epochs = 4, callbacks = [ schedule ], verbose = false)
            Expect.floatClose Accuracy.medium t.LearningRate 0.025 "the last one"

            for epoch, rate in List.indexed history["learning_rate"] do
                Expect.floatClose Accuracy.medium rate (0.1 / float (epoch + 1)) "the logs have it"
        }

        test "a plateau lowers the learning rate, and the logs have the rate of each epoch" {
            let x, y = data 32
            let t = trainer ()
            // No improvement is that large.
            let reduce = ReduceLROnPlateau(monitor = "loss", factor = 0.5, patience = 1, minDelta = 1e9)
            let seen = List<float>()

            let watch =
                LambdaCallback(onEpochEnd = Action<int, Logs>(fun _ logs -> seen.Add(logs["learning_rate"])))

            t.Build [| x |]
            let first = t.LearningRate

            let history = t.Fit(x, y, epochs = 3, callbacks = [ reduce; watch ], verbose = false)

            let ratios = history["learning_rate"] |> List.map (fun r -> Math.Round(r / first, 4))
            Expect.equal ratios [ 1.0; 1.0; 0.5 ] "the first epoch is the best so far"
            Expect.equal (List.ofSeq seen) history["learning_rate"] "callbacks after it see the rate too"
        }

        test "a loss that is not a number stops the run" {
            let x, y = data 64
            let bad = x * nan
            let t = trainer ()
            let steps = List<int>()

            let count = LambdaCallback(onTrainBatchEnd = Action<int, Logs>(fun b _ -> steps.Add b))

            t.Fit(bad, y, epochs = 3, batchSize = 16, callbacks = [ TerminateOnNaN(); count ], verbose = false)
            |> ignore

            Expect.equal steps.Count 1 "one batch"
        }

        test "the first operation that gives a number that is none is found" {
            let x = Tensor.ofArray [ 3 ] [| 1.0f; -1.0f; 4.0f |]

            match Debugging.firstNaN (fun () -> Lax.add (Lax.log x) x) with
            | Some text -> Expect.stringContains text "log" "its name"
            | None -> failtest "it was not found"
        }

        test "cancelling keeps a state that can go on" {
            let x, y = data 128
            let t = trainer ()
            use source = new CancellationTokenSource()

            let cancel =
                LambdaCallback(
                    onTrainBatchEnd =
                        Action<int, Logs>(fun b _ ->
                            if b = 2 then
                                source.Cancel())
                )

            Expect.throwsT<OperationCanceledException>
                (fun () ->
                    t.Fit(
                        x,
                        y,
                        epochs = 5,
                        batchSize = 16,
                        callbacks = [ cancel ],
                        verbose = false,
                        cancel = source.Token
                    )
                    |> ignore)
                "it was cancelled"

            Expect.equal
                (Tensor.toInt (Optimizers.iterations t.Options.Optimizer t.OptimizerState))
                3
                "three steps were made"

            t.Fit(x, y, epochs = 1, verbose = false) |> ignore
        }

        test "class weights change the loss" {
            let x, y = data 30
            let plain = trainer().Fit(x, y, shuffle = false, verbose = false)
            let weights = dict [ 0, 0.0; 1, 0.0; 2, 0.0 ] |> Dictionary<int, float>
            let none = trainer().Fit(x, y, shuffle = false, classWeight = weights, verbose = false)
            Expect.isGreaterThan plain["loss"].Head 0.1 "without"
            Expect.equal none["loss"].Head 0.0 "with weights of zero"
        }

        test "sizes of x and y must agree" {
            let x, y = data 30
            refuses [ "30"; "20" ] (fun () -> trainer().Fit(x, Lax.sliceAxis 0 0 20 y, verbose = false))
        }

        test "empty data is refused" {
            let x, y = data 30
            let none = Lax.sliceAxis 0 0 0
            refuses [ "0 samples" ] (fun () -> trainer().Fit(none x, none y, verbose = false))
        }

        test "a wrong shape names the layer, its path and both shapes" {
            let x, _ = data 30
            refuses [ "(30, 4)"; "(None, 2)" ] (fun () -> trainer().Predict(Lax.concat 1 [| x; x |]))
            let encoder = Sequential([ Dense(3, name = "first"); Dense(4, name = "second") ], name = "encoder")
            let model = Sequential([ encoder; Conv2D(2, kernelSize = 3, name = "conv") ], name = "outer")
            let build shape = Model.init (Random.key 1L, model, [| Aval.make DType.Float32 (Dims.ofSeq shape) |])
            refuses [ "Conv2D"; "outer/conv"; "(5, 4)"; "4" ] (fun () -> build [ 5; 2 ])
            let v = Model.init (Random.key 1L, encoder, [| x.Aval |])

            refuses [ "Dense"; "encoder/first"; "(30, 4)"; "2" ] (fun () ->
                Model.apply (encoder, v, Lax.concat 1 [| x; x |]))
        }

        test "labels out of range are refused" {
            let x, _ = data 6
            let y = Tensor.ofArray [ 6 ] [| 0; 1; 2; 3; 0; 1 |]
            refuses [ "3" ] (fun () -> trainer().Fit(x, y, verbose = false))
            let y = Tensor.ofArray [ 6 ] [| 0; 1; 2; -1; 0; 1 |]
            refuses [ "-1" ] (fun () -> trainer().Evaluate(x, y))
        }

        test "unknown names list near ones" {
            refuses [ "'relu'" ] (fun () -> Activations.get "rellu")
            refuses [ "'mse'" ] (fun () -> Losses.get "mmse")
            refuses [ "'Adam'" ] (fun () -> Optimizers.ofName "adma")
            refuses [ "'accuracy'" ] (fun () -> Choice.metric "acuracy")
            refuses [ "'softmax'" ] (fun () -> Activations.get "sofmax")
        }

        test "a released value is refused" {
            let step = jitDonating [ "" ] (fun (x: Tensor) -> x + 1.0)
            let x = Tensor.ofArray [ 2 ] [| 1.0f; 2.0f |]
            step.Invoke x |> ignore
            refuses [ "donated" ] (fun () -> Tensor.toArray<float32> x)
        }
    ]
