using Keras.Layers;
using Keras.Metrics;
using Xunit;

namespace Keras.Tests;

/// <summary>Models of a user's own class, with their own calls and steps.</summary>
public class CustomModelTests
{
    [Fact]
    public void AModelOfOnesOwnTrains()
    {
        Utils.SetRandomSeed(2);
        var (x, y) = Samples.Clouds(64);
        var model = new Own.TwoLayers();
        model.Compile(Samples.Fast(), "sparse_categorical_crossentropy", ["accuracy"]);
        var history = model.Fit(x, y, epochs: 20, verbose: 0);
        Assert.True(history["accuracy"][^1] > 0.95);
        Assert.Equal(4, model.Weights.Count);
        Assert.Equal(["Dense", "Dense"], model.Layers.Select(l => l.Core.Class));
        Assert.Contains("Trainable params: 42 (168.00 B)", model.SummaryText());
    }

    [Fact]
    public void AModelMayHaveItsOwnStep()
    {
        Utils.SetRandomSeed(2);
        var (x, y) = Samples.Clouds(64);
        var model = new OwnStep();
        model.Compile(Samples.Fast(), "sparse_categorical_crossentropy");
        var history = model.Fit(x, y, epochs: 20, verbose: 0);
        Assert.Equal(["loss", "norm"], history.Values.Keys);
        Assert.True(history["loss"][^1] < history["loss"][0] / 2);
        Assert.Equal(40, model.Optimizer.Iterations);
        Assert.True(model.Evaluate(x, y)["loss"] < 0.3);
    }

    [Fact]
    public void TheStepOfTheBaseClassIsThatOfKeras()
    {
        var (x, y) = Samples.Clouds(48);
        var plain = Run(new Own.TwoLayers());
        var same = Run(new BaseStep());
        Assert.Equal(plain.Values.Keys, same.Values.Keys);

        foreach (var (name, values) in plain.Values)
            for (var i = 0; i < values.Count; i++)
                Assert.Equal(values[i], same[name][i], 1e-5);

        History Run(Model model)
        {
            Utils.SetRandomSeed(4);
            model.Compile(Samples.Fast(), "sparse_categorical_crossentropy", ["accuracy"]);

            // The last batch of an epoch is a smaller one.
            return model.Fit(x, y, batchSize: 20, epochs: 3, verbose: 0, validationData: (x, y));
        }
    }

    [Fact]
    public void MetricsInFieldsBelongToTheSteps()
    {
        Utils.SetRandomSeed(2);
        var (x, y) = Samples.Clouds(64);
        var model = new Tracking();
        model.Compile(Samples.Fast());
        var seen = new List<double>();

        var watch = new Callbacks.LambdaCallback(onTrainBatchEnd: (_, logs) => seen.Add(logs["distance"]));

        var history = model.Fit(x, y, batchSize: 16, epochs: 3, verbose: 0, callbacks: [watch], shuffle: false);
        Assert.Equal(["distance", "steps"], history.Values.Keys);

        // Counted anew in each epoch.
        Assert.Equal([4.0, 4.0, 4.0], history["steps"]);
        Assert.Equal(seen[3], history["distance"][0]);
        Assert.Equal(history["distance"][2], model.Distance.Result().ToDouble(), 1e-6);
        Assert.Equal(["distance", "steps"], model.Metrics.Select(m => m.Name));
        Assert.True(history["distance"][2] < history["distance"][0]);
        Assert.Equal(["steps"], model.Evaluate(x, y, batchSize: 16).Keys);
        Assert.Equal(4, model.Evaluate(x, y, batchSize: 16)["steps"]);
        Assert.Equal(1, model.TestOnBatch(x, y)["steps"]);
    }

    [Fact]
    public void AStepMayRunEagerly()
    {
        var (x, y) = Samples.Clouds(32);
        Assert.Equal(Run(true), Run(false), 1e-5);

        double Run(bool eager)
        {
            Utils.SetRandomSeed(6);
            var model = new OwnStep();
            model.Compile(Samples.Fast(), "sparse_categorical_crossentropy", runEagerly: eager);
            return model.Fit(x, y, epochs: 3, verbose: 0)["loss"][^1];
        }
    }

    [Fact]
    public void AGraphMayHaveItsOwnStep()
    {
        Utils.SetRandomSeed(2);
        var (x, y) = Samples.Clouds(64);
        var input = new Input(2);
        var model = new GraphStep(input, new Dense(2, activation: "softmax").Apply(input));
        model.Compile(Samples.Fast(), "sparse_categorical_crossentropy");
        var history = model.Fit(x, y, epochs: 10, verbose: 0);
        Assert.Equal(["twice"], history.Values.Keys);
        Assert.True(history["twice"][^1] < history["twice"][0]);
    }

