/// Convolutions and their two transposes on libtorch. Our memory, channels last, is what libtorch calls the
/// channels-last layout of its own order of axes, so that operands and results need no copies; only the gradient of the
/// kernel comes in another order.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Torch.TorchConv

#nowarn "9" // the address of a zero
open System.Runtime.InteropServices
open Microsoft.FSharp.NativeInterop
open Keras.FSharp
open Keras.FSharp.Backends
open Keras.FSharp.Backends.Cpu

/// libtorch pads both sides alike. What it pads, and what has to be put around x before (cut off where negative).
type private Padding = { Both: int64[]; Low: int[]; High: int[] }

/// Padding per axis. What lies beyond the last window does not count, so that often no padding in front is needed.
let private padding (s: ConvShape) (axes: int[]) : Padding =
    let each =
        axes
        |> Array.map (fun i ->
            let extent = s.Dilation[i] * (s.Kernel[i] - 1) + 1
            let low = s.Low[i]
            let high = (s.Y[i] - 1) * s.Stride[i] + extent - s.X[i] - low

            if low >= high && low < high + s.Stride[i] && low >= 0 then
                struct (low, 0, 0)
            else
                let both = max 0 (min low high)
                struct (both, low - both, high - both))

    {
        Both = each |> Array.map (fun struct (b, _, _) -> int64 b)
        Low = each |> Array.map (fun struct (_, l, _) -> l)
        High = each |> Array.map (fun struct (_, _, h) -> h)
    }

/// Memory [batch, spatial…, channels] in libtorch's order: batch, channels, spatial….
let private image (dtype: DType) (batch: int) (spatial: int[]) (channels: int) : View =
    let n = spatial.Length
    let dense = View.Shaped(dtype, [| int64 batch; yield! Array.map int64 spatial; int64 channels |])
    dense.Permuted [| 0; n + 1; yield! [| 1..n |] |]

/// Memory [kernel…, inputs, filters] in libtorch's order: filters, inputs, kernel….
let private weights (dtype: DType) (kernel: int[]) (inputs: int) (filters: int) : View =
    let n = kernel.Length
    let dense = View.Shaped(dtype, [| yield! Array.map int64 kernel; int64 inputs; int64 filters |])
    dense.Permuted [| n + 1; n; yield! [| 0 .. n - 1 |] |]

// Zero, of any element type, for padding. It is never given back.
let private zero: nativeint =
    NativeMemory.AllocZeroed 16un |> NativePtr.ofVoidPtr<byte> |> NativePtr.toNativeInt

/// A kernel that puts zeros around the spatial axes of x, or cuts elements off, and the shape that it gives.
let private pad (x: Aval) (low: int[]) (high: int[]) : struct (Kernel * Aval) =
    let around (p: int[]) = Dims.own [| 0; yield! p; 0 |]
    let low, high = around low, around high
    let y = Aval.withShape (Dims.own (Array.init x.Rank (fun i -> x.Shape[i] + low[i] + high[i]))) x
    let prim = Prim.Pad(low, high, Dims.own (Array.zeroCreate x.Rank))
    let kernel = Kernels.prepare prim [| x; Aval.withShape Dims.Empty x |] [| y |]
    struct (Kernel(fun ins outs -> kernel.Invoke([| ins[0]; zero |], outs)), y)

/// Everything about one convolution that does not depend on which of the three maps it is.
type private Setup = {
    DType: DType
    Spec: ConvSpec
    /// x as libtorch gets it: after explicit padding, if there is any.
    X: View
    W: View
    Y: View
    /// Explicit padding of x, and what undoes it.
    Around: struct (Kernel * Kernel) voption
}

