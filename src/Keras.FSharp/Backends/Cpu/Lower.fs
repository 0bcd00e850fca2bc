/// Elementwise primitives and composites as formulas: which ones there are, and what nodes they become.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Cpu.Lower

open Keras.FSharp
open Keras.FSharp.Backends

/// Bytes per lane that a type needs: 4 or 8; 0 for bool, which goes with either; -1 where there is no lane for it.
let laneBytes (d: DType) : int =
    match d with
    | DType.Bool -> 0
    | _ ->
        match Lane.ofDType d with
        | ValueSome l -> Lane.size l
        | ValueNone -> -1

// The functions of `RegionMath` are float32's; bfloat16 is computed so.
let private isSingle (d: DType) = d = DType.Float32 || d = DType.BFloat16

let private unaryIs (op: UnaryOp) (d: DType) =
    match op with
    | UnaryOp.Neg
    | UnaryOp.Abs -> d <> DType.Bool
    | UnaryOp.Not -> not (DType.isFloat d)
    | UnaryOp.Sign
    | UnaryOp.Floor
    | UnaryOp.Ceil
    | UnaryOp.Round
    | UnaryOp.Trunc
    | UnaryOp.Sqrt
    | UnaryOp.Rsqrt
    | UnaryOp.IsFinite -> DType.isFloat d
    | UnaryOp.Exp
    | UnaryOp.Expm1
    | UnaryOp.Log
    | UnaryOp.Log1p
    | UnaryOp.Tanh
    | UnaryOp.Logistic
    | UnaryOp.Erf -> isSingle d
    | _ -> false

let private binaryIs (op: BinaryOp) (d: DType) =
    match op with
    | BinaryOp.Add
    | BinaryOp.Sub
    | BinaryOp.Mul
    | BinaryOp.Max
    | BinaryOp.Min -> d <> DType.Bool
    | BinaryOp.Div -> DType.isFloat d
    | BinaryOp.And
    | BinaryOp.Or
    | BinaryOp.Xor -> not (DType.isFloat d)
    | _ -> false

let private isApproximate (c: Composite) = List.contains ("approximate", Attr.Bool true) c.Attrs

/// Composites that are one formula.
let private compositeIs (c: Composite) (d: DType) =
    match c.Name with
    | "relu" -> DType.isFloat d
    | "gelu"
    | "gelu_grad"
    | "silu"
    | "silu_grad" -> isSingle d
    | _ -> false

/// The bytes per lane in which a primitive on these operands can be a part of a region: 4, 8, or 0 for either; -1 where
/// it cannot.
let lanes (p: Prim) (ins: Aval[]) (outs: Aval[]) : int =
    let mutable bytes = 0

    for a in Seq.append ins outs do
        let b = laneBytes a.DType

        if b < 0 || bytes < 0 || (b > 0 && bytes > 0 && b <> bytes) then
            bytes <- -1
        elif b > 0 then
            bytes <- b

    let is =
        match p with
        | Prim.Unary op -> unaryIs op ins[0].DType
        | Prim.Binary op -> binaryIs op ins[0].DType
        | Prim.Compare op -> ins[0].DType <> DType.Bool || op = CompareOp.Eq || op = CompareOp.Ne
        | Prim.Select
        | Prim.StopGradient
        | Prim.Convert _ -> true
        | Prim.Clamp -> ins[0].DType <> DType.Bool
        | Prim.Call c -> compositeIs c ins[0].DType
        | _ -> false

    if is then bytes else -1

/// Can a region fold its values so?
let isFolding (op: ReduceOp) : bool =
    match op with
    | ReduceOp.Sum
    | ReduceOp.Prod
    | ReduceOp.Max
    | ReduceOp.Min -> true
    | _ -> false

/// The element type in which values of a type are folded: narrow floats in float32.
let folded (d: DType) : DType = if d = DType.BFloat16 then DType.Float32 else d

/// A constant of an element type.
let constant (f: Formulas) (d: DType) (s: Scalar) : int =
    match d with
    | DType.Bool -> f.Node(Op.Const(if s.ToFloat() <> 0.0 then -1L else 0L), f.Integer, true)
    | DType.BFloat16 ->
        let bits = Precision.narrowBFloat16 (float32 (s.ToFloat()))
        f.Const(float (Precision.widenBFloat16 bits))
    | DType.Float32
    | DType.Float64 -> f.Const(s.ToFloat())
    | _ -> f.Int(s.ToInt64())

/// The load of an operand of an element type.
let load (f: Formulas) (d: DType) (operand: int) : int =
    match Lane.ofDType d with
    | ValueSome l -> f.Node(Op.Load operand, l, false)
    | ValueNone -> f.Node(Op.Load operand, f.Integer, true)

let private zero (f: Formulas) (d: DType) = constant f d (Scalar.Int 0L)
let private one (f: Formulas) (d: DType) = constant f d (Scalar.Int 1L)

