namespace Keras;

/// <summary>An activation of a layer: a name such as <c>"relu"</c>, or a function of one's own.</summary>
public sealed class ActivationFunction
{
    internal ActivationFunction(FSharp.Activation core) => Core = core;

    /// <summary>A function of one's own. Files keep only its name.</summary>
    /// <param name="name">The name in files.</param>
    /// <param name="function">From a tensor to one of the same shape.</param>
    public ActivationFunction(string name, Func<Tensor, Tensor> function)
        : this(
            FSharp.Activations.custom(name, Fs.Func<FSharp.Tensor, FSharp.Tensor>(x => function(new Tensor(x)).Core))
        ) { }

    internal FSharp.Activation Core { get; }

    /// <summary>The name, as <c>relu</c>.</summary>
    public string Name => Core.Name;

    /// <summary>Applies the function.</summary>
    /// <param name="x">The input.</param>
    public Tensor Apply(Tensor x) => new(Core.Apply.Invoke(x.Core));

    /// <summary>The activation of a name; an unknown one is an error that lists near names.</summary>
    /// <param name="name">As <c>relu</c>.</param>
    public static implicit operator ActivationFunction(string name) => new(FSharp.Activations.get(name));
}

/// <summary>All of Keras's activations by name (<c>keras.activations</c>).</summary>
public static class Activations
{
    /// <summary>The names of all activations.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. FSharp.Activations.Names];

    /// <summary>The activation of a name; an unknown one is an error that lists near names.</summary>
    /// <param name="name">As <c>relu</c>.</param>
    public static ActivationFunction Get(string name) => name;
}
