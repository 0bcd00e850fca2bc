/// The backend on libtorch.
namespace Keras.FSharp.Backends.Torch

open Keras.FSharp
open Keras.FSharp.Backends
open Keras.FSharp.Backends.Cpu

/// Kernels of libtorch and of the managed backend over the same memory, on libtorch's threads. Name: `torch`.
[<AbstractClass; Sealed>]
type TorchBackend private () =
    static let make () : Result<IBackend, string> =
        match Loader.ensure () with
        | Error reason -> Error reason
        | Ok() ->
            Parallel.setProvider (
                Parallel.Provider(fun count grain body ->
                    Native.parallelFor count grain (RangeBody(fun from upTo -> body.Invoke(from, upTo))))
            )

            Ok(
                CpuBackend(
                    "torch",
                    {
                        Primitive = TorchKernels.primitive
                        Composite = TorchKernels.composite
                    }
                )
            )

    static let once = lazy (make ())

    /// The one instance, or the reason why libtorch cannot be used here.
    static member TryCreate() : Result<IBackend, string> = once.Force()
