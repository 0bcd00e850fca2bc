/// The main job: trains a convolutional network on handwritten digits, saves it, loads it again and checks it.
///
///     dotnet run -c Release --project samples/Mnist               the extract in the repository
///     dotnet run -c Release --project samples/Mnist -- --full     the full set (see samples/data)
///     dotnet run -c Release --project samples/Mnist -- --quick    one short epoch, for a check
module Mnist.Program

open System
open System.IO
open Keras.FSharp
open Keras.FSharp.Backends
open type Keras.FSharp.Layers

/// The value after an option, if it is given.
let option (arguments: string[]) (name: string) : string option =
    match Array.IndexOf(arguments, name) with
    | -1 -> None
    | i when i + 1 < arguments.Length -> Some arguments[i + 1]
    | _ -> failwith $"{name} needs a value"

/// The folder of the extract: beside the sources, wherever the program is started from.
let extract () : string =
    let rec up (folder: DirectoryInfo | null) =
        match folder with
        | null -> failwith "samples/data/mnist was not found above the program; pass its folder with --data"
        | d ->
            let candidate = Path.Combine(d.FullName, "samples", "data", "mnist")
            if Directory.Exists candidate then candidate else up d.Parent

    up (DirectoryInfo AppContext.BaseDirectory)

/// Images as floats between 0 and 1, with a channel axis.
let images (x: Tensor) : Tensor = Tensor.cast DType.Float32 x / 255.0 |> Tensor.reshape [ x.Shape[0]; 28; 28; 1 ]

let network () =
    Sequential [
        Input [ 28; 28; 1 ]
        Conv2D(32, kernelSize = 3, activation = relu)
        MaxPooling2D 2
        Conv2D(64, kernelSize = 3, activation = relu)
        MaxPooling2D 2
        Flatten()
        Dropout 0.5
        Dense(10, activation = softmax)
    ]

[<EntryPoint>]
let main arguments =
    let has name = Array.contains name arguments
    let quick, full = has "--quick", has "--full"
    let output = option arguments "--out" |> Option.defaultValue "out"

    let epochs =
        match option arguments "--epochs" with
        | Some n -> int n
        | None when quick -> 1
        | None -> 10

    let data =
        match option arguments "--data" with
        | Some folder -> Datasets.mnist folder
        | None when full -> Datasets.mnist ()
        | None -> Datasets.mnist (extract ())

    let part (n: int) (x: Tensor) = if quick then Lax.sliceAxis 0 0 (min n x.Shape[0]) x else x

    let trainX, trainY = images (part 2000 data.TrainX), part 2000 data.TrainY
    let testX, testY = images (part 500 data.TestX), part 500 data.TestY

    printfn "Backend %s, %d training and %d test images" Backends.Name trainX.Shape[0] testX.Shape[0]

    let model = network ()
    let batchSize = 128

    // Large steps first, small ones at the end: worth half a percent against a constant rate.
    let rate =
        Schedules.CosineDecay(2e-3, decaySteps = epochs * ((trainX.Shape[0] + batchSize - 1) / batchSize))

    let trainer =
        Training.compile (
            model,
            optimizer = Optimizers.Adam(learningRate = rate),
            loss = Losses.SparseCategoricalCrossentropy(),
            metrics = [ "accuracy" ],
            seed = 42
        )

    printfn "%s" (Training.summary trainer)

    let history =
        trainer.Fit(trainX, trainY, batchSize = batchSize, epochs = epochs, validationData = (testX, testY))

    Directory.CreateDirectory output |> ignore
    let path = Path.Combine(output, "mnist.keras")
    ModelFile.saveModel (path, trainer)

    // What was saved must predict the same.
    let predictions = trainer.Predict testX

    let again =
        match (ModelFile.loadModel path).Trainer with
        | Some loaded -> loaded.Predict testX
        | None -> failwith "the loaded model is not compiled"

    let difference = Lax.reduceMax (Dims.range 2) (Lax.abs (predictions - again)) |> Tensor.toFloat

    if difference > 1e-5 then
        failwith $"the loaded model predicts differently by {difference}"

    let labels = Tensor.toArray<byte> testY |> Array.map int
    let predicted = Tensor.toArray<int>(Lax.argReduce true 1 predictions)
    Pictures.curves (Path.Combine(output, "curves.png")) history
    Pictures.confusion (Path.Combine(output, "confusion.png")) labels predicted
    printfn "Saved to %s: mnist.keras (loaded again, predictions agree), curves.png, confusion.png" output

    let right = Array.map2 (fun l p -> if l = p then 1.0 else 0.0) labels predicted
    printfn "Test accuracy: %.1f %%" (100.0 * Array.average right)
    0
