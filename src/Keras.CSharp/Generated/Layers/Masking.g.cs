// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Masks time steps whose features all have one value. Keras: <c>keras.layers.Masking</c>.</summary>
public sealed class Masking : Layer
{
    /// <summary>Masks time steps whose features all have one value.</summary>
    /// <param name="maskValue">The value that is masked.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Masking(
        double maskValue = 0,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Masking",
            new ConfigBuilder
            {
                { "mask_value", maskValue },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Masking(FSharp.Layer core)
        : base(core) { }
}
