/// Convolutions of one to three spatial axes: plain, transposed, depthwise and separable.
namespace Keras.FSharp

open System

/// Conv1D to Conv3D and their kin.
module internal ConvLayers =
    let private shapeOf (last: bool) =
        if last then
            "(batch, spatial axes, channels)"
        else
            "(batch, channels, spatial axes)"

    let private format (last: bool) = if last then "channels_last" else "channels_first"

    let private channelsOf (last: bool) (shape: Dims) = if last then shape[shape.Rank - 1] else shape[1]

    let private spatialOf (last: bool) (shape: Dims) : int list = [
        for i in 0 .. shape.Rank - 3 -> shape[if last then i + 1 else i + 2]
    ]

    /// Refuses inputs of another rank, and those that are smaller than the kernel where nothing is padded.
    let private check rank last (padding: string) (kernel: int list) (dilation: int list) (body: LayerBody) =
        body
        |> LayerBody.requires (fun call shape ->
            call.RequireRank(shape, rank + 2, shapeOf last)
            let reach = List.map2 (fun k d -> (k - 1) * d + 1) kernel dilation
            let text (xs: int list) = "(" + String.Join(", ", xs) + ")"

            if padding = "valid" && List.exists2 (<) (spatialOf last shape) reach then
                call.Refuse(
                    $"it got an input of shape {shape}, whose spatial sizes are smaller than its kernel {text reach} (dilation included)",
                    "Use padding 'same', a smaller kernel, or a larger input."
                ))
        |> LayerBody.masks MaskRule.Stops

    let private padding (a: LayerArguments) (causal: bool) =
        let text = (a.Reader.Text("padding", "valid")).ToLowerInvariant()

        let known = [
            "valid"
            "same"
            if causal then
                "causal"
        ]

        if not (List.contains text known) then
            a.Refuse($"argument 'padding' is '{text}'", Fail.didYouMean text known)

        a.Write("padding", Saving.Json.Text text)
        text

    let private oneOfBoth (a: LayerArguments) (strides: int list) (dilation: int list) =
        if List.exists (fun s -> s > 1) strides && List.exists (fun d -> d > 1) dilation then
            a.Refuse(
                $"it has strides %A{strides} and dilation_rate %A{dilation}",
                "Only one of them may be greater than 1."
            )

    /// Adds a bias along the channels.
    let private biased (call: Call) (last: bool) (y: Tensor) : Tensor =
        let b = call.Variable "bias"

        if last then
            Lax.add y b
        else
            let shape = Dims.ofSeq [ for i in 0 .. y.Rank - 1 -> if i = 1 then b.Size else 1 ]
            Lax.add y (Lax.reshape shape b)

    let private two (a: LayerArguments) (names: (string * string) list) : Controlled * Controlled =
        match Controlled.read a a.ActivityRegularizer names with
        | [ x; y ] -> x, y
        | _ -> a.Refuse("two weights were expected", "")

    let private conv (rank: int) (a: LayerArguments) : LayerBody =
        let filters = a.Positive "filters"
        let kernelSize = a.Sizes("kernel_size", rank)
        let strides = a.Sizes("strides", rank, [ 1 ])
        let padding = padding a (rank = 1)
        let last = a.DataFormat()
        let dilation = a.Sizes("dilation_rate", rank, [ 1 ])
        let groups = a.Positive("groups", 1)
        let activation = a.Activation "activation"
        let useBias = a.Bool("use_bias", true)
        let kernel, bias = two a [ "kernel", "glorot_uniform"; "bias", "zeros" ]
        oneOfBoth a strides dilation

        if filters % groups <> 0 then
            a.Refuse($"it has {filters} filters and {groups} groups", "The groups must divide the filters.")

        let body =
            LayerBody.weighted
                (fun shape -> [
                    Controlled.weight a "kernel" (kernelSize @ [ channelsOf last shape / groups; filters ]) kernel
                    if useBias then
                        Controlled.weight a "bias" [ filters ] bias
                ])
                (fun call x ->
                    let y =
                        Ops.conv (
                            x,
                            call.Variable "kernel",
                            strides = strides,
                            padding = padding,
                            dataFormat = format last,
                            dilationRate = dilation
                        )

                    activation.Apply(if useBias then biased call last y else y))
            |> check rank last padding kernelSize dilation

        {
            body with
                Check =
                    fun call shapes ->
                        body.Check call shapes
                        let channels = channelsOf last shapes[0]

                        if channels % groups <> 0 then
                            call.Refuse(
                                $"its {groups} groups do not divide the {channels} channels of an input of shape {shapes[0]}",
                                "Choose groups that divide channels and filters."
                            )
        }

    let private transposed (rank: int) (a: LayerArguments) : LayerBody =
        let filters = a.Positive "filters"
        let kernelSize = a.Sizes("kernel_size", rank)
        let strides = a.Sizes("strides", rank, [ 1 ])
        let padding = padding a false

        let outputPadding =
            match a.Reader.Any "output_padding" with
            | None ->
                a.Write("output_padding", Saving.Json.Null)
                None
            | Some _ ->
                let given = a.Reader.Ints "output_padding"
                let sizes = if given.Length = 1 then List.replicate rank given.Head else given

                if sizes.Length <> rank || List.exists2 (fun p s -> p < 0 || p >= s) sizes strides then
                    a.Refuse(
                        $"argument 'output_padding' is %A{given} for strides %A{strides}",
                        "It must be smaller than the strides."
                    )

                a.Write("output_padding", ConfigJson.integers sizes)
                Some sizes

        let last = a.DataFormat()
        let dilation = a.Sizes("dilation_rate", rank, [ 1 ])
        let activation = a.Activation "activation"
        let useBias = a.Bool("use_bias", true)
        let kernel, bias = two a [ "kernel", "glorot_uniform"; "bias", "zeros" ]
        oneOfBoth a strides dilation

        LayerBody.weighted
            (fun shape -> [
                Controlled.weight a "kernel" (kernelSize @ [ filters; channelsOf last shape ]) kernel
                if useBias then
                    Controlled.weight a "bias" [ filters ] bias
            ])
            (fun call x ->
                let y =
                    Ops.convTranspose (
                        x,
                        call.Variable "kernel",
                        strides = strides,
                        padding = padding,
                        ?outputPadding = (outputPadding |> Option.map Seq.ofList),
                        dataFormat = format last,
                        dilationRate = dilation
                    )

                activation.Apply(if useBias then biased call last y else y))
        |> check rank last "same" kernelSize dilation

    let private depthwise (rank: int) (a: LayerArguments) : LayerBody =
        let multiplier = a.Positive("depth_multiplier", 1)
        let kernelSize = a.Sizes("kernel_size", rank)
        let strides = a.Sizes("strides", rank, [ 1 ])
        let padding = padding a false
        let last = a.DataFormat()
        let dilation = a.Sizes("dilation_rate", rank, [ 1 ])
        let activation = a.Activation "activation"
        let useBias = a.Bool("use_bias", true)
        let kernel, bias = two a [ "depthwise", "glorot_uniform"; "bias", "zeros" ]
        oneOfBoth a strides dilation

        LayerBody.weighted
            (fun shape ->
                let channels = channelsOf last shape

                [
                    Controlled.weight a "kernel" (kernelSize @ [ channels; multiplier ]) kernel
                    if useBias then
                        Controlled.weight a "bias" [ channels * multiplier ] bias
                ])
            (fun call x ->
                let y =
                    Ops.depthwiseConv (
                        x,
                        call.Variable "kernel",
                        strides = strides,
                        padding = padding,
                        dataFormat = format last,
                        dilationRate = dilation
                    )

                activation.Apply(if useBias then biased call last y else y))
        |> check rank last padding kernelSize dilation

    let private separable (rank: int) (a: LayerArguments) : LayerBody =
        let multiplier = a.Positive("depth_multiplier", 1)
        let filters = a.Positive "filters"
        let kernelSize = a.Sizes("kernel_size", rank)
        let strides = a.Sizes("strides", rank, [ 1 ])
        let padding = padding a (rank = 1)
        let last = a.DataFormat()
        let dilation = a.Sizes("dilation_rate", rank, [ 1 ])
        let activation = a.Activation "activation"
        let useBias = a.Bool("use_bias", true)
        let names = [ "depthwise", "glorot_uniform"; "pointwise", "glorot_uniform"; "bias", "zeros" ]

        let deep, point, bias =
            match Controlled.read a a.ActivityRegularizer names with
            | [ x; y; z ] -> x, y, z
            | _ -> a.Refuse("three weights were expected", "")

        oneOfBoth a strides dilation

        LayerBody.weighted
            (fun shape ->
                let channels = channelsOf last shape
                let ones = List.replicate rank 1

                [
                    Controlled.weight a "depthwise_kernel" (kernelSize @ [ channels; multiplier ]) deep
                    Controlled.weight a "pointwise_kernel" (ones @ [ channels * multiplier; filters ]) point
                    if useBias then
                        Controlled.weight a "bias" [ filters ] bias
                ])
            (fun call x ->
                // Causal padding stands in front of the input, which is then convolved without any.
                let x, padding =
                    if padding = "causal" then
                        let front = (kernelSize.Head - 1) * dilation.Head
                        let axis = if last then 1 else 2
                        Ops.pad (x, [ for i in 0..2 -> (if i = axis then front else 0), 0 ]), "valid"
                    else
                        x, padding

                let y =
                    Ops.separableConv (
                        x,
                        call.Variable "depthwise_kernel",
                        call.Variable "pointwise_kernel",
                        strides = strides,
                        padding = padding,
                        dataFormat = format last,
                        dilationRate = dilation
                    )

                activation.Apply(if useBias then biased call last y else y))
        |> check rank last padding kernelSize dilation

    /// The classes of this file.
    let classes: (string * (LayerArguments -> LayerBody)) list = [
        for rank in 1..3 do
            $"Conv{rank}D", conv rank
            $"Conv{rank}DTranspose", transposed rank
        for rank in 1..2 do
            $"DepthwiseConv{rank}D", depthwise rank
            $"SeparableConv{rank}D", separable rank
    ]
