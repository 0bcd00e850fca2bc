/// Control flow and functions with rules of their own, on flat lists of tensors: what a function captured becomes an
/// operand, so that every transformation sees it.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Control

let private avals (xs: Tensor[]) = xs |> Array.map (fun x -> x.Aval)

/// `f carry slices -> carry, outputs` for each step along axis 0 of `sequences`; the last carry and the stacked outputs.
let scan
    (f: Tensor[] -> Tensor[] -> struct (Tensor[] * Tensor[]))
    (init: Tensor[])
    (sequences: Tensor[])
    (length: int)
    (reverse: bool)
    : struct (Tensor[] * Tensor[]) =
    for s in sequences do
        if s.Rank = 0 || s.Shape[0] <> length then
            Fail.value
                "scan"
                $"a sequence has shape {s.Shape}; axis 0 of every sequence must have length {length}"
                "Transpose so that steps lie on axis 0."

    let slices = sequences |> Array.map (fun s -> Aval.withShape (Dims.removeAt 0 s.Shape) s.Aval)
    let k = init.Length

    let struct (body, captured) =
        Stage.close
            "scan"
            (fun args ->
                let struct (carry, outputs) = f (Array.truncate k args) (Array.skip k args)

                if carry.Length <> k then
                    Fail.value "scan" $"the body returned {carry.Length} carries, it got {k}" "Return one for each."

                Array.append carry outputs)
            (Array.append (avals init) slices)

    let results =
        Core.bind
            (Prim.Scan {
                Body = body
                Consts = captured.Length
                Carries = k
                Length = length
                Reverse = reverse
            })
            (Array.concat [ captured; init; sequences ])

    struct (Array.truncate k results, Array.skip k results)

/// The branch at `index` (int32 scalar, clamped) applied to the operands.
let switch (index: Tensor) (branches: (Tensor[] -> Tensor[])[]) (operands: Tensor[]) : Tensor[] =
    let closed = branches |> Array.map (fun f -> Stage.close "cond" f (avals operands))
    let captured = closed |> Array.collect (fun struct (_, c) -> c)
    let mutable first = 0

    let graphs =
        closed
        |> Array.map (fun struct (g, c) ->
            // Every branch takes what all branches captured, and uses its own part.
            let before = first
            first <- first + c.Length

            Stage.trace
                "cond"
                (fun args ->
                    Core.interpret g (Array.append (Array.sub args before c.Length) (Array.skip captured.Length args)))
                (avals (Array.append captured operands)))

    Core.bind (Prim.Cond graphs) (Array.concat [ [| index |]; captured; operands ])

/// `ifTrue` or `ifFalse` of the operands.
let cond (predicate: Tensor) (ifTrue: Tensor[] -> Tensor[]) (ifFalse: Tensor[] -> Tensor[]) (operands: Tensor[]) =
    if predicate.Rank <> 0 then
        Fail.value
            "cond"
            $"the predicate has shape {predicate.Shape}, expected a scalar"
            "Use where for elementwise choices."

    let truth =
        if predicate.DType = DType.Bool then
            predicate
        else
            Lax.ne predicate (Lax.zerosLike predicate)

    switch (Lax.convert DType.Int32 truth) [| ifFalse; ifTrue |] operands

/// Applies `body` to the state as long as `condition` (a bool scalar) holds.
let whileLoop (condition: Tensor[] -> Tensor) (body: Tensor[] -> Tensor[]) (init: Tensor[]) : Tensor[] =
    let struct (cg, cc) = Stage.close "while_loop" (fun s -> [| condition s |]) (avals init)
    let struct (bg, bc) = Stage.close "while_loop" body (avals init)
    Core.bind (Prim.While(cg, bg, cc.Length, bc.Length)) (Array.concat [ cc; bc; init ])

/// All prefixes combined by an associative function on slices along axis 0, in a logarithmic number of steps.
let rec associativeScan (f: Tensor[] -> Tensor[] -> Tensor[]) (xs: Tensor[]) : Tensor[] =
    let n = xs[0].Shape[0]

    let part first last stride =
        xs
        |> Array.map (fun x ->
            let at (v: int) rest = Dims.own (Array.init x.Rank (fun i -> if i = 0 then v else rest i))
            Lax.slice (at first (fun _ -> 0)) (at last (fun i -> x.Shape[i])) (at stride (fun _ -> 1)) x)

    let slice (ys: Tensor[]) first last = ys |> Array.map (Lax.sliceAxis 0 first last)

    if n < 2 then
        xs
    else
        let half = n / 2
        // Pairs (0,1), (2,3), … are combined; the prefixes of the pairs are those at odd places.
        let odd = associativeScan f (f (part 0 (2 * half) 2) (part 1 (2 * half) 2))
        let laterEven = part 2 n 2
        let count = laterEven[0].Shape[0]

        let even =
            if count = 0 then
                part 0 1 1
            else
                Array.map2 (fun a b -> Lax.concat 0 [| a; b |]) (part 0 1 1) (f (slice odd 0 count) laterEven)

        // Even and odd places are interleaved by spreading both with zeros between.
        Array.map2
            (fun (e: Tensor) (o: Tensor) ->
                let only (v: int) (x: Tensor) = Dims.own (Array.init x.Rank (fun i -> if i = 0 then v else 0))

                let spread low high (x: Tensor) =
                    let zero = Lax.scalarInt x.DType 0L
                    Lax.pad (only low x) (only high x) (only 1 x) zero x

                let e' = spread 0 (n - (2 * e.Shape[0] - 1)) e
                let o' = spread 1 (n - 2 * o.Shape[0]) o

                if e.DType = DType.Bool then Lax.logicalOr e' o' else Lax.add e' o')
            even
            odd

/// `f` whose intermediate values are not kept for the backward pass but computed again.
let checkpoint (f: Tensor[] -> Tensor[]) (xs: Tensor[]) : Tensor[] =
    let struct (g, captured) = Stage.close "checkpoint" f (avals xs)
    let outs = g.Outputs |> Array.map (fun v -> g.Avals[v])
    let run = Core.interpret g

    let vjp =
        CompositeVjp(fun inputs _ gs ->
            // The barrier keeps the recomputation apart from the first computation.
            let struct (_, pullback) = Tape.vjp run (Lax.barrier inputs)
            pullback gs)

    let c = Composite("checkpoint", 1, [], (fun _ -> outs), run, ValueSome vjp, false, true)

    Lax.call c (Array.append captured xs)

/// `f` with the given pullback (inputs, outputs, cotangents to cotangents of the inputs, null for zero).
let customVjp (f: Tensor[] -> Tensor[]) (pullback: Tensor[] -> Tensor[] -> Tensor[] -> Tensor[]) (xs: Tensor[]) =
    let struct (g, captured) = Stage.close "custom_vjp" f (avals xs)
    let outs = g.Outputs |> Array.map (fun v -> g.Avals[v])
    let n = captured.Length

    let vjp =
        CompositeVjp(fun inputs outputs cts ->
            let zeroed = Array.map2 (fun (y: Tensor) ct -> if isNull ct then Lax.zerosLike y else ct) outputs cts
            // The pullback knows nothing of what the function captured: no gradient flows there.
            Array.append (Array.zeroCreate n) (pullback (Array.skip n inputs) outputs zeroed))

    let c = Composite("custom_vjp", 1, [], (fun _ -> outs), Core.interpret g, ValueSome vjp, false, true)

    Lax.call c (Array.append captured xs)
