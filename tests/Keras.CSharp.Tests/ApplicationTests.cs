using Xunit;

namespace Keras.Tests;

/// <summary>Well-known networks from C#.</summary>
public class ApplicationTests
{
    [Fact]
    public void TheNetworksHaveKerasSizes()
    {
        Assert.Equal(25_636_712, Applications.ResNet50(weights: null).CountParams());
        var features = Applications.MobileNetV2(includeTop: false, weights: null, pooling: "avg");
        Assert.Equal(2_257_984, features.CountParams());
        Assert.Equal("block_16_project_BN", features.GetLayer("block_16_project_BN").Name);
    }

    [Fact]
    public void ANetworkOfTheUsersSizePredicts()
    {
        var model = Applications.MobileNetV2([32, 32, 3], alpha: 0.35, weights: null, classes: 4);
        var images = Applications.MobileNetV2Images.PreprocessInput(Ops.Ones([2, 32, 32, 3]));
        var sums = Ops.Sum(model.Predict(images), [1]).ToArray<float>();
        Assert.All(sums, s => Assert.Equal(1f, s, 1e-4f));
    }

    [Fact]
    public void MissingWeightsAreAnError()
    {
        var message = Assert.ThrowsAny<Exception>(() => Applications.ResNet50(weights: "nowhere.weights.h5")).Message;
        Assert.Contains("nowhere.weights.h5", message);
    }
}
