// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Constraints;

/// <summary>Norms of at most a value. Keras: <c>keras.constraints.MaxNorm</c>.</summary>
public sealed class MaxNorm : Constraint
{
    /// <summary>Norms of at most a value.</summary>
    /// <param name="maxValue">The largest value.</param>
    /// <param name="axis">The axis or axes.</param>
    public MaxNorm(
        double maxValue = 2,
        Ints? axis = null
    )
        : base(
            "MaxNorm",
            new ConfigBuilder
            {
                { "max_value", maxValue },
                { "axis", axis },
            }
        ) { }
}
