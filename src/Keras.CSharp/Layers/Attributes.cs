using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;

namespace Keras.Layers;

/// <summary>
/// What an object of a user's class holds in its fields, as Keras finds the attributes of a Python object. Files name the
/// parts of a layer by them: a field <c>hiddenLayer</c>, <c>_hiddenLayer</c> or a property <c>HiddenLayer</c> is the
/// attribute <c>hidden_layer</c>.
/// </summary>
internal static class Attributes
{
    private static readonly ConcurrentDictionary<Type, FieldInfo[]> Known = new();

    /// <summary>
    /// The objects of a kind in fields, in the order of their declaration, those of base classes first. The name of a list
    /// or dictionary of objects ends in <c>/</c>.
    /// </summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="owner">The object.</param>
    public static IEnumerable<(string Name, T Value)> Of<T>(object owner)
        where T : class
    {
        foreach (var field in Known.GetOrAdd(owner.GetType(), FieldsOf))
        {
            var name = NameOf(field);
            var value = field.GetValue(owner);

            if (value is T one)
                yield return (name, one);
            else if (value is IDictionary map && Holds(map.GetType(), typeof(T)))
                foreach (var item in map.Values.OfType<T>())
                    yield return (name + "/", item);
            else if (value is ICollection list && Holds(list.GetType(), typeof(T)))
                foreach (var item in list.OfType<T>())
                    yield return (name + "/", item);
        }
    }

    /// <summary>The fields of a user's classes; those of this library are not attributes.</summary>
    private static FieldInfo[] FieldsOf(Type type)
    {
        var fields = new List<FieldInfo>();

        for (var t = type; t is not null && t.Assembly != typeof(Layer).Assembly; t = t.BaseType)
            fields.InsertRange(
                0,
                t.GetFields(
                        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly
                    )
                    .OrderBy(f => f.MetadataToken)
            );

        return [.. fields];
    }

    // The compiler calls the field of a property <Name>k__BackingField, that of a constructor's parameter <name>P.
    private static string NameOf(FieldInfo field)
    {
        var end = field.Name.IndexOf('>');
        var name = field.Name[0] == '<' && end > 0 ? field.Name[1..end] : field.Name;
        return FSharp.Naming.snakeCase(name.TrimStart('_'));
    }

    // Only collections that say so are looked into: others may hold millions of numbers.
    private static bool Holds(Type collection, Type item) =>
        collection
            .GetInterfaces()
            .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))
            .Select(i => i.GetGenericArguments()[0])
            .Any(e =>
                item.IsAssignableFrom(e)
                || e.IsGenericType
                    && e.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)
                    && item.IsAssignableFrom(e.GetGenericArguments()[1])
            );
}
