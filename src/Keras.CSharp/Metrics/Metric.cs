namespace Keras.Metrics;

/// <summary>
/// A metric (<c>keras.metrics.Metric</c>): a name such as <c>"accuracy"</c>, or one of the classes here. Used by itself it
/// gathers what <see cref="UpdateState"/> gets until <see cref="ResetState"/>.
/// </summary>
public class Metric
{
    private FSharp.Metric? sized;
    private FSharp.Tensor[]? state;

    internal Metric(FSharp.MetricChoice choice) => Choice = choice;

    internal Metric(string className, Config config)
        : this(FSharp.Choice.ofMetric(FSharp.Metrics.ofConfig(className, config.Pairs))) { }

    internal FSharp.MetricChoice Choice { get; }

    /// <summary>The name, which is its key in logs.</summary>
    public string Name => Choice.Name;

    /// <summary>Takes a batch into account.</summary>
    /// <param name="yTrue">The targets, or the values of a mean or a sum.</param>
    /// <param name="yPred">The predictions; left out for a mean or a sum.</param>
    /// <param name="sampleWeight">A weight for each sample.</param>
    public void UpdateState(Tensor yTrue, Tensor? yPred = null, Tensor? sampleWeight = null)
    {
        var prediction = (yPred ?? yTrue).Core;
        sized ??= Choice.Make.Invoke(yTrue.Core.Aval).Invoke(prediction.Aval);

        state = FSharp.MetricModule.update(
            sized,
            state ?? FSharp.MetricModule.init(sized),
            yTrue.Core,
            prediction,
            sampleWeight?.Core!,
            null!
        );
    }

    /// <summary>The value so far.</summary>
    public Tensor Result()
    {
        if (sized is null)
            throw Fs.WrongState($"metrics.{Name}", "it has no state yet", "Call UpdateState first.");

        return new Tensor(sized.Result.Invoke(state ?? FSharp.MetricModule.init(sized)));
    }

    /// <summary>Begins anew.</summary>
    public void ResetState() => state = null;

    /// <summary>The metric of a name; an unknown one is an error that lists near names.</summary>
    /// <param name="name">As <c>accuracy</c>.</param>
    public static implicit operator Metric(string name) => new(FSharp.Choice.metric(name));
}
