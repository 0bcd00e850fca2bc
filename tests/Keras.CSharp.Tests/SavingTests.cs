using Keras.Layers;
using Xunit;

namespace Keras.Tests;

/// <summary>Models and weights in files.</summary>
public sealed class SavingTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("keras").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public void AModelComesBackAndGoesOn()
    {
        var (x, y) = Samples.Clouds(32);
        var model = Samples.Classifier();
        model.Fit(x, y, epochs: 2, verbose: 0);
        var path = Path.Combine(folder, "model.keras");
        model.Save(path);
        var loaded = Model.Load(path);
        Assert.Equal(model.Predict(x).ToArray<float>(), loaded.Predict(x).ToArray<float>());
        Assert.Equal(2, loaded.Optimizer.Iterations);
        Assert.Equal(model.Evaluate(x, y), loaded.Evaluate(x, y));
        loaded.Fit(x, y, verbose: 0);
        Assert.Equal(3, loaded.Optimizer.Iterations);
        Assert.Equal(2, loaded.Layers.Count(l => l.Core.Class == "Dense"));
    }

    [Fact]
    public void WeightsComeBack()
    {
        var (x, _) = Samples.Clouds(8);
        var path = Path.Combine(folder, "model.weights.h5");
        var model = Samples.Classifier();
        model.SaveWeights(path);
        var other = Samples.Classifier();
        other.LoadWeights(path);
        Assert.Equal(model.Predict(x).ToArray<float>(), other.Predict(x).ToArray<float>());
        var plain = new Sequential
        {
            new Input(2),
            new Dense(8, activation: "relu"),
            new Dense(2, activation: "softmax"),
        };
        plain.LoadWeights(path);
        Assert.Equal(model.Predict(x).ToArray<float>(), plain.Predict(x).ToArray<float>());
        var small = new Sequential { new Input(2), new Dense(3), new Dense(2) };
        var before = small.Weights[0].Value.ToArray<float>();
        Assert.ThrowsAny<Exception>(() => small.LoadWeights(path));
        Assert.Equal(before, small.Weights[0].Value.ToArray<float>());
    }

    [Fact]
    public void CheckpointsAreWritten()
    {
        var (x, y) = Samples.Clouds(8);
        var checkpoint = new Callbacks.ModelCheckpoint(
            Path.Combine(folder, "at-{epoch:02d}.weights.h5"),
            saveWeightsOnly: true
        );
        var log = new Callbacks.CSVLogger(Path.Combine(folder, "log.csv"));
        Samples.Classifier().Fit(x, y, epochs: 2, verbose: 0, callbacks: [checkpoint, log]);
        Assert.True(File.Exists(Path.Combine(folder, "at-02.weights.h5")));
        Assert.Equal(3, File.ReadAllLines(Path.Combine(folder, "log.csv")).Length);
    }
}
