// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Initializers;

/// <summary>Normal numbers within two deviations. Keras: <c>keras.initializers.TruncatedNormal</c>.</summary>
public sealed class TruncatedNormal : Initializer
{
    /// <summary>Normal numbers within two deviations.</summary>
    /// <param name="mean">The mean.</param>
    /// <param name="stddev">The standard deviation.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    public TruncatedNormal(
        double mean = 0,
        double stddev = 0.05,
        int? seed = null
    )
        : base(
            "TruncatedNormal",
            new ConfigBuilder
            {
                { "mean", mean },
                { "stddev", stddev },
                { "seed", seed },
            }
        ) { }
}
