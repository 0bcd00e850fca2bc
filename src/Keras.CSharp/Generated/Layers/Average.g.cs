// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>The mean of its inputs. Keras: <c>keras.layers.Average</c>.</summary>
public sealed class Average : Layer
{
    /// <summary>The mean of its inputs.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Average(
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Average",
            new ConfigBuilder
            {
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Average(FSharp.Layer core)
        : base(core) { }
}
