// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Metrics;

/// <summary>How often predictions equal targets. Keras: <c>keras.metrics.Accuracy</c>.</summary>
public sealed class Accuracy : Metric
{
    /// <summary>How often predictions equal targets.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    public Accuracy(
        string name = "accuracy",
        string? dtype = null
    )
        : base(
            "Accuracy",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
            }
        ) { }
}