    [Fact]
    public void StepsTakeSeveralOutputs()
    {
        Utils.SetRandomSeed(2);
        Tensor x = Ops.Ones((8, 2));
        var model = new Heads();
        model.Compile("sgd", new Losses.Loss?[] { "mse", "mae" }, lossWeights: [1, 0.5]);
        var before = model.TestOnBatch(x, new[] { Ops.Ones((8, 1)), Ops.Ones((8, 1)) })["loss"];
        model.Fit(x, new[] { Ops.Ones((8, 1)), Ops.Ones((8, 1)) }, epochs: 20, verbose: 0);
        Assert.True(model.TestOnBatch(x, new[] { Ops.Ones((8, 1)), Ops.Ones((8, 1)) })["loss"] < before / 2);
    }

    [Fact]
    public void MetricsOfOnesOwnCount()
    {
        var (x, y) = Samples.Clouds(48);
        var model = Samples.Classifier();
        model.Compile("adam", "sparse_categorical_crossentropy", [new Positives(), "accuracy"]);
        Assert.Equal(24, model.Fit(x, y, batchSize: 20, verbose: 0)["positives"][0]);
        Assert.Equal(24, model.Evaluate(x, y)["positives"]);
        var alone = new Positives();
        alone.UpdateState(new[] { 0, 1, 1 });
        alone.UpdateState(new[] { 1 });
        Assert.Equal(3, alone.Result().ToDouble());
        alone.ResetState();
        Assert.Equal(0, alone.Result().ToDouble());
        Assert.Equal(["count"], alone.Variables.Select(v => v.Name));
    }

    [Fact]
    public void WhatOnlyStepsHaveIsRefusedOutside()
    {
        var model = new OwnStep();
        Assert.Contains("Compile", Assert.ThrowsAny<Exception>(() => model.LossOutside()).Message);
        Assert.Contains("TrainStep", Assert.ThrowsAny<Exception>(() => model.MetricsOutside()).Message);
    }

    private sealed class OwnStep : Own.TwoLayers
    {
        public void LossOutside() => ComputeLoss(1f, 1f);

        public void MetricsOutside() => ComputeMetrics(new Batch(new float[1, 2], new int[1]), 1f);

        protected override IReadOnlyDictionary<string, Tensor> TrainStep(Batch batch)
        {
            var (loss, gradients) = Gradients(() => ComputeLoss(batch.Y, Apply(batch.X, training: true)));
            Optimizer.Apply(gradients, TrainableWeights);
            return new OrderedDictionary<string, Tensor> { ["loss"] = loss, ["norm"] = Ops.Norm(gradients[0]) };
        }
    }

    private sealed class BaseStep : Own.TwoLayers
    {
        protected override IReadOnlyDictionary<string, Tensor> TrainStep(Batch batch) => base.TrainStep(batch);

        protected override IReadOnlyDictionary<string, Tensor> TestStep(Batch batch) => base.TestStep(batch);
    }

    /// <summary>A model without a loss from Compile, as in Keras's guide to customizing fit.</summary>
    private sealed class Tracking : Own.TwoLayers
    {
        public Mean Distance { get; } = new("distance");

        private readonly Sum steps = new("steps");

        protected override IReadOnlyDictionary<string, Tensor> TrainStep(Batch batch)
        {
            var (_, output, gradients) = Gradients(() =>
            {
                var y = Apply(batch.X, training: true);
                return (Ops.Mean(Ops.Square(y - Ops.OneHot(batch.Y, 2))), y);
            });

            Optimizer.Apply(gradients, TrainableWeights);
            Distance.UpdateState(Ops.Absolute(output - Ops.OneHot(batch.Y, 2)));
            steps.UpdateState(1f);

            return new OrderedDictionary<string, Tensor>
            {
                ["distance"] = Distance.Result(),
                ["steps"] = steps.Result(),
            };
        }

        protected override IReadOnlyDictionary<string, Tensor> TestStep(Batch batch)
        {
            steps.UpdateState(1f);
            return new Dictionary<string, Tensor> { ["steps"] = steps.Result() };
        }
    }

    private sealed class GraphStep(KerasTensor input, KerasTensor output) : Model(input, output)
    {
        protected override IReadOnlyDictionary<string, Tensor> TrainStep(Batch batch)
        {
            var (loss, gradients) = Gradients(() => 2.0 * ComputeLoss(batch.Y, Apply(batch.X, training: true)));
            Optimizer.Apply(gradients, TrainableWeights);
            return new Dictionary<string, Tensor> { ["twice"] = loss };
        }
    }

    private sealed class Heads : Model
    {
        private readonly Dense left = new(1);
        private readonly Dense right = new(1);

        protected override IReadOnlyList<Tensor> Call(IReadOnlyList<Tensor> inputs, bool training) =>
            [left.Apply(inputs[0]), right.Apply(inputs[0])];
    }

    private sealed class Positives : Metric
    {
        private readonly Variable count;

        public Positives() => count = AddVariable("count", []);

        public override void UpdateState(Tensor yTrue, Tensor? yPred = null, Tensor? sampleWeight = null) =>
            count.Assign(count + Ops.Sum(Ops.Cast(yTrue, DType.Float32)));

        public override Tensor Result() => count;
    }
}
