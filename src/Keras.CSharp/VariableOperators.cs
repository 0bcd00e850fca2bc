namespace Keras;

/// <content>Operators: a variable computes with its value.</content>
public sealed partial class Variable
{
    /// <summary>The sum.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator +(Variable x, Variable y) => x.Value + y.Value;

    /// <summary>The sum.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator +(Variable x, double y) => x.Value + y;

    /// <summary>The sum.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator +(Variable x, int y) => x.Value + y;

    /// <summary>The sum.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator +(double x, Variable y) => x + y.Value;

    /// <summary>The sum.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator +(int x, Variable y) => x + y.Value;

    /// <summary>The difference.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator -(Variable x, Variable y) => x.Value - y.Value;

    /// <summary>The difference.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator -(Variable x, double y) => x.Value - y;

    /// <summary>The difference.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator -(Variable x, int y) => x.Value - y;

    /// <summary>The difference.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator -(double x, Variable y) => x - y.Value;

    /// <summary>The difference.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator -(int x, Variable y) => x - y.Value;

    /// <summary>The product.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator *(Variable x, Variable y) => x.Value * y.Value;

    /// <summary>The product.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator *(Variable x, double y) => x.Value * y;

    /// <summary>The product.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator *(Variable x, int y) => x.Value * y;

    /// <summary>The product.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator *(double x, Variable y) => x * y.Value;

    /// <summary>The product.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator *(int x, Variable y) => x * y.Value;

    /// <summary>The quotient.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator /(Variable x, Variable y) => x.Value / y.Value;

    /// <summary>The quotient.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator /(Variable x, double y) => x.Value / y;

    /// <summary>The quotient.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator /(Variable x, int y) => x.Value / y;

    /// <summary>The quotient.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator /(double x, Variable y) => x / y.Value;

    /// <summary>The quotient.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator /(int x, Variable y) => x / y.Value;

    /// <summary>The remainder, with the sign of the divisor.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator %(Variable x, Variable y) => x.Value % y.Value;

    /// <summary>The remainder, with the sign of the divisor.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator %(Variable x, double y) => x.Value % y;

    /// <summary>The remainder, with the sign of the divisor.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator %(Variable x, int y) => x.Value % y;

    /// <summary>The remainder, with the sign of the divisor.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator %(double x, Variable y) => x % y.Value;

    /// <summary>The remainder, with the sign of the divisor.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator %(int x, Variable y) => x % y.Value;

    /// <summary>The negative.</summary>
    /// <param name="x">The operand.</param>
    public static Tensor operator -(Variable x) => -x.Value;
}
