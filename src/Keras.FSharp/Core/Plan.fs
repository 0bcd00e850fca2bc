/// Memory planning: which variable dies where, and where each one lies: in one arena, in the memory of an input that
/// was given away, or in a buffer that leaves the program. Knows nothing of backends.
namespace Keras.FSharp

open System
open System.Collections.Generic

/// Where the elements of a variable lie while a program runs.
[<RequireQualifiedAccess; Struct; NoComparison>]
type internal Slot =
    /// Nowhere: the variable is neither defined nor used.
    | Absent
    /// In the arena of the program.
    | Arena of offset: int64
    /// In the buffer of an input. Other variables than the input itself may take its memory over once it is dead.
    | Input of input: int
    /// Where that variable lies.
    | Alias of variable: int
    /// In a buffer made for that result of the program.
    | Output of output: int
    /// In the constant at that position.
    | Constant of constant: int
    /// In memory that the equation which defines that variable makes when it runs.
    | Foreign of variable: int

/// What the planner must know of the equations, each by its number.
type internal Needs = {
    /// May the equation write a result over that operand (of as many elements of the same width)?
    InPlace: int -> int -> bool
    /// How many bytes the equation needs for itself alone.
    Scratch: int -> int64
    /// Does the equation make the memory of its results itself?
    Allocates: int -> bool
}

/// The memory of a program.
type internal Layout = {
    /// Per variable.
    Slots: Slot[]
    /// Per equation: the offset of its scratch memory in the arena, -1 where it asked for none.
    Scratch: int64[]
    /// The size of the arena.
    ArenaBytes: int64
    /// The variables in memory that equations make, each with its last use (`Int32.MaxValue` for what leaves).
    Foreign: struct (int * int)[]
}

/// An allocator that only does the book-keeping: best fit, neighbours merged, and it grows at the end as needed.
[<Sealed>]
type internal Packer() =
    let bySize = SortedSet<struct (int64 * int64)>()
    let byStart = Dictionary<int64, int64>()
    let byEnd = Dictionary<int64, int64>()
    let mutable size = 0L

    let add start length =
        bySize.Add(struct (length, start)) |> ignore
        byStart[start] <- length
        byEnd[start + length] <- start

    let remove start length =
        bySize.Remove(struct (length, start)) |> ignore
        byStart.Remove start |> ignore
        byEnd.Remove(start + length) |> ignore

    /// All offsets and lengths are multiples of it: a cache line, and the widest vector.
    static member Alignment = 64L

    /// The highest end of anything that was ever taken.
    member _.Size = size

    /// Room for `bytes`; the offset.
    member _.Take(bytes: int64) : int64 =
        let length =
            max Packer.Alignment ((bytes + Packer.Alignment - 1L) / Packer.Alignment * Packer.Alignment)

        // The smallest block that is large enough.
        let mutable fitting =
            bySize.GetViewBetween(struct (length, 0L), struct (Int64.MaxValue, Int64.MaxValue)).GetEnumerator()

        if fitting.MoveNext() then
            let struct (found, start) = fitting.Current
            remove start found

            if found > length then
                add (start + length) (found - length)

            start
        else
            // A free block at the very end grows instead of being left behind.
            match byEnd.TryGetValue size with
            | true, start ->
                remove start (size - start)
                size <- start + length
                start
            | _ ->
                let start = size
                size <- size + length
                start

    /// Gives room back that `Take bytes` had found at `start`.
    member _.Give(start: int64, bytes: int64) : unit =
        let length =
            max Packer.Alignment ((bytes + Packer.Alignment - 1L) / Packer.Alignment * Packer.Alignment)

        let mutable first = start
        let mutable last = start + length

        match byEnd.TryGetValue start with
        | true, before ->
            remove before (start - before)
            first <- before
        | _ -> ()

        match byStart.TryGetValue last with
        | true, after ->
            remove last after
            last <- last + after
        | _ -> ()

        add first (last - first)

