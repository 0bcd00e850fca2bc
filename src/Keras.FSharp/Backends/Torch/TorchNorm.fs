/// Softmax, layer and batch normalization and their gradients on libtorch.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Torch.TorchNorm

open System
open Keras.FSharp
open Keras.FSharp.Backends
open Keras.FSharp.Backends.Cpu

let private isWide (a: Aval) = a.DType = DType.Float32 || a.DType = DType.Float64

// ---- softmax --------------------------------------------------------------------------------------------------------

/// x to the softmax or its logarithm along an axis.
let private along (run: Handle -> Handle -> int -> unit) (axis: int) (x: Aval) : Kernel =
    let view = View.Dense x

    Kernel(fun ins outs ->
        use source = view.At ins[0]
        use target = view.At outs[0]
        run target.Handle source.Handle axis)

/// (y, gradient of y) to the gradient of x.
let private backwardAlong (run: Handle -> Handle -> Handle -> int -> unit) (axis: int) (y: Aval) : Kernel =
    let view = View.Dense y

    Kernel(fun ins outs ->
        use y = view.At ins[0]
        use g = view.At ins[1]
        use target = view.At outs[0]
        run target.Handle g.Handle y.Handle axis)

// ---- layer normalization --------------------------------------------------------------------------------------------

/// The sizes of the last axes.
let private lastSizes (count: int) (x: Aval) = Dims.sub (x.Rank - count) x.Rank x.Shape |> Seq.map int64 |> Seq.toArray

/// (x, gamma, beta) to (y, mean, 1 / standard deviation).
let private layerNorm (backend: IBackend) (count: int) (epsilon: float) (x: Aval) : AllocatingKernel =
    let shape = lastSizes count x
    let view, weights = View.Dense x, View.Shaped(x.DType, shape)

    AllocatingKernel(fun ins results ->
        use source = view.At ins[0]
        use gamma = weights.At ins[1]
        use beta = weights.At ins[2]
        let struct (y, mean, rstd) = NativeOps.layerNorm source.Handle shape gamma.Handle beta.Handle epsilon
        results[0] <- Blob.adoptDense backend x.DType y
        results[1] <- Blob.adoptDense backend x.DType mean
        results[2] <- Blob.adoptDense backend x.DType rstd)

/// (gradient of y, x, mean, rstd, gamma) to the gradients of x, gamma and beta.
let private layerNormGrad (backend: IBackend) (count: int) (x: Aval) : AllocatingKernel =
    let shape = lastSizes count x
    let view, weights = View.Dense x, View.Shaped(x.DType, shape)
    let lead = Dims.sub 0 (x.Rank - count) x.Shape |> Seq.map int64 |> Seq.toArray
    let stat = View.Shaped(x.DType, Array.append lead (Array.create count 1L))

    AllocatingKernel(fun ins results ->
        use g = view.At ins[0]
        use source = view.At ins[1]
        use mean = stat.At ins[2]
        use rstd = stat.At ins[3]
        use gamma = weights.At ins[4]

        // libtorch gives the gradient of beta only where there is a beta; its values do not count.
        let struct (gx, gGamma, gBeta) =
            NativeOps.layerNormBackward g.Handle source.Handle shape mean.Handle rstd.Handle gamma.Handle gamma.Handle [|
                true
                true
                true
            |]

        results[0] <- Blob.adoptDense backend x.DType gx
        results[1] <- Blob.adoptDense backend x.DType gGamma
        results[2] <- Blob.adoptDense backend x.DType gBeta)

// ---- batch normalization --------------------------------------------------------------------------------------------

/// x […, C] as (1, C, 1, places): libtorch's order of axes for our channels-last memory.
let private channelsLast (x: Aval) : View =
    let c = int64 x.Shape[x.Rank - 1]
    let places = int64 x.Size / c
    View.Shaped(x.DType, [| 1L; 1L; places; c |]).Permuted [| 0; 3; 1; 2 |]

/// Writes f of every element of a row of floats to a target.
let private each (dtype: DType) (n: int) (source: nativeint) (target: nativeint) (f: float -> float) =
    if dtype = DType.Float32 then
        for i in 0n .. nativeint n - 1n do
            store (target + 4n * i) (float32 (f (float (load<float32>(source + 4n * i)))))
    else
        for i in 0n .. nativeint n - 1n do
            store (target + 8n * i) (f (load<float>(source + 8n * i)))

