/// Runs generated code over the shape of a region: axes that lie one behind the other in every operand become one, the
/// last two that remain are the loops of the code itself, the others and the cores are served here.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Cpu.RegionKernel

#nowarn "9"

open System
open FSharp.NativeInterop
open Keras.FSharp
open Keras.FSharp.Backends

/// Joins axes where every operand's step over the outer one equals its walk along the inner one. Returns sizes and, per
/// operand, steps; at least one axis.
let collapse (shape: int64[]) (steps: int64[][]) : struct (int64[] * int64[][]) =
    let sizes = Collections.Generic.List<int64>()
    let kept: Collections.Generic.List<int64>[] = steps |> Array.map (fun _ -> Collections.Generic.List())

    for a in 0 .. shape.Length - 1 do
        if shape[a] <> 1L then
            let last = sizes.Count - 1

            let follows (k: int) = kept[k][last] = steps[k][a] * shape[a]

            let joins = last >= 0 && Seq.forall follows (seq { 0 .. steps.Length - 1 })

            if joins then
                sizes[last] <- sizes[last] * shape[a]
                kept |> Array.iteri (fun k s -> s[last] <- steps[k][a])
            else
                sizes.Add shape[a]
                kept |> Array.iteri (fun k s -> s.Add(steps[k][a]))

    if sizes.Count = 0 then
        sizes.Add 1L

        for s in kept do
            s.Add 0L

    struct (sizes.ToArray(), kept |> Array.map (fun s -> s.ToArray()))

/// A loop nest to run code over: sizes and steps after `collapse`.
[<NoEquality; NoComparison>]
type Nest = {
    Code: RegionBody
    /// How many operations the code has per element.
    Nodes: int
    Sizes: int64[]
    /// Per operand and then per result, in elements.
    Steps: int64[][]
    /// Bytes per element of the operands and then the results.
    Widths: int[]
    /// Per result: how, what and how many values are folded, if they are.
    Folds: struct (ReduceOp * DType * int) voption[]
}

// A part should keep a core busy for some ten microseconds; these are nanoseconds per element.
let private costPerNode = 0.015
let private costPerOperand = 0.1
let private worthwhile = 15000.0

// How many values of a row are folded before what they give joins what lies in memory.
let private longestFold = 8192L

let inline private fold (op: ReduceOp) (a: ^T) (b: ^T) : ^T =
    match op with
    | ReduceOp.Sum -> a + b
    | ReduceOp.Prod -> a * b
    | ReduceOp.Max -> (^T: (static member Max: ^T * ^T -> ^T) (a, b))
    | _ -> (^T: (static member Min: ^T * ^T -> ^T) (a, b))

let inline private identity (op: ReduceOp) (lowest: ^T) (highest: ^T) : ^T =
    match op with
    | ReduceOp.Sum -> LanguagePrimitives.GenericZero
    | ReduceOp.Prod -> LanguagePrimitives.GenericOne
    | ReduceOp.Max -> lowest
    | _ -> highest

let private spanOf<'T when 'T: unmanaged> (p: nativeint) (n: int) = Span<'T>(p.ToPointer(), n)

/// Fills memory with what a fold begins with.
let private start (op: ReduceOp) (d: DType) (n: int) (p: nativeint) : unit =
    match d with
    | DType.Float32 -> (spanOf<float32> p n).Fill(identity op -infinityf infinityf)
    | DType.Float64 -> (spanOf<float> p n).Fill(identity op -infinity infinity)
    | DType.Int32 -> (spanOf<int> p n).Fill(identity op Int32.MinValue Int32.MaxValue)
    | _ -> (spanOf<int64> p n).Fill(identity op Int64.MinValue Int64.MaxValue)

