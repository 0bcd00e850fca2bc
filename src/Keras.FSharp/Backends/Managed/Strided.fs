/// Copies between two layouts of the same elements: what transposing, broadcasting, slicing, reversing, padding and
/// concatenating have in common. A copy is planned once: axes of size 1 vanish, neighbours that lie like one axis become
/// one, and the inner axes decide which loop runs.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Strided

open System
open Keras.FSharp

/// One axis: its size, and how far apart neighbours lie in the source and in the target, in elements; 0 and negative
/// distances are possible in the source.
[<Struct>]
type Axis = { Size: int; Source: int64; Target: int64 }

/// An axis of that size, and those distances of neighbours.
let axis (size: int) (source: int64) (target: int64) : Axis = { Size = size; Source = source; Target = target }

/// Copies from an address to another.
type Copier = delegate of source: nativeint * target: nativeint -> unit

/// Does some rows of a plane.
type private Rows = delegate of source: nativeint * target: nativeint * first: int * count: int -> unit

// Bytes that are worth a thread, and bytes of one piece of a flat copy.
let private grainBytes = 262144L
let private piece = 65536L

let private nothing = Copier(fun _ _ -> ())

let private merge (axes: Axis[]) : Axis list =
    let folder (a: Axis) (rest: Axis list) =
        match rest with
        | _ when a.Size = 1 -> rest
        | b :: tail when a.Source = b.Source * int64 b.Size && a.Target = b.Target * int64 b.Size ->
            { b with Size = a.Size * b.Size } :: tail
        | _ -> a :: rest

    Array.foldBack folder axes []

/// Runs the rows of all planes that the outer axes span, on all cores where it pays.
let private overPlanes (elem: int) (outer: Axis[]) (rows: int) (rowBytes: int64) (body: Rows) : Copier =
    let planes = outer |> Array.fold (fun n a -> n * int64 a.Size) 1L
    let total = planes * int64 rows
    let grain = max 1L (grainBytes / max 1L rowBytes)
    let sizes = outer |> Array.map _.Size
    let sources = outer |> Array.map (fun a -> nativeint (a.Source * int64 elem))
    let targets = outer |> Array.map (fun a -> nativeint (a.Target * int64 elem))

    if planes = 1L && total <= grain then
        Copier(fun source target -> body.Invoke(source, target, 0, rows))
    else
        let part (source: nativeint) (target: nativeint) (from: int64) (upTo: int64) =
            let index = Array.zeroCreate<int> sizes.Length
            let mutable s = source
            let mutable t = target
            let mutable plane = from / int64 rows

            for i in sizes.Length - 1 .. -1 .. 0 do
                index[i] <- int (plane % int64 sizes[i])
                plane <- plane / int64 sizes[i]
                s <- s + nativeint index[i] * sources[i]
                t <- t + nativeint index[i] * targets[i]

            let mutable at = from

            while at < upTo do
                let first = int (at % int64 rows)
                let count = int (min (int64 (rows - first)) (upTo - at))
                body.Invoke(s, t, first, count)
                at <- at + int64 count
                // The next plane.
                let mutable i = sizes.Length - 1
                let mutable carry = true

                while carry && i >= 0 do
                    index[i] <- index[i] + 1
                    s <- s + sources[i]
                    t <- t + targets[i]

                    if index[i] = sizes[i] then
                        s <- s - nativeint sizes[i] * sources[i]
                        t <- t - nativeint sizes[i] * targets[i]
                        index[i] <- 0
                        i <- i - 1
                    else
                        carry <- false

        Copier(fun source target ->
            Parallel.run total grain (Action<int64, int64>(fun from upTo -> part source target from upTo)))

/// A flat copy, in pieces.
let private flat (bytes: int64) : Copier =
    if bytes <= grainBytes then
        Copier(fun source target -> copy source target bytes)
    else
        Copier(fun source target ->
            Parallel.run
                ((bytes + piece - 1L) / piece)
                (grainBytes / piece)
                (Action<int64, int64>(fun from upTo ->
                    let o = nativeint (from * piece)
                    copy (source + o) (target + o) (min bytes (upTo * piece) - from * piece))))

/// One element, many times, in pieces.
let private flatFill (elem: int) (count: int) : Copier =
    let step = int piece / elem
    let rows = (count + step - 1) / step

    overPlanes
        elem
        [||]
        rows
        piece
        (Rows(fun source target first n ->
            let start = int64 first * int64 step
            let upTo = min (int64 count) (int64 (first + n) * int64 step)
            TilesOf.Fill(elem, source, target + nativeint (start * int64 elem), 1, 0n, 0n, int (upTo - start))))

