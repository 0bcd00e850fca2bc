/// The two ways between our memory and libtorch's tensors: a tensor that looks at our memory, and a buffer that takes
/// over a tensor's memory. Nothing is copied where the elements lie densely already.
namespace Keras.FSharp.Backends.Torch

open System
open System.Runtime.Intrinsics.X86
open Keras.FSharp
open Keras.FSharp.Backends

/// A handle that is deleted at the end of its scope.
[<Struct>]
type internal Lent(handle: Handle) =
    /// The handle.
    member _.Handle = handle

    interface IDisposable with
        member _.Dispose() = Native.delete handle

/// libtorch's numbers of element types.
[<RequireQualifiedAccess>]
module internal TorchType =
    /// The number of an element type; none for the unsigned integers wider than a byte, for which libtorch has few
    /// operations.
    let tryOf (d: DType) : int voption =
        match d with
        | DType.UInt8 -> ValueSome 0
        | DType.Int8 -> ValueSome 1
        | DType.Int16 -> ValueSome 2
        | DType.Int32 -> ValueSome 3
        | DType.Int64 -> ValueSome 4
        | DType.Float16 -> ValueSome 5
        | DType.Float32 -> ValueSome 6
        | DType.Float64 -> ValueSome 7
        | DType.Complex64 -> ValueSome 9
        | DType.Complex128 -> ValueSome 10
        | DType.Bool -> ValueSome 11
        | DType.BFloat16 -> ValueSome 15
        | _ -> ValueNone

    /// The number of an element type that libtorch has.
    let of' (d: DType) : int =
        match tryOf d with
        | ValueSome n -> n
        | ValueNone -> Fail.unsupported "torch" $"libtorch does not compute with {DType.name d}" "Convert it first."

/// A way to look at memory: sizes, and strides in elements. Making a tensor of it costs a fraction of a microsecond, so
/// that kernels keep views, not tensors, and can be run by many threads.
[<Sealed>]
type internal View(dtype: DType, sizes: int64[], strides: int64[]) =
    let kind = TorchType.of' dtype
    let count = Array.fold (fun n (s: int64) -> n * s) 1L sizes

    /// The sizes, in libtorch's order of axes.
    member _.Sizes = sizes

    /// The strides, in elements.
    member _.Strides = strides

    /// The bytes of the elements.
    member _.Bytes = count * int64 (DType.size dtype)

    /// A tensor over the memory at an address, which has to outlive it.
    member _.At(address: nativeint) : Lent = new Lent(Native.ofMemory address sizes strides 0L kind)

    /// True if a tensor's elements lie as this view sees them; axes of size 1 may have any stride.
    member _.Fits(tensor: Handle) : bool =
        let other = Native.strides tensor
        let mutable same = Native.dtype tensor = kind && other.Length = strides.Length

        for i in 0 .. sizes.Length - 1 do
            if same && sizes[i] > 1L && strides[i] <> other[i] then
                same <- false

        same

    /// Dense, row-major, with the axes of an aval.
    static member Dense(a: Aval) : View = View.Shaped(a.DType, Array.map int64 (a.Shape.ToArray()))

    /// Dense, row-major, of these sizes.
    static member Shaped(dtype: DType, sizes: int64[]) : View =
        let strides = Array.create sizes.Length 1L

        for i in sizes.Length - 2 .. -1 .. 0 do
            strides[i] <- strides[i + 1] * sizes[i + 1]

        View(dtype, sizes, strides)

    /// The same memory with axes in another order: axis i of the new view is axis `perm[i]` of this one.
    member _.Permuted(perm: int[]) : View =
        View(dtype, perm |> Array.map (fun i -> sizes[i]), perm |> Array.map (fun i -> strides[i]))

/// Results of libtorch.
[<RequireQualifiedAccess>]
module internal Blob =
    /// Can this processor multiply bfloat16 (AVX512_BF16 or AMX_BF16)? Elsewhere libtorch is no faster with it.
    let hasBFloat16Units: bool =
        if X86Base.IsSupported then
            let struct (most, _, _, last) = X86Base.CpuId(7, 0)
            let struct (first, _, _, _) = if most >= 1 then X86Base.CpuId(7, 1) else struct (0, 0, 0, 0)
            first &&& (1 <<< 5) <> 0 || last &&& (1 <<< 22) <> 0
        else
            false

    /// Copies a result to an address, where it lies as the view sees it; the handle is deleted.
    let moveTo (target: nativeint) (view: View) (result: Handle) : unit =
        use result = new Lent(result)
        use target = view.At target
        Native.copy target.Handle result.Handle

    // The handle itself keeps the memory.
    let private nobody = obj ()

    /// Makes a buffer of a result; the handle is taken over. It is copied only where its elements do not lie as the view
    /// sees them.
    let adopt (backend: IBackend) (view: View) (result: Handle) : CpuBuffer =
        if view.Fits result then
            CpuBuffer.Wrap(backend, Native.dataPtr result, view.Bytes, nobody, (fun () -> Native.delete result))
        else
            let buffer = CpuBuffer.Allocate(backend, view.Bytes)
            moveTo buffer.Pointer view result
            buffer

    /// As `adopt`, for results that are row-major in libtorch's own order of axes.
    let adoptDense (backend: IBackend) (dtype: DType) (result: Handle) : CpuBuffer =
        adopt backend (View.Shaped(dtype, Native.sizes result)) result
