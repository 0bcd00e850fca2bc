/// Reverse mode: a tape of what depends on the differentiated arguments, walked backward. The rules are tensor functions
/// of the level below, so tapes nest and can be captured in graphs.
namespace Keras.FSharp

open System.Collections.Generic

/// Records operations for the backward walk.
[<Sealed; AllowNullLiteral>]
type internal TapeTrace() =
    inherit Trace(Core.newLevel (), "grad")
    let nodes = List<TapeNode>()

    /// The recorded operations, in order.
    member _.Nodes = nodes

    /// The value of the level below.
    member t.Primal(x: Tensor) : Tensor =
        match x.Value with
        | Value.Traced(owner, Payload.Taped(p, _, _)) when obj.ReferenceEquals(owner, t) -> p
        | _ -> x

    member private t.Wrap(node: TapeNode, i: int, y: Tensor) : Tensor =
        if DType.isDifferentiable y.DType then
            Tensor(y.Aval, Value.Traced(t, Payload.Taped(y, node, i)))
        else
            y

    /// An argument to differentiate with respect to.
    member t.Leaf(x: Tensor) : struct (Tensor * TapeNode) =
        let node = TapeNode(nodes.Count, Prim.StopGradient, [||], [| x |], [||], [||])
        nodes.Add node
        struct (t.Wrap(node, 0, x), node)

    /// A scan that also returns the carries each step began with: the backward scan needs them.
    static member private KeepCarries(d: ScanDims) : ScanDims =
        let carries = Array.sub d.Body.Inputs d.Consts d.Carries

        {
            d with
                Body = { d.Body with Outputs = Array.append d.Body.Outputs carries }
        }

    /// A loop that also counts its steps, in one more value of its state: the backward loop needs their number.
    static member private CountSteps(cond: Graph, body: Graph, cc: int, bc: int) : Prim =
        let counted (g: Graph) (last: Tensor -> Tensor[]) =
            let n = g.Inputs.Length

            Stage.trace
                "grad"
                (fun args -> Array.append (Core.interpret g (Array.truncate n args)) (last args[n]))
                (Array.append (g.Inputs |> Array.map (fun v -> g.Avals[v])) [| Aval.make DType.Int32 Dims.Empty |])

        let next (count: Tensor) = [| Lax.add count (Lax.scalarInt DType.Int32 1L) |]
        Prim.While(counted cond (fun _ -> [||]), counted body next, cc, bc)

    override t.Bind(p: Prim, xs: Tensor[]) : Tensor[] =
        match p with
        | Prim.Call c when c.Vjp.IsNone -> c.Decompose xs
        | _ ->
            let primals = Array.map t.Primal xs
            let avals = primals |> Array.map (fun x -> x.Aval)

            match Derivatives.rule p avals with
            | Derivative.Zero -> Core.bind p primals
            | _ ->
                let parents, parentOutputs =
                    xs
                    |> Array.map (fun x ->
                        match x.Value with
                        | Value.Traced(owner, Payload.Taped(_, node, i)) when obj.ReferenceEquals(owner, t) -> node, i
                        | _ -> null, 0)
                    |> Array.unzip

                // What is recorded may give more than what was asked for, or take more.
                let p, more, visible =
                    match p with
                    | Prim.Scan d -> Prim.Scan(TapeTrace.KeepCarries d), [||], d.Body.Outputs.Length
                    | Prim.While(cond, body, cc, bc) ->
                        let none = Lax.scalarInt DType.Int32 0L
                        TapeTrace.CountSteps(cond, body, cc, bc), [| none |], body.Outputs.Length
                    | _ -> p, [||], -1

                let primals = Array.append primals more
                let parents = Array.append parents (more |> Array.map (fun _ -> null))
                let parentOutputs = Array.append parentOutputs (more |> Array.map (fun _ -> 0))
                let ys = Core.bind p primals
                let node = TapeNode(nodes.Count, p, primals, ys, parents, parentOutputs)
                nodes.Add node
                let shown = if visible < 0 then ys else Array.truncate visible ys
                shown |> Array.mapi (fun i y -> t.Wrap(node, i, y))

