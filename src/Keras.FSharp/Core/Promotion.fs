/// Which element type two operands of different types meet at: JAX's lattice, which Keras uses. Python-style scalars are
/// weak: they take the other operand's type where that is of their kind or wider.
[<RequireQualifiedAccess>]
module Keras.FSharp.Promotion

/// A type that takes part in promotion: an element type, or the weak type of a plain scalar.
[<RequireQualifiedAccess>]
type Kind =
    | Strong of DType
    | WeakInt
    | WeakFloat
    | WeakComplex

let private code =
    function
    | Kind.Strong d -> int d
    | Kind.WeakInt -> 15
    | Kind.WeakFloat -> 16
    | Kind.WeakComplex -> 17

let private strong (d: DType) = Kind.Strong d

/// The direct upward neighbours in the lattice.
let private above (k: Kind) : Kind list =
    match k with
    | Kind.Strong DType.Bool -> [ Kind.WeakInt ]
    | Kind.WeakInt -> [ strong DType.UInt8; strong DType.Int8 ]
    | Kind.Strong DType.UInt8 -> [ strong DType.UInt16; strong DType.Int16 ]
    | Kind.Strong DType.UInt16 -> [ strong DType.UInt32; strong DType.Int32 ]
    | Kind.Strong DType.UInt32 -> [ strong DType.UInt64; strong DType.Int64 ]
    | Kind.Strong DType.UInt64 -> [ Kind.WeakFloat ]
    | Kind.Strong DType.Int8 -> [ strong DType.Int16 ]
    | Kind.Strong DType.Int16 -> [ strong DType.Int32 ]
    | Kind.Strong DType.Int32 -> [ strong DType.Int64 ]
    | Kind.Strong DType.Int64 -> [ Kind.WeakFloat ]
    | Kind.WeakFloat -> [ strong DType.BFloat16; strong DType.Float16; Kind.WeakComplex ]
    | Kind.Strong DType.BFloat16
    | Kind.Strong DType.Float16 -> [ strong DType.Float32 ]
    | Kind.Strong DType.Float32 -> [ strong DType.Float64; strong DType.Complex64 ]
    | Kind.Strong DType.Float64 -> [ strong DType.Complex128 ]
    | Kind.WeakComplex -> [ strong DType.Complex64 ]
    | Kind.Strong DType.Complex64 -> [ strong DType.Complex128 ]
    | Kind.Strong _ -> []

let private all = [| yield! DType.all |> List.map strong; Kind.WeakInt; Kind.WeakFloat; Kind.WeakComplex |]

/// Per kind, the set of kinds at or above it as bits.
let private upward: int[] =
    let rec close (k: Kind) = above k |> List.fold (fun bits up -> bits ||| close up) (1 <<< code k)

    all |> Array.map close

let private table: Kind[,] =
    Array2D.init all.Length all.Length (fun i j ->
        let common = upward[i] &&& upward[j]
        // The least upper bound is the common bound from which all the others can be reached.
        all |> Array.find (fun k -> (common >>> code k) &&& 1 = 1 && upward[code k] = common))

/// The least upper bound of two kinds.
let join (a: Kind) (b: Kind) : Kind = table[code a, code b]

/// The element type of a kind: weak integers become int32, weak floats `floatx`, weak complex numbers the complex type
/// of `floatx`.
let resolve (floatx: DType) (k: Kind) : DType =
    match k with
    | Kind.Strong d -> d
    | Kind.WeakInt -> DType.Int32
    | Kind.WeakFloat -> floatx
    | Kind.WeakComplex -> DType.complexOf floatx

/// The element type at which two tensors meet.
let promote (floatx: DType) (a: DType) (b: DType) : DType =
    if a = b then a else resolve floatx (join (strong a) (strong b))

/// The element type at which any number of kinds meet; `floatx` for none. Source: `keras.backend.result_type`, except
/// that 64-bit types stay 64 bits wide.
let resultType (floatx: DType) (kinds: Kind seq) : DType =
    if Seq.isEmpty kinds then floatx else kinds |> Seq.reduce join |> resolve floatx
