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

/// True where products are to be made in bfloat16 (`mixed_bfloat16`); the layers know it from their policy.
let mutable isMixed = false

/// A training step, and what was compiled for it.
[<NoEquality; NoComparison>]
type Training = {
    /// Makes a step and returns its loss.
    Step: unit -> float
    /// The graph of the step after the passes.
    Graph: unit -> Graph
    /// Measures the steps of the compiled program in a number of runs.
    Profile: int -> Profile
}

let private weight seed (shape: int list) = Tensor.ofArray shape (random seed shape |> Array.map (fun v -> v * 0.1f))
let private zeros n = Tensor.ofArray [ n ] (Array.zeroCreate<float32> n)
let private ones n = Tensor.ofArray [ n ] (Array.create n 1.0f)

/// What products take: parameters stay float32.
let private narrow (x: Tensor) = if isMixed then Lax.convert DType.BFloat16 x else x

let private wide (x: Tensor) = Lax.convert DType.Float32 x
let private dense (w: Tensor) (b: Tensor) (x: Tensor) = Ops.matmul (narrow x, narrow w) + narrow b

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

            Ops.mean (Ops.sparseCategoricalCrossentropy (y, wide logits, fromLogits = true)), after.State

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
        Graph = fun () -> compiled.Graph(state, (x, y))
        Profile = fun runs -> compiled.Profile((state, (x, y)), runs)
    }

