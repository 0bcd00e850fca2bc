/// Compiled functions: a graph is captured once per form of the arguments, passed through the passes, planned, and run
/// by the backend from then on.
namespace Keras.FSharp

open System
open System.Collections.Concurrent
open System.Collections.Generic
open System.Diagnostics
open Keras.FSharp.Backends

/// What a compiled function is keyed by: the form of its argument with its static values, element types and shapes, and
/// the backend.
[<CustomEquality; NoComparison>]
type private JitKey = {
    Form: Structure
    Avals: Aval[]
    Backend: IBackend
} with

    override a.Equals o =
        match o with
        | :? JitKey as b ->
            obj.ReferenceEquals(a.Backend, b.Backend)
            && a.Avals.Length = b.Avals.Length
            && a.Form.Equals b.Form
            && Array.forall2 (fun (x: Aval) (y: Aval) -> x.Equals y) a.Avals b.Avals
        | _ -> false

    override a.GetHashCode() =
        let mutable h = HashCode()
        h.Add(a.Form)

        for x in a.Avals do
            h.Add x

        h.ToHashCode()

/// Where a result of a compiled function comes from.
[<Struct>]
type private Source =
    | Argument of argument: int
    | Constant of constant: Tensor
    | Result of result: int

/// A compiled program and what it takes to call it.
[<NoEquality; NoComparison>]
type private Compiled = {
    Program: IExecutable voption
    Avals: Aval[]
    Sources: Source[]
    Form: Structure
    Graph: Graph
    Milliseconds: float
}

