/// keras.ops.nn: convolutions and pooling of 1 to 3 spatial axes, with Keras's rules of padding. "same" gives
/// ceil(n / stride) positions and puts the odd cell at the end; "valid" pads nothing; "causal" pads in front only.
namespace Keras.FSharp

open System
open Keras.FSharp.Backends

/// Spatial geometry: strides, padding, the place of the channels.
[<RequireQualifiedAccess>]
module internal Spatial =
    /// One number per spatial axis, from one for all or one each.
    let sizes (op: string) (what: string) (count: int) (given: int seq) : Dims =
        let d =
            match Seq.toArray given with
            | [| one |] -> Array.create count one
            | many when many.Length = count -> many
            | many ->
                Fail.value op $"{what} has {many.Length} numbers for {count} spatial axes" "Give one, or one per axis."

        if d |> Array.exists (fun n -> n < 1) then
            Fail.value op $"{what} is {Dims.own d}" "All numbers must be at least 1."

        Dims.own d

    /// True for "channels_first".
    let isFirst (op: string) (dataFormat: string option) =
        match defaultArg dataFormat Config.ImageDataFormat with
        | "channels_last" -> false
        | "channels_first" -> true
        | other -> Fail.value op $"got data format '{other}'" "Known are 'channels_last' and 'channels_first'."

    /// Runs `f` with the channels last, whatever the data format.
    let channelsLast (op: string) (dataFormat: string option) (f: Tensor -> Tensor) (x: Tensor) : Tensor =
        if isFirst op dataFormat then
            Axis.move 1 (x.Rank - 1) x |> f |> fun y -> Axis.move (y.Rank - 1) 1 y
        else
            f x

    /// The spatial sizes of x, whose channels are last.
    let shape (op: string) (x: Tensor) : Dims =
        if x.Rank < 3 || x.Rank > 5 then
            Fail.value op $"the input has shape {x.Shape}" "Batch, 1 to 3 spatial axes and channels are needed."

        Dims.sub 1 (x.Rank - 1) x.Shape

    /// The number of cells in front of and behind each axis.
    let padding
        (op: string)
        (mode: string)
        (n: Dims)
        (kernel: Dims)
        (stride: Dims)
        (dilation: Dims)
        : struct (Dims * Dims) =
        let reach i = (kernel[i] - 1) * dilation[i] + 1
        let make f = Dims.own (Array.init n.Rank f)

        match mode.ToLowerInvariant() with
        | "valid" ->
            let zero = make (fun _ -> 0)
            struct (zero, zero)
        | "same" ->
            let total i = max 0 (((n[i] + stride[i] - 1) / stride[i] - 1) * stride[i] + reach i - n[i])

            struct (make (fun i -> total i / 2), make (fun i -> total i - total i / 2))
        | "causal" when n.Rank = 1 -> struct (make (fun i -> reach i - 1), make (fun _ -> 0))
        | other ->
            Fail.value
                op
                $"got padding '{other}' for {n.Rank} spatial axes"
                "Known are 'valid', 'same' and, for one axis, 'causal'."

