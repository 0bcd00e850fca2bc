// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Initializers;

/// <summary>The identity matrix, scaled. Keras: <c>keras.initializers.Identity</c>.</summary>
public sealed class Identity : Initializer
{
    /// <summary>The identity matrix, scaled.</summary>
    /// <param name="gain">The factor.</param>
    public Identity(
        double gain = 1
    )
        : base(
            "Identity",
            new ConfigBuilder
            {
                { "gain", gain },
            }
        ) { }
}
