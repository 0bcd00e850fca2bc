namespace Keras.Regularizers;

/// <summary>
/// A penalty on a variable or an output, added to the loss (<c>keras.regularizers.Regularizer</c>): a name, one of the classes here, or a class of
/// one's own that overrides <see cref="Call"/>.
/// </summary>
public class Regularizer
{
    private readonly FSharp.Regularizer? core;

    /// <summary>For classes of one's own.</summary>
    protected Regularizer() { }

    internal Regularizer(FSharp.Regularizer core) => this.core = core;

    internal Regularizer(string className, ConfigBuilder config)
        : this(FSharp.Regularizers.ofConfig(className, config.Pairs)) { }

    internal FSharp.Regularizer Core => core ?? Own();

    /// <summary>Applies it: the result is a scalar.</summary>
    /// <param name="x">The value that is penalized.</param>
    public virtual Tensor Call(Tensor x) => new(Core.Apply.Invoke(x.Core));

    /// <summary>The arguments from which it can be made again (<c>get_config</c>), by their names in Keras.</summary>
    public IReadOnlyDictionary<string, object?> GetConfig() => JsonValues.Map(Core.Serialized.Config);

    /// <summary>A regularizer of a class of Keras from the config that <see cref="GetConfig"/> gave (<c>from_config</c>).</summary>
    /// <param name="className">As <c>L2</c>.</param>
    /// <param name="config">The config; absent arguments have Keras's defaults, unknown ones are errors.</param>
    public static Regularizer FromConfig(string className, IReadOnlyDictionary<string, object?> config) =>
        new(FSharp.Regularizers.ofConfig(className, Fs.List(JsonValues.Pairs(config))));

    /// <summary>The regularizer of a name; an unknown one is an error that lists near names.</summary>
    /// <param name="name">The name in Keras.</param>
    public static implicit operator Regularizer(string name) =>
        new(FSharp.Regularizers.ofJson(FSharp.Saving.Json.NewText(name)));

    private FSharp.Regularizer Own() =>
        new(
            GetType().Name,
            new ConfigBuilder().Pairs,
            Fs.Func<FSharp.Tensor, FSharp.Tensor>(x => Call(new Tensor(x)).Core)
        );
}
