using Keras.FSharp;
using CoreFunction = Microsoft.FSharp.Core.FSharpFunc<Keras.FSharp.Tensor[], Keras.FSharp.Tensor[]>;

namespace Keras;

/// <content>
/// Operations that take functions: branches, loops, maps. Within compiled functions they stay branches and loops, so their
/// length may depend on values. What they carry along is one tensor or several.
/// </content>
public static partial class Ops
{
    /// <summary>The result of one of two functions, by a scalar; only that one is run. Keras: <c>keras.ops.cond</c>.</summary>
    /// <param name="pred">A scalar.</param>
    /// <param name="trueFn">Gives the result where the scalar is true.</param>
    /// <param name="falseFn">Gives a result of the same shape where it is false.</param>
    public static Tensor Cond(Tensor pred, Func<Tensor> trueFn, Func<Tensor> falseFn) =>
        Cond(pred, () => (IReadOnlyList<Tensor>)[trueFn()], () => (IReadOnlyList<Tensor>)[falseFn()])[0];

    /// <summary>As with functions of one result, of several.</summary>
    /// <param name="pred">A scalar.</param>
    /// <param name="trueFn">Gives the results where the scalar is true.</param>
    /// <param name="falseFn">Gives results of the same shapes where it is false.</param>
    public static IReadOnlyList<Tensor> Cond(
        Tensor pred,
        Func<IReadOnlyList<Tensor>> trueFn,
        Func<IReadOnlyList<Tensor>> falseFn
    ) =>
        Fs.Wrap(
            Transform.cond(pred.Core, Core(_ => trueFn()), Core(_ => falseFn()), System.Array.Empty<FSharp.Tensor>())
        );

    /// <summary>The branch at a scalar index (clamped) applied to the operands. Keras: <c>keras.ops.switch</c>.</summary>
    /// <param name="index">An integer scalar.</param>
    /// <param name="branches">The branches; their results have the same shapes.</param>
    /// <param name="operands">What the branch is applied to.</param>
    public static IReadOnlyList<Tensor> Switch(
        Tensor index,
        IEnumerable<Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>>> branches,
        params Tensor[] operands
    ) => Fs.Wrap(CoreOps.@switch(index.Core, Fs.List(branches.Select(Core)), Fs.Unwrap(operands)));

    /// <summary>
    /// Applies <paramref name="body"/> as long as <paramref name="cond"/> gives true. Keras: <c>keras.ops.while_loop</c>.
    /// </summary>
    /// <param name="cond">From the state to a bool scalar.</param>
    /// <param name="body">From the state to the next, of the same shapes.</param>
    /// <param name="loopVars">The state at the beginning.</param>
    /// <param name="maximumIterations">The most steps.</param>
    public static IReadOnlyList<Tensor> WhileLoop(
        Func<IReadOnlyList<Tensor>, Tensor> cond,
        Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> body,
        IEnumerable<Tensor> loopVars,
        int? maximumIterations = null
    ) =>
        Fs.Wrap(
            CoreOps.whileLoop(
                Fs.Func<FSharp.Tensor[], FSharp.Tensor>(s => cond(Fs.Wrap(s)).Core),
                Core(body),
                Fs.Unwrap(loopVars),
                Fs.Option(maximumIterations)
            )
        );

    /// <summary>
    /// The steps <paramref name="lower"/> to <paramref name="upper"/> - 1 of a body. Keras: <c>keras.ops.fori_loop</c>.
    /// </summary>
    /// <param name="lower">The first step.</param>
    /// <param name="upper">The step before which it ends.</param>
    /// <param name="body">From the step and the state to the next state, of the same shape.</param>
    /// <param name="initVal">The state at the beginning.</param>
    public static Tensor ForiLoop(int lower, int upper, Func<Tensor, Tensor, Tensor> body, Tensor initVal) =>
        new(
            CoreOps.foriLoop(
                lower,
                upper,
                Fs.Func<FSharp.Tensor, FSharp.Tensor, FSharp.Tensor>((i, s) => body(new(i), new(s)).Core),
                initVal.Core
            )
        );

