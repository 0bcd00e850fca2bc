using Xunit;

namespace Keras.Tests;

/// <summary>Callbacks: those of a user's own, and Keras's.</summary>
public class CallbackTests
{
    [Fact]
    public void EveryEventIsCalledInOrder()
    {
        var (x, y) = Samples.Clouds(8);
        var model = Samples.Classifier();
        var log = new Recorder();
        model.Fit(x, y, batchSize: 4, epochs: 1, verbose: 0, callbacks: [log], validationData: (x, y));

        Assert.Equal(
            [
                "train begin",
                "epoch begin 0",
                "batch begin 0",
                "batch end 0",
                "batch begin 1",
                "batch end 1",
                "epoch end 0",
                "train end",
            ],
            log.Events.Where(e => !e.StartsWith("test", StringComparison.Ordinal))
        );

        Assert.Same(model, log.Seen);
        Assert.Equal(1, log.Params["epochs"]);
        Assert.Equal(2, log.Params["steps"]);
        Assert.Equal(["loss", "accuracy", "val_loss", "val_accuracy"], log.Last.Keys);
        log.Events.Clear();
        model.Evaluate(x, y, callbacks: [log]);
        Assert.Equal(["test begin", "test batch begin 0", "test batch end 0", "test end"], log.Events);
        log.Events.Clear();
        model.Predict(x, batchSize: 8, callbacks: [log]);
        Assert.Equal(["predict begin", "predict batch begin 0", "predict batch end 0", "predict end"], log.Events);
    }

    [Fact]
    public void CallbacksSteerARun()
    {
        var (x, y) = Samples.Clouds(32);
        var model = Samples.Classifier();
        var watch = new Recorder { StopAfter = 2 };
        model.Fit(x, y, epochs: 10, verbose: 0, callbacks: [watch, new Callbacks.TerminateOnNaN()]);
        Assert.Equal(3, watch.Events.Count(e => e.StartsWith("epoch end", StringComparison.Ordinal)));
        var patience = new Callbacks.EarlyStopping("loss", minDelta: 1e6, patience: 1);
        Assert.Equal(2, model.Fit(x, y, epochs: 10, verbose: 0, callbacks: [patience]).Epochs.Count);
        Assert.Equal(1, patience.StoppedEpoch);
        model.Fit(x, y, verbose: 0, callbacks: [new Callbacks.LearningRateScheduler((_, _) => 0.25)]);
        Assert.Equal(0.25, model.Optimizer.LearningRate, 1e-6);
        var lower = new Callbacks.ReduceLROnPlateau("loss", factor: 0.5, patience: 1, minDelta: 1e6, minLr: 0.1);
        model.Fit(x, y, epochs: 6, verbose: 0, callbacks: [lower]);
        Assert.Equal(0.1, model.Optimizer.LearningRate, 1e-6);
    }

    [Fact]
    public void TheModelStopsWhenItIsAsked()
    {
        var (x, y) = Samples.Clouds(32);
        var model = Samples.Classifier();
        var stop = new Callbacks.LambdaCallback(onEpochEnd: (epoch, _) => model.StopTraining = epoch == 1);
        Assert.Equal(2, model.Fit(x, y, epochs: 9, verbose: 0, callbacks: [stop]).Epochs.Count);
        Assert.True(model.StopTraining);
        Assert.Single(model.Fit(x, y, verbose: 0).Epochs);
    }

    [Fact]
    public void TheBestWeightsComeBack()
    {
        Utils.SetRandomSeed(3);
        var (x, y) = Samples.Clouds(32);
        var model = Samples.Classifier();
        var seen = new List<float[]>();

        // The rate grows until training goes wrong.
        var worse = new Callbacks.LearningRateScheduler((epoch, _) => epoch < 2 ? 0.01 : 1000);
        var note = new Callbacks.LambdaCallback(
            onEpochEnd: (_, _) => seen.Add(model.Weights[0].Value.ToArray<float>())
        );
        var stop = new Callbacks.EarlyStopping(patience: 1, restoreBestWeights: true);
        model.Fit(x, y, epochs: 8, verbose: 0, callbacks: [worse, note, stop], validationData: (x, y));
        Assert.Equal(3, seen.Count);
        Assert.Equal(seen[1], model.Weights[0].Value.ToArray<float>());
    }

    private sealed class Recorder : Callbacks.Callback
    {
        public List<string> Events { get; } = [];

        public int? StopAfter { get; init; }

        public Model? Seen { get; private set; }

        public IReadOnlyDictionary<string, double> Last { get; private set; } = new Dictionary<string, double>();

        public override void OnTrainBegin() => Events.Add("train begin");

        public override void OnTrainEnd(IReadOnlyDictionary<string, double> logs) => Events.Add("train end");

        public override void OnEpochBegin(int epoch) => Events.Add($"epoch begin {epoch}");

        public override void OnEpochEnd(int epoch, IReadOnlyDictionary<string, double> logs)
        {
            (Seen, Last) = (Model, logs);
            Events.Add($"epoch end {epoch}");

            if (epoch == StopAfter)
                StopTraining = true;
        }

        public override void OnTrainBatchBegin(int batch) => Events.Add($"batch begin {batch}");

        public override void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs) =>
            Events.Add($"batch end {batch}");

        public override void OnTestBegin() => Events.Add("test begin");

        public override void OnTestEnd(IReadOnlyDictionary<string, double> logs) => Events.Add("test end");

        public override void OnTestBatchBegin(int batch) => Events.Add($"test batch begin {batch}");

        public override void OnTestBatchEnd(int batch, IReadOnlyDictionary<string, double> logs) =>
            Events.Add($"test batch end {batch}");

        public override void OnPredictBegin() => Events.Add("predict begin");

        public override void OnPredictEnd() => Events.Add("predict end");

        public override void OnPredictBatchBegin(int batch) => Events.Add($"predict batch begin {batch}");

        public override void OnPredictBatchEnd(int batch) => Events.Add($"predict batch end {batch}");
    }
}
