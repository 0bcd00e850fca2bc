// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Multiplies by normal noise around one in training. Keras: <c>keras.layers.GaussianDropout</c>.</summary>
public sealed class GaussianDropout : Layer
{
    /// <summary>Multiplies by normal noise around one in training.</summary>
    /// <param name="rate">The part that is dropped, between 0 and 1, or the rate of approach.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public GaussianDropout(
        double rate,
        int? seed = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "GaussianDropout",
            new ConfigBuilder
            {
                { "rate", rate },
                { "seed", seed },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal GaussianDropout(FSharp.Layer core)
        : base(core) { }
}
