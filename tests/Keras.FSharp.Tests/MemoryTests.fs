/// No `Dispose` is needed: memory stays flat over long loops, eager and compiled.
module Keras.FSharp.Tests.MemoryTests

open System
open System.Diagnostics
open Expecto
open Keras.FSharp

let private resident () = Process.GetCurrentProcess().WorkingSet64

/// The growth of the resident memory over the second half of a loop, in MiB.
let private growth (steps: int) (step: unit -> unit) : float =
    for _ in 1 .. steps / 2 do
        step ()

    let before = resident ()

    for _ in 1 .. steps / 2 do
        step ()

    float (resident () - before) / 1048576.0

[<Tests>]
let tests =
    testSequencedGroup "memory"
    <| testList "memory" [
        test "100,000 eager steps" {
            let x = Tensor.ofArray [ 64; 64 ] (Array.init 4096 float32)
            let mutable y = x

            let g = growth 100_000 (fun () -> y <- Lax.add x x)

            Expect.isLessThan g 48.0 "growth in MiB; without recycling it would be 800"
            let values = Tensor.toArray<float32> y
            Expect.equal values[1] 2.0f "the result"
        }

        test "10,000 compiled steps" {
            let w = Tensor.ofArray [ 64; 64 ] (Array.create 4096 0.01f)
            let x = Tensor.ofArray [ 32; 64 ] (Array.create 2048 0.1f)
            let loss (w: Tensor) = Ops.mean (Lax.square (Ops.matmul (x, w)))

            let step =
                jitDonating [ "" ] (fun (w: Tensor) ->
                    let g = grad loss w
                    w - g * 0.1)

            let mutable current = w
            let g = growth 10_000 (fun () -> current <- step.Invoke current)
            Expect.isLessThan g 32.0 "growth in MiB"
            let fresh = Tensor.ofArray [ 64; 64 ] (Array.create 4096 0.01f)
            Expect.isLessThan (Tensor.toFloat (loss current)) (Tensor.toFloat (loss fresh)) "it learns"
        }
    ]
