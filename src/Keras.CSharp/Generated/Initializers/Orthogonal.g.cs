// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Initializers;

/// <summary>A random orthogonal matrix. Keras: <c>keras.initializers.Orthogonal</c>.</summary>
public sealed class Orthogonal : Initializer
{
    /// <summary>A random orthogonal matrix.</summary>
    /// <param name="gain">The factor.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    public Orthogonal(
        double gain = 1,
        int? seed = null
    )
        : base(
            "Orthogonal",
            new ConfigBuilder
            {
                { "gain", gain },
                { "seed", seed },
            }
        ) { }
}