    /// <summary>
    /// A loop along axis 0 of <paramref name="xs"/>: the last carry, and the outputs stacked. Keras: <c>keras.ops.scan</c>.
    /// </summary>
    /// <param name="f">From the carry and a slice to the next carry, of the same shape, and an output.</param>
    /// <param name="init">The carry at the beginning.</param>
    /// <param name="xs">What is gone through.</param>
    /// <param name="reverse">Whether it begins at the end.</param>
    public static (Tensor Carry, Tensor Outputs) Scan(
        Func<Tensor, Tensor, (Tensor Carry, Tensor Output)> f,
        Tensor init,
        Tensor xs,
        bool reverse = false
    )
    {
        var step = Fs.Func<FSharp.Tensor, FSharp.Tensor, Tuple<FSharp.Tensor, FSharp.Tensor>>(
            (c, x) =>
            {
                var (carry, output) = f(new(c), new(x));
                return Tuple.Create(carry.Core, output.Core);
            }
        );

        return Fs.Pair(CoreOps.scan(step, init.Core, xs.Core, Fs.Some(reverse)));
    }

    /// <summary>
    /// A function of every slice along axis 0, one after the other, stacked. Keras: <c>keras.ops.map</c>.
    /// </summary>
    /// <param name="f">The function of a slice.</param>
    /// <param name="xs">What is gone through.</param>
    public static Tensor Map(Func<Tensor, Tensor> f, Tensor xs) => new(CoreOps.map(One(f), xs.Core));

    /// <summary>
    /// A function of every slice along axis 0, all at once. Keras: <c>keras.ops.vectorized_map</c>.
    /// </summary>
    /// <param name="function">The function of a slice.</param>
    /// <param name="elements">What it is applied to.</param>
    public static Tensor VectorizedMap(Func<Tensor, Tensor> function, Tensor elements) =>
        new(CoreOps.vectorizedMap(One(function), elements.Core));

    /// <summary>
    /// All prefixes along an axis combined by an associative function. Keras: <c>keras.ops.associative_scan</c>.
    /// </summary>
    /// <param name="f">The function of two slices.</param>
    /// <param name="elems">What is combined.</param>
    /// <param name="reverse">Whether it begins at the end.</param>
    /// <param name="axis">The axis.</param>
    public static Tensor AssociativeScan(
        Func<Tensor, Tensor, Tensor> f,
        Tensor elems,
        bool reverse = false,
        int axis = 0
    ) =>
        new(
            CoreOps.associativeScan(
                Fs.Func<FSharp.Tensor, FSharp.Tensor, FSharp.Tensor>((x, y) => f(new(x), new(y)).Core),
                elems.Core,
                Fs.Some(reverse),
                Fs.Some(axis)
            )
        );

    /// <summary>
    /// A tensor of numbers: a scalar, an array of any rank, a nested sequence. Keras:
    /// <c>keras.ops.convert_to_tensor</c>.
    /// </summary>
    /// <param name="x">The numbers.</param>
    /// <param name="dtype">The element type; that of the numbers by default.</param>
    public static Tensor ConvertToTensor(object x, DType? dtype = null) =>
        dtype is { } d ? Tensor.Of(x, d) : Tensor.Of(x);

    /// <summary>As <see cref="ConvertToTensor"/>. Keras: <c>keras.ops.array</c>.</summary>
    /// <param name="x">The numbers.</param>
    /// <param name="dtype">The element type; that of the numbers by default.</param>
    public static Tensor Array(object x, DType? dtype = null) => ConvertToTensor(x, dtype);

    /// <summary>The shape. Keras: <c>keras.ops.shape</c>.</summary>
    /// <param name="x">The tensor.</param>
    public static Shape Shape(Tensor x) => x.Shape;

    private static CoreFunction Core(Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> f) =>
        Fs.Func<FSharp.Tensor[], FSharp.Tensor[]>(xs => Fs.Unwrap(f(Fs.Wrap(xs))));

    private static Microsoft.FSharp.Core.FSharpFunc<FSharp.Tensor, FSharp.Tensor> One(Func<Tensor, Tensor> f) =>
        Fs.Func<FSharp.Tensor, FSharp.Tensor>(x => f(new Tensor(x)).Core);
}
