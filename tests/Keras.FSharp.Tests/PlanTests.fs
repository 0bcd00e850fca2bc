/// Liveness and memory layout: on graphs made by hand, where the answer is known, and on random ones, where the slow
/// checker must find no conflict.
module Keras.FSharp.Tests.PlanTests

open System.Diagnostics
open Expecto
open Keras.FSharp
open Keras.FSharp.Tests.Graphs

let private simple (g: Graph) = {
    InPlace = elementwise g
    Scratch = fun _ -> 0L
    Allocates = fun _ -> false
}

let private demanding (g: Graph) = {
    InPlace = elementwise g
    Scratch = fun i -> if i % 3 = 0 then int64 i else 0L
    Allocates = fun i -> i % 5 = 4 && not (Plan.isAlias g.Eqns[i].Prim)
}

let private layout (g: Graph) (donated: bool[]) = Plan.layout (Plan.make g donated) (simple g)

let private slot (l: Layout) v = string (Plan.resolve l v)

[<Tests>]
let tests =
    testList "plan" [
        testCase "dead variables are named once, results and kept inputs never"
        <| fun () ->
            let b = Builder()
            let x = b.Input(DType.Float32, 4)
            let y = b.Input(DType.Float32, 4)
            let s = b.Binary(BinaryOp.Add, x, y)
            let q = b.Binary(BinaryOp.Mul, s, s)
            let p = Plan.make (b.Graph(q)) [| true; false |]
            Expect.equal p.Dead [| [| x |]; [| s |] |] "dead"
            Expect.equal p.LastUse[q] System.Int32.MaxValue "results live on"
            Expect.equal p.DefinedBy[x] -1 "inputs are not defined"

        testCase "a chain runs in place, in the buffer of the result"
        <| fun () ->
            let b = Builder()
            let x = b.Input(DType.Float32, 64)
            let a = b.Unary(UnaryOp.Exp, x)
            let c = b.Unary(UnaryOp.Neg, a)
            let d = b.Unary(UnaryOp.Tanh, c)
            let l = layout (b.Graph(d)) [| false |]
            Expect.equal [ slot l a; slot l c; slot l d ] (List.replicate 3 (string (Slot.Output 0))) "slots"
            Expect.equal l.ArenaBytes 0L "no arena"

        testCase "a donated input is taken over at its last use, and not before"
        <| fun () ->
            let b = Builder()
            let p = b.Input(DType.Float32, 64)
            let g = b.Input(DType.Float32, 64)
            let step = b.Binary(BinaryOp.Sub, p, g)
            let late = b.Binary(BinaryOp.Mul, p, g)
            let l = layout (b.Graph(step, late)) [| true; false |]
            Expect.equal (slot l step) (string (Slot.Output 0)) "p is read again"
            Expect.equal (slot l late) (string (Slot.Input 0)) "p is dead"

        testCase "a donated input that is a result as well is left alone"
        <| fun () ->
            let b = Builder()
            let p = b.Input(DType.Float32, 64)
            let q = b.Unary(UnaryOp.Neg, p)
            let l = layout (b.Graph(q, p)) [| true |]
            Expect.equal (slot l q) (string (Slot.Output 0)) "a buffer of its own"

        testCase "views live as long as the last of them"
        <| fun () ->
            let b = Builder()
            let x = b.Input(DType.Float32, 8, 8)
            let e = b.Unary(UnaryOp.Exp, x)
            let v = b.One(Prim.Reshape(Dims.ofSeq [ 64 ]), e)
            let n = b.Unary(UnaryOp.Neg, e)
            let s = b.One(Prim.Reduce(ReduceOp.Sum, Dims.ofSeq [ 0 ]), v)
            let g = b.Graph(n, s)
            let l = layout g [| false |]
            Expect.notEqual (slot l n) (slot l e) "the view is still read"
            Expect.isEmpty (Plan.validate (Plan.make g [| false |]) (simple g) l) "conflicts"

        testProperty "no two living variables share bytes"
        <| fun (seed: int) (size: uint8) ->
            let g = random seed (int size)
            let flags = donated seed g
            let plan = Plan.make g flags
            let l = Plan.layout plan (demanding g)
            Expect.isEmpty (Plan.validate plan (demanding g) l) "conflicts"

        testCase "planning is close to linear"
        <| fun () ->
            let time size =
                let g = random 1 size
                let clock = Stopwatch.StartNew()
                let plan = Plan.make g (donated 1 g)
                Plan.layout plan (simple g) |> ignore
                clock.Elapsed.TotalMilliseconds / float g.Eqns.Length

            time 1000 |> ignore
            let small = List.init 3 (fun _ -> time 2000) |> List.min
            let large = List.init 3 (fun _ -> time 30000) |> List.min
            Expect.isLessThan large (8.0 * small + 0.01) $"ms per equation: {small} for 2000, {large} for 30000"
    ]
