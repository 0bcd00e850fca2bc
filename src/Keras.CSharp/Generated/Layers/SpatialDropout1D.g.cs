// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Drops whole feature maps of sequences in training. Keras: <c>keras.layers.SpatialDropout1D</c>.</summary>
public sealed class SpatialDropout1D : Layer
{
    /// <summary>Drops whole feature maps of sequences in training.</summary>
    /// <param name="rate">The part that is dropped, between 0 and 1, or the rate of approach.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public SpatialDropout1D(
        double rate,
        int? seed = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "SpatialDropout1D",
            new ConfigBuilder
            {
                { "rate", rate },
                { "seed", seed },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal SpatialDropout1D(FSharp.Layer core)
        : base(core) { }
}
