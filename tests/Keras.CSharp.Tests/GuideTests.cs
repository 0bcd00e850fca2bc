using System.Runtime.CompilerServices;
using Keras.Layers;
using Keras.Metrics;
using Keras.Optimizers;
using Xunit;
using MeanSquaredError = Keras.Losses.MeanSquaredError;

namespace Keras.Tests;

/// <summary>The code of docs/csharp.md, compiled and run.</summary>
public class GuideTests
{
    [Fact]
    public void TheLayerTrains()
    {
        var layer = new Linear(1);
        var sequential = new Sequential { new Input(4), layer };
        sequential.Compile("sgd", "mse");
        sequential.Fit(Ops.Ones((64, 4)), Ops.Ones((64, 1)), epochs: 2, verbose: 0);
        Assert.Equal(4, layer.Weights[2].Value.ToDouble());
        var path = Path.Combine(Directory.CreateTempSubdirectory("keras").FullName, "guide.keras");
        Saving.RegisterKerasSerializable<Linear>("MyPackage");
        sequential.Save(path);
        var again = Model.Load(path);
        Assert.IsType<Linear>(again.Layers[0]);
        Assert.Equal(4, again.Layers[0].Weights[2].Value.ToDouble());
        Directory.Delete(Path.GetDirectoryName(path)!, true);
    }

    [Fact]
    public async Task TheModelTrainsOnAsynchronousBatches()
    {
        var token = TestContext.Current.CancellationToken;
        var regressor = new Regressor();
        regressor.Compile(new Adam(0.01), "mse");

        async IAsyncEnumerable<Batch> Batches()
        {
            for (var i = 0; i < 10; i++)
            {
                await Task.Yield();
                yield return (KerasRandom.Normal([32, 4]), KerasRandom.Normal([32, 1]));
            }
        }

        var history = await regressor.FitAsync(Batches(), epochs: 2, verbose: 0, cancellationToken: token);
        Assert.Equal(["loss", "distance"], history.Values.Keys);
        Assert.Equal(20, regressor.Optimizer.Iterations);
    }

    [Fact]
    public void TheLoopTrains()
    {
        Utils.SetRandomSeed(5);
        var left = new Input([3], name: "left");
        var right = new Input([3], name: "right");
        var shared = new Dense(8, activation: "relu");
        var joined = new Concatenate().Apply(shared.Apply(left), shared.Apply(right));
        var model = new Model([left, right], [new Dense(1).Apply(joined)]);
        Assert.Equal(2, model.PredictAll(new[] { Ops.Ones((5, 3)), Ops.Ones((5, 3)) })[0].Rank);
        Assert.Equal(4, model.Weights.Count);
        Train(new Sequential { new Input(4), new Dense(8, activation: "relu"), new Dense(1) });
    }

    private static void Train(Model model)
    {
        var optimizer = new Adam(0.01);
        var loss = new MeanSquaredError();
        optimizer.Build(model.TrainableWeights);

        var step = Fn.Jit(
            (x, y) =>
            {
                var (value, gradients) = Fn.ValueAndGrad(
                    () => loss.Call(y, model.Apply(x, training: true)),
                    model.TrainableWeights
                );

                optimizer.Apply(gradients, model.TrainableWeights);
                return value;
            },
            model,
            optimizer
        );

        var inputs = KerasRandom.Normal([32, 4]);
        var targets = Ops.Sum(inputs, axis: 1, keepdims: true);
        var first = step(inputs, targets).ToDouble();

        for (var i = 0; i < 50; i++)
            step(inputs, targets);

        Assert.True(step(inputs, targets).ToDouble() < first / 2);
    }

    [Fact]
    public void TheGuideIsThisCode()
    {
        var source = File.ReadAllText(Here());
        var guide = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "docs", "csharp.md"));
        var blocks = guide.Split("```csharp\n").Skip(1).Select(b => b.Split("```")[0]).ToArray();
        Assert.True(blocks.Length >= 6);

        foreach (var line in blocks.SelectMany(b => b.Split('\n')).Where(l => l.Length > 0))
            Assert.Contains(line.Trim(), source);
    }

    private static string Here([CallerFilePath] string path = "") => path;

    public sealed class Linear(int units) : Layer
    {
        private Variable? kernel;
        private Variable? bias;
        private Variable? calls;

        protected override void Build(Shape inputShape)
        {
            kernel = AddWeight("kernel", [inputShape[^1], units], initializer: "he_normal", regularizer: "l2");
            bias = AddWeight("bias", [units], initializer: "zeros");
            calls = AddWeight("calls", [], initializer: "zeros", trainable: false);
        }

        protected override Tensor Call(Tensor x, bool training)
        {
            if (training)
                calls!.Assign(calls + 1);

            return Ops.Matmul(x, kernel!) + bias!;
        }

        public override IReadOnlyDictionary<string, object?> GetConfig() =>
            new OrderedDictionary<string, object?>(base.GetConfig()) { ["units"] = units };
    }

    public sealed class Regressor : Model
    {
        private readonly Linear hidden = new(16);
        private readonly Dense output = new(1);
        private readonly Mean distance = new("distance");

        protected override Tensor Call(Tensor x, bool training) => output.Apply(Ops.Relu(hidden.Apply(x)));

        protected override IReadOnlyDictionary<string, Tensor> TrainStep(Batch batch)
        {
            var (loss, yPred, gradients) = Gradients(() =>
            {
                var y = Apply(batch.X, training: true);
                return (ComputeLoss(batch.Y, y), y);
            });

            Optimizer.Apply(gradients, TrainableWeights);
            distance.UpdateState(Ops.Absolute(batch.Y - yPred));
            return new Dictionary<string, Tensor> { ["loss"] = loss, ["distance"] = distance.Result() };
        }
    }
}
