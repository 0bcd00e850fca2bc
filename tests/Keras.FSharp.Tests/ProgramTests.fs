/// Compiled programs on the CPU: results, donation, control flow, failures, threads.
module Keras.FSharp.Tests.ProgramTests

open System
open System.Threading.Tasks
open Expecto
open Keras.FSharp
open Keras.FSharp.Backends
open Keras.FSharp.Backends.Cpu
open Keras.FSharp.Tests.Graphs
open Keras.FSharp.Tests.SlowKernels

let private compile (g: Graph) (donated: bool[]) = CpuProgram.Compile(provider, Plan.make g donated)

let private f32 (xs: float seq) = buffer DType.Float32 xs

let private run (p: CpuProgram) (inputs: CpuBuffer list) =
    p.Run(inputs |> List.map (fun b -> b :> Buffer) |> Array.ofList)

let private vec n = Aval.make DType.Float32 (Dims.ofSeq [ n ])
let private scalarInt = Aval.make DType.Int32 Dims.Empty

/// x - 0.5 g, with x donated.
let private update () =
    let b = Builder()
    let x = b.Input(vec 100)
    let g = b.Input(vec 100)
    let s = b.Binary(BinaryOp.Mul, g, b.Full(g, 0.5))
    compile (b.Graph(b.Binary(BinaryOp.Sub, x, s))) [| true; false |]

let private randomInputs (seed: int) (g: Graph) =
    let r = Random seed
    g.Inputs |> Array.map (fun v -> Array.init g.Avals[v].Size (fun _ -> 4.0 * r.NextDouble() - 2.0))

