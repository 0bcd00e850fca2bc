/// Layers: configs that survive a round trip, models of them, masks, training state, and what they refuse. The numbers are
/// compared with real Keras by the conformance runner.
module Keras.FSharp.Tests.LayerTests

open Expecto
open Keras.FSharp
open Keras.FSharp.Saving
open type Keras.FSharp.Layers

let private refusal (parts: string list) (f: unit -> 'a) =
    let message =
        try
            f () |> ignore
            ""
        with KerasException _ as e ->
            e.Message

    Expect.isNotEmpty message "an error is expected"

    for part in parts do
        Expect.stringContains message part "the error"

let private zeros (shape: int list) = Tensor.zeros shape DType.Float32

let private dims (shape: int list) = Dims.ofSeq shape

/// Arguments without defaults, by class.
let private required (className: string) : (string * Json) list =
    let int (n: int64) = Json.Int n

    let layer (className: string) (config: (string * Json) list) =
        LayerFactory.record (LayerCatalogue.create className config)

    let cell = layer "LSTMCell" [ "units", int 3L ]

    match className with
    | "SimpleRNN"
    | "LSTM"
    | "GRU"
    | "SimpleRNNCell"
    | "LSTMCell"
    | "GRUCell" -> [ "units", int 3L ]
    | "RNN" -> [ "cell", cell ]
    | "StackedRNNCells" -> [ "cells", Json.Array [ cell ] ]
    | "Bidirectional" -> [ "layer", layer "GRU" [ "units", int 3L ] ]
    | "TimeDistributed" -> [ "layer", layer "Dense" [ "units", int 3L ] ]
    | "MultiHeadAttention" -> [ "num_heads", int 2L; "key_dim", int 3L ]
    | "GroupQueryAttention" -> [ "head_dim", int 3L; "num_query_heads", int 4L; "num_key_value_heads", int 2L ]
    | "Dense" -> [ "units", int 3L ]
    | "EinsumDense" -> [ "equation", Json.Text "ab,bc->ac"; "output_shape", Json.Array [ int 3L ] ]
    | "Embedding"
    | "ReversibleEmbedding" -> [ "input_dim", int 5L; "output_dim", int 2L ]
    | "Activation" -> [ "activation", Json.Text "relu" ]
    | "Rescaling" -> [ "scale", Json.Float 0.5 ]
    | "InputLayer" -> [ "shape", Json.Array [ int 3L ] ]
    | "Reshape" -> [ "target_shape", Json.Array [ int 3L; int -1L ] ]
    | "Permute" -> [ "dims", Json.Array [ int 2L; int 1L ] ]
    | "RepeatVector" -> [ "n", int 2L ]
    | "Dot" -> [ "axes", int 1L ]
    | "GaussianNoise" -> [ "stddev", Json.Float 0.1 ]
    | name when name.StartsWith "Depthwise" -> [ "kernel_size", int 2L ]
    | name when name.Contains "Conv" -> [ "filters", int 2L; "kernel_size", int 2L ]
    | name when name.StartsWith "AveragePooling" -> [ "pool_size", int 2L ]
    | name when name.StartsWith "Adaptive" -> [ "output_size", int 2L ]
    | name when name.Contains "Dropout" -> [ "rate", Json.Float 0.5 ]
    | _ -> []

let configs =
    testList "configs of layers" [
        testList "round trips" [
            for className in LayerCatalogue.names ->
                testCase className
                <| fun () ->
                    let layer = LayerCatalogue.create className (required className)
                    let record = LayerFactory.record layer
                    let again = LayerCatalogue.ofJson "layer" record
                    Expect.equal (LayerFactory.record again) record "the record"
                    Expect.equal again.Name layer.Name "the name"
        ]

        testCase "typed members and configs are one"
        <| fun () ->
            let typed =
                Conv2D(4, Sizes(2, 3), strides = 2, padding = "same", activation = relu, name = "c", dtype = "float16")

            let text =
                """{"name": "c", "dtype": "float16", "filters": 4, "kernel_size": [2, 3], "strides": 2,
                    "padding": "same", "activation": "relu"}"""

            let read = LayerCatalogue.create "Conv2D" (Json.parse text |> Json.asObject "config")
            Expect.equal (LayerFactory.record typed) (LayerFactory.record read) "the record"

        testCase "Keras Core's records are read"
        <| fun () ->
            let text = """{"module": "keras_core.layers", "class_name": "Dense", "config": {"units": 2}}"""
            Expect.equal (LayerCatalogue.ofJson "layer" (Json.parse text)).Class "Dense" "class"

        testCase "functions of one's own work without a record"
        <| fun () ->
            let double = Activations.custom ("double", (fun x -> Lax.add x x))
            let layer = Dense(2, activation = double, kernelInitializer = Initializers.Ones)
            let x = Tensor.ones [ 1; 3 ] DType.Float32
            let v = Model.init (Random.key 0L, layer, inputs = [| x.Aval |])
            let y, _ = Model.apply (layer, v, x)
            Expect.equal (Tensor.toArray<float32> y) [| 6f; 6f |] "values"
    ]

let models =
    testList "models of layers" [
        testCase "a convolutional network"
        <| fun () ->
            let model =
                Sequential [
                    Input [ 28; 28; 1 ]
                    Conv2D(32, kernelSize = 3, activation = relu)
                    MaxPooling2D(2)
                    Flatten()
                    Dropout 0.5
                    Dense(10)
                ]

            Expect.equal (Model.outputShapes model) [| dims [ -1; 10 ] |] "shape"
            Expect.equal (Model.countParams model) 54410L "parameters"
            let v = Model.init (Random.key 42L, model)
            let y, _ = Model.apply (model, v, zeros [ 2; 28; 28; 1 ], training = true, key = Random.key 1L)
            Expect.equal y.Shape (dims [ 2; 10 ]) "output"

        testCase "a graph with shared layers"
        <| fun () ->
            let shared = Dense(4, name = "shared")
            let a, b = input [ 3 ], input [ 3 ]
            let sum = add [ a |> call shared; b |> call shared ]
            let model = Functional([ a; b ], [ sum; concatenate [ a; b ] ])
            let v = Model.init (Random.key 0L, model)
            Expect.equal (Tree.paths v.Params) [| "shared/kernel"; "shared/bias" |] "paths"
            let r = Model.applyAll (model, v, [| zeros [ 2; 3 ]; zeros [ 2; 3 ] |])
            Expect.equal [ for y in r.Outputs -> y.Shape ] [ dims [ 2; 4 ]; dims [ 2; 6 ] ] "shapes"

        testCase "Keras's paths name the models that were being built, ours all around the variable"
        <| fun () ->
            let x = input [ 3 ]
            let decoder = Functional(x, x |> call (Dense(2, name = "d")), name = "decoder")
            let known = Sequential([ Input [ 2 ]; Dense(2, name = "k") ], name = "known")
            let later = Sequential([ Dense(3, name = "l") ], name = "later")
            let row = Sequential([ Input [ 3 ]; later; decoder; known ], name = "row")
            let y = input [ 3 ]
            let model = Functional(y, y |> call row, name = "outer")
            let variables = (Model.Build model).Variables |> Array.filter (fun v -> v.Spec.Name = "kernel")

            Expect.equal
                (variables |> Array.map (fun v -> Model.KerasPath(model, v)))
                [| "row/later/l/kernel"; "d/kernel"; "known/k/kernel" |]
                "Keras's"

            Expect.equal
                (variables |> Array.map (fun v -> v.Path))
                [| "outer/row/later/l/kernel"; "outer/row/decoder/d/kernel"; "outer/row/known/k/kernel" |]
                "ours"

        testCase "statistics move in training only, and not where they are frozen"
        <| fun () ->
            let norm = BatchNormalization(momentum = 0.5, name = "bn")
            let model = Sequential [ Input [ 1 ]; norm ]
            let x = Tensor.ofArray [ 2; 1 ] [| 1f; 3f |]

            let mean training =
                let v = Model.init (Random.key 0L, model)
                let _, after = Model.apply (model, v, x, training = training)
                let found = Tree.toPairs after.State |> Array.find (fun (path, _) -> path = "bn/moving_mean")
                Tensor.toFloat (snd found |> Tensor.reshape [])

            Expect.equal (mean true) 1.0 "in training"
            Expect.equal (mean false) 0.0 "in inference"
            norm.Trainable <- false
            Expect.equal (mean true) 0.0 "frozen"

        testCase "a layer of dtype float64 computes in float64, whatever floatx is"
        <| fun () ->
            let third = Initializers.Constant(1.0 / 3.0)

            let model =
                Sequential [
                    Input([ 3 ], dtype = DType.Float64)
                    Dense(1, dtype = "float64", kernelInitializer = third)
                ]

            let v = Model.init (Random.key 0L, model)
            let y, _ = Model.apply (model, v, Tensor.ofArray [ 1; 3 ] [| 1.0; 1e-9; 1e-9 |])
            Expect.equal y.DType DType.Float64 "type"
            Expect.floatClose Accuracy.veryHigh (Tensor.toFloat (Ops.squeeze y)) ((1.0 + 2e-9) / 3.0) "all digits"

        testCase "frozen weights are not regularized"
        <| fun () ->
            let dense = Dense(1, kernelInitializer = Initializers.Ones, kernelRegularizer = Regularizers.L2 1.0)
            let model = Sequential [ Input [ 2 ]; dense ]

            let losses () =
                let v = Model.init (Random.key 0L, model)
                (Model.applyAll (model, v, [| zeros [ 1; 2 ] |])).Losses |> List.map Tensor.toFloat

            Expect.equal (losses ()) [ 2.0 ] "trained"
            dense.Trainable <- false
            Expect.equal (losses ()) [] "frozen"

        testCase "masks travel from an embedding to the mean over steps"
        <| fun () ->
            let model =
                Sequential [
                    Input([ 3 ], dtype = DType.Int32)
                    Embedding(3, 1, maskZero = true)
                    Activation relu
                    GlobalAveragePooling1D()
                ]

            let table = Tensor.ofArray [ 3; 1 ] [| 9f; 2f; 4f |]
            let v = Model.init (Random.key 0L, model)
            let v = { v with Params = Tree.map (fun _ -> table) v.Params }
            let y, _ = Model.apply (model, v, Tensor.ofArray [ 1; 3 ] [| 1; 2; 0 |])
            Expect.equal (Tensor.toArray<float32> y) [| 3f |] "the mean without the padding"

        testCase "dropout keeps the mean, needs a key, and does nothing otherwise"
        <| fun () ->
            let model = Sequential [ Input [ 4000 ]; Dropout 0.25 ]
            let v = Model.init (Random.key 0L, model)
            let x = Tensor.ones [ 1; 4000 ] DType.Float32
            let y, _ = Model.apply (model, v, x, training = true, key = Random.key 1L)
            let values = Tensor.toArray<float32> y
            let dropped = values |> Array.filter (fun a -> a = 0f) |> Array.length
            Expect.isTrue (abs (dropped - 1000) < 120) $"{dropped} of 4000 dropped"
            Expect.isTrue (values |> Array.forall (fun a -> a = 0f || abs (a - 4f / 3f) < 1e-6f)) "scaled"
            Expect.equal (Tensor.toArray<float32>(fst (Model.apply (model, v, x)))) (Tensor.toArray<float32> x) "off"
            refusal [ "dropout"; "key" ] (fun () -> Model.apply (model, v, x, training = true))
    ]

let refusals =
    let case name parts f = testCase name <| fun () -> refusal parts f

    testList "what layers refuse" [
        case "the wrong rank, with path and shapes" [ "Conv1D 'c' at 'inner/c'"; "(None, 2)"; "rank 3" ] (fun () ->
            Sequential [ Input [ 3 ]; Sequential([ Dense 2; Conv1D(2, 1, name = "c") ], name = "inner") ])
        case "another input than the model's" [ "(2, 27, 1)"; "(None, 28, 1)" ] (fun () ->
            let model = Sequential [ Input [ 28; 1 ]; Flatten(); Dense 1 ]
            Model.apply (model, Model.init (Random.key 0L, model), zeros [ 2; 27; 1 ]))
        case "features other than those of the variables" [ "Dense 'd'"; "(3, 2)"; "(2, 4)" ] (fun () ->
            let d = Dense(2, name = "d")
            let v = Model.init (Random.key 0L, d, inputs = [| (zeros [ 2; 3 ]).Aval |])
            Model.apply (d, v, zeros [ 2; 4 ]))
        case "weights of unknown size" [ "Dense"; "kernel"; "not known" ] (fun () ->
            Sequential [ Input [ -1 ]; Dense 2 ])
        case "an input smaller than the kernel" [ "(None, 5, 5, 1)"; "(7, 7)" ] (fun () ->
            Sequential [ Input [ 5; 5; 1 ]; Conv2D(2, 7) ])
        case "groups that do not divide" [ "2 groups"; "3 channels" ] (fun () ->
            Sequential [ Input [ 5; 5; 3 ]; Conv2D(2, 2, groups = 2) ])
        case "strides with dilation" [ "Conv2D"; "strides"; "dilation_rate" ] (fun () ->
            Conv2D(2, 2, strides = 2, dilationRate = 2))
        case "causal padding of images" [ "'causal'"; "'same'" ] (fun () -> Conv2D(2, 2, padding = "causal"))
        case "too many sizes" [ "kernel_size"; "3 values" ] (fun () -> Conv2D(2, Sizes(2, 2, 2)))
        case "a bad data format" [ "data_format"; "channels_last" ] (fun () -> Flatten(dataFormat = "nope"))
        case "no units" [ "units"; "0" ] (fun () -> Dense 0)
        case "a rate above 1" [ "rate"; "1.5" ] (fun () -> Dropout 1.5)
        case "an unknown class" [ "Densee"; "'Dense'" ] (fun () -> OfConfig("Densee", []))
        case "an unknown argument" [ "unit"; "'units'" ] (fun () ->
            OfConfig("Dense", [ "units", Json.Int 1L; "unit", Json.Int 1L ]))
        case "a missing argument" [ "output_dim" ] (fun () -> OfConfig("Embedding", [ "input_dim", Json.Int 5L ]))
        case "an unknown activation" [ "rleu"; "relu" ] (fun () ->
            OfConfig("Dense", [ "units", Json.Int 1L; "activation", Json.Text "rleu" ]))
        case "a class of a user" [ "my>Layer" ] (fun () ->
            Json.parse """{"module": "x", "class_name": "Layer", "config": {}, "registered_name": "my>Layer"}"""
            |> LayerCatalogue.ofJson "layer")
        case "shapes that do not add up" [ "Add"; "(None, 3)"; "(None, 4)" ] (fun () ->
            add [ input [ 3 ]; input [ 4 ] ])
        case "shapes that cannot be joined" [ "Concatenate" ] (fun () ->
            concatenate ([ input [ 3; 1 ]; input [ 4; 2 ] ]))
        case "a product over different sizes" [ "Dot"; "(None, 3)" ] (fun () -> dot ([ input [ 3 ]; input [ 4 ] ], 1))
        case "a target that does not fit" [ "Reshape"; "6 elements"; "(4,)" ] (fun () ->
            Sequential [ Input [ 6 ]; Reshape [ 4 ] ])
        case "an axis that is not there" [ "axis 3"; "(None, 3)" ] (fun () ->
            Sequential [ Input [ 3 ]; BatchNormalization(axis = 3) ])
        case "cropping everything" [ "Cropping2D"; "9 + 9" ] (fun () -> Sequential [ Input [ 4; 4; 1 ]; Cropping2D 9 ])
        case "one name twice" [ "'a'" ] (fun () -> Sequential [ Dense(1, name = "a"); Dense(1, name = "a") ])
    ]

[<Tests>]
let tests = testList "layers" [ configs; models; refusals ]
