using Keras.Layers;

namespace Keras;

/// <summary>
/// The result of a layer call that has not been computed (<c>keras.KerasTensor</c>): what the functional API passes from
/// layer to layer.
/// </summary>
public sealed class KerasTensor
{
    internal KerasTensor(FSharp.KerasTensor? core) => Core = core ?? throw new ArgumentNullException(nameof(core));

    internal FSharp.KerasTensor Core { get; }

    /// <summary>The shape; -1 where a size is not known.</summary>
    public Shape Shape => new(Core.Shape);

    /// <summary>The element type.</summary>
    public DType DType => (DType)Core.DType;

    /// <summary>The name of the layer that made it.</summary>
    public string Name => Core.Name;

    /// <summary>The sum of two.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static KerasTensor operator +(KerasTensor x, KerasTensor y) => new Add().Apply(x, y);

    /// <summary>The difference of two.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static KerasTensor operator -(KerasTensor x, KerasTensor y) => new Subtract().Apply(x, y);

    /// <summary>The product of two.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static KerasTensor operator *(KerasTensor x, KerasTensor y) => new Multiply().Apply(x, y);

    /// <summary>As <c>&lt;KerasTensor shape=(None, 3), dtype=float32, name=dense&gt;</c>.</summary>
    public override string ToString() => Core.ToString();
}
