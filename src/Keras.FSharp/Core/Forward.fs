/// Forward mode: values with tangents. It follows from the same rules as reverse mode: partial derivatives are
/// multiplied, linear operations are applied to the tangents, and pullbacks are transposed.
namespace Keras.FSharp

/// Carries tangents along with values.
[<Sealed; AllowNullLiteral>]
type internal ForwardTrace() =
    inherit Trace(Core.newLevel (), "jvp")

    /// The value of the level below.
    member t.Primal(x: Tensor) : Tensor =
        match x.Value with
        | Value.Traced(owner, Payload.Dual(p, _)) when obj.ReferenceEquals(owner, t) -> p
        | _ -> x

    /// The tangent, or null for zero.
    member t.Tangent(x: Tensor) : Tensor =
        match x.Value with
        | Value.Traced(owner, Payload.Dual(_, d)) when obj.ReferenceEquals(owner, t) -> d
        | _ -> null

    /// A value with its tangent.
    member t.Pair(primal: Tensor, tangent: Tensor) : Tensor =
        if isNull tangent then
            primal
        else
            Tensor(primal.Aval, Value.Traced(t, Payload.Dual(primal, tangent)))

    override t.Bind(p: Prim, xs: Tensor[]) : Tensor[] =
        match p with
        | Prim.Call c when c.Vjp.IsNone || not c.IsUnique -> c.Decompose xs
        | _ ->
            let primals, tangents = Array.map t.Primal xs, Array.map t.Tangent xs
            let avals = primals |> Array.map (fun x -> x.Aval)

            match Derivatives.rule p avals with
            | Derivative.Control ->
                let struct (ys, ds) = ForwardTrace.Control(p, primals, tangents)
                Array.map2 (fun y d -> t.Pair(y, d)) ys ds
            | rule ->
                let ys = Core.bind p primals
                let ds = ForwardTrace.Push(p, rule, primals, tangents, ys)
                Array.map2 (fun y d -> t.Pair(y, d)) ys ds

    /// Values and tangents (null: zero) of `f`.
    static member Jvp
        (f: Tensor[] -> struct (Tensor[] * Tensor[]), xs: Tensor[], tangents: Tensor[])
        : struct (Tensor[] * Tensor[] * Tensor[]) =
        let t = ForwardTrace()

        let struct (outs, aux) =
            try
                f (Array.map2 (fun x d -> t.Pair(x, d)) xs tangents)
            finally
                t.IsOpen <- false

        let ys, rest = Array.map t.Primal outs, Array.map t.Primal aux
        Array.iter (Core.checkResult "jvp") ys
        Array.iter (Core.checkResult "jvp") rest
        struct (ys, Array.map t.Tangent outs, rest)

    static member private Sum(terms: Tensor[]) : Tensor =
        (null, terms)
        ||> Array.fold (fun acc x ->
            if isNull x then acc
            elif isNull acc then x
            else Lax.add acc x)

    /// Tangents of the results of a primitive.
    static member private Push(p: Prim, rule: Derivative, xs: Tensor[], ts: Tensor[], ys: Tensor[]) : Tensor[] =
        let each f = Array.init xs.Length (fun i -> if isNull ts[i] then null else f i)

        match rule with
        | Derivative.Zero
        | Derivative.Control -> Array.zeroCreate ys.Length
        | Derivative.Pointwise partial ->
            let term i =
                let d = partial i xs ys[0]
                if isNull d then null else Lax.mul ts[i] d

            [| ForwardTrace.Sum(each term) |]
        | Derivative.Bilinear _ -> [|
            ForwardTrace.Sum(
                each (fun i ->
                    let operands = Array.copy xs
                    operands[i] <- ts[i]
                    Core.bind1 p operands)
            )
          |]
        | Derivative.Linear(mask, _) ->
            if Array.forall2 (fun m t -> not m || isNull t) mask ts then
                [| null |]
            else
                let operands =
                    Array.init xs.Length (fun i ->
                        if not mask[i] then xs[i]
                        elif isNull ts[i] then Lax.zerosLike xs[i]
                        else ts[i])

                [| Core.bind1 p operands |]
        | Derivative.Pullback f ->
            // The pullback is linear in the cotangents: its transpose maps tangents of the operands to those of the
            // results.
            let needs = ts |> Array.map (fun t -> not (isNull t))
            let diff = Array.filter (fun i -> DType.isDifferentiable ys[i].DType) [| 0 .. ys.Length - 1 |]

            let linear (cts: Tensor[]) =
                let all: Tensor[] = Array.zeroCreate ys.Length
                diff |> Array.iteri (fun k i -> all[i] <- cts[k])
                let back = f needs xs ys all

                Array.init xs.Length (fun i ->
                    if needs[i] && not (isNull back[i]) then back[i] else Lax.zerosLike xs[i])

            let zeros = diff |> Array.map (fun i -> Lax.zerosLike ys[i])
            let struct (_, transpose) = Tape.vjp linear zeros
            let result: Tensor[] = Array.zeroCreate ys.Length
            transpose ts |> Array.iteri (fun k d -> result[diff[k]] <- d)
            result

    /// The graph of `g` with tangents: inputs are those of `g`, then tangents of those marked; outputs are those of `g`,
    /// then tangents of those at `outs`.
    static member private Graph(g: Graph, marked: int[], outs: int[]) : Graph =
        let ins = g.Inputs |> Array.map (fun v -> g.Avals[v])

        Stage.trace
            "jvp"
            (fun args ->
                let n = ins.Length
                let tangents: Tensor[] = Array.zeroCreate n
                marked |> Array.iteri (fun k i -> tangents[i] <- args[n + k])

                let struct (ys, ds, _) =
                    ForwardTrace.Jvp((fun xs -> struct (Core.interpret g xs, [||])), Array.truncate n args, tangents)

                Array.append ys (outs |> Array.map (fun i -> if isNull ds[i] then Lax.zerosLike ys[i] else ds[i])))
            (Array.append ins (marked |> Array.map (fun i -> ins[i])))

    static member private Control(p: Prim, xs: Tensor[], ts: Tensor[]) : struct (Tensor[] * Tensor[]) =
        let marked first count = Array.filter (fun i -> not (isNull ts[first + i])) [| 0 .. count - 1 |]

        let floats (first: int) (avals: Aval[]) =
            Array.filter (fun i -> DType.isDifferentiable avals[first + i].DType) [| 0 .. avals.Length - first - 1 |]

        let outputs (g: Graph) = g.Outputs |> Array.map (fun v -> g.Avals[v])
        let tangentOr i = if isNull ts[i] then Lax.zerosLike xs[i] else ts[i]

        let spread n (positions: int[]) (ds: Tensor[]) =
            let result: Tensor[] = Array.zeroCreate n
            positions |> Array.iteri (fun k i -> result[i] <- ds[k])
            result

        match p with
        | Prim.Cond branches ->
            let m = marked 1 (xs.Length - 1)
            let outs = floats 0 (outputs branches[0])
            let n = branches[0].Outputs.Length
            let pushed = branches |> Array.map (fun b -> ForwardTrace.Graph(b, m, outs))
            let results = Core.bind (Prim.Cond pushed) (Array.append xs (m |> Array.map (fun i -> ts[i + 1])))
            struct (Array.truncate n results, spread n outs (Array.skip n results))
        | Prim.While(cond, body, cc, bc) ->
            let n = xs.Length - cc - bc
            let constTangents = marked cc bc
            let state = floats 0 (outputs body)
            let m = Array.append constTangents (state |> Array.map (fun i -> bc + i))
            let pushed = ForwardTrace.Graph(body, m, state)

            // Operands of the body in the order of a while: constants and their tangents, state and its tangents.
            let k = constTangents.Length

            let bodyAvals =
                Array.concat [
                    Array.sub xs cc bc |> Array.map (fun x -> x.Aval)
                    constTangents |> Array.map (fun i -> xs[cc + i].Aval)
                    outputs body
                    state |> Array.map (fun i -> (outputs body)[i])
                ]

            let ordered =
                Stage.trace
                    "jvp"
                    (fun args ->
                        let part first count = Array.sub args first count

                        Core.interpret
                            pushed
                            (Array.concat [ part 0 bc; part (bc + k) n; part bc k; part (bc + k + n) state.Length ]))
                    bodyAvals

            let condition =
                Stage.trace
                    "jvp"
                    (fun args -> Core.interpret cond (Array.truncate (cc + n) args))
                    (Array.concat [
                        Array.sub xs 0 cc |> Array.map (fun x -> x.Aval)
                        outputs body
                        state |> Array.map (fun i -> (outputs body)[i])
                    ])

            let results =
                Core.bind
                    (Prim.While(condition, ordered, cc, bc + k))
                    (Array.concat [
                        Array.sub xs 0 (cc + bc)
                        constTangents |> Array.map (fun i -> ts[cc + i])
                        Array.skip (cc + bc) xs
                        state |> Array.map (fun i -> tangentOr (cc + bc + i))
                    ])

            struct (Array.truncate n results, spread n state (Array.skip n results))
        | Prim.Scan d ->
            let c, k = d.Consts, d.Carries
            let s = xs.Length - c - k
            let bodyOuts = outputs d.Body
            let stacked = bodyOuts.Length - k
            let constTangents = marked 0 c
            let sequenceTangents = marked (c + k) s
            let carries = Array.filter (fun i -> DType.isDifferentiable bodyOuts[i].DType) [| 0 .. k - 1 |]
            let outStacked = floats k bodyOuts
            let nc, nk, ns = constTangents.Length, carries.Length, sequenceTangents.Length

            let m =
                Array.concat [
                    constTangents
                    carries |> Array.map (fun i -> c + i)
                    sequenceTangents |> Array.map (fun i -> c + k + i)
                ]

            let outs = Array.append carries (outStacked |> Array.map (fun i -> k + i))
            let pushed = ForwardTrace.Graph(d.Body, m, outs)
            let ins = d.Body.Inputs |> Array.map (fun v -> d.Body.Avals[v])
            let at (indices: int[]) = indices |> Array.map (fun i -> ins[i])

            let body =
                Stage.trace
                    "jvp"
                    (fun args ->
                        let part first count = Array.sub args first count
                        let carryAt = c + nc
                        let sequenceAt = carryAt + k + nk

                        let results =
                            Core.interpret
                                pushed
                                (Array.concat [
                                    part 0 c
                                    part carryAt k
                                    part sequenceAt s
                                    part c nc
                                    part (carryAt + k) nk
                                    part (sequenceAt + s) ns
                                ])

                        Array.concat [
                            Array.sub results 0 k
                            Array.sub results (k + stacked) nk
                            Array.sub results k stacked
                            Array.skip (k + stacked + nk) results
                        ])
                    (Array.concat [
                        Array.sub ins 0 c
                        at constTangents
                        Array.sub ins c k
                        at (carries |> Array.map (fun i -> c + i))
                        Array.skip (c + k) ins
                        at (sequenceTangents |> Array.map (fun i -> c + k + i))
                    ])

            let results =
                Core.bind
                    (Prim.Scan { d with Body = body; Consts = c + nc; Carries = k + nk })
                    (Array.concat [
                        Array.sub xs 0 c
                        constTangents |> Array.map (fun i -> ts[i])
                        Array.sub xs c k
                        carries |> Array.map (fun i -> tangentOr (c + i))
                        Array.skip (c + k) xs
                        sequenceTangents |> Array.map (fun i -> ts[c + k + i])
                    ])

            let ys = Array.append (Array.sub results 0 k) (Array.sub results (k + nk) stacked)

            let ds = Array.append (Array.sub results k nk) (Array.skip (k + nk + stacked) results)

            struct (ys, spread (k + stacked) outs ds)
        | _ -> Fail.runtime "jvp" $"no rule for {Prims.name p}" ""
