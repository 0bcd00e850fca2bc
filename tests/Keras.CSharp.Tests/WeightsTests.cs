using Keras.FSharp.Saving;
using Keras.Layers;
using Xunit;

namespace Keras.Tests;

/// <summary>Weights files of models of a user's own: the groups are those that Keras writes for such a class.</summary>
public sealed class WeightsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("keras").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public void InstancesOfAClassExchangeWeights()
    {
        var (x, y) = Samples.Clouds(16);
        var first = Trained(new Own.TwoLayers(), x, y);
        var second = new Own.TwoLayers();
        Assert.NotEqual(first.Layers[0].Name, second.Layers[0].Name);
        second.BuildFor([-1, 2]);
        var path = Written(first);
        second.LoadWeights(path);
        Assert.Equal(first.Predict(x).ToArray<float>(), second.Predict(x).ToArray<float>());

        // What is compiled takes the state of the optimizer, too.
        var third = Compiled(new Own.TwoLayers());
        third.BuildFor([-1, 2]);
        third.LoadWeights(path);
        Assert.Equal(first.Optimizer.Iterations, third.Optimizer.Iterations);
        Assert.Equal(Values(first.Optimizer.Variables), Values(third.Optimizer.Variables));
        first.Fit(x, y, verbose: 0, shuffle: false);
        third.Fit(x, y, verbose: 0, shuffle: false);
        Assert.Equal(first.Predict(x).ToArray<float>(), third.Predict(x).ToArray<float>());
    }

    [Fact]
    public void GroupsAreNamedByAttributes()
    {
        var model = new Own.TwoLayers();
        model.BuildFor([-1, 2]);

        // `output` comes after `layers`, where it is the second of its class.
        Assert.Equal(
            ["hidden/vars/0", "hidden/vars/1", "layers/dense_1/vars/0", "layers/dense_1/vars/1"],
            Datasets(Written(model))
        );
    }

    [Fact]
    public void TheListOfLayersTakesPartInTheAlphabet()
    {
        // The class and the groups are those of an example of a real file.
        var model = new Alphabet();
        model.BuildFor([-1, 2]);

        Assert.Equal(
            ["B/vars/0", "a_dense/vars/0", "layers/dense_1/vars/0", "layers/dense_3/vars/0"],
            Datasets(Written(model)).Where(d => d.EndsWith("/0", StringComparison.Ordinal))
        );
    }

    [Fact]
    public void ListsOfLayersAreNumberedByClass()
    {
        var model = new Sequential { new Input(3), new Own.Block() };

        Assert.Equal(
            [
                "layers/block/norm/vars/0",
                "layers/block/stages/dense/vars/0",
                "layers/block/stages/linear/vars/0",
                "layers/block/stages/linear_1/vars/0",
            ],
            Datasets(Written(model)).Where(d => d.EndsWith("/0", StringComparison.Ordinal))
        );

        var other = new Sequential { new Input(3), new Own.Block() };
        other.LoadWeights(Written(model));
        Assert.Equal(Values(model.GetWeights()), Values(other.GetWeights()));
    }

    [Fact]
    public void DictionariesOfLayersAreLists()
    {
        var model = new Branches();
        model.BuildFor([-1, 2]);

        Assert.Equal(
            ["branches/dense/vars/0", "branches/dense/vars/1", "branches/dense_1/vars/0", "branches/dense_1/vars/1"],
            Datasets(Written(model))
        );
    }

    [Fact]
    public void LayersThatNoFieldHoldsAreRefusedOrTracked()
    {
        var lost = new Hidden(track: false);
        lost.BuildFor([-1, 2]);
        var message = Assert.ThrowsAny<Exception>(() => Written(lost)).Message;
        Assert.Contains("Dense", message);
        Assert.Contains("no part of it", message);

        var kept = new Hidden(track: true);
        kept.BuildFor([-1, 2]);
        Assert.Equal(["layers/dense/vars/0", "layers/dense/vars/1"], Datasets(Written(kept)));
    }

    [Fact]
    public void FilesOfPythonClassesWithOtherAttributesAreRead()
    {
        // In Python the attribute was `_hidden`, which stands in the list of layers, or is a name of Keras Core.
        var model = new Own.TwoLayers();
        model.BuildFor([-1, 2]);
        var path = Written(model);
        Rename(path, "hidden", "_hidden");
        var other = new Own.TwoLayers();
        other.BuildFor([-1, 2]);
        other.LoadWeights(path);
        Assert.Equal(Values(model.GetWeights()), Values(other.GetWeights()));
    }

    [Fact]
    public void WeightsOfAnotherModelAreRefusedWhole()
    {
        var model = new Own.TwoLayers();
        model.BuildFor([-1, 2]);
        var other = new Own.TwoLayers();
        other.BuildFor([-1, 5]);
        var before = Values(other.GetWeights());
        var message = Assert.ThrowsAny<Exception>(() => other.LoadWeights(Written(model))).Message;
        Assert.Contains("nothing was loaded", message);
        Assert.Contains("(5, 8)", message);
        Assert.Contains("(2, 8)", message);
        Assert.Equal(before, Values(other.GetWeights()));

        var sequential = new Sequential { new Input(2), new Dense(3), new Dense(4) };
        before = Values(sequential.GetWeights());
        message = Assert.ThrowsAny<Exception>(() => sequential.LoadWeights(Written(model))).Message;
        Assert.Contains(sequential.Layers[0].Name, message);
        Assert.Contains(sequential.Layers[1].Name, message);
        Assert.Equal(before, Values(sequential.GetWeights()));
    }

    private static Model Compiled(Model model)
    {
        model.Compile(Samples.Fast(), "sparse_categorical_crossentropy");
        return model;
    }

    private static Model Trained(Model model, float[,] x, int[] y)
    {
        Compiled(model).Fit(x, y, epochs: 2, verbose: 0);
        return model;
    }

    private static float[][] Values(IEnumerable<Tensor> tensors) => [.. tensors.Select(t => t.ToArray<float>())];

    private string Written(Model model)
    {
        var path = Path.Combine(folder, Path.GetRandomFileName() + ".weights.h5");
        model.SaveWeights(path);
        return path;
    }

    /// <summary>The paths of all datasets, in alphabetical order.</summary>
    private static List<string> Datasets(string path)
    {
        using var file = H5.openFile(path);
        var found = new List<string>();
        Visit("");
        found.Sort(StringComparer.Ordinal);
        return found;

        void Visit(string group)
        {
            found.AddRange(file.Datasets("/" + group).Select(d => group + d));

            foreach (var inner in file.Groups("/" + group))
                Visit($"{group}{inner}/");
        }
    }

    private static void Rename(string path, string from, string to)
    {
        var tree = H5.load(path);
        var groups = tree.Groups.Select(g => Tuple.Create(g.Item1 == from ? to : g.Item1, g.Item2));

        H5.save(
            path,
            new H5Group(tree.Attributes, Microsoft.FSharp.Collections.ListModule.OfSeq(groups), tree.Datasets)
        );
    }

    /// <summary>Four layers under names that sort in another order.</summary>
    private sealed class Alphabet : Model
    {
        private readonly Layer[] all;

        public Alphabet() =>
            all = [
                Track(new Dense(2), "a_dense"),
                Track(new Dense(2), "z_dense"),
                Track(new Dense(2), "B"),
                Track(new Dense(2), "_priv"),
            ];

        protected override Tensor Call(Tensor x, bool training) => all.Aggregate(x, (y, layer) => layer.Apply(y));
    }

    private sealed class Branches : Model
    {
        private readonly Dictionary<string, Dense> branches = new() { ["left"] = new(1), ["right"] = new(1) };

        protected override Tensor Call(Tensor x, bool training) =>
            branches["left"].Apply(x) + branches["right"].Apply(x);
    }

    /// <summary>A model that holds a layer where nobody can see it.</summary>
    private sealed class Hidden : Model
    {
        private readonly Func<Tensor, Tensor> call;

        public Hidden(bool track)
        {
            var dense = new Dense(2);
            call = x => dense.Apply(x);

            if (track)
                Track(dense);
        }

        protected override Tensor Call(Tensor x, bool training) => call(x);
    }
}
