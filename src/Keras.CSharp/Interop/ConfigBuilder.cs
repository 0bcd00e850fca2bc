using System.Collections;
using Keras.FSharp.Saving;
using Keras.Layers;
using Microsoft.FSharp.Collections;

namespace Keras;

/// <summary>
/// The config of an object as Keras knows it, from names to values; null is left out, so that Keras's default counts.
/// </summary>
internal sealed class ConfigBuilder : IEnumerable
{
    private readonly List<Tuple<string, Json>> pairs = [];
    private readonly List<Tuple<string, object>> objects = [];

    /// <summary>Names and JSON values in order.</summary>
    public FSharpList<Tuple<string, Json>> Pairs => Fs.List(pairs);

    /// <summary>The objects themselves, which know more than their records where they are of a user's own.</summary>
    public FSharpMap<string, object> Objects => MapModule.OfSeq(objects);

    public void Add(string key, object? value)
    {
        if (value is null)
            return;

        pairs.Add(Tuple.Create(key, JsonValues.From(value)));

        object? core = value switch
        {
            ActivationFunction a => a.Core,
            Initializers.Initializer i => i.Core,
            Regularizers.Regularizer r => r.Core,
            Constraints.Constraint c => c.Core,
            Layer l => l.Core,
            IReadOnlyList<Layer> many => Fs.List(many.Select(l => l.Core)),
            _ => null,
        };

        if (core is not null)
            objects.Add(Tuple.Create(key, core));
    }

    IEnumerator IEnumerable.GetEnumerator() => pairs.GetEnumerator();
}
