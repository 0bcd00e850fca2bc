/// Layers of several inputs as members of `Layers`.
namespace Keras.FSharp

/// Layers of several inputs as members of `Layers`.
[<AutoOpen>]
module LayersMerging =
    type Layers with

        /// The sum of its inputs. Keras: `keras.layers.Add`.
        static member Add(?name: string, ?dtype: string) : Layer = Given("Add").Make(name, dtype)

        /// The first of its two inputs less the second. Keras: `keras.layers.Subtract`.
        static member Subtract(?name: string, ?dtype: string) : Layer = Given("Subtract").Make(name, dtype)

        /// The product of its inputs. Keras: `keras.layers.Multiply`.
        static member Multiply(?name: string, ?dtype: string) : Layer = Given("Multiply").Make(name, dtype)

        /// The mean of its inputs. Keras: `keras.layers.Average`.
        static member Average(?name: string, ?dtype: string) : Layer = Given("Average").Make(name, dtype)

        /// The elementwise maximum of its inputs. Keras: `keras.layers.Maximum`.
        static member Maximum(?name: string, ?dtype: string) : Layer = Given("Maximum").Make(name, dtype)

        /// The elementwise minimum of its inputs. Keras: `keras.layers.Minimum`.
        static member Minimum(?name: string, ?dtype: string) : Layer = Given("Minimum").Make(name, dtype)

        /// Its inputs joined along an axis, the last by default. Keras: `keras.layers.Concatenate`.
        static member Concatenate(?axis: int, ?name: string, ?dtype: string) : Layer =
            Given("Concatenate").Set("axis", axis).Make(name, dtype)

        /// The product of its two inputs over an axis of each; `normalize` divides by the norms first. Keras:
        /// `keras.layers.Dot`.
        static member Dot(axes: Sizes, ?normalize: bool, ?name: string, ?dtype: string) : Layer =
            Given("Dot").Set("axes", axes).Set("normalize", normalize).Make(name, dtype)
