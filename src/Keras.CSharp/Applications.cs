namespace Keras;

/// <summary>Well-known networks (<c>keras.applications</c>).</summary>
public static class Applications
{
    /// <summary>
    /// ResNet50 (He et al., 2015): images (batch, 224, 224, 3), prepared by <see cref="ResNet.PreprocessInput"/>, to
    /// probabilities of classes. Keras: <c>keras.applications.ResNet50</c>.
    /// </summary>
    /// <param name="includeTop">Whether the layer of the classes is there.</param>
    /// <param name="weights">
    /// <c>imagenet</c>, read from <c>~/.keras/models</c> (an error says what to put there); null for random ones; or the
    /// path of a file.
    /// </param>
    /// <param name="inputTensor">The input; a new one by default.</param>
    /// <param name="inputShape">The shape of an image; (224, 224, 3) by default, any size without the top.</param>
    /// <param name="pooling">Without the top: null, <c>avg</c> or <c>max</c>.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="classifierActivation">The activation of the last layer; softmax by default.</param>
    /// <param name="name">The name.</param>
    public static Model ResNet50(
        bool includeTop = true,
        string? weights = "imagenet",
        KerasTensor? inputTensor = null,
        Shape? inputShape = null,
        string? pooling = null,
        int classes = 1000,
        ActivationFunction? classifierActivation = null,
        string name = "resnet50"
    ) =>
        Model.Of(
            FSharp.Applications.ResNet50(
                Fs.Some(includeTop),
                Fs.Some(Weights(weights)),
                Fs.Option(inputTensor?.Core),
                Sizes(inputShape),
                Fs.Option(pooling),
                Fs.Some(classes),
                Fs.Option(classifierActivation?.Core),
                Fs.Some(name)
            )
        );

    /// <summary>
    /// MobileNetV2 (Sandler et al., 2018): images (batch, 224, 224, 3), prepared by
    /// <see cref="MobileNetV2Images.PreprocessInput"/>, to probabilities of classes. Keras:
    /// <c>keras.applications.MobileNetV2</c>.
    /// </summary>
    /// <param name="inputShape">The shape of an image; (224, 224, 3) by default, any size without the top.</param>
    /// <param name="alpha">The width: the numbers of filters are multiplied by it.</param>
    /// <param name="includeTop">Whether the layer of the classes is there.</param>
    /// <param name="weights">
    /// <c>imagenet</c>, read from <c>~/.keras/models</c> (an error says what to put there); null for random ones; or the
    /// path of a file.
    /// </param>
    /// <param name="inputTensor">The input; a new one by default.</param>
    /// <param name="pooling">Without the top: null, <c>avg</c> or <c>max</c>.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="classifierActivation">The activation of the last layer; softmax by default.</param>
    /// <param name="name">The name; made from width and size if it is absent.</param>
    public static Model MobileNetV2(
        Shape? inputShape = null,
        double alpha = 1.0,
        bool includeTop = true,
        string? weights = "imagenet",
        KerasTensor? inputTensor = null,
        string? pooling = null,
        int classes = 1000,
        ActivationFunction? classifierActivation = null,
        string? name = null
    ) =>
        Model.Of(
            FSharp.Applications.MobileNetV2(
                Sizes(inputShape),
                Fs.Some(alpha),
                Fs.Some(includeTop),
                Fs.Some(Weights(weights)),
                Fs.Option(inputTensor?.Core),
                Fs.Option(pooling),
                Fs.Some(classes),
                Fs.Option(classifierActivation?.Core),
                Fs.Option(name)
            )
        );

    /// <summary>
    /// The most probable classes of each row of probabilities (batch, 1000), best first
    /// (<c>keras.applications.imagenet_utils.decode_predictions</c>).
    /// </summary>
    /// <param name="predictions">The probabilities.</param>
    /// <param name="top">How many classes.</param>
    /// <param name="classIndex">The file of their names; that in <c>~/.keras/models</c> by default.</param>
    public static IReadOnlyList<IReadOnlyList<Prediction>> DecodePredictions(
        Tensor predictions,
        int top = 5,
        string? classIndex = null
    ) =>
        [
            .. FSharp
                .ImageNet.decodePredictions(predictions.Core, Fs.Some(top), Fs.Option(classIndex))
                .Select(row => row.Select(p => new Prediction(p.Id, p.Name, p.Score)).ToArray()),
        ];

    private static FSharp.AppWeights Weights(string? weights) =>
        weights switch
        {
            null => FSharp.AppWeights.Random,
            "imagenet" => FSharp.AppWeights.ImageNet,
            var path => FSharp.AppWeights.NewFile(path),
        };

    private static Microsoft.FSharp.Core.FSharpOption<Microsoft.FSharp.Collections.FSharpList<int>> Sizes(
        Shape? shape
    ) => shape is { } s ? Fs.Some(Fs.List(s)) : Fs.None<Microsoft.FSharp.Collections.FSharpList<int>>();

    /// <summary>Preparing of images for ResNet50 (<c>keras.applications.resnet</c>).</summary>
    public static class ResNet
    {
        /// <summary>
        /// Pixels from 0 to 255 (red, green, blue) as blue, green, red, less the means of ImageNet.
        /// </summary>
        /// <param name="images">One image or a batch.</param>
        public static Tensor PreprocessInput(Tensor images) => new(FSharp.ResNet.preprocessInput(images.Core));
    }

    /// <summary>Preparing of images for MobileNetV2 (<c>keras.applications.mobilenet_v2</c>).</summary>
    public static class MobileNetV2Images
    {
        /// <summary>Pixels from 0 to 255 as numbers from -1 to 1.</summary>
        /// <param name="images">One image or a batch.</param>
        public static Tensor PreprocessInput(Tensor images) => new(FSharp.MobileNetV2.preprocessInput(images.Core));
    }
}

/// <summary>A class that a network names.</summary>
/// <param name="Id">As <c>n02123045</c>.</param>
/// <param name="Name">As <c>tabby</c>.</param>
/// <param name="Score">The probability.</param>
public sealed record Prediction(string Id, string Name, double Score);
