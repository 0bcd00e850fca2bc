/// Reductions over axes. Neighbouring axes that are both kept, or both reduced, count as one; then either the last axis is
/// reduced (runs are folded) or it is kept (rows are folded into a row of accumulators). How the work is cut depends on
/// the shape alone, so results do not depend on the number of cores.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Reduce

#nowarn "3535"
#nowarn "3536"

open System
open System.Numerics
open System.Runtime.CompilerServices
open Keras.FSharp

[<Struct>]
type private Axis = { Size: int64; Stride: int64; IsReduced: bool }

let private merged (shape: Dims) (axes: Dims) : Axis list =
    let strides = Strided.strides shape

    let folder i (rest: Axis list) =
        let isReduced = Dims.contains i axes

        match rest with
        | _ when shape[i] = 1 -> rest
        | a :: tail when a.IsReduced = isReduced -> { a with Size = a.Size * int64 shape[i] } :: tail
        | _ -> { Size = int64 shape[i]; Stride = strides[i]; IsReduced = isReduced } :: rest

    List.foldBack folder [ 0 .. shape.Rank - 1 ] []

/// Positions that some axes span: how many, and where the i-th is.
type private Grid(axes: Axis[]) =
    member val Count = axes |> Array.fold (fun n a -> n * a.Size) 1L

    /// True if all lie at one distance.
    member _.IsLine = axes.Length = 1

    member _.Offset(index: int64) : int64 =
        if axes.Length = 1 then
            index * axes[0].Stride
        else
            let mutable rest = index
            let mutable offset = 0L

            for i in axes.Length - 1 .. -1 .. 0 do
                offset <- offset + rest % axes[i].Size * axes[i].Stride
                rest <- rest / axes[i].Size

            offset

/// Elements that are worth a thread, results of which there are always enough to share out, and pieces of one result.
let private grain = 65536L

let private manyJobs = 16L
let private maxPieces = 32L

/// Into how many pieces each of `jobs` jobs of `work` elements is cut, at most `units`.
let private pieces (jobs: int64) (work: int64) (units: int64) : int64 =
    if jobs >= manyJobs then
        1L
    else
        Math.Clamp(work / grain, 1L, min maxPieces (max 1L units))

/// The i-th of `count` pieces of `n`.
let inline private cut (n: int64) (count: int64) (i: int64) = n * i / count

