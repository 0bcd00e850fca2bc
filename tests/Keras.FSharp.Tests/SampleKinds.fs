/// What a sample of a primitive is, and the kinds of operands that the table of samples is made of.
module internal Keras.FSharp.Tests.SampleKinds

open System
open System.Numerics
open Keras.FSharp

/// One operand: its shape, its element type as a function of the sample's, and its numbers, away from where the
/// primitive is not smooth. Complex operands take twice as many numbers.
type Operand = {
    Shape: int list
    Of: DType -> DType
    Values: Random -> int -> float[]
}

/// One primitive with operands.
type Case = { Prim: Prim; Operands: Operand list }

/// A row of the table: cases drawn at random, and which laws they obey.
type Row = {
    Name: string
    /// Element types to draw the operands marked `main` from.
    DTypes: DType list
    /// How often it can be differentiated; 0 where no gradient flows.
    Order: int
    /// The operands to differentiate by; empty: all of a differentiable type.
    Wrt: int list
    /// Made of the operands before the primitive sees them, so that it only sees what it is defined for.
    Prepare: Tensor[] -> Tensor[]
    /// What of the results is determined: factorizations leave signs open.
    Invariant: Tensor[] -> Tensor[]
    /// Relative error allowed against finite differences.
    Tolerance: float
    /// Relative error allowed between two ways to compute in single precision.
    Single: float
    Make: Random -> Case
}

// ---- element types --------------------------------------------------------------------------------------------------

let floats = [ DType.Float32; DType.Float64; DType.Float16; DType.BFloat16 ]
let wide = [ DType.Float32; DType.Float64 ]
let complexes = [ DType.Complex64; DType.Complex128 ]

let integers = [
    DType.Int32
    DType.Int64
    DType.UInt8
    DType.Int8
    DType.UInt16
    DType.Int16
    DType.UInt32
    DType.UInt64
]

// ---- shapes ---------------------------------------------------------------------------------------------------------

/// A small size; now and then 1.
let size (r: Random) = r.Next(1, 5)

/// A shape of a rank.
let shape (r: Random) (rank: int) : int list = List.init rank (fun _ -> size r)

/// A shape of rank `least` to `most`; one in twelve has an empty axis.
let anyShape (r: Random) (least: int) (most: int) : int list =
    let s = shape r (r.Next(least, most + 1))
    if s <> [] && r.Next 12 = 0 then List.updateAt (r.Next s.Length) 0 s else s

/// A random permutation of 0 … n - 1.
let permutation (r: Random) (n: int) : int[] =
    let p = Array.init n id
    r.Shuffle p
    p

/// Some of the axes of a rank, at least one where there is one.
let someAxes (r: Random) (rank: int) : int list =
    let chosen = [ 0 .. rank - 1 ] |> List.filter (fun _ -> r.Next 2 = 0)
    if chosen = [] && rank > 0 then [ r.Next rank ] else chosen

let dims (xs: int seq) = Dims.ofSeq xs

// ---- numbers --------------------------------------------------------------------------------------------------------

let between (low: float) (high: float) : Random -> int -> float[] =
    fun r n -> Array.init n (fun _ -> low + (high - low) * r.NextDouble())

/// Of either sign, with an absolute value in the range.
let apart (low: float) (high: float) : Random -> int -> float[] =
    fun r n ->
        Array.init n (fun _ ->
            let x = low + (high - low) * r.NextDouble()
            if r.Next 2 = 0 then x else -x)

/// Away from whole numbers and from the middle between them.
let fractional: Random -> int -> float[] =
    fun r n ->
        Array.init n (fun _ ->
            let part = 0.1 + 0.3 * r.NextDouble()
            float (r.Next(-3, 3)) + (if r.Next 2 = 0 then part else 1.0 - part))

/// Numbers that all differ by at least a tenth.
let distinct: Random -> int -> float[] =
    fun r n ->
        let p = permutation r n
        Array.init n (fun i -> 0.2 * (float p[i] - float (n / 2)) + 0.1 * r.NextDouble())

let whole (low: int) (high: int) : Random -> int -> float[] =
    fun r n -> Array.init n (fun _ -> float (r.Next(low, high)))

// ---- operands -------------------------------------------------------------------------------------------------------

/// Of the sample's element type.
let main (shape: int list) values = { Shape = shape; Of = id; Values = values }

/// Of an element type of its own.
let fixedType (d: DType) (shape: int list) values = { Shape = shape; Of = (fun _ -> d); Values = values }

let bools (shape: int list) = fixedType DType.Bool shape (whole 0 2)
let ints (shape: int list) low high = fixedType DType.Int32 shape (whole low high)

let key (batch: int list) =
    fixedType DType.UInt32 (batch @ [ 2 ]) (fun r n -> Array.init n (fun _ -> float (r.NextInt64 4294967296L)))

