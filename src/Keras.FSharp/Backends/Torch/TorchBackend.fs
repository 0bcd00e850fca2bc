/// The backend on libtorch.
namespace Keras.FSharp.Backends.Torch

open System
open System.Runtime.InteropServices
open Keras.FSharp
open Keras.FSharp.Backends
open Keras.FSharp.Backends.Cpu

/// How the C library hands memory to libtorch.
module internal CAllocator =
    // Numbers of malloc.h.
    let private trimThreshold = -1
    let private mmapThreshold = -3

    [<DllImport("libc.so.6", ExactSpelling = true)>]
    extern int private mallopt(int parameter, int value)

    /// Lets glibc keep what libtorch frees. By default it returns freed memory at the end of the heap to the system,
    /// so that every training step pays for thousands of page faults again. Where MALLOC_TRIM_THRESHOLD_ or
    /// MALLOC_MMAP_THRESHOLD_ is set, the user has decided; other C libraries are left alone.
    let keepMemory () : unit =
        let isSet name = not (isNull (Environment.GetEnvironmentVariable name))

        if OperatingSystem.IsLinux() && not (isSet "MALLOC_TRIM_THRESHOLD_" || isSet "MALLOC_MMAP_THRESHOLD_") then
            try
                // The largest block that glibc lets come from the heap.
                if mallopt (mmapThreshold, 32 <<< 20) = 1 then
                    mallopt (trimThreshold, Int32.MaxValue) |> ignore
            with
            | :? DllNotFoundException
            | :? EntryPointNotFoundException -> ()

/// Kernels of libtorch and of the managed backend over the same memory, on libtorch's threads. Name: `torch`.
[<AbstractClass; Sealed>]
type TorchBackend private () =
    static let make () : Result<IBackend, string> =
        match Loader.ensure () with
        | Error reason -> Error reason
        | Ok() ->
            CAllocator.keepMemory ()

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
