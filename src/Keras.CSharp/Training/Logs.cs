namespace Keras;

/// <summary>Values of losses and metrics by name, in order; of a metric with several values their mean.</summary>
internal static class Logs
{
    public static IReadOnlyDictionary<string, double> Of(FSharp.Logs logs) => logs;
}
