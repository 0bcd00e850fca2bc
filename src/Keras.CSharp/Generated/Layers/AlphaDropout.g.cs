// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Dropout that keeps mean and variance. Keras: <c>keras.layers.AlphaDropout</c>.</summary>
public sealed class AlphaDropout : Layer
{
    /// <summary>Dropout that keeps mean and variance.</summary>
    /// <param name="rate">The part that is dropped, between 0 and 1, or the rate of approach.</param>
    /// <param name="noiseShape">The shape of the mask; by default that of the input.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public AlphaDropout(
        double rate,
        Ints? noiseShape = null,
        int? seed = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "AlphaDropout",
            new ConfigBuilder
            {
                { "rate", rate },
                { "noise_shape", noiseShape },
                { "seed", seed },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal AlphaDropout(FSharp.Layer core)
        : base(core) { }
}
