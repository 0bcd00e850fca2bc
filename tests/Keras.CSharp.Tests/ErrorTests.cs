using Keras.FSharp;
using Keras.Layers;
using Keras.Optimizers;
using Xunit;

namespace Keras.Tests;

/// <summary>Bad input: what the message names, and that nothing changed.</summary>
public class ErrorTests
{
    [Fact]
    public void WrongSizesNameTheLayerItsPathAndBothShapes()
    {
        var encoder = new Sequential([new Dense(4, name: "first"), new Conv1D(2, 3, name: "conv")], name: "encoder");
        var model = new Sequential([encoder, new Dense(1)], name: "outer");
        var rank = Fails(() => model.Predict(new float[2, 5]));
        Names(rank, "Conv1D", "conv", "outer/encoder/conv", "(None, 4)", "rank 3");

        var built = new Sequential([new Input(3), new Dense(4, name: "first")], name: "built");
        Names(Fails(() => built.Predict(new float[2, 5])), "built", "(2, 5)", "(None, 3)");
        Names(Fails(() => built.Apply(new float[2, 5])), "built", "(2, 5)", "(None, 3)");

        var graph = new Input([6], name: "six");
        Names(Fails(() => new MaxPooling2D(name: "pool").Apply(graph)), "MaxPooling2D", "pool", "(None, 6)", "rank 4");

        var dense = new Dense(2, name: "once");
        dense.Apply(new float[1, 3]);
        Names(Fails(() => dense.Apply(new float[1, 4])), "once", "(1, 4)", "(3, 2)");
    }

    [Fact]
    public void WrongInputsAndTargetsOfAModelAreRefused()
    {
        var (x, y) = Samples.Clouds(16);
        var model = Samples.Classifier();
        Names(Fails(() => model.Fit(x, y[..15], verbose: 0)), "16", "15");
        Names(Fails(() => model.Evaluate(x, y[..12])), "16", "12");
        Names(Fails(() => model.Fit(x, y, sampleWeight: new float[3], verbose: 0)), "16", "3");
        Names(Fails(() => model.Predict(new float[16, 3])), "(16, 3)", "(None, 2)");
        Names(Fails(() => model.Predict(new Tensor[] { x, x })), "2 inputs", "1");
        Names(Fails(() => model.Fit(new float[0, 2], Array.Empty<int>(), verbose: 0)), "empty");
        Names(Fails(() => model.Fit(Array.Empty<Batch>(), verbose: 0)), "empty");
        Names(Fails(() => model.Fit(x, Enumerable.Repeat(7, 16).ToArray(), verbose: 0)), "7", "2");
        Names(Fails(() => model.Fit(x, y, validationSplit: 1.5, verbose: 0)), "1.5");
        Names(Fails(() => model.Fit(x, y, batchSize: 0, verbose: 0)), "0");
        Assert.Equal(0, model.Optimizer.Iterations);
    }

    [Fact]
    public void UnknownNamesListNearOnes()
    {
        Names(Fails(() => new Dense(3, activation: "rellu")), "rellu", "relu");
        Names(Fails(() => new Dense(3, kernelInitializer: "he_norml")), "he_norml", "he_normal");
        Names(Fails(() => new Dense(3, kernelRegularizer: "l3")), "l3", "l1");
        Names(Fails(() => new Dense(3, kernelConstraint: "max_nrom")), "max_nrom", "max_norm");
        Names(Fails(() => new Dense(3, dtype: "float23")), "float23", "float32");
        Names(Fails(() => new Conv2D(3, 3, padding: "sam")), "sam", "same");
        Names(Fails(() => Samples.Classifier("adamm")), "adamm", "adam");
        var model = Samples.Classifier();
        Names(Fails(() => model.Compile(loss: "msee")), "msee", "mse");
        Names(Fails(() => model.Compile(loss: "mse", metrics: ["acuracy"])), "acuracy", "accuracy");
        Names(Fails(() => Ops.Einsum("ab,bc->ad", Ops.Ones((1, 1)), Ops.Ones((1, 1)))), "d");
        Names(Fails(() => new Callbacks.EarlyStopping(mode: "maxx")), "maxx", "max");
        Names(Fails(() => Config.DTypePolicy = "mixed_float17"), "mixed_float17", "mixed_float16");

        // The model is compiled as it was.
        var (x, y) = Samples.Clouds(8);
        Assert.Equal(["loss", "accuracy"], model.Fit(x, y, verbose: 0).Values.Keys);
    }

