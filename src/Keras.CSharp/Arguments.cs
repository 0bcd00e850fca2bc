using System.Collections;
using System.Runtime.CompilerServices;

namespace Keras;

/// <summary>One whole number or several, where Keras takes either: <c>3</c>, <c>(3, 5)</c> or <c>[3, 5]</c>.</summary>
[CollectionBuilder(typeof(Ints), nameof(Create))]
public sealed class Ints : IEnumerable<int>
{
    private Ints(int[] values, bool isSingle) => (Values, IsSingle) = (values, isSingle);

    internal int[] Values { get; }

    /// <summary>True if one number was given and not a list.</summary>
    internal bool IsSingle { get; }

    /// <summary>The numbers of a span; for collection expressions.</summary>
    /// <param name="values">The numbers.</param>
    public static Ints Create(ReadOnlySpan<int> values) => new(values.ToArray(), false);

    /// <summary>One number.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator Ints(int value) => new([value], true);

    /// <summary>Two numbers.</summary>
    /// <param name="values">The numbers.</param>
    public static implicit operator Ints((int, int) values) => new([values.Item1, values.Item2], false);

    /// <summary>Three numbers.</summary>
    /// <param name="values">The numbers.</param>
    public static implicit operator Ints((int, int, int) values) =>
        new([values.Item1, values.Item2, values.Item3], false);

    /// <summary>An array of numbers.</summary>
    /// <param name="values">The numbers.</param>
    public static implicit operator Ints(int[] values) => new((int[])values.Clone(), false);

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)Values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>One number or several, where Keras takes either.</summary>
[CollectionBuilder(typeof(Doubles), nameof(Create))]
public sealed class Doubles : IEnumerable<double>
{
    private Doubles(double[] values, bool isSingle) => (Values, IsSingle) = (values, isSingle);

    internal double[] Values { get; }

    /// <summary>True if one number was given and not a list.</summary>
    internal bool IsSingle { get; }

    /// <summary>The numbers of a span; for collection expressions.</summary>
    /// <param name="values">The numbers.</param>
    public static Doubles Create(ReadOnlySpan<double> values) => new(values.ToArray(), false);

    /// <summary>One number.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator Doubles(double value) => new([value], true);

    /// <summary>An array of numbers.</summary>
    /// <param name="values">The numbers.</param>
    public static implicit operator Doubles(double[] values) => new((double[])values.Clone(), false);

    /// <inheritdoc/>
    public IEnumerator<double> GetEnumerator() => ((IEnumerable<double>)Values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>
/// What is added to or cut off the borders of each axis: a number for all, a number for each axis, or a pair (before,
/// after) for each.
/// </summary>
public sealed class Borders
{
    private Borders(int[][] pairs, bool isSingle = false) => (Pairs, IsSingle) = (pairs, isSingle);

    internal int[][] Pairs { get; }

    /// <summary>True if one number was given for all.</summary>
    internal bool IsSingle { get; }

    /// <summary>The same at all borders.</summary>
    /// <param name="all">The number.</param>
    public static implicit operator Borders(int all) =>
        new(
            [
                [all],
            ],
            true
        );

    /// <summary>For one axis before and after it, for two axes a number each.</summary>
    /// <param name="each">The numbers.</param>
    public static implicit operator Borders((int, int) each) =>
        new([
            [each.Item1],
            [each.Item2],
        ]);

    /// <summary>A number for each of three axes.</summary>
    /// <param name="each">The numbers.</param>
    public static implicit operator Borders((int, int, int) each) =>
        new([
            [each.Item1],
            [each.Item2],
            [each.Item3],
        ]);

    /// <summary>Pairs (before, after) for two axes.</summary>
    /// <param name="each">The pairs.</param>
    public static implicit operator Borders(((int, int), (int, int)) each) => new([Pair(each.Item1), Pair(each.Item2)]);

    /// <summary>Pairs (before, after) for three axes.</summary>
    /// <param name="each">The pairs.</param>
    public static implicit operator Borders(((int, int), (int, int), (int, int)) each) =>
        new([Pair(each.Item1), Pair(each.Item2), Pair(each.Item3)]);

    private static int[] Pair((int, int) pair) => [pair.Item1, pair.Item2];
}
