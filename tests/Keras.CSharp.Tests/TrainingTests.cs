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
    public void CancellationLeavesTheStateOfTheLastStep()
    {
        var (x, y) = Samples.Clouds(64);
        var model = Samples.Classifier();
        using var source = new CancellationTokenSource();
        var afterStep = new List<float[]>();

        var stop = new Callbacks.LambdaCallback(
            onTrainBatchEnd: (batch, _) =>
            {
                afterStep.Add(model.Weights[0].Value.ToArray<float>());

                if (batch == 2)
                    source.Cancel();
            }
        );

        Assert.Throws<OperationCanceledException>(() =>
            model.Fit(x, y, batchSize: 8, epochs: 5, verbose: 0, callbacks: [stop], cancellationToken: source.Token)
        );

        Assert.Equal(3, afterStep.Count);
        Assert.Equal(afterStep[2], model.Weights[0].Value.ToArray<float>());
        Assert.Equal(3, model.Optimizer.Iterations);
        model.Fit(x, y, verbose: 0);
        Assert.Equal(5, model.Optimizer.Iterations);
    }

    [Fact]
    public void CallbacksSteerARun()
    {
        var (x, y) = Samples.Clouds(32);
        var model = Samples.Classifier();
        var watch = new Watcher();
        model.Fit(x, y, epochs: 10, verbose: 0, callbacks: [watch, new Callbacks.TerminateOnNaN()]);
        Assert.Equal([0, 1, 2], watch.Epochs);
        Assert.Same(model, watch.Seen);
        var patience = new Callbacks.EarlyStopping("loss", minDelta: 1e6, patience: 1);
        Assert.Equal(2, model.Fit(x, y, epochs: 10, verbose: 0, callbacks: [patience]).Epochs.Count);
        model.Fit(x, y, verbose: 0, callbacks: [new Callbacks.LearningRateScheduler((_, _) => 0.25)]);
        Assert.Equal(0.25, model.Optimizer.LearningRate, 1e-6);
    }

    [Fact]
    public void BadDataIsRefusedByName()
    {
        var (x, y) = Samples.Clouds(16);
        var model = Samples.Classifier();
        Assert.Contains("15", Fails(() => model.Fit(x, y[..15], verbose: 0)));
        Assert.Contains("empty", Fails(() => model.Fit(new float[0, 2], Array.Empty<int>(), verbose: 0)));
        Assert.Contains("(16, 3)", Fails(() => model.Predict(new float[16, 3])));
        Assert.Contains("adam", Fails(() => model.Compile("adamm")));
        Assert.Contains("mse", Fails(() => model.Compile(loss: "msee")));
        Assert.Contains("relu", Fails(() => new Dense(3, activation: "rellu")));
        Assert.Contains("Compile", Fails(() => new Sequential { new Input(2) }.Fit(x, y)));
    }

    private static string Fails(Action action) => Assert.ThrowsAny<Exception>(action).Message;

    private sealed class Watcher : Callbacks.Callback
    {
        public List<int> Epochs { get; } = [];

        public Model? Seen { get; private set; }

        public override void OnEpochEnd(int epoch, IReadOnlyDictionary<string, double> logs)
        {
            Seen = Model;
            Epochs.Add(epoch);
            Assert.Contains("loss", logs.Keys);

            if (epoch == 2)
                StopTraining = true;
        }
    }
}
