/// Pooling as members of `Layers`.
namespace Keras.FSharp

/// Pooling as members of `Layers`.
[<AutoOpen>]
module LayersPooling =
    type Layers with

        /// The largest element of each window; strides are the window's size by default. Keras:
        /// `keras.layers.MaxPooling1D`.
        static member MaxPooling1D
            (?poolSize: Sizes, ?strides: Sizes, ?padding: string, ?dataFormat: string, ?name: string, ?dtype: string)
            : Layer =
            Given("MaxPooling1D")
                .Set("pool_size", poolSize)
                .Set("strides", strides)
                .Set("padding", padding)
                .Set("data_format", dataFormat)
                .Make(name, dtype)

        /// The largest element of each window; strides are the window's size by default. Keras:
        /// `keras.layers.MaxPooling2D`.
        static member MaxPooling2D
            (?poolSize: Sizes, ?strides: Sizes, ?padding: string, ?dataFormat: string, ?name: string, ?dtype: string)
            : Layer =
            Given("MaxPooling2D")
                .Set("pool_size", poolSize)
                .Set("strides", strides)
                .Set("padding", padding)
                .Set("data_format", dataFormat)
                .Make(name, dtype)

        /// The largest element of each window; strides are the window's size by default. Keras:
        /// `keras.layers.MaxPooling3D`.
        static member MaxPooling3D
            (?poolSize: Sizes, ?strides: Sizes, ?padding: string, ?dataFormat: string, ?name: string, ?dtype: string)
            : Layer =
            Given("MaxPooling3D")
                .Set("pool_size", poolSize)
                .Set("strides", strides)
                .Set("padding", padding)
                .Set("data_format", dataFormat)
                .Make(name, dtype)

        /// The largest element of each channel. Keras: `keras.layers.GlobalMaxPooling1D`.
        static member GlobalMaxPooling1D(?dataFormat: string, ?keepdims: bool, ?name: string, ?dtype: string) : Layer =
            Given("GlobalMaxPooling1D").Set("data_format", dataFormat).Set("keepdims", keepdims).Make(name, dtype)

        /// The largest element of each channel. Keras: `keras.layers.GlobalMaxPooling2D`.
        static member GlobalMaxPooling2D(?dataFormat: string, ?keepdims: bool, ?name: string, ?dtype: string) : Layer =
            Given("GlobalMaxPooling2D").Set("data_format", dataFormat).Set("keepdims", keepdims).Make(name, dtype)

        /// The largest element of each channel. Keras: `keras.layers.GlobalMaxPooling3D`.
        static member GlobalMaxPooling3D(?dataFormat: string, ?keepdims: bool, ?name: string, ?dtype: string) : Layer =
            Given("GlobalMaxPooling3D").Set("data_format", dataFormat).Set("keepdims", keepdims).Make(name, dtype)

        /// The largest element of each of `outputSize` parts per axis. Keras: `keras.layers.AdaptiveMaxPooling1D`.
        static member AdaptiveMaxPooling1D
            (outputSize: Sizes, ?dataFormat: string, ?name: string, ?dtype: string)
            : Layer =
            Given("AdaptiveMaxPooling1D")
                .Set("output_size", outputSize)
                .Set("data_format", dataFormat)
                .Make(name, dtype)

        /// The largest element of each of `outputSize` parts per axis. Keras: `keras.layers.AdaptiveMaxPooling2D`.
        static member AdaptiveMaxPooling2D
            (outputSize: Sizes, ?dataFormat: string, ?name: string, ?dtype: string)
            : Layer =
            Given("AdaptiveMaxPooling2D")
                .Set("output_size", outputSize)
                .Set("data_format", dataFormat)
                .Make(name, dtype)

        /// The largest element of each of `outputSize` parts per axis. Keras: `keras.layers.AdaptiveMaxPooling3D`.
        static member AdaptiveMaxPooling3D
            (outputSize: Sizes, ?dataFormat: string, ?name: string, ?dtype: string)
            : Layer =
            Given("AdaptiveMaxPooling3D")
                .Set("output_size", outputSize)
                .Set("data_format", dataFormat)
                .Make(name, dtype)

        /// The mean of each window; strides are the window's size by default. Keras: `keras.layers.AveragePooling1D`.
        static member AveragePooling1D
            (poolSize: Sizes, ?strides: Sizes, ?padding: string, ?dataFormat: string, ?name: string, ?dtype: string)
            : Layer =
            Given("AveragePooling1D")
                .Set("pool_size", poolSize)
                .Set("strides", strides)
                .Set("padding", padding)
                .Set("data_format", dataFormat)
                .Make(name, dtype)

        /// The mean of each window; strides are the window's size by default. Keras: `keras.layers.AveragePooling2D`.
        static member AveragePooling2D
            (poolSize: Sizes, ?strides: Sizes, ?padding: string, ?dataFormat: string, ?name: string, ?dtype: string)
            : Layer =
            Given("AveragePooling2D")
                .Set("pool_size", poolSize)
                .Set("strides", strides)
                .Set("padding", padding)
                .Set("data_format", dataFormat)
                .Make(name, dtype)

        /// The mean of each window; strides are the window's size by default. Keras: `keras.layers.AveragePooling3D`.
        static member AveragePooling3D
            (poolSize: Sizes, ?strides: Sizes, ?padding: string, ?dataFormat: string, ?name: string, ?dtype: string)
            : Layer =
            Given("AveragePooling3D")
                .Set("pool_size", poolSize)
                .Set("strides", strides)
                .Set("padding", padding)
                .Set("data_format", dataFormat)
                .Make(name, dtype)

        /// The mean of each channel; masked steps do not count. Keras: `keras.layers.GlobalAveragePooling1D`.
        static member GlobalAveragePooling1D
            (?dataFormat: string, ?keepdims: bool, ?name: string, ?dtype: string)
            : Layer =
            Given("GlobalAveragePooling1D").Set("data_format", dataFormat).Set("keepdims", keepdims).Make(name, dtype)

        /// The mean of each channel. Keras: `keras.layers.GlobalAveragePooling2D`.
        static member GlobalAveragePooling2D
            (?dataFormat: string, ?keepdims: bool, ?name: string, ?dtype: string)
            : Layer =
            Given("GlobalAveragePooling2D").Set("data_format", dataFormat).Set("keepdims", keepdims).Make(name, dtype)

        /// The mean of each channel. Keras: `keras.layers.GlobalAveragePooling3D`.
        static member GlobalAveragePooling3D
            (?dataFormat: string, ?keepdims: bool, ?name: string, ?dtype: string)
            : Layer =
            Given("GlobalAveragePooling3D").Set("data_format", dataFormat).Set("keepdims", keepdims).Make(name, dtype)

        /// The mean of each of `outputSize` parts per axis. Keras: `keras.layers.AdaptiveAveragePooling1D`.
        static member AdaptiveAveragePooling1D
            (outputSize: Sizes, ?dataFormat: string, ?name: string, ?dtype: string)
            : Layer =
            Given("AdaptiveAveragePooling1D")
                .Set("output_size", outputSize)
                .Set("data_format", dataFormat)
                .Make(name, dtype)

        /// The mean of each of `outputSize` parts per axis. Keras: `keras.layers.AdaptiveAveragePooling2D`.
        static member AdaptiveAveragePooling2D
            (outputSize: Sizes, ?dataFormat: string, ?name: string, ?dtype: string)
            : Layer =
            Given("AdaptiveAveragePooling2D")
                .Set("output_size", outputSize)
                .Set("data_format", dataFormat)
                .Make(name, dtype)

        /// The mean of each of `outputSize` parts per axis. Keras: `keras.layers.AdaptiveAveragePooling3D`.
        static member AdaptiveAveragePooling3D
            (outputSize: Sizes, ?dataFormat: string, ?name: string, ?dtype: string)
            : Layer =
            Given("AdaptiveAveragePooling3D")
                .Set("output_size", outputSize)
                .Set("data_format", dataFormat)
                .Make(name, dtype)
