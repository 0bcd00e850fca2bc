/// Layers and models as they are written in F#, after `open type Keras.FSharp.Layers`. The members of the layer families
/// stand in files of their own and extend this type.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// Layers under their Keras names, with Keras's arguments in camel case and its defaults: `Dense(10, activation = relu)`.
/// The names in lower case call layers on symbolic tensors.
[<AbstractClass; Sealed>]
type Layers private () =
    static let merged (className: string) (xs: KerasTensor seq) (layer: Given -> Given) : KerasTensor =
        Symbolic.callMany ((layer (Given className)).Make(None, None)) xs

    // ---- inputs and models ------------------------------------------------------------------------------------------

    /// The input of a model: the shape of one example, -1 where any size is taken; float32 unless `dtype` is given.
    /// Keras: `keras.Input`, `keras.layers.InputLayer`.
    static member Input(shape: int list, ?batchSize: int, ?dtype: DType, ?name: string, ?optional: bool) : Layer =
        let dtype = defaultArg dtype Backends.Config.FloatX
        InputLayer.make name dtype (defaultArg batchSize -1 :: shape) (defaultArg optional false)

    /// The symbolic tensor of a new input, to call layers on. Keras: `keras.Input`.
    static member input(shape: int list, ?batchSize: int, ?dtype: DType, ?name: string, ?optional: bool) : KerasTensor =
        Layers.Input(shape, ?batchSize = batchSize, ?dtype = dtype, ?name = name, ?optional = optional)
        |> InputLayer.tensor

    /// Layers in a row; begins with an Input where the shapes are to be known before the first call.
    /// Keras: `keras.Sequential`.
    static member Sequential(layers: Layer list, ?name: string) : Layer = Model.OfLayers(layers, ?name = name)

    /// A model of everything between an input and an output. Keras: `keras.Model`.
    static member Functional(inputs: KerasTensor, outputs: KerasTensor, ?name: string) : Layer =
        Model.OfGraph(Argument.Tensor inputs, Argument.Tensor outputs, ?name = name)

    /// A model of everything between inputs and outputs. Keras: `keras.Model`.
    static member Functional(inputs: KerasTensor list, outputs: KerasTensor list, ?name: string) : Layer =
        let form xs = Argument.List [ for x in xs -> Argument.Tensor x ]
        Model.OfGraph(form inputs, form outputs, ?name = name)

    /// A layer of a class from its config, which holds Keras's argument names. Keras: `Layer.from_config`.
    static member OfConfig(className: string, config: (string * Json) list) : Layer =
        LayerCatalogue.create className config

    // ---- calls on symbolic tensors ----------------------------------------------------------------------------------

    /// Calls a layer on a symbolic tensor: `x |> call (Dense 10)`.
    static member call (layer: Layer) (x: KerasTensor) : KerasTensor = Symbolic.call layer x

    /// Calls a layer on several symbolic tensors: `[ x; y ] |> callMany (Add())`.
    static member callMany (layer: Layer) (xs: KerasTensor list) : KerasTensor = Symbolic.callMany layer xs

    /// Calls a layer on several symbolic tensors one after the other, as attention is called on query and value, with
    /// further arguments by name (a tensor or several), and values by name (`use_causal_mask`); gives all outputs.
    static member callWith
        (
            layer: Layer,
            inputs: KerasTensor list,
            ?arguments: (string * KerasTensor list) list,
            ?values: (string * Json) list
        ) : KerasTensor list =
        let named =
            defaultArg arguments []
            |> List.map (fun (name, tensors) ->
                match tensors with
                | [ one ] -> name, Argument.Tensor one
                | many -> name, Argument.List(List.map Argument.Tensor many))

        let plain = defaultArg values [] |> List.map (fun (name, v) -> name, Argument.Value v)
        Symbolic.callWith layer (List.map Argument.Tensor inputs) (named @ plain) |> List.ofArray

    /// The sum of symbolic tensors. Keras: `keras.layers.add`.
    static member add(inputs: KerasTensor seq) : KerasTensor = merged "Add" inputs id

    /// The difference of two symbolic tensors. Keras: `keras.layers.subtract`.
    static member subtract(inputs: KerasTensor seq) : KerasTensor = merged "Subtract" inputs id

    /// The product of symbolic tensors. Keras: `keras.layers.multiply`.
    static member multiply(inputs: KerasTensor seq) : KerasTensor = merged "Multiply" inputs id

    /// The mean of symbolic tensors. Keras: `keras.layers.average`.
    static member average(inputs: KerasTensor seq) : KerasTensor = merged "Average" inputs id

    /// The elementwise maximum of symbolic tensors. Keras: `keras.layers.maximum`.
    static member maximum(inputs: KerasTensor seq) : KerasTensor = merged "Maximum" inputs id

    /// The elementwise minimum of symbolic tensors. Keras: `keras.layers.minimum`.
    static member minimum(inputs: KerasTensor seq) : KerasTensor = merged "Minimum" inputs id

    /// Symbolic tensors joined along an axis, the last by default. Keras: `keras.layers.concatenate`.
    static member concatenate(inputs: KerasTensor seq, ?axis: int) : KerasTensor =
        merged "Concatenate" inputs (fun g -> g.Set("axis", axis))

    /// The product of two symbolic tensors over an axis of each. Keras: `keras.layers.dot`.
    static member dot(inputs: KerasTensor seq, axes: Sizes, ?normalize: bool) : KerasTensor =
        merged "Dot" inputs (fun g -> g.Set("axes", axes).Set("normalize", normalize))
