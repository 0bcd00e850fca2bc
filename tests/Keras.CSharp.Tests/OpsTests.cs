using Xunit;

namespace Keras.Tests;

/// <summary>Operations that are written by hand for C#, and random numbers.</summary>
public class OpsTests
{
    [Fact]
    public void BranchesAndLoopsRun()
    {
        Tensor two = 2f;
        Assert.Equal(4, Ops.Cond(two > 1, () => two * 2, () => two).ToDouble());
        Assert.Equal(2, Ops.Cond(two > 3, () => two * 2, () => two).ToDouble());
        Assert.Equal(6, Ops.Switch(1, [xs => [xs[0]], xs => [xs[0] * 3]], two)[0].ToDouble());
        var halves = Ops.WhileLoop(s => s[0] > 1, s => [s[0] / 2, s[1] + 1], [40f, 0f]);
        Assert.Equal([0.625, 6.0], halves.Select(s => s.ToDouble()));
        Assert.Equal(2, Ops.WhileLoop(s => s[0] > 1, s => [s[0] / 2, s[1] + 1], [40f, 0f], 2)[1].ToDouble());
        Assert.Equal(9, Ops.ForiLoop(2, 5, (i, s) => s + i, 0).ToDouble());
        var (carry, sums) = Ops.Scan((c, x) => (c + x, c + x), 0f, new[] { 1f, 2f, 3f });
        Assert.Equal(6, carry.ToDouble());
        Assert.Equal([1f, 3f, 6f], sums.ToArray<float>());
        Assert.Equal(
            [6f, 5f, 3f],
            Ops.Scan((c, x) => (c + x, c + x), 0f, new[] { 1f, 2f, 3f }, true).Outputs.ToArray<float>()
        );
        Assert.Equal([1f, 4f], Ops.Map(x => x * x, new[] { 1f, 2f }).ToArray<float>());
        Assert.Equal([1f, 4f], Ops.VectorizedMap(x => x * x, new[] { 1f, 2f }).ToArray<float>());
        Assert.Equal([1f, 2f, 6f], Ops.AssociativeScan((x, y) => x * y, new[] { 1f, 2f, 3f }).ToArray<float>());
        Assert.Equal(8, Fn.Grad((Tensor x) => Ops.Cond(x > 1, () => x * x * 2, () => x))(two).ToDouble());
    }

    [Fact]
    public void OperationsWithSpecialArgumentsAreThere()
    {
        Tensor x = new[,]
        {
            { 1f, 5f },
            { 3f, 2f },
        };
        Assert.Equal(5, Ops.Max(x).ToDouble());
        Assert.Equal([3f, 5f], Ops.Max(x, axis: 0).ToArray<float>());
        Assert.Equal(1, Ops.Min(x).ToDouble());
        Assert.Equal(7, Ops.Max(x, initial: 7).ToDouble());
        Assert.Equal([0, 1, 2], Ops.Arange(3).ToArray<int>());
        Assert.Equal([1f, 1.5f], Ops.Arange(1.0, 2.0, 0.5).ToArray<float>());
        Assert.Equal([26f, 13f], Ops.Einsum("ij,ij->i", x, x).ToArray<float>());
        Assert.Equal(new Shape(4, 2), Ops.Pad(x, [(1, 1), (0, 0)]).Shape);
        Assert.Equal([2, 2], Ops.Histogram(x, bins: 2, range: (0, 6)).Item1.ToArray<int>());
        Assert.Equal([1f, 0f, 0f, 2f], Ops.Select([x < 2, x < 3], [1f, 2f]).ToArray<float>());
        Assert.Equal(new Shape(2, 2), Ops.Shape(x));
        Assert.Equal(DType.Int32, Ops.ConvertToTensor(new[] { 1.0 }, DType.Int32).DType);
    }

    [Fact]
    public void RandomNumbersFollowFromSeeds()
    {
        var first = KerasRandom.Normal([3], seed: 1337);
        Assert.Equal(first.ToArray<float>(), KerasRandom.Normal([3], seed: 1337).ToArray<float>());

        // The key of a seed is that of Keras: (seed, 0).
        Assert.Equal(first.ToArray<float>(), KerasRandom.Normal([3], seed: new SeedGenerator(1337)).ToArray<float>());
        Assert.Equal([1337u, 0u], new SeedGenerator(1337).State.ToArray<uint>());
        var generator = new SeedGenerator(1337);
        KerasRandom.Uniform([1], seed: generator);
        Assert.Equal([1337u, 1u], generator.State.ToArray<uint>());
        Utils.SetRandomSeed(4);
        var global = KerasRandom.Uniform([2]).ToArray<float>();
        Assert.NotEqual(global, KerasRandom.Uniform([2]).ToArray<float>());
        Utils.SetRandomSeed(4);
        Assert.Equal(global, KerasRandom.Uniform([2]).ToArray<float>());
    }

