// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>The exponential linear unit. Keras: <c>keras.layers.ELU</c>.</summary>
public sealed class ELU : Layer
{
    /// <summary>The exponential linear unit.</summary>
    /// <param name="alpha">The factor, as the class uses it.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public ELU(
        double alpha = 1,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "ELU",
            new ConfigBuilder
            {
                { "alpha", alpha },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal ELU(FSharp.Layer core)
        : base(core) { }
}
