// Generated from the operations of Keras.FSharp by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras;

/// <content>Operations of one family.</content>
public static partial class Ops
{
    /// <summary>Joins two tensors along an axis; no axis: both flattened. Keras: <c>keras.ops.append</c>.</summary>
    public static Tensor Append(Tensor x1, Tensor x2, int? axis = null) =>
        new(FSharp.NumpyShape.append(x1.Core, x2.Core, Fs.Option(axis)));

    /// <summary><c>sections</c> pieces along an axis, the first ones one longer where it does not come out even. Keras: <c>keras.ops.array_split</c>.</summary>
    public static IReadOnlyList<Tensor> ArraySplit(Tensor x, int sections, int? axis = null) =>
        Fs.Wrap([.. FSharp.NumpyShape.arraySplit(x.Core, sections, Fs.Option(axis))]);

    /// <summary>Broadcasts to a shape. Keras: <c>keras.ops.broadcast_to</c>.</summary>
    public static Tensor BroadcastTo(Tensor x, Ints shape) =>
        new(FSharp.NumpyShape.broadcastTo(x.Core, shape));

    /// <summary>Joins vectors as columns. Keras: <c>keras.ops.column_stack</c>.</summary>
    public static Tensor ColumnStack(IEnumerable<Tensor> xs) =>
        new(FSharp.NumpyShape.columnStack(Fs.Unwrap(xs)));

    /// <summary>Joins tensors along an axis; element types are promoted. Keras: <c>keras.ops.concatenate</c>.</summary>
    public static Tensor Concatenate(IEnumerable<Tensor> xs, int? axis = null) =>
        new(FSharp.NumpyShape.concatenate(Fs.Unwrap(xs), Fs.Option(axis)));

    /// <summary>Splits along axis 2 at positions. Keras: <c>keras.ops.dsplit</c>.</summary>
    public static IReadOnlyList<Tensor> Dsplit(Tensor x, int sections) =>
        Fs.Wrap([.. FSharp.NumpyShape.dsplit(x.Core, sections)]);

    /// <summary>Splits along axis 2 at positions. Keras: <c>keras.ops.dsplit</c>.</summary>
    public static IReadOnlyList<Tensor> Dsplit(Tensor x, Ints indices) =>
        Fs.Wrap([.. FSharp.NumpyShape.dsplit(x.Core, indices)]);

    /// <summary>Joins along axis 2. Keras: <c>keras.ops.dstack</c>.</summary>
    public static Tensor Dstack(IEnumerable<Tensor> xs) =>
        new(FSharp.NumpyShape.dstack(Fs.Unwrap(xs)));

    /// <summary>Inserts an axis of size 1 at this position of the result. Keras: <c>keras.ops.expand_dims</c>.</summary>
    public static Tensor ExpandDims(Tensor x, int axis) =>
        new(FSharp.NumpyShape.expandDims(x.Core, axis));

    /// <summary>Inserts an axis of size 1 at this position of the result. Keras: <c>keras.ops.expand_dims</c>.</summary>
    public static Tensor ExpandDims(Tensor x, Ints axis) =>
        new(FSharp.NumpyShape.expandDims(x.Core, axis));

    /// <summary>Reverses the order along axes; left out: along all. Keras: <c>keras.ops.flip</c>.</summary>
    public static Tensor Flip(Tensor x, Ints? axis = null) =>
        new(FSharp.NumpyShape.flip(x.Core, Fs.Option<IEnumerable<int>>(axis)));

    /// <summary>Reverses the order along axis 1. Keras: <c>keras.ops.fliplr</c>.</summary>
    public static Tensor Fliplr(Tensor x) =>
        new(FSharp.NumpyShape.fliplr(x.Core));

    /// <summary>Reverses the order along axis 0. Keras: <c>keras.ops.flipud</c>.</summary>
    public static Tensor Flipud(Tensor x) =>
        new(FSharp.NumpyShape.flipud(x.Core));

