/// The bound: what the matrix products and convolutions of a compiled step take by themselves.
module Keras.Benchmarks.Products

open System
open Keras.FSharp
open Keras.FSharp.Backends

let private dims (xs: int list) = Dims.own (List.toArray xs)

/// One product, with its operands.
[<NoEquality; NoComparison>]
type private Product = {
    Prim: Prim
    Inputs: Buffer[]
    Avals: Aval[]
    Outputs: Aval[]
    /// How often a step runs it.
    Count: int
}

/// The products of an attention on [B, T, N, H] and [B, S, N, H], as batches of plain matrices: two forward, four backward.
let private ofAttention (q: Aval) (k: Aval) (isBackward: bool) : (Prim * Aval[] * Aval) list =
    let batch, t, s, h = q.Shape[0] * q.Shape[2], q.Shape[1], k.Shape[1], q.Shape[3]
    let aval shape = Aval.make q.DType (dims shape)

    let product left right (lhs: int) (rhs: int) out =
        let d = {
            LhsContract = dims [ lhs ]
            RhsContract = dims [ rhs ]
            LhsBatch = dims [ 0 ]
            RhsBatch = dims [ 0 ]
        }

        Prim.Dot d, [| aval left; aval right |], aval out

    let rows, columns, scores = [ batch; t; h ], [ batch; s; h ], [ batch; t; s ]

    if isBackward then
        [
            product scores rows 1 1 columns
            product rows columns 2 2 scores
            product scores columns 2 1 rows
            product scores rows 1 1 columns
        ]
    else
        [ product rows columns 2 2 scores; product scores columns 2 1 rows ]

let rec private collect (g: Graph) (times: int) : (Prim * Aval[] * Aval * int) list = [
    for e in g.Eqns do
        let ins = e.Inputs |> Array.map (fun v -> g.Avals[v])
        let out = g.Avals[e.Outputs[0]]

        match e.Prim with
        | Prim.Dot _
        | Prim.Conv _ when DType.isFloat out.DType -> e.Prim, ins, out, times
        | Prim.Call c when c.Name = "attention" ->
            for p, ins, out in ofAttention ins[0] ins[1] false do
                p, ins, out, times
        | Prim.Call c when c.Name = "attention_grad" ->
            for p, ins, out in ofAttention ins[1] ins[2] true do
                p, ins, out, times
        | Prim.Scan d -> yield! collect d.Body (times * d.Length)
        | Prim.While(_, body, _, _) -> yield! collect body times
        | _ -> ()
]

let private operand (backend: IBackend) (a: Aval) : Buffer =
    let x = Tensor.ofArray [ a.Size ] (Ours.random 7 [ a.Size ])
    let x = Lax.convert a.DType x |> Lax.reshape a.Shape
    Core.buffer "benchmark" (Core.transfer backend x)

/// Makes a function that runs all products of a graph once, on operands and results of their own.
let alone (backend: IBackend) (g: Graph) : unit -> float =
    let products =
        Backends.Using(
            backend,
            fun () -> [|
                for prim, ins, out, count in collect g 1 ->
                    {
                        Prim = prim
                        Inputs = ins |> Array.map (operand backend)
                        Avals = ins
                        Outputs = [| out |]
                        Count = count
                    }
            |]
        )

    fun () ->
        for p in products do
            for _ in 1 .. p.Count do
                for b in backend.Execute(p.Prim, p.Inputs, p.Avals, p.Outputs) do
                    b.Release()

        0.0

/// The arithmetic operations of all products.
let flops (g: Graph) : float =
    collect g 1
    |> List.sumBy (fun (prim, ins, out, count) ->
        let avals = Array.append ins [| out |]

        let e = {
            Prim = prim
            Inputs = [| 0 .. ins.Length - 1 |]
            Outputs = [| ins.Length |]
            Scope = ""
        }

        let one = {
            Avals = avals
            Inputs = e.Inputs
            Constants = [||]
            Eqns = [| e |]
            Outputs = e.Outputs
        }

        float count * Cpu.Cost.flops one e)
