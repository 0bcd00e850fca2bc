// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>The rectified linear unit. Keras: <c>keras.layers.ReLU</c>.</summary>
public sealed class ReLU : Layer
{
    /// <summary>The rectified linear unit.</summary>
    /// <param name="maxValue">The largest value.</param>
    /// <param name="negativeSlope">The slope below the threshold.</param>
    /// <param name="threshold">The threshold.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public ReLU(
        double? maxValue = null,
        double negativeSlope = 0,
        double threshold = 0,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "ReLU",
            new ConfigBuilder
            {
                { "max_value", maxValue },
                { "negative_slope", negativeSlope },
                { "threshold", threshold },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal ReLU(FSharp.Layer core)
        : base(core) { }
}
