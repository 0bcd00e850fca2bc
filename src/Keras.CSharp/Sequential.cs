using System.Collections;
using Keras.FSharp;
using Keras.Layers;
using Layer = Keras.Layers.Layer;

namespace Keras;

/// <summary>
/// Layers in a row (<c>keras.Sequential</c>), as a collection:
/// <c>new Sequential { new Input(4), new Dense(3) }</c>.
/// </summary>
public sealed class Sequential : Model, IEnumerable<Layer>
{
    private readonly List<Layer> layers = [];

    /// <summary>An empty one; layers are added.</summary>
    /// <param name="name">The name.</param>
    public Sequential(string? name = null)
        : base(name ?? Naming.unique("sequential")) { }

    /// <summary>The given layers in a row.</summary>
    /// <param name="layers">The layers; an <see cref="Input"/> comes first, if there is one.</param>
    /// <param name="name">The name.</param>
    public Sequential(IEnumerable<Layer> layers, string? name = null)
        : this(name)
    {
        foreach (var layer in layers)
            Add(layer);
    }

    internal Sequential(FSharp.Layer core)
        : base(core) => layers.AddRange(FSharp.Model.Layers(core).Select(l => LayerObjects.Of(l!)));

    /// <summary>The layers in order, without the input.</summary>
    public override IReadOnlyList<Layer> Layers => [.. layers.Where(l => l is not Input)];

    /// <summary>Adds a layer at the end.</summary>
    /// <param name="layer">The layer.</param>
    public void Add(Layer layer)
    {
        if (layer is Input && layers.Count > 0)
            throw Fs.Refuse($"Sequential '{Name}'", "an Input comes after other layers", "Begin with it.");

        layers.Add(layer);
        layer.Owner ??= this;
        Reset();
    }

    /// <summary>Takes the last layer away.</summary>
    public Layer Pop()
    {
        if (layers.Count == 0)
            throw Fs.WrongState($"Sequential '{Name}'", "it has no layers");

        var last = layers[^1];
        layers.RemoveAt(layers.Count - 1);

        if (last.Owner == this)
            last.Owner = null;

        Reset();
        return last;
    }

    /// <inheritdoc/>
    public IEnumerator<Layer> GetEnumerator() => Layers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private protected override FSharp.Layer CreateCore() =>
        FSharp.Model.OfLayers(Fs.List(layers.Select(l => l.Core)), Fs.Some(Name), Fs.None<DTypePolicy>())!;
}
