using Keras.FSharp;
using Keras.Layers;
using Layer = Keras.Layers.Layer;

namespace Keras;

/// <summary>
/// A model (<c>keras.Model</c>): a graph of layer calls between inputs and outputs, or a class of one's own that overrides
/// <see cref="Layer.Call(Tensor, bool)"/>, and <see cref="TrainStep"/> where training should differ.
/// </summary>
public partial class Model : Layer
{
    private readonly Argument? inputs;
    private readonly Argument? outputs;

    internal Model(FSharp.Layer core)
        : base(core) { }

    /// <summary>For models of one's own.</summary>
    /// <param name="name">The name; made from that of the class if it is absent.</param>
    protected Model(string? name = null)
        : base(name) { }

    /// <summary>The model between an input and an output.</summary>
    /// <param name="input">The input.</param>
    /// <param name="output">The output, computed from it.</param>
    /// <param name="name">The name.</param>
    public Model(KerasTensor input, KerasTensor output, string? name = null)
        : this(Argument.NewTensor(input.Core), Argument.NewTensor(output.Core), name) { }

    /// <summary>The model between several inputs and outputs.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="outputs">The outputs, computed from them.</param>
    /// <param name="name">The name.</param>
    public Model(IEnumerable<KerasTensor> inputs, IEnumerable<KerasTensor> outputs, string? name = null)
        : this(Many(inputs), Many(outputs), name) { }

    private Model(Argument inputs, Argument outputs, string? name)
        : base(name ?? Naming.unique("functional"))
    {
        (this.inputs, this.outputs) = (inputs, outputs);

        foreach (var layer in Layers)
            layer.Owner ??= this;
    }

    /// <summary>The layers of a graph, in the order of their calls; those inside a model of one's own.</summary>
    public override IReadOnlyList<Layer> Layers =>
        FSharp.Model.Graph(Core) is null
            ? base.Layers
            : [.. FSharp.Model.Layers(Core).Select(l => LayerObjects.Of(l!))];

    /// <summary>All variables; makes them where the shape of the input is known.</summary>
    public override IReadOnlyList<Variable> Weights =>
        Blueprint is not null || FSharp.Model.Graph(Core) is not null
            ? [.. Built(null).Select(b => b.Variable).Where(v => v.IsWeight)]
            : base.Weights;

    /// <summary>The number of elements of all variables.</summary>
    public override long CountParams()
    {
        Built(null);
        return Blueprint!.Variables.Where(v => v.Spec.IsWeight).Sum(v => v.Spec.Shape.Size);
    }

    /// <summary>The layer of a name; an unknown one is an error that lists near names.</summary>
    /// <param name="name">The name.</param>
    public Layer GetLayer(string name) =>
        Layers.FirstOrDefault(l => l.Name == name)
        ?? throw Fs.Refuse($"{Core}", $"it has no layer '{name}'", Fail.didYouMean(name, Layers.Select(l => l.Name)));

    /// <summary>The layer at a position, counted from 0; one that does not exist is an error.</summary>
    /// <param name="index">The position.</param>
    public Layer GetLayer(int index) =>
        Layers.ElementAtOrDefault(index)
        ?? throw Fs.Refuse($"{Core}", $"it has no layer {index}", $"It has {Layers.Count} layers, counted from 0.");

    /// <summary>The table of layers as text.</summary>
    /// <param name="lineLength">The width of the table.</param>
    /// <param name="expandNested">Whether models inside the model are shown layer by layer.</param>
    public string SummaryText(int lineLength = 90, bool expandNested = false)
    {
        Built(null);
        return FSharp.Summary.text(Core, Blueprint!, lineLength, expandNested, OptimizerVariables());
    }

    /// <summary>Prints the table of layers (<c>summary()</c>).</summary>
    /// <param name="lineLength">The width of the table.</param>
    /// <param name="expandNested">Whether models inside the model are shown layer by layer.</param>
    public void Summary(int lineLength = 90, bool expandNested = false) =>
        Console.WriteLine(SummaryText(lineLength, expandNested));

    private protected override FSharp.Layer CreateCore() =>
        inputs is null ? base.CreateCore() : FSharp.Model.OfGraph(inputs, outputs!, Fs.Some(Name))!;

    private static Argument Many(IEnumerable<KerasTensor> tensors) =>
        Argument.NewList(Fs.List(tensors.Select(t => Argument.NewTensor(t.Core))));
}
