/// MobileNetV2 (Sandler et al., 2018), with the layers, names and order that Keras has.
namespace Keras.FSharp

open type Keras.FSharp.Layers

/// MobileNetV2.
[<RequireQualifiedAccess>]
module MobileNetV2 =
    let private where = "applications.MobileNetV2"
    let private folder = "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/"

    /// Sizes for which there are weights.
    let private sizes = [ 96; 128; 160; 192; 224 ]

    let private alphas = [ 0.35; 0.5; 0.75; 1.0; 1.3; 1.4 ]

    /// The nearest multiple of 8 that is not more than a tenth smaller.
    let private divisible (v: float) : int =
        let near = max 8 (int (v + 4.0) / 8 * 8)
        if float near < 0.9 * v then near + 8 else near

    let private pointwise (filters: int) (padding: string) (name: string) =
        call (Conv2D(filters, kernelSize = 1, padding = padding, useBias = false, name = name))

    let private normalization (name: string) =
        call (BatchNormalization(axis = ImageNet.channelAxis (), epsilon = 1e-3, momentum = 0.999, name = name))

    let private rectified (name: string) = call (ReLU(maxValue = 6.0, name = name))

    /// Zeros around an image so that a convolution of size 3 that skips every second pixel meets all of it.
    let private padded (name: string) (x: KerasTensor) : KerasTensor =
        let rows = if ImageNet.channelAxis () = 1 then 2 else 1
        let margin (size: int) = if size < 0 then 0, 1 else size % 2, 1
        x |> call (ZeroPadding2D(Sizes(margin x.Shape[rows], margin x.Shape[rows + 1]), name = name))

    /// The images are widened, filtered, and narrowed again; where the shapes allow it the input is added.
    let private block alpha (filters: int, strides: int, expansion: int) (id: int) (x: KerasTensor) : KerasTensor =
        let channels = x.Shape[ImageNet.channelAxis ()]
        let narrow = divisible (floor (float filters * alpha))
        let name = if id = 0 then "expanded_conv_" else $"block_{id}_"

        let wide =
            if id = 0 then
                x
            else
                x
                |> pointwise (expansion * channels) "same" $"{name}expand"
                |> normalization $"{name}expand_BN"
                |> rectified $"{name}expand_relu"

        let filtered =
            let padding = if strides = 1 then "same" else "valid"

            (if strides = 2 then padded $"{name}pad" wide else wide)
            |> call (
                DepthwiseConv2D(
                    Sizes 3,
                    strides = Sizes strides,
                    useBias = false,
                    padding = padding,
                    name = $"{name}depthwise"
                )
            )
            |> normalization $"{name}depthwise_BN"
            |> rectified $"{name}depthwise_relu"

        let y = filtered |> pointwise narrow "same" $"{name}project" |> normalization $"{name}project_BN"

        if channels = narrow && strides = 1 then
            [ x; y ] |> callMany (Add(name = $"{name}add"))
        else
            y

    /// Filters, strides and expansion of each block.
    let private blocks =
        [
            1, (16, 1, 1)
            1, (24, 2, 6)
            1, (24, 1, 6)
            1, (32, 2, 6)
            2, (32, 1, 6)
            1, (64, 2, 6)
            3, (64, 1, 6)
            3, (96, 1, 6)
            1, (160, 2, 6)
            2, (160, 1, 6)
            1, (320, 1, 6)
        ]
        |> List.collect (fun (n, b) -> List.replicate n b)
        |> List.indexed

    /// What the network has before its end, from the images on.
    let private body (alpha: float) (x: KerasTensor) : KerasTensor =
        let first =
            Conv2D(
                divisible (32.0 * alpha),
                kernelSize = 3,
                strides = 2,
                padding = "same",
                useBias = false,
                name = "Conv1"
            )

        let features = x |> call first |> normalization "bn_Conv1" |> rectified "Conv1_relu"
        let last = if alpha > 1.0 then divisible (1280.0 * alpha) else 1280

        (features, blocks)
        ||> List.fold (fun x (id, b) -> block alpha b id x)
        |> pointwise last "valid" "Conv_1"
        |> normalization "Conv_1_bn"
        |> rectified "out_relu"

    /// The size of the images, where there are weights for it, else 224.
    let private size (shape: int list option) (given: KerasTensor option) : int =
        let rows, columns =
            match shape, given with
            | Some [ a; b; c ], _ -> if ImageNet.channelAxis () = 1 then b, c else a, b
            | _, Some x when x.Shape.Rank = 4 ->
                if ImageNet.channelAxis () = 1 then
                    x.Shape[2], x.Shape[3]
                else
                    x.Shape[1], x.Shape[2]
            | _ -> 224, 224

        if rows = columns && List.contains rows sizes then rows else 224

    let private file (alpha: float) (rows: int) (includeTop: bool) () : string =
        let ending = if includeTop then "" else "_no_top"
        let width = alpha.ToString("0.0#", System.Globalization.CultureInfo.InvariantCulture)
        let name = $"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{width}_{rows}{ending}.h5"
        // Keras names no sum for these files.
        FileCache.find where "models" name None (folder + name)

    let internal make (alpha: float) (o: ApplicationOptions) : Application =
        if alpha <= 0.0 then
            Fail.value where $"argument 'alpha' is {alpha}" "Give a positive number."

        ImageNet.check where o.Weights o.IncludeTop o.Classes o.Activation

        if o.Weights = AppWeights.ImageNet && not (List.contains alpha alphas) then
            Fail.value where $"argument 'alpha' is {alpha}" $"ImageNet's weights are for %A{alphas}."

        let size = size o.InputShape o.InputTensor
        let shape = ImageNet.inputShape where o.InputShape size o.IncludeTop o.Weights
        let images = o.InputTensor |> Option.defaultWith (fun () -> input shape)
        let features = body alpha images

        let y =
            if o.IncludeTop then
                features
                |> call (GlobalAveragePooling2D())
                |> call (Dense(o.Classes, activation = o.Activation, name = "predictions"))
            else
                ImageNet.pooled where o.Pooling (None, None) features

        let width = alpha.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture)
        let rows = if ImageNet.channelAxis () = 1 then images.Shape[2] else images.Shape[1]
        // For other sizes ImageNet's weights are those of 224, and Keras names the model after them.
        let rows =
            if o.Weights = AppWeights.ImageNet then string size
            elif rows < 0 then "None"
            else string rows

        Functional(images, y, name = defaultArg o.Name $"mobilenetv2_{width}_{rows}")
        |> ImageNet.application o.Weights (file alpha size o.IncludeTop)

    /// Prepares images (pixels from 0 to 255) as the network takes them: from -1 to 1.
    /// Keras: `keras.applications.mobilenet_v2.preprocess_input`.
    let preprocessInput (images: Tensor) : Tensor = ImageNet.scaled images
