/// Parts of tensors, with NumPy's indexing rules. Everything is a composition of slices, reversals and gathers, so that
/// it works inside every transformation.
namespace Keras.FSharp

open System
open System.Collections.Generic

/// What to take along an axis (`Tensor.get`). Axes without an entry are taken whole.
[<RequireQualifiedAccess>]
type Idx =
    /// One position, whose axis is dropped; negative ones count from the end.
    | At of int
    /// From `start` up to, not including, `stop` in steps of `step`, as Python's slices: each may be left out, negative
    /// bounds count from the end, negative steps go backwards.
    | Range of start: int option * stop: int option * step: int option
    /// A new axis of size 1.
    | NewAxis
    /// As many whole axes as are left over.
    | Ellipsis
    /// The positions in an integer tensor (negative ones count from the end; beyond the bounds the nearest), or where a
    /// bool tensor is true. Several such tensors are broadcast to each other and go together.
    | Take of Tensor

    /// The whole axis.
    static member All = Range(None, None, None)

/// Indexing.
[<RequireQualifiedAccess>]
module internal Indexing =
    let private where = "get_item"

    /// First position, count and step of a Python slice in `n` elements.
    let range (n: int) (start: int option) (stop: int option) (step: int) : struct (int * int * int) =
        if step = 0 then
            Fail.value where "a step of 0 leads nowhere" "Steps are positive or negative."

        let lowest, highest = if step > 0 then 0, n else -1, n - 1

        let bound (given: int option) whenAbsent =
            match given with
            | None -> whenAbsent
            | Some i -> max lowest (min highest (if i < 0 then i + n else i))

        let first = bound start (if step > 0 then lowest else highest)
        let last = bound stop (if step > 0 then highest else lowest)
        let span = if step > 0 then last - first else first - last
        struct (first, (if span <= 0 then 0 else (span - 1) / abs step + 1), step)

    let private position (x: Tensor) (axis: int) (i: int) : int =
        let n = x.Shape[axis]

        if i < -n || i >= n then
            Fail.index where $"index {i} is out of range for axis {axis} of a tensor of shape {x.Shape}" ""

        if i < 0 then i + n else i

    /// Slices and reversals along all axes: (first, count, step) each.
    let private cut (parts: struct (int * int * int)[]) (x: Tensor) : Tensor =
        let backwards =
            Dims.own [|
                for axis in 0 .. parts.Length - 1 do
                    let struct (_, count, step) = parts[axis]

                    if step < 0 && count > 1 then
                        axis
            |]

        let of3 f = Dims.own (parts |> Array.map (fun struct (first, count, step) -> f first count step))

        let start =
            of3 (fun f c s ->
                if c = 0 then 0
                elif s > 0 then f
                else f + (c - 1) * s)

        let limit =
            of3 (fun f c s ->
                if c = 0 then 0
                elif s > 0 then f + (c - 1) * s + 1
                else f + 1)

        let stride = of3 (fun _ c s -> if c = 0 then 1 else abs s)
        x |> Lax.slice start limit stride |> Lax.reverse backwards

    /// The positions at which a mask is true, one index tensor per axis of the mask.
    let private ofMask (mask: Tensor) : Tensor list =
        let shape = mask.Shape
        let data = Elements.bytes "indexing by a bool tensor" mask

        let hits = [|
            for i in 0 .. data.Length - 1 do
                if data[i] <> 0uy then
                    i
        |]

        let strides = Dims.strides shape

        [
            for axis in 0 .. shape.Rank - 1 do
                let along = hits |> Array.map (fun i -> i / strides[axis] % shape[axis])
                Elements.ofArray DType.Int32 (Dims.own [| hits.Length |]) along
        ]

    /// Positions as int32 or int64 within 0 … n-1.
    let private normal (n: int) (i: Tensor) : Tensor =
        if not (DType.isInteger i.DType) then
            Fail.wrongType where $"an index of type {DType.name i.DType}; integers or bools are needed" ""

        let i =
            match i.DType with
            | DType.Int32
            | DType.Int64 -> i
            | DType.UInt32
            | DType.UInt64 -> Lax.convert DType.Int64 i
            | _ -> Lax.convert DType.Int32 i

        let size = Lax.full i.Shape i.DType (Scalar.Int(int64 n))
        let zero = Lax.zerosLike i
        let fromStart = Lax.select (Lax.lt i zero) (Lax.add i size) i
        Lax.clamp zero (Lax.full i.Shape i.DType (Scalar.Int(int64 (max 0 (n - 1))))) fromStart

    /// Positions along several axes at once; their common axes come first in the result.
    let private takeFirst (axes: int[]) (indices: Tensor[]) (x: Tensor) : Tensor =
        let axisDims = Dims.own axes
        let rest = Dims.complement x.Rank axisDims
        let moved = Lax.transpose (Dims.append axisDims rest) x
        let sizes = axes |> Array.map (fun a -> x.Shape[a])

        let common = indices |> Array.fold (fun d i -> Lax.broadcastShapes where d i.Shape) Dims.Empty

        let wide = indices |> Array.exists (fun i -> i.DType = DType.Int64 || i.DType = DType.UInt64)
        let dtype = if wide then DType.Int64 else DType.Int32

        let parts =
            Array.map2 (fun n i -> normal n i |> Lax.convert dtype |> Lax.broadcastTo common) sizes indices

        let mutable linear = parts[0]

        for k in 1 .. parts.Length - 1 do
            linear <- Lax.add (Lax.mul linear (Lax.full common dtype (Scalar.Int(int64 sizes[k])))) parts[k]

        let merged = Dims.cons (Array.fold (*) 1 sizes) (Dims.map (fun a -> x.Shape[a]) rest)
        Lax.gather 0 linear (Lax.reshape merged moved)

    /// The part of `x` that the indices name.
    let get (indices: Idx list) (x: Tensor) : Tensor =
        let indices =
            indices
            |> List.collect (fun i ->
                match i with
                | Idx.Take m when m.DType = DType.Bool && m.Rank > 0 -> ofMask m |> List.map Idx.Take
                | i -> [ i ])

        let consumes =
            function
            | Idx.NewAxis
            | Idx.Ellipsis -> 0
            | _ -> 1

        let consumed = indices |> List.sumBy consumes

        if consumed > x.Rank then
            Fail.index where $"{consumed} indices for a tensor of shape {x.Shape}" ""

        let isEllipsis i =
            match i with
            | Idx.Ellipsis -> true
            | _ -> false

        let missing = List.replicate (x.Rank - consumed) Idx.All

        let full =
            match indices |> List.filter isEllipsis |> List.length with
            | 0 -> indices @ missing
            | 1 -> indices |> List.collect (fun i -> if isEllipsis i then missing else [ i ])
            | _ -> Fail.value where "there is more than one ellipsis" "Write whole axes as Idx.All."

        // Along each axis a slice; what the axes become is noted in `shape`, where index tensors apply in `takes`.
        let parts = Array.zeroCreate x.Rank
        let shape = List<int>()
        let takes = List<struct (int * Tensor)>()
        // The entries that NumPy treats as index tensors, to find out whether they stand together.
        let advanced = List<struct (int * int)>()
        let mutable axis = 0

        let hasTake =
            full
            |> List.exists (fun i ->
                match i with
                | Idx.Take _ -> true
                | _ -> false)

        full
        |> List.iteri (fun entry i ->
            match i with
            | Idx.NewAxis
            | Idx.Ellipsis -> shape.Add 1
            | Idx.At p ->
                parts[axis] <- struct (position x axis p, 1, 1)

                if hasTake then
                    advanced.Add(struct (entry, shape.Count))
            | Idx.Range(start, stop, step) ->
                let struct (_, count, _) as part = range x.Shape[axis] start stop (defaultArg step 1)
                parts[axis] <- part
                shape.Add count
            | Idx.Take t ->
                parts[axis] <- struct (0, x.Shape[axis], 1)
                advanced.Add(struct (entry, shape.Count))
                takes.Add(struct (shape.Count, t))
                shape.Add x.Shape[axis]

            axis <- axis + consumes i)

        let basic = x |> cut parts |> Lax.reshape (Dims.ofSeq shape)

        if takes.Count = 0 then
            basic
        else
            let axes = [| for struct (a, _) in takes -> a |]
            let tensors = [| for struct (_, t) in takes -> t |]
            let taken = takeFirst axes tensors basic
            let common = taken.Rank - (basic.Rank - axes.Length)
            let struct (firstEntry, place) = advanced[0]
            let struct (lastEntry, _) = advanced[advanced.Count - 1]

            // Side by side: the new axes stand where the indices stood. Apart: they stay in front.
            if lastEntry - firstEntry = advanced.Count - 1 && place > 0 then
                let perm = [|
                    yield! [| common .. common + place - 1 |]
                    yield! [| 0 .. common - 1 |]
                    yield! [| common + place .. taken.Rank - 1 |]
                |]

                Lax.transpose (Dims.own perm) taken
            else
                taken

    /// The arguments that the compiler makes of `x[0, *, 1..3]`: an int, or two options for a range with both bounds
    /// included.
    let slice (arguments: objnull[]) (x: Tensor) : Tensor =
        let bound (o: objnull) : int option =
            match o with
            | null -> None
            | :? (int option) as i -> i
            | o -> Fail.wrongType where $"a bound of type {o.GetType()}" "Bounds of ranges are int."

        let rec indices (rest: objnull list) =
            match rest with
            | [] -> []
            | (:? int as i) :: rest -> Idx.At i :: indices rest
            | (:? Tensor as t) :: rest -> Idx.Take t :: indices rest
            | first :: last :: rest ->
                let stop =
                    match bound last with
                    | None
                    | Some -1 -> None
                    | Some i -> Some(i + 1)

                Idx.Range(bound first, stop, None) :: indices rest
            | [ o ] -> Fail.wrongType where $"an index {o}" "Indices are int, ranges of int, or tensors."

        get (indices (List.ofArray arguments)) x
