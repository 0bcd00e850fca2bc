/// The report of a compiled program: what its steps are, what they cost, and how the arena is used.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Cpu.ProgramListing

open System
open System.Collections.Generic
open System.Text.RegularExpressions
open Keras.FSharp

/// What only the program knows of its inputs and results.
type Traffic = { TakenOver: int; Copied: int }

let private isElementwise (p: Prim) =
    match p with
    | Prim.Unary _
    | Prim.Binary _
    | Prim.Compare _
    | Prim.Select
    | Prim.Clamp
    | Prim.Convert _
    | Prim.Reduce _ -> true
    | _ -> false

let private alone (g: Graph) (e: Eqn) : string =
    let avals (vs: int[]) = vs |> Array.map (fun v -> g.Avals[v])
    let ins, outs = avals e.Inputs, avals e.Outputs

    if not (isElementwise e.Prim) then
        ""
    else
        match e.Prim with
        | Prim.Reduce(op, _) when op = ReduceOp.And || op = ReduceOp.Or -> "no loop is generated for this reduction"
        | Prim.Reduce _ when Lower.laneBytes ins[0].DType > 0 -> "too small to gain"
        | Prim.Reduce _ -> $"no loop is generated for {DType.name ins[0].DType}"
        | p when Lower.lanes p ins outs < 0 ->
            let types = ins |> Seq.map (fun a -> DType.name a.DType) |> Seq.distinct |> String.concat ", "
            $"no loop is generated for it on {types}"
        | _ -> "no neighbour to share a loop with"

/// `fused{add reduce_sum(0, 1)}` as `fused` and what stands in braces; blanks in parentheses belong to an operation.
let private members (name: string) : (string * string list) =
    match name.IndexOf '{' with
    | -1 -> name, []
    | i -> name.Substring(0, i), Regex.Split(name.Substring(i + 1).TrimEnd('}'), @" (?![^(]*\))") |> List.ofArray

/// Which part of the arena is in use from which step to which.
let private blocks (code: Code) : MemoryBlock[] =
    let g = code.Plan.Graph
    let stepOf = Dictionary<int, int>()
    code.Steps |> Array.iteri (fun s i -> stepOf[i] <- s)
    let root = Array.init g.Avals.Length id

    for e in g.Eqns do
        if Plan.isAlias e.Prim then
            Array.iter2 (fun o i -> root[o] <- root[i]) e.Outputs (Array.truncate e.Outputs.Length e.Inputs)

    let last = Array.create g.Avals.Length -1

    for v in 0 .. root.Length - 1 do
        last[root[v]] <- max last[root[v]] code.Plan.LastUse[v]

    // The step at or before an equation: views are no steps.
    let rec stepBefore (equation: int) =
        match stepOf.TryGetValue equation with
        | true, s -> s
        | _ when equation <= 0 -> 0
        | _ -> stepBefore (equation - 1)

    [|
        for s in 0 .. code.Steps.Length - 1 do
            let i = code.Steps[s]

            for v in g.Eqns[i].Outputs do
                match code.Place v with
                | Place.Offset o ->
                    let until =
                        if last[v] >= g.Eqns.Length then code.Steps.Length - 1
                        elif last[v] < i then s
                        else stepBefore last[v]

                    { Offset = o; Bytes = g.Avals[v].ByteSize; From = s; To = until }
                | _ -> ()

            match code.Work[i] with
            | Work.Bound(bytes, _) when bytes > 0L && code.Layout.Scratch[i] >= 0L -> {
                Offset = code.Layout.Scratch[i]
                Bytes = bytes
                From = s
                To = s
              }
            | _ -> ()
    |]

/// The report.
let report (code: Code) (traffic: Traffic) : ProgramReport =
    let g = code.Plan.Graph
    let types (vs: int[]) = String.Join(", ", vs |> Array.map (fun v -> string g.Avals[v]))

    let place v =
        match code.Place v with
        | Place.Offset o -> $"arena+{o}"
        | Place.Address _ -> "constant"
        | Place.Cell c when c < g.Inputs.Length -> $"input {c}"
        | Place.Cell c when c < g.Inputs.Length + g.Outputs.Length -> $"result {c - g.Inputs.Length}"
        | Place.Cell _ -> "memory of its own"

    {
        Steps =
            code.Steps
            |> Array.map (fun i ->
                let e = g.Eqns[i]
                let name, members = members (Prims.name e.Prim)

                {
                    Name = name
                    Members = members
                    Scope = e.Scope
                    Types = $"({types e.Inputs}) -> {types e.Outputs}"
                    Places = String.Join(", ", e.Outputs |> Array.map place)
                    Bytes = Cost.bytes g e
                    Flops = code.Flops[i]
                    Scratch =
                        match code.Work[i] with
                        | Work.Bound(n, _) -> n
                        | Work.Plain _
                        | Work.Allocating _ -> 0L
                    Alone = alone g e
                })
        Blocks = blocks code
        Equations = g.Eqns.Length
        ArenaBytes = code.Layout.ArenaBytes
        ConstantBytes = code.Constants |> Array.sumBy (fun b -> b.ByteLength)
        Inputs = g.Inputs.Length
        TakenOver = traffic.TakenOver
        Results = g.Outputs.Length
        Copied = traffic.Copied
    }
