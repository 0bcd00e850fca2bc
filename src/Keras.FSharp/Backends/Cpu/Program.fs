/// Compiled programs of the CPU backends: a graph becomes kernels, planned memory and a loop that calls them.
namespace Keras.FSharp.Backends.Cpu

open System
open System.Collections.Concurrent
open System.Collections.Generic
open System.Threading
open Keras.FSharp
open Keras.FSharp.Backends

/// From graphs to code.
[<RequireQualifiedAccess>]
module internal Assemble =
    /// A graph with its kernels, before memory is planned.
    type Parts = {
        Graph: Graph
        Work: Work[]
        /// Per equation: arithmetic operations.
        Flops: float[]
        Constants: CpuBuffer[]
        InPlace: int -> int -> bool
    }

    // Constants up to this size are computed once when the program is made.
    let private hoistLimit = 1L <<< 16

    let private constantMemory (provider: Provider) (t: Tensor) : CpuBuffer =
        match t.Value with
        | Value.Concrete(:? CpuBuffer as b) -> b.Share provider.Backend
        | _ ->
            Fail.state
                "compile"
                $"a constant {t.Aval} is not in the memory of backend '{provider.Backend.Name}'"
                "Make it on the backend that compiles the function."

    let private isHoisted (e: Eqn) (g: Graph) =
        match e.Prim with
        | Prim.Full _
        | Prim.Iota _ -> g.Avals[e.Outputs[0]].ByteSize <= hoistLimit
        | _ -> false

    /// Lays the parts out with the flagged inputs donated.
    let lay (parts: Parts) (donated: bool[]) : Code =
        let plan = Plan.make parts.Graph donated

        let needs = {
            InPlace = parts.InPlace
            Scratch =
                fun i ->
                    match parts.Work[i] with
                    | Work.Bound(bytes, _) -> bytes
                    | Work.Plain _
                    | Work.Allocating _ -> 0L
            Allocates =
                fun i ->
                    match parts.Work[i] with
                    | Work.Allocating _ -> true
                    | Work.Plain _
                    | Work.Bound _ -> false
        }

        Code(plan, Plan.layout plan needs, parts.Work, parts.Flops, parts.Constants)

    /// Prepares a kernel for every equation, and code for the graphs inside.
    let rec parts (provider: Provider) (graph: Graph) : Parts =
        let fused = Fusion.run provider.Fuse graph
        let graph = fused.Graph
        let avals (vs: int[]) = vs |> Array.map (fun v -> graph.Avals[v])

        let kernel (e: Eqn) = provider.Prepare e.Prim (avals e.Inputs) (avals e.Outputs)

        let constants = List(graph.Constants)
        let memory = List(graph.Constants |> Seq.map (fun (struct (_, t)) -> constantMemory provider t))
        let eqns = List()
        let work = List()

        let nothing = Work.Plain(Kernel(fun _ _ -> ()))

        let regions = List()

        let add e w region =
            eqns.Add e
            work.Add w
            regions.Add region

        for i in 0 .. graph.Eqns.Length - 1 do
            let e = graph.Eqns[i]

            match fused.Regions[i] with
            | ValueSome r -> add e (Work.Plain r.Kernel) (ValueSome r)
            | ValueNone when Plan.isAlias e.Prim -> add e nothing ValueNone
            | ValueNone ->
                match kernelOf provider kernel e with
                | Work.Plain k when isHoisted e graph ->
                    let aval = graph.Avals[e.Outputs[0]]
                    let b = CpuBuffer.Allocate(provider.Backend, aval.ByteSize)
                    k.Invoke([||], [| b.Pointer |])
                    memory.Add b
                    constants.Add(struct (e.Outputs[0], Tensor(aval, Value.Concrete b)))
                | w -> add e w ValueNone

        let graph = { graph with Eqns = eqns.ToArray(); Constants = constants.ToArray() }

        {
            Graph = graph
            Work = work.ToArray()
            Flops =
                graph.Eqns
                |> Array.mapi (fun i e ->
                    match regions[i] with
                    | ValueSome r -> r.Flops
                    | ValueNone -> Cost.flops graph e)
            Constants = memory.ToArray()
            InPlace =
                fun i k ->
                    match regions[i] with
                    | ValueSome r -> r.InPlace[k]
                    | ValueNone -> provider.InPlace graph.Eqns[i].Prim k
        }

    and private kernelOf (provider: Provider) (kernel: Eqn -> Prepared) (e: Eqn) : Work =
        let plain (g: Graph) = lay (parts provider g) (Array.zeroCreate g.Inputs.Length)

        let looping (body: Graph) first carries =
            Control.carriesInPlace body.Inputs.Length first carries (lay (parts provider body))

        match e.Prim with
        | Prim.Cond branches -> Control.cond (Array.map plain branches)
        | Prim.While(cond, body, cc, bc) ->
            let struct (code, inPlace) = looping body bc (body.Inputs.Length - bc)
            Control.whileLoop (plain cond) code inPlace cc bc
        | Prim.Scan d ->
            let struct (code, inPlace) = looping d.Body d.Consts d.Carries
            Control.scan code inPlace d
        | _ ->
            match kernel e with
            | Prepared.Kernel k -> Work.Plain k
            | Prepared.Allocating k -> Work.Allocating k

