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

    /// <summary>The sum, as an operation of the graph.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static KerasTensor operator +(KerasTensor x, KerasTensor y) => new(x.Core + y.Core);

    /// <summary>The sum, as an operation of the graph.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static KerasTensor operator +(KerasTensor x, double y) => new(x.Core + y);

    /// <summary>The sum, as an operation of the graph.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static KerasTensor operator +(double x, KerasTensor y) => new(x + y.Core);

    /// <summary>The difference, as an operation of the graph.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static KerasTensor operator -(KerasTensor x, KerasTensor y) => new(x.Core - y.Core);

    /// <summary>The difference, as an operation of the graph.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static KerasTensor operator -(KerasTensor x, double y) => new(x.Core - y);

    /// <summary>The difference, as an operation of the graph.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static KerasTensor operator -(double x, KerasTensor y) => new(x - y.Core);

    /// <summary>The product, as an operation of the graph.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static KerasTensor operator *(KerasTensor x, KerasTensor y) => new(x.Core * y.Core);

    /// <summary>The product, as an operation of the graph.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static KerasTensor operator *(KerasTensor x, double y) => new(x.Core * y);

    /// <summary>The product, as an operation of the graph.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static KerasTensor operator *(double x, KerasTensor y) => new(x * y.Core);

    /// <summary>The quotient, as an operation of the graph.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static KerasTensor operator /(KerasTensor x, KerasTensor y) => new(x.Core / y.Core);

    /// <summary>The quotient, as an operation of the graph.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static KerasTensor operator /(KerasTensor x, double y) => new(x.Core / y);

    /// <summary>The quotient, as an operation of the graph.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static KerasTensor operator /(double x, KerasTensor y) => new(x / y.Core);

    /// <summary>The negative, as an operation of the graph.</summary>
    /// <param name="x">The operand.</param>
    public static KerasTensor operator -(KerasTensor x) => new(-x.Core);

    /// <summary>As <c>&lt;KerasTensor shape=(None, 3), dtype=float32, name=dense&gt;</c>.</summary>
    public override string ToString() => Core.ToString();
}
