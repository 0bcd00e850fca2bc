/// Which kernel serves which operation on the torch backend: libtorch's where it is faster, else the managed one. Both
/// work on the same memory.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Torch.TorchKernels

open Keras.FSharp
open Keras.FSharp.Backends
open Keras.FSharp.Backends.Cpu

/// The kernel of a primitive that is neither control flow nor a composite.
let primitive (backend: IBackend) (prim: Prim) (inputs: Aval[]) (outputs: Aval[]) : Prepared =
    let own =
        match prim with
        | Prim.Dot d -> TorchDot.prepare d inputs outputs |> ValueOption.map Prepared.Kernel
        | Prim.Conv d -> TorchConv.prepare backend d inputs outputs
        | Prim.Linalg op -> TorchLinalg.prepare op inputs outputs |> ValueOption.map Prepared.Kernel
        | Prim.Fft(kind, lengths) -> TorchLinalg.fft kind lengths inputs outputs |> ValueOption.map Prepared.Kernel
        | _ -> ValueNone

    match own with
    | ValueSome kernel -> kernel
    | ValueNone -> Prepared.Kernel(Kernels.prepare prim inputs outputs)

/// The kernel of a composite, or none.
let composite (backend: IBackend) (c: Composite) (inputs: Aval[]) (_: Aval[]) : Prepared voption =
    FusedLoops.prepare c inputs
    |> ValueOption.orElseWith (fun () -> RowUpdates.prepare c inputs)
    |> ValueOption.map Prepared.Kernel
    |> ValueOption.orElseWith (fun () -> TorchNorm.prepare backend c inputs)
    |> ValueOption.orElseWith (fun () -> TorchAttention.prepare backend c inputs)
