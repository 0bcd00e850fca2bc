// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Initializers;

/// <summary>Ones. Keras: <c>keras.initializers.Ones</c>.</summary>
public sealed class Ones : Initializer
{
    /// <summary>Ones.</summary>
    public Ones()
        : base(
            "Ones",
            new ConfigBuilder()
        ) { }
}
