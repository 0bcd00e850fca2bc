/// keras.ops.numpy: the same elements in another arrangement.
namespace Keras.FSharp

/// Reshaping, joining, splitting, padding. Reached as members of `Ops`.
[<AbstractClass>]
type NumpyShape internal () =
    inherit NumpyReduce()

    /// The same elements in row-major order; one size may be -1. Keras: `keras.ops.reshape`.
    static member reshape(x: Tensor, newshape: int seq) : Tensor =
        let given = Dims.ofSeq newshape
        let known = given |> Seq.fold (fun n i -> if i < 0 then n else n * i) 1

        let refuse () = Fail.value "ops.reshape" $"a tensor of shape {x.Shape} cannot take the shape {given}" ""

        let shape =
            match given |> Seq.filter (fun i -> i < 0) |> Seq.length with
            | 0 -> given
            | 1 when known > 0 && x.Size % known = 0 -> Dims.map (fun i -> if i < 0 then x.Size / known else i) given
            | _ -> refuse ()

        if shape.Size <> int64 x.Size then
            refuse ()

        Lax.reshape shape x

    /// All elements in one row. Keras: `keras.ops.ravel`.
    static member ravel(x: Tensor) : Tensor = Lax.reshape (Dims.own [| x.Size |]) x

    /// Permutes the axes; left out: reverses them. Keras: `keras.ops.transpose`.
    static member transpose(x: Tensor, ?axes: int seq) : Tensor =
        match axes with
        | None -> Lax.transpose (Dims.own (Array.rev (Dims.range x.Rank).Items)) x
        | Some a ->
            let perm = Axis.many "ops.transpose" x.Rank a

            if perm.Rank <> x.Rank then
                Fail.value "ops.transpose" $"got axes {perm} for a tensor of shape {x.Shape}" "Name every axis once."

            Lax.transpose perm x

    /// Swaps two axes. Keras: `keras.ops.swapaxes`.
    static member swapaxes(x: Tensor, axis1: int, axis2: int) : Tensor =
        let a, b = Axis.one "ops.swapaxes" x.Rank axis1, Axis.one "ops.swapaxes" x.Rank axis2

        Lax.transpose
            (Dims.map
                (fun i ->
                    if i = a then b
                    elif i = b then a
                    else i)
                (Dims.range x.Rank))
            x

    /// Moves axes to other positions, the rest keeping their order. Keras: `keras.ops.moveaxis`.
    static member moveaxis(x: Tensor, source: int seq, destination: int seq) : Tensor =
        let from, target = Axis.many "ops.moveaxis" x.Rank source, Axis.many "ops.moveaxis" x.Rank destination

        if from.Rank <> target.Rank then
            Fail.value "ops.moveaxis" $"got {from.Rank} sources and {target.Rank} destinations" "Give as many of both."

        let rest = System.Collections.Generic.Queue<int>(Dims.complement x.Rank from)
        let place i = Array.findIndex ((=) i) target.Items

        let perm = Array.init x.Rank (fun i -> if Dims.contains i target then from[place i] else rest.Dequeue())

        Lax.transpose (Dims.own perm) x

    /// Moves one axis to another position. Keras: `keras.ops.moveaxis`.
    static member moveaxis(x: Tensor, source: int, destination: int) : Tensor =
        NumpyShape.moveaxis (x, [ source ], [ destination ])

    /// Inserts axes of size 1 at these positions of the result. Keras: `keras.ops.expand_dims`.
    static member expandDims(x: Tensor, axis: int seq) : Tensor =
        let axes = Dims.ofSeq axis
        let rank = x.Rank + axes.Rank
        let axes = Axis.many "ops.expand_dims" rank axes
        let sizes = System.Collections.Generic.Queue<int>(x.Shape)
        Lax.reshape (Dims.own (Array.init rank (fun i -> if Dims.contains i axes then 1 else sizes.Dequeue()))) x

    /// Inserts an axis of size 1 at this position of the result. Keras: `keras.ops.expand_dims`.
    static member expandDims(x: Tensor, axis: int) : Tensor = NumpyShape.expandDims (x, [ axis ])

    /// Drops axes of size 1; left out: all of them. Keras: `keras.ops.squeeze`.
    static member squeeze(x: Tensor, ?axis: int seq) : Tensor =
        let axes =
            match axis with
            | Some a -> Axis.many "ops.squeeze" x.Rank a
            | None ->
                Dims.own [|
                    for i in 0 .. x.Rank - 1 do
                        if x.Shape[i] = 1 then
                            i
                |]

        for a in axes do
            if x.Shape[a] <> 1 then
                Fail.value "ops.squeeze" $"axis {a} of a tensor of shape {x.Shape} has not size 1" ""

        Lax.reshape (Dims.without axes x.Shape) x

    /// Broadcasts to a shape. Keras: `keras.ops.broadcast_to`.
    static member broadcastTo(x: Tensor, shape: int seq) : Tensor = Lax.broadcastTo (Dims.ofSeq shape) x

    /// Reverses the order along axes; left out: along all. Keras: `keras.ops.flip`.
    static member flip(x: Tensor, ?axis: int seq) : Tensor = Lax.reverse (Axis.some "ops.flip" x.Rank axis) x

    /// Reverses the order along axis 0. Keras: `keras.ops.flipud`.
    static member flipud(x: Tensor) : Tensor = NumpyShape.flip (x, [ 0 ])

    /// Reverses the order along axis 1. Keras: `keras.ops.fliplr`.
    static member fliplr(x: Tensor) : Tensor = NumpyShape.flip (x, [ 1 ])

    /// Moves elements along axes by `shift` places, around the end; no axis: of the flattened tensor.
    /// Keras: `keras.ops.roll`.
    static member roll(x: Tensor, shift: int seq, ?axis: int seq) : Tensor =
        let along (axis: int) (by: int) (x: Tensor) =
            let n = x.Shape[axis]
            let k = if n = 0 then 0 else ((-by % n) + n) % n

            if k = 0 then
                x
            else
                Lax.concat axis [| Lax.sliceAxis axis k n x; Lax.sliceAxis axis 0 k x |]

        match axis with
        | None -> Lax.reshape x.Shape (along 0 (Seq.sum shift) (NumpyShape.ravel x))
        | Some axes ->
            let axes = axes |> Seq.map (Axis.one "ops.roll" x.Rank) |> Seq.toArray
            let shift = Seq.toArray shift
            let by i = if shift.Length = 1 then shift[0] else shift[i]
            axes |> Array.indexed |> Array.fold (fun x (i, a) -> along a (by i) x) x

    /// Moves elements along an axis by `shift` places. Keras: `keras.ops.roll`.
    static member roll(x: Tensor, shift: int, ?axis: int) : Tensor =
        NumpyShape.roll (x, [ shift ], ?axis = Option.map Seq.singleton axis)

    /// Turns the plane of two axes `k` times by 90 degrees, from the first towards the second. Keras:
    /// `keras.ops.rot90`.
    static member rot90(array: Tensor, ?k: int, ?axes: int seq) : Tensor =
        let axes = Axis.many "ops.rot90" array.Rank (defaultArg axes [ 0; 1 ])
        let a, b = axes[0], axes[1]
        let swap x = NumpyShape.swapaxes (x, a, b)

        match ((defaultArg k 1 % 4) + 4) % 4 with
        | 0 -> array
        | 1 -> swap (NumpyShape.flip (array, [ b ]))
        | 2 -> NumpyShape.flip (array, [ a; b ])
        | _ -> NumpyShape.flip (swap array, [ b ])

    /// Copies side by side, `repeats` times per axis. Keras: `keras.ops.tile`.
    static member tile(x: Tensor, repeats: int seq) : Tensor =
        let repeats = Seq.toArray repeats
        let rank = max x.Rank repeats.Length
        let shape = Array.append (Array.create (rank - x.Rank) 1) (x.Shape.ToArray())
        let times = Array.append (Array.create (rank - repeats.Length) 1) repeats
        // Each axis gets an axis of copies in front of it; both are then read as one.
        let pairs = Array.init (2 * rank) (fun i -> if i % 2 = 0 then times[i / 2] else shape[i / 2])
        let own = Dims.own (Array.init rank (fun i -> 2 * i + 1))

        Lax.reshape (Dims.own shape) x
        |> Lax.broadcastInDim (Dims.own pairs) own
        |> Lax.reshape (Dims.own (Array.map2 (*) shape times))

    /// Repeats each element along an axis; no axis: of the flattened tensor. `repeats` is one number, or one per
    /// element. Keras: `keras.ops.repeat`.
    static member repeat(x: Tensor, repeats: int seq, ?axis: int) : Tensor =
        let x, axis =
            match axis with
            | Some a -> x, Axis.one "ops.repeat" x.Rank a
            | None -> NumpyShape.ravel x, 0

        let n = x.Shape[axis]

        match Seq.toArray repeats with
        | [| times |] ->
            let axes = Dims.own (Array.init x.Rank (fun i -> if i <= axis then i else i + 1))

            Lax.broadcastInDim (Dims.insert (axis + 1) times x.Shape) axes x
            |> Lax.reshape (Dims.set axis (n * times) x.Shape)
        | each when each.Length = n ->
            each
            |> Array.mapi (fun i times ->
                Lax.broadcastTo (Dims.set axis times x.Shape) (Lax.sliceAxis axis i (i + 1) x))
            |> Lax.concat axis
        | each -> Fail.value "ops.repeat" $"got {each.Length} repeats for {n} elements" "Give one, or one per element."

    /// Repeats each element `repeats` times along an axis. Keras: `keras.ops.repeat`.
    static member repeat(x: Tensor, repeats: int, ?axis: int) : Tensor =
        NumpyShape.repeat (x, [ repeats ], ?axis = axis)

    static member private promoted(xs: Tensor seq) : Tensor[] =
        let xs = Seq.toArray xs
        let d = Types.common (xs |> Seq.map Operand.Tensor)
        Array.map (Lax.convert d) xs

    /// Joins tensors along an axis; element types are promoted. Keras: `keras.ops.concatenate`.
    static member concatenate(xs: Tensor seq, ?axis: int) : Tensor =
        let xs = NumpyShape.promoted xs

        if xs.Length = 0 then
            Fail.value "ops.concatenate" "there is no tensor to join" ""

        Lax.concat (Axis.one "ops.concatenate" xs[0].Rank (defaultArg axis 0)) xs

    /// Joins tensors of one shape along a new axis; element types are promoted. Keras: `keras.ops.stack`.
    static member stack(x: Tensor seq, ?axis: int) : Tensor =
        let xs = NumpyShape.promoted x

        if xs.Length = 0 then
            Fail.value "ops.stack" "there is no tensor to stack" ""

        let axis = Axis.one "ops.stack" (xs[0].Rank + 1) (defaultArg axis 0)
        xs |> Array.map (fun x -> Lax.reshape (Dims.insert axis 1 x.Shape) x) |> Lax.concat axis

    static member private atLeast(rank: int, x: Tensor) : Tensor =
        match rank, x.Rank with
        | r, n when n >= r -> x
        | 3, 2 -> Lax.reshape (Dims.append x.Shape (Dims.own [| 1 |])) x
        | 3, n -> Lax.reshape (Dims.own [| 1; (if n = 0 then 1 else x.Shape[0]); 1 |]) x
        | r, n -> Lax.reshape (Dims.append (Dims.own (Array.create (r - n) 1)) x.Shape) x

    /// Joins along axis 1, vectors along axis 0. Keras: `keras.ops.hstack`.
    static member hstack(xs: Tensor seq) : Tensor =
        let xs = xs |> Seq.map (fun x -> NumpyShape.atLeast (1, x)) |> Seq.toArray
        NumpyShape.concatenate (xs, (if xs.Length > 0 && xs[0].Rank = 1 then 0 else 1))

    /// Joins along axis 0, vectors as rows. Keras: `keras.ops.vstack`.
    static member vstack(xs: Tensor seq) : Tensor =
        NumpyShape.concatenate (xs |> Seq.map (fun x -> NumpyShape.atLeast (2, x)), 0)

    /// Joins along axis 2. Keras: `keras.ops.dstack`.
    static member dstack(xs: Tensor seq) : Tensor =
        NumpyShape.concatenate (xs |> Seq.map (fun x -> NumpyShape.atLeast (3, x)), 2)

    /// Joins vectors as columns. Keras: `keras.ops.column_stack`.
    static member columnStack(xs: Tensor seq) : Tensor =
        let column (x: Tensor) = if x.Rank < 2 then Lax.reshape (Dims.own [| x.Size; 1 |]) x else x

        NumpyShape.concatenate (Seq.map column xs, 1)

    /// Joins two tensors along an axis; no axis: both flattened. Keras: `keras.ops.append`.
    static member append(x1: Tensor, x2: Tensor, ?axis: int) : Tensor =
        match axis with
        | Some a -> NumpyShape.concatenate ([ x1; x2 ], a)
        | None -> NumpyShape.concatenate ([ NumpyShape.ravel x1; NumpyShape.ravel x2 ], 0)

    /// Pieces between the given positions along an axis. Keras: `keras.ops.split` with indices.
    static member split(x: Tensor, indices: int seq, ?axis: int) : Tensor list =
        let axis = Axis.one "ops.split" x.Rank (defaultArg axis 0)
        let n = x.Shape[axis]
        let place i = min n (if i < 0 then max 0 (i + n) else i)
        let cuts = [ yield 0; yield! Seq.map place indices; yield n ]
        cuts |> List.pairwise |> List.map (fun (a, b) -> Lax.sliceAxis axis a (max a b) x)

    /// `sections` pieces of one size along an axis. Keras: `keras.ops.split` with a number.
    static member split(x: Tensor, sections: int, ?axis: int) : Tensor list =
        let a = Axis.one "ops.split" x.Rank (defaultArg axis 0)
        let n = x.Shape[a]

        if sections < 1 || n % sections <> 0 then
            Fail.value
                "ops.split"
                $"axis {a} of a tensor of shape {x.Shape} cannot be split into {sections} equal parts"
                "Give positions instead, or use arraySplit."

        NumpyShape.split (x, [ for i in 1 .. sections - 1 -> i * (n / sections) ], a)

    /// `sections` pieces along an axis, the first ones one longer where it does not come out even.
    /// Keras: `keras.ops.array_split`.
    static member arraySplit(x: Tensor, sections: int, ?axis: int) : Tensor list =
        let a = Axis.one "ops.array_split" x.Rank (defaultArg axis 0)
        let n = x.Shape[a]
        NumpyShape.split (x, [ for i in 1 .. sections - 1 -> i * (n / sections) + min i (n % sections) ], a)

    /// Splits along axis 1, vectors along axis 0. Keras: `keras.ops.hsplit`.
    static member hsplit(x: Tensor, sections: int) : Tensor list =
        NumpyShape.split (x, sections, (if x.Rank = 1 then 0 else 1))

    /// Splits along axis 1 (vectors: axis 0) at positions. Keras: `keras.ops.hsplit`.
    static member hsplit(x: Tensor, indices: int seq) : Tensor list =
        NumpyShape.split (x, indices, (if x.Rank = 1 then 0 else 1))

    /// Splits along axis 0. Keras: `keras.ops.vsplit`.
    static member vsplit(x: Tensor, sections: int) : Tensor list = NumpyShape.split (x, sections, 0)

    /// Splits along axis 0 at positions. Keras: `keras.ops.vsplit`.
    static member vsplit(x: Tensor, indices: int seq) : Tensor list = NumpyShape.split (x, indices, 0)

    /// Splits along axis 2. Keras: `keras.ops.dsplit`.
    static member dsplit(x: Tensor, sections: int) : Tensor list = NumpyShape.split (x, sections, 2)

    /// Splits along axis 2 at positions. Keras: `keras.ops.dsplit`.
    static member dsplit(x: Tensor, indices: int seq) : Tensor list = NumpyShape.split (x, indices, 2)

    /// The slices along an axis, without it. Keras: `keras.ops.unstack`.
    static member unstack(x: Tensor, ?num: int, ?axis: int) : Tensor list =
        let a = Axis.one "ops.unstack" x.Rank (defaultArg axis 0)
        let n = x.Shape[a]

        match num with
        | Some k when k <> n -> Fail.value "ops.unstack" $"axis {a} has {n} slices, not {k}" ""
        | _ -> [ for i in 0 .. n - 1 -> Lax.reshape (Dims.removeAt a x.Shape) (Lax.sliceAxis a i (i + 1) x) ]

    /// What continues `x` beyond one end of an axis, at most as far as the mode can look at once.
    static member private beyond(mode: string, axis: int, low: bool, count: int, x: Tensor) : Tensor =
        let n = x.Shape[axis]

        let mirrored skip =
            let count = min count (n - skip)

            if low then
                Lax.sliceAxis axis skip (skip + count) x
            else
                Lax.sliceAxis axis (n - skip - count) (n - skip) x
            |> Lax.reverse (Dims.own [| axis |])

        match mode with
        | "reflect" when n > 1 -> mirrored 1
        | "symmetric" -> mirrored 0
        | "wrap"
        | "circular" ->
            let count = min count n
            if low then Lax.sliceAxis axis (n - count) n x else Lax.sliceAxis axis 0 count x
        | _ ->
            let edge = if low then Lax.sliceAxis axis 0 1 x else Lax.sliceAxis axis (n - 1) n x
            Lax.broadcastTo (Dims.set axis count x.Shape) edge

    /// Extends the axes by (before, after) elements: one pair, or one per axis. Modes: "constant" (with
    /// `constantValues`), "reflect", "symmetric", "edge", "wrap". Keras: `keras.ops.pad`.
    static member pad(x: Tensor, padWidth: (int * int) seq, ?mode: string, ?constantValues: float) : Tensor =
        let mode = defaultArg mode "constant"

        let widths =
            match Seq.toArray padWidth with
            | [| one |] -> Array.create x.Rank one
            | many when many.Length = x.Rank -> many
            | many ->
                Fail.value
                    "ops.pad"
                    $"got {many.Length} pairs for a tensor of shape {x.Shape}"
                    "Give one, or one per axis."

        match mode with
        | "constant" ->
            let value = Lax.scalar x.DType (defaultArg constantValues 0.0)
            let side f = Dims.own (Array.map f widths)
            Lax.pad (side fst) (side snd) (Dims.own (Array.zeroCreate x.Rank)) value x
        | "reflect"
        | "symmetric"
        | "edge"
        | "wrap"
        | "circular" ->
            if constantValues.IsSome then
                Fail.value "ops.pad" $"constantValues has no meaning in mode '{mode}'" "Leave it out."

            // Wide paddings need more than one look at what is there already; wrapping looks at both ends before.
            let rec extend axis low high (x: Tensor) =
                if low = 0 && high = 0 then
                    x
                else
                    let before = if low > 0 then [| NumpyShape.beyond (mode, axis, true, low, x) |] else [||]
                    let after = if high > 0 then [| NumpyShape.beyond (mode, axis, false, high, x) |] else [||]
                    let length (part: Tensor[]) = part |> Array.sumBy (fun p -> p.Shape[axis])
                    let joined = Lax.concat axis (Array.concat [ before; [| x |]; after ])
                    extend axis (low - length before) (high - length after) joined

            widths |> Array.indexed |> Array.fold (fun x (axis, (low, high)) -> extend axis low high x) x
        | _ ->
            Fail.value
                "ops.pad"
                $"got mode '{mode}'"
                (Fail.didYouMean mode [ "constant"; "reflect"; "symmetric"; "edge"; "wrap" ])

    /// Coordinate grids of vectors: of (x [m], y [n]) two tensors [n, m], or [m, n] with `indexing` "ij".
    /// Keras: `keras.ops.meshgrid`.
    static member meshgrid(xs: Tensor seq, ?indexing: string) : Tensor list =
        let xs = xs |> Seq.map NumpyShape.ravel |> Seq.toArray
        let rank = xs.Length

        let axisOf =
            match defaultArg indexing "xy" with
            | "ij" -> id
            | "xy" -> fun i -> if rank < 2 || i > 1 then i else 1 - i
            | other -> Fail.value "ops.meshgrid" $"got indexing '{other}'" "Known are 'xy' and 'ij'."

        let shape = Array.zeroCreate rank
        xs |> Array.iteri (fun i x -> shape[axisOf i] <- x.Size)
        let shape = Dims.own shape
        [ for i in 0 .. rank - 1 -> Lax.broadcastInDim shape (Dims.own [| axisOf i |]) xs[i] ]
