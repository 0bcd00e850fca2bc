// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>A rectified linear unit with a slope below zero. Keras: <c>keras.layers.LeakyReLU</c>.</summary>
public sealed class LeakyReLU : Layer
{
    /// <summary>A rectified linear unit with a slope below zero.</summary>
    /// <param name="negativeSlope">The slope below the threshold.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public LeakyReLU(
        double negativeSlope = 0.3,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "LeakyReLU",
            new ConfigBuilder
            {
                { "negative_slope", negativeSlope },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal LeakyReLU(FSharp.Layer core)
        : base(core) { }
}
