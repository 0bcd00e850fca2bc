// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Regularizers;

/// <summary>The sum of absolute values, times a factor. Keras: <c>keras.regularizers.L1</c>.</summary>
public sealed class L1 : Regularizer
{
    /// <summary>The sum of absolute values, times a factor.</summary>
    /// <param name="l1">The factor of the absolute values.</param>
    public L1(
        double l1 = 0.01
    )
        : base(
            "L1",
            new ConfigBuilder
            {
                { "l1", l1 },
            }
        ) { }
}
