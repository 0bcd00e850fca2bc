// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Constraints;

/// <summary>No negative values. Keras: <c>keras.constraints.NonNeg</c>.</summary>
public sealed class NonNeg : Constraint
{
    /// <summary>No negative values.</summary>
    public NonNeg()
        : base(
            "NonNeg",
            new ConfigBuilder()
        ) { }
}
