/// What a compiled program consists of on a CPU: kernels bound to addresses. `Code` is the part that never changes and
/// that every run shares; a `Frame` is one set of memory for it, with the addresses written into the operand lists of
/// the kernels beforehand, so that running is nothing but calling them one after the other.
namespace Keras.FSharp.Backends.Cpu

open System
open System.Collections.Generic
open System.Diagnostics
open Keras.FSharp
open Keras.FSharp.Backends

/// A kernel that brings the memory of its results with it, for libraries that can only return fresh memory: it puts
/// one new buffer per result into `results`. The program releases them after their last use, or hands them out.
type internal AllocatingKernel = delegate of inputs: nativeint[] * results: CpuBuffer[] -> unit

/// What a backend prepares for an operation.
[<RequireQualifiedAccess>]
type internal Prepared =
    /// Writes into planned memory.
    | Kernel of Kernel
    /// Makes the memory of its results.
    | Allocating of AllocatingKernel

/// What a backend contributes to compiled programs.
type internal Provider = {
    /// Whose memory is used.
    Backend: IBackend
    /// The kernel for a primitive on operands and results of these types and shapes.
    Prepare: Prim -> Aval[] -> Aval[] -> Prepared
    /// May the kernel write a result over that operand, where both have as many elements of the same width?
    InPlace: Prim -> int -> bool
    /// Are elementwise equations to be fused into generated code?
    Fuse: bool
}

/// What holds for most backends.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module internal Provider =
    /// In place are the elementwise operations, and updates of the operand that the result is a copy of.
    let elementwise (p: Prim) (operand: int) : bool =
        match p with
        | Prim.Unary _
        | Prim.Binary _
        | Prim.Compare _
        | Prim.Select
        | Prim.Clamp
        | Prim.Convert _ -> true
        | Prim.DynamicUpdate -> operand = 0
        | _ -> false

/// The work of one equation.
[<RequireQualifiedAccess>]
type internal Work =
    /// A kernel without state of its own.
    | Plain of Kernel
    /// A kernel that is made once per frame around its scratch memory.
    | Bound of scratch: int64 * (nativeint -> Kernel)
    /// A kernel that makes the memory of its results.
    | Allocating of AllocatingKernel

/// An address as far as it is known when the program is made.
[<RequireQualifiedAccess; Struct; NoComparison>]
type internal Place =
    /// In the frame's arena.
    | Offset of offset: int64
    /// In a constant.
    | Address of address: nativeint
    /// Set later: an input, a result, or the result of an allocating kernel.
    | Cell of cell: int

/// A graph whose kernels are prepared and whose memory is laid out.
[<Sealed>]
type internal Code(plan: Plan, layout: Layout, work: Work[], flops: float[], constants: CpuBuffer[]) =
    let g = plan.Graph
    let inputs = g.Inputs.Length
    let outputs = g.Outputs.Length

    let foreign = Dictionary<int, int>()

    do
        for struct (v, _) in layout.Foreign do
            foreign[v] <- inputs + outputs + foreign.Count

    let place (v: int) : Place =
        match Plan.resolve layout v with
        | Slot.Arena o -> Place.Offset o
        | Slot.Input i -> Place.Cell i
        | Slot.Output o -> Place.Cell(inputs + o)
        | Slot.Constant c -> Place.Address constants[c].Pointer
        | Slot.Foreign v -> Place.Cell foreign[v]
        | Slot.Alias _
        | Slot.Absent -> Fail.runtime "program" $"variable {v} is used but has no memory" "This is a bug in planning."

    // Views cost nothing, and nothing is to be done for results without elements.
    let steps = [|
        for i in 0 .. g.Eqns.Length - 1 do
            let e = g.Eqns[i]

            if not (Plan.isAlias e.Prim) && e.Outputs |> Array.exists (fun v -> g.Avals[v].ByteSize > 0L) then
                i
    |]

    // Results that are computed nowhere near their buffer: inputs, constants, and what is returned twice.
    let copies = [|
        for o in 0 .. outputs - 1 do
            match place g.Outputs[o] with
            | Place.Cell c when c = inputs + o -> ()
            | from -> struct (from, o, g.Avals[g.Outputs[o]].ByteSize)
    |]

    let releases = [|
        for struct (v, last) in layout.Foreign do
            if last < Int32.MaxValue then
                struct (last, foreign[v] - inputs - outputs)
    |]

    /// The graph, and who dies where.
    member _.Plan = plan

    /// Where everything lies.
    member _.Layout = layout

    /// Per equation.
    member _.Work = work

    /// Per equation: arithmetic operations.
    member _.Flops = flops

    /// The memory of the graph's constants.
    member _.Constants = constants

    /// The equations that are steps.
    member _.Steps = steps

    /// Results that must be copied at the end: from where, which result, how many bytes.
    member _.Copies = copies

    /// After which equation which foreign result is released.
    member _.Releases = releases

    /// The cell of the first result; inputs come before, foreign results after.
    member _.FirstOutput = inputs

    /// The number of cells.
    member _.Cells = inputs + outputs + foreign.Count

    /// The number of results of allocating kernels.
    member _.ForeignCount = foreign.Count

    /// Where a variable lies.
    member _.Place(v: int) = place v

