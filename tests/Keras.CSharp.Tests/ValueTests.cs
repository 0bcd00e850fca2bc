using Keras.Layers;
using Keras.Optimizers;
using Keras.Optimizers.Schedules;
using Xunit;

namespace Keras.Tests;

/// <summary>Tensors, shapes, arguments that take several forms, variables.</summary>
public class ValueTests
{
    [Fact]
    public void TensorsIndexAndCompute()
    {
        Tensor x = new[,]
        {
            { 1f, 2f, 3f },
            { 4f, 5f, 6f },
        };
        Assert.Equal(new Shape(2, 3), x.Shape);
        Assert.Equal([4f, 5f, 6f], x[1].ToArray<float>());
        Assert.Equal([3f, 6f], x[.., ^1].ToArray<float>());
        Assert.Equal([2f, 3f, 5f, 6f], x[.., 1..].ToArray<float>());
        Assert.Equal([2f, 5f], x[.., 1..^1].ToArray<float>());
        Assert.Equal(new Shape(2, 1, 3), x[.., Part.NewAxis].Shape);
        Assert.Equal([3f, 2f, 1f], x[0, Part.Slice(null, null, -1)].ToArray<float>());
        Assert.Equal(DType.Float32, (x * 2).DType);
        Assert.Equal([3f, 5f, 7f], (2 * x[0] + 1.0).ToArray<float>());
        Assert.Equal(21, Ops.Sum(x).ToDouble());
        Assert.Equal([6f, 15f], Ops.Sum(x, axis: 1).ToArray<float>());
        Assert.Equal(new Shape(1, 1), Ops.Mean(x, axis: [0, 1], keepdims: true).Shape);
        Assert.Equal([2f, 2f, 3f], Ops.Maximum(x[0], 2).ToArray<float>());
        Assert.Equal(new Shape(3, 2), Ops.Transpose(x).Shape);
        Assert.Equal(new Shape(2, 6), Ops.Concatenate([x, x], axis: 1).Shape);
        Assert.Equal(2, Ops.Split(x, 2).Count);
        Assert.IsType<float[,]>(x.ToArray());
        Assert.StartsWith("[[1", x.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ArgumentsComeInSeveralForms()
    {
        Assert.Equal(new Shape(1, 6, 6, 2), Output(new Conv2D(2, 3), 8, 8, 1));
        Assert.Equal(new Shape(1, 6, 4, 2), Output(new Conv2D(2, (3, 5)), 8, 8, 1));
        Assert.Equal(new Shape(1, 4, 4, 2), Output(new Conv2D(2, [3, 3], strides: 2, padding: "same"), 8, 8, 1));
        Assert.Equal(new Shape(1, 10, 10, 1), Output(new ZeroPadding2D(1), 8, 8, 1));
        Assert.Equal(new Shape(1, 10, 12, 1), Output(new ZeroPadding2D((1, 2)), 8, 8, 1));
        Assert.Equal(new Shape(1, 11, 9, 1), Output(new ZeroPadding2D(((1, 2), (0, 1))), 8, 8, 1));
        Assert.Equal(new Shape(1, 4, 3), Output(new Reshape([4, -1]), 12));
        Assert.Equal(new Shape(1, 12), Output(new Dense(12, kernelRegularizer: new Regularizers.L2(0.1)), 3));
        Assert.Equal(new Shape(1, 3), Output(new Activation(new ActivationFunction("twice", x => x * 2)), 3));
    }

    [Fact]
    public void RatesAreNumbersOrSchedules()
    {
        Assert.Equal(0.5, new SGD(0.5).LearningRate, 1e-6);
        Assert.Equal(0.25, new SGD(new ExponentialDecay(0.25, 10, 0.5)).LearningRate, 1e-6);
        Assert.Equal(0.125, new ExponentialDecay(0.25, 10, 0.5).Call(10), 1e-6);
        Assert.Contains(
            "schedule",
            Assert.ThrowsAny<Exception>(() => new SGD(new ExponentialDecay(0.25, 10, 0.5)).LearningRate = 1).Message
        );
    }

    [Fact]
    public void VariablesAreCells()
    {
        var (x, y) = Samples.Clouds(8);
        var model = Samples.Classifier();
        var before = model.Weights[0].Value;
        model.Fit(x, y, verbose: 0);
        var values = before.ToArray<float>();
        Assert.NotEqual(values, model.Weights[0].Value.ToArray<float>());
        model.Weights[0].Assign(before);
        Assert.Equal(values, model.GetWeights()[0].ToArray<float>());
        model.Fit(x, y, verbose: 0);
        Assert.Equal(values, before.ToArray<float>());
        Assert.ThrowsAny<Exception>(() => model.Weights[0].Assign(Ops.Ones((3, 3))));
        Assert.ThrowsAny<Exception>(() => model.SetWeights([before]));
        var other = Samples.Classifier();
        other.SetWeights(model.GetWeights());
        Assert.Equal(model.Predict(x).ToArray<float>(), other.Predict(x).ToArray<float>());
        Assert.Equal("dense", model.Weights[0].Path.Split('/')[^2].Split('_')[0]);
    }

    [Fact]
    public void FrozenLayersKeepTheirVariables()
    {
        var (x, y) = Samples.Clouds(8);
        var model = Samples.Classifier();
        model.Layers[0].Trainable = false;
        model.Compile("sgd", "sparse_categorical_crossentropy");
        var before = model.Weights[0].Value.ToArray<float>();
        var last = model.Weights[2].Value.ToArray<float>();
        model.Fit(x, y, verbose: 0);
        Assert.Equal(before, model.Weights[0].Value.ToArray<float>());
        Assert.NotEqual(last, model.Weights[2].Value.ToArray<float>());
        Assert.Equal(2, model.TrainableWeights.Count);
    }

    [Fact]
    public void MetricsAndLossesWorkByThemselves()
    {
        var mean = new Metrics.Mean();
        mean.UpdateState(new[] { 1f, 2f });
        mean.UpdateState(new[] { 6f });
        Assert.Equal(3, mean.Result().ToDouble(), 1e-6);
        mean.ResetState();
        Assert.Equal(0, mean.Result().ToDouble());
        Losses.Loss mse = "mse";
        Assert.Equal(0.5, mse.Call(new[] { 1f, 2f }, new[] { 1f, 3f }).ToDouble(), 1e-6);
        Assert.Equal(2, new Double().Call(new[] { 1f }, new[] { 2f }).ToDouble(), 1e-6);
    }

    [Fact]
    public void LossesAndMetricsAreAlsoFunctions()
    {
        Tensor y = new[,]
        {
            { 0f, 2f },
            { 1f, 1f },
        };
        Tensor p = new[,]
        {
            { 1f, 2f },
            { 1f, 3f },
        };
        Assert.Equal([0.5f, 2f], Losses.LossFunctions.MeanSquaredError(y, p).ToArray<float>());
        Assert.Equal(
            new Losses.Huber(2).Call(y, p).ToDouble(),
            Ops.Mean(Losses.LossFunctions.Huber(y, p, 2)).ToDouble(),
            1e-6
        );
        Assert.Equal(2, Losses.LossFunctions.Dice(y, p, axis: [1]).Size);
        Assert.Equal([1f, 0f], Metrics.MetricFunctions.SparseCategoricalAccuracy(new[] { 1, 0 }, p).ToArray<float>());
        Assert.Equal([0.5f, 2f], Metrics.MetricFunctions.MeanSquaredError(y, p).ToArray<float>());
    }

    [Fact]
    public void OperatorsCompareAndTakeVariables()
    {
        Tensor x = new[] { 1f, 2f, 3f };
        Assert.Equal([false, false, true], (x > 2).ToArray<bool>());
        Assert.Equal([true, true, false], (x <= 2.0).ToArray<bool>());
        Assert.Equal([false, true, false], ((x >= 2) & !(2 < x)).ToArray<bool>());
        Assert.Equal([true, false, true], ((x < 2) | (x > 2)).ToArray<bool>());
        Assert.Equal([false, true, true], ((x >= 2) ^ (x < 1)).ToArray<bool>());
        Assert.Equal(DType.Bool, (x > x[^1]).DType);
        var v = new Variable(2f);
        Assert.Equal(5, (v + 3).ToDouble());
        Assert.Equal(1, (3 - v).ToDouble());
        Assert.Equal(4, (v * v).ToDouble());
        Assert.Equal(0.25, (0.5 / v).ToDouble());
        Assert.Equal(-2, (-v).ToDouble());
        Assert.Equal(0.5, (v % 1.5).ToDouble());
        Assert.Equal([3f, 4f, 5f], (v + x).ToArray<float>());
    }

    private static Shape Output(Layer layer, params int[] shape) =>
        layer.Apply(new Input(new Shape(shape), batchSize: 1)).Shape;

    private sealed class Double : Losses.Loss
    {
        protected override Tensor Values(Tensor yTrue, Tensor yPred) => 2 * Ops.Absolute(yTrue - yPred);
    }
}
