module Keras.FSharp.Tests.ReadmeExample

open Keras.FSharp
open type Keras.FSharp.Layers

let model =
    Sequential [
        Input [ 28; 28; 1 ]
        Conv2D(32, kernelSize = 3, activation = relu)
        MaxPooling2D 2
        Flatten()
        Dropout 0.5
        Dense 10
    ]

// the pure way: parameters, state and optimizer are values
let variables = Model.init (Random.key 42L, model)
let adam = Optimizers.Adam(learningRate = 1e-3)

let loss state key (x, y) parameters =
    let logits, next =
        Model.apply (model, { Params = parameters; State = state }, x, training = true, key = key)

    Ops.mean (Losses.sparseCategoricalCrossentropy (y, logits, fromLogits = true)), next.State

let step =
    jit (fun ((variables: Variables, optimizer, key), batch) ->
        let (value, state), gradients = valueAndGradAux (loss variables.State key batch) variables.Params
        let parameters, optimizer = Optimizers.update adam gradients optimizer variables.Params
        value, ({ Params = parameters; State = state }, optimizer))
