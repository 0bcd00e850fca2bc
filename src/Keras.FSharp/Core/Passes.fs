/// Passes over graphs: composites without a kernel are inlined, constants folded, expressions simplified, common ones
/// shared, unused ones dropped. One walk forward and one backward, linear in the number of equations.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Passes

open System
open System.Collections.Generic

/// Results of at most this many elements are computed while compiling if their operands are known.
let private foldLimit = 1024

/// What is known of a variable of the new graph.
[<Struct; NoEquality; NoComparison>]
type private Known = {
    /// The equation that made it; -1 for inputs and constants.
    Eqn: int
    /// Its value if it is a constant tensor.
    Value: Tensor
}

/// The graph under construction.
[<Sealed>]
type private Builder(backend: IBackend) =
    let avals = List<Aval>()
    let known = List<Known>()
    let eqns = List<Eqn>()
    let constants = List<struct (int * Tensor)>()
    let seen = Dictionary<struct (Prim * int * int * int), int[]>()
    let wide = Dictionary<Prim, List<struct (int[] * int[])>>()

    member _.Backend = backend
    member _.Avals = avals
    member _.Eqns = eqns
    member _.Constants = constants

    member _.Variable(a: Aval, eqn: int, value: Tensor) : int =
        avals.Add a
        known.Add { Eqn = eqn; Value = value }
        avals.Count - 1

    member b.Constant(x: Tensor) : int =
        let v = b.Variable(x.Aval, -1, x)
        constants.Add(struct (v, x))
        v

    /// The equation that defines a variable, if any does.
    member _.Definition(v: int) : Eqn voption =
        match known[v].Eqn with
        | -1 -> ValueNone
        | i -> ValueSome eqns[i]

    /// The value of a small constant, or null.
    member _.Value(v: int) : Tensor = known[v].Value

    /// The number that fills a variable, if one does.
    member b.Filled(v: int) : Scalar voption =
        match b.Definition v with
        | ValueSome { Prim = Prim.Full(_, s) } -> ValueSome s
        | _ -> ValueNone

    /// Adds an equation, or finds an equal one.
    member b.Emit(p: Prim, inputs: int[], scope: string) : int[] =
        let find () =
            if inputs.Length <= 3 then
                let at i = if i < inputs.Length then inputs[i] else -1

                match seen.TryGetValue(struct (p, at 0, at 1, at 2)) with
                | true, vs -> ValueSome vs
                | _ -> ValueNone
            else
                match wide.TryGetValue p with
                | true, list ->
                    let mutable found = ValueNone

                    for struct (ins, outs) in list do
                        if ins.AsSpan().SequenceEqual(ReadOnlySpan inputs) then
                            found <- ValueSome outs

                    found
                | _ -> ValueNone

        let isShared =
            match p with
            | Prim.Barrier -> false
            | _ -> true

        match (if isShared then find () else ValueNone) with
        | ValueSome vs -> vs
        | ValueNone ->
            let outs = Infer.outputs p (inputs |> Array.map (fun v -> avals[v]))
            let index = eqns.Count
            let vs = outs |> Array.map (fun a -> b.Variable(a, index, null))

            eqns.Add { Prim = p; Inputs = inputs; Outputs = vs; Scope = scope }

            if isShared then
                if inputs.Length <= 3 then
                    let at i = if i < inputs.Length then inputs[i] else -1
                    seen[struct (p, at 0, at 1, at 2)] <- vs
                else
                    match wide.TryGetValue p with
                    | true, list -> list.Add(struct (inputs, vs))
                    | _ -> wide[p] <- List [ struct (inputs, vs) ]

            vs

let private isZero (s: Scalar) =
    match s with
    | Scalar.Int i -> i = 0L
    | Scalar.Float f -> f = 0.0
    | Scalar.Complex(re, im) -> re = 0.0 && im = 0.0

let private isOne (s: Scalar) =
    match s with
    | Scalar.Int i -> i = 1L
    | Scalar.Float f -> f = 1.0
    | Scalar.Complex(re, im) -> re = 1.0 && im = 0.0

