using Keras.Layers;
using Keras.Metrics;
using Keras.Optimizers;
using Xunit;

namespace Keras.Tests;

/// <summary>Fit, evaluate, predict, and the forms in which data come.</summary>
public class TrainingTests
{
    [Fact]
    public void FitLearnsFromArrays()
    {
        Utils.SetRandomSeed(3);
        var (x, y) = Samples.Clouds(64);
        var model = Samples.Classifier();
        model.Compile(Samples.Fast(), new Losses.SparseCategoricalCrossentropy(), [new SparseCategoricalAccuracy()]);
        model.Fit(x, y, epochs: 20, verbose: 0, validationData: (x, y));
        var result = model.Evaluate(x, y);
        Assert.True(result["sparse_categorical_accuracy"] > 0.95, $"accuracy {result["sparse_categorical_accuracy"]}");
        Assert.Equal(new Shape(64, 2), model.Predict(x).Shape);
    }

    [Fact]
    public void FitTakesTensorsJaggedArraysAndBatches()
    {
        var (x, y) = Samples.Clouds(16);
        var model = Samples.Classifier();
        Tensor tensor = x;
        model.Fit(tensor, (Tensor)y, verbose: 0);
        float[][] jagged = [.. Enumerable.Range(0, 16).Select(i => new[] { x[i, 0], x[i, 1] })];
        model.Fit(jagged, y, verbose: 0);
        Batch[] batches = [new Batch(x, y), (tensor, y)];
        var history = model.Fit(batches, epochs: 2, verbose: 0, validationData: batches);
        Assert.Equal(2, history["val_loss"].Count);
    }

    [Fact]
    public async Task FitTakesAsynchronousBatches()
    {
        var (x, y) = Samples.Clouds(16);
        var model = Samples.Classifier();

        async IAsyncEnumerable<Batch> Batches()
        {
            for (var i = 0; i < 3; i++)
            {
                await Task.Yield();
                yield return new Batch(x, y);
            }
        }

        var token = TestContext.Current.CancellationToken;
        var history = await model.FitAsync(Batches(), epochs: 2, verbose: 0, cancellationToken: token);
        Assert.Equal(2, history.Epochs.Count);
        Assert.Equal(6, model.Optimizer.Iterations);
    }

    [Fact]
    public void WeightsOfClassesAndSamplesCount()
    {
        var (x, y) = Samples.Clouds(16);
        var model = Samples.Classifier();
        var plain = model.TestOnBatch(x, y)["loss"];
        var half = model.TestOnBatch(x, y, sampleWeight: Enumerable.Repeat(0.5f, 16).ToArray())["loss"];
        Assert.Equal(plain / 2, half, 1e-5);
        var classWeight = new Dictionary<int, double> { [0] = 0, [1] = 0 };
        Assert.Equal(0, model.TrainOnBatch(x, y, classWeight: classWeight)["loss"], 1e-7);
    }

    [Fact]
    public void TrainOnBatchLowersTheLoss()
    {
        Utils.SetRandomSeed(5);
        var (x, y) = Samples.Clouds(32);
        var model = Samples.Classifier();
        model.Compile(new SGD(0.1), "sparse_categorical_crossentropy");
        var first = model.TrainOnBatch(x, y)["loss"];

        for (var i = 0; i < 20; i++)
            model.TrainOnBatch(x, y);

        Assert.True(model.TestOnBatch(x, y)["loss"] < first);
        Assert.Equal(new Shape(32, 2), model.PredictOnBatch(x).Shape);
    }

    [Fact]
    public void TheSameSeedGivesTheSameRun()
    {
        var (x, y) = Samples.Clouds(32);

        double Run()
        {
            Utils.SetRandomSeed(11);
            var model = Samples.Classifier();
            return model.Fit(x, y, batchSize: 8, epochs: 2, verbose: 0)["loss"][1];
        }

        Assert.Equal(Run(), Run());
    }

    [Fact]
    public void BatchesOfAStreamAreWalkedOnce()
    {
        var (x, y) = Samples.Clouds(8);
        var given = 0;

        IEnumerable<Batch> Stream()
        {
            for (var i = 0; i < 5; i++)
            {
                given++;
                yield return new Batch(x, y);
            }
        }

        // The model does not know its input shape: it has to look at the first batch.
        var model = new Own.TwoLayers();
        model.Compile("sgd", "sparse_categorical_crossentropy");
        model.Fit(Stream(), verbose: 0);
        Assert.Equal(5, given);
        Assert.Equal(5, model.Optimizer.Iterations);
        model.Fit(Stream(), epochs: 3, verbose: 0, stepsPerEpoch: 2);
        Assert.Equal(11, model.Optimizer.Iterations);
        given = 0;
        model.Evaluate(Stream());
        Assert.Equal(5, given);
    }

    [Fact]
    public async Task EvaluationTakesAsynchronousBatches()
    {
        var (x, y) = Samples.Clouds(16);
        var model = Samples.Classifier();

        async IAsyncEnumerable<Batch> Batches()
        {
            await Task.Yield();
            yield return new Batch(x, y);
        }

        var token = TestContext.Current.CancellationToken;
        var result = await model.EvaluateAsync(Batches(), cancellationToken: token);
        Assert.Equal(model.Evaluate(x, y)["loss"], result["loss"], 1e-6);
    }
}
