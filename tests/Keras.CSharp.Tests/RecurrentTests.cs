using Keras.Layers;
using Keras.Optimizers;
using Xunit;

namespace Keras.Tests;

/// <summary>Recurrent layers and attention from C#: training, states, masks and further arguments.</summary>
public class RecurrentTests
{
    /// <summary>Sequences of ones and minus ones; the class says whether the first step was a one.</summary>
    private static (float[,,] X, int[] Y) FirstSteps(int n)
    {
        var random = new Random(4);
        var x = new float[n, 6, 1];
        var y = new int[n];

        for (var i = 0; i < n; i++)
        {
            for (var t = 0; t < 6; t++)
                x[i, t, 0] = random.Next(2) * 2 - 1;

            y[i] = x[i, 0, 0] > 0 ? 1 : 0;
        }

        return (x, y);
    }

    [Fact]
    public void AnLstmLearnsToRemember()
    {
        Utils.SetRandomSeed(7);
        var (x, y) = FirstSteps(128);
        var model = new Sequential { new Input(6, 1), new LSTM(12), new Dense(2, activation: "softmax") };
        model.Compile(new Adam(0.03), "sparse_categorical_crossentropy", ["accuracy"]);
        model.Fit(x, y, epochs: 40, batchSize: 32, verbose: 0);
        var accuracy = model.Evaluate(x, y)["accuracy"];
        Assert.True(accuracy > 0.95, $"accuracy {accuracy}");
    }

    [Fact]
    public void AModelWithBothDirectionsIsSavedAndLoaded()
    {
        var model = new Sequential
        {
            new Input(4, 3),
            new Bidirectional(new GRU(5, returnSequences: true)),
            new RNN(new StackedRNNCells([new LSTMCell(4), new SimpleRNNCell(3)])),
        };

        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.keras");
        Tensor x = new float[2, 4, 3];

        try
        {
            model.Save(path);
            var loaded = Model.Load(path);
            Assert.Equal(model.Apply(x + 1f).ToArray<float>(), loaded.Apply(x + 1f).ToArray<float>());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void AStatefulLayerGoesOnUntilItIsReset()
    {
        Tensor x = new float[,,]
        {
            {
                { 1f },
                { 2f },
            },
        };

        var layer = new GRU(3, stateful: true);
        var first = layer.Apply(x).ToArray<float>();
        Assert.Equal(3, layer.Weights.Count);
        Assert.NotEqual(first, layer.Apply(x).ToArray<float>());
        layer.ResetState();
        Assert.Equal(first, layer.Apply(x).ToArray<float>());
    }

    [Fact]
    public void FurtherArgumentsReachTheLayer()
    {
        Tensor x = new float[,,]
        {
            {
                { 1f },
                { 2f },
                { 3f },
            },
        };

        Tensor mask = new[,]
        {
            { true, true, false },
        };
        var lstm = new LSTM(2, returnState: true);
        var whole = lstm.ApplyAll([x], false);
        var masked = lstm.ApplyAll([x], false, new CallOptions { { "mask", mask } });
        Assert.NotEqual(whole[0].ToArray<float>(), masked[0].ToArray<float>());
        var going = lstm.ApplyAll([x], false, new CallOptions { { "initial_state", [whole[1], whole[2]] } });
        Assert.NotEqual(whole[0].ToArray<float>(), going[0].ToArray<float>());

        var attention = new MultiHeadAttention(2, 3);
        var flags = new CallOptions { { "use_causal_mask", true }, { "return_attention_scores", true } };
        var result = attention.ApplyAll([x, x], false, flags);
        Assert.Equal(new Shape(1, 2, 3, 3), result[1].Shape);
        Assert.Equal(0f, result[1].ToArray<float>()[1]);
    }

    [Fact]
    public void AttentionInAModelTakesQueryAndValue()
    {
        var x = new Input(4, 6);
        var attended = new MultiHeadAttention(2, 3).ApplyAll([x, x], new CallOptions { { "use_causal_mask", true } })[
            0
        ];
        var model = new Model(x, attended);
        Assert.Equal(new Shape(2, 4, 6), model.Apply((Tensor)new float[2, 4, 6]).Shape);
    }
}
