// Operations of libtorch that the dispatcher finds by name: normalization, softmax, gelu, embeddings.
namespace Keras.FSharp.Backends.Torch

/// Operations by name, on handles. Handles are borrowed; results are new handles.
module internal NativeOps =

    // ---- Normalization ---------------------------------------------------------------------------------------------

    let private layerNormOp = Native.op "aten::native_layer_norm" ""
    let private layerNormBackwardOp = Native.op "aten::native_layer_norm_backward" ""
    let private batchNormOp = Native.op "aten::native_batch_norm" ""
    let private batchNormBackwardOp = Native.op "aten::native_batch_norm_backward" ""
    let private groupNormOp = Native.op "aten::native_group_norm" ""
    let private groupNormBackwardOp = Native.op "aten::native_group_norm_backward" ""

    /// Layer normalization over the last axes, whose sizes are given: the result, the means and the reciprocal
    /// standard deviations. Weight and bias may be absent (zero).
    let layerNorm
        (x: Handle)
        (shape: int64[])
        (weight: Handle)
        (bias: Handle)
        (epsilon: double)
        : struct (Handle * Handle * Handle) =
        Native.call3 layerNormOp [|
            Arg.tensor x
            Arg.ints shape
            Arg.tensorOrNone weight
            Arg.tensorOrNone bias
            Arg.float epsilon
        |]

    /// The gradients of layer normalization with respect to x, weight and bias; those not wanted are zero.
    let layerNormBackward
        (grad: Handle)
        (x: Handle)
        (shape: int64[])
        (mean: Handle)
        (rstd: Handle)
        (weight: Handle)
        (bias: Handle)
        (wanted: bool[])
        : struct (Handle * Handle * Handle) =
        Native.call3 layerNormBackwardOp [|
            Arg.tensor grad
            Arg.tensor x
            Arg.ints shape
            Arg.tensor mean
            Arg.tensor rstd
            Arg.tensorOrNone weight
            Arg.tensorOrNone bias
            Arg.bools wanted
        |]

    /// Batch normalization of (N, C, …): the result, and the batch's means and reciprocal standard deviations (empty
    /// tensors unless training). While training, the running statistics, if there are any, are updated in place:
    /// running = (1 - momentum) · running + momentum · batch, with the unbiased variance.
    let batchNorm
        (x: Handle)
        (weight: Handle)
        (bias: Handle)
        (runningMean: Handle)
        (runningVariance: Handle)
        (training: bool)
        (momentum: double)
        (epsilon: double)
        : struct (Handle * Handle * Handle) =
        Native.call3 batchNormOp [|
            Arg.tensor x
            Arg.tensorOrNone weight
            Arg.tensorOrNone bias
            Arg.tensorOrNone runningMean
            Arg.tensorOrNone runningVariance
            Arg.bool training
            Arg.float momentum
            Arg.float epsilon
        |]

    /// The gradients of batch normalization with respect to x, weight and bias; those not wanted are zero.
    let batchNormBackward
        (grad: Handle)
        (x: Handle)
        (weight: Handle)
        (runningMean: Handle)
        (runningVariance: Handle)
        (mean: Handle)
        (rstd: Handle)
        (training: bool)
        (epsilon: double)
        (wanted: bool[])
        : struct (Handle * Handle * Handle) =
        Native.call3 batchNormBackwardOp [|
            Arg.tensor grad
            Arg.tensor x
            Arg.tensorOrNone weight
            Arg.tensorOrNone runningMean
            Arg.tensorOrNone runningVariance
            Arg.tensorOrNone mean
            Arg.tensorOrNone rstd
            Arg.bool training
            Arg.float epsilon
            Arg.bools wanted
        |]

    /// Group normalization of (N, C, …), where n, c and the number of places per channel are given: the result, the
    /// means and the reciprocal standard deviations.
    let groupNorm
        (x: Handle)
        (weight: Handle)
        (bias: Handle)
        (n: int64)
        (c: int64)
        (places: int64)
        (groups: int64)
        (epsilon: double)
        : struct (Handle * Handle * Handle) =
        Native.call3 groupNormOp [|
            Arg.tensor x
            Arg.tensorOrNone weight
            Arg.tensorOrNone bias
            Arg.int n
            Arg.int c
            Arg.int places
            Arg.int groups
            Arg.float epsilon
        |]

    /// The gradients of group normalization with respect to x, weight and bias; those not wanted are zero.
    let groupNormBackward
        (grad: Handle)
        (x: Handle)
        (mean: Handle)
        (rstd: Handle)
        (weight: Handle)
        (n: int64)
        (c: int64)
        (places: int64)
        (groups: int64)
        (wanted: bool[])
        : struct (Handle * Handle * Handle) =
        Native.call3 groupNormBackwardOp [|
            Arg.tensor grad
            Arg.tensor x
            Arg.tensor mean
            Arg.tensor rstd
            Arg.tensorOrNone weight
            Arg.int n
            Arg.int c
            Arg.int places
            Arg.int groups
            Arg.bools wanted
        |]

    // ---- Softmax, gelu, embedding ----------------------------------------------------------------------------------

    let private softmaxOp = Native.op "aten::_softmax" ""
    let private softmaxOutOp = Native.op "aten::_softmax" "out"
    let private softmaxBackwardOp = Native.op "aten::_softmax_backward_data" ""
    let private logSoftmaxOp = Native.op "aten::_log_softmax" ""
    let private logSoftmaxOutOp = Native.op "aten::_log_softmax" "out"
    let private logSoftmaxBackwardOp = Native.op "aten::_log_softmax_backward_data" ""
    let private geluOp = Native.op "aten::gelu" ""
    let private geluOutOp = Native.op "aten::gelu" "out"
    let private geluBackwardOp = Native.op "aten::gelu_backward" ""
    let private embeddingBackwardOp = Native.op "aten::embedding_dense_backward" ""

    /// Softmax along an axis.
    let softmax (x: Handle) (axis: int) : Handle =
        Native.call1 softmaxOp [| Arg.tensor x; Arg.int (int64 axis); Arg.bool false |]

    /// Softmax along an axis, into an existing tensor.
    let softmaxOut (target: Handle) (x: Handle) (axis: int) =
        Native.callInto softmaxOutOp [| Arg.tensor x; Arg.int (int64 axis); Arg.bool false; Arg.tensor target |] 1

    /// The gradient of softmax with respect to x; y is the softmax.
    let softmaxBackward (grad: Handle) (y: Handle) (axis: int) : Handle =
        Native.call1 softmaxBackwardOp [|
            Arg.tensor grad
            Arg.tensor y
            Arg.int (int64 axis)
            Arg.dtype (Native.dtype y)
        |]

    /// Log-softmax along an axis.
    let logSoftmax (x: Handle) (axis: int) : Handle =
        Native.call1 logSoftmaxOp [| Arg.tensor x; Arg.int (int64 axis); Arg.bool false |]

    /// Log-softmax along an axis, into an existing tensor.
    let logSoftmaxOut (target: Handle) (x: Handle) (axis: int) =
        Native.callInto logSoftmaxOutOp [| Arg.tensor x; Arg.int (int64 axis); Arg.bool false; Arg.tensor target |] 1

    /// The gradient of log-softmax with respect to x; y is the log-softmax.
    let logSoftmaxBackward (grad: Handle) (y: Handle) (axis: int) : Handle =
        Native.call1 logSoftmaxBackwardOp [|
            Arg.tensor grad
            Arg.tensor y
            Arg.int (int64 axis)
            Arg.dtype (Native.dtype y)
        |]

    // Each of these calls leaks 32 bytes inside libtorch (see `Arg.string`).
    let private geluKind (tanh: bool) = Arg.string (if tanh then "tanh" else "none")

    /// Gelu, exact or by tanh.
    let gelu (x: Handle) (tanh: bool) : Handle = Native.call1 geluOp [| Arg.tensor x; geluKind tanh |]

    /// Gelu, into an existing tensor.
    let geluOut (target: Handle) (x: Handle) (tanh: bool) =
        Native.callInto geluOutOp [| Arg.tensor x; geluKind tanh; Arg.tensor target |] 1

    /// The gradient of gelu with respect to x.
    let geluBackward (grad: Handle) (x: Handle) (tanh: bool) : Handle =
        Native.call1 geluBackwardOp [| Arg.tensor grad; Arg.tensor x; geluKind tanh |]

    /// The gradient of an embedding (rows of a table) with respect to the table of `rows` rows: rows of `grad` are
    /// added up by index (int64 or int32). `paddingIndex` gets no gradient; -1 for none.
    let embeddingBackward (grad: Handle) (indices: Handle) (rows: int64) (paddingIndex: int64) : Handle =
        Native.call1 embeddingBackwardOp [|
            Arg.tensor grad
            Arg.tensor indices
            Arg.int rows
            Arg.int paddingIndex
            Arg.bool false
        |]
