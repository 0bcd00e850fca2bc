namespace Keras;

/// <summary>
/// A tensor or a plain number. Numbers are weak in promotion: <c>Ops.Maximum(x, 0.0)</c> keeps the element type of
/// <c>x</c>.
/// </summary>
public readonly struct Operand
{
    private Operand(FSharp.Operand core) => Core = core;

    internal FSharp.Operand Core { get; }

    /// <summary>A tensor takes part with its element type.</summary>
    /// <param name="x">The tensor.</param>
    public static implicit operator Operand(Tensor x) => new(x.Core);

    /// <summary>A variable takes part with its value.</summary>
    /// <param name="x">The variable.</param>
    public static implicit operator Operand(Variable x) => new(x.Value.Core);

    /// <summary>A bool takes part as bool.</summary>
    /// <param name="x">The value.</param>
    public static implicit operator Operand(bool x) => new(x);

    /// <summary>A weak integer.</summary>
    /// <param name="x">The number.</param>
    public static implicit operator Operand(int x) => new(x);

    /// <summary>A weak integer.</summary>
    /// <param name="x">The number.</param>
    public static implicit operator Operand(long x) => new(x);

    /// <summary>A weak float.</summary>
    /// <param name="x">The number.</param>
    public static implicit operator Operand(double x) => new(x);

    /// <summary>A weak float.</summary>
    /// <param name="x">The number.</param>
    public static implicit operator Operand(float x) => new(x);
}
