using Keras.Layers;
using Xunit;

namespace Keras.Tests;

/// <summary>Layers of a user's own.</summary>
public class CustomLayerTests
{
    [Fact]
    public void ALayerOfOnesOwnIsPartOfAModel()
    {
        Utils.SetRandomSeed(2);
        var (x, y) = Samples.Clouds(64);
        var own = new Own.Linear(8);
        var model = new Sequential { new Input(2), own, new Dense(2, activation: "softmax") };
        model.Compile(Samples.Fast(), "sparse_categorical_crossentropy", ["accuracy"]);
        var history = model.Fit(x, y, epochs: 20, verbose: 0);
        Assert.True(history["accuracy"][^1] > 0.95);
        Assert.Equal(["kernel", "bias", "calls"], own.Weights.Select(w => w.Name));
        Assert.Equal(4, model.TrainableWeights.Count);
        Assert.Equal(new Shape(2, 8), own.Weights[0].Shape);

        // 64 samples are two batches; evaluation and prediction are no training.
        Assert.Equal(40, own.Weights[2].Value.ToDouble());
        model.Evaluate(x, y);
        model.Predict(x);
        Assert.Equal(40, own.Weights[2].Value.ToDouble());
        Assert.Same(own, model.Layers[0]);
        Assert.Same(own, model.GetLayer(own.Name));
    }

    [Fact]
    public void ALayerRunsByItself()
    {
        var layer = new Own.Linear(3);
        Assert.Empty(layer.Weights);
        var y = layer.Apply(Ops.Ones((4, 2)));
        Assert.Equal(new Shape(4, 3), y.Shape);
        Assert.Equal(3, layer.Weights.Count);
        layer.Apply(Ops.Ones((4, 2)), training: true);
        Assert.Equal(1, layer.Weights[2].Value.ToDouble());
    }

    [Fact]
    public void LayersInsideALayerAreItsParts()
    {
        var block = new Own.Block();
        var model = new Sequential { new Input(3), block, new Dense(1) };
        model.Compile("sgd", "mse");
        Assert.Equal(["Linear", "Dense", "Linear", "BatchNormalization"], block.Layers.Select(l => l.Core.Class));
        Assert.Equal(3 + 2 + 3 + 4, block.Weights.Count);
        Assert.Equal(block.Weights.Count + 2, model.Weights.Count);
        Assert.Equal(2 + 2 + 2 + 2, block.TrainableWeights.Count);
        var moving = block.Norm!.Weights[2].Value.ToArray<float>();

        // In all directions, so that not all units with relu are zero everywhere.
        var random = new Random(1);
        Tensor x = Enumerable.Range(0, 192).Select(_ => random.NextSingle() - 0.5f).ToArray();
        model.Fit(Ops.Reshape(x, (64, 3)), Ops.Zeros((64, 1)), verbose: 0);
        Assert.NotEqual(moving, block.Norm.Weights[2].Value.ToArray<float>());
        block.Trainable = false;
        Assert.Empty(block.TrainableWeights);
        Assert.Equal(2, model.TrainableWeights.Count);
    }

    [Fact]
    public void ALayerMayTakeAndGiveSeveralTensors()
    {
        var a = new Input(3);
        var b = new Input(5);
        var outputs = new Mixer().ApplyAll(a, b);
        Assert.Equal([new Shape(-1, 2), new Shape(-1, 2)], outputs.Select(o => o.Shape));
        var model = new Model([a, b], outputs);
        var results = model.PredictAll(new[] { Ops.Ones((4, 3)), Ops.Ones((4, 5)) });
        Assert.Equal(2, results.Count);

        Assert.Equal(results[0].ToArray<float>(), (-1 * results[1]).ToArray<float>());
    }

    [Fact]
    public void LossesOfALayerAreAdded()
    {
        Tensor x = Ops.Ones((4, 2)),
            y = Ops.Zeros((4, 2));
        var model = new Sequential { new Input(2), new Penalty(0.5) };
        model.Compile("sgd", "mse");
        Assert.Equal(1 + 0.5 * 8, model.TestOnBatch(x, y)["loss"], 1e-5);
        var penalty = new Penalty(0.25);
        penalty.Apply(x);
        Assert.Equal(2, penalty.Losses.Single().ToDouble(), 1e-5);
        Assert.Contains("Call", Assert.ThrowsAny<Exception>(penalty.AddOutside).Message);
    }

    [Fact]
    public void MasksPassOrEnd()
    {
        float[,,] x =
        {
            {
                { 1, 1 },
                { 0, 0 },
            },
        };
        Tensor last = new float[,]
        {
            { 1, 1 },
        };

        // Where the mask passes, the masked step does not count in the mean.
        Assert.Equal(last.ToArray<float>(), Mean(new Same(true)).Predict(x).ToArray<float>());
        Assert.Equal([0.5f, 0.5f], Mean(new Same(false)).Predict(x).ToArray<float>());

        static Model Mean(Layer layer) =>
            new Sequential { new Input(2, 2), new Masking(), layer, new GlobalAveragePooling1D() };
    }

    [Fact]
    public void SizesThatAreNotKnownAreNotReliedOn()
    {
        // The length is open: the layer must not see a number there.
        var probe = new Probe();
        var model = new Sequential { new Input(-1, 5), probe };
        Assert.Equal(new Shape(2, 7, 5), model.Predict(new float[2, 7, 5]).Shape);
        Assert.Equal(new Shape(-1, -1, 5), probe.Seen);

        // With only the batch open every other size is what it is, also one that stands for the batch while building.
        var known = new Probe();
        known.Apply(new Input(83));
        Assert.Equal(new Shape(-1, 83), known.Seen);

        var message = Assert.ThrowsAny<Exception>(() => new Own.Linear(3).Apply(new Input(7, -1))).Message;

        Assert.Contains("kernel", message);
        Assert.Contains("None", message);
    }

