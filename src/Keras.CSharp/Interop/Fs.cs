using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace Keras;

/// <summary>F#'s options, lists and functions from C#'s; none of them shows in a public signature.</summary>
internal static class Fs
{
    /// <summary>No value, where an F# parameter is optional.</summary>
    public static FSharpOption<T> None<T>() => null!;

    public static FSharpOption<T> Some<T>(T value) => FSharpOption<T>.Some(value);

    public static FSharpOption<T> Option<T>(T? value)
        where T : class => value is null ? null! : FSharpOption<T>.Some(value);

    public static FSharpOption<T> Option<T>(T? value)
        where T : struct => value is { } v ? FSharpOption<T>.Some(v) : null!;

    public static T? OrNull<T>(FSharpOption<T>? option)
        where T : class => option is null ? null : option.Value;

    public static FSharpList<T> List<T>(IEnumerable<T> items) => ListModule.OfSeq(items);

    public static FSharpFunc<A, B> Func<A, B>(Func<A, B> f) => FuncConvert.FromFunc(f);

    public static FSharpFunc<A, FSharpFunc<B, C>> Func<A, B, C>(Func<A, B, C> f) => FuncConvert.FromFunc(f);

    public static FSharpFunc<A, FSharpFunc<B, FSharpFunc<C, D>>> Func<A, B, C, D>(Func<A, B, C, D> f) =>
        FuncConvert.FromFunc(f);

    public static FSharpFunc<A, FSharpFunc<B, FSharpFunc<C, FSharpFunc<D, E>>>> Func<A, B, C, D, E>(
        Func<A, B, C, D, E> f
    ) => FuncConvert.FromFunc(f);

    /// <summary>F# tensors in ours.</summary>
    public static Tensor[] Wrap(FSharp.Tensor?[] xs) => Array.ConvertAll(xs, x => new Tensor(x));

    /// <summary>Ours as F# tensors.</summary>
    public static FSharp.Tensor[] Unwrap(IEnumerable<Tensor> xs) => [.. xs.Select(x => x.Core)];

    public static (Tensor, Tensor) Pair(Tuple<FSharp.Tensor, FSharp.Tensor> pair) =>
        (new Tensor(pair.Item1), new Tensor(pair.Item2));

    public static (Tensor, Tensor, Tensor) Triple(Tuple<FSharp.Tensor, FSharp.Tensor, FSharp.Tensor> triple) =>
        (new Tensor(triple.Item1), new Tensor(triple.Item2), new Tensor(triple.Item3));

    /// <summary>Raises the library's own exception: a wrong value.</summary>
    public static Exception Refuse(string where, string reason, string hint = "") =>
        new FSharp.KerasException(FSharp.FailureKind.InvalidValue, where, reason, hint);

    /// <summary>Raises the library's own exception: something used in a state in which it cannot be used.</summary>
    public static Exception WrongState(string where, string reason, string hint = "") =>
        new FSharp.KerasException(FSharp.FailureKind.InvalidState, where, reason, hint);
}
