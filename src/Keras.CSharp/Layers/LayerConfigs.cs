using System.Reflection;
using System.Runtime.ExceptionServices;
using Keras.FSharp;
using Keras.FSharp.Saving;
using Microsoft.FSharp.Collections;

namespace Keras.Layers;

/// <content>Layers as configs: what files say of them, and how they are made again from it.</content>
public abstract partial class Layer
{
    private static readonly string[] OfEveryLayer = ["name", "trainable", "dtype"];

    /// <summary>
    /// The arguments from which the layer can be made again (<c>get_config</c>), by their names in Keras. A layer of one's
    /// own adds those of its constructor; values are numbers, texts, lists, dictionaries, and objects of Keras.
    /// </summary>
    public virtual IReadOnlyDictionary<string, object?> GetConfig() =>
        JsonValues.Map(Core.Host.IsSome ? LayerFactory.usual(Core) : ConfigOf(Core));

    /// <summary>
    /// A layer from the config that <see cref="GetConfig"/> gave (<c>from_config</c>). For a class of one's own the
    /// arguments are those of its constructor: <c>hiddenUnits</c> is <c>hidden_units</c>. Unknown ones are errors.
    /// </summary>
    /// <typeparam name="T">The class.</typeparam>
    /// <param name="config">The config.</param>
    public static T FromConfig<T>(IReadOnlyDictionary<string, object?> config)
        where T : Layer
    {
        var pairs = Fs.List(JsonValues.Pairs(config));

        if (typeof(T).Assembly != typeof(Layer).Assembly)
            return (T)Make(typeof(T), pairs, LayerCatalogue.ofJson);

        var core = typeof(Model).IsAssignableFrom(typeof(T))
            ? ModelConfig.ofJson(
                Json.NewObject(
                    Fs.List<Tuple<string, Json>>([
                        new("class_name", Json.NewText(typeof(T).Name)),
                        new("config", Json.NewObject(pairs)),
                    ])
                )
            )
            : LayerCatalogue.create(typeof(T) == typeof(Input) ? "InputLayer" : typeof(T).Name, pairs);

        return (T)LayerObjects.Of(core!);
    }

    /// <summary>A layer of a user's class from its config: each argument goes to the parameter of its name.</summary>
    internal static Layer Make(
        Type type,
        FSharpList<Tuple<string, Json>> config,
        Func<string, Json, FSharp.Layer?> nested
    )
    {
        var values = config.ToDictionary(p => p.Item1, p => p.Item2);
        var constructor = ConstructorOf(type);
        var parameters = constructor.GetParameters();
        var keys = Array.ConvertAll(parameters, p => Naming.snakeCase(p.Name!));

        if (values.Keys.FirstOrDefault(k => !keys.Contains(k) && !OfEveryLayer.Contains(k)) is { } unknown)
            throw Fs.Refuse(
                type.Name,
                $"its constructor has no parameter for '{unknown}'",
                Fail.didYouMean(unknown, keys)
            );

        var arguments = new object?[parameters.Length];

        for (var i = 0; i < arguments.Length; i++)
            arguments[i] =
                values.TryGetValue(keys[i], out var json)
                    ? JsonValues.As(
                        $"{type.Name}.{keys[i]}",
                        json,
                        parameters[i].ParameterType,
                        (w, j) => nested(w, j)!
                    )
                : parameters[i].HasDefaultValue ? parameters[i].DefaultValue
                : throw Fs.Refuse(
                    type.Name,
                    $"its config lacks '{keys[i]}', which its constructor needs",
                    "Override GetConfig, so that it gives all arguments."
                );

        Layer layer;

        try
        {
            layer = (Layer)constructor.Invoke(arguments);
        }
        catch (TargetInvocationException e) when (e.InnerException is { } inner)
        {
            // The cause is what the user's constructor threw.
            ExceptionDispatchInfo.Throw(inner);
            throw;
        }

        layer.TakeUsual(values);
        return layer;
    }

    /// <summary>True for a class that is not part of this library.</summary>
    internal bool IsOwn => GetType().Assembly != typeof(Layer).Assembly;

    /// <summary>The config of a layer of this library; that of a model holds its layers.</summary>
    private static IEnumerable<Tuple<string, Json>> ConfigOf(FSharp.Layer core) =>
        FSharp.Model.IsModel(core)
            ? JsonModule.asObject("config", JsonModule.get("model", "config", ModelConfig.toJson(core)))
            : LayerFactory.config(core);

    private static ConstructorInfo ConstructorOf(Type type) =>
        type.GetConstructors().MaxBy(c => c.GetParameters().Length)
        ?? throw Fs.Refuse(type.Name, "it has no public constructor", "Files make objects by it.");

    /// <summary>What every layer has, where the constructor did not take it.</summary>
    private void TakeUsual(Dictionary<string, Json> values)
    {
        if (values.TryGetValue("name", out var n) && n is Json.Text { Item: var given } && given != Name)
        {
            if (core is not null)
                throw Fs.WrongState($"{Core}", $"it was used in its constructor, before it got its name '{given}'");

            Name = given;
        }

        if (values.TryGetValue("trainable", out var t) && t is Json.Bool { Item: false })
            Trainable = false;

        if (values.TryGetValue("dtype", out var d) && !d.IsNull)
            dtype = DTypePolicyModule.ofJson("dtype", d).Name;
    }

    /// <summary>What the F# library asks of a layer of a user's class.</summary>
    private sealed class Host(Layer layer) : ILayerHost
    {
        public bool IsModel => layer is Model;

        // A class may be registered after its first layer was made.
        public string RegisteredName => Saving.GetRegisteredName(layer.GetType());

        public FSharpList<Tuple<string, FSharp.Layer?>> Children =>
            Fs.List(layer.Inside().Select(p => Tuple.Create<string, FSharp.Layer?>(p.Attribute, p.Layer.Core)));

        public FSharpList<Tuple<string, Json>> Config
        {
            get
            {
                var own =
                    layer.GetType().GetMethod(nameof(GetConfig))!.DeclaringType!.Assembly != typeof(Layer).Assembly;
                var type = layer.GetType();

                if (
                    !own
                    && ConstructorOf(type).GetParameters().FirstOrDefault(p => !p.HasDefaultValue) is { } needed
                    && !OfEveryLayer.Contains(needed.Name)
                )
                    throw Fs.WrongState(
                        $"{layer}",
                        $"its constructor needs '{needed.Name}', and GetConfig does not give it",
                        $"Override GetConfig in {type.Name}."
                    );

                return Fs.List(JsonValues.Pairs(layer.GetConfig()));
            }
        }
    }
}
