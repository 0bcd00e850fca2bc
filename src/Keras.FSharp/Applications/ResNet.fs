/// Residual networks (He et al., 2015), with the layers, names and order that Keras has.
namespace Keras.FSharp

open type Keras.FSharp.Layers

/// ResNet50.
[<RequireQualifiedAccess>]
module ResNet =
    let private folder = "https://storage.googleapis.com/tensorflow/keras-applications/resnet/"

    let private convolution (filters: int) (kernel: int) (strides: int) (padding: string) (name: string) =
        call (Conv2D(filters, kernelSize = kernel, strides = strides, padding = padding, name = name))

    let private normalization (name: string) =
        call (BatchNormalization(axis = ImageNet.channelAxis (), epsilon = 1.001e-5, name = name))

    let private rectified (name: string) = call (Activation(relu, name = name))

    let private padded (n: int) (name: string) = call (ZeroPadding2D(Sizes n, name = name))

    /// Three convolutions, and the input added; `projects` passes that through a convolution, too.
    let private block (filters: int) (strides: int) (projects: bool) (name: string) (x: KerasTensor) : KerasTensor =
        let shortcut =
            if projects then
                x |> convolution (4 * filters) 1 strides "valid" $"{name}_0_conv" |> normalization $"{name}_0_bn"
            else
                x

        let y =
            x
            |> convolution filters 1 strides "valid" $"{name}_1_conv"
            |> normalization $"{name}_1_bn"
            |> rectified $"{name}_1_relu"
            |> convolution filters 3 1 "same" $"{name}_2_conv"
            |> normalization $"{name}_2_bn"
            |> rectified $"{name}_2_relu"
            |> convolution (4 * filters) 1 1 "valid" $"{name}_3_conv"
            |> normalization $"{name}_3_bn"

        [ shortcut; y ] |> callMany (Add(name = $"{name}_add")) |> rectified $"{name}_out"

    let private stack (filters: int) (blocks: int) (strides: int) (name: string) (x: KerasTensor) : KerasTensor =
        (x, [ 1..blocks ])
        ||> List.fold (fun x i -> block filters (if i = 1 then strides else 1) (i = 1) $"{name}_block{i}" x)

    /// What the network has before its end, from the images on.
    let private body (x: KerasTensor) : KerasTensor =
        x
        |> padded 3 "conv1_pad"
        |> convolution 64 7 2 "valid" "conv1_conv"
        |> normalization "conv1_bn"
        |> rectified "conv1_relu"
        |> padded 1 "pool1_pad"
        |> call (MaxPooling2D(Sizes 3, strides = Sizes 2, name = "pool1_pool"))
        |> stack 64 3 1 "conv2"
        |> stack 128 4 2 "conv3"
        |> stack 256 6 2 "conv4"
        |> stack 512 3 2 "conv5"

    let private file (includeTop: bool) () : string =
        let name, sum =
            if includeTop then
                "resnet50_weights_tf_dim_ordering_tf_kernels.h5", "2cb95161c43110f7111970584f804107"
            else
                "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5", "4d473c1dd8becc155b73f8504c6f6626"

        FileCache.find "applications.ResNet50" "models" name (Some sum) (folder + name)

    let internal make (o: ApplicationOptions) : Application =
        let where = "applications.ResNet50"
        ImageNet.check where o.Weights o.IncludeTop o.Classes o.Activation
        let shape = ImageNet.inputShape where o.InputShape 224 o.IncludeTop o.Weights
        let images = o.InputTensor |> Option.defaultWith (fun () -> input shape)
        let features = body images

        let y =
            if o.IncludeTop then
                features
                |> call (GlobalAveragePooling2D(name = "avg_pool"))
                |> call (Dense(o.Classes, activation = o.Activation, name = "predictions"))
            else
                ImageNet.pooled where o.Pooling (Some "avg_pool", Some "max_pool") features

        Functional(images, y, name = defaultArg o.Name "resnet50")
        |> ImageNet.application o.Weights (file o.IncludeTop)

    /// Prepares images (pixels from 0 to 255; red, green, blue) as the network takes them: blue, green, red, less the means
    /// of ImageNet. Keras: `keras.applications.resnet.preprocess_input`.
    let preprocessInput (images: Tensor) : Tensor = ImageNet.centered "applications.resnet.preprocess_input" images
