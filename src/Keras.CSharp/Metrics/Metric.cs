using Keras.FSharp.Saving;

namespace Keras.Metrics;

/// <summary>
/// A metric (<c>keras.metrics.Metric</c>): a name such as <c>"accuracy"</c>, one of the classes here, or a class of one's
/// own that adds variables with <see cref="AddVariable"/> and overrides <see cref="UpdateState"/> and
/// <see cref="Result"/>. Used by itself it gathers what <see cref="UpdateState"/> gets until <see cref="ResetState"/>.
/// </summary>
public class Metric
{
    private readonly List<Variable> variables = [];
    private readonly List<FSharp.MetricVariable> beginnings = [];
    private FSharp.Metric? core;

    /// <summary>For metrics of one's own.</summary>
    /// <param name="name">The name; that of the class in snake case by default.</param>
    protected Metric(string? name = null)
    {
        var given = name ?? FSharp.Naming.snakeCase(GetType().Name);

        Choice = new FSharp.MetricChoice(
            given,
            FSharp.SerializedModule.toJson(
                new FSharp.Serialized(
                    GetType().Namespace ?? "",
                    GetType().Name,
                    Fs.List<Tuple<string, Json>>([new("name", Json.NewText(given))]),
                    Fs.Some(GetType().Name)
                )
            ),
            Fs.Func<FSharp.Aval, FSharp.Aval, FSharp.Metric>((_, _) => Own())
        );
    }

    internal Metric(FSharp.MetricChoice choice) => Choice = choice;

    internal Metric(string className, ConfigBuilder config)
        : this(FSharp.Metrics.ofConfig(className, config.Pairs)) { }

    private Metric(FSharp.Metric known)
    {
        Choice = FSharp.Choice.ofMetric(known);
        Begin(known);
    }

    internal FSharp.MetricChoice Choice { get; }

    /// <summary>The name, which is its key in logs.</summary>
    public string Name => Choice.Name;

    /// <summary>What it gathers in; none before the first update of a metric that is only known by its name.</summary>
    public IReadOnlyList<Variable> Variables => variables;

    /// <summary>
    /// Takes a batch into account. Within a compiled step it counts for the step's metrics (<see cref="Model.TrainStep"/>)
    /// and state (<see cref="Fn.Jit(Func{Tensor, Tensor}, object[])"/>).
    /// </summary>
    /// <param name="yTrue">The targets, or the values of a mean or a sum.</param>
    /// <param name="yPred">The predictions; left out for a mean or a sum.</param>
    /// <param name="sampleWeight">A weight for each sample.</param>
    public virtual void UpdateState(Tensor yTrue, Tensor? yPred = null, Tensor? sampleWeight = null)
    {
        var prediction = (yPred ?? yTrue).Core;

        var metric = core ?? Begin(Choice.Make.Invoke(yTrue.Core.Aval).Invoke(prediction.Aval));
        var next = FSharp.MetricModule.update(metric, Now(), yTrue.Core, prediction, sampleWeight?.Core!, null!);

        for (var i = 0; i < next.Length; i++)
            variables[i].Write(next[i]!);
    }

    /// <summary>The value so far.</summary>
    public virtual Tensor Result() =>
        core is null
            ? throw Fs.WrongState($"metrics.{Name}", "it has no state yet", "Call UpdateState first.")
            : new Tensor(core.Result.Invoke(Now()));

    /// <summary>Begins anew.</summary>
    public virtual void ResetState()
    {
        var first = Beginning();

        for (var i = 0; i < first.Length; i++)
            variables[i].Write(first[i]!);
    }

    /// <summary>The arguments from which it can be made again (<c>get_config</c>), by their names in Keras.</summary>
    public IReadOnlyDictionary<string, object?> GetConfig() => JsonValues.ConfigOf(Choice.Record);

    /// <summary>A metric of a class of Keras from the config that <see cref="GetConfig"/> gave (<c>from_config</c>).</summary>
    /// <param name="className">As <c>Recall</c>.</param>
    /// <param name="config">The config; absent arguments have Keras's defaults, unknown ones are errors.</param>
    public static Metric FromConfig(string className, IReadOnlyDictionary<string, object?> config) =>
        new(FSharp.Metrics.ofConfig(className, Fs.List(JsonValues.Pairs(config))));

    /// <summary>The metric of a name; an unknown one is an error that lists near names.</summary>
    /// <param name="name">As <c>accuracy</c>.</param>
    public static implicit operator Metric(string name) => new(FSharp.Choice.metric(name));

    /// <summary>Adds a variable to a metric of one's own; in its constructor.</summary>
    /// <param name="name">The name, unique within the metric.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="initializer">How it begins; zeros by default.</param>
    /// <param name="dtype">The element type; the float type of the settings by default.</param>
    protected Variable AddVariable(
        string name,
        Shape shape,
        Initializers.Initializer? initializer = null,
        DType? dtype = null
    )
    {
        var type = dtype ?? (DType)FSharp.Backends.Config.FloatX;
        var begins = initializer ?? "zeros";
        return Add(new(name, Fs.Func<Microsoft.FSharp.Core.Unit, FSharp.Tensor>(_ => begins.Call(shape, type).Core)));
    }

    /// <summary>The values with which its variables begin.</summary>
    internal FSharp.Tensor[] Beginning() => [.. beginnings.Select(b => b.Initial.Invoke(null!)!)];

    private FSharp.Tensor[] Now() => [.. variables.Select(v => v.Read())];

    private FSharp.Metric Begin(FSharp.Metric metric)
    {
        core = metric;

        foreach (var variable in metric.Variables)
            Add(variable!);

        return metric;
    }

    private Variable Add(FSharp.MetricVariable variable)
    {
        var cell = new Variable(variable.Name, $"{Name}/{variable.Name}", false, variable.Initial.Invoke(null!));
        beginnings.Add(variable);
        variables.Add(cell);
        return cell;
    }

    /// <summary>A metric of a user's class as a pure function: its variables are arguments and results.</summary>
    private FSharp.Metric Own() =>
        new(
            GetType().Name,
            Name,
            Choice.Record,
            Fs.List(beginnings),
            false,
            Fs.Func<FSharp.Tensor[], FSharp.Tensor, FSharp.Tensor, FSharp.Tensor?, FSharp.Tensor[]>(
                (state, y, p, w) =>
                    Within(
                        state,
                        scope =>
                        {
                            UpdateState(new Tensor(y), new Tensor(p), w is null ? null : new Tensor(w));
                            return variables.Select(scope.Get).ToArray();
                        }
                    )
            ),
            Fs.Func<FSharp.Tensor[], FSharp.Tensor>(state => Within(state, _ => Result().Core)),
            Fs.None<Microsoft.FSharp.Core.FSharpFunc<int, FSharp.Metric>>()
        );

    private T Within<T>(FSharp.Tensor[] state, Func<VariableScope, T> work)
    {
        using var scope = new VariableScope();

        for (var i = 0; i < state.Length; i++)
            scope.Set(variables[i], state[i]);

        return work(scope);
    }
}
