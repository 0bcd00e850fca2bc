/// Which kernel serves which operation on the torch backend: libtorch's where it is faster, else the managed one. Both
/// work on the same memory.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Torch.TorchKernels

open Keras.FSharp
open Keras.FSharp.Backends
open Keras.FSharp.Backends.Cpu

// Plain float32 products with more multiplications than this go to our own engine: a step of W5 took 5 % less with it, in
// the mean of several alternating runs (`docs/performance.md`).
let private largeProduct = 100_000_000L

let private isLarge (d: DotDims) (left: Aval) (out: Aval) : bool =
    let mutable work = int64 out.Shape.Size

    for axis in d.LhsContract do
        work <- work * int64 left.Shape[axis]

    out.DType = DType.Float32 && d.LhsBatch.Rank = 0 && work >= largeProduct

/// The kernel of a primitive that is neither control flow nor a composite.
let primitive (backend: IBackend) (prim: Prim) (inputs: Aval[]) (outputs: Aval[]) : Prepared =
    let own =
        match prim with
        | Prim.Dot d when isLarge d inputs[0] outputs[0] -> ValueNone
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
