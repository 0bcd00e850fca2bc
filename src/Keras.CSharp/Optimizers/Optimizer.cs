namespace Keras.Optimizers;

/// <summary>
/// An optimizer (<c>keras.optimizers.Optimizer</c>): a name such as <c>"adam"</c>, or one of the classes here. It keeps its
/// state from one update to the next.
/// </summary>
public class Optimizer
{
    private FSharp.Trainer? trainer;
    private FSharp.OptimizerState? state;
    private FSharp.Parameter[] parameters = [];
    private string[] order = [];

    internal Optimizer(FSharp.Optimizer core) => Core = core;

    internal Optimizer(string className, ConfigBuilder config)
        : this(FSharp.OptimizersModule.ofConfig(className, config.Pairs)) { }

    internal FSharp.Optimizer Core { get; }

    /// <summary>The name, which stands in front of the names of its variables.</summary>
    public string Name => Core.Settings.Name;

    /// <summary>How many updates were made.</summary>
    public int Iterations =>
        State is { } s ? FSharp.TensorModule.toInt(FSharp.OptimizersModule.iterations(Core, s)) : 0;

    /// <summary>The learning rate of the next update; assigning is an error with a schedule.</summary>
    public double LearningRate
    {
        get => FSharp.TensorModule.toFloat(FSharp.OptimizersModule.learningRate(Core, State ?? Initial()));
        set
        {
            var now = State ?? Initial();
            var like = FSharp.OptimizersModule.learningRate(Core, now)!;
            var rate = FSharp.TensorModule.cast(like.DType, ((Tensor)value).Core);
            State = FSharp.OptimizersModule.withLearningRate(Core, rate, now);
        }
    }

    /// <summary>The values of the optimizer's variables in the order in which they are saved; empty before it is built.</summary>
    public IReadOnlyList<Tensor> Variables =>
        State is { } s ? Fs.Wrap(Array.ConvertAll(s.Variables, FSharp.TensorModule.copy)) : [];

    /// <summary>Makes the state for the variables that will be updated, where there is none yet.</summary>
    /// <param name="variables">The variables.</param>
    public void Build(IEnumerable<Variable> variables)
    {
        if (State is not null)
            return;

        Variable[] all = [.. variables];
        var values = Array.ConvertAll(all, v => v.Read());
        order = Array.ConvertAll(all, v => v.Path);
        parameters = [.. all.Select((v, i) => new FSharp.Parameter(v.Path, values[i].Aval))];
        state = FSharp.OptimizersModule.initArrays(Core, parameters, values);

        if (state.Variables.Any(x => x!.IsTraced))
        {
            state = null;

            throw Fs.WrongState(
                $"optimizers.{Core.Class}",
                "its state would be made within a compiled function",
                "Call Build with the variables first."
            );
        }
    }

    /// <summary>One update.</summary>
    /// <param name="gradients">A gradient for each variable.</param>
    /// <param name="variables">The variables, at each call the same.</param>
    public void Apply(IEnumerable<Tensor> gradients, IEnumerable<Variable> variables)
    {
        Variable[] all = [.. variables];
        var given = Fs.Unwrap(gradients);

        if (given.Length != all.Length)
            throw Fs.Refuse(
                $"optimizers.{Core.Class}",
                $"it got {given.Length} gradients for {all.Length} variables",
                "Pass one for each."
            );

        Build(all);
        var place = new Dictionary<string, int>();

        for (var i = 0; i < all.Length; i++)
            place[all[i].Path] = i;

        if (all.Length != order.Length || !order.All(place.ContainsKey))
            throw Fs.Refuse(
                $"optimizers.{Core.Class}",
                $"it was built for {order.Length} variables and got others",
                "Use one optimizer for one set of variables."
            );

        int[] sorted = [.. order.Select(path => place[path])];

        var (next, nextState) = FSharp.OptimizersModule.updateArrays(
            Core,
            parameters,
            [.. sorted.Select(i => given[i])],
            State!,
            [.. sorted.Select(i => all[i].Read())]
        );

        for (var i = 0; i < sorted.Length; i++)
            all[sorted[i]].Write(next[i]!);

        State = nextState;
    }

    /// <summary>The arguments from which it can be made again (<c>get_config</c>), by their names in Keras.</summary>
    public IReadOnlyDictionary<string, object?> GetConfig() =>
        JsonValues.Map(FSharp.OptimizersModule.serialize(Core).Config);

    /// <summary>An optimizer of a class of Keras from the config that <see cref="GetConfig"/> gave (<c>from_config</c>).</summary>
    /// <param name="className">As <c>Adam</c>.</param>
    /// <param name="config">The config; absent arguments have Keras's defaults, unknown ones are errors.</param>
    public static Optimizer FromConfig(string className, IReadOnlyDictionary<string, object?> config) =>
        new(FSharp.OptimizersModule.ofConfig(className, Fs.List(JsonValues.Pairs(config))));

    /// <summary>The optimizer of a name; an unknown one is an error that lists near names.</summary>
    /// <param name="name">As <c>adam</c>.</param>
    public static implicit operator Optimizer(string name) => new(FSharp.OptimizersModule.ofName(name));

    /// <summary>The state that counts here; null before the first update.</summary>
    internal FSharp.OptimizerState? State
    {
        get => VariableScope.Holds(this) ?? (trainer is { IsBuilt: true } t ? t.OptimizerState : state);
        set
        {
            if (VariableScope.Current is { } scope)
                scope.Set(this, value!);
            else if (trainer is { IsBuilt: true } t)
                t.OptimizerState = value!;
            else
                state = value;
        }
    }

    /// <summary>From now on the state is that of a model in training, whose parameters have this order.</summary>
    internal void Attach(FSharp.Trainer owner, FSharp.Parameter[] of, string[] paths)
    {
        trainer = owner;
        parameters = of;
        order = paths;
    }

    private FSharp.OptimizerState Initial() => FSharp.OptimizersModule.initArrays(Core, [], []);
}
