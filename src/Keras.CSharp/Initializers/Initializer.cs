namespace Keras.Initializers;

/// <summary>
/// How a variable begins (<c>keras.initializers.Initializer</c>): a name such as <c>"he_normal"</c>, one of the classes
/// here, or a class of one's own that overrides <see cref="Call"/>.
/// </summary>
public class Initializer
{
    private readonly FSharp.Initializer? core;

    /// <summary>For classes of one's own.</summary>
    protected Initializer() { }

    internal Initializer(FSharp.Initializer core) => this.core = core;

    internal Initializer(string className, ConfigBuilder config)
        : this(FSharp.Initializers.ofConfig(className, config.Pairs)) { }

    internal FSharp.Initializer Core => core ?? Own();

    /// <summary>The first value of a variable.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="dtype">Its element type.</param>
    public virtual Tensor Call(Shape shape, DType dtype) =>
        new(Core.Init.Invoke(Randomness.Next()).Invoke(shape.Core).Invoke((FSharp.DType)dtype));

    /// <summary>The arguments from which it can be made again (<c>get_config</c>), by their names in Keras.</summary>
    public IReadOnlyDictionary<string, object?> GetConfig() => JsonValues.Map(Core.Serialized.Config);

    /// <summary>An initializer of a class of Keras from the config that <see cref="GetConfig"/> gave (<c>from_config</c>).</summary>
    /// <param name="className">As <c>HeNormal</c>.</param>
    /// <param name="config">The config; absent arguments have Keras's defaults, unknown ones are errors.</param>
    public static Initializer FromConfig(string className, IReadOnlyDictionary<string, object?> config) =>
        new(FSharp.Initializers.ofConfig(className, Fs.List(JsonValues.Pairs(config))));

    /// <summary>The initializer of a name; an unknown one is an error that lists near names.</summary>
    /// <param name="name">As <c>glorot_uniform</c>.</param>
    public static implicit operator Initializer(string name) =>
        new(FSharp.Initializers.ofJson(FSharp.Saving.Json.NewText(name)));

    private FSharp.Initializer Own() =>
        new(
            GetType().Name,
            new ConfigBuilder().Pairs,
            Fs.Func<FSharp.Tensor, FSharp.Dims, FSharp.DType, FSharp.Tensor>(
                (_, shape, dtype) => Call(new Shape(shape), (DType)dtype).Core
            )
        );
}
