/// Layers that make one tensor of several.
namespace Keras.FSharp

open System
open Keras.FSharp.Saving

/// Add, Concatenate, Dot and their kin.
module internal MergingLayers =
    let private listed (shapes: Dims seq) = String.Join(", ", shapes |> Seq.map string)

    /// A shape with as many axes as the longest of all: ones after the batch.
    let private lift (rank: int) (shape: Dims) : Dims =
        Dims.ofSeq (
            Seq.concat [ Seq.truncate 1 shape; Seq.replicate (rank - shape.Rank) 1; Seq.skip (min 1 shape.Rank) shape ]
        )

    let private needs (least: int) (call: Call) (shapes: Dims[]) =
        if shapes.Length < least then
            call.Refuse($"it got {shapes.Length} inputs, expected {least} or more", "Pass a list of tensors.")

    /// The mask of all: where any of them counts; none unless all have one.
    let private anyMask (call: Call) (xs: Tensor[]) : Tensor =
        let masks = xs |> Array.map call.Mask

        if masks |> Array.exists isNull then
            null
        else
            masks |> Array.reduce Lax.logicalOr

    let private elementwise (least: int) (most: int) (f: Tensor[] -> Tensor) (_: LayerArguments) : LayerBody =
        let check (call: Call) (shapes: Dims[]) =
            needs least call shapes

            if shapes.Length > most then
                call.Refuse($"it got {shapes.Length} inputs, expected {most}", "")

            let rank = shapes |> Seq.map (fun s -> s.Rank) |> Seq.max

            shapes
            |> Array.map (lift rank)
            |> Array.reduce (fun a b ->
                match Lax.tryBroadcastShapes a b with
                | Some d -> d
                | None ->
                    call.Refuse(
                        $"it got inputs of shapes {listed shapes}, which do not fit each other",
                        "Sizes must be equal or 1."
                    ))
            |> ignore

        let body =
            LayerBody.merging (fun call xs ->
                let rank = xs |> Seq.map (fun x -> x.Rank) |> Seq.max
                let y = f (xs |> Array.map (fun x -> Lax.reshape (lift rank x.Shape) x))
                call.SetMask(y, anyMask call xs)
                y)

        { body with Check = check }

    let private add (x: Tensor) (y: Tensor) = Ops.add (x, y)

    let private concatenate (a: LayerArguments) : LayerBody =
        let axis = a.Int("axis", -1)

        let check (call: Call) (shapes: Dims[]) =
            needs 1 call shapes
            let rank = shapes[0].Rank
            let at = if axis < 0 then axis + rank else axis
            let others (s: Dims) = Dims.set at 0 s

            if
                at < 0
                || at >= rank
                || shapes |> Array.exists (fun s -> s.Rank <> rank || others s <> others shapes[0])
            then
                call.Refuse(
                    $"it got inputs of shapes {listed shapes}, which cannot be joined along axis {axis}",
                    "All other sizes must be equal."
                )

        let maskOf (call: Call) (xs: Tensor[]) : Tensor =
            if xs |> Array.forall (fun x -> isNull (call.Mask x)) then
                null
            else
                let full (x: Tensor) =
                    match call.Mask x with
                    | null -> Lax.full x.Shape DType.Bool (Scalar.Int 1L)
                    | m when m.Rank < x.Rank ->
                        Lax.broadcastTo x.Shape (Lax.reshape (Dims.append m.Shape (Dims.ofSeq [ 1 ])) m)
                    | m -> m

                let joined = Ops.concatenate (xs |> Array.map full, axis)
                Lax.reduce ReduceOp.Or (Dims.ofSeq [ joined.Rank - 1 ]) joined

        let body =
            LayerBody.merging (fun call xs ->
                let y = Ops.concatenate (xs, axis)
                call.SetMask(y, maskOf call xs)
                y)

        { body with Check = check }

    let private dot (a: LayerArguments) : LayerBody =
        let first, second =
            match a.Json "axes" with
            | Json.Int i -> int i, int i
            | Json.Array [ Json.Int i; Json.Int j ] -> int i, int j
            | other -> a.Refuse($"argument 'axes' is {Json.write other}", "Give an axis, or one per input.")

        let normalize = a.Bool("normalize", false)

        let axes (shapes: Dims[]) =
            let at (s: Dims) i = if i < 0 then i + s.Rank else i
            at shapes[0] first, at shapes[1] second

        let check (call: Call) (shapes: Dims[]) =
            if shapes.Length <> 2 then
                call.Refuse($"it got {shapes.Length} inputs, expected 2", "")

            let x, y = axes shapes
            let ok (s: Dims) i = i > 0 && i < s.Rank

            if
                not (ok shapes[0] x && ok shapes[1] y)
                || shapes[0][x] <> shapes[1][y]
                || shapes[0][0] <> shapes[1][0]
            then
                call.Refuse(
                    $"it got inputs of shapes {listed shapes}, which have no product over axes {first} and {second}",
                    "Both axes must have one size; axis 0 is the batch."
                )

        let body =
            LayerBody.merging (fun _ xs ->
                let i, j = axes (xs |> Array.map (fun x -> x.Shape))

                let x, y =
                    if normalize then
                        Ops.normalize (xs[0], [ i ]), Ops.normalize (xs[1], [ j ])
                    else
                        xs[0], xs[1]

                let d = {
                    LhsContract = Dims.ofSeq [ i ]
                    RhsContract = Dims.ofSeq [ j ]
                    LhsBatch = Dims.ofSeq [ 0 ]
                    RhsBatch = Dims.ofSeq [ 0 ]
                }

                let r = Lax.dot d x y
                if r.Rank = 1 then Lax.reshape (Dims.ofSeq [ r.Shape[0]; 1 ]) r else r)

        { body with Check = check; Masks = MaskRule.Stops }

    let private mean (xs: Tensor[]) =
        let total = Array.reduce add xs
        Ops.divide (total, float xs.Length)

    /// The classes of this file.
    let classes: (string * (LayerArguments -> LayerBody)) list = [
        "Add", elementwise 1 Int32.MaxValue (Array.reduce add)
        "Subtract", elementwise 2 2 (fun xs -> Ops.subtract (xs[0], xs[1]))
        "Multiply", elementwise 1 Int32.MaxValue (Array.reduce (fun x y -> Ops.multiply (x, y)))
        "Average", elementwise 1 Int32.MaxValue (fun xs -> mean xs)
        "Maximum", elementwise 1 Int32.MaxValue (Array.reduce (fun x y -> Ops.maximum (x, y)))
        "Minimum", elementwise 1 Int32.MaxValue (Array.reduce (fun x y -> Ops.minimum (x, y)))
        "Concatenate", concatenate
        "Dot", dot
    ]
