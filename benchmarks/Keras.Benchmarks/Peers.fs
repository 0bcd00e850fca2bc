/// The same workloads written by hand in eager TorchSharp, as well as its users write them: modules, one Adam, a dispose
/// scope around each step.
module Keras.Benchmarks.Peers

open System
open TorchSharp
open type TorchSharp.torch
open type TorchSharp.torch.nn

/// A training step with Adam of a loss on the batches that `next` gives.
let private trainingOf
    (network: Module<Tensor, Tensor>)
    (loss: Tensor -> Tensor -> Tensor)
    (next: unit -> Tensor * Tensor)
    : unit -> float =
    network.train ()
    let adam = optim.Adam(network.parameters (), 1e-3, eps = 1e-7)

    fun () ->
        use _ = NewDisposeScope()
        let x, y = next ()
        adam.zero_grad ()
        let loss = loss (network.forward x) y
        loss.backward ()
        adam.step () |> ignore
        loss.ToDouble()

/// A training step with Adam and cross-entropy.
let private training (network: Module<Tensor, Tensor>) (x: Tensor) (y: Tensor) : unit -> float =
    trainingOf network (fun logits y -> functional.cross_entropy (logits, y)) (fun () -> x, y)

let private data (seed: int) (shape: int list) : Tensor =
    torch.tensor(Ours.random seed shape).reshape(shape |> List.map Convert.ToInt64 |> List.toArray)

/// Images in the order that TorchSharp expects, channels first.
let private images (seed: int) (n: int) (size: int) (channels: int) : Tensor =
    (data seed [ n; size; size; channels ]).permute([| 0L; 3L; 1L; 2L |]).contiguous()

let private targets (n: int) : Tensor =
    let classes: System.Int64[] = Ours.labels n |> Array.map Convert.ToInt64
    torch.tensor classes

let private int64s (xs: int[]) : System.Int64[] = xs |> Array.map Convert.ToInt64

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

/// Words, an LSTM over them, and a classifier on what it ends with.
type private Recurrent() as this =
    inherit Module<Tensor, Tensor>("recurrent")
    let table = Embedding(10000, 128)
    let lstm = LSTM(128, 128, batchFirst = true)
    let head = Linear(128, 10)
    do this.RegisterComponents()

    override _.forward x =
        let struct (y, _, _) = lstm.forward (table.forward x)
        head.forward (y.select (1, -1))

/// One layer of a transformer: norms after the sums, or before, as GPT has them and causal.
type private TransformerLayer(d: System.Int64, heads: System.Int64, isCausal: bool) as this =
    inherit Module<Tensor, Tensor>("layer")
    let qkv = Linear(d, 3L * d)
    let out = Linear(d, d)
    let norm1 = LayerNorm(d)
    let up = Linear(d, 4L * d)
    let down = Linear(4L * d, d)
    let norm2 = LayerNorm(d)
    do this.RegisterComponents()

    let attend (x: Tensor) =
        let batch, tokens = x.shape[0], x.shape[1]
        let parts = (qkv.forward x).view(batch, tokens, 3L, heads, d / heads).permute([| 2L; 0L; 3L; 1L; 4L |])

        let attended =
            functional.scaled_dot_product_attention (parts[0L], parts[1L], parts[2L], is_casual = isCausal)

        out.forward (attended.transpose(1, 2).reshape(batch, tokens, d))

    let feedForward (x: Tensor) = down.forward (functional.gelu (up.forward x))

    override _.forward x =
        if isCausal then
            let x = x.add (attend (norm1.forward x))
            x.add (feedForward (norm2.forward x))
        else
            let x = norm1.forward (x.add (attend x))
            norm2.forward (x.add (feedForward x))

/// The encoder of two layers with a classifier on the mean of the tokens.
type private Transformer() as this =
    inherit Module<Tensor, Tensor>("transformer")
    let first = new TransformerLayer(256, 8, false)
    let second = new TransformerLayer(256, 8, false)
    let head = Linear(256, 10)
    do this.RegisterComponents()

    override _.forward x = head.forward ((second.forward (first.forward x)).mean [| 1L |])

let transformer () = training (new Transformer()) (data 4 [ 16; 128; 256 ]) (targets 16)

let lstm () = training (new Recurrent()) (torch.tensor(int64s (Ours.words ())).reshape(32L, 80L)) (targets 32)

/// A character-level GPT of four layers.
type private CharGpt() as this =
    inherit Module<Tensor, Tensor>("gpt")
    let table = Embedding(Ours.characters, 256)
    let places = Parameter(torch.randn ([| 128L; 256L |]) * 0.02f)
    let layer () = new TransformerLayer(256, 8, true) :> Module<Tensor, Tensor>
    let layers = Sequential(layer (), layer (), layer (), layer ())
    let norm = LayerNorm(256)
    let head = Linear(256, Ours.characters, hasBias = false)
    do this.RegisterComponents()

    override _.forward x = head.forward (norm.forward (layers.forward ((table.forward x).add places)))

let charGpt () =
    let x, y = Ours.texts ()
    let x, y = torch.tensor(int64s x).reshape(16L, 128L), torch.tensor (int64s y)

    trainingOf
        (new CharGpt())
        (fun logits y -> functional.cross_entropy (logits.view (-1L, logits.shape[2]), y))
        (fun () -> x, y)

/// 26 embeddings of 16 and a network 256-128-1 upon them.
type private Tabular() as this =
    inherit Module<Tensor, Tensor>("tabular")

    let tables =
        ModuleList<Module<Tensor, Tensor>>(
            Ours.tables |> Array.map (fun n -> Embedding(n, 16) :> Module<Tensor, Tensor>)
        )

    let network =
        Sequential(Linear(416, 256) :> Module<Tensor, Tensor>, ReLU(), Linear(256, 128), ReLU(), Linear(128, 1))

    do this.RegisterComponents()

    override _.forward x =
        let rows = Array.init tables.Count (fun i -> tables[i].forward(x.select (1, i)))
        network.forward (torch.cat (rows, 1L))

let tabular () =
    let batches =
        Ours.tabularBatches.Value
        |> Array.map (fun (x, y) -> torch.tensor(int64s x).reshape(512L, 26L), torch.tensor(y).reshape(512L, 1L))

    trainingOf
        (new Tabular())
        (fun logits y -> functional.binary_cross_entropy_with_logits (logits, y))
        (Ours.around batches)