    /// <summary>Splits along axis 1 (vectors: axis 0) at positions. Keras: <c>keras.ops.hsplit</c>.</summary>
    public static IReadOnlyList<Tensor> Hsplit(Tensor x, int sections) =>
        Fs.Wrap([.. FSharp.NumpyShape.hsplit(x.Core, sections)]);

    /// <summary>Splits along axis 1 (vectors: axis 0) at positions. Keras: <c>keras.ops.hsplit</c>.</summary>
    public static IReadOnlyList<Tensor> Hsplit(Tensor x, Ints indices) =>
        Fs.Wrap([.. FSharp.NumpyShape.hsplit(x.Core, indices)]);

    /// <summary>Joins along axis 1, vectors along axis 0. Keras: <c>keras.ops.hstack</c>.</summary>
    public static Tensor Hstack(IEnumerable<Tensor> xs) =>
        new(FSharp.NumpyShape.hstack(Fs.Unwrap(xs)));

    /// <summary>Coordinate grids of vectors: of (x [m], y [n]) two tensors [n, m], or [m, n] with <c>indexing</c> "ij". Keras: <c>keras.ops.meshgrid</c>.</summary>
    public static IReadOnlyList<Tensor> Meshgrid(IEnumerable<Tensor> xs, string? indexing = null) =>
        Fs.Wrap([.. FSharp.NumpyShape.meshgrid(Fs.Unwrap(xs), Fs.Option(indexing))]);

    /// <summary>Moves one axis to another position. Keras: <c>keras.ops.moveaxis</c>.</summary>
    public static Tensor Moveaxis(Tensor x, int source, int destination) =>
        new(FSharp.NumpyShape.moveaxis(x.Core, source, destination));

    /// <summary>Moves one axis to another position. Keras: <c>keras.ops.moveaxis</c>.</summary>
    public static Tensor Moveaxis(Tensor x, Ints source, Ints destination) =>
        new(FSharp.NumpyShape.moveaxis(x.Core, source, destination));

    /// <summary>Extends the axes by (before, after) elements: one pair, or one per axis. Modes: "constant" (with <c>constantValues</c>), "reflect", "symmetric", "edge", "wrap". Keras: <c>keras.ops.pad</c>.</summary>
    public static Tensor Pad(Tensor x, IEnumerable<(int, int)> padWidth, string? mode = null, double? constantValues = null) =>
        new(FSharp.NumpyShape.pad(x.Core, padWidth.Select(p => Tuple.Create(p.Item1, p.Item2)), Fs.Option(mode), Fs.Option(constantValues)));

    /// <summary>All elements in one row. Keras: <c>keras.ops.ravel</c>.</summary>
    public static Tensor Ravel(Tensor x) =>
        new(FSharp.NumpyShape.ravel(x.Core));

    /// <summary>Repeats each element <c>repeats</c> times along an axis. Keras: <c>keras.ops.repeat</c>.</summary>
    public static Tensor Repeat(Tensor x, int repeats, int? axis = null) =>
        new(FSharp.NumpyShape.repeat(x.Core, repeats, Fs.Option(axis)));

    /// <summary>Repeats each element <c>repeats</c> times along an axis. Keras: <c>keras.ops.repeat</c>.</summary>
    public static Tensor Repeat(Tensor x, Ints repeats, int? axis = null) =>
        new(FSharp.NumpyShape.repeat(x.Core, repeats, Fs.Option(axis)));

    /// <summary>The same elements in row-major order; one size may be -1. Keras: <c>keras.ops.reshape</c>.</summary>
    public static Tensor Reshape(Tensor x, Ints newshape) =>
        new(FSharp.NumpyShape.reshape(x.Core, newshape));

    /// <summary>Moves elements along an axis by <c>shift</c> places. Keras: <c>keras.ops.roll</c>.</summary>
    public static Tensor Roll(Tensor x, int shift, int? axis = null) =>
        new(FSharp.NumpyShape.roll(x.Core, shift, Fs.Option(axis)));

    /// <summary>Moves elements along an axis by <c>shift</c> places. Keras: <c>keras.ops.roll</c>.</summary>
    public static Tensor Roll(Tensor x, Ints shift, Ints? axis = null) =>
        new(FSharp.NumpyShape.roll(x.Core, shift, Fs.Option<IEnumerable<int>>(axis)));

