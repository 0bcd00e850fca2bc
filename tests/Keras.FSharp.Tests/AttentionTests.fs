/// Attention: what is masked does not count, heads that share, any axes, gradients. The numbers are compared with real Keras
/// by the conformance runner.
module Keras.FSharp.Tests.AttentionTests

open Expecto
open Keras.FSharp
open Keras.FSharp.Saving
open type Keras.FSharp.Layers

let private sample (seed: int) (shape: int list) =
    Random.normal DType.Float32 (Dims.ofSeq shape) (Random.key (int64 seed))

let private close (expected: Tensor) (actual: Tensor) (what: string) =
    Expect.equal actual.Shape expected.Shape $"shape of {what}"

    Array.iteri2
        (fun i (e: float32) (a: float32) ->
            if abs (e - a) > 1e-5f + 1e-4f * abs e then
                failtest $"{what}: element {i} is {a}, expected {e}")
        (Tensor.toArray<float32> expected)
        (Tensor.toArray<float32> actual)

let private arguments (tensors: (string * Tensor) list) (flags: string list) : CallArguments = {
    Tensors = Map.ofList [ for k, t in tensors -> k, [| t |] ]
    Values = Map.ofList [ for f in flags -> f, Json.Bool true ]
}

let private run (layer: Layer) (v: Variables) (xs: Tensor list) tensors flags =
    (Model.applyAll (layer, v, Array.ofList xs, arguments = arguments tensors flags)).Outputs

let private first (layer: Layer) (v: Variables) (xs: Tensor list) tensors flags : Tensor =
    let ys = run layer v xs tensors flags
    ys[0]

let private init (layer: Layer) (xs: Tensor list) =
    Model.init (Random.key 3L, layer, inputs = [| for x in xs -> x.Aval |])

let private layers: (string * Layer) list = [
    "MultiHeadAttention", MultiHeadAttention(2, 3, name = "a")
    "with a gate", MultiHeadAttention(2, 3, valueDim = 4, useGate = true, name = "a")
    "GroupQueryAttention", GroupQueryAttention(3, 4, 2, name = "a")
    "grouped, with a gate", GroupQueryAttention(3, 4, 2, useGate = true, name = "a")
]

