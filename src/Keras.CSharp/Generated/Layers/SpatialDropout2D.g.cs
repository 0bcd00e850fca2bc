// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Drops whole feature maps of images in training. Keras: <c>keras.layers.SpatialDropout2D</c>.</summary>
public sealed class SpatialDropout2D : Layer
{
    /// <summary>Drops whole feature maps of images in training.</summary>
    /// <param name="rate">The part that is dropped, between 0 and 1, or the rate of approach.</param>
    /// <param name="dataFormat"><c>channels_last</c> or <c>channels_first</c>; the setting by default.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public SpatialDropout2D(
        double rate,
        string? dataFormat = null,
        int? seed = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "SpatialDropout2D",
            new ConfigBuilder
            {
                { "rate", rate },
                { "data_format", dataFormat },
                { "seed", seed },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal SpatialDropout2D(FSharp.Layer core)
        : base(core) { }
}
