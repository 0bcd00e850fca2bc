// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Regularizers;

/// <summary>Keeps rows or columns orthogonal. Keras: <c>keras.regularizers.OrthogonalRegularizer</c>.</summary>
public sealed class OrthogonalRegularizer : Regularizer
{
    /// <summary>Keeps rows or columns orthogonal.</summary>
    /// <param name="factor">The factor.</param>
    /// <param name="mode">The mode.</param>
    public OrthogonalRegularizer(
        double factor = 0.01,
        string mode = "rows"
    )
        : base(
            "OrthogonalRegularizer",
            new ConfigBuilder
            {
                { "factor", factor },
                { "mode", mode },
            }
        ) { }
}