/// One step of training with Adam of a pure function of parameters, on the batches that `next` gives.
let private trainingOf (objective: 'p -> Tensor * Tensor -> Tensor) (parameters: 'p) (next: unit -> Tensor * Tensor) =
    let adam = Optimizers.Adam(learningRate = 1e-3)

    let step ((parameters: 'p, optimizer: OptimizerState), batch: Tensor * Tensor) =
        let loss, gradients = valueAndGrad (fun p -> objective p batch) parameters
        let parameters, optimizer = Optimizers.update adam gradients optimizer parameters
        loss, (parameters, optimizer)

    let compiled = jitDonating [ "Item1" ] step
    let mutable state = parameters, Optimizers.init adam parameters

    {
        Step =
            fun () ->
                let loss, after = compiled.Invoke(state, next ())
                state <- after
                Tensor.toFloat loss
        Graph = fun () -> compiled.Graph(state, next ())
        Profile = fun runs -> compiled.Profile((state, next ()), runs)
    }

/// 32 texts of 80 words.
let words () : int[] =
    let r = Random 8
    Array.init (32 * 80) (fun _ -> r.Next 10000)

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

/// Words of 10,000, an LSTM over 80 of them, and a classifier on what it ends with.
let lstm () =
    let model = Sequential [ Input([ 80 ], dtype = DType.Int32); Embedding(10000, 128); LSTM 128; Dense 10 ]
    let x = words ()
    training model (Tensor.ofArray [ 32; 80 ] x) (Tensor.ofArray [ 32 ] (labels 32))

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

let private normalize (gamma: Tensor) (beta: Tensor) (x: Tensor) =
    Ops.layerNormalization (wide x, gamma = gamma, beta = beta, axis = [ -1 ], epsilon = 1e-5) |> narrow

/// The parameters of one layer of a transformer.
type TransformerLayer = {
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

let private transformerLayer (d: int) (seed: int) = {
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

let private attend (heads: int) (isCausal: bool) (p: TransformerLayer) (x: Tensor) =
    let batch, tokens, d = x.Shape[0], x.Shape[1], x.Shape[2]
    let qkv = dense p.Qkv p.QkvBias x

    let part i = Lax.sliceAxis 2 (i * d) ((i + 1) * d) qkv |> Tensor.reshape [ batch; tokens; heads; d / heads ]

    Ops.dotProductAttention (part 0, part 1, part 2, isCausal = isCausal)
    |> Tensor.reshape [ batch; tokens; d ]
    |> dense p.Out p.OutBias

let private feedForward (p: TransformerLayer) (x: Tensor) =
    dense p.Down p.DownBias (Ops.gelu (dense p.Up p.UpBias x, approximate = false))

/// A transformer encoder of two layers, written as pure functions on a record of parameters.
let transformer () =
    let d, tokens, batch = 256, 128, 16

    let encode (x: Tensor) (p: TransformerLayer) =
        let x = normalize p.Gamma1 p.Beta1 (x + attend 8 false p x)
        normalize p.Gamma2 p.Beta2 (x + feedForward p x)

    let objective (layers: TransformerLayer[], head: Tensor, bias: Tensor) (x: Tensor, y: Tensor) =
        let encoded = Array.fold encode (narrow x) layers
        let logits = dense head bias (Ops.mean (encoded, axis = [ 1 ])) |> wide
        Ops.mean (Ops.sparseCategoricalCrossentropy (y, logits, fromLogits = true))

    let x = Tensor.ofArray [ batch; tokens; d ] (random 4 [ batch; tokens; d ])
    let y = Tensor.ofArray [ batch ] (labels batch)
    let parameters = [| transformerLayer d 10; transformerLayer d 20 |], weight 30 [ d; 10 ], zeros 10
    trainingOf objective parameters (fun () -> x, y)

/// How many characters the language model knows.
let characters = 96

/// Texts and the characters that follow, one batch of 16 texts of 128 characters.
let texts () : int[] * int[] =
    let r = Random 5
    let text = Array.init (16 * 129) (fun _ -> r.Next characters)
    let from at = Array.init (16 * 128) (fun i -> text[i / 128 * 129 + i % 128 + at])
    from 0, from 1

/// A character-level GPT of four layers, norms before the sums.
let charGpt () =
    let d, tokens, batch = 256, 128, 16

    let block (x: Tensor) (p: TransformerLayer) =
        let x = x + attend 8 true p (normalize p.Gamma1 p.Beta1 x)
        x + feedForward p (normalize p.Gamma2 p.Beta2 x)

    let objective (layers: TransformerLayer[], (table, places), (gamma, beta), head) (x: Tensor, y: Tensor) =
        let embedded = narrow (Ops.take (table, x, 0) + places)
        let encoded = normalize gamma beta (Array.fold block embedded layers)
        let logits = wide (Ops.matmul (encoded, narrow head))
        Ops.mean (Ops.sparseCategoricalCrossentropy (y, logits, fromLogits = true))

    let x, y = texts ()
    let x, y = Tensor.ofArray [ batch; tokens ] x, Tensor.ofArray [ batch; tokens ] y

    let parameters =
        Array.init 4 (fun i -> transformerLayer d (10 * i)),
        (weight 50 [ characters; d ], weight 51 [ tokens; d ]),
        (ones d, zeros d),
        weight 52 [ d; characters ]

    trainingOf objective parameters (fun () -> x, y)

/// How many rows the tables of the tabular network have: from a thousand to a hundred thousand.
let tables: int[] = Array.init 26 (fun i -> int (1000.0 * Math.Pow(100.0, float i / 25.0)))

/// Batches of 512 rows, so many that new rows of the tables are met all the time: a row of each table, and a label.
let tabularBatches: Lazy<(int[] * float32[])[]> =
    lazy
        (let r = Random 6

         Array.init 100 (fun _ ->
             // Few values are frequent and many rare, as categories are.
             let row i = int (float tables[i] * Math.Pow(r.NextDouble(), 3.0))
             Array.init (512 * 26) (fun i -> row (i % 26)), Array.init 512 (fun _ -> float32 (r.Next 2))))

/// Gives the elements of an array one after the other, again and again.
let around (items: 'a[]) : unit -> 'a =
    let mutable at = -1

    fun () ->
        at <- (at + 1) % items.Length
        items[at]

/// 26 embeddings of 16 and a network 256-128-1 upon them.
let tabular () =
    let objective (tables: Tensor[], (w1, b1), (w2, b2), (w3, b3)) (x: Tensor, y: Tensor) =
        let rows =
            tables
            |> Array.mapi (fun i table -> Ops.take (table, Lax.sliceAxis 1 i (i + 1) x |> Tensor.reshape [ 512 ], 0))

        let x = Ops.concatenate (List.ofArray rows, axis = 1)
        let x = Ops.relu (dense w1 b1 x)
        let logits = dense w3 b3 (Ops.relu (dense w2 b2 x)) |> wide
        Ops.mean (Ops.binaryCrossentropy (y, logits, fromLogits = true))

    let batches =
        tabularBatches.Value
        |> Array.map (fun (x, y) -> Tensor.ofArray [ 512; 26 ] x, Tensor.ofArray [ 512; 1 ] y)

    let parameters =
        tables |> Array.mapi (fun i n -> weight (60 + i) [ n; 16 ]),
        (weight 100 [ 416; 256 ], zeros 256),
        (weight 101 [ 256; 128 ], zeros 128),
        (weight 102 [ 128; 1 ], zeros 1)

    trainingOf objective parameters (around batches)