/// The number that an element type makes of a scalar, where that is easily said.
let private stored (d: DType) (s: Scalar) : float voption =
    match d, s with
    | _, Scalar.Complex _ -> ValueNone
    | DType.Bool, _ -> ValueSome(if isZero s then 0.0 else 1.0)
    | DType.Float64, _ -> ValueSome(s.ToFloat())
    | DType.Float32, _ -> ValueSome(float (float32 (s.ToFloat())))
    | DType.Float16, _ -> ValueSome(float (Half.op_Explicit (s.ToFloat()): Half))
    | _ ->
        // Small whole numbers are what they are in every other type.
        match s.ToFloat() with
        | x when x = truncate x && x >= 0.0 && x <= 127.0 -> ValueSome x
        | _ -> ValueNone

/// A transposed operand of a matrix product is read in place where the order of its free axes stays.
let private throughTranspose (perm: Dims) (contract: Dims) (batch: Dims) : struct (Dims * Dims) voption =
    let free = Dims.complement perm.Rank (Dims.append contract batch)
    let mutable ordered = true

    for i in 1 .. free.Rank - 1 do
        if perm[free[i]] < perm[free[i - 1]] then
            ordered <- false

    if ordered then
        ValueSome(struct (Dims.map (fun i -> perm[i]) contract, Dims.map (fun i -> perm[i]) batch))
    else
        ValueNone

/// A cheaper way to the same value, if there is one: an existing variable, or another equation.
[<Struct; NoEquality; NoComparison>]
type private Rewrite =
    | Keep
    | Same of variable: int
    | Replace of prim: Prim * inputs: int[]

/// Zeros around a tensor along one axis: the axis, where the tensor begins, and the tensor.
let private padded (b: Builder) (e: Eqn) : struct (int * int * int) voption =
    match e.Prim with
    | Prim.Pad(low, high, interior) ->
        let isPlain = Seq.forall ((=) 0) interior && Seq.forall2 (fun l h -> l >= 0 && h >= 0) low high
        let axes = [ 0 .. low.Rank - 1 ] |> List.filter (fun i -> low[i] <> 0 || high[i] <> 0)

        match axes, b.Filled e.Inputs[1] with
        | [ axis ], ValueSome s when isPlain && isZero s -> ValueSome(struct (axis, low[axis], e.Inputs[0]))
        | _ -> ValueNone
    | _ -> ValueNone

/// A sum of at most 16 tensors each of which is zero where the others are not, because it was padded, is their
/// concatenation: so come the gradients of slices.
let private sideBySide (b: Builder) (inputs: int[]) : Rewrite =
    let rec terms (v: int) found =
        match b.Definition v with
        | ValueSome { Prim = Prim.Binary BinaryOp.Add; Inputs = ins } when List.length found < 16 ->
            terms ins[0] found |> ValueOption.bind (terms ins[1])
        | ValueSome e -> padded b e |> ValueOption.map (fun p -> p :: found)
        | ValueNone -> ValueNone

    match terms inputs[0] [] |> ValueOption.bind (terms inputs[1]) with
    | ValueSome(struct (axis, _, _) :: _ as all) when all |> List.forall (fun (struct (a, _, _)) -> a = axis) ->
        let sorted = all |> List.sortBy (fun (struct (_, low, _)) -> low)
        let next at (struct (_, low, x)) = if low = at then at + b.Avals[x].Shape[axis] else Int32.MinValue

        match List.fold next 0 sorted = b.Avals[inputs[0]].Shape[axis] with
        | true -> Replace(Prim.Concat axis, [| for struct (_, _, x) in sorted -> x |])
        | false -> Keep
    | _ -> Keep

/// A table of sums of narrow rows, made wide: the rows are made wide before they are added up.
let private narrowScatter (b: Builder) (d: DType) (inputs: int[]) : Rewrite =
    let table = b.Avals[inputs[0]]
    let isNarrower = DType.isFloat d && DType.isFloat table.DType && DType.size d > DType.size table.DType

    match b.Definition inputs[0] with
    | ValueSome { Prim = Prim.Scatter(ScatterOp.Add, batch); Inputs = ins } when
        isNarrower && b.Avals[ins[2]].Size < table.Size && b.Filled ins[0] |> ValueOption.exists isZero
        ->
        let wide = b.Emit(Prim.Full({ table with DType = d }, Scalar.Float 0.0), [||], "")
        let rows = b.Emit(Prim.Convert d, [| ins[2] |], "")
        Replace(Prim.Scatter(ScatterOp.Add, batch), [| wide[0]; ins[1]; rows[0] |])
    | _ -> Keep

