// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>A recurrent layer in both directions. Keras: <c>keras.layers.Bidirectional</c>.</summary>
public sealed class Bidirectional : Layer
{
    /// <summary>A recurrent layer in both directions.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="mergeMode">How both directions are joined: concat, sum, mul, ave or none.</param>
    /// <param name="backwardLayer">The layer that goes backwards; made from the other if it is absent.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Bidirectional(
        Layer layer,
        string mergeMode = "concat",
        Layer? backwardLayer = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Bidirectional",
            new ConfigBuilder
            {
                { "layer", layer },
                { "merge_mode", mergeMode },
                { "backward_layer", backwardLayer },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Bidirectional(FSharp.Layer core)
        : base(core) { }
}
