using System.Collections.Concurrent;
using Keras.FSharp;
using Keras.FSharp.Saving;
using Microsoft.FSharp.Collections;
using Layer = Keras.Layers.Layer;

namespace Keras;

/// <summary>
/// Files of models, and the classes of one's own that may stand in them (<c>keras.saving</c>). A file can only ask for
/// classes that the program itself registered; no code in it is run.
/// </summary>
public static class Saving
{
    private static readonly ConcurrentDictionary<Type, (string Package, string Name)> Registered = new();

    /// <summary>
    /// Lets files hold a layer or model of one's own (<c>register_keras_serializable</c>). It is made again by
    /// <see cref="Layer.FromConfig{T}"/>, or as <paramref name="create"/> says.
    /// </summary>
    /// <typeparam name="T">The class.</typeparam>
    /// <param name="package">What stands in front of its name in files.</param>
    /// <param name="name">Its name in files; that of the class by default.</param>
    /// <param name="create">Makes it from the config that its <c>GetConfig</c> gave.</param>
    public static void RegisterKerasSerializable<T>(
        string package = "Custom",
        string? name = null,
        Func<IReadOnlyDictionary<string, object?>, T>? create = null
    )
        where T : Layer
    {
        var own = name ?? typeof(T).Name;
        Registered[typeof(T)] = (package, own);

        CustomLayers.register(
            $"{package}>{own}",
            Fs.Func<
                Microsoft.FSharp.Core.FSharpFunc<string, Microsoft.FSharp.Core.FSharpFunc<Json, FSharp.Layer>>,
                FSharpList<Tuple<string, Json>>,
                FSharp.Layer
            >((nested, config) => Make(nested, config).Core)
        );

        Layer Make(
            Microsoft.FSharp.Core.FSharpFunc<string, Microsoft.FSharp.Core.FSharpFunc<Json, FSharp.Layer>> nested,
            FSharpList<Tuple<string, Json>> config
        ) =>
            create is null
                ? Layer.Make(typeof(T), config, (where, json) => nested.Invoke(where).Invoke(json))
                : create(JsonValues.Map(config));
    }

    /// <summary>The name of a class in files, as <c>Custom&gt;Linear</c> (<c>get_registered_name</c>).</summary>
    /// <param name="type">The class.</param>
    public static string GetRegisteredName(Type type) =>
        Registered.TryGetValue(type, out var r) ? $"{r.Package}>{r.Name}" : type.Name;

    /// <summary>
    /// Reads a model from a <c>.keras</c> file (<c>load_model</c>). Classes of one's own must be registered.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="compile">Whether it goes on training as it was compiled.</param>
    public static Model LoadModel(string path, bool compile = true) => Model.Load(path, compile);

    /// <summary>Writes a model to a <c>.keras</c> file (<c>save_model</c>).</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">Ends in <c>.keras</c>.</param>
    public static void SaveModel(Model model, string path) => model.Save(path);
}