let private simplify (b: Builder) (p: Prim) (inputs: int[]) : Rewrite =
    let filled i = b.Filled inputs[i]
    let aval i = b.Avals[inputs[i]]

    let definition i =
        match b.Definition inputs[i] with
        | ValueSome e -> ValueSome struct (e.Prim, e.Inputs)
        | ValueNone -> ValueNone

    match p with
    | Prim.StopGradient -> Same inputs[0]
    | Prim.Binary BinaryOp.Add ->
        match filled 0, filled 1 with
        | _, ValueSome s when isZero s -> Same inputs[0]
        | ValueSome s, _ when isZero s -> Same inputs[1]
        | _ -> sideBySide b inputs
    | Prim.Binary BinaryOp.Sub ->
        match filled 1 with
        | ValueSome s when isZero s -> Same inputs[0]
        | _ -> Keep
    | Prim.Binary BinaryOp.Mul ->
        match filled 0, filled 1 with
        | _, ValueSome s when isOne s -> Same inputs[0]
        | ValueSome s, _ when isOne s -> Same inputs[1]
        | _ -> Keep
    | Prim.Binary BinaryOp.Div ->
        match filled 1 with
        | ValueSome s when isOne s -> Same inputs[0]
        | _ -> Keep
    | Prim.Binary BinaryOp.Pow ->
        match filled 1 with
        | ValueSome s when isOne s -> Same inputs[0]
        | ValueSome(Scalar.Int 2L)
        | ValueSome(Scalar.Float 2.0) -> Replace(Prim.Binary BinaryOp.Mul, [| inputs[0]; inputs[0] |])
        | _ -> Keep
    | Prim.Unary UnaryOp.Neg ->
        match definition 0 with
        | ValueSome struct (Prim.Unary UnaryOp.Neg, ins) -> Same ins[0]
        | _ -> Keep
    | Prim.Convert d ->
        match filled 0 with
        | _ when (aval 0).DType = d -> Same inputs[0]
        | ValueSome s when DType.isDifferentiable d ->
            match stored (aval 0).DType s with
            | ValueSome x -> Replace(Prim.Full({ aval 0 with DType = d }, Scalar.Float x), [||])
            | ValueNone -> Keep
        | _ -> narrowScatter b d inputs
    | Prim.Gather batch ->
        match definition 0 with
        // Only the rows that are read need be converted.
        | ValueSome struct (Prim.Convert d, ins) when
            (let rows = Infer.outputs p [| aval 0; aval 1 |] in rows[0].Size < (aval 0).Size)
            ->
            Replace(Prim.Convert d, b.Emit(Prim.Gather batch, [| ins[0]; inputs[1] |], ""))
        | _ -> Keep
    | Prim.Reshape d ->
        match definition 0 with
        | _ when d.Equals (aval 0).Shape -> Same inputs[0]
        | ValueSome struct (Prim.Reshape _, ins) -> Replace(p, ins)
        | ValueSome struct (Prim.Full(a, s), _) -> Replace(Prim.Full(Aval.withShape d a, s), [||])
        | _ -> Keep
    | Prim.Transpose perm ->
        match definition 0 with
        | _ when perm.Equals(Dims.range perm.Rank) -> Same inputs[0]
        | ValueSome struct (Prim.Transpose inner, ins) ->
            Replace(Prim.Transpose(Dims.map (fun i -> inner[i]) perm), ins)
        | _ ->
            // Axes of size 1 may move without moving an element.
            let long = perm |> Seq.filter (fun i -> (aval 0).Shape[i] <> 1) |> Seq.toArray

            if long = Array.sort long then
                Replace(Prim.Reshape(Dims.map (fun i -> (aval 0).Shape[i]) perm), inputs)
            else
                Keep
    | Prim.Broadcast(d, axes) ->
        match definition 0 with
        | _ when d.Equals (aval 0).Shape -> Same inputs[0]
        | ValueSome struct (Prim.Full(a, s), _) -> Replace(Prim.Full(Aval.withShape d a, s), [||])
        | ValueSome struct (Prim.Broadcast(_, inner), ins) ->
            Replace(Prim.Broadcast(d, Dims.map (fun i -> axes[i]) inner), ins)
        | _ -> Keep
    | Prim.Select ->
        match filled 0 with
        | ValueSome s -> Same(if isZero s then inputs[2] else inputs[1])
        | ValueNone when inputs[1] = inputs[2] -> Same inputs[1]
        | ValueNone -> Keep
    | Prim.Dot d ->
        match definition 0, definition 1 with
        | ValueSome struct (Prim.Transpose perm, ins), _ ->
            match throughTranspose perm d.LhsContract d.LhsBatch with
            | ValueSome struct (c, batch) ->
                Replace(Prim.Dot { d with LhsContract = c; LhsBatch = batch }, [| ins[0]; inputs[1] |])
            | ValueNone -> Keep
        | _, ValueSome struct (Prim.Transpose perm, ins) ->
            match throughTranspose perm d.RhsContract d.RhsBatch with
            | ValueSome struct (c, batch) ->
                Replace(Prim.Dot { d with RhsContract = c; RhsBatch = batch }, [| inputs[0]; ins[0] |])
            | ValueNone -> Keep
        | _ -> Keep
    | _ -> Keep