let private setup (d: ConvDims) (inputs: Aval[]) (output: Aval) : Setup =
    let s = ConvShape.make d inputs output
    let dtype = output.DType
    // libtorch has no fast path for one spatial axis, so that one becomes two.
    let axes = if d.Stride.Rank = 3 then [| 0; 1; 2 |] else [| 1; 2 |]
    let pick (a: int[]) = axes |> Array.map (fun i -> a[i])
    let wide (a: int[]) = pick a |> Array.map int64
    let p = padding s axes
    let x = Aval.make dtype (Dims.own [| s.Batch; yield! pick s.X; s.Channels |])
    let isExplicit = Array.exists ((<>) 0) p.Low || Array.exists ((<>) 0) p.High
    let negated = Array.map (~-)

    let around =
        if isExplicit then
            let struct (there, padded) = pad x p.Low p.High
            let struct (back, _) = pad padded (negated p.Low) (negated p.High)
            ValueSome(struct (there, back))
        else
            ValueNone

    {
        DType = dtype
        Spec = {
            Stride = wide s.Stride
            Padding = p.Both
            Dilation = wide s.Dilation
            Transposed = false
            OutputPadding = Array.zeroCreate axes.Length
            Groups = int64 s.Groups
        }
        X = image dtype s.Batch (Array.map3 (fun x l h -> x + l + h) (pick s.X) p.Low p.High) s.Channels
        W = weights dtype (pick s.Kernel) (s.Channels / s.Groups) s.Filters
        Y = image dtype s.Batch (pick s.Y) s.Filters
        Around = around
    }

/// Runs `f` on x, or on a padded copy of it.
let private padded (s: Setup) (x: nativeint) (f: nativeint -> unit) =
    match s.Around with
    | ValueNone -> f x
    | ValueSome(struct (there, _)) ->
        use memory = new Temporary(s.X.Bytes)
        there.Invoke([| x |], [| memory.Pointer |])
        f memory.Pointer

let private forward (backend: IBackend) (s: Setup) =
    AllocatingKernel(fun ins results ->
        padded s ins[0] (fun address ->
            use x = s.X.At address
            use w = s.W.At ins[1]
            results[0] <- Blob.adopt backend s.Y (Native.convolution x.Handle w.Handle 0n s.Spec)))

let private inputGrad (backend: IBackend) (s: Setup) (output: Aval) =
    AllocatingKernel(fun ins results ->
        // libtorch asks for x, of which it only needs sizes and strides.
        use memory = new Temporary(s.X.Bytes)
        use x = s.X.At memory.Pointer
        use g = s.Y.At ins[0]
        use w = s.W.At ins[1]
        let struct (dx, _, _) = Native.convolutionBackward g.Handle x.Handle w.Handle s.Spec true false false

        match s.Around with
        | ValueNone -> results[0] <- Blob.adopt backend s.X dx
        | ValueSome(struct (_, back)) ->
            Blob.moveTo memory.Pointer s.X dx
            let result = CpuBuffer.Allocate(backend, output.ByteSize)
            back.Invoke([| memory.Pointer |], [| result.Pointer |])
            results[0] <- result)

let private kernelGrad (s: Setup) =
    // Again only sizes count: the memory of the result stands for the weights. Row-major, because the plain algorithm for
    // float64 makes its result in the layout of the weights, and refuses any other.
    let stand = View.Shaped(s.DType, s.W.Sizes)

    Kernel(fun ins outs ->
        padded s ins[0] (fun address ->
            use x = s.X.At address
            use g = s.Y.At ins[1]
            use w = stand.At outs[0]
            let struct (_, dw, _) = Native.convolutionBackward g.Handle x.Handle w.Handle s.Spec false true false
            Blob.moveTo outs[0] s.W dw))

/// The kernel, or none where the managed one has to do: more than three spatial axes, narrow floats, nothing to compute.
let prepare (backend: IBackend) (d: ConvDims) (inputs: Aval[]) (outputs: Aval[]) : Prepared voption =
    let isEmpty (a: Aval) = a.Size = 0
    let dtype = inputs[0].DType

    let isServed =
        match dtype with
        | DType.Float32
        | DType.Float64 -> true
        | DType.BFloat16 -> Blob.hasBFloat16Units
        | _ -> false

    if not isServed || d.Stride.Rank > 3 || Array.exists isEmpty inputs || Array.exists isEmpty outputs then
        ValueNone
    else
        let s = setup d inputs outputs[0]

        match d.Kind with
        | ConvKind.Forward -> ValueSome(Prepared.Allocating(forward backend s))
        | ConvKind.InputGrad -> ValueSome(Prepared.Allocating(inputGrad backend s outputs[0]))
        | _ -> ValueSome(Prepared.Kernel(kernelGrad s))