    [Fact]
    public void DistributionsHaveTheirMoments()
    {
        const int n = 20_000;
        Near(3, Ops.Mean(KerasRandom.Normal([n], mean: 3, stddev: 2, seed: 1)), 0.06);
        Near(2, Ops.Std(KerasRandom.Normal([n], mean: 3, stddev: 2, seed: 1)), 0.06);
        Assert.True(Ops.Max(Ops.Absolute(KerasRandom.TruncatedNormal([n], seed: 2))).ToDouble() <= 2);
        Near(1.5, Ops.Mean(KerasRandom.Uniform([n], 1, 2, seed: 3)), 0.02);
        Near(4.5, Ops.Mean(KerasRandom.RandInt([n], 0, 10, seed: 4).Cast(DType.Float32)), 0.1);
        Near(2, Ops.Mean(KerasRandom.Gamma([n], 2f, seed: 5)), 0.06);
        Near(0.25, Ops.Mean(KerasRandom.Beta([n], 1f, 3f, seed: 6)), 0.02);
        Near(2.5, Ops.Mean(KerasRandom.Binomial([n], 10f, 0.25f, seed: 7)), 0.06);
        Near(1, Ops.Mean(KerasRandom.Dropout(Ops.Ones(n), 0.3, seed: 8)), 0.03);
        Near(
            0.75,
            Ops.Mean(
                KerasRandom
                    .Categorical(
                        new float[,]
                        {
                            { 0, MathF.Log(3) },
                        },
                        n,
                        seed: 9
                    )
                    .Cast(DType.Float32)
            ),
            0.02
        );
        var shuffled = KerasRandom.Shuffle(Ops.Arange(100), seed: 10);
        Assert.NotEqual(Enumerable.Range(0, 100), shuffled.ToArray<int>());
        Assert.Equal(Enumerable.Range(0, 100), shuffled.ToArray<int>().Order());
        Assert.Contains("rate", Assert.ThrowsAny<Exception>(() => KerasRandom.Dropout(Ops.Ones(2), 1)).Message);
        Assert.Contains(
            "float",
            Assert.ThrowsAny<Exception>(() => KerasRandom.Normal([2], dtype: DType.Int32)).Message
        );

        static void Near(double expected, Tensor actual, double tolerance) =>
            Assert.Equal(expected, actual.ToDouble(), tolerance);
    }

    [Fact]
    public void SettingsAreKeras()
    {
        Assert.Equal(DType.Float32, Config.FloatX);
        Assert.Equal(1e-7, Config.Epsilon);
        Assert.Equal("channels_last", Config.ImageDataFormat);
        Assert.Equal("float32", Config.DTypePolicy);
        Assert.Contains(Config.Backend, new[] { "torch", "managed" });

        try
        {
            Config.DTypePolicy = "mixed_bfloat16";
            var layer = new Layers.Dense(2);
            Assert.Equal(DType.BFloat16, layer.Apply(new float[1, 3]).DType);
            Assert.Equal(DType.Float32, layer.Weights[0].DType);
        }
        finally
        {
            Config.DTypePolicy = "float32";
        }
    }

    [Fact]
    public async Task ThreadsPredictTogether()
    {
        Utils.SetRandomSeed(8);
        var inputs = Enumerable.Range(0, 8).Select(i => KerasRandom.Normal([20 + i, 2], seed: i)).ToArray();
        var own = new Own.TwoLayers();
        Model[] models = [Samples.Classifier(), own, new Sequential { new Layers.Input(2), new Layers.Dense(3) }];

        foreach (var model in models)
        {
            // Nothing was built or compiled before: the threads come first together.
            var together = await Task.WhenAll(inputs.Select(x => Task.Run(() => model.Predict(x).ToArray<float>())));
            var eager = await Task.WhenAll(inputs.Select(x => Task.Run(() => model.Apply(x).ToArray<float>())));

            for (var i = 0; i < inputs.Length; i++)
            {
                Assert.Equal(model.Predict(inputs[i]).ToArray<float>(), together[i]);
                Assert.All(eager[i].Zip(together[i]), p => Assert.Equal(p.First, p.Second, 1e-5));
            }
        }
    }
}
