/// Pooling over windows, over whole axes, and to given sizes.
namespace Keras.FSharp

/// MaxPooling1D to AdaptiveAveragePooling3D.
module internal PoolingLayers =
    let private shapeOf (last: bool) =
        if last then
            "(batch, spatial axes, channels)"
        else
            "(batch, channels, spatial axes)"

    let private format (last: bool) = if last then "channels_last" else "channels_first"

    let private pooling (isMax: bool) (rank: int) (a: LayerArguments) : LayerBody =
        let size = if isMax then a.Sizes("pool_size", rank, [ 2 ]) else a.Sizes("pool_size", rank)
        let padding = a.OneOf("padding", [ "valid"; "same" ], "valid")

        let strides =
            match a.Reader.Any "strides" with
            | Some _ -> a.Sizes("strides", rank)
            | None ->
                a.Write("strides", ConfigJson.integers size)
                size

        let last = a.DataFormat()

        let apply (x: Tensor) =
            if isMax then
                Ops.maxPool (x, size, strides = strides, padding = padding, dataFormat = format last)
            else
                Ops.averagePool (x, size, strides = strides, padding = padding, dataFormat = format last)

        LayerBody.pure' (fun _ x -> apply x)
        |> LayerBody.masks MaskRule.Stops
        |> LayerBody.requires (fun call shape ->
            call.RequireRank(shape, rank + 2, shapeOf last)

            if padding = "valid" then
                for i in 0 .. rank - 1 do
                    let n = shape[if last then i + 1 else i + 2]

                    if n < size[i] then
                        call.Refuse(
                            $"it got an input of shape {shape}, where a spatial size {n} is smaller than its window's {size[i]}",
                            "Use padding 'same' or a smaller window."
                        ))

    let private globally (isMax: bool) (rank: int) (a: LayerArguments) : LayerBody =
        let last = a.DataFormat()
        let keep = a.Bool("keepdims", false)
        let axes = [ for i in 1..rank -> if last then i else i + 1 ]

        let masked (mask: Tensor) (x: Tensor) =
            let shape =
                if last then
                    [ mask.Shape[0]; mask.Shape[1]; 1 ]
                else
                    [ mask.Shape[0]; 1; mask.Shape[1] ]

            let m = Lax.reshape (Dims.ofSeq shape) mask
            let total = Ops.sum (Lax.select m x (Lax.zerosLike x), axes, keepdims = keep)
            Lax.div total (Ops.sum (Lax.convert x.DType m, axes, keepdims = keep))

        LayerBody.pure' (fun call x ->
            let mask = if isMax || rank > 1 then null else call.Mask x

            if isMax then Ops.max (x, axes, keepdims = keep)
            elif isNull mask then Ops.mean (x, axes, keepdims = keep)
            else masked mask x)
        |> LayerBody.masks MaskRule.Stops
        |> LayerBody.rank (rank + 2) (shapeOf last)

    let private adaptive (isMax: bool) (rank: int) (a: LayerArguments) : LayerBody =
        let size = a.Sizes("output_size", rank)
        let last = a.DataFormat()

        LayerBody.pure' (fun _ x ->
            if isMax then
                Ops.adaptiveMaxPool (x, size, dataFormat = format last)
            else
                Ops.adaptiveAveragePool (x, size, dataFormat = format last))
        |> LayerBody.masks MaskRule.Stops
        |> LayerBody.rank (rank + 2) (shapeOf last)

    /// The classes of this file.
    let classes: (string * (LayerArguments -> LayerBody)) list = [
        for rank in 1..3 do
            for isMax, kind in [ true, "Max"; false, "Average" ] do
                $"{kind}Pooling{rank}D", pooling isMax rank
                $"Global{kind}Pooling{rank}D", globally isMax rank
                $"Adaptive{kind}Pooling{rank}D", adaptive isMax rank
    ]
