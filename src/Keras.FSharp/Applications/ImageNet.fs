/// What networks for ImageNet have in common: sizes of inputs, preparing of images, names of classes, weights.
namespace Keras.FSharp

open System.IO
open Keras.FSharp.Saving
open type Keras.FSharp.Layers

/// Which values the variables of an application have at first.
[<RequireQualifiedAccess>]
type AppWeights =
    /// Those of the initializers.
    | Random
    /// Trained on ImageNet, from files in `~/.keras/models`.
    | ImageNet
    /// Those of a file: `.weights.h5`, `.keras`, or `.h5` of the older form.
    | File of path: string

/// A network and, where they come from a file, the values of its variables.
[<NoEquality; NoComparison>]
type Application = {
    /// The network.
    Model: Layer
    /// Its trained values; none for random ones, which `Model.init` makes.
    Variables: Variables option
}

/// The arguments of an application.
[<NoEquality; NoComparison>]
type internal ApplicationOptions = {
    IncludeTop: bool
    Weights: AppWeights
    InputTensor: KerasTensor option
    InputShape: int list option
    Pooling: string option
    Classes: int
    Activation: Activation
    Name: string option
}

/// A class that a network names (`decode_predictions`).
type Prediction = {
    /// As `n02123045`.
    Id: string
    /// As `tabby`.
    Name: string
    /// The probability.
    Score: float
}