    [Fact]
    public void WeightsHaveRegularizersAndConstraints()
    {
        var layer = new Held();
        var model = new Sequential { new Input(2), layer };
        model.Compile(new Optimizers.SGD(10), "mse");
        model.Fit(Ops.Ones((4, 2)), Ops.Zeros((4, 2)), verbose: 0);
        Assert.All(layer.Weights[0].Value.ToArray<float>(), w => Assert.True(w >= 0));
        layer.Apply(Ops.Ones((1, 2)));
        Assert.Single(layer.Losses);
    }

    [Fact]
    public void DropoutOfOnesOwnDrawsAnewInEachStep()
    {
        Utils.SetRandomSeed(9);
        var noise = new Sequential { new Input(50), new Noise() };
        noise.Compile("sgd", "mse");
        Tensor x = Ops.Zeros((2, 50));
        Assert.Equal(0, noise.TestOnBatch(x, x)["loss"]);
        var first = noise.TrainOnBatch(x, x)["loss"];
        var second = noise.TrainOnBatch(x, x)["loss"];
        Assert.True(first > 0);
        Assert.NotEqual(first, second);
        Utils.SetRandomSeed(9);
        var again = new Sequential { new Input(50), new Noise() };
        again.Compile("sgd", "mse");
        Assert.Equal(first, again.TrainOnBatch(x, x)["loss"]);
    }

    [Fact]
    public void LayersMayDrawOutsideTrainingToo()
    {
        Utils.SetRandomSeed(9);
        var model = new Sequential { new Input(50), new Noise(always: true) };
        model.Compile("sgd", "mse");
        Tensor x = Ops.Zeros((2, 50));
        var first = model.Predict(x).ToArray<float>();
        Assert.Equal(100, first.Distinct().Count());
        Assert.NotEqual(first, model.Predict(x).ToArray<float>());
        Assert.NotEqual(model.Evaluate(x, x)["loss"], model.Evaluate(x, x)["loss"]);
        Assert.NotEqual(model.Apply(x).ToArray<float>(), model.Apply(x).ToArray<float>());
        Utils.SetRandomSeed(9);
        var again = new Sequential { new Input(50), new Noise(always: true) };
        again.Compile("sgd", "mse");
        Assert.Equal(first, again.Predict(x).ToArray<float>());
    }

    [Fact]
    public void MistakesAreNamed()
    {
        Assert.Contains("Build", Fails(() => new Late().Apply(Ops.Ones((1, 2)))));
        Assert.Contains("Call", Fails(() => new NoCall().Apply(Ops.Ones((1, 2)))));
        Assert.Contains("2 inputs", Fails(() => new Own.Linear(2).Apply(Ops.Ones((1, 2)), Ops.Ones((1, 2)))));
        Assert.Contains("hidden", Fails(() => new Twice().Layers.ToString()));
        Assert.Contains(
            "trainable",
            Fails(() => new Sequential { new Input(2), new Held(true) }.Predict(new float[1, 2]))
        );
    }

    private static string Fails(Action action) => Assert.ThrowsAny<Exception>(action).Message;

    private sealed class Mixer : Layer
    {
        private Variable? left;
        private Variable? right;

        protected override void Build(IReadOnlyList<Shape> inputShapes)
        {
            left = AddWeight("left", [inputShapes[0][^1], 2]);
            right = AddWeight("right", [inputShapes[1][^1], 2]);
        }

        protected override IReadOnlyList<Tensor> Call(IReadOnlyList<Tensor> inputs, bool training)
        {
            var sum = Ops.Matmul(inputs[0], left!) + Ops.Matmul(inputs[1], right!);
            return [sum, -sum];
        }
    }

    private sealed class Penalty(double factor) : Layer
    {
        public void AddOutside() => AddLoss(1f);

        protected override Tensor Call(Tensor x, bool training)
        {
            AddLoss(Ops.Sum(x) * factor);
            return x * 1.0;
        }
    }

    private sealed class Same(bool passes) : Layer
    {
        protected override bool SupportsMasking => passes;

        protected override Tensor Call(Tensor x, bool training) => x * 1.0;
    }

    private sealed class Probe : Layer
    {
        public Shape? Seen { get; private set; }

        protected override void Build(Shape inputShape) => Seen = inputShape;

        protected override Tensor Call(Tensor x, bool training) => x * 1.0;
    }

    private sealed class Held(bool assigns = false) : Layer
    {
        private Variable? w;

        protected override void Build(Shape inputShape) =>
            w = AddWeight("w", inputShape.ToArray()[1..], "ones", true, "l2", "non_neg");

        protected override Tensor Call(Tensor x, bool training)
        {
            if (assigns)
                w!.Assign(w * 2);

            return x * w!;
        }
    }

    private sealed class Noise(bool always = false) : Layer
    {
        protected override Tensor Call(Tensor x, bool training) =>
            training || always ? x + KerasRandom.Normal(x.Shape) : x * 1.0;
    }

    private sealed class Late : Layer
    {
        protected override Tensor Call(Tensor x, bool training) => x * AddWeight("late", [2]);
    }

    private sealed class NoCall : Layer;

    private sealed class Twice : Layer
    {
        private readonly Dense hidden = new(1);
        private readonly Dense _hidden = new(2);

        protected override Tensor Call(Tensor x, bool training) => hidden.Apply(_hidden.Apply(x));
    }
}
