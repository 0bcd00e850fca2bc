// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Adds normal noise in training. Keras: <c>keras.layers.GaussianNoise</c>.</summary>
public sealed class GaussianNoise : Layer
{
    /// <summary>Adds normal noise in training.</summary>
    /// <param name="stddev">The standard deviation.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public GaussianNoise(
        double stddev,
        int? seed = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "GaussianNoise",
            new ConfigBuilder
            {
                { "stddev", stddev },
                { "seed", seed },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal GaussianNoise(FSharp.Layer core)
        : base(core) { }
}
