namespace Keras;

/// <summary>
/// What a model is trained on: a tensor, an array of any rank (<c>float[,]</c>, a jagged one too), several of them for
/// several inputs or outputs.
/// </summary>
public sealed class Data
{
    private Data(FSharp.Tensor[] tensors) => Tensors = tensors;

    internal FSharp.Tensor[] Tensors { get; }

    /// <summary>One tensor.</summary>
    /// <param name="tensor">The tensor; its first axis counts the samples.</param>
    public static implicit operator Data(Tensor tensor) => new([tensor.Core]);

    /// <summary>A tensor for each input or output.</summary>
    /// <param name="tensors">The tensors, in order.</param>
    public static implicit operator Data(Tensor[] tensors) => new(Fs.Unwrap(tensors));

    /// <summary>A tensor for each input or output.</summary>
    /// <param name="tensors">The tensors, in order.</param>
    public static implicit operator Data(List<Tensor> tensors) => new(Fs.Unwrap(tensors));

    /// <summary>An array of numbers of any rank; doubles become the float type of the settings.</summary>
    /// <param name="array">The numbers; the first axis counts the samples.</param>
    public static implicit operator Data(Array array) => new([Tensor.Of(array).Core]);
}

/// <summary>One batch: inputs, targets, sample weights.</summary>
public sealed class Batch
{
    /// <summary>A batch.</summary>
    /// <param name="x">The inputs.</param>
    /// <param name="y">The targets.</param>
    /// <param name="sampleWeight">A weight for each sample, for each output.</param>
    public Batch(Data x, Data? y = null, Data? sampleWeight = null) =>
        Core = new FSharp.Batch(
            x.Tensors,
            y?.Tensors ?? [],
            [.. (sampleWeight?.Tensors ?? []).Select(w => Fs.Some(w))]
        );

    internal Batch(FSharp.Batch core) => Core = core;

    internal FSharp.Batch Core { get; }

    /// <summary>The inputs.</summary>
    public IReadOnlyList<Tensor> Inputs => Fs.Wrap(Core.X);

    /// <summary>The targets.</summary>
    public IReadOnlyList<Tensor> Targets => Fs.Wrap(Core.Y);

    /// <summary>The only input, or the first.</summary>
    public Tensor X => new(Core.X[0]);

    /// <summary>The only target, or the first.</summary>
    public Tensor Y => new(Core.Y[0]);

    /// <summary>The sample weights of the first output; null if there are none.</summary>
    public Tensor? SampleWeight => Core.Weights.Length > 0 && Core.Weights[0] is { } w ? new Tensor(w.Value) : null;

    /// <summary>Inputs and targets are a batch.</summary>
    /// <param name="pair">The inputs and the targets.</param>
    public static implicit operator Batch((Tensor X, Tensor Y) pair) => new(pair.X, pair.Y);
}