/// (x, gamma, beta) to (y, mean, biased variance).
let private batchNorm (backend: IBackend) (epsilon: float) (x: Aval) : AllocatingKernel =
    let view = channelsLast x
    let c = x.Shape[x.Rank - 1]
    let row = View.Shaped(x.DType, [| int64 c |])

    AllocatingKernel(fun ins results ->
        use source = view.At ins[0]
        use gamma = row.At ins[1]
        use beta = row.At ins[2]

        let struct (y, mean, rstd) =
            NativeOps.batchNorm source.Handle gamma.Handle beta.Handle 0n 0n true 0.0 epsilon

        use rstd = new Lent(rstd)
        results[0] <- Blob.adopt backend view y
        results[1] <- Blob.adoptDense backend x.DType mean
        let variance = CpuBuffer.Allocate(backend, row.Bytes)
        each x.DType c (Native.dataPtr rstd.Handle) variance.Pointer (fun r -> max 0.0 (1.0 / (r * r) - epsilon))
        results[2] <- variance)

/// (gradient of y, x, mean, variance, gamma) to the gradients of x, gamma and beta.
let private batchNormGrad (backend: IBackend) (epsilon: float) (x: Aval) : AllocatingKernel =
    let view = channelsLast x
    let c = x.Shape[x.Rank - 1]
    let row = View.Shaped(x.DType, [| int64 c |])

    AllocatingKernel(fun ins results ->
        use memory = new Temporary(row.Bytes)
        each x.DType c ins[3] memory.Pointer (fun v -> 1.0 / Math.Sqrt(v + epsilon))
        use g = view.At ins[0]
        use source = view.At ins[1]
        use mean = row.At ins[2]
        use rstd = row.At memory.Pointer
        use gamma = row.At ins[4]

        let struct (gx, gGamma, gBeta) =
            NativeOps.batchNormBackward g.Handle source.Handle gamma.Handle 0n 0n mean.Handle rstd.Handle true epsilon [|
                true
                true
                true
            |]

        results[0] <- Blob.adopt backend view gx
        results[1] <- Blob.adoptDense backend x.DType gGamma
        results[2] <- Blob.adoptDense backend x.DType gBeta)

/// (x, gamma, beta, mean, variance) to y.
let private batchNormInference (backend: IBackend) (epsilon: float) (x: Aval) : AllocatingKernel =
    let view = channelsLast x
    let row = View.Shaped(x.DType, [| int64 x.Shape[x.Rank - 1] |])

    AllocatingKernel(fun ins results ->
        use source = view.At ins[0]
        use gamma = row.At ins[1]
        use beta = row.At ins[2]
        use mean = row.At ins[3]
        use variance = row.At ins[4]

        let struct (y, none, noneEither) =
            NativeOps.batchNorm source.Handle gamma.Handle beta.Handle mean.Handle variance.Handle false 0.0 epsilon

        Native.delete none
        Native.delete noneEither
        results[0] <- Blob.adopt backend view y)

/// The kernel of a composite, or none: composites that are not of this kind, narrow floats, nothing to compute.
let prepare (backend: IBackend) (c: Composite) (inputs: Aval[]) : Prepared voption =
    let a = inputs[0]
    let isEmpty = inputs |> Array.exists (fun a -> a.Size = 0)

    if isEmpty || not (isWide a) then
        ValueNone
    else
        let axis () = a.Rank + Attrs.int c "axis"
        let epsilon () = Attrs.float c "epsilon"
        let kernel k = ValueSome(Prepared.Kernel k)
        let allocating k = ValueSome(Prepared.Allocating k)

        match c.Name with
        | "softmax" -> kernel (along NativeOps.softmaxOut (axis ()) a)
        | "softmax_grad" -> kernel (backwardAlong NativeOps.softmaxBackwardOut (axis ()) a)
        | "log_softmax" -> kernel (along NativeOps.logSoftmaxOut (axis ()) a)
        | "log_softmax_grad" -> kernel (backwardAlong NativeOps.logSoftmaxBackwardOut (axis ()) a)
        | "layer_norm" -> allocating (layerNorm backend (Attrs.int c "axes") (epsilon ()) a)
        | "layer_norm_grad" -> allocating (layerNormGrad backend (Attrs.int c "axes") a)
        | "batch_norm_train" -> allocating (batchNorm backend (epsilon ()) a)
        | "batch_norm_train_grad" -> allocating (batchNormGrad backend (epsilon ()) a)
        | "batch_norm_inference" -> allocating (batchNormInference backend (epsilon ()) a)
        | _ -> ValueNone
