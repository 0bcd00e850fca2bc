using System.Runtime.CompilerServices;
using Keras.Layers;
using Keras.Optimizers;
using Xunit;

namespace Keras.Tests;

/// <summary>What the README shows, as it shows it.</summary>
public class ReadmeTests
{
    [Fact]
    public void TheExampleTrains()
    {
        Utils.SetRandomSeed(1);
        var random = new Random(1);
        var images = new float[40, 28, 28, 1];

        for (var i = 0; i < 40; i++)
        for (var j = 0; j < 28 * 28; j++)
            images[i, j / 28, j % 28, 0] = (float)random.NextDouble() + i % 10 / 10f;

        Tensor x = images;
        Tensor y = Enumerable.Range(0, 40).Select(i => i % 10).ToArray();

        var model = new Sequential
        {
            new Input(28, 28, 1),
            new Conv2D(32, kernelSize: 3, activation: "relu"),
            new MaxPooling2D(2),
            new Flatten(),
            new Dropout(0.5),
            new Dense(10, activation: "softmax"),
        };
        model.Compile(optimizer: new Adam(1e-3), loss: "sparse_categorical_crossentropy", metrics: ["accuracy"]);
        History history = model.Fit(x, y, batchSize: 128, epochs: 3, validationSplit: 0.1);

        Assert.Equal(["loss", "accuracy", "val_loss", "val_accuracy"], history.Values.Keys);
        Assert.Equal([0, 1, 2], history.Epochs);
        Assert.True(history["loss"][2] < history["loss"][0]);
    }

    [Fact]
    public void TheTestIsTheExample()
    {
        var source = File.ReadAllText(Here());
        var readme = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "README.md"));
        var example = readme.Split("```csharp\n")[1].Split("```")[0];

        foreach (var line in example.Split('\n').Where(l => l.Length > 0 && l != "using Keras;"))
            Assert.Contains(line.Trim(), source);
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
