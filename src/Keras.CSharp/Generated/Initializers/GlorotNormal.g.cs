// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Initializers;

/// <summary>Truncated normal, scaled by both fans. Keras: <c>keras.initializers.GlorotNormal</c>.</summary>
public sealed class GlorotNormal : Initializer
{
    /// <summary>Truncated normal, scaled by both fans.</summary>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <param name="inputAxes">The axes that count as inputs.</param>
    /// <param name="outputAxes">The axes that count as outputs.</param>
    public GlorotNormal(
        int? seed = null,
        Ints? inputAxes = null,
        Ints? outputAxes = null
    )
        : base(
            "GlorotNormal",
            new ConfigBuilder
            {
                { "seed", seed },
                { "input_axes", inputAxes },
                { "output_axes", outputAxes },
            }
        ) { }
}
