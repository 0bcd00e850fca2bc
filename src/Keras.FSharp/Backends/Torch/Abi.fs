// The stable C interface of libtorch (2.10 and later): tensors as plain handles, operations that write into buffers
// which the caller planned, and libtorch's thread pool for the caller's own loops. No wrapper objects, no autograd.
//
// `Loader.ensure` has to have succeeded before anything here is called.
//
// Ownership. A handle is a pointer to a C++ at::Tensor on the heap, which holds one reference to the tensor.
// Functions here borrow the handles they are given, and every handle they return is new: the caller deletes it.
// A zero handle stands for an absent tensor. A TorchSharp tensor's `Handle` is such a handle (see `Native.toTensor`).
//
// Errors. libtorch writes the text of a failure to standard error and returns a code; here that becomes a
// `TorchFailure` with the operation's name. Shapes and dtypes should be right before.
namespace Keras.FSharp.Backends.Torch

#nowarn "9" // pointers, which is what this file is about
#nowarn "51"

open System
open System.Runtime.InteropServices

/// A failure inside libtorch; its text went to standard error.
type internal TorchFailure(op: string) =
    inherit Exception($"libtorch failed in {op}; its message is on standard error")

    /// The operation that failed.
    member _.Op = op

/// A tensor of libtorch: a pointer to an at::Tensor. Zero where there is none.
type internal Handle = nativeint

/// A value on the dispatcher's stack: a number, or a pointer to something that the call takes over.
type internal StableIValue = uint64

/// Part of a loop: from (inclusive), to (exclusive).
type internal RangeBody = delegate of int64 * int64 -> unit

/// The callback of libtorch's parallel loop, in C's calling convention.
[<UnmanagedFunctionPointer(CallingConvention.Cdecl)>]
type internal ParallelCallback = delegate of int64 * int64 * nativeint -> unit

/// The attributes of a convolution; arrays have one entry per spatial axis.
type internal ConvSpec = {
    Stride: int64[]
    Padding: int64[]
    Dilation: int64[]
    Transposed: bool
    OutputPadding: int64[]
    Groups: int64
}

/// An operation of the dispatcher, for instance "aten::native_layer_norm" with the overload "".
type internal Op = { Text: string; Name: nativeint; Overload: nativeint }

/// The imported functions, as libtorch declares them (torch/csrc/inductor/aoti_torch/c/shim.h, c_shim_cpu.h,
/// torch/csrc/stable/c/shim.h). Only plain numbers and pointers, so that calls need no marshalling.
module internal Abi =

    [<Literal>]
    let private Lib = "torch_cpu"

    // Tensors.

    [<DllImport(Lib, ExactSpelling = true)>]
    extern int aoti_torch_delete_tensor_object(Handle tensor)

    [<DllImport(Lib, ExactSpelling = true)>]
    extern int aoti_torch_new_tensor_handle(Handle tensor, Handle* ret)

    [<DllImport(Lib, ExactSpelling = true)>]
    extern int aoti_torch_create_tensor_from_blob(
        nativeint data,
        int64 ndim,
        int64* sizes,
        int64* strides,
        int64 offset,
        int dtype,
        int deviceType,
        int deviceIndex,
        Handle* ret
    )

    [<DllImport(Lib, ExactSpelling = true)>]
    extern int aoti_torch_copy_(Handle target, Handle source, int nonBlocking)

    [<DllImport(Lib, ExactSpelling = true); SuppressGCTransition>]
    extern int aoti_torch_get_data_ptr(Handle tensor, nativeint* ret)

    [<DllImport(Lib, ExactSpelling = true); SuppressGCTransition>]
    extern int aoti_torch_get_dim(Handle tensor, int64* ret)

    [<DllImport(Lib, ExactSpelling = true); SuppressGCTransition>]
    extern int aoti_torch_get_numel(Handle tensor, int64* ret)

    [<DllImport(Lib, ExactSpelling = true); SuppressGCTransition>]
    extern int aoti_torch_get_sizes(Handle tensor, nativeint* ret)

    [<DllImport(Lib, ExactSpelling = true); SuppressGCTransition>]
    extern int aoti_torch_get_strides(Handle tensor, nativeint* ret)

    [<DllImport(Lib, ExactSpelling = true); SuppressGCTransition>]
    extern int aoti_torch_get_dtype(Handle tensor, int* ret)

    [<DllImport(Lib, ExactSpelling = true); SuppressGCTransition>]
    extern int aoti_torch_is_defined(Handle tensor, byte* ret)

    // Matrix products.

    [<DllImport(Lib, ExactSpelling = true)>]
    extern int aoti_torch_cpu_mm_out(Handle target, Handle a, Handle b)

    [<DllImport(Lib, ExactSpelling = true)>]
    extern int aoti_torch_cpu_bmm_out(Handle target, Handle a, Handle b)

    // Convolutions.

    [<DllImport(Lib, ExactSpelling = true)>]
    extern int aoti_torch_cpu_convolution(
        Handle x,
        Handle w,
        Handle* bias,
        int64* stride,
        int64 strideLength,
        int64* padding,
        int64 paddingLength,
        int64* dilation,
        int64 dilationLength,
        int transposed,
        int64* outputPadding,
        int64 outputPaddingLength,
        int64 groups,
        Handle* ret
    )

    [<DllImport(Lib, ExactSpelling = true)>]
    extern int aoti_torch_cpu_convolution_backward(
        Handle grad,
        Handle x,
        Handle w,
        nativeint* biasSizes,
        int64 biasSizesLength,
        int64* stride,
        int64 strideLength,
        int64* padding,
        int64 paddingLength,
        int64* dilation,
        int64 dilationLength,
        int transposed,
        int64* outputPadding,
        int64 outputPaddingLength,
        int64 groups,
        int* mask,
        int64 maskLength,
        Handle* dx,
        Handle* dw,
        Handle* db
    )

    // Attention.

    [<DllImport(Lib, ExactSpelling = true)>]
    extern int aoti_torch_cpu__scaled_dot_product_flash_attention_for_cpu(
        Handle q,
        Handle k,
        Handle v,
        double dropout,
        int isCausal,
        Handle* mask,
        double* scale,
        Handle* ret,
        Handle* logSumExp
    )

    [<DllImport(Lib, ExactSpelling = true)>]
    extern int aoti_torch_cpu__scaled_dot_product_flash_attention_for_cpu_backward(
        Handle grad,
        Handle q,
        Handle k,
        Handle v,
        Handle y,
        Handle logSumExp,
        double dropout,
        int isCausal,
        Handle* mask,
        double* scale,
        Handle* dq,
        Handle* dk,
        Handle* dv
    )

    // The dispatcher.

    [<DllImport(Lib, ExactSpelling = true)>]
    extern int torch_call_dispatcher(nativeint name, nativeint overload, StableIValue* stack, uint64 version)

    [<DllImport(Lib, ExactSpelling = true)>]
    extern int torch_new_list_reserve_size(unativeint size, nativeint* ret)

    [<DllImport(Lib, ExactSpelling = true)>]
    extern int torch_list_push_back(nativeint list, StableIValue value)

    // Threads.

    [<DllImport(Lib, ExactSpelling = true)>]
    extern int torch_parallel_for(int64 start, int64 finish, int64 grain, nativeint func, nativeint context)
