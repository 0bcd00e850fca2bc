namespace Keras;

/// <content>Operators.</content>
public sealed partial class Tensor
{
    /// <summary>The sum.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator +(Tensor x, Tensor y) => new(x.Core + y.Core);

    /// <summary>The sum.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator +(Tensor x, double y) => new(x.Core + y);

    /// <summary>The sum.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator +(Tensor x, int y) => new(x.Core + y);

    /// <summary>The sum.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator +(double x, Tensor y) => new(x + y.Core);

    /// <summary>The sum.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator +(int x, Tensor y) => new(x + y.Core);

    /// <summary>The difference.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator -(Tensor x, Tensor y) => new(x.Core - y.Core);

    /// <summary>The difference.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator -(Tensor x, double y) => new(x.Core - y);

    /// <summary>The difference.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator -(Tensor x, int y) => new(x.Core - y);

    /// <summary>The difference.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator -(double x, Tensor y) => new(x - y.Core);

    /// <summary>The difference.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator -(int x, Tensor y) => new(x - y.Core);

    /// <summary>The product.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator *(Tensor x, Tensor y) => new(x.Core * y.Core);

    /// <summary>The product.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator *(Tensor x, double y) => new(x.Core * y);

    /// <summary>The product.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator *(Tensor x, int y) => new(x.Core * y);

    /// <summary>The product.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator *(double x, Tensor y) => new(x * y.Core);

    /// <summary>The product.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator *(int x, Tensor y) => new(x * y.Core);

    /// <summary>The quotient.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator /(Tensor x, Tensor y) => new(x.Core / y.Core);

    /// <summary>The quotient.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator /(Tensor x, double y) => new(x.Core / y);

    /// <summary>The quotient.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator /(Tensor x, int y) => new(x.Core / y);

    /// <summary>The quotient.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator /(double x, Tensor y) => new(x / y.Core);

    /// <summary>The quotient.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator /(int x, Tensor y) => new(x / y.Core);

    /// <summary>The remainder, with the sign of the divisor.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator %(Tensor x, Tensor y) => new(x.Core % y.Core);

    /// <summary>The remainder, with the sign of the divisor.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator %(Tensor x, double y) => new(x.Core % y);

    /// <summary>The remainder, with the sign of the divisor.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator %(Tensor x, int y) => new(x.Core % y);

    /// <summary>The remainder, with the sign of the divisor.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator %(double x, Tensor y) => new(x % y.Core);

    /// <summary>The remainder, with the sign of the divisor.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator %(int x, Tensor y) => new(x % y.Core);

    /// <summary>The negative.</summary>
    /// <param name="x">The operand.</param>
    public static Tensor operator -(Tensor x) => new(-x.Core);
}
