/// Fused regions: an elementwise computation as a graph of machine-level operations on lanes, and how its operands are
/// walked over. Knows nothing of who executes it: IL is emitted from it, and it can be interpreted.
namespace Keras.FSharp.Backends.Cpu

open System
open System.Collections.Generic
open Keras.FSharp
open Keras.FSharp.Backends

/// What a lane holds. All lanes of a region have one width, 4 or 8 bytes.
type internal Lane =
    | F32 = 0
    | F64 = 1
    | I32 = 2
    | I64 = 3

/// What a node does; the lanes of its result are the node's. Comparisons give masks: all bits set, or none.
[<RequireQualifiedAccess>]
type internal Op =
    /// The element of an operand. A bool is loaded as a mask.
    | Load of operand: int
    /// The same bits in every lane (of the low end, for lanes of 4 bytes).
    | Const of bits: int64
    | Add
    | Sub
    | Mul
    | Div
    /// a · b + c, rounded once.
    | Fma
    /// NaN wins.
    | Max
    /// NaN wins.
    | Min
    /// The second operand where one of them is NaN.
    | MaxNumber
    /// The second operand where one of them is NaN.
    | MinNumber
    | Neg
    | Abs
    | Sqrt
    | Floor
    | Ceil
    /// To the nearest, halves to even.
    | Round
    | Trunc
    | And
    | Or
    | Xor
    | Not
    | Shl of int
    | ShrArithmetic of int
    | ShrLogical of int
    | Compare of CompareOp
    /// (mask, where set, where not).
    | Select
    /// Float to integer of the same width, toward zero, saturating.
    | ToInt
    /// Integer to float of the same width.
    | ToFloat
    /// The same bits as other lanes.
    | Bits

/// One operation on earlier nodes; -1 for operands it does not have.
[<Struct; CustomEquality; NoComparison>]
type internal Node = {
    Op: Op
    A: int
    B: int
    C: int
    Lane: Lane
    IsMask: bool
} with

    override n.Equals o =
        match o with
        | :? Node as m -> (n :> IEquatable<Node>).Equals m
        | _ -> false

    override n.GetHashCode() = HashCode.Combine(hash n.Op, n.A, n.B, n.C, int n.Lane, n.IsMask)

    interface IEquatable<Node> with
        member n.Equals m = n.A = m.A && n.B = m.B && n.C = m.C && n.Lane = m.Lane && n.IsMask = m.IsMask && n.Op = m.Op

/// What becomes of a result's values.
[<RequireQualifiedAccess; Struct; NoComparison>]
type internal Fold =
    /// They are stored.
    | Store
    /// Those of one row are folded into one value, which is folded into what lies in memory.
    | PerRow of row: ReduceOp
    /// Each is folded into what lies in memory; other rows lie there too.
    | PerColumn of column: ReduceOp

/// A computation without its sizes: what code is generated from, once for all shapes.
[<NoComparison>]
type internal Formula = {
    Nodes: Node[]
    /// Per operand: its element type, and whether it moves along the innermost axis (else it is one value per row).
    Operands: struct (DType * bool)[]
    /// Per result: the node, the element type in memory, and what becomes of the values.
    Results: struct (int * DType * Fold)[]
}

/// Bytes per lane.
[<RequireQualifiedAccess>]
module internal Lane =
    /// 4 or 8.
    let size (l: Lane) : int =
        match l with
        | Lane.F32
        | Lane.I32 -> 4
        | _ -> 8

    /// The lane for an element type; bools travel as masks, bfloat16 as float32.
    let ofDType (d: DType) : Lane voption =
        match d with
        | DType.BFloat16
        | DType.Float32 -> ValueSome Lane.F32
        | DType.Float64 -> ValueSome Lane.F64
        | DType.Int32 -> ValueSome Lane.I32
        | DType.Int64 -> ValueSome Lane.I64
        | _ -> ValueNone

    /// The integer lane of the same width.
    let integer (l: Lane) : Lane =
        match l with
        | Lane.F32
        | Lane.I32 -> Lane.I32
        | _ -> Lane.I64

    /// True for floating point.
    let isFloat (l: Lane) : bool = l = Lane.F32 || l = Lane.F64