/// One set of memory for a program. Not for two threads at a time.
[<Sealed>]
type internal Frame(code: Code, arena: nativeint) =
    let g = code.Plan.Graph
    let steps = code.Steps
    let sites = Array.init code.Cells (fun _ -> List<struct (nativeint[] * int)>())
    let owned: CpuBuffer[] = Array.zeroCreate code.ForeignCount
    let firstForeign = code.Cells - code.ForeignCount

    let write (list: nativeint[]) i place =
        match place with
        | Place.Offset o -> list[i] <- arena + nativeint o
        | Place.Address a -> list[i] <- a
        | Place.Cell c -> sites[c].Add(struct (list, i))

    let operands (vs: int[]) =
        let list = Array.zeroCreate vs.Length
        vs |> Array.iteri (fun i v -> write list i (code.Place v))
        list

    let ins = steps |> Array.map (fun i -> operands g.Eqns[i].Inputs)
    let outs = steps |> Array.map (fun i -> operands g.Eqns[i].Outputs)
    let copyFrom = Array.zeroCreate<nativeint> code.Copies.Length
    let copyTo = Array.zeroCreate<nativeint> code.Copies.Length

    do
        code.Copies
        |> Array.iteri (fun i (struct (from, o, _)) ->
            write copyFrom i from
            write copyTo i (Place.Cell(code.FirstOutput + o)))

    let cells = sites |> Array.map (fun s -> s.ToArray())

    let set cell (address: nativeint) =
        for struct (list, i) in cells[cell] do
            list[i] <- address

    let mutable position = 0

    let allocating i (kernel: AllocatingKernel) =
        let results: CpuBuffer[] = Array.zeroCreate g.Eqns[i].Outputs.Length

        let places =
            g.Eqns[i].Outputs
            |> Array.map (fun v ->
                match code.Place v with
                | Place.Cell c -> c
                | _ -> Fail.runtime "program" $"variable {v} has planned memory" "This is a bug in planning.")

        Kernel(fun ins _ ->
            kernel.Invoke(ins, results)

            for k in 0 .. results.Length - 1 do
                owned[places[k] - firstForeign] <- results[k]
                set places[k] results[k].Pointer
                results[k] <- null)

    // Releases ride on the last step that reads the memory.
    let releasing =
        code.Releases
        |> Array.groupBy (fun (struct (last, _)) -> last)
        |> Array.map (fun (last, all) -> last, all |> Array.map (fun (struct (_, f)) -> f))
        |> dict

    let kernels =
        steps
        |> Array.map (fun i ->
            let kernel =
                match code.Work[i] with
                | Work.Plain k -> k
                | Work.Bound(_, make) ->
                    let at = code.Layout.Scratch[i]
                    make (if at < 0L then 0n else arena + nativeint at)
                | Work.Allocating k -> allocating i k

            match releasing.TryGetValue i with
            | true, dying ->
                Kernel(fun ins outs ->
                    kernel.Invoke(ins, outs)

                    for f in dying do
                        owned[f].Release()
                        owned[f] <- null)
            | _ -> kernel)

    let finish () =
        for i in 0 .. copyFrom.Length - 1 do
            if copyTo[i] <> 0n && copyTo[i] <> copyFrom[i] then
                let struct (_, _, bytes) = code.Copies[i]
                Frame.Copy(copyFrom[i], copyTo[i], bytes)

    /// Which step runs, or failed: an index into `Code.Steps`.
    member _.Position = position

    /// Sets the address of an input for the next run.
    member _.SetInput(i: int, address: nativeint) : unit = set i address

    /// Sets the address of a result for the next run.
    member _.SetOutput(o: int, address: nativeint) : unit = set (code.FirstOutput + o) address

    /// Runs all steps; the results lie where they were asked for, except those handed out (`Owned`).
    member _.Run() : unit =
        for i in 0 .. kernels.Length - 1 do
            position <- i
            kernels[i].Invoke(ins[i], outs[i])

        finish ()

    /// As `Run`, and writes when each step began, in ticks of `Stopwatch`, and when the last one ended.
    member _.RunTimed(at: int64[]) : unit =
        for i in 0 .. kernels.Length - 1 do
            position <- i
            at[i] <- Stopwatch.GetTimestamp()
            kernels[i].Invoke(ins[i], outs[i])

        at[kernels.Length] <- Stopwatch.GetTimestamp()
        finish ()

    /// Runs all steps as a part of another program: nothing is handed out.
    member f.RunInside() : unit =
        f.Run()
        f.ReleaseOwned()

    /// The buffer that the allocating kernel made for a cell; the caller owns it from now on. Null where there is none.
    member _.TakeOwned(cell: int) : CpuBuffer =
        let b = owned[cell - firstForeign]
        owned[cell - firstForeign] <- null
        b

    /// Releases what allocating kernels left behind.
    member _.ReleaseOwned() : unit =
        for f in 0 .. owned.Length - 1 do
            if not (isNull owned[f]) then
                owned[f].Release()
                owned[f] <- null

    /// Copies bytes between addresses.
    static member Copy(from: nativeint, target: nativeint, bytes: int64) : unit =
        Buffer.MemoryCopy(from.ToPointer(), target.ToPointer(), bytes, bytes)
