using Keras.Layers;
using Xunit;

namespace Keras.Tests;

/// <summary>Graphs of layer calls: several inputs and outputs, shared layers, models inside models.</summary>
public class FunctionalTests
{
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
    public void SeveralInputsAndOutputsTrain()
    {
        Utils.SetRandomSeed(3);
        var left = new Input([3], name: "left");
        var right = new Input([2], name: "right");
        var joined = new Concatenate().Apply(new Dense(8, activation: "relu").Apply(left), right);
        var sum = new Dense(1, name: "sum").Apply(joined);
        var sign = new Dense(1, activation: "sigmoid", name: "sign").Apply(joined);
        var model = new Model([left, right], [sum, sign]);

        model.Compile(
            Samples.Fast(),
            new Dictionary<string, Losses.Loss> { ["sum"] = "mse", ["sign"] = "binary_crossentropy" },
            metrics: new Dictionary<string, Metrics.Metric[]> { ["sign"] = ["accuracy"] },
            lossWeights: [1, 0.5]
        );

        var random = new Random(3);
        var a = new float[64, 3];
        var b = new float[64, 2];
        var total = new float[64, 1];
        var positive = new float[64, 1];

        for (var i = 0; i < 64; i++)
        {
            for (var k = 0; k < 3; k++)
                total[i, 0] += a[i, k] = (float)random.NextDouble() - 0.5f;

            for (var k = 0; k < 2; k++)
                total[i, 0] += b[i, k] = (float)random.NextDouble() - 0.5f;

            positive[i, 0] = total[i, 0] > 0 ? 1 : 0;
        }

        Tensor[] x = [a, b],
            y = [total, positive];
        var history = model.Fit(x, y, epochs: 40, verbose: 0, validationSplit: 0.25);

        Assert.Equal(
            ["loss", "sum_loss", "sign_loss", "sign_accuracy"],
            history.Values.Keys.Where(k => !k.StartsWith("val_", StringComparison.Ordinal))
        );
        Assert.True(history["val_loss"][^1] < history["val_loss"][0] / 2);
        Assert.Equal(history["loss"][^1], history["sum_loss"][^1] + 0.5 * history["sign_loss"][^1], 1e-5);
        Assert.Equal([new Shape(64, 1), new Shape(64, 1)], model.PredictAll(x).Select(p => p.Shape));
        var one = Assert.ThrowsAny<Exception>(() => model.Fit(x, new Tensor[] { total }, verbose: 0)).Message;
        Assert.Contains("1 targets, expected 2", one);
    }

    [Fact]
    public void ModelsAreLayersOfModels()
    {
        var inner = new Sequential([new Input(4), new Dense(3, activation: "tanh"), new Dense(2)], name: "encoder");
        var a = new Input(4);
        var b = new Input(4);
        var distance = new Subtract().Apply(inner.Apply(a), inner.Apply(b));
        var model = new Model([a, b], [distance], name: "twin");

        // Both calls have the same variables.
        Assert.Equal(4, model.Weights.Count);
        Assert.Same(inner, model.GetLayer("encoder"));
        Assert.Same(inner.Layers[0], ((Sequential)model.GetLayer("encoder")).Layers[0]);
        Tensor x = Ops.Ones((2, 4));
        Assert.Equal([0f, 0f, 0f, 0f], model.Predict(new[] { x, x }).ToArray<float>());
        Assert.Contains("tanh", model.ToJson());
        Assert.Contains("encoder", model.SummaryText(expandNested: true));

        // Training the outer model trains the inner one.
        model.Compile("sgd", "mse");
        var before = inner.Weights[0].Value.ToArray<float>();
        model.Fit(new[] { x, 2 * x }, Ops.Ones((2, 2)), verbose: 0);
        Assert.NotEqual(before, inner.Weights[0].Value.ToArray<float>());
        Assert.Equal(inner.Predict(x).ToArray<float>(), new Model(a, inner.Apply(a)).Predict(x).ToArray<float>());
    }

    [Fact]
    public void SymbolicTensorsCompute()
    {
        var x = new Input(3);
        KerasTensor t = x;
        var y = (2.0 * t - 1.0) / (t + 3.0) * -t;
        var model = new Model(x, y);
        var given = new[,]
        {
            { 1f, 2f, 3f },
        };
        Assert.Equal([-0.25f, -1.2f, -2.5f], model.Predict(given).ToArray<float>().Select(v => MathF.Round(v, 5)));
        Assert.Equal(new Shape(-1, 3), y.Shape);
        var again = Model.FromJson(model.ToJson());
        Assert.Equal(model.Predict(given).ToArray<float>(), again.Predict(given).ToArray<float>());
    }

    [Fact]
    public void PartsOfAModelAreModels()
    {
        var input = new Input(4);
        var features = new Dense(3, name: "features").Apply(input);
        var model = new Model(input, new Dense(1).Apply(features));
        var cut = new Model(input, features);
        Tensor x = Ops.Ones((2, 4));
        Assert.Equal(new Shape(2, 3), cut.Predict(x).Shape);
        Assert.Same(model.GetLayer("features"), cut.GetLayer("features"));
        Assert.IsType<Dense>(cut.GetLayer("features"));
        Assert.IsType<Input>(model.Layers[0]);
        Assert.Contains("features", Assert.ThrowsAny<Exception>(() => model.GetLayer("feature")).Message);
    }

    [Fact]
    public void GraphsThatDoNotConnectAreRefused()
    {
        var a = new Input([2], name: "a");
        var b = new Input([2], name: "b");
        var sum = new Add().Apply(a, b);
        Assert.Contains("b", Assert.ThrowsAny<Exception>(() => new Model(a, sum).Predict(new float[1, 2])).Message);

        var message = Assert
            .ThrowsAny<Exception>(() => new Add(name: "both").Apply(a, new Input([3], name: "c")))
            .Message;

        Assert.Contains("both", message);
        Assert.Contains("(None, 2)", message);
        Assert.Contains("(None, 3)", message);
    }
}
