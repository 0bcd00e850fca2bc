/// Finds regions: elementwise equations over one shape that run as one loop. A region stays open while only its own
/// members read its results; the first other reader closes it, and it takes its place in the program where its last
/// member was. Reductions of what a region computes end in it: they read no memory; those that come later in the program
/// are fetched when it closes. A reduction of something else begins a region, which whoever reads the same may join.
/// Constants and broadcasts belong to nobody: every region that reads one has it inside, as a value or as a way to step;
/// so do sums and products of what is in memory, which take less time to compute again than to store and to load.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Cpu.Fusion

open System
open System.Collections.Generic
open Keras.FSharp
open Keras.FSharp.Backends

/// A fused equation: its kernel, and which of its operands may be overwritten by results.
[<NoEquality; NoComparison>]
type Region = {
    Kernel: Kernel
    InPlace: bool[]
    /// How many equations it replaces.
    Members: int
    /// What they cost (`Cost.flops`).
    Flops: float
}

/// A graph after fusion; `Regions` has an entry per equation.
[<NoEquality; NoComparison>]
type Fused = { Graph: Graph; Regions: Region voption[] }

/// A region while it is open.
[<Sealed; AllowNullLiteral>]
type private Open(shape: Dims) =
    member _.Shape = shape
    member val Lanes = 0 with get, set
    member val Members = List<int>() with get, set
    member val IsClosed = false with get, set
    /// It began with a reduction of something in memory.
    member val IsReading = false with get, set

// More members give longer code than registers are good for.
let private maxMembers = 80

// More operations than these are not done again.
let private maxEffort = 3

// A lone operation is worth a loop of its own only to save the memory of a broadcast operand, or as a reduction.
let private minLoneSize = 256L
let private minReduction = 2048

