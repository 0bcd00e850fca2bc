// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Constraints;

/// <summary>Norms of one. Keras: <c>keras.constraints.UnitNorm</c>.</summary>
public sealed class UnitNorm : Constraint
{
    /// <summary>Norms of one.</summary>
    /// <param name="axis">The axis or axes.</param>
    public UnitNorm(
        Ints? axis = null
    )
        : base(
            "UnitNorm",
            new ConfigBuilder
            {
                { "axis", axis },
            }
        ) { }
}
