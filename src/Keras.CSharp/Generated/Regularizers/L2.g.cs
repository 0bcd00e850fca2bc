// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Regularizers;

/// <summary>The sum of squares, times a factor. Keras: <c>keras.regularizers.L2</c>.</summary>
public sealed class L2 : Regularizer
{
    /// <summary>The sum of squares, times a factor.</summary>
    /// <param name="l2">The factor of the squares.</param>
    public L2(
        double l2 = 0.01
    )
        : base(
            "L2",
            new ConfigBuilder
            {
                { "l2", l2 },
            }
        ) { }
}
