using System.Collections;
using System.Runtime.CompilerServices;
using Keras.Losses;
using Keras.Metrics;

namespace Keras;

/// <summary>The loss that a model is compiled with: one, one for each output, or by the names of the outputs.</summary>
public sealed class LossChoice
{
    internal LossChoice(FSharp.PerOutput<Microsoft.FSharp.Core.FSharpOption<FSharp.Loss>> core) => Core = core;

    internal FSharp.PerOutput<Microsoft.FSharp.Core.FSharpOption<FSharp.Loss>> Core { get; }

    /// <summary>A loss by its name; an unknown one is an error that lists near names.</summary>
    /// <param name="name">As <c>mse</c>.</param>
    public static implicit operator LossChoice(string name) => (Loss)name;

    /// <summary>A loss for all outputs.</summary>
    /// <param name="loss">The loss.</param>
    public static implicit operator LossChoice(Loss loss) =>
        new(FSharp.PerOutput<Microsoft.FSharp.Core.FSharpOption<FSharp.Loss>>.NewAll(Fs.Some(loss.Core)));

    /// <summary>A loss for each output; null for an output without one.</summary>
    /// <param name="losses">The losses, in the order of the outputs.</param>
    public static implicit operator LossChoice(Loss?[] losses) =>
        new(
            FSharp.PerOutput<Microsoft.FSharp.Core.FSharpOption<FSharp.Loss>>.NewPositions(
                Fs.List(losses.Select(l => Fs.Option(l?.Core)))
            )
        );

    /// <summary>Losses by the names of the outputs.</summary>
    /// <param name="losses">The losses.</param>
    public static implicit operator LossChoice(Dictionary<string, Loss> losses) =>
        new(
            FSharp.PerOutput<Microsoft.FSharp.Core.FSharpOption<FSharp.Loss>>.NewNames(
                Fs.List(losses.Select(p => Tuple.Create(p.Key, Fs.Some(p.Value.Core))))
            )
        );
}

/// <summary>The metrics that a model is compiled with: a list, or lists by the names of the outputs.</summary>
[CollectionBuilder(typeof(MetricChoices), nameof(Create))]
public sealed class MetricChoices : IEnumerable<Metric>
{
    private readonly Metric[] all;

    private MetricChoices(
        Metric[] all,
        FSharp.PerOutput<Microsoft.FSharp.Collections.FSharpList<FSharp.MetricChoice>> core
    ) => (this.all, Core) = (all, core);

    internal FSharp.PerOutput<Microsoft.FSharp.Collections.FSharpList<FSharp.MetricChoice>> Core { get; }

    /// <summary>Metrics of every output; for collection expressions.</summary>
    /// <param name="metrics">The metrics.</param>
    public static MetricChoices Create(ReadOnlySpan<Metric> metrics)
    {
        var all = metrics.ToArray();

        return new MetricChoices(
            all,
            FSharp.PerOutput<Microsoft.FSharp.Collections.FSharpList<FSharp.MetricChoice>>.NewAll(List(all))
        );
    }

    /// <summary>Metrics by their names.</summary>
    /// <param name="names">As <c>accuracy</c>.</param>
    public static implicit operator MetricChoices(string[] names) => Create([.. names.Select(n => (Metric)n)]);

    /// <summary>Metrics of every output.</summary>
    /// <param name="metrics">The metrics.</param>
    public static implicit operator MetricChoices(Metric[] metrics) => Create(metrics);

    /// <summary>Metrics by the names of the outputs.</summary>
    /// <param name="metrics">The metrics.</param>
    public static implicit operator MetricChoices(Dictionary<string, Metric[]> metrics) =>
        new(
            [.. metrics.Values.SelectMany(m => m)],
            FSharp.PerOutput<Microsoft.FSharp.Collections.FSharpList<FSharp.MetricChoice>>.NewNames(
                Fs.List(metrics.Select(p => Tuple.Create(p.Key, List(p.Value))))
            )
        );

    /// <inheritdoc/>
    public IEnumerator<Metric> GetEnumerator() => ((IEnumerable<Metric>)all).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static Microsoft.FSharp.Collections.FSharpList<FSharp.MetricChoice> List(IEnumerable<Metric> metrics) =>
        Fs.List(metrics.Select(m => m.Choice));
}
