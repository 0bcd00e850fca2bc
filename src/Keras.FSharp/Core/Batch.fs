/// The vmap transformation: an interpreter that carries a leading axis through every operation.
namespace Keras.FSharp

/// Carries one mapped axis of a given size.
[<Sealed; AllowNullLiteral>]
type internal BatchTrace(size: int) =
    inherit Trace(Core.newLevel (), "vmap")

    /// The value of the level below, and whether it has the mapped axis.
    member t.Value(x: Tensor) : struct (Tensor * bool) =
        match x.Value with
        | Value.Traced(owner, Payload.Batched v) when obj.ReferenceEquals(owner, t) -> struct (v, true)
        | _ -> struct (x, false)

    /// A tensor whose axis 0 is the mapped axis, as one example sees it.
    member t.Wrap(x: Tensor) : Tensor =
        Tensor(Aval.withShape (Dims.removeAt 0 x.Shape) x.Aval, Value.Traced(t, Payload.Batched x))

    override t.Bind(p: Prim, xs: Tensor[]) : Tensor[] =
        // Operands are checked as one example sees them, so that messages speak of what the user wrote.
        let values, has = xs |> Array.map (fun x -> let struct (v, b) = t.Value x in v, b) |> Array.unzip
        let all () = Array.map2 (Batchings.materialize size) has values

        match Batchings.rule p with
        | Batching.Pointwise ->
            Infer.outputs p (xs |> Array.map (fun x -> x.Aval)) |> ignore
            Core.bind p (all ()) |> Array.map t.Wrap
        | Batching.Shift f ->
            Infer.outputs p (xs |> Array.map (fun x -> x.Aval)) |> ignore
            Core.bind (f size) (all ()) |> Array.map t.Wrap
        | Batching.Rule f ->
            Infer.outputs p (xs |> Array.map (fun x -> x.Aval)) |> ignore
            f size values has |> Array.map t.Wrap
        | Batching.Composite c when c.LeadingFree -> Core.bind p (all ()) |> Array.map t.Wrap
        | Batching.Composite c when c.IsUnique && c.Vjp.IsSome ->
            Core.bind (Prim.Call(BatchTrace.Mapped(c, size, has))) values |> Array.map t.Wrap
        | Batching.Composite c -> c.Decompose xs
        | Batching.Control -> BatchTrace.Control(p, size, values, has) |> Array.map t.Wrap

    /// Maps `f` over axis 0 of the operands marked; results all have the axis.
    static member Map(size: int, has: bool[], f: Tensor[] -> Tensor[], xs: Tensor[]) : Tensor[] =
        let t = BatchTrace size

        try
            let ys = f (Array.map2 (fun x b -> if b then t.Wrap x else x) xs has)

            ys
            |> Array.map (fun y ->
                let struct (v, b) = t.Value y
                Core.checkResult "vmap" v
                Batchings.materialize size b v)
        finally
            t.IsOpen <- false

    /// A user's operation with a pullback of its own, mapped, with the mapped pullback.
    static member private Mapped(c: Composite, size: int, has: bool[]) : Composite =
        let decompose xs = BatchTrace.Map(size, has, c.Decompose, xs)

        let vjp =
            c.Vjp
            |> ValueOption.map (fun vjp ->
                CompositeVjp(fun xs ys gs ->
                    let given = gs |> Array.map (fun g -> not (isNull g))
                    let present = Array.filter (fun g -> not (isNull g)) gs
                    let n, m = xs.Length, ys.Length

                    // Which inputs get a cotangent is known only after the pullback ran.
                    let mutable missing: bool[] = [||]

                    let flat (args: Tensor[]) =
                        let mutable next = n + m

                        let cts =
                            given
                            |> Array.map (fun b ->
                                if b then
                                    next <- next + 1
                                    args[next - 1]
                                else
                                    null)

                        let back = vjp.Invoke(Array.truncate n args, Array.sub args n m, cts)
                        missing <- back |> Array.map isNull
                        Array.filter (fun g -> not (isNull g)) back

                    let marks = Array.append has (Array.create (m + present.Length) true)
                    let results = BatchTrace.Map(size, marks, flat, Array.concat [ xs; ys; present ])
                    let mutable next = 0

                    Array.init n (fun i ->
                        if missing[i] then
                            null
                        else
                            next <- next + 1
                            let g = results[next - 1]
                            if has[i] then g else Lax.sum (Dims.own [| 0 |]) g)))

        Composite(c.Name, c.Version, c.Attrs, Stage.outputsOf decompose, decompose, vjp, false, true)

    /// The graph of `g` mapped over the inputs marked; outputs at `outs` have the axis (all where it is null).
    static member private Graph(g: Graph, size: int, has: bool[]) : Graph =
        let avals =
            Array.map2
                (fun v b ->
                    let a = g.Avals[v]
                    if b then Aval.withShape (Dims.cons size a.Shape) a else a)
                g.Inputs
                has

        Stage.trace "vmap" (fun xs -> BatchTrace.Map(size, has, Core.interpret g, xs)) avals

    static member private Control(p: Prim, size: int, xs: Tensor[], has: bool[]) : Tensor[] =
        let materialize = Array.map2 (Batchings.materialize size)

        match p with
        | Prim.Cond branches when not has[0] ->
            let operandMarks = Array.skip 1 has
            let mapped = branches |> Array.map (fun b -> BatchTrace.Graph(b, size, operandMarks))
            Core.bind (Prim.Cond mapped) xs
        | Prim.Cond branches ->
            // Examples disagree: every branch runs, and each example picks its own.
            let operandMarks = Array.skip 1 has
            let operands = Array.skip 1 xs
            let last = Lax.scalarInt DType.Int32 (int64 (branches.Length - 1))
            let index = Lax.clamp (Lax.scalarInt DType.Int32 0L) last xs[0]

            let results =
                branches |> Array.map (fun b -> BatchTrace.Map(size, operandMarks, Core.interpret b, operands))

            let mutable chosen = results[0]

            for k in 1 .. branches.Length - 1 do
                let mine = Lax.eq index (Lax.scalarInt DType.Int32 (int64 k))

                chosen <-
                    Array.map2
                        (fun (old: Tensor) (fresh: Tensor) ->
                            let c = Lax.broadcastInDim fresh.Shape (Dims.own [| 0 |]) mine
                            Lax.select c fresh old)
                        chosen
                        results[k]

            chosen
        | Prim.While(cond, body, cc, bc) ->
            // All states get the axis; the loop runs while any example wants to, and finished examples keep their state.
            let condMarks, bodyMarks = Array.sub has 0 cc, Array.sub has cc bc
            let state = materialize (Array.skip (cc + bc) has) (Array.skip (cc + bc) xs)
            let n = state.Length
            let yes = Array.create n true
            let avalsOf (ts: Tensor[]) = ts |> Array.map (fun t -> t.Aval)
            let condConsts, bodyConsts = Array.sub xs 0 cc, Array.sub xs cc bc

            let wants consts current =
                (BatchTrace.Map(size, Array.append condMarks yes, Core.interpret cond, Array.append consts current))[0]

            let condition =
                Stage.trace
                    "vmap"
                    (fun args ->
                        let w = wants (Array.truncate cc args) (Array.skip cc args)
                        [| Lax.reduce ReduceOp.Or (Dims.own [| 0 |]) w |])
                    (avalsOf (Array.append condConsts state))

            let mapped =
                Stage.trace
                    "vmap"
                    (fun args ->
                        let cConsts, bConsts = Array.sub args 0 cc, Array.sub args cc bc
                        let current = Array.skip (cc + bc) args
                        let w = wants cConsts current

                        let fresh =
                            BatchTrace.Map(
                                size,
                                Array.append bodyMarks yes,
                                Core.interpret body,
                                Array.append bConsts current
                            )

                        Array.map2
                            (fun (old: Tensor) (next: Tensor) ->
                                let c = Lax.broadcastInDim next.Shape (Dims.own [| 0 |]) w
                                Lax.select c next old)
                            current
                            fresh)
                    (avalsOf (Array.concat [ condConsts; bodyConsts; state ]))

            Core.bind
                (Prim.While(condition, mapped, cc, cc + bc))
                (Array.concat [ condConsts; condConsts; bodyConsts; state ])
        | Prim.Scan d ->
            let c, k = d.Consts, d.Carries
            let swap (x: Tensor) = Lax.transpose (Dims.append (Dims.own [| 1; 0 |]) (Dims.own [| 2 .. x.Rank - 1 |])) x
            let carries = materialize (Array.sub has c k) (Array.sub xs c k)
            let sequenceMarks = Array.skip (c + k) has

            let sequences = Array.map2 (fun x b -> if b then swap x else x) (Array.skip (c + k) xs) sequenceMarks

            let marks = Array.concat [ Array.sub has 0 c; Array.create k true; sequenceMarks ]
            let body = BatchTrace.Graph(d.Body, size, marks)

            let results =
                Core.bind (Prim.Scan { d with Body = body }) (Array.concat [ Array.sub xs 0 c; carries; sequences ])

            results |> Array.mapi (fun i y -> if i < k then y else swap y)
        | _ -> Fail.runtime "vmap" $"no rule for {Prims.name p}" ""
