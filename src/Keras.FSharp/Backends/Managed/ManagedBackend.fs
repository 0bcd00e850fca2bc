/// The backend that needs nothing native: kernels written in F#.
namespace Keras.FSharp.Backends

open Keras.FSharp
open Keras.FSharp.Backends.Cpu

/// Pure .NET, runs wherever .NET runs. Name: `managed`.
[<AbstractClass; Sealed>]
type ManagedBackend private () =
    static let source = {
        Primitive = fun _ prim inputs outputs -> Prepared.Kernel(Kernels.prepare prim inputs outputs)
        Composite =
            fun _ composite inputs _ ->
                FusedLoops.prepare composite inputs
                |> ValueOption.orElseWith (fun () -> RowUpdates.prepare composite inputs)
                |> ValueOption.map Prepared.Kernel
    }

    static let instance = CpuBackend("managed", source)

    /// The one instance.
    static member Instance: IBackend = instance
