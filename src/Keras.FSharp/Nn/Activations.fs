/// Activations: elementwise functions by name, as layers take them.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// An activation of a layer: its record in files, and the function.
[<ReferenceEquality>]
type Activation = {
    /// As `relu`.
    Name: string
    /// What files contain: the name alone, for the built-in ones.
    Record: Json
    /// From a tensor to one of the same shape.
    Apply: Tensor -> Tensor
}

/// All of Keras's activations (`keras.activations`). The functions with arguments stand here; layers take the ones without.
[<AbstractClass; Sealed>]
type Activations private () =
    static let named (name: string) (f: Tensor -> Tensor) : Activation = {
        Name = name
        Record = Json.Text name
        Apply = f
    }

    static let table =
        [
            named "linear" id
            named "celu" (fun x -> Ops.celu x)
            named "elu" (fun x -> Ops.elu x)
            named "exponential" (fun x -> Ops.exp x)
            named "gelu" (fun x -> Ops.gelu (x, approximate = false))
            named "glu" (fun x -> Ops.glu x)
            named "hard_shrink" (fun x -> Ops.hardShrink x)
            named "hard_sigmoid" (fun x -> Ops.hardSigmoid x)
            named "hard_silu" (fun x -> Ops.hardSilu x)
            named "hard_tanh" (fun x -> Ops.hardTanh x)
            named "leaky_relu" (fun x -> Ops.leakyRelu x)
            named "log_sigmoid" (fun x -> Ops.logSigmoid x)
            named "log_softmax" (fun x -> Ops.logSoftmax x)
            named "mish" (fun x -> Ops.mish x)
            named "relu" (fun x -> Ops.relu x)
            named "relu6" (fun x -> Ops.relu6 x)
            named "selu" (fun x -> Ops.selu x)
            named "sigmoid" (fun x -> Ops.sigmoid x)
            named "silu" (fun x -> Ops.silu x)
            named "soft_shrink" (fun x -> Ops.softShrink x)
            named "softmax" (fun x -> Ops.softmax x)
            named "softplus" (fun x -> Ops.softplus x)
            named "softsign" (fun x -> Ops.softsign x)
            named "sparse_plus" (fun x -> Ops.sparsePlus x)
            named "sparse_sigmoid" (fun x -> Ops.sparseSigmoid x)
            named "sparsemax" (fun x -> Ops.sparsemax x)
            named "squareplus" (fun x -> Ops.squareplus x)
            named "tanh" (fun x -> Ops.tanh x)
            named "tanh_shrink" (fun x -> Ops.tanhShrink x)
            named "threshold" (fun x -> Ops.threshold (x, 0.0, 0.0))
        ]
        |> List.map (fun a -> a.Name, a)
        |> Map.ofList

    static let aliases = Map.ofList [ "swish", "silu"; "hard_swish", "hard_silu" ]

    /// The activation of a name, as `relu`. An unknown name is an error that lists near ones.
    /// Source: `keras.activations.get`.
    static member get(name: string) : Activation =
        let canonical = Map.tryFind name aliases |> Option.defaultValue name

        match Map.tryFind canonical table with
        | Some a -> a
        | None ->
            let known = Seq.append (Map.keys table) (Map.keys aliases)
            Fail.value "activations" $"there is no activation '{name}'" (Fail.didYouMean name known)

    /// The names of all activations.
    static member Names: string list = List.ofSeq (Map.keys table)

    /// Reads the record of an activation: a name, a function record, or null for `linear`.
    static member ofJson (where: string) (json: Json) : Activation =
        match json with
        | Json.Null -> Activations.get "linear"
        | Json.Text name -> Activations.get name
        | _ -> Activations.get (Serialized.ofJson where json).ClassName

    /// A function of one's own; `name` stands in files, which can only be read where it is known.
    static member custom(name: string, f: Tensor -> Tensor) : Activation = named name f

    /// relu with a slope below the threshold, and an upper limit. Source: `keras.activations.relu`.
    static member reluWith(x: Tensor, ?negativeSlope: float, ?maxValue: float, ?threshold: float) : Tensor =
        let slope, threshold = defaultArg negativeSlope 0.0, defaultArg threshold 0.0
        let x = if DType.isFloat x.DType then x else Lax.convert Backends.Config.FloatX x

        if slope = 0.0 && threshold = 0.0 && maxValue.IsNone then
            Ops.relu x
        else
            let limit = Lax.scalar x.DType threshold
            let above = Lax.ge x (Lax.broadcastTo x.Shape limit)

            let capped =
                match maxValue with
                | Some m -> Lax.min x (Lax.scalar x.DType m)
                | None -> x

            let below =
                if slope = 0.0 then
                    Lax.zerosLike x
                else
                    Lax.scale slope (Lax.shift -threshold x)

            Lax.select above capped below

    /// The identity.
    static member linear: Activation = Activations.get "linear"

    /// The hyperbolic tangent. (Not opened by itself, since F# has a function of that name.)
    static member tanh: Activation = Activations.get "tanh"

    /// exp.
    static member exponential: Activation = Activations.get "exponential"

/// The activations that layers take most often, as values.
[<AutoOpen>]
module ActivationValues =
    /// max(x, 0).
    let relu = Activations.get "relu"

    /// min(max(x, 0), 6).
    let relu6 = Activations.get "relu6"

    /// x Φ(x), exact form.
    let gelu = Activations.get "gelu"

    /// x sigmoid(x).
    let silu = Activations.get "silu"

    /// The same as silu.
    let swish = silu

    /// 1 / (1 + exp(-x)).
    let sigmoid = Activations.get "sigmoid"

    /// exp(x) over its sum along the last axis.
    let softmax = Activations.get "softmax"

    /// log(1 + exp(x)).
    let softplus = Activations.get "softplus"

    /// x for positive x, else exp(x) - 1.
    let elu = Activations.get "elu"

    /// The scaled elu that keeps mean and variance.
    let selu = Activations.get "selu"
