using System.Collections;
using Keras.FSharp.Saving;
using Keras.Layers;
using Microsoft.FSharp.Collections;

namespace Keras;

/// <summary>
/// The config of an object as Keras knows it, from names to values; null is left out, so that Keras's default counts.
/// </summary>
internal sealed class Config : IEnumerable
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

        pairs.Add(Tuple.Create(key, ToJson(value)));

        object? core = value switch
        {
            ActivationFunction a => a.Core,
            Initializers.Initializer i => i.Core,
            Regularizers.Regularizer r => r.Core,
            Constraints.Constraint c => c.Core,
            Layer l => l.Core,
            _ => null,
        };

        if (core is not null)
            objects.Add(Tuple.Create(key, core));
    }

    private static Json ToJson(object value) =>
        value switch
        {
            bool b => Json.NewBool(b),
            int i => Json.NewInt(i),
            double d => Json.NewFloat(d),
            string s => Json.NewText(s),
            Ints { IsSingle: true } one => Json.NewInt(one.Values[0]),
            Ints many => Many(many.Values.Select(i => Json.NewInt(i))),
            Doubles { IsSingle: true } one => Json.NewFloat(one.Values[0]),
            Doubles many => Many(many.Values.Select(Json.NewFloat)),
            Borders { IsSingle: true } one => Json.NewInt(one.Pairs[0][0]),
            Borders many => Many(many.Pairs.Select(Border)),
            ActivationFunction a => a.Core.Record,
            Initializers.Initializer i => FSharp.SerializedModule.toJson(i.Core.Serialized),
            Regularizers.Regularizer r => FSharp.SerializedModule.toJson(r.Core.Serialized),
            Constraints.Constraint c => FSharp.SerializedModule.toJson(c.Core.Serialized),
            Optimizers.LearningRate rate => rate.ToJson(),
            Optimizers.Optimizer o => FSharp.SerializedModule.toJson(FSharp.OptimizersModule.serialize(o.Core)),
            Layer l => FSharp.LayerFactory.record(l.Core),
            _ => throw new ArgumentException($"A {value.GetType().Name} has no place in a config."),
        };

    private static Json Border(int[] border) =>
        border.Length == 1 ? Json.NewInt(border[0]) : Many(border.Select(i => Json.NewInt(i)));

    private static Json Many(IEnumerable<Json> items) => Json.NewArray(Fs.List(items));

    IEnumerator IEnumerable.GetEnumerator() => pairs.GetEnumerator();
}