[<AbstractClass; Sealed>]
type private Folding<'T, 'A, 'F when 'T: unmanaged and 'A: unmanaged and 'F :> IFold<'T, 'A>> private () =
    static let elem = int64 sizeof<'T>
    static let accumulator = int64 sizeof<'A>

    static let shareOut (count: int64) (work: int64) (body: int64 -> unit) =
        Parallel.run
            count
            (max 1L (grain / max 1L work))
            (Action<int64, int64>(fun from upTo ->
                for i in from .. upTo - 1L do
                    body i))

    /// Runs of n elements, `stride` bytes apart, one result each.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member private Adjacent
        (x: nativeint, y: nativeint, stride: nativeint, n: nativeint, from: int64, upTo: int64)
        : unit =
        for r in from .. upTo - 1L do
            let acc = 'F.Row(x + nativeint r * stride, n, 'F.Identity)
            store (y + nativeint (r * elem)) ('F.Finish acc)

    /// The last axis, of n elements, is reduced.
    static member Runs(kept: Axis[], reduced: Axis[], n: int64) : Kernel =
        let results, runs = Grid kept, Grid reduced
        // A single run is cut itself; several are shared out.
        let run = 16384L
        let isSingle = runs.Count = 1L
        let units = if isSingle then (n + run - 1L) / run else runs.Count
        let perResult = runs.Count * n
        let parts = pieces results.Count perResult units

        let fold (x: nativeint) (from: int64) (upTo: int64) : 'A =
            if isSingle then
                let start = from * run
                'F.Row(x + nativeint (start * elem), nativeint (min n (upTo * run) - start), 'F.Identity)
            else
                let mutable acc = 'F.Identity

                for i in from .. upTo - 1L do
                    acc <- 'F.Row(x + nativeint (runs.Offset i * elem), nativeint n, acc)

                acc

        if parts = 1L && isSingle && kept.Length <= 1 then
            let stride = if kept.Length = 0 then 0n else nativeint (kept[0].Stride * elem)
            let resultGrain = max 1L (grain / max 1L n)

            Kernel(fun ins outs ->
                let x, y = ins[0], outs[0]

                Parallel.run
                    results.Count
                    resultGrain
                    (Action<int64, int64>(fun from upTo ->
                        Folding<'T, 'A, 'F>.Adjacent(x, y, stride, nativeint n, from, upTo))))
        elif parts = 1L then
            Kernel(fun ins outs ->
                let x, y = ins[0], outs[0]

                shareOut results.Count perResult (fun r ->
                    let acc = fold (x + nativeint (results.Offset r * elem)) 0L units
                    store (y + nativeint (r * elem)) ('F.Finish acc)))
        else
            Kernel(fun ins outs ->
                let x, y = ins[0], outs[0]
                use scratch = new Temporary(results.Count * parts * accumulator)
                let accs = scratch.Pointer

                shareOut (results.Count * parts) (perResult / parts) (fun job ->
                    let r, p = job / parts, job % parts

                    let acc =
                        fold (x + nativeint (results.Offset r * elem)) (cut units parts p) (cut units parts (p + 1L))

                    store (accs + nativeint (job * accumulator)) acc)

                for r in 0L .. results.Count - 1L do
                    let mutable acc = 'F.Identity

                    for p in 0L .. parts - 1L do
                        acc <- 'F.Join(acc, load<'A>(accs + nativeint ((r * parts + p) * accumulator)))

                    store (y + nativeint (r * elem)) ('F.Finish acc))

    /// Folds rows `from` to `upTo` of one column block into `width` accumulators.
    static member private Block
        (x: nativeint, rows: Grid, from: int64, upTo: int64, width: int64, group: int64, accs: nativeint)
        : unit =
        for i in 0L .. width * group - 1L do
            store (accs + nativeint (i * accumulator)) 'F.Identity

        let mutable r = from

        // Short rows that lie one after the other are folded several at a time.
        while group > 1L && r + group <= upTo do
            'F.Column(x + nativeint (rows.Offset r * elem), accs, nativeint (width * group))
            r <- r + group

        // Between neighbours on a reduced axis the distance is the same.
        if rows.IsLine then
            let stride = nativeint ((rows.Offset 1L - rows.Offset 0L) * elem)

            while r + 4L <= upTo do
                'F.FourColumns(x + nativeint (rows.Offset r * elem), stride, accs, nativeint width)
                r <- r + 4L

        while r < upTo do
            'F.Column(x + nativeint (rows.Offset r * elem), accs, nativeint width)
            r <- r + 1L

        for g in 1L .. group - 1L do
            for c in 0L .. width - 1L do
                let p = accs + nativeint (c * accumulator)
                let q = accs + nativeint ((g * width + c) * accumulator)
                store p ('F.Join(load<'A> p, load<'A> q))

    /// The last axis, of `columns` elements, is kept.
    static member Columns(kept: Axis[], reduced: Axis[], columns: int64) : Kernel =
        let planes, rows = Grid kept, Grid reduced
        let block = 2048L
        let blocks = (columns + block - 1L) / block

        let group = if reduced.Length = 1 && columns < 64L then max 1L (128L / columns) else 1L

        let jobs = planes.Count * blocks
        let work = rows.Count * min columns block
        let parts = pieces jobs work rows.Count
        let room = min columns block * group

        Kernel(fun ins outs ->
            let x, y = ins[0], outs[0]
            use scratch = new Temporary(jobs * parts * room * accumulator)
            let accs = scratch.Pointer
            let at job = accs + nativeint (job * room * accumulator)

            let finish (job: int64) (acc: nativeint) =
                let plane, b = job / blocks, job % blocks
                let width = min block (columns - b * block)

                for c in 0L .. width - 1L do
                    let v = 'F.Finish(load<'A>(acc + nativeint (c * accumulator)))
                    store (y + nativeint ((plane * columns + b * block + c) * elem)) v

            shareOut (jobs * parts) (work / parts) (fun piece ->
                let job, p = piece / parts, piece % parts
                let plane, b = job / blocks, job % blocks
                let width = min block (columns - b * block)
                let start = x + nativeint ((planes.Offset plane + b * block) * elem)
                let from, upTo = cut rows.Count parts p, cut rows.Count parts (p + 1L)
                Folding<'T, 'A, 'F>.Block(start, rows, from, upTo, width, group, at piece)

                if parts = 1L then
                    finish job (at piece))

            if parts > 1L then
                for job in 0L .. jobs - 1L do
                    let acc = at (job * parts)

                    for p in 1L .. parts - 1L do
                        for c in 0L .. min columns block - 1L do
                            let a = acc + nativeint (c * accumulator)
                            let b = at (job * parts + p) + nativeint (c * accumulator)
                            store a ('F.Join(load<'A> a, load<'A> b))

                    finish job acc)

    static member Prepare (axes: Axis list) (y: Aval) : Kernel =
        let split isReduced (list: Axis list) = list |> List.filter (fun a -> a.IsReduced = isReduced) |> Array.ofList

        if y.Size = 0 then
            Kernel(fun _ _ -> ())
        else
            match List.rev axes with
            | [] -> Kernel(fun ins outs -> store outs[0] (load<'T> ins[0]))
            | last :: others when last.IsReduced ->
                let others = List.rev others
                Folding<'T, 'A, 'F>.Runs(split false others, split true others, last.Size)
            | last :: others ->
                let others = List.rev others
                Folding<'T, 'A, 'F>.Columns(split false others, split true others, last.Size)

let private numbers<'T when 'T: unmanaged and 'T :> INumber<'T>> (op: ReduceOp) (axes: Axis list) (y: Aval) =
    match op with
    | ReduceOp.Sum -> Folding<'T, 'T, VectorFold<'T, SumR<'T>>>.Prepare axes y
    | ReduceOp.Prod -> Folding<'T, 'T, VectorFold<'T, ProdR<'T>>>.Prepare axes y
    | ReduceOp.Max
    | ReduceOp.Or -> Folding<'T, 'T, VectorFold<'T, MaxR<'T>>>.Prepare axes y
    | _ -> Folding<'T, 'T, VectorFold<'T, MinR<'T>>>.Prepare axes y

/// A reduction over axes, which are dropped.
let rec prepare (op: ReduceOp) (axes: Dims) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let y = outputs[0]
    let layout = merged inputs[0].Shape axes

    match inputs[0].DType with
    | DType.Bool when op = ReduceOp.And -> Folding<byte, byte, VectorFold<byte, AndR>>.Prepare layout y
    | DType.Bool
    | DType.UInt8 -> numbers<byte> op layout y
    | DType.UInt16 -> numbers<uint16> op layout y
    | DType.UInt32 -> numbers<uint32> op layout y
    | DType.UInt64 -> numbers<uint64> op layout y
    | DType.Int8 -> numbers<sbyte> op layout y
    | DType.Int16 -> numbers<int16> op layout y
    | DType.Int32 -> numbers<int> op layout y
    | DType.Int64 -> numbers<int64> op layout y
    | DType.Float32 when op = ReduceOp.Sum -> Folding<float32, float, WideSum>.Prepare layout y
    | DType.Float32 -> numbers<float32> op layout y
    | DType.Float64 -> numbers<float> op layout y
    | DType.Complex64 when op = ReduceOp.Sum ->
        Folding<Complex64, Complex, ComplexFold<Complex64, OfComplex64, ComplexSum>>.Prepare layout y
    | DType.Complex64 -> Folding<Complex64, Complex, ComplexFold<Complex64, OfComplex64, ComplexProd>>.Prepare layout y
    | DType.Complex128 when op = ReduceOp.Sum ->
        Folding<Complex, Complex, ComplexFold<Complex, OfComplex128, ComplexSum>>.Prepare layout y
    | DType.Complex128 -> Folding<Complex, Complex, ComplexFold<Complex, OfComplex128, ComplexProd>>.Prepare layout y
    | _ -> Precision.viaSingle (prepare op axes) inputs outputs
