// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Regularizers;

/// <summary>Absolute values and squares. Keras: <c>keras.regularizers.L1L2</c>.</summary>
public sealed class L1L2 : Regularizer
{
    /// <summary>Absolute values and squares.</summary>
    /// <param name="l1">The factor of the absolute values.</param>
    /// <param name="l2">The factor of the squares.</param>
    public L1L2(
        double l1 = 0,
        double l2 = 0
    )
        : base(
            "L1L2",
            new ConfigBuilder
            {
                { "l1", l1 },
                { "l2", l2 },
            }
        ) { }
}
