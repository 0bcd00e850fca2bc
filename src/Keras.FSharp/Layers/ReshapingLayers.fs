/// Layers that change the shape: flattening, reshaping, padding, cropping, repeating.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// Flatten and its kin.
module internal ReshapingLayers =
    let private shaped (f: Call -> Tensor -> Tensor) : LayerBody = LayerBody.pure' f |> LayerBody.masks MaskRule.Stops

    let private flatten (a: LayerArguments) : LayerBody =
        let last = a.DataFormat()

        shaped (fun _ x ->
            let x = if last || x.Rank < 3 then x else Axis.move 1 (x.Rank - 1) x
            Lax.reshape (Dims.ofSeq [ x.Shape[0]; x.Shape |> Seq.skip 1 |> Seq.fold (*) 1 ]) x)
        |> LayerBody.minRank 1 "(batch, ...)"

    let private reshape (a: LayerArguments) : LayerBody =
        let target = a.Ints "target_shape"

        if target |> List.filter (fun n -> n = -1) |> List.length > 1 || List.exists (fun n -> n < -1) target then
            a.Refuse($"argument 'target_shape' is %A{target}", "One size may be -1, the others are not negative.")

        let known = target |> List.filter (fun n -> n >= 0) |> List.fold (*) 1

        shaped (fun call x ->
            let size = x.Shape |> Seq.skip 1 |> Seq.fold (*) 1
            let isOpen = List.contains -1 target

            if (if isOpen then known = 0 || size % known <> 0 else size <> known) then
                let wanted = Dims.ofSeq target

                call.Refuse(
                    $"an input of shape {x.Shape} has {size} elements per example, which do not fill its target_shape {wanted}",
                    "The batch is not part of target_shape."
                )

            let sizes = target |> List.map (fun n -> if n = -1 then size / known else n)
            Lax.reshape (Dims.ofSeq (x.Shape[0] :: sizes)) x)
        |> LayerBody.minRank 1 "(batch, ...)"

    let private permute (a: LayerArguments) : LayerBody =
        let dims = a.Ints "dims"

        if List.sort dims <> [ 1 .. dims.Length ] then
            a.Refuse($"argument 'dims' is %A{dims}", "It must name each axis from 1 once; the batch is not moved.")

        shaped (fun _ x -> Lax.transpose (Dims.ofSeq (0 :: dims)) x)
        |> LayerBody.rank (dims.Length + 1) $"(batch, {dims.Length} axes)"

    let private repeatVector (a: LayerArguments) : LayerBody =
        let n = a.Positive "n"

        shaped (fun _ x -> Lax.broadcastInDim (Dims.ofSeq [ x.Shape[0]; n; x.Shape[1] ]) (Dims.ofSeq [ 0; 2 ]) x)
        |> LayerBody.rank 2 "(batch, features)"

    let private dimsText (last: bool) =
        if last then
            "(batch, spatial axes, channels)"
        else
            "(batch, channels, spatial axes)"

    /// Pairs per axis of the whole tensor from pairs per spatial axis.
    let private placed (last: bool) (pairs: (int * int) list) : (int * int) list =
        if last then (0, 0) :: pairs @ [ 0, 0 ] else (0, 0) :: (0, 0) :: pairs

    let private zeroPadding (rank: int) (a: LayerArguments) : LayerBody =
        let pairs = a.Pairs("padding", rank, 1)
        let last = a.DataFormat()

        shaped (fun _ x -> Ops.pad (x, placed last pairs)) |> LayerBody.rank (rank + 2) (dimsText last)

    let private cropping (rank: int) (a: LayerArguments) : LayerBody =
        let pairs = a.Pairs("cropping", rank, (if rank = 2 then 0 else 1))
        // Cropping1D knows no data format.
        let last = rank = 1 || a.DataFormat()
        let all = placed last pairs |> List.toArray

        shaped (fun _ x ->
            let low = Dims.ofSeq (Array.map fst all)
            let high = Dims.ofSeq (all |> Array.mapi (fun i (_, h) -> x.Shape[i] - h))
            Lax.slice low high (Dims.ofSeq (Array.create x.Rank 1)) x)
        |> LayerBody.requires (fun call shape ->
            call.RequireRank(shape, rank + 2, dimsText last)

            all
            |> Array.iteri (fun i (low, high) ->
                if low + high >= shape[i] then
                    call.Refuse(
                        $"it crops {low} + {high} of axis {i} of an input of shape {shape}",
                        "Something must be left."
                    )))

    let private upSampling (rank: int) (a: LayerArguments) : LayerBody =
        let size = if rank = 1 then [ a.Positive("size", 2) ] else a.Sizes("size", rank, [ 2 ])

        let last = rank = 1 || a.DataFormat()
        let modes = [ "nearest"; "bilinear"; "bicubic" ]
        let mode = if rank = 2 then a.OneOf("interpolation", modes, "nearest") else "nearest"

        shaped (fun _ x ->
            (x, List.indexed size)
            ||> List.fold (fun x (i, n) ->
                let axis = if last then i + 1 else i + 2

                match mode with
                | "nearest" -> Ops.repeat (x, n, axis)
                | "bilinear" -> Upsample.linear axis n x
                | _ -> Upsample.cubic axis n x))
        |> LayerBody.rank (rank + 2) (dimsText last)

    /// The classes of this file.
    let classes: (string * (LayerArguments -> LayerBody)) list = [
        "Flatten", flatten
        "Reshape", reshape
        "Permute", permute
        "RepeatVector", repeatVector
        for rank in 1..3 do
            $"ZeroPadding{rank}D", zeroPadding rank
            $"Cropping{rank}D", cropping rank
            $"UpSampling{rank}D", upSampling rank
    ]