[<Tests>]
let tests =
    testList "attention" [
        for name, layer in layers do
            testCase $"{name}: with and without weights it is the same"
            <| fun () ->
                let q, v = sample 1 [ 2; 4; 5 ], sample 2 [ 2; 6; 5 ]
                let values = init layer [ q; v ]

                for flags in [ []; [ "use_causal_mask" ] ] do
                    let plain = run layer values [ q; v ] [] flags
                    let full = run layer values [ q; v ] [] ("return_attention_scores" :: flags)
                    close plain[0] full[0] "output"
                    let sums = Ops.sum (full[1], [ -1 ])
                    close (Lax.onesLike sums) sums "sums of weights"

            testCase $"{name}: causal attention does not see what comes later"
            <| fun () ->
                let x = sample 3 [ 1; 5; 4 ]
                let values = init layer [ x; x ]
                let changed = Lax.concat 1 [| Lax.sliceAxis 1 0 3 x; sample 4 [ 1; 2; 4 ] |]
                let begin' (y: Tensor) = Lax.sliceAxis 1 0 3 y
                let a = (first layer values [ x; x ] [] [ "use_causal_mask" ])
                let b = (first layer values [ changed; changed ] [] [ "use_causal_mask" ])
                close (begin' a) (begin' b) "the first steps"

            testCase $"{name}: masked positions do not count"
            <| fun () ->
                let q, v = sample 5 [ 1; 3; 4 ], sample 6 [ 1; 5; 4 ]
                let values = init layer [ q; v ]
                let mask = Tensor.ofArray [ 1; 5 ] [| true; true; true; false; false |]
                let short = (first layer values [ q; Lax.sliceAxis 1 0 3 v ] [] [])
                close short (first layer values [ q; v ] [ "value_mask", mask ] []) "by the mask of the value"
                let pairs = Ops.broadcastTo (Tensor.reshape [ 1; 1; 5 ] mask, [ 1; 3; 5 ])
                close short (first layer values [ q; v ] [ "attention_mask", pairs ] []) "by the mask of pairs"
                let attached = (Model.applyAll (layer, values, [| q; v |], masks = [| null; mask |])).Outputs
                close short attached[0] "by the mask that the value carries"

            testCase $"{name}: gradients are those of differences, compiled too"
            <| fun () ->
                let q, v = sample 7 [ 1; 3; 4 ], sample 8 [ 1; 3; 4 ]
                let values = init layer [ q; v ]
                let weights = sample 9 [ 1; 3; 4 ]
                let loss (q: Tensor) = Ops.sum (Lax.mul weights (first layer values [ q; v ] [] []))
                let direction = sample 10 [ 1; 3; 4 ]
                let moved (h: float) = Tensor.toFloat (loss (Lax.add q (Lax.scale h direction)))
                let slope = (moved 1e-2 - moved -1e-2) / 2e-2

                for g in [ grad loss q; jit (grad loss) q ] do
                    let found = Tensor.toFloat (Ops.sum (Lax.mul g direction))
                    Expect.isLessThan (abs (found - slope)) (1e-3 + 1e-2 * abs slope) "slope"

        testCase "one group for each head is attention of several heads"
        <| fun () ->
            let x = sample 11 [ 2; 3; 4 ]
            let many, grouped = MultiHeadAttention(2, 3, name = "a"), GroupQueryAttention(3, 2, 2, name = "a")
            let v = init many [ x; x ]
            close (first many v [ x; x ] [] []) (first grouped v [ x; x ] [] []) "output"

        testCase "attention over two axes is attention over both as one"
        <| fun () ->
            let x = sample 12 [ 2; 3; 2; 4 ]
            let wide = MultiHeadAttention(2, 3, name = "a")
            let flat = MultiHeadAttention(2, 3, name = "a")
            let merged = Tensor.reshape [ 2; 6; 4 ] x
            let v = init flat [ merged; merged ]
            let y = run wide v [ x; x ] [] [ "return_attention_scores" ]
            let z = run flat v [ merged; merged ] [] [ "return_attention_scores" ]
            close z[0] (Tensor.reshape [ 2; 6; 4 ] y[0]) "output"
            close z[1] (Tensor.reshape [ 2; 2; 6; 6 ] y[1]) "weights"

        testCase "axes that are not attended to are a batch"
        <| fun () ->
            let x = sample 13 [ 2; 3; 2; 4 ]
            let inner = MultiHeadAttention(2, 3, attentionAxes = [ 2 ], name = "a")
            let flat = MultiHeadAttention(2, 3, name = "a")
            let merged = Tensor.reshape [ 6; 2; 4 ] x
            let v = init flat [ merged; merged ]

            close
                (first flat v [ merged; merged ] [] [])
                (Tensor.reshape [ 6; 2; 4 ] (first inner v [ x; x ] [] []))
                "output"

        testCase "a window lets positions see near ones only"
        <| fun () ->
            let x = sample 14 [ 1; 5; 4 ]
            let layer = MultiHeadAttention(1, 3, slidingWindow = 2)
            let weights = (run layer (init layer [ x; x ]) [ x; x ] [] [ "return_attention_scores" ])[1]
            let w = Tensor.toArray<float32> weights

            for i in 0..4 do
                for j in 0..4 do
                    Expect.equal (w[5 * i + j] > 0f) (abs (i - j) < 2) $"weight {i}, {j}"

        testCase "dropout of weights in training only"
        <| fun () ->
            let x = sample 15 [ 1; 5; 4 ]
            let layer = MultiHeadAttention(2, 3, dropout = 0.5)
            let v = init layer [ x; x ]

            let run training key =
                let r = Model.applyAll (layer, v, [| x; x |], training = training, key = Random.key key)
                Tensor.toArray<float32> r.Outputs[0]

            Expect.equal (run false 1L) (run false 2L) "inference"
            Expect.equal (run true 1L) (run true 1L) "the same key"
            Expect.notEqual (run true 1L) (run true 2L) "another key"

        testCase "in a model, with the mask of an embedding"
        <| fun () ->
            let ids = input ([ 4 ], dtype = DType.Int32)
            let x = ids |> call (Embedding(5, 6, maskZero = true))
            let y = callWith (MultiHeadAttention(2, 3), [ x; x ])
            let model = Functional(ids, y.Head |> call (GlobalAveragePooling1D()))
            let v = Model.init (Random.key 0L, model)
            let run (ids: int list) = fst (Model.apply (model, v, Tensor.ofArray [ 1; 4 ] (Array.ofList ids)))
            close (run [ 1; 2; 3; 0 ]) (run [ 0; 1; 2; 3 ]) "padding does not count"

        testCase "bad arguments are refused"
        <| fun () ->
            let message (f: unit -> 'a) =
                try
                    f () |> ignore
                    ""
                with KerasException _ as e ->
                    e.Message

            Expect.stringContains (message (fun () -> GroupQueryAttention(3, 4, 3))) "4 heads" "heads"
            let x = sample 1 [ 1; 2; 3 ]
            let layer = MultiHeadAttention(2, 3)
            Expect.stringContains (message (fun () -> init layer [ x ])) "no value" "value"
    ]
