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
    ]