let private unary (f: Formulas) (op: UnaryOp) (x: int) : int =
    match op with
    | UnaryOp.Neg -> f.Neg x
    | UnaryOp.Abs -> f.Abs x
    | UnaryOp.Sign -> RegionMath.sign f x
    | UnaryOp.Floor -> f.Same(Op.Floor, x)
    | UnaryOp.Ceil -> f.Same(Op.Ceil, x)
    | UnaryOp.Round -> f.Same(Op.Round, x)
    | UnaryOp.Trunc -> f.Same(Op.Trunc, x)
    | UnaryOp.Sqrt -> f.Same(Op.Sqrt, x)
    | UnaryOp.Rsqrt -> f.Div(f.Const 1.0, f.Same(Op.Sqrt, x))
    | UnaryOp.Exp -> RegionMath.exp f x
    | UnaryOp.Expm1 -> RegionMath.expm1 f x
    | UnaryOp.Log -> RegionMath.log f x
    | UnaryOp.Log1p -> RegionMath.log1p f x
    | UnaryOp.Tanh -> RegionMath.tanh f x
    | UnaryOp.Logistic -> RegionMath.logistic f x
    | UnaryOp.Erf -> RegionMath.erf f x
    | UnaryOp.IsFinite -> f.Compare(CompareOp.Lt, f.Abs x, f.Const infinity)
    | UnaryOp.Not -> f.Same(Op.Not, x)
    | op -> Fail.runtime "fusion" $"{op} is not a part of regions" "This is a bug in fusion."

let private binary (f: Formulas) (op: BinaryOp) (x: int) (y: int) : int =
    let node =
        match op with
        | BinaryOp.Add -> Op.Add
        | BinaryOp.Sub -> Op.Sub
        | BinaryOp.Mul -> Op.Mul
        | BinaryOp.Div -> Op.Div
        | BinaryOp.Max -> Op.Max
        | BinaryOp.Min -> Op.Min
        | BinaryOp.And -> Op.And
        | BinaryOp.Or -> Op.Or
        | BinaryOp.Xor -> Op.Xor
        | op -> Fail.runtime "fusion" $"{op} is not a part of regions" "This is a bug in fusion."

    f.Same(node, x, y)

/// What a float32 is as a bfloat16.
let private toHalf (f: Formulas) (x: int) : int =
    let bits = f.Bits(x, Lane.I32)
    let odd = f.And(f.Same(Op.ShrLogical 16, bits), f.Int 1L)
    let near = f.And(f.Add(bits, f.Add(odd, f.Int 0x7FFFL)), f.Int -65536L)
    f.Select(f.Compare(CompareOp.Eq, x, x), f.Bits(near, Lane.F32), x)

let private convert (f: Formulas) (from: DType) (target: DType) (x: int) : int =
    match Lane.ofDType target with
    | _ when from = target -> x
    | ValueNone -> f.Compare(CompareOp.Ne, x, zero f from)
    | ValueSome _ when from = DType.Bool -> f.Select(x, one f target, zero f target)
    | ValueSome _ when from = DType.BFloat16 && target = DType.Float32 -> x
    | ValueSome _ when from = DType.Float32 && target = DType.BFloat16 -> toHalf f x
    | ValueSome l -> f.Node((if Lane.isFloat l then Op.ToFloat else Op.ToInt), l, false, x)

let private composite (f: Formulas) (c: Composite) (d: DType) (args: int[]) : int =
    match c.Name with
    | "relu" -> f.Same(Op.Max, args[0], zero f d)
    | "gelu" when isApproximate c -> RegionMath.geluTanh f args[0]
    | "gelu" -> RegionMath.gelu f args[0]
    | "gelu_grad" when isApproximate c -> RegionMath.geluTanhGrad f args[0] args[1]
    | "gelu_grad" -> RegionMath.geluGrad f args[0] args[1]
    | "silu" -> RegionMath.silu f args[0]
    | "silu_grad" -> RegionMath.siluGrad f args[0] args[1]
    | name -> Fail.runtime "fusion" $"{name} is not a part of regions" "This is a bug in fusion."

/// The node for a primitive on nodes. `d` is the element type of the first operand.
let node (f: Formulas) (p: Prim) (d: DType) (args: int[]) : int =
    match p with
    | Prim.Unary op -> unary f op args[0]
    | Prim.Binary op -> binary f op args[0] args[1]
    | Prim.Compare op when d = DType.Bool ->
        let differ = f.Same(Op.Xor, args[0], args[1])
        if op = CompareOp.Ne then differ else f.Same(Op.Not, differ)
    | Prim.Compare op -> f.Compare(op, args[0], args[1])
    | Prim.Select -> f.Select(args[0], args[1], args[2])
    | Prim.Clamp -> f.Same(Op.Min, f.Same(Op.Max, args[1], args[0]), args[2])
    | Prim.Convert target -> convert f d target args[0]
    | Prim.StopGradient -> args[0]
    | Prim.Call c -> composite f c d args
    | p -> Fail.runtime "fusion" $"{Prims.name p} is not a part of regions" "This is a bug in fusion."
