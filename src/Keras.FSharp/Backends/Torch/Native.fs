// Operations of libtorch on handles: the functions of `Abi` with checked return codes and with arrays for pointers.
// Who owns which handle, and what an error is, stands in Abi.fs.
namespace Keras.FSharp.Backends.Torch

#nowarn "9" // pointers, which is what this file is about
#nowarn "51"

open System
open System.Runtime.ExceptionServices
open System.Runtime.InteropServices
open System.Threading
open Microsoft.FSharp.NativeInterop
open TorchSharp

/// The state of one parallel loop, and the function that libtorch's threads call.
type internal ParallelLoop(body: RangeBody) =

    let mutable error: exn | null = null

    /// The first exception that the body threw.
    member _.Error = error

    /// Runs one part; what it throws is kept, because no exception may pass through libtorch's frames.
    member private _.Run(start: int64, finish: int64) =
        try
            if isNull error then
                body.Invoke(start, finish)
        with e ->
            Interlocked.CompareExchange(&error, e, null) |> ignore

    /// What libtorch calls; the context is a GCHandle of a ParallelLoop.
    static member val private Callback =
        ParallelCallback(fun start finish context ->
            match GCHandle.FromIntPtr(context).Target with
            | :? ParallelLoop as loop -> loop.Run(start, finish)
            | _ -> ())

    /// The address of `Callback`, which lives as long as the process.
    static member val Address: nativeint = Marshal.GetFunctionPointerForDelegate ParallelLoop.Callback

/// Values for the dispatcher's stack. A call takes over what they point to, so each value is used exactly once.
module internal Arg =

    let private check name code =
        if code <> 0 then
            raise (TorchFailure name)

    /// An int or SymInt.
    let int (value: int64) : StableIValue = uint64 value

    /// A float (double precision).
    let float (value: double) : StableIValue = BitConverter.DoubleToUInt64Bits value

    /// A bool.
    let bool (value: bool) : StableIValue = if value then 1UL else 0UL

    /// A ScalarType, by libtorch's number (float32 is 6).
    let dtype (value: int) : StableIValue = uint64 (uint32 value)

    /// None, for anything optional.
    let none: StableIValue = 0UL

    /// A value for something optional: a pointer to a heap cell, which libtorch frees.
    let some (value: StableIValue) : StableIValue =
        let cell = NativeMemory.Alloc(unativeint sizeof<StableIValue>)
        NativePtr.write (NativePtr.ofVoidPtr<StableIValue> cell) value
        uint64 (NativePtr.toNativeInt (NativePtr.ofVoidPtr<byte> cell))

    /// A tensor; the call gets a reference of its own, the handle stays the caller's.
    let tensor (handle: Handle) : StableIValue =
        let mutable copy = 0n
        check "new_tensor_handle" (Abi.aoti_torch_new_tensor_handle (handle, &&copy))
        uint64 copy

    /// An optional tensor: none where the handle is zero.
    let tensorOrNone (handle: Handle) : StableIValue = if handle = 0n then none else some (tensor handle)

    /// A list of values.
    let list (values: ReadOnlySpan<StableIValue>) : StableIValue =
        let mutable handle = 0n
        check "new_list" (Abi.torch_new_list_reserve_size (unativeint values.Length, &&handle))

        for value in values do
            check "list_push_back" (Abi.torch_list_push_back (handle, value))

        uint64 handle

    /// A list of int or SymInt.
    let ints (values: int64[]) : StableIValue = list (MemoryMarshal.Cast<int64, StableIValue>(ReadOnlySpan values))

    /// A list of bool.
    let bools (values: bool[]) : StableIValue = list (ReadOnlySpan(Array.map bool values))

