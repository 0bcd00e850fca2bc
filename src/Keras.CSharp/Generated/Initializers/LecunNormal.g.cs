// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Initializers;

/// <summary>Truncated normal of unit variance over the inputs. Keras: <c>keras.initializers.LecunNormal</c>.</summary>
public sealed class LecunNormal : Initializer
{
    /// <summary>Truncated normal of unit variance over the inputs.</summary>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <param name="inputAxes">The axes that count as inputs.</param>
    /// <param name="outputAxes">The axes that count as outputs.</param>
    public LecunNormal(
        int? seed = null,
        Ints? inputAxes = null,
        Ints? outputAxes = null
    )
        : base(
            "LecunNormal",
            new ConfigBuilder
            {
                { "seed", seed },
                { "input_axes", inputAxes },
                { "output_axes", outputAxes },
            }
        ) { }
}
