using System.Collections;
using System.Runtime.CompilerServices;

namespace Keras;

/// <summary>The sizes of a tensor's axes; -1 stands for a size that is not known, as the batch usually is.</summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public sealed class Shape : IReadOnlyList<int>, IEquatable<Shape>
{
    /// <summary>The shape of the given sizes.</summary>
    /// <param name="sizes">One for each axis; -1 for one that is not known.</param>
    public Shape(params int[] sizes) => Core = FSharp.DimsModule.ofSeq((int[])sizes.Clone());

    internal Shape(FSharp.Dims core) => Core = core;

    internal FSharp.Dims Core { get; }

    /// <summary>The number of axes.</summary>
    public int Rank => Core.Rank;

    /// <summary>The number of axes.</summary>
    public int Count => Core.Rank;

    /// <summary>The number of elements; meaningless while a size is not known.</summary>
    public long Size => Core.Size;

    /// <summary>The size of an axis; <c>shape[^1]</c> is the last.</summary>
    /// <param name="axis">The axis, counted from 0.</param>
    public int this[int axis] =>
        axis >= 0 && axis < Rank
            ? Core[axis]
            : throw Fs.Refuse("Shape", $"there is no axis {axis} in {this}", "shape[^1] is the last axis.");

    /// <summary>The shape of these sizes; for collection expressions.</summary>
    /// <param name="sizes">One for each axis.</param>
    public static Shape Create(ReadOnlySpan<int> sizes) => new(sizes.ToArray());

    /// <summary>An array of sizes is a shape.</summary>
    /// <param name="sizes">One for each axis.</param>
    public static implicit operator Shape(int[] sizes) => new(sizes);

    /// <summary>The sizes as an array.</summary>
    public int[] ToArray() => Core.ToArray();

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)ToArray()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(Shape? other) => other is not null && Core.Equals(other.Core);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Shape);

    /// <inheritdoc/>
    public override int GetHashCode() => Core.GetHashCode();

    /// <summary>As Python writes a tuple: <c>(2, 3)</c>; a size that is not known is <c>None</c>.</summary>
    public override string ToString() => Core.ToString()!;
}
