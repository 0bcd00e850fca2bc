using Microsoft.FSharp.Collections;

namespace Keras;

/// <summary>Values of losses and metrics by name, in order, from F#'s list.</summary>
internal static class Logs
{
    public static IReadOnlyDictionary<string, double> Of(FSharpList<Tuple<string, double>> logs) =>
        new OrderedDictionary<string, double>(logs.Select(p => KeyValuePair.Create(p.Item1, p.Item2)));
}