/// Memory for one run of a program at a time.
[<Sealed; AllowNullLiteral>]
type internal Context(code: Code, arena: CpuBuffer) =
    /// The memory and the kernels bound to it.
    member val Frame = Frame(code, arena.Pointer)

    /// The inputs of the run, or the copies that protect them.
    member val Inputs: CpuBuffer[] = Array.zeroCreate code.Plan.Graph.Inputs.Length

    /// The addresses of the run's inputs, to find one that was given twice.
    member val Addresses = HashSet<nativeint>()

    /// Gives the memory back.
    member _.Release() = arena.Release()

/// A compiled graph. Runs may overlap: each takes memory of its own, which is kept for later runs.
[<Sealed>]
type internal CpuProgram(provider: Provider, code: Code) =
    let g = code.Plan.Graph
    let donated = code.Plan.Donated
    let mutable spare: Context = null
    let others = ConcurrentBag<Context>()
    let mutable disposed = false

    // Per input: the first step that overwrites it; MaxValue where its buffer becomes a result unchanged; -1: never.
    let overwrittenAt =
        let first = Array.create g.Inputs.Length -1

        for s in code.Steps.Length - 1 .. -1 .. 0 do
            for v in g.Eqns[code.Steps[s]].Outputs do
                match code.Place v with
                | Place.Cell c when c < g.Inputs.Length -> first[c] <- s
                | _ -> ()

        first

    // Per result: the cell of the input or of the foreign memory that is handed out as it is; -1: a fresh buffer.
    let handed =
        let claimed = HashSet<int>()

        Array.init g.Outputs.Length (fun o ->
            match code.Place g.Outputs[o] with
            | Place.Cell c when c < g.Inputs.Length && donated[c] && claimed.Add c ->
                if overwrittenAt[c] < 0 then
                    overwrittenAt[c] <- Int32.MaxValue

                c
            | Place.Cell c when c >= g.Inputs.Length + g.Outputs.Length && claimed.Add c -> c
            | _ -> -1)

    let takesOver = overwrittenAt |> Array.exists (fun s -> s >= 0)

    let rent () =
        let c = Interlocked.Exchange(&spare, null)
        let mutable other: Context = null

        if not (isNull c) then
            c
        elif others.TryTake &other then
            other
        else
            let c = Context(code, CpuBuffer.Allocate(provider.Backend, code.Layout.ArenaBytes))

            for o in 0 .. handed.Length - 1 do
                if handed[o] >= 0 then
                    c.Frame.SetOutput(o, 0n)

            c

    let giveBack (c: Context) =
        Array.Clear c.Inputs
        c.Addresses.Clear()

        if disposed then
            c.Release()
        else
            let before = Interlocked.CompareExchange(&spare, c, null)

            if not (isNull before) then
                others.Add c

    let memoryOf (i: int) (b: Buffer) : CpuBuffer =
        match b with
        | :? CpuBuffer as m ->
            if m.ByteLength < g.Avals[g.Inputs[i]].ByteSize then
                Fail.value
                    "program"
                    $"input {i} has {m.ByteLength} bytes, {g.Avals[g.Inputs[i]]} was compiled"
                    "Compile the function for these shapes."

            m
        | _ ->
            Fail.value "program" $"input {i} is in the memory of backend '{b.Backend.Name}'" "Copy it to the CPU first."

    // What will be overwritten must be nobody else's: a copy takes its place where it is.
    let protect (c: Context) =
        for i in 0 .. overwrittenAt.Length - 1 do
            if overwrittenAt[i] < 0 then
                c.Addresses.Add c.Inputs[i].Pointer |> ignore

        for i in 0 .. overwrittenAt.Length - 1 do
            if overwrittenAt[i] >= 0 then
                let b = c.Inputs[i]

                if not (c.Addresses.Add b.Pointer) || not b.IsSole then
                    let own = CpuBuffer.Allocate(provider.Backend, b.ByteLength)
                    Frame.Copy(b.Pointer, own.Pointer, b.ByteLength)
                    c.Inputs[i] <- own

    /// What runs: see `IExecutable.Report`.
    member _.Report() : ProgramReport =
        ProgramListing.report code {
            Copied = code.Copies |> Array.filter (fun (struct (_, o, _)) -> handed[o] < 0) |> Array.length
            TakenOver = overwrittenAt |> Array.filter (fun s -> s >= 0) |> Array.length
        }

    /// Runs the program: see `IExecutable.Run`.
    member p.Run(inputs: Buffer[]) : Buffer[] = p.RunTimed(inputs, [||])

    /// Runs the program; `at` is empty where nobody asks for times: see `IExecutable.RunTimed`.
    member _.RunTimed(inputs: Buffer[], at: int64[]) : Buffer[] =
        if inputs.Length <> g.Inputs.Length then
            Fail.value "program" $"{inputs.Length} inputs were given, {g.Inputs.Length} are needed" ""

        let c = rent ()
        let frame = c.Frame
        let results: Buffer[] = Array.zeroCreate g.Outputs.Length
        let mutable started = false

        try
            try
                for i in 0 .. inputs.Length - 1 do
                    c.Inputs[i] <- memoryOf i inputs[i]

                if takesOver then
                    protect c

                for i in 0 .. inputs.Length - 1 do
                    frame.SetInput(i, c.Inputs[i].Pointer)

                for o in 0 .. results.Length - 1 do
                    if handed[o] < 0 then
                        let b = CpuBuffer.Allocate(provider.Backend, g.Avals[g.Outputs[o]].ByteSize)
                        frame.SetOutput(o, b.Pointer)
                        results[o] <- b

                started <- true

                if at.Length = 0 then frame.Run() else frame.RunTimed at

                for o in 0 .. results.Length - 1 do
                    if handed[o] >= 0 then
                        results[o] <-
                            if handed[o] < inputs.Length then
                                c.Inputs[handed[o]].Share provider.Backend
                            else
                                frame.TakeOwned handed[o]

                for i in 0 .. inputs.Length - 1 do
                    if donated[i] then
                        c.Inputs[i].Release()
                        inputs[i].Release()

                results
            with _ ->
                for b in results do
                    if not (isNull b) then
                        b.Release()

                // A donated input that was half overwritten must not be read again; a protecting copy is garbage.
                for i in 0 .. inputs.Length - 1 do
                    if not (isNull c.Inputs[i]) then
                        if not (obj.ReferenceEquals(c.Inputs[i], inputs[i])) then
                            c.Inputs[i].Release()
                        elif started && overwrittenAt[i] >= 0 && overwrittenAt[i] <= frame.Position then
                            inputs[i].Release()

                reraise ()
        finally
            frame.ReleaseOwned()
            GC.KeepAlive inputs
            giveBack c

    interface IExecutable with
        member p.Run inputs = p.Run inputs
        member p.RunTimed(inputs, at) = p.RunTimed(inputs, at)
        member p.Report() = p.Report()

        member _.Dispose() =
            disposed <- true
            let c = Interlocked.Exchange(&spare, null)
            let mutable other: Context = null

            if not (isNull c) then
                c.Release()

            while others.TryTake &other do
                other.Release()

    /// Compiles a plan: its graph and its donations count, memory is planned anew for the kernels that run.
    static member Compile(provider: Provider, plan: Plan) : CpuProgram =
        new CpuProgram(provider, Assemble.lay (Assemble.parts provider plan.Graph) plan.Donated)
