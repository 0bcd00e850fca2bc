// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Sets a random part of the input to zero in training. Keras: <c>keras.layers.Dropout</c>.</summary>
public sealed class Dropout : Layer
{
    /// <summary>Sets a random part of the input to zero in training.</summary>
    /// <param name="rate">The part that is dropped, between 0 and 1, or the rate of approach.</param>
    /// <param name="noiseShape">The shape of the mask; by default that of the input.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Dropout(
        double rate,
        Ints? noiseShape = null,
        int? seed = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Dropout",
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

    internal Dropout(FSharp.Layer core)
        : base(core) { }
}
