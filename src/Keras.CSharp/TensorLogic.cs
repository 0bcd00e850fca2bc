namespace Keras;

/// <content>Comparisons and logic: tensors of truth values.</content>
public sealed partial class Tensor
{
    /// <summary>Where the left operand is smaller.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator <(Tensor x, Tensor y) => Ops.Less(x, y);

    /// <summary>Where the left operand is smaller.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator <(Tensor x, double y) => Ops.Less(x, y);

    /// <summary>Where the left operand is smaller.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator <(Tensor x, int y) => Ops.Less(x, y);

    /// <summary>Where the left operand is smaller.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator <(double x, Tensor y) => Ops.Less(x, y);

    /// <summary>Where the left operand is smaller.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator <(int x, Tensor y) => Ops.Less(x, y);

    /// <summary>Where the left operand is larger.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator >(Tensor x, Tensor y) => Ops.Greater(x, y);

    /// <summary>Where the left operand is larger.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator >(Tensor x, double y) => Ops.Greater(x, y);

    /// <summary>Where the left operand is larger.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator >(Tensor x, int y) => Ops.Greater(x, y);

    /// <summary>Where the left operand is larger.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator >(double x, Tensor y) => Ops.Greater(x, y);

    /// <summary>Where the left operand is larger.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator >(int x, Tensor y) => Ops.Greater(x, y);

    /// <summary>Where the left operand is not larger.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator <=(Tensor x, Tensor y) => Ops.LessEqual(x, y);

    /// <summary>Where the left operand is not larger.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator <=(Tensor x, double y) => Ops.LessEqual(x, y);

    /// <summary>Where the left operand is not larger.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator <=(Tensor x, int y) => Ops.LessEqual(x, y);

    /// <summary>Where the left operand is not larger.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator <=(double x, Tensor y) => Ops.LessEqual(x, y);

    /// <summary>Where the left operand is not larger.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator <=(int x, Tensor y) => Ops.LessEqual(x, y);

    /// <summary>Where the left operand is not smaller.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator >=(Tensor x, Tensor y) => Ops.GreaterEqual(x, y);

    /// <summary>Where the left operand is not smaller.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator >=(Tensor x, double y) => Ops.GreaterEqual(x, y);

    /// <summary>Where the left operand is not smaller.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator >=(Tensor x, int y) => Ops.GreaterEqual(x, y);

    /// <summary>Where the left operand is not smaller.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator >=(double x, Tensor y) => Ops.GreaterEqual(x, y);

    /// <summary>Where the left operand is not smaller.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator >=(int x, Tensor y) => Ops.GreaterEqual(x, y);

    /// <summary>Where both are true.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator &(Tensor x, Tensor y) => Ops.LogicalAnd(x, y);

    /// <summary>Where one or both are true.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator |(Tensor x, Tensor y) => Ops.LogicalOr(x, y);

    /// <summary>Where one is true.</summary>
    /// <param name="x">The left operand.</param>
    /// <param name="y">The right operand.</param>
    public static Tensor operator ^(Tensor x, Tensor y) => Ops.LogicalXor(x, y);

    /// <summary>Where the operand is false.</summary>
    /// <param name="x">The operand.</param>
    public static Tensor operator !(Tensor x) => Ops.LogicalNot(x);
}