/// Convolutions and pooling. Reached as members of `Ops`.
[<AbstractClass>]
type NnConv internal () =
    inherit NnActivation()

    static member private promoted(x: Tensor, kernel: Tensor) : struct (Tensor * Tensor) =
        let d = Types.commonFloat [ Operand.Tensor x; Operand.Tensor kernel ]
        struct (Lax.convert d x, Lax.convert d kernel)

    /// The convolution of x (channels last) with w [spatial…, channels / groups, filters].
    static member private forward
        (op, x: Tensor, w: Tensor, groups: int, strides: int seq option, padding, dilation: int seq option)
        : Tensor =
        let n = Spatial.shape op x

        if w.Rank <> x.Rank then
            Fail.value op $"the kernel has shape {w.Shape}, the input {x.Shape}" "Both must have as many spatial axes."

        let kernel = Dims.sub 0 n.Rank w.Shape
        let stride = Spatial.sizes op "strides" n.Rank (defaultArg strides [ 1 ])
        let dilation = Spatial.sizes op "dilationRate" n.Rank (defaultArg dilation [ 1 ])
        let struct (low, high) = Spatial.padding op (defaultArg padding "valid") n kernel stride dilation

        let d = {
            Kind = ConvKind.Forward
            Stride = stride
            PadLow = low
            PadHigh = high
            Dilation = dilation
            Groups = groups
            InputSpatial = n
            KernelSpatial = kernel
        }

        Lax.conv d x w

    /// Convolution of `inputs` [batch, spatial…, channels] with `kernel` [spatial…, channels / groups, filters]; the
    /// number of groups follows from the channels. One stride or dilation stands for all axes. Keras:
    /// `keras.ops.conv`.
    static member conv
        (
            inputs: Tensor,
            kernel: Tensor,
            ?strides: int seq,
            ?padding: string,
            ?dataFormat: string,
            ?dilationRate: int seq
        ) : Tensor =
        let struct (x, w) = NnConv.promoted (inputs, kernel)

        let f (x: Tensor) =
            let channels, own = x.Shape[x.Rank - 1], w.Shape[max 0 (w.Rank - 2)]

            if own = 0 || channels % own <> 0 || w.Shape[w.Rank - 1] % (channels / own) <> 0 then
                Fail.value
                    "ops.conv"
                    $"the input has {channels} channels, the kernel of shape {w.Shape} takes {own}"
                    "The channels must be those of the kernel, or a multiple of them that divides the filters (groups)."

            NnConv.forward ("ops.conv", x, w, channels / own, strides, padding, dilationRate)

        Spatial.channelsLast "ops.conv" dataFormat f x

    static member private depthwise(op, x: Tensor, w: Tensor, strides, padding, dilation) : Tensor =
        let channels = x.Shape[x.Rank - 1]

        if w.Rank <> x.Rank || w.Shape[w.Rank - 2] <> channels then
            Fail.value op $"the depthwise kernel has shape {w.Shape} for an input of {channels} channels" ""

        let spatial = Dims.sub 0 (w.Rank - 2) w.Shape
        let filters = channels * w.Shape[w.Rank - 1]
        let grouped = Lax.reshape (Dims.append spatial (Dims.own [| 1; filters |])) w
        NnConv.forward (op, x, grouped, channels, strides, padding, dilation)

    /// Convolution of each channel with filters of its own: `kernel` [spatial…, channels, multiplier].
    /// Keras: `keras.ops.depthwise_conv`.
    static member depthwiseConv
        (
            inputs: Tensor,
            kernel: Tensor,
            ?strides: int seq,
            ?padding: string,
            ?dataFormat: string,
            ?dilationRate: int seq
        ) : Tensor =
        let struct (x, w) = NnConv.promoted (inputs, kernel)
        let f x = NnConv.depthwise ("ops.depthwise_conv", x, w, strides, padding, dilationRate)
        Spatial.channelsLast "ops.depthwise_conv" dataFormat f x

    /// A depthwise convolution and one of width 1 over the channels: `pointwiseKernel` [1…, channels · multiplier,
    /// filters]. Keras: `keras.ops.separable_conv`.
    static member separableConv
        (
            inputs: Tensor,
            depthwiseKernel: Tensor,
            pointwiseKernel: Tensor,
            ?strides: int seq,
            ?padding: string,
            ?dataFormat: string,
            ?dilationRate: int seq
        ) : Tensor =
        let struct (x, w) = NnConv.promoted (inputs, depthwiseKernel)

        let f x =
            let y = NnConv.depthwise ("ops.separable_conv", x, w, strides, padding, dilationRate)
            let struct (y, p) = NnConv.promoted (y, pointwiseKernel)
            NnConv.forward ("ops.separable_conv", y, p, 1, None, None, None)

        Spatial.channelsLast "ops.separable_conv" dataFormat f x

    /// The transpose of a convolution: `inputs` [batch, spatial…, channels], `kernel` [spatial…, filters, channels].
    /// The sizes become n · stride ("same") or (n - 1) · stride + max(kernel, stride) ("valid"), or what
    /// `outputPadding` makes of them. Keras: `keras.ops.conv_transpose`.
    static member convTranspose
        (
            inputs: Tensor,
            kernel: Tensor,
            ?strides: int seq,
            ?padding: string,
            ?outputPadding: int seq,
            ?dataFormat: string,
            ?dilationRate: int seq
        ) : Tensor =
        let op = "ops.conv_transpose"
        let struct (x, w) = NnConv.promoted (inputs, kernel)

        let f (x: Tensor) =
            let n = Spatial.shape op x

            if w.Rank <> x.Rank || w.Shape[w.Rank - 1] <> x.Shape[x.Rank - 1] then
                Fail.value
                    op
                    $"the kernel has shape {w.Shape} for an input of shape {x.Shape}"
                    "The kernel is [spatial…, filters, channels]."

            let kernel = Dims.sub 0 n.Rank w.Shape
            let stride = Spatial.sizes op "strides" n.Rank (defaultArg strides [ 1 ])
            let dilation = Spatial.sizes op "dilationRate" n.Rank (defaultArg dilationRate [ 1 ])

            let extra i =
                match outputPadding with
                | None -> ValueNone
                | Some p ->
                    match Seq.toArray p with
                    | [| one |] -> ValueSome one
                    | many -> ValueSome many[i]

            // Per axis: cells that the input, spread out by the stride, has in front and behind for the flipped kernel.
            let around i =
                let k, s = (kernel[i] - 1) * dilation[i] + 1, stride[i]

                match (defaultArg padding "valid").ToLowerInvariant(), extra i with
                | "valid", p ->
                    struct (k - 1,
                            k - 1
                            + (match p with
                               | ValueSome p -> p
                               | ValueNone -> max k s - k))
                | "same", p ->
                    let total =
                        match p with
                        | ValueSome p -> k + k % 2 - 2 + p
                        | ValueNone -> s + k - 2

                    let front = min (total / 2 + total % 2) (k - 1)
                    struct (front, total - front)
                | other, _ -> Fail.value op $"got padding '{other}'" "Known are 'valid' and 'same'."

            let sides = Array.init n.Rank around
            let reach i = (kernel[i] - 1) * dilation[i] + 1
            // The convolution whose transpose this is pads what the flipped kernel lacks. Cells behind all windows get
            // nothing from it and are appended.
            let low i = let struct (front, _) = sides[i] in reach i - 1 - front
            let high i = let struct (_, back) = sides[i] in reach i - 1 - back
            let behind i = max 0 -(high i)

            let covered =
                Dims.own (Array.init n.Rank (fun i -> (n[i] - 1) * stride[i] + reach i - low i - max 0 (high i)))

            let d = {
                Kind = ConvKind.InputGrad
                Stride = stride
                PadLow = Dims.own (Array.init n.Rank low)
                PadHigh = Dims.own (Array.init n.Rank (fun i -> max 0 (high i)))
                Dilation = dilation
                Groups = 1
                InputSpatial = covered
                KernelSpatial = kernel
            }

            let y = Lax.conv d x w
            let none = Dims.own (Array.zeroCreate y.Rank)
            let after = Dims.own (Array.init y.Rank (fun a -> if a = 0 || a > n.Rank then 0 else behind (a - 1)))
            Lax.padZero none after none y

        Spatial.channelsLast op dataFormat f x

    // ---- pooling ----------------------------------------------------------------------------------------------------

    static member private windows
        (op, x: Tensor, kind: WindowOp, size: int seq, strides: int seq option, padding)
        : WindowDims =
        let n = Spatial.shape op x
        let size = Spatial.sizes op "poolSize" n.Rank size
        let stride = Spatial.sizes op "strides" n.Rank (defaultArg strides (size :> int seq))
        let ones = Dims.own (Array.create n.Rank 1)
        let struct (low, high) = Spatial.padding op (defaultArg padding "valid") n size stride ones
        let full edge (d: Dims) = Dims.own (Array.concat [ [| edge |]; d.ToArray(); [| edge |] ])

        {
            Op = kind
            Size = full 1 size
            Stride = full 1 stride
            PadLow = full 0 low
            PadHigh = full 0 high
            Dilation = full 1 ones
            InputShape = x.Shape
        }

    /// The largest element of each window; strides are the size of the window unless given.
    /// Keras: `keras.ops.max_pool`.
    static member maxPool
        (inputs: Tensor, poolSize: int seq, ?strides: int seq, ?padding: string, ?dataFormat: string)
        : Tensor =
        let f x = Lax.window (NnConv.windows ("ops.max_pool", x, WindowOp.Max, poolSize, strides, padding)) [| x |]

        Spatial.channelsLast "ops.max_pool" dataFormat f inputs

    /// The mean of each window; padded cells do not count. Keras: `keras.ops.average_pool`.
    static member averagePool
        (inputs: Tensor, poolSize: int seq, ?strides: int seq, ?padding: string, ?dataFormat: string)
        : Tensor =
        let f (x: Tensor) =
            let d = NnConv.windows ("ops.average_pool", x, WindowOp.Sum, poolSize, strides, padding)
            let total = Lax.window d [| x |]

            if Seq.forall ((=) 0) d.PadLow && Seq.forall ((=) 0) d.PadHigh then
                Lax.scale (1.0 / float d.Size.Size) total
            else
                let shape = Dims.set 0 1 (Dims.set (x.Rank - 1) 1 x.Shape)
                let cells = Lax.full shape x.DType (Scalar.Int 1L)
                Lax.div total (Lax.window { d with InputShape = shape } [| cells |])

        Spatial.channelsLast "ops.average_pool" dataFormat f (Types.toFloating inputs)

    /// Replaces each spatial axis by `size` parts of nearly equal length, reduced by `part` (axis, first, last).
    static member private adaptive(op, x: Tensor, outputSize: int seq, dataFormat, part) : Tensor =
        let f (x: Tensor) =
            let n = Spatial.shape op x
            let size = Spatial.sizes op "outputSize" n.Rank outputSize

            let along (x: Tensor) i =
                let axis, from, into = i + 1, n[i], size[i]

                [| for k in 0 .. into - 1 -> part axis (k * from / into) (((k + 1) * from + into - 1) / into) x |]
                |> Lax.concat axis

            Seq.fold along x (seq { 0 .. n.Rank - 1 })

        Spatial.channelsLast op dataFormat f x

    /// The means of `outputSize` parts of each spatial axis, which may overlap. Keras:
    /// `keras.ops.adaptive_average_pool`.
    static member adaptiveAveragePool(inputs: Tensor, outputSize: int seq, ?dataFormat: string) : Tensor =
        let part axis first last (x: Tensor) =
            Lax.sliceAxis axis first last x
            |> Lax.reduceKeep ReduceOp.Sum (Dims.own [| axis |])
            |> Lax.scale (1.0 / float (last - first))

        NnConv.adaptive ("ops.adaptive_average_pool", Types.toFloating inputs, outputSize, dataFormat, part)

    /// The largest elements of `outputSize` parts of each spatial axis, which may overlap.
    /// Keras: `keras.ops.adaptive_max_pool`.
    static member adaptiveMaxPool(inputs: Tensor, outputSize: int seq, ?dataFormat: string) : Tensor =
        let part axis first last (x: Tensor) =
            Lax.reduceKeep ReduceOp.Max (Dims.own [| axis |]) (Lax.sliceAxis axis first last x)

        NnConv.adaptive ("ops.adaptive_max_pool", inputs, outputSize, dataFormat, part)
