using System.Collections;
using System.Globalization;
using System.Reflection;
using Keras.FSharp.Saving;
using Keras.Layers;

namespace Keras;

/// <summary>
/// Values of configs as C# has them and as files do: numbers, texts, lists, dictionaries, and objects of Keras, which
/// files hold as records.
/// </summary>
internal static class JsonValues
{
    /// <summary>The JSON of a value; an error names the type that has none.</summary>
    /// <param name="value">The value.</param>
    public static Json From(object? value) =>
        value switch
        {
            null => Json.Null,
            Json json => json,
            bool b => Json.NewBool(b),
            string s => Json.NewText(s),
            int or long or short or byte or uint => Json.NewInt(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
            double or float => Json.NewFloat(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
            DType dtype => Json.NewText(FSharp.DTypeModule.name((FSharp.DType)dtype)),
            Ints { IsSingle: true } one => Json.NewInt(one.Values[0]),
            Doubles { IsSingle: true } one => Json.NewFloat(one.Values[0]),
            Borders { IsSingle: true } one => Json.NewInt(one.Pairs[0][0]),
            Borders many => Many(many.Pairs.Select(Border)),
            Shape shape => Many(shape.Select(n => n < 0 ? Json.Null : Json.NewInt(n))),
            ActivationFunction a => a.Core.Record,
            Initializers.Initializer i => FSharp.SerializedModule.toJson(i.Core.Serialized),
            Regularizers.Regularizer r => FSharp.SerializedModule.toJson(r.Core.Serialized),
            Constraints.Constraint c => FSharp.SerializedModule.toJson(c.Core.Serialized),
            Optimizers.LearningRate rate => rate.ToJson(),
            Optimizers.Schedules.LearningRateSchedule s => FSharp.SerializedModule.toJson(s.Core.Serialized),
            Optimizers.Optimizer o => FSharp.SerializedModule.toJson(FSharp.OptimizersModule.serialize(o.Core)),
            Losses.Loss loss => loss.Core.Record,
            Metrics.Metric metric => metric.Choice.Record,
            Layer layer => FSharp.ModelWriter.record(
                layer.Core,
                Fs.None<FSharp.Blueprint>(),
                Fs.List<Tuple<string, Json>>([])
            ),
            IEnumerable<KeyValuePair<string, object?>> map => Json.NewObject(Fs.List(Pairs(map))),
            IEnumerable many => Many(many.Cast<object?>().Select(From)),
            _ => throw Fs.Refuse(
                "config",
                $"a value of type {value.GetType().Name} has no place in it",
                "Take numbers, texts, lists, dictionaries, and objects of Keras."
            ),
        };

    /// <summary>The JSON of named values, in order.</summary>
    /// <param name="config">The values.</param>
    public static IEnumerable<Tuple<string, Json>> Pairs(IEnumerable<KeyValuePair<string, object?>> config) =>
        config.Select(p => Tuple.Create(p.Key, From(p.Value)));

    /// <summary>A JSON value as C# has it: lists and dictionaries of objects.</summary>
    /// <param name="json">The value.</param>
    public static object? To(Json json) =>
        json switch
        {
            Json.Bool { Item: var b } => b,
            Json.Int { Item: var i } => i is >= int.MinValue and <= int.MaxValue ? (object)(int)i : i,
            Json.Big { Item: var i } => i,
            Json.Float { Item: var d } => d,
            Json.Text { Item: var s } => s,
            Json.Array { Item: var items } => items.Select(To).ToList(),
            Json.Object { Item: var pairs } => Map(pairs),
            _ => null,
        };

    /// <summary>Named JSON values as C# has them, in order.</summary>
    /// <param name="pairs">The values.</param>
    public static IReadOnlyDictionary<string, object?> Map(IEnumerable<Tuple<string, Json>> pairs) =>
        new OrderedDictionary<string, object?>(pairs.Select(p => KeyValuePair.Create(p.Item1, To(p.Item2))));

    /// <summary>The config in a record; that of a bare name is the name alone.</summary>
    public static IReadOnlyDictionary<string, object?> ConfigOf(Json record) =>
        record is Json.Object { Item: var pairs } && pairs.FirstOrDefault(p => p.Item1 == "config") is { } found
            ? Map(FSharp.Saving.JsonModule.asObject("config", found.Item2))
            : new Dictionary<string, object?> { ["name"] = To(record) };

    /// <summary>A JSON value as an argument of a type; <paramref name="nested"/> makes layers from their records.</summary>
    /// <param name="where">The argument, for errors.</param>
    /// <param name="json">The value.</param>
    /// <param name="type">The type of the parameter.</param>
    /// <param name="nested">Makes layers from their records.</param>
    public static object? As(string where, Json json, Type type, Func<string, Json, FSharp.Layer> nested)
    {
        if (json.IsNull)
            return null;

        var wanted = Nullable.GetUnderlyingType(type) ?? type;

        if (typeof(Layer).IsAssignableFrom(wanted))
            return LayerObjects.Of(nested(where, json));

        if (wanted.IsEnum && json is Json.Text { Item: var name })
            return Enum.Parse(wanted, name, ignoreCase: true);

        if (wanted == typeof(ActivationFunction))
            return new ActivationFunction(FSharp.Activations.ofJson(where, json));

        if (wanted == typeof(Initializers.Initializer))
            return new Initializers.Initializer(FSharp.Initializers.ofJson(json));

        if (wanted == typeof(Regularizers.Regularizer))
            return new Regularizers.Regularizer(FSharp.Regularizers.ofJson(json));

        if (wanted == typeof(Constraints.Constraint))
            return new Constraints.Constraint(FSharp.Constraints.ofJson(json));

        // The dtype of a layer stands in files as the record of a policy.
        if (wanted == typeof(string) && json.IsObject)
            return FSharp.DTypePolicyModule.ofJson(where, json).Name;

        var value = To(json);

        return value switch
        {
            _ when wanted.IsInstanceOfType(value) => value,
            int or long or double when wanted.IsPrimitive => Convert.ChangeType(
                value,
                wanted,
                CultureInfo.InvariantCulture
            ),
            List<object?> items => Items(where, items, wanted) ?? throw Unfit(where, json, type),
            int i when wanted == typeof(Ints) => (Ints)i,
            int or double when wanted == typeof(Doubles) => (Doubles)
                Convert.ToDouble(value, CultureInfo.InvariantCulture),
            _ => throw Unfit(where, json, type),
        };
    }

    private static object? Items(string where, List<object?> items, Type wanted)
    {
        if (wanted == typeof(Shape))
            return new Shape([.. items.Select(i => i is int n ? n : -1)]);

        if (wanted == typeof(Ints))
            return Ints.Create([.. items.Cast<int>()]);

        if (wanted == typeof(Doubles))
            return Doubles.Create([.. items.Select(i => Convert.ToDouble(i, CultureInfo.InvariantCulture))]);

        var element = wanted.IsArray ? wanted.GetElementType() : wanted.GetGenericArguments().FirstOrDefault();

        if (element is null)
            return null;

        var array = Array.CreateInstance(element, items.Count);

        for (var i = 0; i < items.Count; i++)
            array.SetValue(
                items[i] is IConvertible c && element.IsPrimitive
                    ? c.ToType(element, CultureInfo.InvariantCulture)
                    : items[i],
                i
            );

        if (wanted.IsInstanceOfType(array))
            return array;

        return wanted.GetConstructor([typeof(IEnumerable<>).MakeGenericType(element)])?.Invoke([array]);
    }

    private static Exception Unfit(string where, Json json, Type type) =>
        Fs.Refuse(where, $"{FSharp.Saving.JsonModule.write(json)} is no {type.Name}");

    private static Json Border(int[] border) =>
        border.Length == 1 ? Json.NewInt(border[0]) : Many(border.Select(i => Json.NewInt(i)));

    private static Json Many(IEnumerable<Json> items) => Json.NewArray(Fs.List(items));
}
