/// Inference functions: the same results as the model, with normalization folded away.
module Keras.FSharp.Tests.InferenceTests

open System
open System.Threading.Tasks
open Expecto
open Keras.FSharp
open Keras.FSharp.Tests.TransformTests
open type Keras.FSharp.Layers

/// Random values for all variables, between 0.5 and 1.5, so that variances are positive and nothing is neutral.
let private filled (model: Layer) : Variables =
    let r = Random 7

    let fill (t: Tensor) =
        Tensor.ofArray (t.Shape.ToArray()) (Array.init t.Size (fun _ -> float32 (r.NextDouble() + 0.5)))

    let v = Model.init (Random.key 1L, model)
    { Params = Tree.map fill v.Params; State = Tree.map fill v.State }

let private sample (shape: int list) : Tensor =
    let r = Random 3
    Tensor.ofArray shape (Array.init (List.fold (*) 1 shape) (fun _ -> float32 (r.NextDouble() - 0.5)))

/// Is a mean still subtracted? Nothing else in these models subtracts.
let private normalizes (r: ProgramReport) =
    r.Steps
    |> Array.exists (fun s -> List.contains "sub" (s.Name :: s.Members) || s.Name = "batch_norm_inference")

let private agrees (model: Layer) (x: Tensor) : ProgramReport =
    let variables = filled model
    let expected, _ = Model.apply (model, variables, x)
    let f = Model.inference (model, variables)

    for _ in 1..2 do
        let y = f.Run x
        Expect.equal y.Shape expected.Shape "shape"
        let a, b = Tensor.toArray<float32> y, Tensor.toArray<float32> expected

        Array.iter2 (fun u v -> Expect.isLessThan (abs (u - v)) (1e-4f * (1.0f + abs v)) "value") a b

    f.Report [| x |]

[<Tests>]
let tests =
    testList "inference" [
        onManaged "normalization goes into convolutions, with and without bias, grouped too"
        <| fun () ->
            let model =
                Sequential [
                    Input [ 8; 8; 3 ]
                    Conv2D(4, kernelSize = 3)
                    BatchNormalization()
                    ReLU()
                    Conv2D(6, kernelSize = 3, useBias = false)
                    BatchNormalization(epsilon = 0.1)
                    DepthwiseConv2D(kernelSize = 2)
                    BatchNormalization(scale = false)
                    Dropout 0.5
                    Flatten()
                    Dense 5
                    BatchNormalization(center = false)
                ]

            let report = agrees model (sample [ 2; 8; 8; 3 ])
            Expect.isFalse (normalizes report) "no normalization is left"

        onManaged "a normalization stays where it cannot go: other readers, other layers before it"
        <| fun () ->
            let x = input [ 6 ]
            let d = x |> call (Dense 4)
            let n = d |> call (BatchNormalization())
            let model = Functional(x, add [ d; n ])
            let report = agrees model (sample [ 3; 6 ])
            Expect.isTrue (normalizes report) "it is still there"
            agrees (Sequential [ Input [ 6 ]; BatchNormalization(); Dense 2 ]) (sample [ 3; 6 ]) |> ignore

        onManaged "several shapes, from many threads"
        <| fun () ->
            let model = Sequential [ Input [ 5 ]; Dense(7, activation = relu); Dense 2 ]
            let variables = filled model
            let f = Model.inference (model, variables)

            Parallel.For(
                0,
                40,
                fun i ->
                    let x = sample [ 1 + i % 3; 5 ]
                    let expected, _ = Model.apply (model, variables, x)
                    let difference = Lax.sub (f.Run x) expected |> Lax.abs |> Lax.sumAll |> Tensor.toFloat
                    Expect.isLessThan difference 1e-3 "the same"
            )
            |> ignore

        onManaged "bad input is refused as by the model"
        <| fun () ->
            let model = Sequential [ Input [ 5 ]; Dense 2 ]
            let f = Model.inference (model, filled model)

            Expect.throwsC (fun () -> f.Run(sample [ 1; 4 ]) |> ignore) (fun e ->
                Expect.stringContains e.Message "(1, 4)" "what was given")

            Expect.equal (f.Run(sample [ 1; 5 ])).Size 2 "it still works"
    ]
