/// Element types of tensors: their names as Keras writes them, their sizes, their kinds, and the promotion lattice.
namespace Keras.FSharp

open System

/// The element type of a tensor. Names as in Keras (`keras.backend.standardize_dtype`).
type DType =
    /// bool: one byte, 0 or 1.
    | Bool = 0
    /// uint8.
    | UInt8 = 1
    /// uint16.
    | UInt16 = 2
    /// uint32.
    | UInt32 = 3
    /// uint64.
    | UInt64 = 4
    /// int8.
    | Int8 = 5
    /// int16.
    | Int16 = 6
    /// int32.
    | Int32 = 7
    /// int64.
    | Int64 = 8
    /// bfloat16: the upper half of a float32.
    | BFloat16 = 9
    /// float16 (IEEE half precision).
    | Float16 = 10
    /// float32.
    | Float32 = 11
    /// float64.
    | Float64 = 12
    /// complex64: two float32.
    | Complex64 = 13
    /// complex128: two float64.
    | Complex128 = 14

/// What is known of element types: name, size, kind, and which type two types promote to.
[<RequireQualifiedAccess>]
module DType =
    let private names = [|
        "bool"
        "uint8"
        "uint16"
        "uint32"
        "uint64"
        "int8"
        "int16"
        "int32"
        "int64"
        "bfloat16"
        "float16"
        "float32"
        "float64"
        "complex64"
        "complex128"
    |]

    let private sizes = [| 1; 1; 2; 4; 8; 1; 2; 4; 8; 2; 2; 4; 8; 8; 16 |]

    /// Every element type, in the order of the enumeration.
    let all: DType list = [ for i in 0 .. names.Length - 1 -> enum i ]

    /// The name that Keras uses: `"float32"`, `"int64"`, …
    let name (d: DType) : string = names[int d]

    /// The element type of a Keras name; `None` for an unknown name. Accepts `"int"`, `"long"`, `"half"`, `"float"` and
    /// `"double"` as Keras's `standardize_dtype` does.
    let tryParse (s: string) : DType option =
        match s with
        | "half" -> Some DType.Float16
        | "float" -> Some DType.Float32
        | "double" -> Some DType.Float64
        | "int" -> Some DType.Int32
        | "long" -> Some DType.Int64
        | _ ->
            match Array.IndexOf(names, s) with
            | -1 -> None
            | i -> Some(enum i)

    /// The size of one element in bytes.
    let size (d: DType) : int = sizes[int d]

    /// True for float16, bfloat16, float32 and float64.
    let isFloat (d: DType) : bool = d >= DType.BFloat16 && d <= DType.Float64

    /// True for complex64 and complex128.
    let isComplex (d: DType) : bool = d >= DType.Complex64

    /// True for the signed and unsigned integers (not bool).
    let isInteger (d: DType) : bool = d >= DType.UInt8 && d <= DType.Int64

    /// True for the unsigned integers.
    let isUnsigned (d: DType) : bool = d >= DType.UInt8 && d <= DType.UInt64

    /// True where a derivative makes sense: floats and complex numbers.
    let isDifferentiable (d: DType) : bool = d >= DType.BFloat16

    /// The real type of a complex one; any other type is its own.
    let realOf (d: DType) : DType =
        match d with
        | DType.Complex64 -> DType.Float32
        | DType.Complex128 -> DType.Float64
        | d -> d

    /// The complex type whose parts are of the given float type (complex64 for anything narrower than float64).
    let complexOf (d: DType) : DType =
        match d with
        | DType.Float64
        | DType.Complex128 -> DType.Complex128
        | _ -> DType.Complex64

    /// The .NET type of one element (bool for bool, `System.Half` for float16, uint16 for the bits of bfloat16,
    /// `System.Numerics.Complex` for complex128, a pair of singles for complex64).
    let clrType (d: DType) : Type =
        match d with
        | DType.Bool -> typeof<bool>
        | DType.UInt8 -> typeof<byte>
        | DType.UInt16 -> typeof<uint16>
        | DType.UInt32 -> typeof<uint32>
        | DType.UInt64 -> typeof<uint64>
        | DType.Int8 -> typeof<sbyte>
        | DType.Int16 -> typeof<int16>
        | DType.Int32 -> typeof<int>
        | DType.Int64 -> typeof<int64>
        | DType.BFloat16 -> typeof<uint16>
        | DType.Float16 -> typeof<Half>
        | DType.Float32 -> typeof<float32>
        | DType.Float64 -> typeof<float>
        | DType.Complex64 -> typeof<struct (float32 * float32)>
        | DType.Complex128 -> typeof<Numerics.Complex>
        | _ -> invalidArg (nameof d) "not a dtype"
