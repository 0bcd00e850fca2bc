/// What the machinery itself costs: dispatch of one operation, capture of a graph, the tape, a compiled call.
module Keras.Benchmarks.Micro

open BenchmarkDotNet.Attributes
open Keras.FSharp

/// Costs per operation of a chain of 300 additions of scalars.
[<MemoryDiagnoser>]
type Dispatch() =
    let x = Tensor.scalar 1.0f
    let y = Tensor.scalar 2.0f
    let chain (t: Tensor) = Seq.fold (fun acc _ -> Lax.add acc y) t (seq { 1..300 })
    let compiled = jit chain

    [<Benchmark(OperationsPerInvoke = 300, Description = "eager, per operation")>]
    member _.Eager() = chain x

    [<Benchmark(OperationsPerInvoke = 300, Description = "capture of a graph, per operation")>]
    member _.Capture() = Stage.trace "benchmark" (fun xs -> [| chain xs[0] |]) [| x.Aval |]

    [<Benchmark(OperationsPerInvoke = 300, Description = "tape forward and backward, per operation")>]
    member _.Tape() = grad chain x

    [<Benchmark(Description = "a compiled call of 300 operations")>]
    member _.Compiled() = compiled x