/// Computes an equation now if its operands are known and its results are small. Random bits are not: they are cheap to
/// make and long to store.
let private fold (b: Builder) (p: Prim) (inputs: int[]) : Tensor[] voption =
    let operand v =
        let value = b.Value v

        if not (isNull value) then
            value
        else
            match b.Definition v with
            | ValueSome { Prim = Prim.Full(a, _) as p } when a.Size <= foldLimit -> Core.bind1 p [||]
            | ValueSome { Prim = Prim.Iota(a, _) as p } when a.Size <= foldLimit -> Core.bind1 p [||]
            | _ -> null

    match p with
    | Prim.Full _
    | Prim.Iota _
    | Prim.Barrier
    | Prim.Cond _
    | Prim.While _
    | Prim.Scan _
    | Prim.Rng _ -> ValueNone
    | _ ->
        let size v = b.Avals[v].Size

        let isKnown v =
            not (isNull (b.Value v))
            || (match b.Definition v with
                | ValueSome { Prim = Prim.Full _ }
                | ValueSome { Prim = Prim.Iota _ } -> true
                | _ -> false)

        if inputs.Length = 0 || not (Array.forall (fun v -> size v <= foldLimit && isKnown v) inputs) then
            ValueNone
        else
            let outs = Infer.outputs p (inputs |> Array.map (fun v -> b.Avals[v]))

            if outs |> Array.forall (fun a -> a.Size <= foldLimit) then
                let before = Ambient.Graph
                Ambient.Graph <- null

                try
                    Backends.Backends.Using(b.Backend, fun () -> ValueSome(Core.bind p (Array.map operand inputs)))
                finally
                    Ambient.Graph <- before
            else
                ValueNone

/// Adam on a table of which the gradient is a sum of rows, fewer than the table has, needs only these. A composite of the
/// same meaning, with its operands, where the backend has a kernel for it.
let private onRows (b: Builder) (adam: Composite) (inputs: int[]) : struct (Composite * int[]) voption =
    match b.Definition inputs[1] with
    | ValueSome { Prim = Prim.Scatter(ScatterOp.Add, 0); Inputs = ins } when
        b.Avals[ins[1]].Size < b.Avals[ins[0]].Shape[0] && b.Filled ins[0] |> ValueOption.exists isZero
        ->
        let decompose (xs: Tensor[]) =
            let gradient = Lax.scatter ScatterOp.Add 0 xs[1] xs[2] (Lax.zerosLike xs[0])
            adam.Decompose [| xs[0]; gradient; xs[3]; xs[4]; xs[5]; xs[6] |]

        let outputs (a: Aval[]) = [| a[0]; a[3]; a[4] |]
        let name = Backends.Cpu.RowUpdates.name
        let rows = Composite(name, 1, adam.Attrs, outputs, decompose, ValueNone, false, false)
        let operands = [| inputs[0]; ins[1]; ins[2]; yield! Array.skip 2 inputs |]
        let isServed = b.Backend.HasKernel(rows, operands |> Array.map (fun v -> b.Avals[v]))
        if isServed then ValueSome(struct (rows, operands)) else ValueNone
    | _ -> ValueNone

let private isInlined (backend: IBackend) (c: Composite) (avals: Aval[]) =
    not (backend.HasKernel(c, avals)) || backend.PrefersMeaning(c, avals)

