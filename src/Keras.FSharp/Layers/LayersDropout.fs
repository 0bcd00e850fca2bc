/// Dropout and noise as members of `Layers`.
namespace Keras.FSharp

/// Dropout and noise as members of `Layers`.
[<AutoOpen>]
module LayersDropout =
    type Layers with

        /// In training zeroes elements with probability `rate` and scales the others up; `noiseShape` has 1 where all
        /// share the choice. Keras: `keras.layers.Dropout`.
        static member Dropout(rate: float, ?noiseShape: int list, ?seed: int, ?name: string, ?dtype: string) : Layer =
            Given("Dropout").Set("rate", rate).Set("noise_shape", noiseShape).Set("seed", seed).Make(name, dtype)

        /// In training zeroes whole channels with probability `rate`. Keras: `keras.layers.SpatialDropout1D`.
        static member SpatialDropout1D(rate: float, ?seed: int, ?name: string, ?dtype: string) : Layer =
            Given("SpatialDropout1D").Set("rate", rate).Set("seed", seed).Make(name, dtype)

        /// In training zeroes whole channels with probability `rate`. Keras: `keras.layers.SpatialDropout2D`.
        static member SpatialDropout2D
            (rate: float, ?dataFormat: string, ?seed: int, ?name: string, ?dtype: string)
            : Layer =
            Given("SpatialDropout2D")
                .Set("rate", rate)
                .Set("data_format", dataFormat)
                .Set("seed", seed)
                .Make(name, dtype)

        /// In training zeroes whole channels with probability `rate`. Keras: `keras.layers.SpatialDropout3D`.
        static member SpatialDropout3D
            (rate: float, ?dataFormat: string, ?seed: int, ?name: string, ?dtype: string)
            : Layer =
            Given("SpatialDropout3D")
                .Set("rate", rate)
                .Set("data_format", dataFormat)
                .Set("seed", seed)
                .Make(name, dtype)

        /// Dropout that keeps mean and variance behind selu. Keras: `keras.layers.AlphaDropout`.
        static member AlphaDropout
            (rate: float, ?noiseShape: int list, ?seed: int, ?name: string, ?dtype: string)
            : Layer =
            Given("AlphaDropout").Set("rate", rate).Set("noise_shape", noiseShape).Set("seed", seed).Make(name, dtype)

        /// In training adds normal noise. Keras: `keras.layers.GaussianNoise`.
        static member GaussianNoise(stddev: float, ?seed: int, ?name: string, ?dtype: string) : Layer =
            Given("GaussianNoise").Set("stddev", stddev).Set("seed", seed).Make(name, dtype)

        /// In training multiplies by normal noise of mean 1 and deviation √(rate / (1 - rate)). Keras:
        /// `keras.layers.GaussianDropout`.
        static member GaussianDropout(rate: float, ?seed: int, ?name: string, ?dtype: string) : Layer =
            Given("GaussianDropout").Set("rate", rate).Set("seed", seed).Make(name, dtype)
