/// The passes over graphs: the meaning stays, and each does what it is for.
module Keras.FSharp.Tests.PassTests

open System
open Expecto
open FsCheck
open Keras.FSharp
open Keras.FSharp.Tests.SampleKinds
open Keras.FSharp.Tests.TransformTests

let private vec n = Aval.make DType.Float64 (dims [ n ])
let private capture (inputs: Aval list) (f: Tensor[] -> Tensor[]) = Stage.trace "test" f (List.toArray inputs)
let private optimized inputs f = Passes.run managed (capture inputs f)
let private prims (g: Graph) = [ for e in g.Eqns -> e.Prim ]

/// The passes keep the values, and leave the equations expected.
let private becomes (name: string) (inputs: Aval list) (expected: Prim list) (f: Tensor[] -> Tensor[]) =
    onManaged name (fun () ->
        let g = optimized inputs f
        Expect.equal (prims g) expected "equations"
        let r = Random 7

        let xs = [|
            for a in inputs -> tensorOf a.DType r { Shape = List.ofSeq a.Shape; Of = id; Values = between 0.5 2.0 }
        |]

        nearAll "values" (Core.interpret (capture inputs f) xs) (Core.interpret g xs))

let private add, private mul = Prim.Binary BinaryOp.Add, Prim.Binary BinaryOp.Mul
let private sin, private neg = Prim.Unary UnaryOp.Sin, Prim.Unary UnaryOp.Neg
let private full (value: float) n = Prim.Full(vec n, Scalar.Float value)

