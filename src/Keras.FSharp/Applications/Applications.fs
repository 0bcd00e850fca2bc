/// Well-known networks under Keras's names, with Keras's arguments.
namespace Keras.FSharp

/// Well-known networks (`keras.applications`).
[<AbstractClass; Sealed>]
type Applications private () =
    static let options includeTop weights inputTensor inputShape pooling classes activation name : ApplicationOptions = {
        IncludeTop = defaultArg includeTop true
        Weights = defaultArg weights AppWeights.ImageNet
        InputTensor = inputTensor
        InputShape = inputShape
        Pooling = pooling
        Classes = defaultArg classes 1000
        Activation = defaultArg activation softmax
        Name = name
    }

    /// ResNet50: images (batch, 224, 224, 3), prepared by `ResNet.preprocessInput`, to probabilities (batch, classes).
    /// Without the top the features, pooled by "avg" or "max" where that is asked for, of images of any size from 32 on.
    /// ImageNet's weights are read from `~/.keras/models`; an error says what to put there.
    /// Keras: `keras.applications.ResNet50`.
    static member ResNet50
        (
            ?includeTop: bool,
            ?weights: AppWeights,
            ?inputTensor: KerasTensor,
            ?inputShape: int list,
            ?pooling: string,
            ?classes: int,
            ?classifierActivation: Activation,
            ?name: string
        ) : Application =
        ResNet.make (options includeTop weights inputTensor inputShape pooling classes classifierActivation name)

    /// MobileNetV2 of width `alpha` (1 by default): images (batch, 224, 224, 3), prepared by
    /// `MobileNetV2.preprocessInput`, to probabilities (batch, classes). Without the top the features, pooled by "avg" or
    /// "max" where that is asked for. ImageNet's weights are read from `~/.keras/models`; an error says what to put there.
    /// Keras: `keras.applications.MobileNetV2`.
    static member MobileNetV2
        (
            ?inputShape: int list,
            ?alpha: float,
            ?includeTop: bool,
            ?weights: AppWeights,
            ?inputTensor: KerasTensor,
            ?pooling: string,
            ?classes: int,
            ?classifierActivation: Activation,
            ?name: string
        ) : Application =
        options includeTop weights inputTensor inputShape pooling classes classifierActivation name
        |> MobileNetV2.make (defaultArg alpha 1.0)
