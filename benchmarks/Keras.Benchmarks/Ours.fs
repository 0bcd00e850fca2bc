/// The workloads as a user of this library writes them: a model, a loss, one compiled step.
module Keras.Benchmarks.Ours

open System
open Keras.FSharp
open type Keras.FSharp.Layers

/// Numbers between -0.5 and 0.5, the same in every run.
let random (seed: int) (shape: int list) : float32[] =
    let r = Random seed
    Array.init (List.fold (*) 1 shape) (fun _ -> r.NextSingle() - 0.5f)

/// Labels of ten classes.
let labels (n: int) : int[] = Array.init n (fun i -> i * 7 % 10)

/// A training step, and what was compiled for it.
[<NoEquality; NoComparison>]
type Training = {
    /// Makes a step and returns its loss.
    Step: unit -> float
    Compiled: unit -> struct (Graph * IExecutable voption)
}

/// One step of training with Adam as a closure: the state stays inside.
let private training (model: Layer) (x: Tensor) (y: Tensor) : Training =
    let adam = Optimizers.Adam(learningRate = 1e-3)
    let variables = Model.init (Random.key 1L, model)

    let step
        ((variables: Variables, optimizer: OptimizerState, key: Tensor), (x: Tensor, y: Tensor))
        : Tensor * (Variables * OptimizerState * Tensor) =
        let next, key = Random.split key

        let objective parameters =
            let logits, after =
                Model.apply (model, { variables with Params = parameters }, x, training = true, key = key)

            Ops.mean (Ops.sparseCategoricalCrossentropy (y, logits, fromLogits = true)), after.State

        let (loss, state), gradients = valueAndGradAux objective variables.Params
        let parameters, optimizer = Optimizers.update adam gradients optimizer variables.Params
        loss, ({ Params = parameters; State = state }, optimizer, next)

    let compiled = jitDonating [ "Item1" ] step
    let mutable state = variables, Optimizers.init adam variables.Params, Random.key 2L

    {
        Step =
            fun () ->
                let loss, next = compiled.Invoke(state, (x, y))
                state <- next
                Tensor.toFloat loss
        Compiled = fun () -> compiled.Compiled(state, (x, y))
    }

let mlp () =
    let model =
        Sequential [ Input [ 784 ]; Dense(512, activation = relu); Dense(512, activation = relu); Dense 10 ]

    training model (Tensor.ofArray [ 128; 784 ] (random 1 [ 128; 784 ])) (Tensor.ofArray [ 128 ] (labels 128))

let cnn () =
    let model =
        Sequential [
            Input [ 28; 28; 1 ]
            Conv2D(32, kernelSize = 3, activation = relu)
            MaxPooling2D 2
            Conv2D(64, kernelSize = 3, activation = relu)
            MaxPooling2D 2
            Flatten()
            Dense 10
        ]

    training model (Tensor.ofArray [ 64; 28; 28; 1 ] (random 2 [ 64; 28; 28; 1 ])) (Tensor.ofArray [ 64 ] (labels 64))

/// ResNet-20 for images of 32 × 32 (He et al. 2015, section 4.2).
let resnet () =
    let x = Keras.FSharp.Layers.input [ 32; 32; 3 ]
    let apply (layer: Layer) x = Symbolic.call layer x

    let convolution (filters: int) (stride: int) x =
        x
        |> apply (Conv2D(filters, kernelSize = 3, strides = stride, padding = "same", useBias = false))
        |> apply (BatchNormalization())

    let block (filters: int) (stride: int) x =
        let inner = x |> convolution filters stride |> apply (Activation relu) |> convolution filters 1

        let shortcut =
            if stride = 1 then
                x
            else
                x
                |> apply (Conv2D(filters, kernelSize = 1, strides = stride, padding = "same", useBias = false))
                |> apply (BatchNormalization())

        Symbolic.callMany (Add()) [ inner; shortcut ] |> apply (Activation relu)

    let stage (filters: int) (stride: int) x = x |> block filters stride |> block filters 1 |> block filters 1

    let y =
        x
        |> convolution 16 1
        |> apply (Activation relu)
        |> stage 16 1
        |> stage 32 2
        |> stage 64 2
        |> apply (GlobalAveragePooling2D())
        |> apply (Dense 10)

    training
        (Functional(x, y))
        (Tensor.ofArray [ 32; 32; 32; 3 ] (random 3 [ 32; 32; 32; 3 ]))
        (Tensor.ofArray [ 32 ] (labels 32))