/// Collects nodes; equal ones are one.
[<Sealed>]
type internal Formulas(lane: Lane) =
    let nodes = List<Node>()
    let known = Dictionary<Node, int>()

    let add (n: Node) =
        match known.TryGetValue n with
        | true, i -> i
        | _ ->
            nodes.Add n
            known[n] <- nodes.Count - 1
            nodes.Count - 1

    /// The float lane of the region's width.
    member _.Float = if Lane.size lane = 4 then Lane.F32 else Lane.F64

    /// The integer lane of the region's width.
    member _.Integer = Lane.integer lane

    /// The nodes so far.
    member _.Nodes = nodes

    /// A node with up to three operands whose lanes are `lane`.
    member _.Node(op: Op, lane: Lane, mask: bool, [<ParamArray>] args: int[]) : int =
        let arg i = if i < args.Length then args[i] else -1

        add {
            Op = op
            A = arg 0
            B = arg 1
            C = arg 2
            Lane = lane
            IsMask = mask
        }

    /// A node whose lanes are those of its first operand.
    member f.Same(op: Op, [<ParamArray>] args: int[]) : int =
        f.Node(op, nodes[args[0]].Lane, nodes[args[0]].IsMask, args)

    /// A float constant.
    member f.Const(x: float) : int =
        if lane = Lane.F32 || lane = Lane.I32 then
            f.Node(Op.Const(int64 (BitConverter.SingleToInt32Bits(float32 x))), Lane.F32, false)
        else
            f.Node(Op.Const(BitConverter.DoubleToInt64Bits x), Lane.F64, false)

    /// An integer constant.
    member f.Int(x: int64) : int = f.Node(Op.Const x, f.Integer, false)

    member f.Add(a: int, b: int) : int = f.Same(Op.Add, a, b)
    member f.Sub(a: int, b: int) : int = f.Same(Op.Sub, a, b)
    member f.Mul(a: int, b: int) : int = f.Same(Op.Mul, a, b)
    member f.Div(a: int, b: int) : int = f.Same(Op.Div, a, b)
    member f.Fma(a: int, b: int, c: int) : int = f.Same(Op.Fma, a, b, c)
    member f.Abs(a: int) : int = f.Same(Op.Abs, a)
    member f.Neg(a: int) : int = f.Same(Op.Neg, a)
    member f.And(a: int, b: int) : int = f.Same(Op.And, a, b)
    member f.Or(a: int, b: int) : int = f.Same(Op.Or, a, b)

    /// A comparison; its mask has integer lanes.
    member f.Compare(op: CompareOp, a: int, b: int) : int =
        f.Node(Op.Compare op, Lane.integer nodes[a].Lane, true, a, b)

    /// (mask, where set, where not).
    member f.Select(mask: int, yes: int, no: int) : int =
        f.Node(Op.Select, nodes[yes].Lane, nodes[yes].IsMask, mask, yes, no)

    /// The same bits as other lanes.
    member f.Bits(a: int, lane: Lane) : int = f.Node(Op.Bits, lane, false, a)

    /// a polynomial in x, lowest coefficient first, by Horner's rule.
    member f.Poly(x: int, coefficients: float list) : int =
        match List.rev coefficients with
        | last :: rest -> List.fold (fun sum c -> f.Fma(sum, x, f.Const c)) (f.Const last) rest
        | [] -> f.Const 0.0

    /// |a| with the sign of b.
    member f.CopySign(a: int, b: int) : int =
        let sign =
            f.Node(Op.Bits, f.Float, false, f.Int(if lane = Lane.F32 then 0x80000000L else Int64.MinValue))

        f.Or(f.Abs a, f.And(b, sign))
