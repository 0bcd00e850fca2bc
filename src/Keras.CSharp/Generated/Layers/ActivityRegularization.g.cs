// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Adds a penalty on its input to the loss. Keras: <c>keras.layers.ActivityRegularization</c>.</summary>
public sealed class ActivityRegularization : Layer
{
    /// <summary>Adds a penalty on its input to the loss.</summary>
    /// <param name="l1">The factor of the absolute values.</param>
    /// <param name="l2">The factor of the squares.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public ActivityRegularization(
        double l1 = 0,
        double l2 = 0,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "ActivityRegularization",
            new ConfigBuilder
            {
                { "l1", l1 },
                { "l2", l2 },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal ActivityRegularization(FSharp.Layer core)
        : base(core) { }
}