[<Tests>]
let tests =
    testList "program" [
        testProperty "a compiled graph gives what its equations give one by one"
        <| fun (seed: int) (size: uint8) ->
            let g = random seed (int size)
            let flags = donated seed g
            let data = randomInputs seed g
            let expected = interpret prepare g (Array.map f32 data)
            use p = compile g flags

            // Twice, so that the second run meets used memory.
            for _ in 1..2 do
                let results = run p (data |> Array.map f32 |> List.ofArray)

                for i in 0 .. results.Length - 1 do
                    let a = g.Avals[g.Outputs[i]]
                    Expect.equal (values a (results[i])) (values a (expected[i])) $"result {i}"

        testCase "a donated input gives its memory to the result"
        <| fun () ->
            use p = update ()
            let x, g = f32 (Seq.replicate 100 3.0), f32 (Seq.replicate 100 2.0)
            let at = x.Pointer
            let r = run p [ x; g ]
            Expect.isTrue x.IsReleased "x was given away"
            Expect.isFalse g.IsReleased "g was not"
            Expect.equal (r[0] :?> CpuBuffer).Pointer at "the same memory"
            Expect.equal (values (vec 100) r[0]) (Array.create 100 2.0) "values"

        testCase "memory that somebody else still uses is not overwritten"
        <| fun () ->
            use p = update ()
            let x, g = f32 (Seq.replicate 100 3.0), f32 (Seq.replicate 100 2.0)
            let other = x.Share backend
            let r = run p [ x; g ]
            Expect.equal (values (vec 100) other) (Array.create 100 3.0) "the other user"
            Expect.equal (values (vec 100) r[0]) (Array.create 100 2.0) "values"
            let same = f32 (Seq.replicate 100 4.0)
            let r = run p [ same; same ]
            Expect.equal (values (vec 100) r[0]) (Array.create 100 2.0) "one buffer for both inputs"

        testCase "a failing kernel leaves only whole inputs"
        <| fun () ->
            let b = Builder()
            let x, y = b.Input(vec 10), b.Input(vec 10)
            let first = b.Unary(UnaryOp.Neg, x)
            let second = b.Unary(UnaryOp.Lgamma, y)
            let g = b.Graph(first, second)

            let failing = {
                provider with
                    Prepare =
                        fun p ins outs ->
                            match p with
                            | Prim.Unary UnaryOp.Lgamma ->
                                Prepared.Kernel(Kernel(fun _ _ -> Fail.runtime "lgamma" "it failed" ""))
                            | _ -> provider.Prepare p ins outs
            }

            use p = CpuProgram.Compile(failing, Plan.make g [| true; false |])
            let x, y = f32 (Seq.replicate 10 1.0), f32 (Seq.replicate 10 1.0)
            Expect.throwsT<KerasException> (fun () -> run p [ x; y ] |> ignore) "the failure arrives"
            Expect.isTrue x.IsReleased "x was overwritten"
            Expect.throwsT<KerasException> (fun () -> x.Pointer |> ignore) "and cannot be read"
            Expect.equal (values (vec 10) y) (Array.create 10 1.0) "y is whole"

        testCase "kernels that allocate hand their memory on and it is released"
        <| fun () ->
            let b = Builder()
            let x = b.Input(vec 10)
            let inner = b.Unary(UnaryOp.Neg, x)
            let last = b.Unary(UnaryOp.Exp, b.Unary(UnaryOp.Abs, inner))
            let made = ResizeArray<CpuBuffer>()

            let allocating = {
                provider with
                    Prepare =
                        fun p ins outs ->
                            match p with
                            | Prim.Unary(UnaryOp.Neg | UnaryOp.Exp) ->
                                let k = prepare p ins outs

                                Prepared.Allocating(
                                    AllocatingKernel(fun xs results ->
                                        results[0] <- CpuBuffer.Allocate(backend, outs[0].ByteSize)
                                        made.Add results[0]
                                        k.Invoke(xs, [| results[0].Pointer |]))
                                )
                            | _ -> provider.Prepare p ins outs
            }

            use p = CpuProgram.Compile(allocating, Plan.make (b.Graph(last, inner, last)) [| false |])
            let r = run p [ f32 (Seq.replicate 10 0.0) ]
            Expect.equal (values (vec 10) r[0]) (Array.create 10 1.0) "values"
            Expect.equal (values (vec 10) r[2]) (Array.create 10 1.0) "returned twice"
            Expect.isTrue (obj.ReferenceEquals(made[1], r[0])) "handed out"
            Expect.isTrue (obj.ReferenceEquals(made[0], r[1])) "handed out"
            use q = CpuProgram.Compile(allocating, Plan.make (b.Graph(last)) [| false |])
            run q [ f32 (Seq.replicate 10 0.0) ] |> ignore
            Expect.isTrue made[2].IsReleased "released after its last use"

        testCase "scan carries, slices and stacks"
        <| fun () ->
            // carry c, sequence s, constant k: c' = c + k s, and out = c'; a second carry holds the previous first one.
            for length in [ 0; 1; 4; 5 ] do
                let body = Builder()
                let k, first, d, s = body.Input(vec 3), body.Input(vec 3), body.Input(vec 3), body.Input(vec 3)
                let next = body.Binary(BinaryOp.Add, first, body.Binary(BinaryOp.Mul, k, s))
                let out = body.Binary(BinaryOp.Sub, next, d)

                for reverse in [ false; true ] do
                    let b = Builder()
                    let k, c, d = b.Input(vec 3), b.Input(vec 3), b.Input(vec 3)
                    let s = b.Input(DType.Float32, length, 3)

                    let dims = {
                        Body = body.Graph(next, first, out)
                        Consts = 1
                        Carries = 2
                        Length = length
                        Reverse = reverse
                    }

                    use p = compile (b.Graph(b.All(Prim.Scan dims, k, c, d, s))) (Array.replicate 4 false)

                    let seq = [| for t in 0 .. length - 1 -> float (t + 1) |]

                    let r =
                        run p [
                            f32 (Seq.replicate 3 2.0)
                            f32 (Seq.replicate 3 1.0)
                            f32 (Seq.replicate 3 0.5)
                            f32 (seq |> Seq.collect (Seq.replicate 3))
                        ]

                    let mutable c, d = 1.0, 0.5
                    let outs = Array.zeroCreate length

                    for t in (if reverse then [ length - 1 .. -1 .. 0 ] else [ 0 .. length - 1 ]) do
                        let next = c + 2.0 * seq[t]
                        outs[t] <- next - d
                        d <- c
                        c <- next

                    Expect.equal (values (vec 3) r[0]) (Array.create 3 c) "first carry"
                    Expect.equal (values (vec 3) r[1]) (Array.create 3 d) "second carry"

                    Expect.equal
                        (values (Aval.make DType.Float32 (Dims.ofSeq [ length; 3 ])) r[2])
                        (outs |> Array.collect (Array.replicate 3))
                        "stacked"

        testCase "while counts, and updates a large state in place"
        <| fun () ->
            let counter () =
                let cond = Builder()
                let i, _, limit = cond.Input scalarInt, cond.Input(vec 1000), cond.Input scalarInt
                let below = cond.One(Prim.Compare CompareOp.Lt, i, limit)
                let body = Builder()
                let i, x, limit = body.Input scalarInt, body.Input(vec 1000), body.Input scalarInt
                let one = body.One(Prim.Full(scalarInt, Scalar.Int 1L))
                let f = body.One(Prim.Broadcast(Dims.ofSeq [ 1 ], Dims.Empty), body.One(Prim.Convert DType.Float32, i))
                let at = body.One(Prim.Reshape(Dims.ofSeq [ 1 ]), i)
                let x = body.One(Prim.DynamicUpdate, x, f, at)
                Prim.While(cond.Graph(below), body.Graph(body.Binary(BinaryOp.Add, i, one), x, limit), 0, 0)

            let b = Builder()
            let i, x, limit = b.Input scalarInt, b.Input(vec 1000), b.Input scalarInt
            let results = b.All(counter (), i, x, limit)
            use p = compile (b.Graph results) [| false; false; false |]

            for n in [ 0; 1; 2; 7 ] do
                let x = f32 (Seq.replicate 1000 -1.0)
                let r = run p [ buffer DType.Int32 [ 0.0 ]; x; buffer DType.Int32 [ float n ] ]
                Expect.equal (values scalarInt r[0]) [| float n |] "count"
                let expected = Array.init 1000 (fun i -> if i < n then float i else -1.0)
                Expect.equal (values (vec 1000) r[1]) expected "state"
                Expect.equal (values (vec 1000) x) (Array.create 1000 -1.0) "the operand is untouched"

        testCase "cond takes the branch at the clamped index"
        <| fun () ->
            let branch op =
                let b = Builder()
                let x = b.Input(vec 4)
                b.Graph(b.Unary(op, x))

            let b = Builder()
            let i, x = b.Input scalarInt, b.Input(vec 4)
            let r = b.One(Prim.Cond [| branch UnaryOp.Neg; branch UnaryOp.Exp |], i, x)
            use p = compile (b.Graph r) [| false; false |]

            for index, expected in [ -3, -0.0; 0, -0.0; 1, 1.0; 9, 1.0 ] do
                let r = run p [ buffer DType.Int32 [ float index ]; f32 (Seq.replicate 4 0.0) ]
                Expect.equal (values (vec 4) r[0]) (Array.create 4 expected) $"index {index}"

        testCase "runs on several threads do not disturb each other"
        <| fun () ->
            let g = random 5 60
            use p = compile g (Array.zeroCreate g.Inputs.Length)
            let inputs = Array.init 8 (fun i -> randomInputs i g)
            let expected = inputs |> Array.map (fun d -> interpret prepare g (Array.map f32 d))

            Parallel.For(
                0,
                64,
                fun i ->
                    let r = run p (inputs[i % 8] |> Array.map f32 |> List.ofArray)

                    for k in 0 .. r.Length - 1 do
                        let a = g.Avals[g.Outputs[k]]
                        Expect.equal (values a (r[k])) (values a (expected[i % 8][k])) "values"
            )
            |> ignore

        testCase "the listing names steps, places and sizes"
        <| fun () ->
            use p = update ()
            let text = ProgramReport.text (p.Report())
            Expect.stringContains text "sub" "the step"
            Expect.stringContains text "input 0" "where it goes"
            Expect.stringContains text "arena" "the arena"
    ]
