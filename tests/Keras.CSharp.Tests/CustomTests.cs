using Keras.Layers;
using Keras.Losses;
using Keras.Optimizers;
using Xunit;

namespace Keras.Tests;

/// <summary>Layers, models, steps and loops of one's own.</summary>
public class CustomTests
{
    [Fact]
    public void ALayerOfOnesOwnIsPartOfAModel()
    {
        Utils.SetRandomSeed(2);
        var (x, y) = Samples.Clouds(64);
        var own = new Linear(8);
        var model = new Sequential { new Input(2), own, new Dense(2, activation: "softmax") };
        model.Compile(Samples.Fast(), "sparse_categorical_crossentropy", ["accuracy"]);
        var history = model.Fit(x, y, epochs: 20, verbose: 0);
        Assert.True(history["accuracy"][^1] > 0.95);
        Assert.Equal(["kernel", "bias", "calls"], own.Weights.Select(w => w.Name));
        Assert.Equal(40, own.Weights[2].Value.ToDouble());
        Assert.Equal(4, model.TrainableWeights.Count);
        Assert.Equal(new Shape(2, 8), own.Weights[0].Shape);
    }

    [Fact]
    public void ALayerRunsByItself()
    {
        var layer = new Linear(3);
        var y = layer.Apply(Ops.Ones((4, 2)));
        Assert.Equal(new Shape(4, 3), y.Shape);
        Assert.Equal(3, layer.Weights.Count);
    }

