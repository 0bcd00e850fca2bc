/// How an operation finds its interpreter: the trace with the highest level among its operands, else the backend that
/// holds their memory. There is no ambient state, except for operations without operands: they join the graph that is
/// being captured on this thread; and for the precision of a layer, which operations need where they choose a type.
namespace Keras.FSharp

open System
open System.Collections.Generic
open System.Threading
open Keras.FSharp
open Keras.FSharp.Backends

/// What belongs to the thread: the graph being captured, and the path and precision of the layer being called.
[<AbstractClass; Sealed>]
type internal Ambient private () =
    [<ThreadStatic; DefaultValue>]
    static val mutable private graph: Trace

    [<ThreadStatic; DefaultValue>]
    static val mutable private scope: string

    [<ThreadStatic; DefaultValue>]
    static val mutable private isWide: bool

    [<ThreadStatic; DefaultValue>]
    static val mutable private inspect: (Prim -> Tensor[] -> Tensor[] -> unit) voption

    /// Debugging aid: called with each result that is computed eagerly on this thread.
    static member Inspect
        with get () = Ambient.inspect
        and set (f: (Prim -> Tensor[] -> Tensor[] -> unit) voption) = Ambient.inspect <- f

    /// The innermost graph capture of this thread, or null.
    static member Graph
        with get () = Ambient.graph
        and set (t: Trace) = Ambient.graph <- t

    /// The path of the layer being called; empty outside.
    static member Scope
        with get () = if String.IsNullOrEmpty Ambient.scope then "" else Ambient.scope
        and set (s: string) = Ambient.scope <- s

    /// True within a layer that computes in float64, whatever `floatx` is.
    static member IsWide
        with get () = Ambient.isWide
        and set (b: bool) = Ambient.isWide <- b