    /// <summary>Turns the plane of two axes <c>k</c> times by 90 degrees, from the first towards the second. Keras: <c>keras.ops.rot90</c>.</summary>
    public static Tensor Rot90(Tensor array, int? k = null, Ints? axes = null) =>
        new(FSharp.NumpyShape.rot90(array.Core, Fs.Option(k), Fs.Option<IEnumerable<int>>(axes)));

    /// <summary><c>sections</c> pieces of one size along an axis. Keras: <c>keras.ops.split</c> with a number.</summary>
    public static IReadOnlyList<Tensor> Split(Tensor x, int sections, int? axis = null) =>
        Fs.Wrap([.. FSharp.NumpyShape.split(x.Core, sections, Fs.Option(axis))]);

    /// <summary><c>sections</c> pieces of one size along an axis. Keras: <c>keras.ops.split</c> with a number.</summary>
    public static IReadOnlyList<Tensor> Split(Tensor x, Ints indices, int? axis = null) =>
        Fs.Wrap([.. FSharp.NumpyShape.split(x.Core, indices, Fs.Option(axis))]);

    /// <summary>Drops axes of size 1; left out: all of them. Keras: <c>keras.ops.squeeze</c>.</summary>
    public static Tensor Squeeze(Tensor x, Ints? axis = null) =>
        new(FSharp.NumpyShape.squeeze(x.Core, Fs.Option<IEnumerable<int>>(axis)));

    /// <summary>Joins tensors of one shape along a new axis; element types are promoted. Keras: <c>keras.ops.stack</c>.</summary>
    public static Tensor Stack(IEnumerable<Tensor> x, int? axis = null) =>
        new(FSharp.NumpyShape.stack(Fs.Unwrap(x), Fs.Option(axis)));

    /// <summary>Swaps two axes. Keras: <c>keras.ops.swapaxes</c>.</summary>
    public static Tensor Swapaxes(Tensor x, int axis1, int axis2) =>
        new(FSharp.NumpyShape.swapaxes(x.Core, axis1, axis2));

    /// <summary>Copies side by side, <c>repeats</c> times per axis. Keras: <c>keras.ops.tile</c>.</summary>
    public static Tensor Tile(Tensor x, Ints repeats) =>
        new(FSharp.NumpyShape.tile(x.Core, repeats));

    /// <summary>Permutes the axes; left out: reverses them. Keras: <c>keras.ops.transpose</c>.</summary>
    public static Tensor Transpose(Tensor x, Ints? axes = null) =>
        new(FSharp.NumpyShape.transpose(x.Core, Fs.Option<IEnumerable<int>>(axes)));

    /// <summary>The slices along an axis, without it. Keras: <c>keras.ops.unstack</c>.</summary>
    public static IReadOnlyList<Tensor> Unstack(Tensor x, int? num = null, int? axis = null) =>
        Fs.Wrap([.. FSharp.NumpyShape.unstack(x.Core, Fs.Option(num), Fs.Option(axis))]);

    /// <summary>Splits along axis 0 at positions. Keras: <c>keras.ops.vsplit</c>.</summary>
    public static IReadOnlyList<Tensor> Vsplit(Tensor x, int sections) =>
        Fs.Wrap([.. FSharp.NumpyShape.vsplit(x.Core, sections)]);

    /// <summary>Splits along axis 0 at positions. Keras: <c>keras.ops.vsplit</c>.</summary>
    public static IReadOnlyList<Tensor> Vsplit(Tensor x, Ints indices) =>
        Fs.Wrap([.. FSharp.NumpyShape.vsplit(x.Core, indices)]);

    /// <summary>Joins along axis 0, vectors as rows. Keras: <c>keras.ops.vstack</c>.</summary>
    public static Tensor Vstack(IEnumerable<Tensor> xs) =>
        new(FSharp.NumpyShape.vstack(Fs.Unwrap(xs)));
}
