namespace Keras.Layers;

/// <summary>
/// The input of a model (<c>keras.Input</c>, <c>keras.layers.InputLayer</c>): the first layer of a <see cref="Sequential"/>,
/// or a symbolic tensor for the functional API.
/// </summary>
public sealed class Input : Layer
{
    /// <summary>An input of the given shape, without the batch.</summary>
    /// <param name="shape">The sizes; -1 for one that is not known.</param>
    public Input(params int[] shape)
        : this(new Shape(shape), batchSize: null) { }

    /// <summary>An input of the given shape, without the batch.</summary>
    /// <param name="shape">The sizes; -1 for one that is not known.</param>
    /// <param name="batchSize">The size of the batch, where it is fixed.</param>
    /// <param name="dtype">The element type; the float type of the settings by default.</param>
    /// <param name="name">The name.</param>
    public Input(Shape shape, int? batchSize = null, DType? dtype = null, string? name = null)
        : base(
            FSharp.InputLayer.make(
                Fs.Option(name),
                dtype is { } d ? (FSharp.DType)d : FSharp.Backends.Config.FloatX,
                Fs.List<int>([batchSize ?? -1, .. shape]),
                false
            )
        ) { }

    internal Input(FSharp.Layer core)
        : base(core) { }

    /// <summary>The symbolic tensor.</summary>
    public KerasTensor Output => new(FSharp.InputLayer.tensor(Core));

    /// <summary>An input stands for its symbolic tensor.</summary>
    /// <param name="input">The input.</param>
    public static implicit operator KerasTensor(Input input) => input.Output;
}