let private simplified =
    testList "simplify" [
        // The gradients of slices: padded, then added.
        let between low high (x: Tensor) = Lax.padZero (dims [ low ]) (dims [ high ]) (dims [ 0 ]) x

        becomes "parts side by side" [ vec 2; vec 3; vec 4 ] [ Prim.Concat 0 ] (fun xs -> [|
            between 0 7 xs[0] + between 5 0 xs[2] + between 2 4 xs[1]
        |])

        onManaged "parts that overlap or leave a gap are added" (fun () ->
            for last in [ 1; 3 ] do
                let f (xs: Tensor[]) = [| between 0 (last + 1) xs[0] + between last 1 xs[1] |]
                let g = optimized [ vec 2; vec 2 ] (fun xs -> [| between 0 (last + 1) xs[0] + between last 1 xs[1] |])
                Expect.contains (prims g) add "the sum stays"
                let xs = [| Tensor.ofArray [ 2 ] [| 1.0; 2.0 |]; Tensor.ofArray [ 2 ] [| 3.0; 4.0 |] |]
                nearAll "values" (f xs) (Core.interpret g xs))

        becomes
            "only the rows that are read are converted"
            [ vec 9 ]
            [ Prim.Gather 0; Prim.Convert DType.Float32 ]
            (fun xs ->
                let rows = Tensor.ofArray [ 2 ] [| 3; 5 |]
                [| Lax.gather 0 rows (Lax.convert DType.Float32 xs[0]) |])

        becomes "x + 0" [ vec 3 ] [] (fun xs -> [| xs[0] + 0.0; 0.0 + xs[0] |])
        becomes "x - 0" [ vec 3 ] [] (fun xs -> [| xs[0] - 0.0 |])
        becomes "0 - x is not x" [ vec 3 ] [ full 0.0 3; Prim.Binary BinaryOp.Sub ] (fun xs -> [| 0.0 - xs[0] |])
        becomes "x · 1" [ vec 3 ] [] (fun xs -> [| xs[0] * 1.0; 1.0 * xs[0] |])
        becomes "x / 1" [ vec 3 ] [] (fun xs -> [| xs[0] / 1.0 |])
        becomes "x · 0 stays, for infinities" [ vec 3 ] [ full 0.0 3; mul ] (fun xs -> [| xs[0] * 0.0 |])
        becomes "the second power" [ vec 3 ] [ mul ] (fun xs -> [| xs[0] ** 2.0 |])
        becomes "the first power" [ vec 3 ] [] (fun xs -> [| xs[0] ** 1.0 |])
        becomes "- - x" [ vec 3 ] [] (fun xs -> [| -(-xs[0]) |])
        becomes "stop_gradient" [ vec 3 ] [ sin ] (fun xs -> [| Lax.sin (stopGradient xs[0]) |])

        becomes "reshape of reshape" [ vec 6 ] [ Prim.Reshape(dims [ 3; 2 ]) ] (fun xs -> [|
            Lax.reshape (dims [ 3; 2 ]) (Lax.reshape (dims [ 2; 3 ]) xs[0])
        |])

        becomes "reshape and back" [ vec 6 ] [] (fun xs -> [|
            Lax.reshape (dims [ 6 ]) (Lax.reshape (dims [ 2; 3 ]) xs[0])
        |])

        becomes "transpose and back" [ Aval.make DType.Float64 (dims [ 2; 3; 4 ]) ] [] (fun xs -> [|
            Lax.transpose (dims [ 1; 2; 0 ]) (Lax.transpose (dims [ 2; 0; 1 ]) xs[0])
        |])

        becomes
            "transpose of transpose"
            [ Aval.make DType.Float64 (dims [ 2; 3; 4 ]) ]
            [ Prim.Transpose(dims [ 1; 2; 0 ]) ]
            (fun xs -> [| Lax.transpose (dims [ 2; 0; 1 ]) (Lax.transpose (dims [ 2; 0; 1 ]) xs[0]) |])

        becomes
            "a transpose that moves no element"
            [ Aval.make DType.Float64 (dims [ 1; 3; 1 ]) ]
            [ Prim.Reshape(dims [ 3; 1; 1 ]) ]
            (fun xs -> [| Lax.transpose (dims [ 1; 0; 2 ]) xs[0] |])

        becomes "broadcast of broadcast" [ vec 1 ] [ Prim.Broadcast(dims [ 2; 3; 4 ], dims [ 1 ]) ] (fun xs -> [|
            Lax.broadcastInDim
                (dims [ 2; 3; 4 ])
                (dims [ 1; 2 ])
                (Lax.broadcastInDim (dims [ 3; 4 ]) (dims [ 0 ]) xs[0])
        |])

        becomes "select of the same twice" [ vec 3 ] [] (fun xs -> [|
            Lax.select (Lax.gt xs[0] (xs[0] * 2.0)) xs[0] xs[0]
        |])

        becomes "select by a constant" [ vec 3; vec 3 ] [] (fun xs ->
            let truth n = Lax.full (dims [ 3 ]) DType.Bool (Scalar.Int n)
            [| Lax.select (truth 1L) xs[0] xs[1]; Lax.select (truth 0L) xs[0] xs[1] |])

        becomes "convert to its own type" [ vec 3 ] [] (fun xs -> Core.bind (Prim.Convert DType.Float64) xs)

        becomes
            "a product reads transposed operands in place"
            [ Aval.make DType.Float64 (dims [ 2; 3 ]); Aval.make DType.Float64 (dims [ 4; 3 ]) ]
            [
                Prim.Dot {
                    LhsContract = dims [ 1 ]
                    RhsContract = dims [ 1 ]
                    LhsBatch = Dims.Empty
                    RhsBatch = Dims.Empty
                }
            ]
            (fun xs -> [| Lax.matmul xs[0] (Lax.swapLast xs[1]) |])

        becomes
            "and on both sides"
            [ Aval.make DType.Float64 (dims [ 3; 2 ]); Aval.make DType.Float64 (dims [ 4; 3 ]) ]
            [
                Prim.Dot {
                    LhsContract = dims [ 0 ]
                    RhsContract = dims [ 1 ]
                    LhsBatch = Dims.Empty
                    RhsBatch = Dims.Empty
                }
            ]
            (fun xs -> [| Lax.matmul (Lax.swapLast xs[0]) (Lax.swapLast xs[1]) |])
    ]

