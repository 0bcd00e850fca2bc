// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Initializers;

/// <summary>Random numbers, scaled by the shape. Keras: <c>keras.initializers.VarianceScaling</c>.</summary>
public sealed class VarianceScaling : Initializer
{
    /// <summary>Random numbers, scaled by the shape.</summary>
    /// <param name="scale">Whether a factor is trained, or the factor itself.</param>
    /// <param name="mode">The mode.</param>
    /// <param name="distribution"><c>normal</c>, <c>truncated_normal</c>, <c>untruncated_normal</c> or <c>uniform</c>.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <param name="inputAxes">The axes that count as inputs.</param>
    /// <param name="outputAxes">The axes that count as outputs.</param>
    public VarianceScaling(
        double scale = 1,
        string mode = "fan_in",
        string distribution = "truncated_normal",
        int? seed = null,
        Ints? inputAxes = null,
        Ints? outputAxes = null
    )
        : base(
            "VarianceScaling",
            new ConfigBuilder
            {
                { "scale", scale },
                { "mode", mode },
                { "distribution", distribution },
                { "seed", seed },
                { "input_axes", inputAxes },
                { "output_axes", outputAxes },
            }
        ) { }
}