    [Fact]
    public void NamesOfOutputsAndLogsAreChecked()
    {
        var (x, y) = Samples.Clouds(8);
        var model = Samples.Classifier();
        model.Compile("sgd", new Dictionary<string, Losses.Loss> { ["densee"] = "mse" });
        Names(Fails(() => model.Fit(x, y, verbose: 0)), "densee", model.Name);
        model.Compile("sgd", "sparse_categorical_crossentropy");
        var history = model.Fit(x, y, verbose: 0);
        Names(Fails(() => _ = history["los"]), "los", "loss");
    }

    [Fact]
    public void WhatIsNotReadyIsRefused()
    {
        var (x, y) = Samples.Clouds(8);
        Names(Fails(() => new Sequential { new Input(2), new Dense(1) }.Fit(x, y, verbose: 0)), "Compile");
        Names(Fails(() => new Sequential { new Dense(1) }.SummaryText()), "Input");
        Names(Fails(() => new Sequential([new Dense(1), new Input(2)])), "Input");
        Names(Fails(() => new Sequential().Pop()), "no layers");
        Names(Fails(() => new Variable(new float[2]).Assign(new float[3])), "(3,)", "(2,)");
        Names(Fails(() => new SGD().Apply([1f], [])), "1 gradients", "0 variables");
        Names(Fails(() => _ = new SilentCallback().Model), "Fit");

        var twice = new Dense(2, name: "same");
        Names(Fails(() => new Sequential { new Input(2), twice, new Dense(2, name: "same") }.Predict(x)), "same");
    }

    [Fact]
    public void PathsOfFilesAreChecked()
    {
        var model = Samples.Classifier();
        Names(Fails(() => model.Save("model.h5")), ".keras");
        Names(Fails(() => model.SaveWeights("model.h5")), ".weights.h5");
        Assert.IsType<KerasException>(Record.Exception(() => Model.Load("missing.keras")));
        Names(Fails(() => model.LoadWeights("missing.weights.h5")), "missing.weights.h5");
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
    public async Task CancellationReachesEverything()
    {
        var (x, y) = Samples.Clouds(16);
        var model = Samples.Classifier();
        var before = model.GetWeights()[0].ToArray<float>();
        var gone = new CancellationToken(true);
        Assert.Throws<OperationCanceledException>(() => model.Fit(x, y, verbose: 0, cancellationToken: gone));
        Assert.Throws<OperationCanceledException>(() => model.Evaluate(x, y, cancellationToken: gone));
        Assert.Throws<OperationCanceledException>(() => model.Predict(x, cancellationToken: gone));
        Assert.Equal(before, model.GetWeights()[0].ToArray<float>());
        using var source = new CancellationTokenSource();
        var given = 0;

        async IAsyncEnumerable<Batch> Endless()
        {
            while (true)
            {
                if (++given == 4)
                    await source.CancelAsync();

                await Task.Yield();
                yield return new Batch(x, y);
            }
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            model.FitAsync(Endless(), verbose: 0, cancellationToken: source.Token)
        );

        Assert.Equal(3, model.Optimizer.Iterations);
    }

    [Fact]
    public void AnErrorInACallbackLeavesTheStateOfTheLastStep()
    {
        var (x, y) = Samples.Clouds(16);
        var model = Samples.Classifier();

        var bad = new Callbacks.LambdaCallback(
            onTrainBatchEnd: (batch, _) =>
            {
                if (batch == 1)
                    throw new InvalidDataException("mine");
            }
        );

        Assert.Equal(
            "mine",
            Assert
                .Throws<InvalidDataException>(() => model.Fit(x, y, batchSize: 4, verbose: 0, callbacks: [bad]))
                .Message
        );

        Assert.Equal(2, model.Optimizer.Iterations);
        Assert.Equal(new Shape(16, 2), model.Predict(x).Shape);
    }

    private static string Fails(Action action) => Assert.Throws<KerasException>(action).Message;

    private static void Names(string message, params string[] parts)
    {
        foreach (var part in parts)
            Assert.Contains(part, message, StringComparison.Ordinal);
    }

    private sealed class SilentCallback : Callbacks.Callback;
}
