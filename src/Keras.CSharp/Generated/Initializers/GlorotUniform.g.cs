// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Initializers;

/// <summary>Uniform, scaled by both fans. Keras: <c>keras.initializers.GlorotUniform</c>.</summary>
public sealed class GlorotUniform : Initializer
{
    /// <summary>Uniform, scaled by both fans.</summary>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <param name="inputAxes">The axes that count as inputs.</param>
    /// <param name="outputAxes">The axes that count as outputs.</param>
    public GlorotUniform(
        int? seed = null,
        Ints? inputAxes = null,
        Ints? outputAxes = null
    )
        : base(
            "GlorotUniform",
            new ConfigBuilder
            {
                { "seed", seed },
                { "input_axes", inputAxes },
                { "output_axes", outputAxes },
            }
        ) { }
}
