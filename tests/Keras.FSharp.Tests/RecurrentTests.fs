/// Recurrent layers: loop and graph give the same, with gradients; masks, states between calls, directions, noise, files.
/// The numbers are compared with real Keras by the conformance runner.
module Keras.FSharp.Tests.RecurrentTests

open System.IO
open Expecto
open Keras.FSharp
open Keras.FSharp.Saving
open type Keras.FSharp.Layers

let private refuses (parts: string list) (f: unit -> 'a) =
    let message =
        try
            f () |> ignore
            ""
        with KerasException _ as e ->
            e.Message

    Expect.isNotEmpty message "an error is expected"

    for part in parts do
        Expect.stringContains message part "the error"

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

/// The layers of this file by name, with arguments that all of them have.
let private kinds: (string * (bool -> bool -> Layer)) list = [
    "SimpleRNN", fun unroll all -> SimpleRNN(4, unroll = unroll, returnSequences = all, name = "r")
    "LSTM", fun unroll all -> LSTM(4, unroll = unroll, returnSequences = all, name = "r")
    "GRU", fun unroll all -> GRU(4, unroll = unroll, returnSequences = all, name = "r")
    "GRU, reset before",
    fun unroll all -> GRU(4, resetAfter = false, unroll = unroll, returnSequences = all, name = "r")
    "stack",
    fun unroll all ->
        let cells = StackedRNNCells([ LSTMCell(3, name = "a"); GRUCell(4, name = "b") ], name = "s")
        RNN(cells, unroll = unroll, returnSequences = all, name = "r")
]

let private outputsIn (training: bool) (layer: Layer) (v: Variables) (xs: Tensor list) (mask: Tensor option) =
    let others: Tensor[] = Array.create (xs.Length - 1) null
    let masks = mask |> Option.map (fun m -> Array.append [| m |] others)
    (Model.applyAll (layer, v, Array.ofList xs, ?masks = masks, training = training)).Outputs

let private outputs = outputsIn false

let private output (layer: Layer) (v: Variables) (xs: Tensor list) (mask: Tensor option) : Tensor =
    let ys = outputs layer v xs mask
    ys[0]

let private init (layer: Layer) (x: Tensor) = Model.init (Random.key 3L, layer, inputs = [| x.Aval |])

/// Output and gradients of all parameters and of the input.
let private pulled (training: bool) (layer: Layer) (v: Variables) (x: Tensor) (mask: Tensor option) =
    let loss (p, x) =
        let ys = outputsIn training layer { v with Params = p } [ x ] mask
        let y = ys[0]
        Ops.sum (Lax.mul y (Lax.sin (Lax.iota y.Shape DType.Float32 (y.Rank - 1) |> Lax.shift 1.0)))

    valueAndGrad loss (v.Params, x)

let private compare (a: Tensor * (Tree<Tensor> * Tensor)) (b: Tensor * (Tree<Tensor> * Tensor)) =
    close (fst a) (fst b) "value"
    close (snd (snd a)) (snd (snd b)) "gradient of the input"

    Array.iter2
        (fun (path, e) (_, g) -> close e g $"gradient of {path}")
        (Tree.toPairs (fst (snd a)))
        (Tree.toPairs (fst (snd b)))

let private mask =
    Tensor.ofArray [ 2; 5 ] [| true; true; false; true; false; false; true; true; true; false |]

let loops =
    testList "loops" [
        for name, make in kinds do
            for all in [ false; true ] do
                for masked in [ false; true ] do
                    testCase
                        $"{name}, all outputs {all}, masked {masked}: a loop is what its steps are, and so are gradients"
                    <| fun () ->
                        let x = sample 1 [ 2; 5; 3 ]
                        let v = init (make false all) x
                        let mask = if masked then Some mask else None
                        let expected = pulled false (make true all) v x mask

                        for training in [ false; true ] do
                            compare expected (pulled training (make false all) v x mask)
                            let compiled = jit (fun (v, x) -> pulled training (make false all) v x mask)
                            compare expected (compiled (v, x))

        testCase "in training forward and second derivatives are those of the steps, too"
        <| fun () ->
            let x = sample 1 [ 2; 4; 3 ]
            let direction = sample 2 [ 2; 4; 3 ]
            let loop, steps = GRU(3, name = "r"), GRU(3, unroll = true, name = "r")
            let v = init loop x

            let twice (layer: Layer) =
                let loss x =
                    let ys = outputsIn true layer v [ x ] None
                    Ops.sum (Lax.square ys[0])

                jvp (grad loss) x direction

            let (g, s), (g', s') = twice steps, twice loop
            close g g' "gradient"
            close s s' "its change"

        testCase "cells one upon the other are layers one after the other"
        <| fun () ->
            let x = sample 2 [ 2; 4; 3 ]
            let stack = RNN([ LSTMCell(3); GRUCell(2) ], returnState = true)
            let a, b = LSTM(3, returnSequences = true), GRU(2)
            let v = init stack x
            let values = Tree.toPairs v.Params |> Array.map snd

            let given (layer: Layer) (x: Tensor) (values: Tensor[]) =
                let own = init layer x
                let paths = Tree.paths own.Params
                { own with Params = Tree.ofPairs (Array.zip paths values) }

            let hidden = (output a (given a x (Array.take 3 values)) [ x ] None)
            let expected = (output b (given b hidden (Array.skip 3 values)) [ hidden ] None)
            let ys = outputs stack v [ x ] None
            close expected ys[0] "output"
            Expect.equal ys.Length 4 "output, states of the LSTM, state of the GRU"

        testCase "half precision keeps its type"
        <| fun () ->
            let x = sample 2 [ 2; 4; 3 ]
            let layer = LSTM(3, returnState = true, dtype = "mixed_bfloat16")
            let ys = outputs layer (init layer x) [ x ] None
            Expect.all ys (fun y -> y.DType = DType.BFloat16) "types"
    ]

let masks =
    testList "masks of sequences" [
        for name, make in kinds do
            testCase $"{name}: steps that are masked at the end do not count"
            <| fun () ->
                let x = sample 4 [ 2; 5; 3 ]
                let layer = make false false
                let v = init layer x
                let short = Lax.sliceAxis 1 0 3 x

                let mask =
                    Tensor.ofArray [ 2; 5 ] [|
                        for _ in 0..1 do
                            yield! [ true; true; true; false; false ]
                    |]

                close (output layer v [ short ] None) (output layer v [ x ] (Some mask)) "last output"

        testCase "masked steps give the output before them, or zeros"
        <| fun () ->
            let x = sample 5 [ 1; 3; 2 ]
            let mask = Tensor.ofArray [ 1; 3 ] [| false; true; false |]
            let kept = LSTM(2, returnSequences = true, name = "r")
            let zeroed = LSTM(2, returnSequences = true, zeroOutputForMask = true, name = "r")
            let last = LSTM(2, zeroOutputForMask = true, name = "r")
            let v = init kept x
            let rows (y: Tensor) = Tensor.toArray<float32> y |> Array.chunkBySize 2
            let k, z = rows (output kept v [ x ] (Some mask)), rows (output zeroed v [ x ] (Some mask))
            Expect.equal k[0] [| 0f; 0f |] "before the first step that counts"
            Expect.equal k[2] k[1] "after it"
            Expect.equal z [| [| 0f; 0f |]; k[1]; [| 0f; 0f |] |] "zeros"
            Expect.equal (rows (output last v [ x ] (Some mask))) [| [| 0f; 0f |] |] "the last one"

        testCase "the output before them is zero, whatever the first state is"
        <| fun () ->
            let x = sample 5 [ 1; 2; 2 ]
            let layer = GRU(2, returnSequences = true, returnState = true)
            let v = init layer x
            let mask = Tensor.ofArray [ 1; 2 ] [| false; false |]
            let state = Tensor.ofArray [ 1; 2 ] [| 0.5f; -0.5f |]
            let ys = outputs layer v [ x; state ] (Some mask) |> Array.map Tensor.toArray<float32>
            Expect.equal ys [| [| 0f; 0f; 0f; 0f |]; [| 0.5f; -0.5f |] |] "output and state"

        testCase "an embedding's mask reaches the layer"
        <| fun () ->
            let layer = LSTM(2, name = "r")
            let model = Sequential [ Input([ 3 ], dtype = DType.Int32); Embedding(4, 2, maskZero = true); layer ]
            let v = Model.init (Random.key 0L, model)
            let run (ids: int list) = fst (Model.apply (model, v, Tensor.ofArray [ 1; 3 ] (Array.ofList ids)))
            close (run [ 1; 0; 2 ]) (run [ 0; 1; 2 ]) "gaps do not count"

        testCase "a mask of another shape is refused"
        <| fun () ->
            let x = sample 5 [ 1; 3; 2 ]
            let layer = LSTM 2
            let v = init layer x

            refuses [ "LSTM"; "(1, 2)"; "(1, 3, 2)" ] (fun () ->
                outputs layer v [ x ] (Some(Tensor.ofArray [ 1; 2 ] [| true; true |])))
    ]

let states =
    testList "states" [
        testCase "a stateful layer goes on where it was, until it is reset"
        <| fun () ->
            let x = sample 6 [ 2; 6; 3 ]
            let first, second = Lax.sliceAxis 1 0 3 x, Lax.sliceAxis 1 3 6 x
            let layer = LSTM(4, stateful = true, name = "r")
            let v = init layer first
            let plain = LSTM(4, name = "r")
            let whole = (output plain { v with State = Tree.empty } [ x ] None)
            let y1, v1 = Model.apply (layer, v, first)
            let y2, v2 = Model.apply (layer, v1, second)
            close whole y2 "both halves"
            let again, _ = Model.apply (layer, Model.resetState (layer, v2, inputs = [| first.Aval |]), first)
            close y1 again "after the reset"

        testCase "states are no weights and not in files"
        <| fun () ->
            let model = Sequential [ Input([ 3; 2 ], batchSize = 2); GRU(2, stateful = true) ]
            let v = Model.init (Random.key 0L, model)
            Expect.equal (Model.countParams model) 36L "parameters"
            let _, after = Model.apply (model, v, sample 1 [ 2; 3; 2 ])
            let path = Path.Combine(Path.GetTempPath(), $"{System.Guid.NewGuid()}.weights.h5")

            try
                ModelFile.saveWeights (path, model, after)
                let read = ModelFile.loadWeights (path, model)

                for p, s in Tree.toPairs read.State do
                    close (Lax.zerosLike s) s p

                Array.iter2 (fun (p, e) (_, x) -> close e x p) (Tree.toPairs after.Params) (Tree.toPairs read.Params)
            finally
                File.Delete path

        testCase "a stateful layer needs the size of the batch"
        <| fun () ->
            refuses [ "GRU"; "not known" ] (fun () ->
                Sequential [ Input [ 3; 2 ]; GRU(2, stateful = true) ] |> Model.Build)

        testCase "the states of one layer begin another"
        <| fun () ->
            let x = input [ 4; 3 ]
            let encoded = callWith (LSTM(5, returnState = true, name = "encoder"), [ x ])
            let decoder = LSTM(5, returnSequences = true, name = "decoder")
            let y = callWith (decoder, [ x ], arguments = [ "initial_state", encoded.Tail ])
            let model = Functional([ x ], y)
            Expect.equal (Model.outputShapes model) [| Dims.ofSeq [ -1; 4; 5 ] |] "shape"
            let v = Model.init (Random.key 0L, model)
            let data = sample 3 [ 2; 4; 3 ]
            let found, _ = Model.apply (model, v, data)
            let part (name: string) = Tree.toPairs v.Params |> Array.filter (fun (p, _) -> p.StartsWith name)

            let below (name: string) =
                part name |> Array.map (fun (p, t) -> p.Substring(name.Length + 1), t) |> Tree.ofPairs

            let values name = { Params = below name; State = Tree.empty }
            let own = LSTM(5, returnState = true)
            let states = outputs own (values "encoder") [ data ] None |> Array.skip 1 |> List.ofArray
            let expected = outputs (LSTM(5, returnSequences = true)) (values "decoder") (data :: states) None
            close expected[0] found "decoded"

        testCase "initial states of another shape are refused"
        <| fun () ->
            let x = sample 5 [ 1; 3; 2 ]
            let layer = LSTM 2
            let v = init layer x

            refuses [ "LSTM"; "(1, 3)"; "(1, 2)" ] (fun () ->
                outputs layer v [ x; sample 1 [ 1; 3 ]; sample 1 [ 1; 2 ] ] None)
    ]

let directions =
    testList "directions" [
        testCase "backwards is forwards on the reversed sequence"
        <| fun () ->
            let x = sample 7 [ 2; 4; 3 ]
            let forward = GRU(3, returnSequences = true, name = "r")
            let backward = GRU(3, returnSequences = true, goBackwards = true, name = "r")
            let v = init forward x
            let reversed = Lax.reverse (Dims.ofSeq [ 1 ]) x
            close (output forward v [ reversed ] None) (output backward v [ x ] None) "outputs"

        testCase "both directions side by side"
        <| fun () ->
            let x = sample 8 [ 2; 4; 3 ]
            let layer = Bidirectional(LSTM(2, returnSequences = true, name = "lstm"), name = "b")
            let v = init layer x

            Expect.equal
                (Tree.paths v.Params |> Array.map (fun p -> p.Split('/')[0]) |> Array.distinct)
                [| "forward_lstm"; "backward_lstm" |]
                "names"

            let below (name: string) =
                Tree.toPairs v.Params
                |> Array.filter (fun (p, _) -> p.StartsWith(name + "/"))
                |> Array.map (fun (p, t) -> p.Substring(name.Length + 1), t)
                |> Tree.ofPairs

            let values name = { Params = below name; State = Tree.empty }
            let one = LSTM(2, returnSequences = true)
            let ahead = (output one (values "forward_lstm") [ x ] None)
            let flip = Lax.reverse (Dims.ofSeq [ 1 ])
            let behind = flip (output one (values "backward_lstm") [ flip x ] None)
            close (Lax.concat 2 [| ahead; behind |]) (output layer v [ x ] None) "outputs"

        testCase "two layers in one direction are refused"
        <| fun () ->
            refuses [ "Bidirectional"; "same direction" ] (fun () ->
                Bidirectional(GRU 2, backwardLayer = GRU(2, name = "other")))

        testCase "a layer that is no cell is refused"
        <| fun () -> refuses [ "Dense"; "no recurrent cell"; "LSTMCell" ] (fun () -> RNN(Dense 2))
    ]

let noise =
    testList "noise" [
        for name, layer in
            [
                "inputs", LSTM(4, dropout = 0.5)
                "states", GRU(4, recurrentDropout = 0.5)
                "both", SimpleRNN(4, dropout = 0.3, recurrentDropout = 0.3)
            ] do
            testCase $"{name}: in training only, by the key"
            <| fun () ->
                let x = sample 9 [ 2; 4; 3 ]
                let v = init layer x

                let run training (key: int64) =
                    Tensor.toArray<float32>(fst (Model.apply (layer, v, x, training = training, key = Random.key key)))

                Expect.equal (run false 1L) (run false 2L) "inference"
                Expect.equal (run true 1L) (run true 1L) "the same key"
                Expect.notEqual (run true 1L) (run true 2L) "another key"
                let compiled = jit (fun k -> fst (Model.apply (layer, v, x, training = true, key = k)))
                close (compiled (Random.key 1L)) (Tensor.ofArray [ 2; 4 ] (run true 1L)) "compiled"

        testCase "all steps have the same noise"
        <| fun () ->
            // The identity without feedback shows which inputs were kept.
            let layer =
                SimpleRNN(
                    8,
                    activation = Activations.linear,
                    kernelInitializer = Initializers.Identity(),
                    recurrentInitializer = Initializers.Zeros,
                    dropout = 0.5,
                    returnSequences = true
                )

            let x = Tensor.ones [ 1; 3; 8 ] DType.Float32
            let y, _ = Model.apply (layer, init layer x, x, training = true, key = Random.key 4L)
            let rows = Tensor.toArray<float32> y |> Array.chunkBySize 8
            Expect.equal rows[1] rows[0] "second step"
            Expect.equal rows[2] rows[0] "third step"
            Expect.equal (Array.distinct rows[0] |> Array.sort) [| 0f; 2f |] "kept or dropped"
    ]

let distributed =
    testList "layers for each step" [
        testCase "a dense layer sees each step"
        <| fun () ->
            let x = sample 10 [ 2; 3; 4 ]
            let dense = Dense(2, name = "d")
            let layer = TimeDistributed(dense, name = "t")
            let v = init layer x

            let own = {
                v with
                    Params = Tree.ofPairs (Tree.toPairs v.Params |> Array.map (fun (p, t) -> p.Substring 2, t))
            }

            close (output dense own [ x ] None) (output layer v [ x ] None) "outputs"

        testCase "statistics are those of each step"
        <| fun () ->
            let x = sample 11 [ 4; 2; 3 ]
            let layer = TimeDistributed(BatchNormalization(epsilon = 1e-7))
            let v = init layer x
            let y, _ = Model.apply (layer, v, x, training = true)

            for t in 0..1 do
                let step = Lax.sliceAxis 1 t (t + 1) y
                close (Tensor.zeros [ 1; 3 ] DType.Float32) (Ops.mean (step, [ 0 ])) $"mean of step {t}"

        testCase "a model for each step"
        <| fun () ->
            let inner = Sequential [ Input [ 4; 4; 1 ]; Conv2D(2, kernelSize = 3); Flatten() ]
            let model = Sequential [ Input [ 5; 4; 4; 1 ]; TimeDistributed inner; LSTM 3 ]
            Expect.equal (Model.outputShapes model) [| Dims.ofSeq [ -1; 3 ] |] "shape"
    ]

[<Tests>]
let tests = testList "recurrent layers" [ loops; masks; states; directions; noise; distributed ]
