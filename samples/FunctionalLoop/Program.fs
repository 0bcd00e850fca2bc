/// The pure functional way: parameters, state and optimizer are values; one compiled function maps them to the next ones.
module FunctionalLoop.Program

open System
open System.IO
open Keras.FSharp
open Keras.FSharp.Backends
open type Keras.FSharp.Layers

let model =
    Sequential [
        Input [ 28; 28; 1 ]
        Conv2D(16, kernelSize = 3, activation = relu)
        MaxPooling2D 2
        Conv2D(32, kernelSize = 3, activation = relu)
        MaxPooling2D 2
        Flatten()
        Dropout 0.25
        Dense 10
    ]

let adam = Optimizers.Adam(learningRate = 1e-3)

/// The loss of parameters on a batch, and the state that the model leaves behind.
let loss (state: Tree<Tensor>) (key: Tensor) (x: Tensor, y: Tensor) (parameters: Tree<Tensor>) =
    let variables = { Params = parameters; State = state }
    let logits, next = Model.apply (model, variables, x, training = true, key = key)
    Ops.mean (Losses.sparseCategoricalCrossentropy (y, logits, fromLogits = true)), next.State

/// One step: from (variables, optimizer, key) and a batch to the loss and the next of them.
let step ((variables: Variables, optimizer: OptimizerState, key: Tensor), batch: Tensor * Tensor) =
    let next, key = Random.split key
    let (value, state), gradients = valueAndGradAux (loss variables.State key batch) variables.Params
    let parameters, optimizer = Optimizers.update adam gradients optimizer variables.Params
    value, ({ Params = parameters; State = state }, optimizer, next)

/// Which of the images are recognized: 1 or 0 each.
let correct (variables: Variables, x: Tensor, y: Tensor) =
    let logits, _ = Model.apply (model, variables, x)
    Lax.convert DType.Float32 (Lax.eq (Lax.argReduce true 1 logits) (Tensor.cast DType.Int32 y))

/// The extract of MNIST that lies in the repository.
let data () =
    let rec up (folder: DirectoryInfo | null) =
        match folder with
        | null -> failwith "samples/data/mnist was not found above the program"
        | d ->
            let candidate = Path.Combine(d.FullName, "samples", "data", "mnist")
            if Directory.Exists candidate then candidate else up d.Parent

    Datasets.mnist (up (DirectoryInfo AppContext.BaseDirectory))

[<EntryPoint>]
let main arguments =
    let epochs = if Array.contains "--quick" arguments then 1 else 3
    let data = data ()

    let images (x: Tensor) = Tensor.cast DType.Float32 x / 255.0 |> Tensor.reshape [ x.Shape[0]; 28; 28; 1 ]

    let x, y = images data.TrainX, data.TrainY
    let key, initKey = Random.split (Random.key 42L)
    let variables = Model.init (initKey, model)

    // The memory of the first item is given to the step, which updates it in place.
    let step = jitDonating [ "Item1" ] step
    let mutable state = variables, Optimizers.init adam variables.Params, key
    let batchSize = 128
    let shuffle = Random(7)

    for epoch in 1..epochs do
        let order = Array.init y.Size int32
        shuffle.Shuffle order
        let mutable total = 0.0
        let batches = y.Size / batchSize

        for b in 0 .. batches - 1 do
            let index = Tensor.ofArray [ batchSize ] (Array.sub order (b * batchSize) batchSize)
            let value, next = step.Invoke(state, (Lax.gather 0 index x, Lax.gather 0 index y))
            state <- next
            total <- total + Tensor.toFloat value

        printfn "epoch %d: loss %.4f" epoch (total / float batches)

    let variables, _, _ = state
    let hits = jit correct (variables, images data.TestX, data.TestY)
    printfn "Test accuracy: %.1f %%" (100.0 * (Tensor.toFloat (Ops.mean hits)))
    0