/// Liveness and memory of graphs.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Plan =
    /// Where variables are defined, used for the last time and dead. `donated` says per input whether its memory may be
    /// reused. Linear in the number of equations.
    let make (graph: Graph) (donated: bool[]) : Plan =
        if donated.Length <> graph.Inputs.Length then
            Fail.value
                "Plan.make"
                $"the graph has {graph.Inputs.Length} inputs, {donated.Length} donation flags were given"
                "Give one flag per input."

        let count = graph.Avals.Length
        let definedBy = Array.create count -1
        let lastUse = Array.create count -1
        let keeps = Array.zeroCreate<bool> count

        for i in 0 .. graph.Inputs.Length - 1 do
            if not donated[i] then
                keeps[graph.Inputs[i]] <- true

        for struct (v, _) in graph.Constants do
            keeps[v] <- true

        for v in graph.Outputs do
            keeps[v] <- true

        for i in 0 .. graph.Eqns.Length - 1 do
            let e = graph.Eqns[i]

            for v in e.Inputs do
                lastUse[v] <- i

            for v in e.Outputs do
                definedBy[v] <- i
                lastUse[v] <- i

        let dead =
            graph.Eqns
            |> Array.mapi (fun i e ->
                let here = List<int>()

                let note v =
                    if lastUse[v] = i && not keeps[v] && not (here.Contains v) then
                        here.Add v

                Array.iter note e.Inputs
                Array.iter note e.Outputs
                here.ToArray())

        for v in graph.Outputs do
            lastUse[v] <- Int32.MaxValue

        {
            Graph = graph
            Donated = donated
            Dead = dead
            DefinedBy = definedBy
            LastUse = lastUse
        }

    /// True where the results are the operands themselves, one by one, only under another shape or type.
    let internal isAlias (p: Prim) : bool =
        match p with
        | Prim.Reshape _
        | Prim.Bitcast _
        | Prim.StopGradient
        | Prim.Barrier -> true
        | _ -> false

    /// Per variable the one whose memory it shares because it is a view of it (itself where it is none), and per such
    /// root the last use of any of its views.
    let private roots (plan: Plan) =
        let g = plan.Graph
        let root = Array.init g.Avals.Length id

        for e in g.Eqns do
            if isAlias e.Prim then
                for k in 0 .. e.Outputs.Length - 1 do
                    root[e.Outputs[k]] <- root[e.Inputs[k]]

        let last = Array.create g.Avals.Length -1

        for v in 0 .. root.Length - 1 do
            last[root[v]] <- max last[root[v]] plan.LastUse[v]

        struct (root, last)

    /// Who owns a piece of memory; decided while walking over the equations.
    [<Struct>]
    type private Owner =
        | Temporary
        | OfInput of input: int
        | OfOutput of output: int
        | OfConstant of constant: int
        | OfEquation

    /// Gives every variable its place. An operand that dies is overwritten where that is possible; a result that leaves
    /// the program lies in the memory of a donated input of its size where one is dead by then. Costs O(n log n).
    let internal layout (plan: Plan) (needs: Needs) : Layout =
        let g = plan.Graph
        let struct (root, last) = roots plan
        let count = g.Avals.Length
        let bytes v = g.Avals[v].ByteSize
        let outputOf = Array.create count -1

        for i in g.Outputs.Length - 1 .. -1 .. 0 do
            outputOf[root[g.Outputs[i]]] <- i

        // Pieces of memory are named by the first variable that lies there.
        let piece = Array.create count -1
        let owner = Array.create count Temporary
        let first = Array.create count -1
        let final = Array.create count -1

        for struct (i, (struct (v, _))) in g.Constants |> Seq.mapi (fun i c -> struct (i, c)) do
            piece[v] <- v
            owner[v] <- OfConstant i

        // Inputs given away whose memory is free by now, by size.
        let free = Dictionary<int64, Stack<int>>()

        let giveBack v =
            match free.TryGetValue(bytes v) with
            | true, s -> s.Push v
            | _ -> free[bytes v] <- Stack [ v ]

        for i in 0 .. g.Inputs.Length - 1 do
            let v = g.Inputs[i]
            piece[v] <- v
            owner[v] <- OfInput i

            if plan.Donated[i] && last[v] < 0 then
                giveBack v

        let mayTake p =
            match owner[p] with
            | Temporary -> true
            | OfInput i -> plan.Donated[i]
            | OfOutput _
            | OfConstant _
            | OfEquation -> false

        let isInput p =
            match owner[p] with
            | OfInput _ -> true
            | _ -> false

        let stamp = Array.create count -1

        for i in 0 .. g.Eqns.Length - 1 do
            let e = g.Eqns[i]

            if needs.Allocates i then
                for o in e.Outputs do
                    piece[o] <- o
                    owner[o] <- OfEquation
            elif not (isAlias e.Prim) then
                for o in e.Outputs do
                    let leaves = outputOf[o] >= 0
                    let mutable best = -1

                    for k in 0 .. e.Inputs.Length - 1 do
                        let r = root[e.Inputs[k]]
                        let p = piece[r]

                        let fits () =
                            last[r] = i
                            && stamp[r] <> i
                            && mayTake p
                            && g.Avals[r].Size = g.Avals[o].Size
                            && bytes r = bytes o
                            && needs.InPlace i k
                            && Seq.forall
                                (fun m -> root[e.Inputs[m]] <> r || needs.InPlace i m)
                                (seq { 0 .. e.Inputs.Length - 1 })

                        // A donated input is the better choice only for what leaves the program. Of equals the first is
                        // taken, so that operands and results that follow one another pair up.
                        if fits () && (best < 0 || (isInput p = leaves && isInput piece[best] <> leaves)) then
                            best <- r

                    let fromPool =
                        match free.TryGetValue(bytes o) with
                        | true, s when leaves && s.Count > 0 && (best < 0 || not (isInput piece[best])) -> s.Pop()
                        | _ -> -1

                    let p =
                        if fromPool >= 0 then
                            piece[fromPool]
                        elif best >= 0 then
                            stamp[best] <- i
                            piece[best]
                        else
                            first[o] <- i
                            o

                    piece[o] <- p

                    if leaves && owner[p] = Temporary then
                        owner[p] <- OfOutput outputOf[o]

            let dies v =
                let r = root[v]

                if last[r] = i && stamp[r] <> i then
                    stamp[r] <- i
                    final[piece[r]] <- i

                    if isInput piece[r] && mayTake piece[r] then
                        giveBack piece[r]

            Array.iter dies e.Inputs
            Array.iter dies e.Outputs

        // Packing: what begins and ends at each equation, as linked lists.
        let n = g.Eqns.Length
        let beginsAt = Array.create n -1
        let endsAt = Array.create n -1
        let nextBegin = Array.create count -1
        let nextEnd = Array.create count -1

        for v in count - 1 .. -1 .. 0 do
            if piece[v] = v && first[v] >= 0 && owner[v] = Temporary then
                nextBegin[v] <- beginsAt[first[v]]
                beginsAt[first[v]] <- v
                nextEnd[v] <- endsAt[final[v]]
                endsAt[final[v]] <- v

        let packer = Packer()
        let offset = Array.create count -1L
        let scratchAt = Array.create n -1L

        for i in 0 .. n - 1 do
            let mutable v = beginsAt[i]

            while v >= 0 do
                offset[v] <- packer.Take(bytes v)
                v <- nextBegin[v]

            let own = needs.Scratch i

            if own > 0L then
                scratchAt[i] <- packer.Take own
                packer.Give(scratchAt[i], own)

            v <- endsAt[i]

            while v >= 0 do
                packer.Give(offset[v], bytes v)
                v <- nextEnd[v]

        let slot v =
            if root[v] <> v then
                Slot.Alias root[v]
            elif piece[v] < 0 then
                Slot.Absent
            else
                match owner[piece[v]] with
                | Temporary -> Slot.Arena offset[piece[v]]
                | OfInput i -> Slot.Input i
                | OfOutput i -> Slot.Output i
                | OfConstant i -> Slot.Constant i
                | OfEquation -> Slot.Foreign piece[v]

        {
            Slots = Array.init count slot
            Scratch = scratchAt
            ArenaBytes = packer.Size
            Foreign = [|
                for v in 0 .. count - 1 do
                    if owner[v] = OfEquation then
                        struct (v, last[v])
            |]
        }

    /// Where a variable really lies: its slot with views resolved.
    let internal resolve (layout: Layout) (v: int) : Slot =
        match layout.Slots[v] with
        | Slot.Alias r -> layout.Slots[r]
        | s -> s

    /// Checks a layout the slow way and tells every conflict: two variables alive at the same time in the same bytes,
    /// or memory overwritten that was not given away. Empty where all is well; for tests.
    let internal validate (plan: Plan) (needs: Needs) (layout: Layout) : string list =
        let g = plan.Graph
        let struct (root, last) = roots plan
        let faults = List<string>()

        // The memory of a root: which space, from where to where.
        let place r =
            match layout.Slots[r] with
            | Slot.Arena o -> ValueSome(struct ("arena", o, o + g.Avals[r].ByteSize))
            | Slot.Input i -> ValueSome(struct ($"input {i}", 0L, g.Avals[r].ByteSize))
            | Slot.Output i -> ValueSome(struct ($"output {i}", 0L, g.Avals[r].ByteSize))
            | Slot.Constant i -> ValueSome(struct ($"constant {i}", 0L, g.Avals[r].ByteSize))
            | Slot.Foreign v -> ValueSome(struct ($"foreign {v}", 0L, g.Avals[r].ByteSize))
            | Slot.Alias _
            | Slot.Absent -> ValueNone

        let live = Dictionary<int, struct (string * int64 * int64)>()

        let settle r =
            match place r with
            | ValueSome p -> live[r] <- p
            | ValueNone -> faults.Add $"variable {r} has no memory"

        for i in 0 .. g.Inputs.Length - 1 do
            if last[g.Inputs[i]] >= 0 || not plan.Donated[i] then
                settle g.Inputs[i]

        for struct (v, _) in g.Constants do
            settle v

        let forever =
            HashSet<int>(
                Seq.append
                    (g.Constants |> Seq.map (fun (struct (v, _)) -> v))
                    (g.Inputs |> Seq.indexed |> Seq.filter (fun (i, _) -> not plan.Donated[i]) |> Seq.map snd)
            )

        let overlap (struct (s: string, a: int64, b: int64)) (struct (t: string, c, d)) = s = t && a < d && c < b

        for i in 0 .. g.Eqns.Length - 1 do
            let e = g.Eqns[i]

            let mayOverwrite r =
                last[r] = i
                && not (forever.Contains r)
                && e.Inputs |> Array.exists (fun v -> root[v] = r)
                && Seq.forall (fun k -> root[e.Inputs[k]] <> r || needs.InPlace i k) (seq { 0 .. e.Inputs.Length - 1 })

            for v in e.Inputs do
                if not (live.ContainsKey root[v]) then
                    faults.Add $"equation {i} reads variable {v} that is not alive"

            if layout.Scratch[i] >= 0L then
                let own = struct ("arena", layout.Scratch[i], layout.Scratch[i] + 1L)

                for other in live do
                    if overlap own other.Value then
                        faults.Add $"scratch of equation {i} lies on variable {other.Key}"

            if not (isAlias e.Prim) then
                for o in e.Outputs do
                    match place o with
                    | ValueNone -> faults.Add $"variable {o} has no memory"
                    | ValueSome p ->
                        for other in live do
                            let same =
                                other.Value = p && mayOverwrite other.Key && not (Array.contains other.Key e.Outputs)

                            if overlap p other.Value && not same then
                                faults.Add $"equation {i} writes variable {o} over variable {other.Key}"

                        match layout.Slots[o] with
                        | Slot.Arena a when a + g.Avals[o].ByteSize > layout.ArenaBytes || a % Packer.Alignment <> 0L ->
                            faults.Add $"variable {o} is not aligned or not inside the arena"
                        | Slot.Input k when not plan.Donated[k] -> faults.Add $"variable {o} overwrites input {k}"
                        | Slot.Constant k -> faults.Add $"variable {o} overwrites constant {k}"
                        | _ -> ()

                for o in e.Outputs do
                    settle o

            for v in Seq.append e.Inputs e.Outputs do
                if last[root[v]] = i && not (forever.Contains root[v]) then
                    live.Remove root[v] |> ignore

        for v in g.Outputs do
            if not (live.ContainsKey root[v]) then
                faults.Add $"result {v} is not alive at the end"

        List.ofSeq faults
