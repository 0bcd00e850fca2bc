using System.Runtime.CompilerServices;

namespace Keras;

/// <summary>
/// The variables of all layers: each layer has its own, whichever models it is part of, so that models share what their
/// layers share.
/// </summary>
internal static class VariableStore
{
    private static readonly ConditionalWeakTable<FSharp.Layer, Dictionary<string, Variable>> Cells = [];

    /// <summary>The variables of a layer itself, in the order of their declaration.</summary>
    public static IReadOnlyCollection<Variable> Of(FSharp.Layer layer) =>
        Cells.TryGetValue(layer, out var own) ? own.Values : [];

    /// <summary>The variable of a layer under a name; made without a value where it is new.</summary>
    public static Variable Get(FSharp.Layer layer, string name, string path, bool trainable)
    {
        var own = Cells.GetOrCreateValue(layer);

        if (!own.TryGetValue(name, out var variable))
        {
            variable = new Variable(name, path, trainable, null) { Owner = layer };
            own[name] = variable;
        }

        return variable;
    }
}