/// Folds the values at `from` into those at `target`.
let private join (op: ReduceOp) (d: DType) (n: int) (from: nativeint) (target: nativeint) : unit =
    match d with
    | DType.Float32 ->
        let a = spanOf<float32> from n
        let b = spanOf<float32> target n

        for i in 0 .. n - 1 do
            b[i] <- fold op b[i] a[i]
    | DType.Float64 ->
        let a = spanOf<float> from n
        let b = spanOf<float> target n

        for i in 0 .. n - 1 do
            b[i] <- fold op b[i] a[i]
    | DType.Int32 ->
        let a = spanOf<int> from n
        let b = spanOf<int> target n

        for i in 0 .. n - 1 do
            b[i] <- fold op b[i] a[i]
    | _ ->
        let a = spanOf<int64> from n
        let b = spanOf<int64> target n

        for i in 0 .. n - 1 do
            b[i] <- fold op b[i] a[i]

/// A kernel that runs the nest. Work is divided along an axis that no fold goes over, where there is one; else every
/// part folds into memory of its own, and the parts are folded in order, so that the result does not depend on timing.
let make (nest: Nest) : Kernel =
    let sizes, steps = nest.Sizes, nest.Steps
    let count = steps.Length
    let results = nest.Folds.Length
    let operands = count - results
    let rank = sizes.Length
    let columns = sizes[rank - 1]
    let rows = if rank > 1 then sizes[rank - 2] else 1L
    let outer = sizes |> Array.truncate (max 0 (rank - 2)) |> Array.fold (*) 1L

    let bytes axis =
        Array.init count (fun k -> if axis < 0 then 0n else nativeint (steps[k][axis] * int64 nest.Widths[k]))

    let columnStep = bytes (rank - 1)
    let rowStep = bytes (rank - 2)
    let cost = float nest.Nodes * costPerNode + float count * costPerOperand
    let grain = max 1L (int64 (worthwhile / cost))

    // Long rows are folded piece by piece, so that no sum of many terms meets single ones.
    let isFolded =
        Seq.exists (fun r -> nest.Folds[r].IsSome && steps[operands + r][rank - 1] = 0L) (seq { 0 .. results - 1 })

    let piece = if isFolded then longestFold else Int64.MaxValue

    // From one row and column on; `at` is the index over the outer axes.
    let part (ins: nativeint[]) (outs: nativeint[]) at (row: int64) rows (column: int64) columns =
        let table = NativePtr.stackalloc<nativeint>(2 * count)

        for k in 0 .. count - 1 do
            let mutable p = if k < operands then ins[k] else outs[k - operands]
            let mutable rest = at

            for a in rank - 3 .. -1 .. 0 do
                p <- p + nativeint (rest % sizes[a] * steps[k][a] * int64 nest.Widths[k])
                rest <- rest / sizes[a]

            NativePtr.set table (2 * k) (p + nativeint row * rowStep[k] + nativeint column * columnStep[k])
            NativePtr.set table (2 * k + 1) rowStep[k]

        let mutable left: int64 = columns

        while left > 0L do
            let now = min left piece
            nest.Code.Invoke(NativePtr.toNativeInt table, nativeint<int64> rows, nativeint now)
            left <- left - now

            if left > 0L then
                for k in 0 .. count - 1 do
                    NativePtr.set table (2 * k) (NativePtr.get table (2 * k) + nativeint now * columnStep[k])

    let lineElements = 64L
    let lines = (columns + lineElements - 1L) / lineElements

    // The whole divided along one of three axes: how many units, how many of them make a part worthwhile, and the part.
    let outerUnits (ins: nativeint[]) (outs: nativeint[]) a b =
        for at in a .. b - 1L do
            part ins outs at 0L rows 0L columns

    let rowUnits ins outs (a: int64) (b: int64) =
        for at in 0L .. outer - 1L do
            part ins outs at a (b - a) 0L columns

    // Columns are divided at multiples of a cache line.
    let lineUnits ins outs (a: int64) (b: int64) =
        let first = a * lineElements

        for at in 0L .. outer - 1L do
            part ins outs at 0L rows first (min columns (b * lineElements) - first)

    let isFree axis =
        Seq.forall (fun r -> nest.Folds[r].IsNone || steps[operands + r][axis] <> 0L) (seq { 0 .. results - 1 })

    let isOuterFree = Seq.forall isFree (seq { 0 .. rank - 3 })
    let isRowFree = rank < 2 || isFree (rank - 2)
    let isColumnFree = isFree (rank - 1)

    let candidates = [
        struct (outer, grain / (rows * columns), isOuterFree, outerUnits)
        struct (rows, grain / (outer * columns), isRowFree, rowUnits)
        struct (lines, grain / (outer * rows * lineElements), isColumnFree, lineUnits)
    ]

    let enough (struct (units: int64, _, _, _)) = units >= 16L
    let free = candidates |> List.filter (fun (struct (units, _, isFree, _)) -> isFree && units > 1L)

    let prepare (outs: nativeint[]) =
        for r in 0 .. results - 1 do
            match nest.Folds[r] with
            | ValueSome(op, d, n) -> start op d n outs[r]
            | ValueNone -> ()

    if outer * rows * columns <= grain then
        Kernel(fun ins outs ->
            prepare outs
            outerUnits ins outs 0L outer)
    else
        match free |> List.tryFind enough |> Option.orElse (List.tryHead free) with
        | Some(struct (units, grain, _, run)) ->
            Kernel(fun ins outs ->
                prepare outs
                Parallel.run units (max 1L grain) (Action<int64, int64>(fun a b -> run ins outs a b)))
        | None ->
            let struct (units, _, _, run) = candidates |> List.maxBy (fun (struct (u, _, _, _)) -> u)
            let parts = min units (int64 Environment.ProcessorCount)
            let size = (units + parts - 1L) / parts

            let aligned (n: int) (d: DType) =
                (int64 (n * DType.size d) + Packer.Alignment - 1L) / Packer.Alignment * Packer.Alignment

            let lengths =
                nest.Folds
                |> Array.map (fun f ->
                    match f with
                    | ValueSome(_, d, n) -> aligned n d
                    | ValueNone -> 0L)

            let total = Array.sum lengths
            let offsets = Array.scan (+) 0L lengths

            Kernel(fun ins outs ->
                use scratch = new Temporary((parts - 1L) * total)
                let memory = scratch.Pointer

                // The first part folds into the results themselves.
                let own (p: int64) =
                    if p = 0L then
                        outs
                    else
                        Array.init results (fun r ->
                            if nest.Folds[r].IsNone then
                                outs[r]
                            else
                                memory + nativeint ((p - 1L) * total + offsets[r]))

                Parallel.run
                    parts
                    1L
                    (Action<int64, int64>(fun first last ->
                        for p in first .. last - 1L do
                            let mine = own p
                            prepare mine
                            run ins mine (min units (p * size)) (min units ((p + 1L) * size))))

                for p in 1L .. parts - 1L do
                    let mine = own p

                    for r in 0 .. results - 1 do
                        match nest.Folds[r] with
                        | ValueSome(op, d, n) -> join op d n mine[r] outs[r]
                        | ValueNone -> ())

/// A kernel whose float32 results are to lie in memory as bfloat16: those with a size here.
let narrowing (sizes: int[]) (kernel: Kernel) : Kernel =
    let align (n: int) = (int64 n * 4L + Packer.Alignment - 1L) / Packer.Alignment * Packer.Alignment
    let offsets = sizes |> Array.map align |> Array.scan (+) 0L

    Kernel(fun ins outs ->
        use wide = new Temporary(Array.last offsets)
        let memory = wide.Pointer
        let targets = outs |> Array.mapi (fun k o -> if sizes[k] > 0 then memory + nativeint offsets[k] else o)
        kernel.Invoke(ins, targets)

        for k in 0 .. outs.Length - 1 do
            if sizes[k] > 0 then
                Precision.ofSingle DType.BFloat16 targets[k] outs[k] (nativeint sizes[k]))