/// Reverse mode.
[<RequireQualifiedAccess>]
module internal Tape =
    let private orZero (like: Aval) (g: Tensor) : Tensor = if isNull g then Lax.zeros like else g

    let private isDiff (a: Aval) = DType.isDifferentiable a.DType

    /// The positions that satisfy the condition.
    let private where (f: int -> bool) (n: int) : int[] = Array.filter f (Array.init n id)

    /// `f` at `xs`, further values that `f` returns, and the function from cotangents of the results (null: zero) to
    /// cotangents of `xs` (null: zero).
    let rec vjpAux
        (f: Tensor[] -> struct (Tensor[] * Tensor[]))
        (xs: Tensor[])
        : struct (Tensor[] * Tensor[] * (Tensor[] -> Tensor[])) =
        let t = TapeTrace()
        let leaves = xs |> Array.map (fun x -> t.Leaf x)

        let struct (outs, aux) =
            try
                f (leaves |> Array.map (fun struct (x, _) -> x))
            finally
                t.IsOpen <- false

        let pullback (cotangents: Tensor[]) : Tensor[] =
            // Per node the cotangents of its results; empty while there are none.
            let cts: Tensor[][] = Array.create t.Nodes.Count [||]

            let add (node: TapeNode) (i: int) (g: Tensor) =
                if cts[node.Index].Length = 0 then
                    cts[node.Index] <- Array.zeroCreate node.Outputs.Length

                let row = cts[node.Index]
                row[i] <- if isNull row[i] then g else Lax.add row[i] g

            outs
            |> Array.iteri (fun i y ->
                match y.Value with
                | Value.Traced(owner, Payload.Taped(_, node, k)) when
                    obj.ReferenceEquals(owner, t) && not (isNull cotangents[i])
                    ->
                    add node k cotangents[i]
                | _ -> ())

            for i in t.Nodes.Count - 1 .. -1 .. xs.Length do
                let node = t.Nodes[i]

                if cts[i].Length > 0 then
                    let gs = pull node cts[i]

                    for k in 0 .. gs.Length - 1 do
                        if not (isNull node.Parents[k]) && not (isNull gs[k]) then
                            add node.Parents[k] node.ParentOutputs[k] gs[k]

                    cts[i] <- [||]

            leaves
            |> Array.map (fun struct (_, leaf) -> if cts[leaf.Index].Length = 0 then null else cts[leaf.Index][0])

        let ys, rest = Array.map t.Primal outs, Array.map t.Primal aux
        Array.iter (Core.checkResult "grad") ys
        Array.iter (Core.checkResult "grad") rest
        struct (ys, rest, pullback)

    /// `f` at `xs`, and the function from cotangents of the results to cotangents of `xs` (null: zero).
    and vjp (f: Tensor[] -> Tensor[]) (xs: Tensor[]) : struct (Tensor[] * (Tensor[] -> Tensor[])) =
        let struct (ys, _, pullback) = vjpAux (fun xs -> struct (f xs, [||])) xs
        struct (ys, pullback)

    /// Cotangents of a node's inputs.
    and private pull (node: TapeNode) (gs: Tensor[]) : Tensor[] =
        let xs, ys = node.Inputs, node.Outputs
        let needs = node.Parents |> Array.map (fun p -> not (isNull p))
        let each f = Array.init xs.Length (fun i -> if needs[i] then f i else null)

        match Derivatives.rule node.Prim (xs |> Array.map (fun x -> x.Aval)) with
        | Derivative.Zero -> Array.zeroCreate xs.Length
        | Derivative.Pointwise partial ->
            each (fun i ->
                let d = partial i xs ys[0]
                if isNull d then null else Lax.mul gs[0] d)
        | Derivative.Linear(mask, transpose) -> each (fun i -> if mask[i] then transpose i xs gs[0] else null)
        | Derivative.Bilinear transpose -> each (fun i -> transpose i xs gs[0])
        | Derivative.Pullback f -> f needs xs ys gs
        | Derivative.Control ->
            match node.Prim with
            | Prim.Cond branches -> pullCond branches needs xs gs
            | Prim.Scan d -> pullScan d needs xs ys gs
            | Prim.While(_, body, cc, bc) -> pullWhile body cc bc needs xs ys gs
            | other -> Fail.runtime "grad" $"{Prims.name other} has no derivative as control flow" ""

    /// The graph of the pullback of `g` with respect to the inputs at `wanted`, as a function of all inputs of `g` and
    /// the cotangents of its outputs at `given`.
    and private pullbackGraph (g: Graph) (wanted: int[]) (given: int[]) : Graph =
        let ins = g.Inputs |> Array.map (fun v -> g.Avals[v])
        let outs = g.Outputs |> Array.map (fun v -> g.Avals[v])
        let n = ins.Length

        Stage.trace
            "grad"
            (fun args ->
                let fixedInputs = Array.truncate n args

                let run (diff: Tensor[]) =
                    let inputs = Array.copy fixedInputs
                    wanted |> Array.iteri (fun k i -> inputs[i] <- diff[k])
                    Core.interpret g inputs

                let struct (_, pullback) = vjp run (wanted |> Array.map (fun i -> fixedInputs[i]))
                let cts: Tensor[] = Array.zeroCreate outs.Length
                given |> Array.iteri (fun k i -> cts[i] <- args[n + k])
                Array.map2 (fun i ct -> orZero ins[i] ct) wanted (pullback cts))
            (Array.append ins (given |> Array.map (fun i -> outs[i])))

    and private pullCond (branches: Graph[]) (needs: bool[]) (xs: Tensor[]) (gs: Tensor[]) : Tensor[] =
        let given = where (fun i -> not (isNull gs[i])) gs.Length
        let wanted = where (fun i -> needs[i + 1]) (xs.Length - 1)
        let pulled = branches |> Array.map (fun b -> pullbackGraph b wanted given)
        let results = Core.bind (Prim.Cond pulled) (Array.append xs (given |> Array.map (fun i -> gs[i])))
        let cts: Tensor[] = Array.zeroCreate xs.Length
        wanted |> Array.iteri (fun k i -> cts[i + 1] <- results[k])
        cts

    /// The backward scan: its carries are the cotangents of the carries and the sums of those of the constants.
    and private pullScan (d: ScanDims) (needs: bool[]) (xs: Tensor[]) (ys: Tensor[]) (gs: Tensor[]) : Tensor[] =
        let c, k = d.Consts, d.Carries
        let sequences = xs.Length - c - k
        let stackedCount = ys.Length - 2 * k

        let body = {
            d.Body with
                Outputs = Array.truncate (k + stackedCount) d.Body.Outputs
        }

        let ins = body.Inputs |> Array.map (fun v -> body.Avals[v])
        let outs = body.Outputs |> Array.map (fun v -> body.Avals[v])
        let carries = where (fun i -> isDiff ins[c + i]) k
        let consts = where (fun i -> needs[i]) c
        let wantedSequences = where (fun i -> needs[c + k + i]) sequences
        let givenStacked = where (fun i -> isDiff outs[k + i] && not (isNull gs[k + i])) stackedCount

        let wanted =
            Array.concat [
                consts
                carries |> Array.map (fun i -> c + i)
                wantedSequences |> Array.map (fun i -> c + k + i)
            ]

        let given = Array.append carries (givenStacked |> Array.map (fun i -> k + i))
        let pulled = pullbackGraph body wanted given
        let nc, nk = consts.Length, carries.Length
        let avalsOf (indices: int[]) = indices |> Array.map (fun i -> ins[i])
        let constAvals = Array.sub ins 0 c

        // Operands of the backward body: constants; sums for constants, cotangents of carries; carries, slices and
        // cotangents of the stacked outputs of this step.
        let backward =
            Stage.trace
                "grad"
                (fun args ->
                    let part first count = Array.sub args first count
                    let constants = part 0 c
                    let sums = part c nc
                    let carryCts = part (c + nc) nk
                    let carryIn = part (c + nc + nk) k
                    let slices = part (c + nc + nk + k) sequences
                    let stackedCts = part (c + nc + nk + k + sequences) givenStacked.Length

                    let results =
                        Core.interpret pulled (Array.concat [ constants; carryIn; slices; carryCts; stackedCts ])

                    Array.concat [ Array.map2 Lax.add sums (Array.truncate nc results); Array.skip nc results ])
                (Array.concat [
                    constAvals
                    avalsOf consts
                    avalsOf (carries |> Array.map (fun i -> c + i))
                    Array.sub ins c k
                    Array.skip (c + k) ins
                    givenStacked |> Array.map (fun i -> outs[k + i])
                ])

        let results =
            Core.bind
                (Prim.Scan {
                    Body = backward
                    Consts = c
                    Carries = nc + nk
                    Length = d.Length
                    Reverse = not d.Reverse
                })
                (Array.concat [
                    Array.sub xs 0 c
                    consts |> Array.map (fun i -> Lax.zeros ins[i])
                    carries |> Array.map (fun i -> orZero ins[c + i] gs[i])
                    Array.skip (k + stackedCount) ys
                    Array.skip (c + k) xs
                    givenStacked |> Array.map (fun i -> gs[k + i])
                ])

        let cts: Tensor[] = Array.zeroCreate xs.Length
        consts |> Array.iteri (fun n i -> cts[i] <- results[n])
        carries |> Array.iteri (fun n i -> cts[c + i] <- results[nc + n])
        wantedSequences |> Array.iteri (fun n i -> cts[c + k + i] <- results[nc + nk + n])
        cts

    /// The backward loop of a loop that counts its steps. How many there will be is not known beforehand, so that none is
    /// stored: each step computes its state again from the first one.
    and private pullWhile
        (body: Graph)
        (cc: int)
        (bc: int)
        (needs: bool[])
        (xs: Tensor[])
        (ys: Tensor[])
        (gs: Tensor[])
        : Tensor[] =
        let n = xs.Length - cc - bc
        let ins = body.Inputs |> Array.map (fun v -> body.Avals[v])
        let count = Aval.make DType.Int32 Dims.Empty
        let state = where (fun i -> isDiff ins[bc + i]) n
        let consts = where (fun i -> needs[cc + i]) bc
        let stateAvals = state |> Array.map (fun i -> ins[bc + i])
        let constAvals = consts |> Array.map (fun i -> ins[i])
        let pulled = pullbackGraph body (Array.append consts (state |> Array.map (fun i -> bc + i))) state

        // The count is the last value of the state.
        let before =
            Stage.trace "grad" (fun args -> [| Lax.lt args[n] args[0] |]) (Array.append [| count |] (Array.skip bc ins))

        let isLeft =
            Stage.trace
                "grad"
                (fun args -> [| Lax.gt args[0] (Lax.zerosLike args[0]) |])
                (Array.concat [ [| count |]; stateAvals; constAvals ])

        // Operands: constants and first state of the loop; steps left, cotangents of the state, sums for constants.
        let backward =
            Stage.trace
                "grad"
                (fun args ->
                    let part first count = Array.sub args first count
                    let constants, init = part 0 bc, part bc n
                    let step = Lax.sub args[bc + n] (Lax.scalarInt DType.Int32 1L)
                    let cotangents = part (bc + n + 1) state.Length
                    let sums = part (bc + n + 1 + state.Length) consts.Length
                    let at = Core.bind (Prim.While(before, body, 1, bc)) (Array.concat [ [| step |]; constants; init ])
                    let results = Core.interpret pulled (Array.concat [ constants; at; cotangents ])

                    Array.concat [
                        [| step |]
                        Array.skip consts.Length results
                        Array.map2 Lax.add sums (Array.truncate consts.Length results)
                    ])
                (Array.concat [ ins; [| count |]; stateAvals; constAvals ])

        let results =
            Core.bind
                (Prim.While(isLeft, backward, 0, bc + n))
                (Array.concat [
                    Array.skip cc xs
                    [| ys[n - 1] |]
                    state |> Array.map (fun i -> orZero ins[bc + i] gs[i])
                    consts |> Array.map (fun i -> Lax.zeros ins[i])
                ])

        let cts: Tensor[] = Array.zeroCreate xs.Length
        state |> Array.iteri (fun k i -> cts[cc + bc + i] <- results[1 + k])
        consts |> Array.iteri (fun k i -> cts[cc + i] <- results[1 + state.Length + k])
        cts