/// Plans a copy of elements of `elem` bytes (1, 2, 4, 8 or 16). Axes stand in the order of the target.
let rec plan (elem: int) (axes: Axis[]) : Copier =
    if axes |> Array.exists (fun a -> a.Size = 0) then
        nothing
    else
        match List.rev (merge axes) with
        | [] -> Copier(fun source target -> copy source target (int64 elem))
        | [ { Source = 1L; Target = 1L } as a ] -> flat (int64 a.Size * int64 elem)
        | [ { Source = 0L; Target = 1L } as a ] when a.Size >= 16 -> flatFill elem a.Size
        | { Source = 1L; Target = 1L } as a :: rest when
            a.Size * elem <= 16
            && (a.Size = 2 || a.Size = 4 || a.Size = 8 || a.Size = 16)
            && rest |> List.forall (fun b -> b.Source % int64 a.Size = 0L && b.Target % int64 a.Size = 0L)
            ->
            // A short row is one larger element.
            rest
            |> List.rev
            |> List.map (fun b -> {
                b with
                    Source = b.Source / int64 a.Size
                    Target = b.Target / int64 a.Size
            })
            |> Array.ofList
            |> plan (elem * a.Size)
        | inner :: rest -> planes elem inner rest

/// `inner` is the last axis; `rest` are the others, from the last to the first.
and private planes (elem: int) (inner: Axis) (rest: Axis list) : Copier =
    let bytes (stride: int64) = nativeint (stride * int64 elem)
    let rowBytes = int64 inner.Size * int64 elem

    let swap =
        if inner.Target = 1L && abs inner.Source > 1L then
            rest |> List.tryFindIndex (fun a -> a.Source = 1L)
        else
            None

    match swap with
    | Some i ->
        let r = List.item i rest
        let outer = rest |> List.removeAt i |> List.rev |> Array.ofList
        let block = Tiles.Block
        let sourceStep, targetRow = bytes inner.Source, bytes r.Target

        // Cut along the rows of the target, or, where there are few, along its columns.
        let alongRows = r.Size >= block || r.Size >= inner.Size
        let cut, other = if alongRows then r.Size, inner.Size else inner.Size, r.Size

        overPlanes
            elem
            outer
            ((cut + block - 1) / block)
            (int64 other * int64 elem * int64 block)
            (Rows(fun source target first count ->
                let from = first * block
                let n = min cut ((first + count) * block) - from

                if alongRows then
                    TilesOf.Transpose(
                        elem,
                        source + bytes (int64 from),
                        target + nativeint from * targetRow,
                        n,
                        inner.Size,
                        sourceStep,
                        targetRow
                    )
                else
                    TilesOf.Transpose(
                        elem,
                        source + nativeint from * sourceStep,
                        target + bytes (int64 from),
                        r.Size,
                        n,
                        sourceStep,
                        targetRow
                    )))
    | None ->
        let row, outer =
            match rest with
            | [] -> { Size = 1; Source = 0L; Target = 0L }, [||]
            | r :: outer -> r, outer |> List.rev |> Array.ofList

        let sourceRow, targetRow = bytes row.Source, bytes row.Target

        let body =
            if inner.Source = 1L && inner.Target = 1L && rowBytes >= 64L then
                Rows(fun source target first count ->
                    for i in first .. first + count - 1 do
                        copy (source + nativeint i * sourceRow) (target + nativeint i * targetRow) rowBytes)
            elif inner.Source = 0L && inner.Target = 1L && inner.Size >= 8 then
                Rows(fun source target first count ->
                    let s, t = source + nativeint first * sourceRow, target + nativeint first * targetRow
                    TilesOf.Fill(elem, s, t, count, sourceRow, targetRow, inner.Size))
            else
                let sourceStep, targetStep = bytes inner.Source, bytes inner.Target

                Rows(fun source target first count ->
                    let s, t = source + nativeint first * sourceRow, target + nativeint first * targetRow
                    TilesOf.Plane(elem, s, t, count, sourceRow, targetRow, inner.Size, sourceStep, targetStep))

        overPlanes elem outer row.Size rowBytes body

/// Row-major strides as 64-bit numbers.
let strides (d: Dims) : int64[] =
    let s = Array.zeroCreate d.Rank
    let mutable n = 1L

    for i in d.Rank - 1 .. -1 .. 0 do
        s[i] <- n
        n <- n * int64 d[i]

    s