/// Names the layer or function that operations are recorded under.
[<RequireQualifiedAccess>]
module Scope =
    /// The current path, such as `encoder/dense_1`; empty outside of any.
    let current () : string = Ambient.Scope

    /// Runs `f` with `name` appended to the path.
    let enter (name: string) (f: unit -> 'a) : 'a =
        let before = Ambient.Scope

        Ambient.Scope <-
            if before = "" then name
            elif name = "" then before
            else before + "/" + name

        try
            f ()
        finally
            Ambient.Scope <- before

/// Dispatch of operations.
[<RequireQualifiedAccess>]
module internal Core =
    let mutable private lastLevel = 0L

    /// A level above that of every transformation in progress.
    let newLevel () : int64 = Interlocked.Increment &lastLevel

    let private escaped (t: Trace) (what: string) : 'a =
        Fail.state
            what
            $"it got a tensor of a {t.Name} that has already returned"
            "Return values from the transformed function instead of keeping them in a variable outside of it."

    /// The buffer behind a tensor. A traced tensor has none.
    let buffer (what: string) (x: Tensor) : Buffer =
        match x.Value with
        | Value.Concrete b -> b
        | Value.Traced(t, _) when not t.IsOpen -> escaped t what
        | Value.Traced(t, _) ->
            Fail.state
                what
                $"a tensor {x.Aval} inside {t.Name} has no value yet"
                "Return it from the transformed function and read it there; for a decision on values use cond or whileLoop."

    let inline concrete (aval: Aval) (b: Buffer) : Tensor = Tensor(aval, Value.Concrete b)

    /// A result of a transformation, which must not belong to one that has returned.
    let checkResult (what: string) (x: Tensor) : unit =
        match x.Value with
        | Value.Traced(t, _) when not t.IsOpen ->
            Fail.state
                what
                $"the function returned a tensor of a {t.Name} that has already returned"
                "Return values from the transformed function instead of keeping them in a variable outside of it."
        | _ -> ()

    /// Runs `f` while operations without operands join another graph, or none.
    let inline private joining (graph: Trace) ([<InlineIfLambda>] f: unit -> 'a) : 'a =
        let before = Ambient.Graph
        Ambient.Graph <- graph

        try
            f ()
        finally
            Ambient.Graph <- before

    /// Moves a tensor's elements to another backend.
    let transfer (target: IBackend) (x: Tensor) : Tensor =
        match x.Value with
        | Value.Concrete b when not (obj.ReferenceEquals(b.Backend, target)) ->
            let bytes = GC.AllocateUninitializedArray<byte>(int x.Aval.ByteSize)
            b.Backend.Download(b, x.Aval, Span bytes)
            concrete x.Aval (target.Upload(ReadOnlySpan bytes, x.Aval, target.Devices[0]))
        | _ -> x

    let rec bind (p: Prim) (xs: Tensor[]) : Tensor[] =
        let mutable top: Trace = null

        for x in xs do
            match x.Value with
            | Value.Traced(t, _) ->
                if not t.IsOpen then
                    escaped t (Prims.name p)

                if isNull top || t.Level > top.Level then
                    top <- t
            | Value.Concrete _ -> ()

        if not (isNull top) then
            let graph = Ambient.Graph

            if not (isNull graph) && graph.Level > top.Level then
                // Results live longer than the capture in progress, so nothing in them may belong to it.
                let mutable outer = graph.Enclosing

                while not (isNull outer) && outer.Level > top.Level do
                    outer <- outer.Enclosing

                joining outer (fun () -> top.Bind(p, xs))
            else
                top.Bind(p, xs)
        elif xs.Length = 0 && not (isNull Ambient.Graph) then
            Ambient.Graph.Bind(p, xs)
        else
            eval p xs

    /// Executes on the backend that holds the operands.
    and private eval (p: Prim) (xs: Tensor[]) : Tensor[] =
        let backend =
            if xs.Length = 0 then
                Backends.Current
            else
                (buffer (Prims.name p) xs[0]).Backend

        let mutable same = true

        for x in xs do
            if not (obj.ReferenceEquals((buffer (Prims.name p) x).Backend, backend)) then
                same <- false

        if not same then
            eval p (Array.map (transfer Backends.Current) xs)
        else
            let results =
                match p with
                | Prim.Call _
                | Prim.Cond _
                | Prim.While _
                | Prim.Scan _ when not (isNull Ambient.Graph) ->
                    // What these are made of is executed too, and joins no graph.
                    joining null (fun () -> evalOn backend p xs)
                | _ -> evalOn backend p xs

            match Ambient.Inspect with
            | ValueSome f -> f p xs results
            | ValueNone -> ()

            results

    and private evalOn (backend: IBackend) (p: Prim) (xs: Tensor[]) : Tensor[] =
        let avals = xs |> Array.map (fun x -> x.Aval)

        match p with
        | Prim.Call c when not (backend.HasKernel(c, avals)) -> c.Decompose xs
        | Prim.Cond branches ->
            Infer.outputs p avals |> ignore
            let i = readInt xs[0]
            interpret branches[max 0 (min i (branches.Length - 1))] (Array.skip 1 xs)
        | Prim.While(cond, body, cc, bc) ->
            Infer.outputs p avals |> ignore
            let cConsts, bConsts = Array.sub xs 0 cc, Array.sub xs cc bc
            let mutable state = Array.skip (cc + bc) xs

            while readInt (Array.head (interpret cond (Array.append cConsts state))) <> 0 do
                state <- interpret body (Array.append bConsts state)

            state
        | Prim.Scan d -> evalScan backend (Infer.outputs p avals) d xs
        | _ ->
            let outs = Infer.outputs p avals
            let name = Prims.name p
            let buffers = backend.Execute(p, Array.map (buffer name) xs, avals, outs)
            Array.map2 concrete outs buffers

    and private readInt (x: Tensor) : int =
        let b = buffer "control flow" x
        let bytes = Array.zeroCreate<byte>(int x.Aval.ByteSize)
        b.Backend.Download(b, x.Aval, Span bytes)
        if x.DType = DType.Bool then int bytes[0] else BitConverter.ToInt32(bytes, 0)

    and private evalScan (backend: IBackend) (outs: Aval[]) (d: ScanDims) (xs: Tensor[]) : Tensor[] =
        let consts = Array.sub xs 0 d.Consts
        let mutable carry = Array.sub xs d.Consts d.Carries
        let sequences = Array.skip (d.Consts + d.Carries) xs
        let stacked = Array.init (outs.Length - d.Carries) (fun _ -> Array.zeroCreate<Tensor> d.Length)

        for step in 0 .. d.Length - 1 do
            let i = if d.Reverse then d.Length - 1 - step else step

            let slices =
                sequences
                |> Array.map (fun s ->
                    let rest = Dims.sub 1 s.Rank s.Shape
                    let start = Dims.own (Array.init s.Rank (fun k -> if k = 0 then i else 0))
                    let limit = Dims.cons (i + 1) rest
                    let ones = Dims.own (Array.create s.Rank 1)
                    let row = (bind (Prim.Slice(start, limit, ones)) [| s |])[0]
                    (bind (Prim.Reshape rest) [| row |])[0])

            let results = interpret d.Body (Array.concat [ consts; carry; slices ])
            carry <- Array.truncate d.Carries results

            for k in 0 .. stacked.Length - 1 do
                stacked[k][i] <- results[d.Carries + k]

        let stack (a: Aval) (items: Tensor[]) =
            if items.Length = 0 then
                (backend.Execute(Prim.Full(a, Scalar.Int 0L), [||], [||], [| a |]))[0] |> concrete a
            else
                let rows = items |> Array.map (fun t -> (bind (Prim.Reshape(Dims.cons 1 t.Shape)) [| t |])[0])

                (bind (Prim.Concat 0) rows)[0]

        Array.append carry (Array.mapi (fun k items -> stack outs[d.Carries + k] items) stacked)

    /// Runs a graph: every equation is bound again, so that it works under any transformation.
    and interpret (g: Graph) (inputs: Tensor[]) : Tensor[] =
        let env: Tensor[] = Array.zeroCreate g.Avals.Length

        for i in 0 .. inputs.Length - 1 do
            env[g.Inputs[i]] <- inputs[i]

        for struct (v, c) in g.Constants do
            env[v] <- c

        for e in g.Eqns do
            let ys = bind e.Prim (Array.map (fun v -> env[v]) e.Inputs)

            for i in 0 .. ys.Length - 1 do
                env[e.Outputs[i]] <- ys[i]

        g.Outputs |> Array.map (fun v -> env[v])

    /// Runs `f` without the debugging aid watching it.
    let evaluateQuietly (f: unit -> 'a) : 'a =
        let before = Ambient.Inspect
        Ambient.Inspect <- ValueNone

        try
            f ()
        finally
            Ambient.Inspect <- before

    /// Binds a primitive with one result.
    let bind1 (p: Prim) (xs: Tensor[]) : Tensor = (bind p xs)[0]