/// The parameters of one layer of a transformer encoder.
type EncoderLayer = {
    Qkv: Tensor
    QkvBias: Tensor
    Out: Tensor
    OutBias: Tensor
    Gamma1: Tensor
    Beta1: Tensor
    Up: Tensor
    UpBias: Tensor
    Down: Tensor
    DownBias: Tensor
    Gamma2: Tensor
    Beta2: Tensor
}

/// A transformer encoder of two layers, written as pure functions on a record of parameters.
let transformer () =
    let d, heads, tokens, batch = 256, 8, 128, 16

    let weight seed (shape: int list) = Tensor.ofArray shape (random seed shape |> Array.map (fun v -> v * 0.1f))

    let zeros n = Tensor.ofArray [ n ] (Array.zeroCreate<float32> n)
    let ones n = Tensor.ofArray [ n ] (Array.create n 1.0f)

    let layer seed = {
        Qkv = weight seed [ d; 3 * d ]
        QkvBias = zeros (3 * d)
        Out = weight (seed + 1) [ d; d ]
        OutBias = zeros d
        Gamma1 = ones d
        Beta1 = zeros d
        Up = weight (seed + 2) [ d; 4 * d ]
        UpBias = zeros (4 * d)
        Down = weight (seed + 3) [ 4 * d; d ]
        DownBias = zeros d
        Gamma2 = ones d
        Beta2 = zeros d
    }

    let dense (w: Tensor) (b: Tensor) (x: Tensor) = Ops.matmul (x, w) + b

    let normalize (gamma: Tensor) (beta: Tensor) (x: Tensor) =
        Ops.layerNormalization (x, gamma = gamma, beta = beta, axis = [ -1 ], epsilon = 1e-5)

    let encode (x: Tensor) (p: EncoderLayer) =
        let qkv = dense p.Qkv p.QkvBias x

        let part i = Lax.sliceAxis 2 (i * d) ((i + 1) * d) qkv |> Tensor.reshape [ batch; tokens; heads; d / heads ]

        let attended = Ops.dotProductAttention (part 0, part 1, part 2) |> Tensor.reshape [ batch; tokens; d ]

        let x = normalize p.Gamma1 p.Beta1 (x + dense p.Out p.OutBias attended)
        let inner = Ops.gelu (dense p.Up p.UpBias x, approximate = false)
        normalize p.Gamma2 p.Beta2 (x + dense p.Down p.DownBias inner)

    let parameters = [| layer 10; layer 20 |], weight 30 [ d; 10 ], zeros 10
    let adam = Optimizers.Adam(learningRate = 1e-3)

    let step
        (((layers: EncoderLayer[], head: Tensor, bias: Tensor), optimizer: OptimizerState), (x: Tensor, y: Tensor))
        =
        let objective (layers: EncoderLayer[], head: Tensor, bias: Tensor) =
            let encoded = Array.fold encode x layers
            let logits = dense head bias (Ops.mean (encoded, axis = [ 1 ]))
            Ops.mean (Ops.sparseCategoricalCrossentropy (y, logits, fromLogits = true))

        let loss, gradients = valueAndGrad objective (layers, head, bias)
        let parameters, optimizer = Optimizers.update adam gradients optimizer (layers, head, bias)
        loss, (parameters, optimizer)

    let compiled = jitDonating [ "Item1" ] step
    let mutable state = parameters, Optimizers.init adam parameters
    let x = Tensor.ofArray [ batch; tokens; d ] (random 4 [ batch; tokens; d ])
    let y = Tensor.ofArray [ batch ] (labels batch)

    {
        Step =
            fun () ->
                let loss, next = compiled.Invoke(state, (x, y))
                state <- next
                Tensor.toFloat loss
        Compiled = fun () -> compiled.Compiled(state, (x, y))
    }
