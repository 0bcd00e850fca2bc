// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Initializers;

/// <summary>Zeros. Keras: <c>keras.initializers.Zeros</c>.</summary>
public sealed class Zeros : Initializer
{
    /// <summary>Zeros.</summary>
    public Zeros()
        : base(
            "Zeros",
            new ConfigBuilder()
        ) { }
}
