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

// A part should keep a core busy for some ten microseconds; these are nanoseconds per element.
let private costPerNode = 0.015
let private costPerOperand = 0.1
let private worthwhile = 15000.0

/// A kernel that runs `code` over `shape`; `steps` are counted in elements, for the operands and then the results, whose
/// element sizes are `widths`.
let make (code: RegionBody) (nodes: int) (shape: int64[]) (steps: int64[][]) (widths: int[]) : Kernel =
    let struct (sizes, steps) = collapse shape steps
    let count = steps.Length
    let rank = sizes.Length
    let columns = sizes[rank - 1]
    let rows = if rank > 1 then sizes[rank - 2] else 1L
    let outer = sizes |> Array.truncate (max 0 (rank - 2)) |> Array.fold (*) 1L

    let bytes axis = Array.init count (fun k -> if axis < 0 then 0n else nativeint (steps[k][axis] * int64 widths[k]))

    let columnStep = bytes (rank - 1)
    let rowStep = bytes (rank - 2)
    let cost = float nodes * costPerNode + float count * costPerOperand
    let grain = int64 (worthwhile / cost)

    // From one row and column on; `at` is the index over the outer axes.
    let part
        (ins: nativeint[])
        (outs: nativeint[])
        (at: int64)
        (row: int64)
        (rows: int64)
        (column: int64)
        (columns: int64)
        =
        let table = NativePtr.stackalloc<nativeint>(2 * count)

        for k in 0 .. count - 1 do
            let mutable p = if k < ins.Length then ins[k] else outs[k - ins.Length]
            let mutable rest = at

            for a in rank - 3 .. -1 .. 0 do
                p <- p + nativeint (rest % sizes[a] * steps[k][a] * int64 widths[k])
                rest <- rest / sizes[a]

            NativePtr.set table (2 * k) (p + nativeint row * rowStep[k] + nativeint column * columnStep[k])
            NativePtr.set table (2 * k + 1) rowStep[k]

        code.Invoke(NativePtr.toNativeInt table, nativeint rows, nativeint columns)

    // Columns are divided at multiples of a cache line.
    let lineElements = 64L
    let lines = (columns + lineElements - 1L) / lineElements

    if outer = 1L && rows * columns <= grain then
        Kernel(fun ins outs -> part ins outs 0L 0L rows 0L columns)
    elif outer > 1L then
        Kernel(fun ins outs ->
            Parallel.run
                outer
                (max 1L (grain / (rows * columns)))
                (Action<int64, int64>(fun a b ->
                    for at in a .. b - 1L do
                        part ins outs at 0L rows 0L columns)))
    elif rows >= 16L || rows > lines then
        Kernel(fun ins outs ->
            Parallel.run
                rows
                (max 1L (grain / columns))
                (Action<int64, int64>(fun a b -> part ins outs 0L a (b - a) 0L columns)))
    else
        Kernel(fun ins outs ->
            Parallel.run
                lines
                (max 1L (grain / rows / lineElements))
                (Action<int64, int64>(fun a b ->
                    let first = a * lineElements
                    part ins outs 0L 0L rows first (min columns (b * lineElements) - first))))
