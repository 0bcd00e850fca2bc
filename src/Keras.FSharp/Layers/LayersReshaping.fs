/// Layers that change shapes as members of `Layers`.
namespace Keras.FSharp

/// Layers that change shapes as members of `Layers`.
[<AutoOpen>]
module LayersReshaping =
    type Layers with

        /// (batch, …) to (batch, features). Keras: `keras.layers.Flatten`.
        static member Flatten(?dataFormat: string, ?name: string, ?dtype: string) : Layer =
            Given("Flatten").Set("data_format", dataFormat).Make(name, dtype)

        /// Gives each example the shape `targetShape`, in which one size may be -1. Keras: `keras.layers.Reshape`.
        static member Reshape(targetShape: int list, ?name: string, ?dtype: string) : Layer =
            Given("Reshape").Set("target_shape", targetShape).Make(name, dtype)

        /// Reorders the axes of each example, which are counted from 1. Keras: `keras.layers.Permute`.
        static member Permute(dims: int list, ?name: string, ?dtype: string) : Layer =
            Given("Permute").Set("dims", dims).Make(name, dtype)

        /// (batch, features) to (batch, n, features). Keras: `keras.layers.RepeatVector`.
        static member RepeatVector(n: int, ?name: string, ?dtype: string) : Layer =
            Given("RepeatVector").Set("n", n).Make(name, dtype)

        /// Zeros around the spatial axes. Keras: `keras.layers.ZeroPadding1D`.
        static member ZeroPadding1D(?padding: Sizes, ?dataFormat: string, ?name: string, ?dtype: string) : Layer =
            Given("ZeroPadding1D").Set("padding", padding).Set("data_format", dataFormat).Make(name, dtype)

        /// Zeros around the spatial axes. Keras: `keras.layers.ZeroPadding2D`.
        static member ZeroPadding2D(?padding: Sizes, ?dataFormat: string, ?name: string, ?dtype: string) : Layer =
            Given("ZeroPadding2D").Set("padding", padding).Set("data_format", dataFormat).Make(name, dtype)

        /// Zeros around the spatial axes. Keras: `keras.layers.ZeroPadding3D`.
        static member ZeroPadding3D(?padding: Sizes, ?dataFormat: string, ?name: string, ?dtype: string) : Layer =
            Given("ZeroPadding3D").Set("padding", padding).Set("data_format", dataFormat).Make(name, dtype)

        /// Cuts off the margins of the spatial axes. Keras: `keras.layers.Cropping1D`.
        static member Cropping1D(?cropping: Sizes, ?name: string, ?dtype: string) : Layer =
            Given("Cropping1D").Set("cropping", cropping).Make(name, dtype)

        /// Cuts off the margins of the spatial axes. Keras: `keras.layers.Cropping2D`.
        static member Cropping2D(?cropping: Sizes, ?dataFormat: string, ?name: string, ?dtype: string) : Layer =
            Given("Cropping2D").Set("cropping", cropping).Set("data_format", dataFormat).Make(name, dtype)

        /// Cuts off the margins of the spatial axes. Keras: `keras.layers.Cropping3D`.
        static member Cropping3D(?cropping: Sizes, ?dataFormat: string, ?name: string, ?dtype: string) : Layer =
            Given("Cropping3D").Set("cropping", cropping).Set("data_format", dataFormat).Make(name, dtype)

        /// Repeats cells along the spatial axes. Keras: `keras.layers.UpSampling1D`.
        static member UpSampling1D(?size: int, ?name: string, ?dtype: string) : Layer =
            Given("UpSampling1D").Set("size", size).Make(name, dtype)

        /// Repeats cells along the spatial axes; or interpolates: "nearest", "bilinear", "bicubic". Keras:
        /// `keras.layers.UpSampling2D`.
        static member UpSampling2D
            (?size: Sizes, ?dataFormat: string, ?interpolation: string, ?name: string, ?dtype: string)
            : Layer =
            Given("UpSampling2D")
                .Set("size", size)
                .Set("data_format", dataFormat)
                .Set("interpolation", interpolation)
                .Make(name, dtype)

        /// Repeats cells along the spatial axes. Keras: `keras.layers.UpSampling3D`.
        static member UpSampling3D(?size: Sizes, ?dataFormat: string, ?name: string, ?dtype: string) : Layer =
            Given("UpSampling3D").Set("size", size).Set("data_format", dataFormat).Make(name, dtype)
