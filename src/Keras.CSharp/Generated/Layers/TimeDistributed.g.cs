// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>A layer for each time step. Keras: <c>keras.layers.TimeDistributed</c>.</summary>
public sealed class TimeDistributed : Layer
{
    /// <summary>A layer for each time step.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public TimeDistributed(
        Layer layer,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "TimeDistributed",
            new ConfigBuilder
            {
                { "layer", layer },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal TimeDistributed(FSharp.Layer core)
        : base(core) { }
}
