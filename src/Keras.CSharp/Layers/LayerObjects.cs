using System.Runtime.CompilerServices;

namespace Keras.Layers;

/// <summary>
/// The C# objects of the F# library's layers: one for each, so that a layer taken out of a model is the one that was put
/// in, and a layer of a file has its class.
/// </summary>
internal static class LayerObjects
{
    private static readonly ConditionalWeakTable<FSharp.Layer, Layer> Known = [];

    /// <summary>From now on the object stands for the layer.</summary>
    public static void Add(FSharp.Layer core, Layer layer) => Known.AddOrUpdate(core, layer);

    /// <summary>The object of a layer, made where there is none yet.</summary>
    public static Layer Of(FSharp.Layer core) => Known.TryGetValue(core, out var known) ? known : Make(core);

    private static Layer Make(FSharp.Layer core) =>
        core.Class switch
        {
            "Sequential" when FSharp.Model.IsModel(core) => new Sequential(core),
            _ when FSharp.Model.IsModel(core) => new Model(core),
            "InputLayer" => new Input(core),
            _ => (core.Parts.Module == "keras.layers" ? Twins.Of(core) : null) ?? new Operation(core),
        };

    /// <summary>A call of an operation in a graph, which files know as a layer.</summary>
    private sealed class Operation(FSharp.Layer core) : Layer(core);
}