/// What networks for ImageNet have in common.
[<RequireQualifiedAccess>]
module ImageNet =
    let private channelsFirst () = Backends.Config.ImageDataFormat = "channels_first"

    /// The axis of the channels of a batch of images.
    let internal channelAxis () : int = if channelsFirst () then 1 else 3

    /// Rows, columns and channels of a shape without the batch.
    let private sides (shape: int list) : int * int * int =
        match shape with
        | [ a; b; c ] -> if channelsFirst () then b, c, a else a, b, c
        | _ -> 0, 0, 0

    let private shapeOf (rows: int) (columns: int) (channels: int) : int list =
        if channelsFirst () then
            [ channels; rows; columns ]
        else
            [ rows; columns; channels ]

    /// The shape of the input, without the batch: that which was given, checked, or the default one.
    let internal inputShape
        (where: string)
        (given: int list option)
        (size: int)
        (includeTop: bool)
        (weights: AppWeights)
        =
        match given with
        | None -> if includeTop then shapeOf size size 3 else shapeOf -1 -1 3
        | Some shape when shape.Length <> 3 ->
            Fail.value where $"argument 'input_shape' is %A{shape}" "Give rows, columns and channels."
        | Some shape ->
            let rows, columns, channels = sides shape

            if (rows >= 0 && rows < 32) || (columns >= 0 && columns < 32) then
                Fail.value where $"argument 'input_shape' is %A{shape}" "Rows and columns are at least 32."

            if includeTop && (rows < 0 || columns < 0) then
                Fail.value where $"argument 'input_shape' is %A{shape}" "With the top all sizes must be known."

            if weights = AppWeights.ImageNet then
                if channels <> 3 then
                    Fail.value where $"argument 'input_shape' is %A{shape}" "ImageNet's weights are for 3 channels."

                if includeTop && (rows <> size || columns <> size) then
                    Fail.value
                        where
                        $"argument 'input_shape' is %A{shape}"
                        $"ImageNet's weights with the top are for %A{shapeOf size size 3}."

            shape

    /// Refuses what does not fit ImageNet's weights.
    let internal check (where: string) weights (includeTop: bool) (classes: int) (activation: Activation) : unit =
        if weights = AppWeights.ImageNet && includeTop then
            if classes <> 1000 then
                Fail.value where $"argument 'classes' is {classes}" "ImageNet's weights are for 1000 classes."

            if activation.Name <> "softmax" && activation.Name <> "linear" then
                Fail.value
                    where
                    $"argument 'classifier_activation' is '{activation.Name}'"
                    "With ImageNet's weights it is softmax or linear."

    /// The end of a network without its classes: as it is, or the mean ("avg") or maximum ("max") of each channel.
    let internal pooled
        (where: string)
        (pooling: string option)
        (names: string option * string option)
        (x: KerasTensor)
        =
        match pooling with
        | None -> x
        | Some "avg" -> x |> call (GlobalAveragePooling2D(?name = fst names))
        | Some "max" -> x |> call (GlobalMaxPooling2D(?name = snd names))
        | Some other -> Fail.value where $"argument 'pooling' is '{other}'" "Known are 'avg' and 'max'."

    /// The network with its values; `file` gives the path of ImageNet's weights.
    let internal application (weights: AppWeights) (file: unit -> string) (model: Layer) : Application =
        let load path = Some(ModelFile.loadWeights (path, model))

        {
            Model = model
            Variables =
                match weights with
                | AppWeights.Random -> None
                | AppWeights.ImageNet -> load (file ())
                | AppWeights.File path -> load path
        }

    let private floats (x: Tensor) = if DType.isFloat x.DType then x else Lax.convert Backends.Config.FloatX x

    /// Pixels from 0 to 255 as numbers from -1 to 1 (mode "tf").
    let internal scaled (x: Tensor) : Tensor = Lax.shift -1.0 (Lax.scale (1.0 / 127.5) (floats x))

    /// Pixels from 0 to 255, red, green, blue, as blue, green, red less the means of ImageNet (mode "caffe"), for one image
    /// or a batch.
    let internal centered (where: string) (x: Tensor) : Tensor =
        let axis = if channelsFirst () then x.Rank - 3 else x.Rank - 1

        if x.Rank < 3 || x.Rank > 4 || x.Shape[axis] <> 3 then
            Fail.value where $"the images have shape {x.Shape}" "Give one image or a batch, with 3 channels."

        let means = Tensor.ofArray [ 3 ] [| 103.939f; 116.779f; 123.68f |]
        let shape = Dims.ofSeq (Seq.init x.Rank (fun i -> if i = axis then 3 else 1))
        let x = floats (Lax.reverse (Dims.ofSeq [ axis ]) x)
        Lax.sub x (Lax.convert x.DType (Lax.reshape shape means))

    let private classes =
        lazy
            (let path =
                FileCache.find
                    "applications.decode_predictions"
                    "models"
                    "imagenet_class_index.json"
                    (Some "c2c37ea517e94d9795004a39431a14cb")
                    "https://storage.googleapis.com/download.tensorflow.org/data/imagenet_class_index.json"

             File.ReadAllText path |> Json.parse)

    /// The `top` most probable classes (5 by default) of each row of probabilities [batch, 1000], best first. The names are
    /// read from `imagenet_class_index.json` in `~/.keras/models`, or from the file `classIndex`.
    /// Keras: `keras.applications.imagenet_utils.decode_predictions`.
    let decodePredictions (predictions: Tensor) (top: int option) (classIndex: string option) : Prediction list list =
        let where = "applications.decode_predictions"

        if predictions.Rank <> 2 || predictions.Shape[1] <> 1000 then
            Fail.value where $"the predictions have shape {predictions.Shape}" "Give (batch, 1000)."

        let index =
            match classIndex with
            | Some path -> File.ReadAllText path |> Json.parse
            | None -> classes.Value

        let row (scores: float[]) =
            scores
            |> Seq.indexed
            |> Seq.sortByDescending snd
            |> Seq.truncate (defaultArg top 5)
            |> Seq.map (fun (i, score) ->
                match Json.get where (string i) index with
                | Json.Array [ Json.Text id; Json.Text name ] -> { Id = id; Name = name; Score = score }
                | other -> Fail.value where $"class {i} is {Json.write other}" "Give pairs of id and name.")
            |> Seq.toList

        Tensor.toArrayAs<float> predictions |> Array.chunkBySize 1000 |> Array.map row |> Array.toList
