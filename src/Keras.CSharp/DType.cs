namespace Keras;

/// <summary>The element type of a tensor. Names as in Keras.</summary>
public enum DType
{
    /// <summary>True or false.</summary>
    Bool,

    /// <summary>8 bits, unsigned.</summary>
    UInt8,

    /// <summary>16 bits, unsigned.</summary>
    UInt16,

    /// <summary>32 bits, unsigned.</summary>
    UInt32,

    /// <summary>64 bits, unsigned.</summary>
    UInt64,

    /// <summary>8 bits.</summary>
    Int8,

    /// <summary>16 bits.</summary>
    Int16,

    /// <summary>32 bits.</summary>
    Int32,

    /// <summary>64 bits.</summary>
    Int64,

    /// <summary>A float of 16 bits with the exponent of 32.</summary>
    BFloat16,

    /// <summary>A float of 16 bits.</summary>
    Float16,

    /// <summary>A float of 32 bits.</summary>
    Float32,

    /// <summary>A float of 64 bits.</summary>
    Float64,

    /// <summary>A complex number of two 32-bit floats.</summary>
    Complex64,

    /// <summary>A complex number of two 64-bit floats.</summary>
    Complex128,
}
