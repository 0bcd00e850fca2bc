using Xunit;

namespace Keras.Tests;

/// <summary>Preparing of data.</summary>
public class UtilsTests
{
    [Fact]
    public void LabelsBecomeRows()
    {
        var rows = Utils.ToCategorical(new[] { 0, 2 });
        Assert.Equal([2, 3], rows.Shape);
        Assert.Equal(DType.Float64, rows.DType);
        Assert.Equal([1, 0, 0, 0, 0, 1], rows.ToArray<double>());
        Assert.Contains("class 5", Refusal(() => Utils.ToCategorical(new[] { 0, 5 }, 3)));
    }

    [Fact]
    public void VectorsGetLengthOne() =>
        Assert.Equal([0.75f, 0.25f], Utils.Normalize(new[] { 3f, 1f }, axis: 0, order: 1).ToArray<float>());

    [Fact]
    public void SequencesGetOneLength()
    {
        int[][] sequences =
        [
            [1, 2, 3],
            [4],
        ];

        Assert.Equal([1, 2, 3, 0, 0, 4], Utils.PadSequences(sequences).ToArray<int>());
        var cut = Utils.PadSequences(sequences, maxlen: 2, dtype: DType.Float32, padding: "post", value: 9);
        Assert.Equal([2f, 3f, 4f, 9f], cut.ToArray<float>());
    }

    [Fact]
    public void AxesFollowPatterns()
    {
        Tensor x = new[] { 1f, 2f, 3f, 4f, 5f, 6f };
        Assert.Equal([1f, 4f, 2f, 5f, 3f, 6f], Ops.Rearrange(x, "(a b) -> (b a)", ("a", 2)).ToArray<float>());
        Assert.Contains("names", Refusal(() => Ops.Rearrange(x, "a b -> b a")));
    }

    [Fact]
    public void DistinctValuesAreCounted()
    {
        var (values, indices, inverse, counts) = Ops.UniqueAll(new[] { 5, 2, 5 });
        Assert.Equal([2, 5], values.ToArray<int>());
        Assert.Equal([1L, 0L], indices.ToArray<long>());
        Assert.Equal([1L, 0L, 1L], inverse.ToArray<long>());
        Assert.Equal([1L, 2L], counts.ToArray<long>());
    }

    /// <summary>Cases of the golden group <c>errors</c> that only a model with methods has.</summary>
    [Fact]
    public void ModelsRefuseWhatKerasRefuses()
    {
        var model = new Sequential { new Layers.Input(2), new Layers.Dense(1, name: "a") };
        Assert.Contains(
            "compile",
            Refusal(() => model.Fit(Ops.Ones((2, 2)), Ops.Ones((2, 1)))),
            StringComparison.OrdinalIgnoreCase
        );
        Assert.Contains("'b'", Refusal(() => model.GetLayer("b")));
        Assert.Contains("5", Refusal(() => model.GetLayer(5)));
        Assert.Contains("2 variables", Refusal(() => model.SetWeights([Ops.Ones((2, 1))])));
        Assert.Contains(".keras", Refusal(() => model.Save("x.nope")));
        Assert.False(File.Exists("x.nope"));
        Assert.Contains("does_not_exist", Refusal(() => Model.Load("does_not_exist.keras")));
        Assert.Contains(
            "'a'",
            Refusal(() =>
            {
                var twins = new Sequential { new Layers.Dense(1, name: "a"), new Layers.Dense(1, name: "a") };
                twins.Predict(Ops.Ones((1, 2)));
            })
        );
    }

    private static string Refusal(Action action) => Assert.ThrowsAny<FSharp.KerasException>(action).Message;
}