/// Of the complex type that belongs to the sample's.
let complexMain (shape: int list) values = { Shape = shape; Of = DType.complexOf; Values = values }

let private smooth = between -1.5 1.5

/// Numbers where nothing special happens.
let plain (shape: int list) = main shape smooth

/// The tensor of an operand in an element type.
let tensorOf (d: DType) (r: Random) (o: Operand) : Tensor =
    let d = o.Of d
    let n = List.fold (*) 1 o.Shape

    if DType.isComplex d then
        let v = o.Values r (2 * n)
        Lax.convert d (Tensor.ofArray o.Shape (Array.init n (fun i -> Complex(v[2 * i], v[2 * i + 1]))))
    else
        let v = o.Values r n

        // Unsigned numbers would wrap around below zero.
        let v = if DType.isUnsigned d then Array.map abs v else v
        Lax.convert d (Tensor.ofArray o.Shape v)

/// The elements as doubles; complex numbers as pairs.
let numbers (x: Tensor) : float[] =
    if DType.isComplex x.DType then
        Tensor.toArray<Complex>(Lax.convert DType.Complex128 x)
        |> Array.collect (fun c -> [| c.Real; c.Imaginary |])
    else
        Tensor.toArray<float>(Lax.convert DType.Float64 x)

/// The greatest distance between two tensors, relative to their greatest element (or to 1); infinite where their
/// shapes, element types or NaNs differ.
let distance (a: Tensor) (b: Tensor) : float =
    if not (a.Aval.Equals b.Aval) then
        infinity
    else
        let x, y = numbers a, numbers b
        let scale = Seq.append x y |> Seq.filter Double.IsFinite |> Seq.fold (fun m v -> max m (abs v)) 1.0

        Array.fold2
            (fun worst u v ->
                if u = v || (Double.IsNaN u && Double.IsNaN v) then worst
                elif Double.IsNaN u || Double.IsNaN v then infinity
                else max worst (abs (u - v) / scale))
            0.0
            x
            y

/// How far two ways to compute may be apart in an element type.
let precision (row: Row) (d: DType) : float =
    match d with
    | DType.Float64
    | DType.Complex128 -> 1e-10
    | DType.Float32
    | DType.Complex64 -> row.Single
    | DType.Float16 -> 5e-3
    | DType.BFloat16 -> 4e-2
    | _ -> 0.0

/// The key by which the table is checked to be complete: the case of the primitive, and of what it carries.
let keyOf (p: Prim) : string =
    match p with
    | Prim.Unary op -> $"Unary.{op}"
    | Prim.Binary op -> $"Binary.{op}"
    | Prim.Compare op -> $"Compare.{op}"
    | Prim.Scatter(op, _) -> $"Scatter.{op}"
    | Prim.Reduce(op, _) -> $"Reduce.{op}"
    | Prim.Cumulative(op, _, _) -> $"Cumulative.{op}"
    | Prim.Conv d -> $"Conv.{d.Kind}"
    | Prim.Window d -> $"Window.{d.Op}"
    | Prim.Fft(kind, _) -> $"Fft.{kind}"
    | Prim.Linalg op ->
        let case, _ = Reflection.FSharpValue.GetUnionFields(op, typeof<LinalgOp>)
        $"Linalg.{case.Name}"
    | Prim.Rng(op, _, _) -> $"Rng.{op}"
    | p ->
        let case, _ = Reflection.FSharpValue.GetUnionFields(p, typeof<Prim>)
        case.Name

// ---- how a row is written -------------------------------------------------------------------------------------------

let row name dtypes order make = {
    Name = name
    DTypes = dtypes
    Order = order
    Wrt = []
    Prepare = id
    Invariant = id
    Tolerance = 1e-5
    Single = 2e-5
    Make = make
}

let unary (op: UnaryOp) dtypes order values =
    row $"{op}" dtypes order (fun r -> { Prim = Prim.Unary op; Operands = [ main (anyShape r 0 3) values ] })

let binary (op: BinaryOp) dtypes order left right =
    row $"{op}" dtypes order (fun r ->
        let s = anyShape r 0 3
        { Prim = Prim.Binary op; Operands = [ main s left; main s right ] })

/// A row whose primitive and operands depend on a random shape.
let shaped name dtypes order least most (make: Random -> int list -> Prim * Operand list) =
    row name dtypes order (fun r ->
        let prim, operands = make r (anyShape r least most)
        { Prim = prim; Operands = operands })

let signed = DType.Int8 :: DType.Int16 :: DType.Int32 :: DType.Int64 :: floats
let numeric = integers @ floats
let real: Random -> int -> float[] = between -1.5 1.5
let anyType = DType.Bool :: numeric @ complexes
