namespace Keras.Constraints;

/// <summary>
/// What a variable is projected to after each update (<c>keras.constraints.Constraint</c>): a name, one of the classes here, or a class of
/// one's own that overrides <see cref="Call"/>.
/// </summary>
public class Constraint
{
    private readonly FSharp.Constraint? core;

    /// <summary>For classes of one's own.</summary>
    protected Constraint() { }

    internal Constraint(FSharp.Constraint core) => this.core = core;

    internal Constraint(string className, ConfigBuilder config)
        : this(FSharp.Constraints.ofConfig(className, config.Pairs)) { }

    internal FSharp.Constraint Core => core ?? Own();

    /// <summary>Applies it: the result is a tensor of the same shape.</summary>
    /// <param name="x">The variable.</param>
    public virtual Tensor Call(Tensor x) => new(Core.Apply.Invoke(x.Core));

    /// <summary>The arguments from which it can be made again (<c>get_config</c>), by their names in Keras.</summary>
    public IReadOnlyDictionary<string, object?> GetConfig() => JsonValues.Map(Core.Serialized.Config);

    /// <summary>A constraint of a class of Keras from the config that <see cref="GetConfig"/> gave (<c>from_config</c>).</summary>
    /// <param name="className">As <c>MaxNorm</c>.</param>
    /// <param name="config">The config; absent arguments have Keras's defaults, unknown ones are errors.</param>
    public static Constraint FromConfig(string className, IReadOnlyDictionary<string, object?> config) =>
        new(FSharp.Constraints.ofConfig(className, Fs.List(JsonValues.Pairs(config))));

    /// <summary>The constraint of a name; an unknown one is an error that lists near names.</summary>
    /// <param name="name">The name in Keras.</param>
    public static implicit operator Constraint(string name) =>
        new(FSharp.Constraints.ofJson(FSharp.Saving.Json.NewText(name)));

    private FSharp.Constraint Own() =>
        new(
            GetType().Name,
            new ConfigBuilder().Pairs,
            Fs.Func<FSharp.Tensor, FSharp.Tensor>(x => Call(new Tensor(x)).Core)
        );
}