/// The walk over one graph.
type private Walk(g: Graph) =
    let count = g.Avals.Length
    let definedBy = Array.create count -1
    let uses = Array.zeroCreate<int> count
    // Per variable: the open region it is a result of, if any.
    let home: Open[] = Array.zeroCreate count
    // Constants, broadcasts and what is computed again in every region: their equation was not needed so far.
    let pending = Array.zeroCreate<bool> count
    // How many operations it takes to compute a pending variable.
    let effort = Array.zeroCreate<int> count
    // What is put where, the last first: an equation in its own place, a region in that of its last member, so
    // that its operands are there and can be freed as soon as possible.
    let slots: struct (Eqn * Region voption) list[] = Array.create g.Eqns.Length []
    // Per variable: the place from which on it is in memory; later than any where it is not.
    let readyAt = Array.create count Int32.MaxValue
    // Equations that a region has fetched before their turn.
    let fetched = Array.zeroCreate<bool> g.Eqns.Length
    // Open regions that read a variable in its own shape.
    let reading = Dictionary<int, Open>()
    // Whose turn it is.
    let mutable current = 0

    do
        g.Eqns
        |> Array.iteri (fun i e ->
            for v in e.Outputs do
                definedBy[v] <- i

            for v in e.Inputs do
                uses[v] <- uses[v] + 1)

    // Per variable: the equations that read it.
    let readers = uses |> Array.map Array.zeroCreate<int>

    do
        let filled = Array.zeroCreate<int> count

        g.Eqns
        |> Array.iteri (fun i e ->
            for v in e.Inputs do
                readers[v][filled[v]] <- i
                filled[v] <- filled[v] + 1)

        // A result of the program has one reader more.
        for v in g.Outputs do
            uses[v] <- uses[v] + 1

        for v in 0 .. count - 1 do
            if definedBy[v] < 0 then
                readyAt[v] <- -1

    let eqnOf v = g.Eqns[definedBy[v]]

    let put (slot: int) (e: Eqn) (region: Region voption) =
        slots[slot] <- struct (e, region) :: slots[slot]

        for v in e.Outputs do
            readyAt[v] <- slot

    let keep (i: int) = put i g.Eqns[i] ValueNone

    /// The value of a variable that is one number everywhere.
    let rec filled (v: int) : Scalar voption =
        if definedBy[v] < 0 then
            ValueNone
        else
            match (eqnOf v).Prim with
            | Prim.Full(_, s) -> ValueSome s
            | Prim.Broadcast _ -> filled (eqnOf v).Inputs[0]
            | _ -> ValueNone

    let natural (shape: Dims) : int64[] = Dims.strides shape |> Array.map int64

    /// Where a region reads a variable from, and in which steps over the region's axes.
    let source (shape: Dims) (v: int) : struct (int * int64[]) =
        match definedBy[v] with
        | -1 -> struct (v, natural shape)
        | i ->
            match g.Eqns[i].Prim with
            | Prim.Broadcast(_, axes) when pending[v] ->
                let x = g.Eqns[i].Inputs[0]
                let own = Dims.strides g.Avals[x].Shape
                let steps = Array.zeroCreate<int64> shape.Rank

                for k in 0 .. axes.Rank - 1 do
                    if g.Avals[x].Shape[k] <> 1 then
                        steps[axes[k]] <- int64 own[k]

                struct (x, steps)
            | _ -> struct (v, natural shape)

    /// The formula of a region with its loops, its operands and its results.
    let compile (r: Open) (results: int[]) : struct (int[] * Region) =
        let lane = if r.Lanes = 8 then Lane.F64 else Lane.F32
        let f = Formulas lane
        let nodes = Dictionary<int, int>()
        let operands = List<struct (int * int64[])>()
        let loads = Dictionary<struct (int * string), int>()

        let rec value (v: int) =
            match nodes.TryGetValue v with
            | true, n -> n
            | _ ->
                let d = g.Avals[v].DType

                let n =
                    match filled v with
                    | ValueSome s -> Lower.constant f d s
                    | ValueNone when pending[v] && effort[v] > 0 ->
                        let e = eqnOf v
                        Lower.node f e.Prim g.Avals[e.Inputs[0]].DType (e.Inputs |> Array.map value)
                    | ValueNone ->
                        let struct (x, steps) = source r.Shape v
                        let key = struct (x, String.Join(',', steps))

                        let k =
                            match loads.TryGetValue key with
                            | true, k -> k
                            | _ ->
                                operands.Add(struct (x, steps))
                                loads[key] <- operands.Count - 1
                                operands.Count - 1

                        Lower.load f d k

                nodes[v] <- n
                n

        // Reductions are no nodes: they say what becomes of the values of another.
        for i in r.Members do
            let e = g.Eqns[i]

            match e.Prim with
            | Prim.Reduce _ -> value e.Inputs[0] |> ignore
            | p -> nodes[e.Outputs[0]] <- Lower.node f p g.Avals[e.Inputs[0]].DType (e.Inputs |> Array.map value)

        let own = natural r.Shape

        // A result's steps, the node behind it, and the reduction to make.
        let target v =
            let e = eqnOf v

            match e.Prim with
            | Prim.Reduce(op, axes) ->
                let kept = Dims.complement r.Shape.Rank axes
                let out = Dims.strides g.Avals[v].Shape
                let steps = Array.zeroCreate<int64> r.Shape.Rank

                for k in 0 .. kept.Rank - 1 do
                    steps[kept[k]] <- int64 out[k]

                struct (steps, nodes[e.Inputs[0]], ValueSome op)
            | _ -> struct (own, nodes[v], ValueNone)

        let targets = Array.map target results
        let types = [| for struct (x, _) in operands -> g.Avals[x].DType |]

        let resultTypes =
            Array.map2
                (fun v (struct (_, _, op: ReduceOp voption)) ->
                    if op.IsSome then Lower.folded g.Avals[v].DType else g.Avals[v].DType)
                results
                targets

        let steps = [| for struct (_, s) in operands -> s |]
        let all = Array.append steps (targets |> Array.map (fun (struct (s, _, _)) -> s))
        let struct (sizes, collapsed) = RegionKernel.collapse (r.Shape.ToArray() |> Array.map int64) all

        let innermost k = Array.last collapsed[operands.Count + k]

        let formula = {
            Nodes = f.Nodes.ToArray()
            Operands = types |> Array.mapi (fun k d -> struct (d, Array.last collapsed[k] <> 0L))
            Results =
                targets
                |> Array.mapi (fun k (struct (_, n, op)) ->
                    let fold =
                        match op with
                        | ValueNone -> Fold.Store
                        | ValueSome op when innermost k = 0L -> Fold.PerRow op
                        | ValueSome op -> Fold.PerColumn op

                    struct (n, resultTypes[k], fold))
        }

        let folds =
            targets
            |> Array.mapi (fun k (struct (_, _, op)) ->
                op |> ValueOption.map (fun op -> struct (op, resultTypes[k], g.Avals[results[k]].Size)))

        let kernel =
            RegionKernel.make {
                Code = Interpret.bodyOf formula
                Nodes = f.Nodes.Count
                Sizes = sizes
                Steps = collapsed
                Widths = Array.append types resultTypes |> Array.map DType.size
                Folds = folds
            }

        let isNarrowed k = resultTypes[k] <> g.Avals[results[k]].DType
        let sizes = results |> Array.map (fun v -> g.Avals[v].Size)

        let kernel =
            if Seq.exists isNarrowed (seq { 0 .. results.Length - 1 }) then
                RegionKernel.narrowing
                    (Array.init results.Length (fun k -> if isNarrowed k then sizes[k] else 0))
                    kernel
            else
                kernel

        struct ([| for struct (x, _) in operands -> x |],
                {
                    Kernel = kernel
                    InPlace = steps |> Array.map (fun s -> s = own)
                    Members = r.Members.Count
                    Flops = r.Members |> Seq.sumBy (fun i -> Cost.flops g g.Eqns[i])
                })

    /// Puts a region in its place.
    let place (r: Open) (slot: int) (results: int[]) =
        let struct (operands, region) = compile r results
        let names = r.Members |> Seq.map (fun i -> Prims.name g.Eqns[i].Prim)
        let avals = results |> Array.map (fun v -> g.Avals[v])

        let refuse _ : Tensor[] =
            Fail.state "fusion" "a fused region was taken apart" "Transform graphs before they are compiled."

        let composite =
            Composite("fused{" + String.Join(' ', names) + "}", 1, [], (fun _ -> avals), refuse, ValueNone, false, true)

        let e = {
            Prim = Prim.Call composite
            Inputs = operands
            Outputs = results
            Scope = g.Eqns[r.Members[0]].Scope
        }

        put slot e (ValueSome region)

    let avals (vs: int[]) = vs |> Array.map (fun v -> g.Avals[v])
    let agrees a b = a = 0 || b = 0 || a = b

    /// The lanes in which an equation can be a part of a region, -1 where it cannot.
    let lanesOf (e: Eqn) =
        if e.Outputs.Length = 1 && g.Avals[e.Outputs[0]].Shape.Size > 0L then
            Lower.lanes e.Prim (avals e.Inputs) (avals e.Outputs)
        else
            -1

    /// Can a variable be reduced so in a region over its shape?
    let isReducible (op: ReduceOp) (axes: Dims) (v: int) =
        Lower.laneBytes g.Avals[v].DType > 0
        && Seq.exists (fun a -> g.Avals[v].Shape[a] > 1) axes
        && Lower.isFolding op

    /// Can a reduction of a variable be made where its values are computed?
    let isPart (op: ReduceOp) (axes: Dims) (v: int) =
        let r = home[v]

        not (isNull r)
        && r.Shape.Equals g.Avals[v].Shape
        && r.Members.Count < maxMembers
        && isReducible op axes v

    let addTo (r: Open) (i: int) (lanes: int) =
        r.Lanes <- max r.Lanes lanes
        r.Members.Add i
        home[g.Eqns[i].Outputs[0]] <- r

    let isReductionOf v (i: int) =
        match g.Eqns[i].Prim with
        | Prim.Reduce(op, axes) -> isReducible op axes v
        | _ -> false

    /// The place from which on a region can read a variable.
    let rec ready (v: int) =
        if pending[v] then
            Array.fold (fun at u -> max at (ready u)) -1 (eqnOf v).Inputs
        else
            readyAt[v]

    /// Fetches what comes later and ends in reductions of what a region computes: the reductions, and elementwise
    /// equations that nothing else reads. Returns the place from which on everything is there that they read.
    let fetch (r: Open) : int =
        let mutable slot = Seq.max r.Members
        let mutable m = 0

        let isThere (v: int) = obj.ReferenceEquals(home[v], r) || (isNull home[v] && ready v < Int32.MaxValue)

        while m < r.Members.Count do
            let v = g.Eqns[r.Members[m]].Outputs[0]

            if r.Shape.Equals g.Avals[v].Shape then
                for j in readers[v] do
                    let e = g.Eqns[j]

                    if j > current && not fetched[j] && r.Members.Count < maxMembers then
                        match e.Prim with
                        | Prim.Reduce(op, axes) ->
                            if isReducible op axes v then
                                fetched[j] <- true
                                addTo r j 0
                        | _ ->
                            let lanes = lanesOf e
                            let out = e.Outputs[0]

                            if
                                lanes >= 0
                                && agrees r.Lanes lanes
                                && r.Shape.Equals g.Avals[out].Shape
                                && readers[out].Length = uses[out]
                                && readers[out].Length > 0
                                && Array.forall (isReductionOf out) readers[out]
                                && Array.forall isThere e.Inputs
                            then
                                for u in e.Inputs do
                                    if isNull home[u] then
                                        slot <- max slot (ready u)

                                fetched[j] <- true
                                addTo r j lanes

            m <- m + 1

        slot

    let worthwhile (r: Open) =
        r.Members.Count > 1
        || r.IsReading
        || (r.Shape.Size >= minLoneSize && g.Eqns[r.Members[0]].Inputs |> Array.exists (fun v -> pending[v]))

    /// Computes sums and products anew in every region that reads them, if they are only of what is in memory and nothing
    /// but such regions reads them. Returns the results that remain.
    let forget (r: Open) (results: int[]) : int[] =
        let isMember v = r.Members.BinarySearch definedBy[v] >= 0

        // How many operations it takes to compute a variable without this region, or none where it cannot be done.
        let rec again (v: int) : int voption =
            if not (isMember v) then
                if ready v < Int32.MaxValue then ValueSome effort[v] else ValueNone
            else
                match (eqnOf v).Prim with
                | Prim.Binary(BinaryOp.Add | BinaryOp.Sub | BinaryOp.Mul) ->
                    let ins = (eqnOf v).Inputs
                    ValueOption.map2 (fun a b -> a + b + 1) (again ins[0]) (again ins[1])
                | _ -> ValueNone

        let isElementwise j =
            let out = g.Eqns[j].Outputs[0]
            let lanes = lanesOf g.Eqns[j]
            lanes >= 0 && agrees lanes r.Lanes && g.Avals[out].Shape.Equals r.Shape

        let rec mark (v: int) (operations: int) =
            if isMember v && not pending[v] then
                pending[v] <- true
                effort[v] <- operations

                for u in (eqnOf v).Inputs do
                    again u |> ValueOption.iter (mark u)

        let isReduction (v: int) = not (g.Avals[v].Shape.Equals r.Shape)

        // Something must be left to do, or the region would only have moved.
        if not (Array.exists isReduction results) then
            results
        else
            results
            |> Array.filter (fun v ->
                let readable =
                    readers[v].Length = uses[v]
                    && readers[v] |> Array.forall (fun j -> r.Members.BinarySearch j >= 0 || isElementwise j)

                match (if isReduction v || not readable then ValueNone else again v) with
                | ValueSome n when n <= maxEffort ->
                    mark v n
                    false
                | _ -> true)

    /// Makes sure that a variable is there for an equation that is not in a region.
    let rec need (v: int) =
        if not (isNull home[v]) then
            close home[v]

        if pending[v] then
            pending[v] <- false
            Array.iter need (eqnOf v).Inputs
            let slot = (eqnOf v).Inputs |> Array.fold (fun at u -> max at readyAt[u]) definedBy[v]
            put slot (eqnOf v) ValueNone

    /// Ends a region and puts it into the program.
    and close (r: Open) =
        if not r.IsClosed then
            let slot = fetch r
            r.IsClosed <- true
            r.Members.Sort()

            for i in r.Members do
                home[g.Eqns[i].Outputs[0]] <- null

            if worthwhile r then
                let read = Dictionary<int, int>()

                for i in r.Members do
                    for v in g.Eqns[i].Inputs do
                        read[v] <-
                            (match read.TryGetValue v with
                             | true, n -> n + 1
                             | _ -> 1)

                let results = [|
                    for i in r.Members do
                        let v = g.Eqns[i].Outputs[0]

                        let inner =
                            match read.TryGetValue v with
                            | true, n -> n
                            | _ -> 0

                        if uses[v] > inner then
                            v
                |]

                if results.Length > 0 then
                    place r slot (forget r results)
            else
                for i in r.Members do
                    Array.iter need g.Eqns[i].Inputs
                    keep i

    /// Puts an elementwise equation into the region of its operands, or a new one.
    let join (i: int) (lanes: int) =
        let e = g.Eqns[i]
        let shape = g.Avals[e.Outputs[0]].Shape
        let mutable target: Open = null

        // A region that reduces an operand reads it anyway.
        let beside v =
            match reading.TryGetValue v with
            | true, r when r.IsReading && not r.IsClosed && r.Shape.Equals shape -> r
            | _ -> null

        for v in e.Inputs do
            let r = if isNull home[v] then beside v else home[v]

            if not (isNull r) && not (obj.ReferenceEquals(r, target)) then
                let isFull = r.Members.Count >= maxMembers

                if not (agrees r.Lanes lanes) || not (r.Shape.Equals shape) || isFull then
                    if not (isNull home[v]) then
                        close r
                elif isNull target then
                    target <- r
                elif agrees r.Lanes target.Lanes && r.Members.Count + target.Members.Count < maxMembers then
                    let small, large = if r.Members.Count < target.Members.Count then r, target else target, r

                    for m in small.Members do
                        large.Members.Add m
                        home[g.Eqns[m].Outputs[0]] <- large

                    large.Lanes <- max large.Lanes small.Lanes
                    large.IsReading <- large.IsReading || small.IsReading
                    small.IsClosed <- true
                    target <- large
                elif not (isNull home[v]) then
                    close r

        if isNull target then
            target <- Open shape

        addTo target i lanes

        for v in e.Inputs do
            if isNull home[v] && not pending[v] then
                reading[v] <- target

    /// Begins a region with a reduction of something in memory, or adds it to one that reads the same.
    let reduce (i: int) (v: int) =
        let bytes = Lower.laneBytes g.Avals[v].DType

        let r =
            match reading.TryGetValue v with
            | true, r when
                not r.IsClosed
                && r.Shape.Equals g.Avals[v].Shape
                && agrees r.Lanes bytes
                && r.Members.Count < maxMembers
                ->
                r
            | _ -> Open(g.Avals[v].Shape, IsReading = true)

        addTo r i bytes
        reading[v] <- r

    member _.Run() : Fused =
        let inLane v = Lower.laneBytes g.Avals[v].DType >= 0

        for i in 0 .. g.Eqns.Length - 1 do
            let e = g.Eqns[i]
            current <- i

            if not fetched[i] then
                match e.Prim with
                | Prim.Full _ when inLane e.Outputs[0] -> pending[e.Outputs[0]] <- true
                | Prim.Broadcast _ when inLane e.Outputs[0] ->
                    // The operand is read from memory, wherever the broadcast goes.
                    if (filled e.Inputs[0]).IsNone then
                        need e.Inputs[0]

                    pending[e.Outputs[0]] <- true
                | Prim.Reduce(op, axes) when isPart op axes e.Inputs[0] -> addTo home[e.Inputs[0]] i 0
                | Prim.Reduce(op, axes) when
                    isNull home[e.Inputs[0]]
                    && not pending[e.Inputs[0]]
                    && g.Avals[e.Inputs[0]].Size >= minReduction
                    && isReducible op axes e.Inputs[0]
                    ->
                    reduce i e.Inputs[0]
                | Prim.StopGradient when isNull home[e.Inputs[0]] ->
                    need e.Inputs[0]
                    keep i
                | _ ->
                    let lanes = lanesOf e

                    if lanes >= 0 then
                        join i lanes
                    else
                        Array.iter need e.Inputs
                        keep i

        current <- g.Eqns.Length
        Array.iter need g.Outputs
        let all = slots |> Seq.collect List.rev |> Seq.toArray

        {
            Graph = { g with Eqns = all |> Array.map (fun (struct (e, _)) -> e) }
            Regions = all |> Array.map (fun (struct (_, r)) -> r)
        }

/// The graph with its regions as single equations; the graph as it is where that is not wanted.
let run (wanted: bool) (g: Graph) : Fused =
    if wanted then
        Walk(g).Run()
    else
        { Graph = g; Regions = g.Eqns |> Array.map (fun _ -> ValueNone) }