let private constant (name: string) (f: unit -> Tensor) = onManaged name (fun () -> near "value" (f ()) (jit f ()))

let private folded =
    testList "fold" [
        becomes "constants are computed once" [ vec 3 ] [ add ] (fun xs -> [|
            xs[0] + Lax.sin (Lax.exp (Tensor.vector [ 1.0; 2.0; 3.0 ]))
        |])
        becomes "iotas too" [ vec 3 ] [ mul ] (fun xs -> [|
            xs[0] * Lax.convert DType.Float64 (Lax.iota (dims [ 3 ]) DType.Int32 0)
        |])
        onManaged "large results are not stored"
        <| fun () ->
            let big = Aval.make DType.Float64 (dims [ 2000 ])
            let g = optimized [ big ] (fun xs -> [| xs[0] + Lax.sin (Lax.iota (dims [ 2000 ]) DType.Float64 0) |])
            Expect.equal g.Eqns.Length 3 "equations"
            Expect.isEmpty g.Constants "constants"
        onManaged "random bits are not stored"
        <| fun () ->
            let g =
                optimized [ vec 2 ] (fun xs ->
                    let key = Lax.full (dims [ 2 ]) DType.UInt32 (Scalar.Int 7L)
                    [| xs[0] + Lax.convert DType.Float64 (Lax.randomBits DType.UInt32 (dims [ 2 ]) key) |])

            Expect.isTrue
                (g.Eqns
                 |> Array.exists (fun e ->
                     match e.Prim with
                     | Prim.Rng _ -> true
                     | _ -> false))
                "made when run"

        // A number is rounded to the type that it fills before it is converted.
        constant "float32 to float64" (fun () -> Lax.convert DType.Float64 (Lax.scalar DType.Float32 0.1))
        constant "float16 to float32, out of range" (fun () -> Lax.convert DType.Float32 (Lax.scalar DType.Float16 1e6))
        constant "bfloat16 to float32" (fun () -> Lax.convert DType.Float32 (Lax.scalar DType.BFloat16 1.001))
        constant "int to float" (fun () ->
            Lax.convert DType.Float32 (Lax.full Dims.Empty DType.Int32 (Scalar.Float 2.7)))
        constant "bool to float" (fun () -> Lax.convert DType.Float32 (Lax.full Dims.Empty DType.Bool (Scalar.Int 5L)))
        constant "uint8 to float" (fun () ->
            Lax.convert DType.Float64 (Lax.full Dims.Empty DType.UInt8 (Scalar.Int 300L)))
        constant "large float32 to float64" (fun () ->
            Lax.convert DType.Float64 (Lax.full (dims [ 2000 ]) DType.Float32 (Scalar.Float 0.1)))
        onManaged "a complex power is not mistaken for a square"
        <| fun () ->
            let f (x: Tensor) = Lax.pow x (Lax.full x.Shape x.DType (Scalar.Complex(2.0, 1.0)))
            let x = Tensor.vector [ Numerics.Complex(0.5, 1.0) ]
            near "value" (f x) (jit f x)
    ]

