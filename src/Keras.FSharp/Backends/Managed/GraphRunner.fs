/// Runs graphs, and the primitives that hold graphs, one equation at a time on any backend with CPU buffers.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.GraphRunner

open System
open System.Runtime.CompilerServices
open Keras.FSharp

/// Per equation: the variables defined by equations that are not needed after it.
let private lastUses (g: Graph) : int[][] =
    let last = Array.create g.Avals.Length -1
    let isLocal = Array.create g.Avals.Length false

    g.Eqns
    |> Array.iteri (fun i e ->
        for v in e.Outputs do
            isLocal[v] <- true
            last[v] <- i

        for v in e.Inputs do
            last[v] <- i)

    for v in g.Outputs do
        isLocal[v] <- false

    let dead = Array.init g.Eqns.Length (fun _ -> Collections.Generic.List<int>())

    for v in 0 .. last.Length - 1 do
        if isLocal[v] then
            dead[last[v]].Add v

    dead |> Array.map _.ToArray()

// Bodies of loops run many times.
let private known = ConditionalWeakTable<Graph, int[][]>()

let private deadAfter (g: Graph) : int[][] = known.GetValue(g, lastUses)

let private concrete (t: Tensor) : Buffer =
    match t.Value with
    | Value.Concrete b -> b
    | Value.Traced(trace, _) ->
        Fail.state
            trace.Name
            "a graph holds a tensor of a transformation that is still going on"
            "Return it from the function instead of keeping it outside."

/// Another buffer object for the same elements, which can be released by itself.
let private share (backend: IBackend) (b: Buffer) : Buffer =
    match b with
    | :? CpuBuffer as b -> b.Share backend
    | b -> b

let private cpu (b: Buffer) : CpuBuffer =
    match b with
    | :? CpuBuffer as b -> b
    | b -> Fail.state "memory" $"a buffer on {b.Device} was given where CPU memory is needed" "Move it to the CPU."

let private read<'T> (b: Buffer) : 'T =
    let v = load<'T> (cpu b).Pointer
    GC.KeepAlive b
    v

/// Executes one primitive, whatever it is. The results are new buffer objects.
let rec execute (backend: IBackend) (prim: Prim) (inputs: Buffer[]) (avals: Aval[]) (outputs: Aval[]) : Buffer[] =
    match prim with
    | Prim.Cond branches ->
        let i = Math.Clamp(read<int> inputs[0], 0, branches.Length - 1)
        run backend branches[i] (Array.skip 1 inputs)
    | Prim.While(cond, body, condConsts, bodyConsts) -> runWhile backend cond body condConsts bodyConsts inputs
    | Prim.Scan dims -> runScan backend dims inputs avals outputs
    | Prim.Call composite when not (backend.HasKernel(composite, avals)) ->
        let tensors = Array.map2 (fun a b -> Tensor(a, Value.Concrete b)) avals inputs
        composite.Decompose tensors |> Array.map (concrete >> share backend)
    | _ -> backend.Execute(prim, inputs, avals, outputs)

/// Runs a graph. The inputs stay as they are; intermediate values are released right after their last use.
and run (backend: IBackend) (g: Graph) (inputs: Buffer[]) : Buffer[] =
    let dead = deadAfter g
    let values: Buffer[] = Array.zeroCreate g.Avals.Length

    for i in 0 .. inputs.Length - 1 do
        values[g.Inputs[i]] <- inputs[i]

    for struct (v, t) in g.Constants do
        values[v] <- concrete t

    for i in 0 .. g.Eqns.Length - 1 do
        let e = g.Eqns[i]
        let operands = e.Inputs |> Array.map (fun v -> values[v])
        let avals = e.Inputs |> Array.map (fun v -> g.Avals[v])
        let results = execute backend e.Prim operands avals (e.Outputs |> Array.map (fun v -> g.Avals[v]))

        for k in 0 .. results.Length - 1 do
            values[e.Outputs[k]] <- results[k]

        for v in dead[i] do
            values[v].Release()
            values[v] <- null

    // A value may be returned twice, and it may be an input: each result is to be released by itself.
    let returned = Collections.Generic.HashSet<int>()
    let isOwn = Array.create g.Avals.Length false

    for e in g.Eqns do
        for v in e.Outputs do
            isOwn[v] <- true

    g.Outputs
    |> Array.map (fun v -> if isOwn[v] && returned.Add v then values[v] else share backend values[v])

and private runWhile backend cond body condConsts bodyConsts (inputs: Buffer[]) : Buffer[] =
    let condInputs = Array.sub inputs 0 condConsts
    let bodyInputs = Array.sub inputs condConsts bodyConsts

    let rec loop (state: Buffer[]) =
        let test = run backend cond (Array.append condInputs state)
        let goesOn = read<bool> test[0]
        test[0].Release()

        if goesOn then
            let next = run backend body (Array.append bodyInputs state)

            for b in state do
                b.Release()

            loop next
        else
            state

    loop (inputs |> Array.skip (condConsts + bodyConsts) |> Array.map (share backend))

and private runScan (backend: IBackend) dims (inputs: Buffer[]) (avals: Aval[]) (outputs: Aval[]) : Buffer[] =
    let consts = Array.sub inputs 0 dims.Consts
    let first = dims.Consts + dims.Carries
    let sequences = Array.skip first inputs |> Array.map cpu
    let sliceBytes (a: Aval) = a.ByteSize / int64 (max 1 a.Shape[0])
    let inBytes = Array.skip first avals |> Array.map sliceBytes
    let outBytes = Array.skip dims.Carries outputs |> Array.map sliceBytes

    let stacks =
        outputs |> Array.skip dims.Carries |> Array.map (fun a -> CpuBuffer.Allocate(backend, a.ByteSize))

    /// Step t of a sequence: a view where it is aligned, else a copy.
    let slice (t: int) (k: int) : Buffer =
        let bytes = inBytes[k]
        let offset = int64 t * bytes

        if offset % int64 Heap.alignment = 0L then
            sequences[k].View(backend, offset, bytes)
        else
            let part = CpuBuffer.Allocate(backend, bytes)
            copy (sequences[k].Pointer + nativeint offset) part.Pointer bytes
            part

    let mutable carries = Array.sub inputs dims.Consts dims.Carries |> Array.map (share backend)

    for i in 0 .. dims.Length - 1 do
        let t = if dims.Reverse then dims.Length - 1 - i else i
        let slices = Array.init sequences.Length (slice t)
        let results = run backend dims.Body (Array.concat [| consts; carries; slices |])

        for b in Seq.append carries slices do
            b.Release()

        carries <- Array.sub results 0 dims.Carries

        for k in 0 .. stacks.Length - 1 do
            let part = cpu results[dims.Carries + k]
            copy part.Pointer (stacks[k].Pointer + nativeint (int64 t * outBytes[k])) outBytes[k]
            part.Release()

    GC.KeepAlive sequences
    Array.append carries (stacks |> Array.map (fun b -> b :> Buffer))
