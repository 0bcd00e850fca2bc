// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Initializers;

/// <summary>One value. Keras: <c>keras.initializers.Constant</c>.</summary>
public sealed class Constant : Initializer
{
    /// <summary>One value.</summary>
    /// <param name="value">The value.</param>
    public Constant(
        double value = 0
    )
        : base(
            "Constant",
            new ConfigBuilder
            {
                { "value", value },
            }
        ) { }
}