let rec private add (b: Builder) (p: Prim) (inputs: int[]) (scope: string) : int[] =
    match p with
    | Prim.Call c when c.Name = "adam_update" && (onRows b c inputs).IsSome ->
        let struct (rows, operands) = (onRows b c inputs).Value
        b.Emit(Prim.Call rows, operands, scope)
    | Prim.Call c when isInlined b.Backend c (inputs |> Array.map (fun v -> b.Avals[v])) ->
        let g = Stage.trace c.Name c.Decompose (inputs |> Array.map (fun v -> b.Avals[v]))
        inlined b g inputs scope
    | Prim.Cond branches -> b.Emit(Prim.Cond(branches |> Array.map (run b.Backend)), inputs, scope)
    | Prim.While(cond, body, cc, bc) ->
        b.Emit(Prim.While(run b.Backend cond, run b.Backend body, cc, bc), inputs, scope)
    | Prim.Scan d -> b.Emit(Prim.Scan { d with Body = run b.Backend d.Body }, inputs, scope)
    | _ ->
        match simplify b p inputs with
        | Same v -> [| v |]
        | Replace(p, inputs) -> add b p inputs scope
        | Keep ->
            match fold b p inputs with
            | ValueSome values -> values |> Array.map b.Constant
            | ValueNone -> b.Emit(p, inputs, scope)

/// Adds the equations of a graph for the given inputs; the variables of its outputs.
and private inlined (b: Builder) (g: Graph) (inputs: int[]) (scope: string) : int[] =
    let map = Array.create g.Avals.Length -1
    Array.iter2 (fun v i -> map[v] <- i) g.Inputs inputs

    for struct (v, c) in g.Constants do
        map[v] <- b.Constant c

    for e in g.Eqns do
        let outs =
            add b e.Prim (e.Inputs |> Array.map (fun v -> map[v])) (if e.Scope = "" then scope else e.Scope)

        Array.iter2 (fun v o -> map[v] <- o) e.Outputs outs

    g.Outputs |> Array.map (fun v -> map[v])

/// Drops what no output needs, and barriers, which have done their work; numbers the variables anew.
and private finish (b: Builder) (inputs: int[]) (outputs: int[]) : Graph =
    let n = b.Avals.Count
    let same = Array.init n id
    let needed = Array.zeroCreate<bool> n
    let resolve v = same[v]

    for e in b.Eqns do
        match e.Prim with
        | Prim.Barrier -> Array.iter2 (fun o i -> same[o] <- resolve i) e.Outputs e.Inputs
        | _ -> ()

    for v in outputs do
        needed[resolve v] <- true

    let live = Array.zeroCreate<bool> b.Eqns.Count

    for i in b.Eqns.Count - 1 .. -1 .. 0 do
        let e = b.Eqns[i]

        if e.Prim <> Prim.Barrier && Array.exists (fun v -> needed[v]) e.Outputs then
            live[i] <- true

            for v in e.Inputs do
                needed[resolve v] <- true

    let number = Array.create n -1
    let avals = List<Aval>()

    let define v =
        if number[v] < 0 then
            number[v] <- avals.Count
            avals.Add b.Avals[v]

        number[v]

    let inputs = Array.map define inputs
    let constants = List<struct (int * Tensor)>()

    for struct (v, c) in b.Constants do
        if needed[v] then
            constants.Add(struct (define v, c))

    let eqns = List<Eqn>()

    for i in 0 .. b.Eqns.Count - 1 do
        if live[i] then
            let e = b.Eqns[i]

            eqns.Add {
                e with
                    Inputs = e.Inputs |> Array.map (fun v -> define (resolve v))
                    Outputs = Array.map define e.Outputs
            }

    let outputs = outputs |> Array.map (fun v -> define (resolve v))

    {
        Avals = avals.ToArray()
        Inputs = inputs
        Constants = constants.ToArray()
        Eqns = eqns.ToArray()
        Outputs = outputs
    }

/// The graph as the backend should run it: its composites are all such that the backend has a kernel for them.
and run (backend: IBackend) (g: Graph) : Graph =
    let b = Builder backend
    let inputs = g.Inputs |> Array.map (fun v -> b.Variable(g.Avals[v], -1, null))
    let outputs = inlined b g inputs ""
    finish b inputs outputs
