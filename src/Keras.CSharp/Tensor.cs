extern alias core;

using Idx = core::Keras.FSharp.Idx;

namespace Keras;

/// <summary>
/// A multidimensional array of numbers. Immutable. Its operators bring element types together as Keras does and broadcast
/// shapes as NumPy does; a plain number beside a tensor takes the tensor's element type where that is of its kind or wider.
/// No <c>Dispose</c> is needed. What computes stands in <see cref="Ops"/>.
/// </summary>
public sealed partial class Tensor
{
    // F#'s type admits null; a tensor here is always there.
    internal Tensor(FSharp.Tensor? core) => Core = core ?? throw new ArgumentNullException(nameof(core));

    /// <summary>The tensor of the F# library behind this one.</summary>
    internal FSharp.Tensor Core { get; }

    /// <summary>The shape.</summary>
    public Shape Shape => new(Core.Shape);

    /// <summary>The element type.</summary>
    public DType DType => (DType)Core.DType;

    /// <summary>The number of axes.</summary>
    public int Rank => Core.Rank;

    /// <summary>The number of elements.</summary>
    public int Size => Core.Size;

    /// <summary>True inside a transformation, where the tensor stands for a value that is not there yet.</summary>
    public bool IsTraced => Core.IsTraced;

    /// <summary>An index for each of the leading axes, which are dropped; negative ones count from the end.</summary>
    /// <param name="indices">The indices.</param>
    public Tensor this[params int[] indices] => new(Core[indices]);

    /// <summary>
    /// A part of the tensor, with NumPy's rules: <c>x[0]</c>, <c>x[.., 1..3]</c>, <c>x[^1]</c>. An index drops its axis.
    /// </summary>
    /// <param name="parts">An index or a range for each of the leading axes.</param>
    public Tensor this[params Part[] parts] => new(FSharp.TensorModule.get(Fs.List(parts.Select(p => p.Core)), Core));

    /// <summary>The rows that an integer tensor names, or those where a bool tensor is true.</summary>
    /// <param name="rows">The rows.</param>
    public Tensor this[Tensor rows] => new(Core[rows.Core]);

    /// <summary>
    /// A tensor of numbers: a scalar, an array of any rank, a jagged array, a nested sequence, a tensor. Doubles become the
    /// float type of the settings (<see cref="Config.FloatX"/>); all else keeps its type.
    /// </summary>
    /// <param name="value">The numbers.</param>
    public static Tensor Of(object value) => value is Tensor t ? t : new(FSharp.TensorModule.tensor(value));

    /// <summary>As <see cref="Of(object)"/>, converted to an element type.</summary>
    /// <param name="value">The numbers.</param>
    /// <param name="dtype">The element type.</param>
    public static Tensor Of(object value, DType dtype) =>
        value is Tensor t ? t.Cast(dtype) : new(FSharp.TensorModule.tensorOf((FSharp.DType)dtype, value));

    /// <summary>The elements of an array, row-major, under a shape; they keep their type, doubles too.</summary>
    /// <typeparam name="T">A number type.</typeparam>
    /// <param name="shape">The shape.</param>
    /// <param name="data">As many elements as the shape has.</param>
    public static Tensor FromArray<T>(Shape shape, T[] data)
        where T : struct => new(FSharp.TensorModule.ofSpan<T>(shape.Core, data));

    /// <summary>Another element type: floats are cut to integers, anything but zero is true.</summary>
    /// <param name="dtype">The element type.</param>
    public Tensor Cast(DType dtype) => new(FSharp.TensorModule.cast((FSharp.DType)dtype, Core));

    /// <summary>The same elements in row-major order under another shape; one size may be -1.</summary>
    /// <param name="shape">The new shape.</param>
    public Tensor Reshape(params int[] shape) => new(FSharp.TensorModule.reshape(shape, Core));

    /// <summary>The elements, row-major, converted to a type.</summary>
    /// <typeparam name="T">A number type.</typeparam>
    public T[] ToArray<T>()
        where T : struct => FSharp.TensorModule.toArrayAs<T>(Core);

    /// <summary>The tensor as an array of its rank and element type, as <c>float[,]</c>; of rank 0 one element.</summary>
    public Array ToArray() => FSharp.TensorModule.toMultiArray(Core);

    /// <summary>The only element, converted to a double.</summary>
    public double ToDouble() => FSharp.TensorModule.toFloat(Core);

    /// <summary>The only element, converted to an int.</summary>
    public int ToInt32() => FSharp.TensorModule.toInt(Core);

    /// <summary>As NumPy prints an array.</summary>
    public override string ToString() => Core.ToString()!;

    /// <summary>A number is a scalar tensor of the float type of the settings.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator Tensor(double value) => Of(value);

    /// <summary>A number is a scalar tensor of type float32.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator Tensor(float value) => Of(value);

    /// <summary>A whole number is a scalar tensor of type int32.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator Tensor(int value) => Of(value);

    /// <summary>An array of numbers, of any rank, is a tensor.</summary>
    /// <param name="value">The numbers.</param>
    public static implicit operator Tensor(Array value) => Of(value);
}

/// <summary>An index or a range in the brackets of a tensor.</summary>
public readonly struct Part
{
    private Part(Idx core) => Core = core;

    internal Idx Core { get; }

    /// <summary>As many whole axes as are left over (<c>...</c> in NumPy).</summary>
    public static Part Ellipsis => new(Idx.Ellipsis);

    /// <summary>A new axis of size 1.</summary>
    public static Part NewAxis => new(Idx.NewAxis);

    /// <summary>From <paramref name="start"/> up to <paramref name="stop"/> in steps, as Python's slices.</summary>
    /// <param name="start">The first position; null for the end at which the steps begin.</param>
    /// <param name="stop">The position before which it ends; null for the other end.</param>
    /// <param name="step">The step; negative ones go backwards.</param>
    public static Part Slice(int? start, int? stop, int step) =>
        new(Idx.NewRange(Fs.Option(start), Fs.Option(stop), Fs.Some(step)));

    /// <summary>A position; its axis is dropped. Negative ones count from the end.</summary>
    /// <param name="index">The position.</param>
    public static implicit operator Part(int index) => new(Idx.NewAt(index));

    /// <summary>A position; <c>^1</c> is the last.</summary>
    /// <param name="index">The position.</param>
    public static implicit operator Part(Index index) => new(Idx.NewAt(Position(index)));

    /// <summary>A range, as C# writes it: the end is left out.</summary>
    /// <param name="range">The range.</param>
    public static implicit operator Part(Range range)
    {
        // The open end has no position: -0 would be the first element.
        int? stop = range.End is { IsFromEnd: true, Value: 0 } ? null : Position(range.End);
        return new(Idx.NewRange(Fs.Some(Position(range.Start)), Fs.Option(stop), Fs.None<int>()));
    }

    private static int Position(Index index) => index.IsFromEnd ? -index.Value : index.Value;
}
