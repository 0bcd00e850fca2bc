namespace Keras;

/// <content>Patterns of axes and distinct values.</content>
public static partial class Ops
{
    /// <summary>
    /// Axes split, moved and joined as a pattern says (<c>keras.ops.rearrange</c>): <c>"b (h p) w -> b h (w p)"</c> splits
    /// the second axis and joins a part of it with the third; <c>...</c> stands for all other axes.
    /// </summary>
    /// <param name="x">Any tensor.</param>
    /// <param name="pattern">The names of the axes before and after.</param>
    /// <param name="axesLengths">Sizes of split axes, of all but one.</param>
    public static Tensor Rearrange(Tensor x, string pattern, params (string Name, int Size)[] axesLengths) =>
        new(
            FSharp.PatternOps.rearrange(
                x.Core,
                pattern,
                Fs.Some(Fs.List(axesLengths.Select(a => Tuple.Create(a.Name, a.Size))))
            )
        );

    /// <summary>
    /// The distinct values in rising order, where each stands first, for every value which of the distinct ones it is, and
    /// how often each occurs (<c>keras.ops.unique</c> with all of its results).
    /// </summary>
    /// <param name="x">Any tensor of real numbers.</param>
    /// <param name="axis">The axis whose slices are compared; null for the values themselves.</param>
    /// <param name="size">The number of values that are returned; null for all.</param>
    /// <param name="fillValue">What stands for missing values; null for the smallest.</param>
    public static (Tensor Values, Tensor Indices, Tensor Inverse, Tensor Counts) UniqueAll(
        Tensor x,
        int? axis = null,
        int? size = null,
        double? fillValue = null
    )
    {
        var found = FSharp.PatternOps.uniqueAll(x.Core, Fs.Option(axis), Fs.Option(size), Fs.Option(fillValue));
        return (new(found.Values), new(found.Indices), new(found.Inverse), new(found.Counts));
    }
}
