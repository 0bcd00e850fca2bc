namespace Keras;

/// <summary>The record of a run (<c>keras.callbacks.History</c>): the values of losses and metrics, epoch by epoch.</summary>
public sealed class History
{
    private readonly FSharp.History core;

    internal History(FSharp.History core) => this.core = core;

    /// <summary>The epochs that were run, counted from 0.</summary>
    public IReadOnlyList<int> Epochs => [.. core.Epochs];

    /// <summary>The values under each name, as <c>loss</c> and <c>val_accuracy</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Values =>
        core.Values.ToDictionary(p => p.Item1, p => (IReadOnlyList<double>)[.. p.Item2]);

    /// <summary>The values under a name as tensors, for metrics with several values per epoch.</summary>
    /// <param name="name">As <c>f1_score</c>.</param>
    public IReadOnlyList<Tensor> Tensors(string name) => Fs.Wrap([.. core.Tensors(name)]);

    /// <summary>The values under a name; an unknown one is an error that lists the names.</summary>
    /// <param name="name">As <c>loss</c>.</param>
    public IReadOnlyList<double> this[string name] => [.. core[name]];
}
