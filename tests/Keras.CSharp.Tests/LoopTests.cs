using Keras.Layers;
using Keras.Metrics;
using Xunit;

namespace Keras.Tests;

/// <summary>Training loops of a user's own, eager and compiled, and the transformations under them.</summary>
public class LoopTests
{
    [Fact]
    public void AnEagerLoopTrains()
    {
        Utils.SetRandomSeed(2);
        var (x, y) = Samples.Clouds(64);
        Tensor inputs = x,
            targets = y;
        var model = new Own.TwoLayers();
        model.Apply(inputs);
        var loss = new Losses.SparseCategoricalCrossentropy();
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

        var loss = new Losses.SparseCategoricalCrossentropy(fromLogits: true);
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

    [Fact]
    public void MetricsAreStateOfACompiledLoop()
    {
        var (x, y) = Samples.Clouds(32);
        Tensor inputs = x,
            targets = y;
        var model = Samples.Classifier();
        var seen = new SparseCategoricalAccuracy();
        var steps = new Sum();

        Func<Tensor, Tensor, Tensor> step = (a, b) =>
        {
            seen.UpdateState(b, model.Apply(a));
            steps.UpdateState(1f);
            return steps.Result();
        };

        var compiled = Fn.Jit(step, model, seen, steps);
        Assert.Equal(1, compiled(inputs, targets).ToDouble());
        Assert.Equal(2, compiled(inputs, targets).ToDouble());
        var eager = new SparseCategoricalAccuracy();
        eager.UpdateState(targets, model.Predict(x));
        Assert.Equal(eager.Result().ToDouble(), seen.Result().ToDouble(), 1e-6);
        seen.ResetState();
        Assert.Equal(0, seen.Result().ToDouble());
        Assert.Contains("sum", Assert.ThrowsAny<Exception>(() => Fn.Jit(step, model, seen)(inputs, targets)).Message);
    }

    [Fact]
    public void PredictionsComeBesideTheLoss()
    {
        Tensor x = new float[,]
        {
            { 1, 2 },
        };
        var dense = new Dense(1, kernelInitializer: "ones");
        dense.Apply(x);

        var (loss, others, gradients) = Fn.ValueAndGrad(
            () =>
            {
                var y = dense.Apply(x);
                return (Ops.Sum(Ops.Square(y)), (IReadOnlyList<Tensor>)[y, x]);
            },
            dense.TrainableWeights
        );

        Assert.Equal(9, loss.ToDouble(), 1e-5);
        Assert.Equal(3, others[0].Reshape().ToDouble(), 1e-5);
        Assert.Equal([6f, 12f], gradients[0].ToArray<float>());
        Assert.False(others[0].IsTraced);
    }
}
