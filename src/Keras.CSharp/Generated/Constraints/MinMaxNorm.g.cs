// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Constraints;

/// <summary>Norms between two values. Keras: <c>keras.constraints.MinMaxNorm</c>.</summary>
public sealed class MinMaxNorm : Constraint
{
    /// <summary>Norms between two values.</summary>
    /// <param name="minValue">The smallest norm.</param>
    /// <param name="maxValue">The largest value.</param>
    /// <param name="rate">The part that is dropped, between 0 and 1, or the rate of approach.</param>
    /// <param name="axis">The axis or axes.</param>
    public MinMaxNorm(
        double minValue = 0,
        double maxValue = 1,
        double rate = 1,
        Ints? axis = null
    )
        : base(
            "MinMaxNorm",
            new ConfigBuilder
            {
                { "min_value", minValue },
                { "max_value", maxValue },
                { "rate", rate },
                { "axis", axis },
            }
        ) { }
}