let private shared =
    testList "share and drop" [
        becomes "equal equations are one" [ vec 3 ] [ sin; add ] (fun xs -> [| Lax.sin xs[0] + Lax.sin xs[0] |])
        becomes "of four operands too" [ vec 3 ] [ Prim.Concat 0; add ] (fun xs ->
            let all () = Lax.concat 0 [| xs[0]; xs[0]; xs[0]; xs[0] |]
            [| all () + all () |])
        becomes "of several results too" [ vec 3 ] [ Prim.TopK 2; add ] (fun xs ->
            let best () = let struct (v, _) = Lax.topK 2 xs[0] in v
            [| best () + best () |])
        becomes "other attributes are others" [ vec 3 ] [ Prim.TopK 1; Prim.TopK 2 ] (fun xs ->
            let best k = let struct (v, _) = Lax.topK k xs[0] in v
            [| best 1; best 2 |])
        becomes "what no result needs is dropped" [ vec 3; vec 3 ] [ neg ] (fun xs ->
            Lax.sin (Lax.exp xs[1]) |> ignore
            [| -xs[0] |])
        becomes "barriers keep equal equations apart, and go" [ vec 3 ] [ sin; sin; add ] (fun xs -> [|
            Lax.sin xs[0] + Lax.sin (Array.head (Lax.barrier xs))
        |])
        becomes "a result that is an argument, or the same twice" [ vec 3 ] [ sin ] (fun xs -> [|
            xs[0]
            Lax.sin xs[0]
            Lax.sin xs[0]
        |])
        onManaged "bodies are optimized too"
        <| fun () ->
            let g =
                optimized [ vec 3 ] (fun xs -> [|
                    fst (
                        scan
                            (fun (c: Tensor) (k: Tensor) -> Lax.sin c + Lax.sin c * 1.0 + k * 0.0, ())
                            xs[0]
                            (vector [ 1.0; 2.0 ])
                    )
                |])

            match prims g |> List.last with
            | Prim.Scan d -> Expect.isLessThan d.Body.Eqns.Length 7 "equations of the body"
            | p -> failtest $"a scan is expected, not {Prims.name p}"
        onManaged "composites without a kernel are inlined"
        <| fun () ->
            let meaning (xs: Tensor[]) = [| Lax.sin xs[0] |]
            let c = Composite("test_only", 1, [], id, meaning, ValueNone, true, false)
            let g = optimized [ vec 3 ] (fun xs -> Lax.call c (Lax.call c xs))
            Expect.equal (prims g) [ sin; sin ] "inlined"
    ]

/// The graph on random operands, equation by equation.
let private values (g: Graph) (seed: int) : Tensor[] =
    let r = Random seed

    g.Inputs
    |> Array.map (fun v ->
        let a = g.Avals[v] in tensorOf a.DType r { Shape = List.ofSeq a.Shape; Of = id; Values = between -2.0 2.0 })

let private agree (bound: float) (expected: Tensor[]) (actual: Tensor[]) =
    Expect.equal actual.Length expected.Length "results"

    Array.iter2
        (fun e a ->
            if not (distance e a <= bound) then
                failtest $"expected\n{e}\ngot\n{a}")
        expected
        actual

let private onGraphs =
    testList "random graphs" [
        LawTests.seeds 150 "the passes keep what a graph means" (fun seed ->
            let g = Graphs.random seed (seed % 40)
            let xs = values g seed
            let optimized = Passes.run managed g
            Expect.isLessThanOrEqual optimized.Eqns.Length g.Eqns.Length "no more equations"
            agree 1e-6 (Core.interpret g xs) (Core.interpret optimized xs))

        LawTests.seeds 50 "once is enough" (fun seed ->
            let g = Passes.run managed (Graphs.random seed (seed % 40))
            Expect.equal (prims (Passes.run managed g)) (prims g) "equations")

        LawTests.seeds 40 "compiled on every backend, with gradients" (fun seed ->
            let g = Graphs.random seed (seed % 30)
            let xs = values g seed
            let f xs = Core.interpret g xs
            let floats (ys: Tensor[]) = ys |> Array.map (fun y -> Lax.convert DType.Float32 y)
            let pull xs = let ys, back = vjp (f >> floats) xs in back ys
            agree 1e-4 (f xs) (jit f xs)
            agree 1e-4 (pull xs) (jit pull xs)

            for other in LawTests.others do
                let there = Array.map (Core.transfer other) xs
                let back = Array.map (Core.transfer managed)

                Backends.Backends.Using(
                    other,
                    fun () ->
                        agree 1e-4 (f xs) (back (jit f there))
                        agree 1e-4 (pull xs) (back (jit pull there))
                ))
    ]

[<Tests>]
let tests = testList "passes" [ simplified; folded; shared; onGraphs ]
