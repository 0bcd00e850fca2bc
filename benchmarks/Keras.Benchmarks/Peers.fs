/// The same workloads written by hand in eager TorchSharp, as well as its users write them: modules, one Adam, a dispose
/// scope around each step.
module Keras.Benchmarks.Peers

open System
open TorchSharp
open type TorchSharp.torch
open type TorchSharp.torch.nn

/// A training step with Adam and cross-entropy.
let private training (network: Module<Tensor, Tensor>) (x: Tensor) (y: Tensor) : unit -> float =
    network.train ()
    let adam = optim.Adam(network.parameters (), 1e-3, eps = 1e-7)

    fun () ->
        use _ = NewDisposeScope()
        adam.zero_grad ()
        let loss = functional.cross_entropy (network.forward x, y)
        loss.backward ()
        adam.step () |> ignore
        loss.ToDouble()

let private data (seed: int) (shape: int list) : Tensor =
    torch.tensor(Ours.random seed shape).reshape(shape |> List.map Convert.ToInt64 |> List.toArray)

/// Images in the order that TorchSharp expects, channels first.
let private images (seed: int) (n: int) (size: int) (channels: int) : Tensor =
    (data seed [ n; size; size; channels ]).permute([| 0L; 3L; 1L; 2L |]).contiguous()

let private targets (n: int) : Tensor =
    let classes: System.Int64[] = Ours.labels n |> Array.map Convert.ToInt64
    torch.tensor classes

let mlp () =
    let network =
        Sequential(Linear(784, 512) :> Module<Tensor, Tensor>, ReLU(), Linear(512, 512), ReLU(), Linear(512, 10))

    training network (data 1 [ 128; 784 ]) (targets 128)

let cnn () =
    let network =
        Sequential(
            Conv2d(1, 32, 3) :> Module<Tensor, Tensor>,
            ReLU(),
            MaxPool2d 2,
            Conv2d(32, 64, 3),
            ReLU(),
            MaxPool2d 2,
            Flatten(),
            Linear(1600, 10)
        )

    training network (images 2 64 28 1) (targets 64)

/// A residual block of ResNet-20.
type private Block(input: System.Int64, filters: System.Int64, stride: System.Int64) as this =
    inherit Module<Tensor, Tensor>("block")
    let conv1 = Conv2d(input, filters, 3, stride = stride, padding = 1L, bias = false)
    let norm1 = BatchNorm2d filters
    let conv2 = Conv2d(filters, filters, 3, padding = 1L, bias = false)
    let norm2 = BatchNorm2d filters

    let shortcut =
        if stride = 1L then
            Identity() :> Module<Tensor, Tensor>
        else
            Sequential(
                Conv2d(input, filters, 1, stride = stride, bias = false) :> Module<Tensor, Tensor>,
                BatchNorm2d filters
            )

    do this.RegisterComponents()

    override _.forward x =
        let inner = norm2.forward (conv2.forward (functional.relu (norm1.forward (conv1.forward x))))
        functional.relu (inner.add (shortcut.forward x))

let resnet () =
    let stage (input: System.Int64) (filters: System.Int64) (stride: System.Int64) : Module<Tensor, Tensor> list = [
        new Block(input, filters, stride)
        new Block(filters, filters, 1L)
        new Block(filters, filters, 1L)
    ]

    let layers: Module<Tensor, Tensor> list =
        [ Conv2d(3, 16, 3, padding = 1L, bias = false); BatchNorm2d 16; ReLU() ]
        @ stage 16L 16L 1L
        @ stage 16L 32L 2L
        @ stage 32L 64L 2L
        @ [ AdaptiveAvgPool2d 1L; Flatten(); Linear(64, 10) ]

    training (Sequential(List.toArray layers)) (images 3 32 32 3) (targets 32)

/// One layer of a transformer encoder, norms after the sums.
type private Encoder(d: System.Int64, heads: System.Int64) as this =
    inherit Module<Tensor, Tensor>("encoder")
    let qkv = Linear(d, 3L * d)
    let out = Linear(d, d)
    let norm1 = LayerNorm(d)
    let up = Linear(d, 4L * d)
    let down = Linear(4L * d, d)
    let norm2 = LayerNorm(d)
    do this.RegisterComponents()

    override _.forward x =
        let batch, tokens = x.shape[0], x.shape[1]
        let parts = (qkv.forward x).view(batch, tokens, 3L, heads, d / heads).permute([| 2L; 0L; 3L; 1L; 4L |])
        let attended = functional.scaled_dot_product_attention (parts[0L], parts[1L], parts[2L])
        let joined = attended.transpose(1, 2).reshape(batch, tokens, d)
        let x = norm1.forward (x.add (out.forward joined))
        norm2.forward (x.add (down.forward (functional.gelu (up.forward x))))

/// The encoder of two layers with a classifier on the mean of the tokens.
type private Transformer() as this =
    inherit Module<Tensor, Tensor>("transformer")
    let first = new Encoder(256, 8)
    let second = new Encoder(256, 8)
    let head = Linear(256, 10)
    do this.RegisterComponents()

    override _.forward x = head.forward ((second.forward (first.forward x)).mean [| 1L |])

let transformer () = training (new Transformer()) (data 4 [ 16; 128; 256 ]) (targets 16)
