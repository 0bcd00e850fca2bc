/// Control flow inside compiled programs: the graphs of branches and loop bodies become code of their own that runs in
/// a part of the surrounding arena. Carries are double-buffered, or updated in place where the body allows it; slices
/// and stacked results are addresses that advance, not copies.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Cpu.Control

open System
open Keras.FSharp
open Keras.FSharp.Backends

let private align (bytes: int64) = (bytes + Packer.Alignment - 1L) / Packer.Alignment * Packer.Alignment

let private avalOf (code: Code) (v: int) = code.Plan.Graph.Avals[v]

let private inputBytes (code: Code) i = (avalOf code code.Plan.Graph.Inputs[i]).ByteSize

let private outputBytes (code: Code) o = (avalOf code code.Plan.Graph.Outputs[o]).ByteSize

/// (index, operands…) to the results of the branch at the index.
let cond (branches: Code[]) : Work =
    let scratch = branches |> Array.map (fun c -> c.Layout.ArenaBytes) |> Array.max

    Work.Bound(
        scratch,
        fun memory ->
            let frames = branches |> Array.map (fun c -> Frame(c, memory))

            Kernel(fun ins outs ->
                let index = NativeInterop.NativePtr.read (NativeInterop.NativePtr.ofNativeInt<int> ins[0])
                let frame = frames[Math.Clamp(index, 0, frames.Length - 1)]

                for k in 1 .. ins.Length - 1 do
                    frame.SetInput(k - 1, ins[k])

                for o in 0 .. outs.Length - 1 do
                    frame.SetOutput(o, outs[o])

                frame.RunInside())
    )

/// Which of the carries (inputs of the body from `firstCarry` on) the body updates in place: those whose result lies in
/// the memory of the carry itself. `lay` lays the body out with the flagged inputs donated.
let carriesInPlace (inputs: int) (firstCarry: int) (carries: int) (lay: bool[] -> Code) : struct (Code * bool[]) =
    let rec settle (flags: bool[]) =
        let code = lay flags

        let kept =
            Array.init flags.Length (fun i ->
                let carry = i - firstCarry

                flags[i]
                && (match code.Place code.Plan.Graph.Outputs[carry] with
                    | Place.Cell c -> c = i
                    | _ -> false))

        if kept = flags then struct (code, flags) else settle kept

    let struct (code, flags) =
        settle (Array.init inputs (fun i -> i >= firstCarry && i < firstCarry + carries))

    struct (code, Array.sub flags firstCarry carries)

/// Where double-buffered carries have their second buffer, after the arena; and the size of everything.
let private second (start: int64) (inPlace: bool[]) (bytes: int -> int64) =
    let offsets = Array.create inPlace.Length -1L
    let mutable next = align start

    for j in 0 .. inPlace.Length - 1 do
        if not inPlace[j] then
            offsets[j] <- next
            next <- next + align (bytes j)

    struct (offsets, next)

/// (constants of the condition…, constants of the body…, state…) to the last state.
let whileLoop (condition: Code) (body: Code) (inPlace: bool[]) (condConsts: int) (bodyConsts: int) : Work =
    let states = inPlace.Length
    let bytes = outputBytes body
    let flagAt = align (max condition.Layout.ArenaBytes body.Layout.ArenaBytes)
    let struct (offsets, scratch) = second (flagAt + Packer.Alignment) inPlace bytes

    Work.Bound(
        scratch,
        fun memory ->
            let test = Frame(condition, memory)
            let step = Frame(body, memory)
            let flag = memory + nativeint flagAt
            test.SetOutput(0, flag)
            let now: nativeint[] = Array.zeroCreate states

            Kernel(fun ins outs ->
                for k in 0 .. condConsts - 1 do
                    test.SetInput(k, ins[k])

                for k in 0 .. bodyConsts - 1 do
                    step.SetInput(k, ins[condConsts + k])

                for j in 0 .. states - 1 do
                    now[j] <- ins[condConsts + bodyConsts + j]

                    if inPlace[j] then
                        Frame.Copy(now[j], outs[j], bytes j)
                        now[j] <- outs[j]

                let holds () =
                    for j in 0 .. states - 1 do
                        test.SetInput(condConsts + j, now[j])

                    test.RunInside()
                    NativeInterop.NativePtr.read (NativeInterop.NativePtr.ofNativeInt<byte> flag) <> 0uy

                while holds () do
                    for j in 0 .. states - 1 do
                        step.SetInput(bodyConsts + j, now[j])

                        if not inPlace[j] then
                            now[j] <- if now[j] = outs[j] then memory + nativeint offsets[j] else outs[j]

                        step.SetOutput(j, now[j])

                    step.RunInside()

                for j in 0 .. states - 1 do
                    if now[j] <> outs[j] then
                        Frame.Copy(now[j], outs[j], bytes j))
    )

/// (constants…, carries…, sequences…) to (carries…, stacked results…).
let scan (body: Code) (inPlace: bool[]) (d: ScanDims) : Work =
    let bytes = outputBytes body
    let sequences = body.Plan.Graph.Inputs.Length - d.Consts - d.Carries
    let stacked = body.Plan.Graph.Outputs.Length - d.Carries
    let struct (offsets, scratch) = second body.Layout.ArenaBytes inPlace bytes

    Work.Bound(
        scratch,
        fun memory ->
            let step = Frame(body, memory)
            let now: nativeint[] = Array.zeroCreate d.Carries

            Kernel(fun ins outs ->
                for k in 0 .. d.Consts - 1 do
                    step.SetInput(k, ins[k])

                for j in 0 .. d.Carries - 1 do
                    now[j] <- ins[d.Consts + j]

                    if inPlace[j] || d.Length = 0 then
                        Frame.Copy(now[j], outs[j], bytes j)
                        now[j] <- outs[j]

                for t in 0 .. d.Length - 1 do
                    let at = int64 (if d.Reverse then d.Length - 1 - t else t)

                    for j in 0 .. d.Carries - 1 do
                        step.SetInput(d.Consts + j, now[j])

                        // So that the last iteration writes into the result.
                        if not inPlace[j] then
                            now[j] <- if (d.Length - 1 - t) % 2 = 0 then outs[j] else memory + nativeint offsets[j]

                        step.SetOutput(j, now[j])

                    for k in 0 .. sequences - 1 do
                        let i = d.Consts + d.Carries + k
                        step.SetInput(i, ins[i] + nativeint (at * inputBytes body i))

                    for k in 0 .. stacked - 1 do
                        let o = d.Carries + k
                        step.SetOutput(o, outs[o] + nativeint (at * bytes o))

                    step.RunInside())
    )
