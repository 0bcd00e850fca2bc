/// Applications: sizes and names as Keras has them, inputs of other shapes, weights and names of classes from files; and
/// weights in the older form of files.
module Keras.FSharp.Tests.ApplicationTests

open System.IO
open Expecto
open Keras.FSharp
open Keras.FSharp.Saving
open type Keras.FSharp.Layers

let private random = AppWeights.Random

let private message (f: unit -> 'a) =
    try
        f () |> ignore
        ""
    with KerasException _ as e ->
        e.Message

let private refuses (parts: string list) (f: unit -> 'a) =
    let found = message f

    for part in parts do
        Expect.stringContains found part "the error"

let private names (a: Application) = Model.Layers a.Model |> List.map (fun l -> l.Name)

let private inFolder (work: string -> unit) =
    let folder = Directory.CreateTempSubdirectory "keras-applications"

    try
        work folder.FullName
    finally
        folder.Delete true

let networks =
    testList "networks" [
        testCase "ResNet50"
        <| fun () ->
            let a = Applications.ResNet50(weights = random)
            Expect.equal (Model.countParams a.Model) 25636712L "parameters"
            Expect.equal (names a).Length 177 "layers"
            Expect.equal (Model.outputShapes a.Model) [| Dims.ofSeq [ -1; 1000 ] |] "output"
            Expect.equal a.Model.Name "resnet50" "name"

            Expect.equal
                (names a |> List.skip 1 |> List.take 18)
                [
                    "conv1_pad"
                    "conv1_conv"
                    "conv1_bn"
                    "conv1_relu"
                    "pool1_pad"
                    "pool1_pool"
                    "conv2_block1_1_conv"
                    "conv2_block1_1_bn"
                    "conv2_block1_1_relu"
                    "conv2_block1_2_conv"
                    "conv2_block1_2_bn"
                    "conv2_block1_2_relu"
                    "conv2_block1_0_conv"
                    "conv2_block1_3_conv"
                    "conv2_block1_0_bn"
                    "conv2_block1_3_bn"
                    "conv2_block1_add"
                    "conv2_block1_out"
                ]
                "the first layers"

        testCase "ResNet50 without the top, for images of any size"
        <| fun () ->
            let a = Applications.ResNet50(includeTop = false, weights = random)
            Expect.equal (Model.countParams a.Model) 23587712L "parameters"
            Expect.equal (names a).Length 175 "layers"
            Expect.equal (Model.outputShapes a.Model) [| Dims.ofSeq [ -1; -1; -1; 2048 ] |] "output"

            let pooled =
                Applications.ResNet50(includeTop = false, weights = random, pooling = "max", inputShape = [ 64; 96; 3 ])

            Expect.equal (Model.outputShapes pooled.Model) [| Dims.ofSeq [ -1; 2048 ] |] "pooled"
            Expect.equal (List.last (names pooled)) "max_pool" "its last layer"

        testCase "MobileNetV2"
        <| fun () ->
            let a = Applications.MobileNetV2(weights = random)
            Expect.equal (Model.countParams a.Model) 3538984L "parameters"
            Expect.equal (names a).Length 156 "layers"
            Expect.equal a.Model.Name "mobilenetv2_1.00_224" "name"

            Expect.equal
                (names a |> List.skip 1 |> List.take 19)
                [
                    "Conv1"
                    "bn_Conv1"
                    "Conv1_relu"
                    "expanded_conv_depthwise"
                    "expanded_conv_depthwise_BN"
                    "expanded_conv_depthwise_relu"
                    "expanded_conv_project"
                    "expanded_conv_project_BN"
                    "block_1_expand"
                    "block_1_expand_BN"
                    "block_1_expand_relu"
                    "block_1_pad"
                    "block_1_depthwise"
                    "block_1_depthwise_BN"
                    "block_1_depthwise_relu"
                    "block_1_project"
                    "block_1_project_BN"
                    "block_2_expand"
                    "block_2_expand_BN"
                ]
                "the first layers"

        testCase "MobileNetV2 without the top, and of other widths"
        <| fun () ->
            let a = Applications.MobileNetV2(includeTop = false, weights = random)
            Expect.equal (Model.countParams a.Model) 2257984L "parameters"
            Expect.equal (names a).Length 154 "layers"
            // Counted apart, by a program of its own.
            let count alpha = Model.countParams (Applications.MobileNetV2(alpha = alpha, weights = random)).Model

            Expect.equal
                [ for alpha in [ 0.35; 0.5; 0.75; 1.4 ] -> count alpha ]
                [ 1691208L; 1987224L; 2663064L; 6156712L ]
                "widths"

        testCase "a small network runs, and trains"
        <| fun () ->
            let a =
                Applications.MobileNetV2(alpha = 0.35, inputShape = [ 32; 32; 3 ], classes = 3, weights = random)

            let v = Model.init (Random.key 1L, a.Model)
            let x = Random.uniform DType.Float32 (Dims.ofSeq [ 2; 32; 32; 3 ]) -1.0 1.0 (Random.key 2L)
            let y, after = Model.apply (a.Model, v, x, training = true)
            let sums = Tensor.toArray<float32>(Ops.sum (y, [ 1 ]))
            Expect.all sums (fun s -> abs (s - 1f) < 1e-5f) "probabilities"

            Expect.notEqual
                (Tree.toPairs after.State |> Array.map snd)
                (Tree.toPairs v.State |> Array.map snd)
                "statistics"

        testCase "on a symbolic tensor of one's own"
        <| fun () ->
            let x = input [ 64; 64; 3 ]
            let a = Applications.MobileNetV2(inputTensor = x, includeTop = false, pooling = "avg", weights = random)
            Expect.equal (Model.outputShapes a.Model) [| Dims.ofSeq [ -1; 1280 ] |] "output"

        testCase "bad arguments are refused"
        <| fun () ->
            refuses [ "input_shape"; "32" ] (fun () ->
                Applications.ResNet50(weights = random, inputShape = [ 20; 64; 3 ]))

            refuses [ "classes"; "10"; "1000" ] (fun () -> Applications.ResNet50(classes = 10))

            refuses [ "pooling"; "sum"; "avg" ] (fun () ->
                Applications.ResNet50(includeTop = false, weights = random, pooling = "sum"))

            refuses [ "alpha"; "0.6" ] (fun () -> Applications.MobileNetV2(alpha = 0.6))

            refuses [ "classifier_activation"; "relu" ] (fun () ->
                Applications.MobileNetV2(classifierActivation = relu))
    ]

let files =
    testList "files" [
        testCase "weights of ImageNet that are not there: the error says what to do"
        <| fun () ->
            let path =
                Path.Combine(
                    Backends.Config.Home,
                    "models",
                    "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_96.h5"
                )

            if not (File.Exists path) then
                refuses
                    [
                        "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_96.h5"
                        "models"
                        "Download"
                        "mobilenet_v2/"
                    ]
                    (fun () -> Applications.MobileNetV2(alpha = 0.35, inputShape = [ 96; 96; 3 ]))

        testCase "a file with another sum is refused"
        <| fun () ->
            inFolder (fun folder ->
                let path = Path.Combine(folder, "f")
                File.WriteAllText(path, "abc")
                FileCache.verify path "900150983cd24fb0d6963f7d28e17f72" ""
                FileCache.verify path "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" ""
                refuses [ "MD5"; "fetch it" ] (fun () -> FileCache.verify path (String.replicate 32 "0") "somewhere"))

        testCase "weights of a file"
        <| fun () ->
            inFolder (fun folder ->
                let make weights =
                    Applications.MobileNetV2(alpha = 0.35, inputShape = [ 32; 32; 3 ], classes = 2, weights = weights)

                let a = make random
                let v = Model.init (Random.key 1L, a.Model)
                let path = Path.Combine(folder, "w.weights.h5")
                ModelFile.saveWeights (path, a.Model, v)

                match (make (AppWeights.File path)).Variables with
                | None -> failtest "it has no values"
                | Some read ->
                    for (p, x), (q, y) in Array.zip (Tree.toPairs v.Params) (Tree.toPairs read.Params) do
                        Expect.equal q p "path"
                        Expect.equal (Tensor.toArray<float32> y) (Tensor.toArray<float32> x) p)

        testCase "weights in the older form go by the order of layers"
        <| fun () ->
            inFolder (fun folder ->
                let model =
                    Sequential [ Input [ 3 ]; Dense(2, name = "a"); Dropout 0.5; BatchNormalization(name = "b") ]

                let array (x: Tensor) = H5Value.Numbers(ArrayData.create x.DType x.Shape (Tensor.bytes x))
                let value (n: int) = Tensor.full [ 2 ] DType.Float32 (float n)
                let kernel = Tensor.full [ 3; 2 ] DType.Float32 0.5

                let layer (weights: (string * Tensor) list) = {
                    H5Group.empty with
                        Attributes = [ "weight_names", H5Value.asciiTexts (weights |> List.map fst) ]
                        Datasets = [ for name, x in weights -> name, array x ]
                }

                let tree first = {
                    H5Group.empty with
                        Attributes = [ "layer_names", H5Value.asciiTexts [ "one"; "drop"; "two" ] ]
                        Groups = [
                            "one", layer first
                            "drop", layer []
                            "two",
                            layer [ for i, n in List.indexed [ "gamma"; "beta"; "mean"; "variance" ] -> n, value i ]
                        ]
                }

                let path = Path.Combine(folder, "old.h5")
                H5.save path (tree [ "kernel:0", kernel; "bias:0", value 7 ])
                let v = ModelFile.loadWeights (path, model)

                let found =
                    Array.append (Tree.toPairs v.Params) (Tree.toPairs v.State)
                    |> Array.map (fun (p, x) -> p, (Tensor.toArray<float32> x)[0])
                    |> Map.ofArray

                Expect.equal
                    found
                    (Map [
                        "a/kernel", 0.5f
                        "a/bias", 7f
                        "b/gamma", 0f
                        "b/beta", 1f
                        "b/moving_mean", 2f
                        "b/moving_variance", 3f
                    ])
                    "values"

                H5.save path (tree [ "bias:0", value 7; "kernel:0", kernel ])
                refuses [ "layer 'a'"; "(3, 2), (2,)"; "(2,), (3, 2)" ] (fun () -> ModelFile.loadWeights (path, model)))
    ]

let images =
    testList "images and classes" [
        testCase "images are prepared"
        <| fun () ->
            let x = Tensor.ofArray [ 1; 1; 3 ] [| 0uy; 127uy; 255uy |]
            let caffe = Tensor.toArray<float32>(ResNet.preprocessInput x)
            let expected = [| 255f - 103.939f; 127f - 116.779f; -123.68f |]

            Array.iter2
                (fun (e: float32) a -> Expect.floatClose Accuracy.medium (float a) (float e) "ResNet")
                expected
                caffe

            let scaled = Tensor.toArray<float32>(MobileNetV2.preprocessInput x)

            Array.iter2
                (fun e a -> Expect.isLessThan (abs (float a - e)) 1e-6 "MobileNetV2")
                [| -1.0; 127.0 / 127.5 - 1.0; 1.0 |]
                scaled

        testCase "classes are named"
        <| fun () ->
            inFolder (fun folder ->
                let path = Path.Combine(folder, "index.json")
                let entry i = $"\"{i}\": [\"n{i}\", \"class {i}\"]"
                File.WriteAllText(path, "{" + String.concat ", " (List.map entry [ 0..999 ]) + "}")

                let scores =
                    Array.init 1000 (fun i ->
                        if i = 42 then 0.7f
                        elif i = 7 then 0.2f
                        else 0f)

                let found = ImageNet.decodePredictions (Tensor.ofArray [ 1; 1000 ] scores) (Some 2) (Some path)
                Expect.equal [ for p in found[0] -> p.Id, p.Name ] [ "n42", "class 42"; "n7", "class 7" ] "classes"

                refuses [ "(1, 3)" ] (fun () ->
                    ImageNet.decodePredictions (Tensor.zeros [ 1; 3 ] DType.Float32) None None))
    ]

[<Tests>]
let tests = testList "applications" [ networks; files; images ]
