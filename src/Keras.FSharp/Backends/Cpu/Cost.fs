/// What the equations of a program cost: arithmetic operations and bytes. Counted from shapes alone, for people, for the
/// profiler and for benchmarks.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Cpu.Cost

open Keras.FSharp

/// The bytes of all operands and results.
let bytes (g: Graph) (e: Eqn) : int64 = Seq.append e.Inputs e.Outputs |> Seq.sumBy (fun v -> g.Avals[v].ByteSize)

let private size (a: Aval) = float a.Shape.Size

let private dot (d: DotDims) (left: Aval) (out: Aval) =
    let mutable k = 1.0

    for axis in d.LhsContract do
        k <- k * float left.Shape[axis]

    2.0 * k * size out

// Every element of y meets every weight of its filter once, whichever of the three maps it is.
let private conv (d: ConvDims) (ins: Aval[]) (out: Aval) =
    let y, w =
        match d.Kind with
        | ConvKind.Forward -> out, ins[1]
        | ConvKind.InputGrad -> ins[0], ins[1]
        | _ -> ins[1], out

    2.0 * size y * size w / float (max 1 w.Shape[w.Rank - 1])

// One product of queries with keys, [B, T, N, H] with [B, S, N, H].
let private scores (q: Aval) (k: Aval) = 2.0 * size q * float k.Shape[1]

/// Floating point operations, by the usual count: a product and a sum are two, any elementwise operation is one. Of
/// composites other than attention one per element of the results; of a region what it replaces (`Region`) counts.
let rec flops (g: Graph) (e: Eqn) : float =
    let aval v = g.Avals[v]
    let ins = e.Inputs |> Array.map aval
    let outs = e.Outputs |> Array.map aval
    let whole (inner: Graph) = inner.Eqns |> Array.sumBy (flops inner)

    match e.Prim with
    | Prim.Dot d -> dot d ins[0] outs[0]
    | Prim.Conv d -> conv d ins outs[0]
    | Prim.Reduce _
    | Prim.ArgReduce _
    | Prim.Cumulative _ -> size ins[0]
    | Prim.Scan d -> float d.Length * whole d.Body
    | Prim.While(_, body, _, _) -> whole body
    | Prim.Cond branches -> branches |> Array.map whole |> Array.max
    | Prim.Call c when c.Name = "attention" -> 2.0 * scores ins[0] ins[1]
    // The scores are computed again; then the gradients of values, weights, queries and keys.
    | Prim.Call c when c.Name = "attention_grad" -> 5.0 * scores ins[1] ins[2]
    | Prim.Unary _
    | Prim.Binary _
    | Prim.Compare _
    | Prim.Select
    | Prim.Clamp
    | Prim.Scatter _
    | Prim.Window _
    | Prim.Call _ -> outs |> Array.sumBy size
    | _ -> 0.0
