// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Initializers;

/// <summary>Uniform numbers. Keras: <c>keras.initializers.RandomUniform</c>.</summary>
public sealed class RandomUniform : Initializer
{
    /// <summary>Uniform numbers.</summary>
    /// <param name="minval">The lower bound.</param>
    /// <param name="maxval">The upper bound.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    public RandomUniform(
        double minval = -0.05,
        double maxval = 0.05,
        int? seed = null
    )
        : base(
            "RandomUniform",
            new ConfigBuilder
            {
                { "minval", minval },
                { "maxval", maxval },
                { "seed", seed },
            }
        ) { }
}
