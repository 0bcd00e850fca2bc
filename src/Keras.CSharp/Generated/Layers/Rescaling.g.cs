// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Multiplies by a scale and adds an offset. Keras: <c>keras.layers.Rescaling</c>.</summary>
public sealed class Rescaling : Layer
{
    /// <summary>Multiplies by a scale and adds an offset.</summary>
    /// <param name="scale">Whether a factor is trained, or the factor itself.</param>
    /// <param name="offset">What is added.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Rescaling(
        Doubles scale,
        Doubles? offset = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Rescaling",
            new ConfigBuilder
            {
                { "scale", scale },
                { "offset", offset },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Rescaling(FSharp.Layer core)
        : base(core) { }
}