/// Operations on handles. Each checks libtorch's return code. Handles are borrowed; results are new handles.
module internal Native =

    let private check (op: string) code =
        if code <> 0 then
            raise (TorchFailure op)

    let private flag (value: bool) = if value then 1 else 0

    /// libtorch reads as many strides as there are sizes.
    let private matching (sizes: int64[]) (strides: int64[]) =
        if sizes.Length <> strides.Length then
            invalidArg (nameof strides) "there must be as many strides as sizes"

    // ---- Tensors ---------------------------------------------------------------------------------------------------

    /// Gives up a handle. The tensor itself goes with its last reference.
    let delete (tensor: Handle) =
        if tensor <> 0n then
            check "delete_tensor_object" (Abi.aoti_torch_delete_tensor_object tensor)

    /// A CPU tensor over memory that is the caller's: it has to outlive the tensor and every view of it. The offset
    /// is in elements. Strides are in elements too.
    let ofMemory (data: nativeint) (sizes: int64[]) (strides: int64[]) (offset: int64) (dtype: int) : Handle =
        matching sizes strides
        let mutable result = 0n
        use size = fixed sizes
        use stride = fixed strides

        check
            "create_tensor_from_blob"
            (Abi.aoti_torch_create_tensor_from_blob (
                data,
                int64 sizes.Length,
                size,
                stride,
                offset,
                dtype,
                0,
                0,
                &&result
            ))

        result

    /// Copies values (with broadcasting, dtype and layout conversion) into an existing tensor.
    let copy (target: Handle) (source: Handle) = check "copy_" (Abi.aoti_torch_copy_ (target, source, 0))

    /// The address of the tensor's first element, its offset included.
    let dataPtr (tensor: Handle) : nativeint =
        let mutable result = 0n
        check "get_data_ptr" (Abi.aoti_torch_get_data_ptr (tensor, &&result))
        result

    /// The number of axes.
    let rank (tensor: Handle) : int =
        let mutable result = 0L
        check "get_dim" (Abi.aoti_torch_get_dim (tensor, &&result))
        int result

    /// The number of elements.
    let count (tensor: Handle) : int64 =
        let mutable result = 0L
        check "get_numel" (Abi.aoti_torch_get_numel (tensor, &&result))
        result

    /// A copy of libtorch's array; the values lie in the tensor and live no longer than that.
    let private int64s (first: nativeint) (length: int) =
        ReadOnlySpan<int64>(NativePtr.toVoidPtr (NativePtr.ofNativeInt<int64> first), length).ToArray()

    /// The shape.
    let sizes (tensor: Handle) : int64[] =
        let mutable first = 0n
        check "get_sizes" (Abi.aoti_torch_get_sizes (tensor, &&first))
        int64s first (rank tensor)

    /// The strides, in elements.
    let strides (tensor: Handle) : int64[] =
        let mutable first = 0n
        check "get_strides" (Abi.aoti_torch_get_strides (tensor, &&first))
        int64s first (rank tensor)

    /// The dtype, by libtorch's number: the same numbers as TorchSharp's ScalarType (float32 is 6).
    let dtype (tensor: Handle) : int =
        let mutable result = 0
        check "get_dtype" (Abi.aoti_torch_get_dtype (tensor, &&result))
        result

    /// Whether there is a tensor behind the handle: results of the dispatcher that were not asked for have none, but
    /// their handles have to be deleted all the same.
    let isDefined (tensor: Handle) : bool =
        let mutable result = 0uy
        check "is_defined" (Abi.aoti_torch_is_defined (tensor, &&result))
        result <> 0uy

    // ---- TorchSharp ------------------------------------------------------------------------------------------------

    /// A TorchSharp tensor that takes over the handle: from then on the tensor's Dispose deletes it, the caller does
    /// not. The tensor joins the current dispose scope, if there is one.
    let toTensor (handle: Handle) : torch.Tensor = torch.Tensor.UnsafeCreateTensor handle

    /// Takes the handle out of a TorchSharp tensor, which is invalid from then on. The caller deletes the handle.
    let ofTensor (tensor: torch.Tensor) : Handle =
        tensor.DetachFromDisposeScope() |> ignore
        tensor.DecoupleFromNativeHandle()

    // ---- Matrix products, into existing tensors --------------------------------------------------------------------

    /// target = a · b, matrices. Transposed views are fine; the target must have the right shape already.
    let mmOut (target: Handle) (a: Handle) (b: Handle) = check "mm_out" (Abi.aoti_torch_cpu_mm_out (target, a, b))

    /// target = a · b, batches of matrices (three axes).
    let bmmOut (target: Handle) (a: Handle) (b: Handle) = check "bmm_out" (Abi.aoti_torch_cpu_bmm_out (target, a, b))

    // ---- Convolutions ----------------------------------------------------------------------------------------------

    /// Convolution of 1 to 3 spatial axes; x is (N, C, …), w is (out, in / groups, …), or (in, out / groups, …) where
    /// transposed. The bias may be absent (zero). With channels-last strides of x or w the result has them too.
    let convolution (x: Handle) (w: Handle) (bias: Handle) (spec: ConvSpec) : Handle =
        let mutable result = 0n
        let mutable b = bias
        use stride = fixed spec.Stride
        use padding = fixed spec.Padding
        use dilation = fixed spec.Dilation
        use outputPadding = fixed spec.OutputPadding

        check
            "convolution"
            (Abi.aoti_torch_cpu_convolution (
                x,
                w,
                (if bias = 0n then NativePtr.nullPtr else &&b),
                stride,
                int64 spec.Stride.Length,
                padding,
                int64 spec.Padding.Length,
                dilation,
                int64 spec.Dilation.Length,
                flag spec.Transposed,
                outputPadding,
                int64 spec.OutputPadding.Length,
                spec.Groups,
                &&result
            ))

        result

    /// Gradients of a convolution with respect to x, w and the bias; those not wanted are zero handles.
    let convolutionBackward
        (grad: Handle)
        (x: Handle)
        (w: Handle)
        (spec: ConvSpec)
        (wantX: bool)
        (wantW: bool)
        (wantBias: bool)
        : struct (Handle * Handle * Handle) =
        let mutable dx = 0n
        let mutable dw = 0n
        let mutable db = 0n
        // The bias has one entry per channel of the output, which is the gradient's second axis.
        let mutable biasSize = if wantBias then (sizes grad)[1] else 0L
        let mutable biasSizes = NativePtr.toNativeInt &&biasSize
        let mask = NativePtr.stackalloc<int> 3
        NativePtr.set mask 0 (flag wantX)
        NativePtr.set mask 1 (flag wantW)
        NativePtr.set mask 2 (flag wantBias)
        use stride = fixed spec.Stride
        use padding = fixed spec.Padding
        use dilation = fixed spec.Dilation
        use outputPadding = fixed spec.OutputPadding

        check
            "convolution_backward"
            (Abi.aoti_torch_cpu_convolution_backward (
                grad,
                x,
                w,
                (if wantBias then &&biasSizes else NativePtr.nullPtr),
                1L,
                stride,
                int64 spec.Stride.Length,
                padding,
                int64 spec.Padding.Length,
                dilation,
                int64 spec.Dilation.Length,
                flag spec.Transposed,
                outputPadding,
                int64 spec.OutputPadding.Length,
                spec.Groups,
                mask,
                3L,
                (if wantX then &&dx else NativePtr.nullPtr),
                (if wantW then &&dw else NativePtr.nullPtr),
                (if wantBias then &&db else NativePtr.nullPtr)
            ))

        struct (dx, dw, db)

    // ---- Attention -------------------------------------------------------------------------------------------------

    /// Flash attention on (batch, heads, length, size) queries, keys and values: the result and the log-sum-exp that
    /// the backward pass needs. The mask (zero: none) is added to the scores and has the queries' dtype. The scale is
    /// usually 1 / sqrt size.
    let attention
        (q: Handle)
        (k: Handle)
        (v: Handle)
        (mask: Handle)
        (causal: bool)
        (scale: double)
        : struct (Handle * Handle) =
        let mutable result = 0n
        let mutable logSumExp = 0n
        let mutable m = mask
        let mutable factor = scale

        check
            "scaled_dot_product_flash_attention_for_cpu"
            (Abi.aoti_torch_cpu__scaled_dot_product_flash_attention_for_cpu (
                q,
                k,
                v,
                0.0,
                flag causal,
                (if mask = 0n then NativePtr.nullPtr else &&m),
                &&factor,
                &&result,
                &&logSumExp
            ))

        struct (result, logSumExp)

    /// The gradients of attention with respect to queries, keys and values.
    let attentionBackward
        (grad: Handle)
        (q: Handle)
        (k: Handle)
        (v: Handle)
        (y: Handle)
        (logSumExp: Handle)
        (mask: Handle)
        (causal: bool)
        (scale: double)
        : struct (Handle * Handle * Handle) =
        let mutable dq = 0n
        let mutable dk = 0n
        let mutable dv = 0n
        let mutable m = mask
        let mutable factor = scale

        check
            "scaled_dot_product_flash_attention_for_cpu_backward"
            (Abi.aoti_torch_cpu__scaled_dot_product_flash_attention_for_cpu_backward (
                grad,
                q,
                k,
                v,
                y,
                logSumExp,
                0.0,
                flag causal,
                (if mask = 0n then NativePtr.nullPtr else &&m),
                &&factor,
                &&dq,
                &&dk,
                &&dv
            ))

        struct (dq, dk, dv)

    // ---- Any other operation, by name ------------------------------------------------------------------------------

    /// The interface version that the arguments follow: 2.10.
    let private version = (2UL <<< 56) ||| (10UL <<< 48)

    /// Names an operation for `call`. Make it once and keep it: the names are never freed.
    let op (name: string) (overload: string) : Op = {
        Text = (if overload = "" then name else name + "." + overload)
        Name = Marshal.StringToCoTaskMemUTF8 name
        Overload = Marshal.StringToCoTaskMemUTF8 overload
    }

    /// Calls an operation with a value for each argument of its schema, in order (defaults are not filled in). The
    /// results, as values, are in the first places of the array afterwards: make it long enough. Arguments of type
    /// Scalar cannot be passed.
    let callRaw (op: Op) (stack: StableIValue[]) =
        use values = fixed stack
        check op.Text (Abi.torch_call_dispatcher (op.Name, op.Overload, values, version))

    /// Calls an operation with two results, tensors.
    let call2 (op: Op) (stack: StableIValue[]) : struct (Handle * Handle) =
        callRaw op stack
        struct (nativeint stack[0], nativeint stack[1])

    /// Calls an operation with three results, tensors. One that was not asked for comes as a zero handle.
    let call3 (op: Op) (stack: StableIValue[]) : struct (Handle * Handle * Handle) =
        callRaw op stack

        let given (value: StableIValue) =
            let handle = nativeint value

            if handle <> 0n && not (isDefined handle) then
                delete handle
                0n
            else
                handle

        struct (given stack[0], given stack[1], given stack[2])

    /// Calls an operation that writes into tensors among its arguments, and returns those again.
    let callInto (op: Op) (stack: StableIValue[]) (results: int) =
        callRaw op stack

        for i in 0 .. results - 1 do
            delete (nativeint stack[i])

    // ---- Threads ---------------------------------------------------------------------------------------------------

    /// Runs a native function void (int64 start, int64 finish, void* context) on parts of 0 .. count - 1, on
    /// libtorch's threads. The function must not throw.
    let parallelForRaw (count: int64) (grain: int64) (func: nativeint) (context: nativeint) =
        check "parallel_for" (Abi.torch_parallel_for (0L, count, grain, func, context))

    /// Runs the body on parts of 0 .. count - 1 on libtorch's threads, and returns when all are done. Up to `grain`
    /// elements run on the calling thread, at once; so does everything inside another parallel loop. The first
    /// exception of the body is thrown again here.
    let parallelFor (count: int64) (grain: int64) (body: RangeBody) =
        if count <= max 1L grain then
            if count > 0L then
                body.Invoke(0L, count)
        else
            let loop = ParallelLoop body
            let context = GCHandle.Alloc loop

            try
                parallelForRaw count (max 1L grain) ParallelLoop.Address (GCHandle.ToIntPtr context)
            finally
                context.Free()

            match loop.Error with
            | null -> ()
            | error -> ExceptionDispatchInfo.Throw error
