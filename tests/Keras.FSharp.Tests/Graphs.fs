/// Graphs made by hand and by chance, for tests of planning, fusion and execution.
module Keras.FSharp.Tests.Graphs

open System
open System.Collections.Generic
open Keras.FSharp

/// Collects equations; shapes come from `Infer`.
type Builder() =
    let avals = List<Aval>()
    let inputs = List<int>()
    let constants = List<struct (int * Tensor)>()
    let eqns = List<Eqn>()

    let variable (a: Aval) =
        avals.Add a
        avals.Count - 1

    member _.Aval(v: int) = avals[v]
    member _.Count = avals.Count

    member _.Input(a: Aval) : int =
        let v = variable a
        inputs.Add v
        v

    member b.Input(dtype: DType, [<ParamArray>] shape: int[]) : int = b.Input(Aval.make dtype (Dims.ofSeq shape))

    member _.Constant(t: Tensor) : int =
        let v = variable t.Aval
        constants.Add(struct (v, t))
        v

    member _.All(p: Prim, [<ParamArray>] operands: int[]) : int[] =
        let results = Infer.outputs p (operands |> Array.map (fun v -> avals[v])) |> Array.map variable

        eqns.Add { Prim = p; Inputs = operands; Outputs = results; Scope = "" }

        results

    member b.One(p: Prim, [<ParamArray>] operands: int[]) : int = b.All(p, operands)[0]

    member b.Unary(op: UnaryOp, x: int) = b.One(Prim.Unary op, x)
    member b.Binary(op: BinaryOp, x: int, y: int) = b.One(Prim.Binary op, x, y)

    member b.Full(like: int, value: float) = b.One(Prim.Full(avals[like], Scalar.Float value))

    member _.Graph([<ParamArray>] outputs: int[]) : Graph = {
        Avals = avals.ToArray()
        Inputs = inputs.ToArray()
        Constants = constants.ToArray()
        Eqns = eqns.ToArray()
        Outputs = outputs
    }

/// Which primitives work where a result lies over an operand.
let elementwise (g: Graph) (i: int) (_: int) : bool =
    match g.Eqns[i].Prim with
    | Prim.Unary _
    | Prim.Binary _
    | Prim.Compare _
    | Prim.Select
    | Prim.Clamp
    | Prim.Convert _ -> true
    | _ -> false

/// A random graph of elementwise operations, comparisons, conversions, broadcasts, reductions and views over a few
/// shapes. All numbers stay finite for inputs between -2 and 2.
let random (seed: int) (size: int) : Graph =
    let r = Random seed
    let b = Builder()
    let m, n = r.Next(1, 9), r.Next(1, 40)
    let pool = List<int>()

    // Any fitting variable, old or young; the youngest where chance finds none.
    let pick (f: Aval -> bool) =
        let tries = Seq.init 10 (fun _ -> pool[r.Next pool.Count])
        let found = Seq.tryFind (fun v -> f (b.Aval v)) tries
        found |> Option.defaultWith (fun () -> pool[pool.FindLastIndex(fun v -> f (b.Aval v))])

    let float32 (a: Aval) = a.DType = DType.Float32

    for _ in 0 .. r.Next(1, 4) do
        pool.Add(b.Input(DType.Float32, m, n))

    pool.Add(b.Input(DType.Float32, n))
    pool.Add(b.Input(DType.Float32, m, 1))
    pool.Add(b.Input(DType.Float32))

    for _ in 1..size do
        let x = pick float32
        let like = b.Aval x

        let v =
            match r.Next 14 with
            | 0 -> b.Unary(UnaryOp.Tanh, x)
            | 1 -> b.Unary(UnaryOp.Logistic, x)
            | 2 -> b.Unary(UnaryOp.Neg, x)
            | 3 -> b.Unary(UnaryOp.Exp, b.Unary(UnaryOp.Neg, b.Unary(UnaryOp.Abs, x)))
            | 4
            | 5
            | 6 ->
                let ops = [| BinaryOp.Add; BinaryOp.Sub; BinaryOp.Max; BinaryOp.Min |]
                b.Unary(UnaryOp.Erf, b.Binary(ops[r.Next 4], x, pick (fun a -> a.Equals like)))
            | 7 -> b.Binary(BinaryOp.Mul, b.Unary(UnaryOp.Tanh, x), b.Full(x, r.NextDouble()))
            | 8 ->
                let y = pick (fun a -> a.Equals like)
                // Continuous across the comparison: the last bit of an operand must not decide everything.
                let order = [| CompareOp.Lt; CompareOp.Le; CompareOp.Gt; CompareOp.Ge |]
                let c = b.One(Prim.Compare order[r.Next 4], x, y)
                b.Unary(UnaryOp.Neg, b.One(Prim.Select, c, x, y))
            | 9 when like.Rank = 1 && like.Size = n -> b.One(Prim.Broadcast(Dims.ofSeq [ m; n ], Dims.ofSeq [ 1 ]), x)
            | 9 when like.Rank = 0 -> b.One(Prim.Broadcast(Dims.ofSeq [ m; n ], Dims.Empty), x)
            | 9 when like.Rank = 2 -> b.One(Prim.Broadcast(Dims.ofSeq [ m; n ], Dims.ofSeq [ 0; 1 ]), x)
            | 10 when like.Rank = 2 ->
                b.Unary(UnaryOp.Tanh, b.One(Prim.Reduce(ReduceOp.Sum, Dims.ofSeq [ r.Next 2 ]), x))
            | 11 when like.Rank = 2 -> b.One(Prim.Reduce(ReduceOp.Max, Dims.ofSeq [ 1 ]), x)
            | 12 -> b.One(Prim.Reshape(Dims.ofSeq [ like.Size ]), x)
            | 13 -> b.One(Prim.StopGradient, x)
            | _ -> b.One(Prim.Convert DType.Float32, b.One(Prim.Convert DType.Float64, x))

        pool.Add v

    let outputs = [| for _ in 0 .. r.Next(1, 4) -> pool[r.Next pool.Count] |]
    b.Graph(Array.append outputs [| pool[pool.Count - 1] |])

/// Random donation flags for a graph.
let donated (seed: int) (g: Graph) : bool[] =
    let r = Random(seed + 1)
    g.Inputs |> Array.map (fun _ -> r.Next 2 = 0)
