/// Serving against ONNX Runtime and eager TorchSharp: the same network with the same weights, one request at a time.
module Keras.Benchmarks.Serving

open System
open System.IO
open System.Text
open Microsoft.ML.OnnxRuntime
open TorchSharp
open Keras.FSharp

/// The parts of the ONNX format (protobuf) that a network of products needs.
module private Onnx =
    let private varint (s: Stream) (value: uint64) =
        let mutable v = value

        while v >= 0x80UL do
            s.WriteByte(byte (v ||| 0x80UL))
            v <- v >>> 7

        s.WriteByte(byte v)

    let private number (field: int) (value: int64) (s: Stream) =
        varint s (uint64 (field <<< 3))
        varint s (uint64 value)

    let private bytes (field: int) (value: byte[]) (s: Stream) =
        varint s (uint64 (field <<< 3 ||| 2))
        varint s (uint64 value.Length)
        s.Write(value, 0, value.Length)

    let private text (field: int) (value: string) : Stream -> unit = bytes field (Encoding.UTF8.GetBytes value)

    let private message (parts: (Stream -> unit) list) : byte[] =
        use s = new MemoryStream()

        for part in parts do
            part s

        s.ToArray()

    let private floatType = 1L

    let node (op: string) (inputs: string list) (output: string) : byte[] =
        message [
            for i in inputs do
                text 1 i
            text 2 output
            text 4 op
        ]

    let weights (name: string) (shape: int list) (values: float32[]) : byte[] =
        let raw = Array.zeroCreate (4 * values.Length)
        Buffer.BlockCopy(values, 0, raw, 0, raw.Length)

        message [
            for d in shape do
                number 1 (int64 d)
            number 2 floatType
            text 8 name
            bytes 9 raw
        ]

    let private value (name: string) (shape: int list) : byte[] =
        let dims =
            message [
                for d in shape do
                    bytes 1 (message [ number 1 (int64 d) ])
            ]

        let tensor = message [ number 1 floatType; bytes 2 dims ]
        message [ text 1 name; bytes 2 (message [ bytes 1 tensor ]) ]

    let model
        (nodes: byte[] list)
        (weights: byte[] list)
        (input: string * int list)
        (output: string * int list)
        : byte[] =
        let graph =
            message [
                for n in nodes do
                    bytes 1 n
                text 2 "network"
                for w in weights do
                    bytes 5 w
                bytes 11 (value (fst input) (snd input))
                bytes 12 (value (fst output) (snd output))
            ]

        message [ number 1 8L; bytes 7 graph; bytes 8 (message [ number 2 17L ]) ]

/// W10: a perceptron 64-64-1 on one sample, by the three.
let perceptron () : Workload.Contenders =
    let model =
        Layers.Sequential [ Layers.Input [ 64 ]; Layers.Dense(64, activation = relu); Layers.Dense 1 ]

    let variables = Model.init (Random.key 1L, model)
    let leaf (path: string) = Tree.toPairs variables.Params |> Array.find (fun (p, _) -> p.EndsWith path) |> snd
    let array (t: Tensor) = Tensor.toArray<float32> t
    let name i = (Model.Layers model |> List.filter (fun l -> l.Parts.Class = "Dense") |> List.item i).Name
    let w1, b1 = leaf $"{name 0}/kernel", leaf $"{name 0}/bias"
    let w2, b2 = leaf $"{name 1}/kernel", leaf $"{name 1}/bias"
    let sample = Ours.random 5 [ 1; 64 ]

    let ours =
        let f = Model.inference (model, variables)
        let x = Tensor.ofArray [ 1; 64 ] sample
        fun () -> Tensor.toFloat (f.Run x)

    let onnx =
        let bytes =
            Onnx.model
                [
                    Onnx.node "MatMul" [ "x"; "w1" ] "a"
                    Onnx.node "Add" [ "a"; "b1" ] "b"
                    Onnx.node "Relu" [ "b" ] "c"
                    Onnx.node "MatMul" [ "c"; "w2" ] "d"
                    Onnx.node "Add" [ "d"; "b2" ] "y"
                ]
                [
                    Onnx.weights "w1" [ 64; 64 ] (array w1)
                    Onnx.weights "b1" [ 64 ] (array b1)
                    Onnx.weights "w2" [ 64; 1 ] (array w2)
                    Onnx.weights "b2" [ 1 ] (array b2)
                ]
                ("x", [ 1; 64 ])
                ("y", [ 1; 1 ])

        let options = new SessionOptions(IntraOpNumThreads = 2)
        let session = new InferenceSession(bytes, options)
        let output = Array.zeroCreate<float32> 1
        let x = OrtValue.CreateTensorValueFromMemory(sample, [| 1L; 64L |])
        let y = OrtValue.CreateTensorValueFromMemory(output, [| 1L; 1L |])
        let run = new RunOptions()

        fun () ->
            session.Run(run, [| "x" |], [| x |], [| "y" |], [| y |])
            float output[0]

    let eager =
        let load (t: Tensor) (shape: int64[]) = torch.tensor(array t).reshape shape
        let w1, w2 = load w1 [| 64L; 64L |], load w2 [| 64L; 1L |]
        let b1, b2 = load b1 [| 64L |], load b2 [| 1L |]
        let x = torch.tensor(sample).reshape([| 1L; 64L |])

        fun () ->
            use _ = torch.no_grad ()
            use _ = torch.NewDisposeScope()
            let hidden = torch.addmm(b1, x, w1, 1.0f, 1.0f).relu_()
            torch.addmm(b2, hidden, w2, 1.0f, 1.0f).ToDouble()

    [ "ours", ours; "onnx", onnx; "eager", eager ]