/// A function that is compiled when it is called with arguments of a form it has not seen yet. Made by `jit`; the class
/// gives access to what was compiled and why.
[<Sealed>]
type Jit<'a, 'b>(name: string, f: 'a -> 'b, donate: string -> bool) =
    let cache = ConcurrentDictionary<JitKey, Lazy<Compiled>>()
    let reasons = ConcurrentQueue<string>()
    let order = List<JitKey>()

    let describe (key: JitKey) : string =
        lock order (fun () ->
            let text =
                if order.Count = 0 then
                    "first call"
                else
                    let last = order[order.Count - 1]

                    if not (last.Form.Equals key.Form) then
                        let before, now = last.Form.Entries, key.Form.Entries
                        let listed (xs: string list) = if xs.IsEmpty then "nothing" else String.Join("; ", xs)
                        let came, gone = List.except before now, List.except now before
                        $"the form of the argument or a static value changed: {listed came} instead of {listed gone}"
                    elif not (obj.ReferenceEquals(last.Backend, key.Backend)) then
                        $"the backend changed from {last.Backend.Name} to {key.Backend.Name}"
                    else
                        let paths = key.Form.Paths

                        [
                            for i in 0 .. key.Avals.Length - 1 do
                                if not (key.Avals[i].Equals last.Avals[i]) then
                                    $"{paths[i]} changed from {last.Avals[i]} to {key.Avals[i]}"
                        ]
                        |> String.concat "; "

            order.Add key
            text)

    /// Captures, optimizes, plans and compiles. A function that captured tensors of an outer transformation cannot be
    /// compiled by itself; then there is no program.
    let compile (key: JitKey) (leaves: Tensor[]) : Compiled =
        reasons.Enqueue(describe key)
        let watch = Stopwatch.StartNew()
        let mutable form = key.Form

        let captured =
            Stage.trace
                name
                (fun symbols ->
                    let result = f (Structure.unflatten<'a> key.Form symbols)
                    let struct (outs, resultForm) = Structure.flattenAs "result" result
                    form <- resultForm
                    outs)
                key.Avals

        let isOuter struct (_, c: Tensor) = c.IsTraced

        if Array.exists isOuter captured.Constants then
            {
                Program = ValueNone
                Avals = [||]
                Sources = [||]
                Form = form
                Graph = captured
                Milliseconds = watch.Elapsed.TotalMilliseconds
            }
        else
            let g = Passes.run key.Backend captured
            let argument = Dictionary<int, int>()
            g.Inputs |> Array.iteri (fun i v -> argument[v] <- i)
            let constant = Dictionary<int, Tensor>()

            for struct (v, c) in g.Constants do
                constant[v] <- c

            // What is an argument or a constant already does not go through the program, and nothing twice.
            let results = List<int>()
            let position = Dictionary<int, int>()

            let sources =
                g.Outputs
                |> Array.map (fun v ->
                    match argument.TryGetValue v, constant.TryGetValue v with
                    | (true, i), _ -> Argument i
                    | _, (true, c) -> Constant c
                    | _ ->
                        match position.TryGetValue v with
                        | true, k -> Result k
                        | _ ->
                            position[v] <- results.Count
                            results.Add v
                            Result(results.Count - 1))

            let g = { g with Outputs = results.ToArray() }
            let returned = HashSet<int>()

            for s in sources do
                match s with
                | Argument i -> returned.Add i |> ignore
                | _ -> ()

            // An argument that is returned as it is must not be overwritten, nor one that was passed twice.
            let paths = key.Form.Paths

            let shared (i: int) = (leaves |> Array.filter (fun x -> obj.ReferenceEquals(x, leaves[i]))).Length > 1

            let donated =
                Array.init g.Inputs.Length (fun i -> donate paths[i] && not (returned.Contains i) && not (shared i))

            let program = key.Backend.Compile(Plan.make g donated)

            {
                Program = ValueSome program
                Avals = results.ToArray() |> Array.map (fun v -> g.Avals[v])
                Sources = sources
                Form = form
                Graph = g
                Milliseconds = watch.Elapsed.TotalMilliseconds
            }

    let find (leaves: Tensor[]) (form: Structure) : Compiled =
        let key = {
            Form = form
            Avals = leaves |> Array.map (fun x -> x.Aval)
            Backend = Backends.Current
        }

        let compiled = cache.GetOrAdd(key, (fun key -> lazy (compile key leaves)))

        try
            let c = compiled.Value

            if c.Program.IsNone then
                cache.TryRemove key |> ignore

            c
        with _ ->
            // A failed capture is tried again at the next call.
            cache.TryRemove key |> ignore
            reraise ()

    /// The name that messages use.
    member _.Name = name

    /// Calls the function. With donated arguments, these must not be used afterwards.
    member _.Invoke(x: 'a) : 'b =
        let struct (leaves, form) = Structure.flattenAs "argument" x

        if leaves |> Array.exists (fun t -> t.IsTraced) then
            // Inside another transformation the function is part of that one.
            f x
        else
            let c = find leaves form

            match c.Program with
            | ValueNone -> Structure.unflatten<'b> c.Form (Core.interpret c.Graph leaves)
            | ValueSome program ->
                let backend = Backends.Current
                let inputs = leaves |> Array.map (fun t -> Core.buffer name (Core.transfer backend t))
                let outputs = program.Run inputs
                let results = Array.map2 Core.concrete c.Avals outputs

                c.Sources
                |> Array.map (fun s ->
                    match s with
                    | Argument i -> leaves[i]
                    | Constant t -> t
                    | Result k -> results[k])
                |> Structure.unflatten<'b> c.Form

    /// Compiles for arguments like `x` without running.
    member _.Prepare(x: 'a) : unit =
        let struct (leaves, form) = Structure.flattenAs "argument" x
        find leaves form |> ignore

    /// The graph after the passes for arguments like `x`.
    member internal _.Graph(x: 'a) : Graph =
        let struct (leaves, form) = Structure.flattenAs "argument" x
        (find leaves form).Graph

    /// Why it was compiled, one line for each time.
    member _.Reasons: string[] = reasons.ToArray()

    /// What was compiled for arguments like `x`, and why: see `Explanation`.
    member _.Explain(x: 'a) : Explanation =
        let struct (leaves, form) = Structure.flattenAs "argument" x
        let c = find leaves form

        {
            Name = name
            Equations = c.Graph.Eqns.Length
            Milliseconds = c.Milliseconds
            Reasons = reasons.ToArray()
            Program = c.Program |> ValueOption.map (fun p -> p.Report())
        }

    /// Runs the program for arguments like `x` a number of times on copies of them, after some runs to warm up, and
    /// measures each step. An error where there is no program.
    member _.Profile(x: 'a, ?runs: int) : Profile =
        let runs = defaultArg runs 20

        if runs < 1 then
            Fail.value "Profile" $"runs is {runs}" "Pass at least 1."

        let struct (leaves, form) = Structure.flattenAs "argument" x

        match (find leaves form).Program with
        | ValueNone ->
            Fail.state
                "Profile"
                $"'{name}' is not compiled: it captured tensors of an outer transformation"
                "Profile the outermost compiled function."
        | ValueSome program ->
            let report = program.Report()
            let backend = Backends.Current

            // Copies, because a program may take its arguments over.
            let run (at: int64[]) =
                let inputs =
                    leaves
                    |> Array.map (fun t ->
                        let bytes = GC.AllocateUninitializedArray<byte>(int t.Aval.ByteSize)
                        let source = Core.buffer name t
                        source.Backend.Download(source, t.Aval, Span bytes)
                        backend.Upload(ReadOnlySpan bytes, t.Aval, backend.Devices[0]))

                for b in program.RunTimed(inputs, at) do
                    b.Release()

                at

            let stamps () = Array.zeroCreate<int64>(report.Steps.Length + 1)

            for _ in 1..3 do
                run (stamps ()) |> ignore

            {
                Name = name
                Program = report
                Runs = Array.init runs (fun _ -> run (stamps ()))
            }