    [Fact]
    public void AModelOfOnesOwnTrains()
    {
        Utils.SetRandomSeed(2);
        var (x, y) = Samples.Clouds(64);
        var model = new TwoLayers();
        model.Compile(Samples.Fast(), "sparse_categorical_crossentropy", ["accuracy"]);
        var history = model.Fit(x, y, epochs: 20, verbose: 0);
        Assert.True(history["accuracy"][^1] > 0.95);
        Assert.Equal(4, model.Weights.Count);
        Assert.Equal(2, model.Layers.Count);
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
    public void TheFunctionalApiJoinsAndShares()
    {
        var shared = new Dense(4);
        var a = new Input(3);
        var b = new Input(3);
        var sum = new Add().Apply(shared.Apply(a), shared.Apply(b));
        var joined = new Concatenate().Apply(sum, shared.Apply(a));
        var model = new Model([a, b], [joined, sum]);
        Assert.Equal(2, model.Weights.Count);
        Tensor one = Ops.Ones((2, 3));
        var outputs = model.PredictAll(new[] { one, one });
        Assert.Equal([new Shape(2, 8), new Shape(2, 4)], outputs.Select(o => o.Shape));
        Assert.Equal(16, model.CountParams());
        var single = new Model(a, shared.Apply(a));
        Assert.Same(shared.Weights[0], single.Weights[0]);
        Assert.Contains("Total params", single.SummaryText());
    }

    [Fact]
    public void AnEagerLoopTrains()
    {
        Utils.SetRandomSeed(2);
        var (x, y) = Samples.Clouds(64);
        Tensor inputs = x,
            targets = y;
        var model = new TwoLayers();
        model.Apply(inputs);
        var loss = new SparseCategoricalCrossentropy();
        var optimizer = Samples.Fast();
        var losses = new List<double>();

        for (var i = 0; i < 30; i++)
        {
            var (value, gradients) = Fn.ValueAndGrad(
                () => loss.Call(targets, model.Apply(inputs, training: true)),
                model.TrainableWeights
            );

            optimizer.Apply(gradients, model.TrainableWeights);
            losses.Add(value.ToDouble());
        }

        Assert.True(losses[^1] < losses[0] / 2);
        Assert.Equal(30, optimizer.Iterations);
    }

    [Fact]
    public void ACompiledLoopKeepsItsState()
    {
        Utils.SetRandomSeed(2);
        var (x, y) = Samples.Clouds(64);
        Tensor inputs = x,
            targets = y;

        var model = new Sequential
        {
            new Input(2),
            new Dense(8, activation: "relu"),
            new BatchNormalization(),
            new Dropout(0.1),
            new Dense(2),
        };

        var loss = new SparseCategoricalCrossentropy(fromLogits: true);
        var optimizer = Samples.Fast();
        optimizer.Build(model.TrainableWeights);
        var moving = model.NonTrainableWeights[0].Value.ToArray<float>();

        var step = Fn.Jit(
            (a, b) =>
            {
                var (value, gradients) = Fn.ValueAndGrad(
                    () => loss.Call(b, model.Apply(a, training: true)),
                    model.TrainableWeights
                );

                optimizer.Apply(gradients, model.TrainableWeights);
                return value;
            },
            model,
            optimizer
        );

        var first = step(inputs, targets).ToDouble();

        for (var i = 0; i < 30; i++)
            step(inputs, targets);

        Assert.True(step(inputs, targets).ToDouble() < first / 2);
        Assert.Equal(32, optimizer.Iterations);
        Assert.NotEqual(moving, model.NonTrainableWeights[0].Value.ToArray<float>());
    }

    [Fact]
    public void StateThatIsNotNamedIsRefused()
    {
        var counter = new Variable(0f, "counter");

        var f = Fn.Jit(x =>
        {
            counter.Assign(counter.Value + x);
            return x;
        });

        Assert.Contains("counter", Assert.ThrowsAny<Exception>(() => f(1f)).Message);
        Assert.Equal(0, counter.Value.ToDouble());
        var g = Fn.Jit(
            x =>
            {
                counter.Assign(counter.Value + x);
                return counter.Value * 2;
            },
            counter
        );

        Assert.Equal(2, g(1f).ToDouble());
        Assert.Equal(4, g(1f).ToDouble());
        Assert.Equal(2, counter.Value.ToDouble());
    }

    [Fact]
    public void GradientsNest()
    {
        var cube = (Tensor x) => x * x * x;
        Assert.Equal(12, Fn.Grad(cube)(2f).ToDouble(), 1e-5);
        Assert.Equal(12, Fn.Grad(Fn.Grad(cube))(2f).ToDouble(), 1e-5);
        Assert.Equal([3f, 12f], Fn.Vmap(Fn.Grad(cube))(new[] { 1f, 2f }).ToArray<float>());
        Assert.Equal(12, Fn.Jit(Fn.Grad(cube))(2f).ToDouble(), 1e-5);
    }

    private sealed class Linear(int units) : Layer
    {
        private Variable? kernel;
        private Variable? bias;
        private Variable? calls;

        protected override void Build(Shape inputShape)
        {
            kernel = AddWeight("kernel", [inputShape[^1], units], "he_normal");
            bias = AddWeight("bias", [units], "zeros");
            calls = AddWeight("calls", [], "zeros", trainable: false);
        }

        protected override Tensor Call(Tensor x, bool training)
        {
            if (training)
                calls!.Assign(calls + (Tensor)1f);

            return Ops.Relu(Ops.Matmul(x, kernel!) + bias!);
        }
    }

    internal class TwoLayers : Model
    {
        private readonly Dense hidden;
        private readonly Dense output;

        public TwoLayers()
        {
            hidden = Track(new Dense(8, activation: "relu"));
            output = Track(new Dense(2, activation: "softmax"));
        }

        protected override Tensor Call(Tensor x, bool training) => output.Apply(hidden.Apply(x));
    }

    private sealed class OwnStep : TwoLayers
    {
        protected override IReadOnlyDictionary<string, Tensor> TrainStep(Batch batch)
        {
            var (loss, gradients) = Gradients(() => ComputeLoss(batch.Y, Apply(batch.X, training: true)));
            Optimizer.Apply(gradients, TrainableWeights);
            return new OrderedDictionary<string, Tensor> { ["loss"] = loss, ["norm"] = Ops.Norm(gradients[0]) };
        }
    }
}
