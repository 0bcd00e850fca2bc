// Operations of libtorch that the dispatcher finds by name: normalization and softmax.
namespace Keras.FSharp.Backends.Torch

/// Operations by name, on handles. Handles are borrowed; results are new handles.
module internal NativeOps =

    // ---- Normalization ---------------------------------------------------------------------------------------------

    let private layerNormOp = Native.op "aten::native_layer_norm" ""
    let private layerNormBackwardOp = Native.op "aten::native_layer_norm_backward" ""
    let private batchNormOp = Native.op "aten::native_batch_norm" ""
    let private batchNormBackwardOp = Native.op "aten::native_batch_norm_backward" ""

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

    // ---- Softmax ----------------------------------------------------------------------------------------------------

    let private softmaxOutOp = Native.op "aten::_softmax" "out"
    let private softmaxBackwardOutOp = Native.op "aten::_softmax_backward_data" "out"
    let private logSoftmaxOutOp = Native.op "aten::_log_softmax" "out"
    let private logSoftmaxBackwardOutOp = Native.op "aten::_log_softmax_backward_data" "out"

    let private alongInto op (target: Handle) (x: Handle) (axis: int) =
        Native.callInto op [| Arg.tensor x; Arg.int (int64 axis); Arg.bool false; Arg.tensor target |] 1

    let private backwardInto op (target: Handle) (grad: Handle) (y: Handle) (axis: int) =
        Native.callInto
            op
            [|
                Arg.tensor grad
                Arg.tensor y
                Arg.int (int64 axis)
                Arg.dtype (Native.dtype y)
                Arg.tensor target
            |]
            1

    /// Softmax along an axis, into an existing tensor.
    let softmaxOut (target: Handle) (x: Handle) (axis: int) = alongInto softmaxOutOp target x axis

    /// The gradient of softmax with respect to x, into an existing tensor; y is the softmax.
    let softmaxBackwardOut (target: Handle) (grad: Handle) (y: Handle) (axis: int) =
        backwardInto softmaxBackwardOutOp target grad y axis

    /// Log-softmax along an axis, into an existing tensor.
    let logSoftmaxOut (target: Handle) (x: Handle) (axis: int) = alongInto logSoftmaxOutOp target x axis

    /// The gradient of log-softmax with respect to x, into an existing tensor; y is the log-softmax.
    let logSoftmaxBackwardOut (target: Handle) (grad: Handle) (y: Handle) (axis: int) =
        backwardInto logSoftmaxBackwardOutOp target grad y axis
