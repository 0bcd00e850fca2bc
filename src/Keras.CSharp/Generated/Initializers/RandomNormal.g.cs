// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Initializers;

/// <summary>Normal numbers. Keras: <c>keras.initializers.RandomNormal</c>.</summary>
public sealed class RandomNormal : Initializer
{
    /// <summary>Normal numbers.</summary>
    /// <param name="mean">The mean.</param>
    /// <param name="stddev">The standard deviation.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    public RandomNormal(
        double mean = 0,
        double stddev = 0.05,
        int? seed = null
    )
        : base(
            "RandomNormal",
            new ConfigBuilder
            {
                { "mean", mean },
                { "stddev", stddev },
                { "seed", seed },
            }
        ) { }
}
