namespace Keras;

/// <summary>
/// The operations of <c>keras.ops</c>. Operands may be plain numbers, which take the element type of the tensor beside
/// them; <c>axis</c> takes one axis or several, negative ones count from the end.
/// </summary>
public static partial class Ops;
