/// Compiled training steps against the same functions run eagerly, on every backend that is there.
module Keras.FSharp.Tests.CompiledTests

open System
open Expecto
open Keras.FSharp
open Keras.FSharp.Backends

let private backends = [
    for name, usable in Backends.Available do
        if usable.IsOk then
            name, Backends.Get name
]

let private random (r: Random) (shape: int list) =
    Tensor.ofArray shape [| for _ in 1 .. List.fold (*) 1 shape -> float32 (r.NextDouble() - 0.5) |]

let private bits (x: Tensor) = Tensor.toArrayAs<float32> x |> Array.map BitConverter.SingleToUInt32Bits

[<Tests>]
let tests =
    testList "compiled" [
        for name, backend in backends do
            testCase $"Adam on few rows of a table is Adam on the whole table, to the bit, on {name}"
            <| fun () ->
                Backends.Using(
                    backend,
                    fun () ->
                        for width, decay in [ 16, None; 5, None; 33, Some 0.01 ] do
                            let r = Random 1
                            let adam = Optimizers.Adam(learningRate = 0.05, ?weightDecay = decay)

                            let objective (table: Tensor) (rows: Tensor) =
                                let found = Ops.take (table, rows, 0)
                                Ops.sum (found * found * found)

                            let update (gradient: Tensor) (table, state) = Optimizers.update adam gradient state table

                            let step ((table: Tensor, state: OptimizerState), rows: Tensor) =
                                update (grad (fun t -> objective t rows) table) (table, state)

                            let compiled = jitDonating [ "Item1" ] step
                            let table () = random (Random 2) [ 300; width ]
                            let mutable a = table (), Optimizers.init adam (table ())
                            let mutable b = table (), Optimizers.init adam (table ())

                            for _ in 1..6 do
                                // Some rows twice, some never; one index is out of range.
                                let rows = Array.init 40 (fun _ -> r.Next 60 * 5 % 301)
                                let rows = Tensor.ofArray [ 8; 5 ] rows
                                Expect.stringContains (compiled.Explain((a, rows)).Text) "adam_update_rows" "by rows"
                                a <- compiled.Invoke((a, rows))
                                b <- step (b, rows)
                                Expect.equal (bits (fst a)) (bits (fst b)) $"table, width {width}"

                                Array.iter2
                                    (fun x y -> Expect.equal (bits x) (bits y) "slot")
                                    (snd a).Slots
                                    (snd b).Slots
                )

            testCase $"the same inputs give the same bits on {name}"
            <| fun () ->
                Backends.Using(
                    backend,
                    fun () ->
                        let r = Random 3
                        let w, x = random r [ 300; 200 ], random r [ 400; 300 ]

                        let f =
                            jit (fun (w: Tensor, x: Tensor) ->
                                valueAndGrad
                                    (fun w ->
                                        let y = Ops.gelu (Ops.matmul (x, w))
                                        let y = y - Ops.mean (y, axis = [ 0 ])
                                        Ops.sum (Ops.logSoftmax y * y) + Ops.mean (y * y))
                                    w)

                        let value, gradient = f (w, x)

                        for _ in 1..5 do
                            let again, gradientAgain = f (w, x)
                            Expect.equal (bits again) (bits value) "value"
                            Expect.equal (bits gradientAgain) (bits gradient) "gradient"
                )

            testCase $"bfloat16, int64 and float64 are fused, with sums in float32 and more, on {name}"
            <| fun () ->
                Backends.Using(
                    backend,
                    fun () ->
                        let r = Random 5

                        for d, tolerance in [ DType.BFloat16, 0.02; DType.Float64, 1e-13; DType.Int64, 0.0 ] do
                            for shape in [ [ 7; 33 ]; [ 300; 64 ]; [ 2000; 17 ] ] do
                                let make (shape: int list) = Ops.round (random r shape * 20.0) |> Lax.convert d

                                let f (x: Tensor, row: Tensor) =
                                    let y = x * Lax.broadcastInDim x.Shape (Dims.ofSeq [ 1 ]) row + x
                                    let positive = Lax.select (Lax.gt y x) y (Lax.neg y)
                                    // Lanes of one width only are one loop.
                                    let middle = if d = DType.Int64 then DType.Float64 else DType.Float32
                                    let single = Lax.convert (if d = DType.Float64 then d else middle) positive

                                    y,
                                    Lax.sum (Dims.ofSeq [ 0 ]) positive,
                                    Lax.reduce ReduceOp.Max (Dims.ofSeq [ 1 ]) positive,
                                    Lax.convert d (single * 0.5)

                                let compiled = Jit("fused", f, (fun _ -> false))
                                let args = make shape, make [ List.last shape ]

                                Expect.stringContains
                                    (compiled.Explain(args).Text)
                                    "1 steps"
                                    $"{DType.name d}: one loop"

                                let a, b, c, e = compiled.Invoke args
                                let a', b', c', e' = f args

                                for x, y in [ a, a'; b, b'; c, c'; e, e' ] do
                                    Expect.equal x.DType d "the element type"
                                    let xs, ys = Tensor.toArrayAs<float> x, Tensor.toArrayAs<float> y

                                    Array.iter2
                                        (fun x y ->
                                            if not (abs (x - y) <= tolerance * (1.0 + abs y)) then
                                                failtest $"{DType.name d}: {x} instead of {y}")
                                        xs
                                        ys
                )

            testCase $"bfloat16 is rounded to the nearest, halves to even, on {name}"
            <| fun () ->
                Backends.Using(
                    backend,
                    fun () ->
                        let r = Random 6
                        let bits = Array.init 5003 (fun _ -> r.Next())

                        let special = [|
                            nanf
                            infinityf
                            -infinityf
                            0.0f
                            -0.0f
                            3.4e38f
                            1e-45f
                            1.00390625f
                            1.01171875f
                        |]

                        let values = Array.append special (bits |> Array.map BitConverter.Int32BitsToSingle)
                        let x = Tensor.ofArray [ values.Length ] values

                        let f (x: Tensor) =
                            Lax.convert DType.BFloat16 (Lax.neg (Lax.abs x)), Lax.convert DType.BFloat16 x

                        let g (x: Tensor) = let a, b = f x in Lax.convert DType.Float32 a, Lax.convert DType.Float32 b
                        let bitsOf (x: Tensor) = Tensor.toArrayAs<float32> x |> Array.map string
                        let a, b = jit g x
                        let a', b' = g x
                        Expect.equal (bitsOf a) (bitsOf a') "stored"
                        Expect.equal (bitsOf b) (bitsOf b') "converted"
                )
    ]
