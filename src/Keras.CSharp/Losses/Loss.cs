namespace Keras.Losses;

/// <summary>
/// A loss (<c>keras.losses.Loss</c>): a name such as <c>"mse"</c>, one of the classes here, or a class of one's own that
/// overrides <see cref="Values"/>.
/// </summary>
public class Loss
{
    private readonly FSharp.Loss? core;
    private readonly string name;

    /// <summary>For losses of one's own; files keep only the name.</summary>
    /// <param name="name">The name; that of the class by default.</param>
    protected Loss(string? name = null) => this.name = name ?? GetType().Name;

    internal Loss(FSharp.Loss core) => (this.core, name) = (core, core.Name);

    internal Loss(string className, ConfigBuilder config)
        : this(FSharp.Losses.ofConfig(className, config.Pairs)) { }

    internal FSharp.Loss Core =>
        core
        ?? FSharp.Losses.OfFunction(
            name,
            Fs.Func<FSharp.Tensor, FSharp.Tensor, FSharp.Tensor>((y, p) => Values(new Tensor(y), new Tensor(p)).Core),
            Fs.None<FSharp.Reduction>()
        );

    /// <summary>The name, as <c>mean_squared_error</c>.</summary>
    public string Name => name;

    /// <summary>The loss of targets and predictions, reduced to a number.</summary>
    /// <param name="yTrue">The targets.</param>
    /// <param name="yPred">The predictions.</param>
    /// <param name="sampleWeight">A weight for each sample.</param>
    public Tensor Call(Tensor yTrue, Tensor yPred, Tensor? sampleWeight = null) =>
        new(FSharp.LossModule.apply(Core, yTrue.Core, yPred.Core, sampleWeight?.Core!, null!));

    /// <summary>The loss of each sample.</summary>
    /// <param name="yTrue">The targets.</param>
    /// <param name="yPred">The predictions.</param>
    protected virtual Tensor Values(Tensor yTrue, Tensor yPred) =>
        new(Core.Values.Invoke(yTrue.Core).Invoke(yPred.Core));

    /// <summary>The arguments from which it can be made again (<c>get_config</c>), by their names in Keras.</summary>
    public IReadOnlyDictionary<string, object?> GetConfig() => JsonValues.ConfigOf(Core.Record);

    /// <summary>A loss of a class of Keras from the config that <see cref="GetConfig"/> gave (<c>from_config</c>).</summary>
    /// <param name="className">As <c>Huber</c>.</param>
    /// <param name="config">The config; absent arguments have Keras's defaults, unknown ones are errors.</param>
    public static Loss FromConfig(string className, IReadOnlyDictionary<string, object?> config) =>
        new(FSharp.Losses.ofConfig(className, Fs.List(JsonValues.Pairs(config))));

    /// <summary>The loss of a name; an unknown one is an error that lists near names.</summary>
    /// <param name="name">As <c>mse</c>.</param>
    public static implicit operator Loss(string name) => new(FSharp.Losses.get(name));
}
