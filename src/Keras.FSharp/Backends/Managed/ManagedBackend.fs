/// The backend that needs nothing native: kernels written in F#.
namespace Keras.FSharp.Backends

open System
open System.Collections.Concurrent
open System.Threading
open Keras.FSharp
open Keras.FSharp.Backends.Cpu

/// What a kernel was prepared for.
[<Struct; CustomEquality; NoComparison>]
type internal KernelKey = {
    Prim: Prim
    Inputs: Aval[]
} with

    override k.GetHashCode() =
        let mutable h = HashCode()
        h.Add(k.Prim.GetHashCode())

        for a in k.Inputs do
            h.Add(a.GetHashCode())

        h.ToHashCode()

    member k.Same(o: KernelKey) =
        let mutable same = k.Inputs.Length = o.Inputs.Length && k.Prim.Equals o.Prim
        let mutable i = 0

        while same && i < k.Inputs.Length do
            same <- k.Inputs[i].Equals o.Inputs[i]
            i <- i + 1

        same

    override k.Equals o =
        match o with
        | :? KernelKey as o -> k.Same o
        | _ -> false

    interface IEquatable<KernelKey> with
        member k.Equals o = k.Same o

/// Pure .NET, runs wherever .NET runs. Name: `managed`.
[<Sealed>]
type ManagedBackend private () =
    static let instance = ManagedBackend()

    static let composites = ConcurrentDictionary<string, Func<Composite, Aval[], Aval[], Kernel voption>>()

    // Kernels for small operands, where preparing costs as much as running. Emptied when full: the few that are in use
    // come back at once.
    let kernels = ConcurrentDictionary<KernelKey, Kernel>()
    let mutable count = 0
    let capacity = 4096

    let prepared (prim: Prim) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
        let key = { Prim = prim; Inputs = inputs }
        let mutable found = Unchecked.defaultof<Kernel>

        if kernels.TryGetValue(key, &found) then
            found
        else
            let kernel = Kernels.prepare prim inputs outputs

            if Interlocked.Increment &count > capacity then
                kernels.Clear()
                Volatile.Write(&count, 0)

            kernels[key] <- kernel
            kernel

    let kernelOf (prim: Prim) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
        match prim with
        // These take less time to prepare than to look up.
        | Prim.Unary _
        | Prim.Binary _
        | Prim.Compare _
        | Prim.Select
        | Prim.Full _ -> Kernels.prepare prim inputs outputs
        | Prim.Call c ->
            let mutable prepare = Unchecked.defaultof<Func<Composite, Aval[], Aval[], Kernel voption>>

            let kernel =
                if composites.TryGetValue(c.Name, &prepare) then
                    prepare.Invoke(c, inputs, outputs)
                else
                    ValueNone

            match kernel with
            | ValueSome kernel -> kernel
            | ValueNone -> Fail.unsupported c.Name "the managed backend has no kernel for it" "Decompose it first."
        | _ -> prepared prim inputs outputs

    /// The one instance.
    static member Instance: IBackend = instance

    /// Makes a composite known: the function gives a kernel, or none for operands that it does not take.
    static member internal Register(name: string, prepare: Composite -> Aval[] -> Aval[] -> Kernel voption) : unit =
        composites[name] <- Func<_, _, _, _>(fun c inputs outputs -> prepare c inputs outputs)

    /// Runs a kernel on buffers.
    member private b.Run(kernel: Kernel, inputs: Buffer[], outputs: Aval[]) : Buffer[] =
        let addresses = Array.zeroCreate<nativeint> inputs.Length

        for i in 0 .. inputs.Length - 1 do
            addresses[i] <-
                match inputs[i] with
                | :? CpuBuffer as buffer -> buffer.Pointer
                | other ->
                    Fail.state
                        "managed"
                        $"operand {i} lies on {other.Device}, but this backend works in CPU memory"
                        "Move it to the CPU first."

        let results = Array.zeroCreate<Buffer> outputs.Length
        let targets = Array.zeroCreate<nativeint> outputs.Length

        for i in 0 .. outputs.Length - 1 do
            let buffer = CpuBuffer.Allocate(b, outputs[i].ByteSize)
            results[i] <- buffer
            targets[i] <- buffer.Pointer

        kernel.Invoke(addresses, targets)
        GC.KeepAlive inputs
        GC.KeepAlive results
        results

    member private b.Share(buffer: Buffer) : Buffer =
        match buffer with
        | :? CpuBuffer as c -> c.Share b
        | other -> Fail.state "managed" $"the operand lies on {other.Device}" "Move it to the CPU first."

    interface IBackend with
        member _.Name = "managed"
        member _.Devices = [| { Kind = "cpu"; Index = 0 } |]

        member b.Upload(bytes, aval, _) =
            let buffer = CpuBuffer.Allocate(b, aval.ByteSize)
            bytes.CopyTo(span<byte> buffer.Pointer (int aval.ByteSize))
            GC.KeepAlive buffer
            buffer

        member _.Download(buffer, aval, bytes) =
            match buffer with
            | :? CpuBuffer as buffer ->
                (span<byte> buffer.Pointer (int aval.ByteSize)).CopyTo bytes
                GC.KeepAlive buffer
            | other -> Fail.state "managed" $"the buffer lies on {other.Device}" "Read it by its own backend."

        member b.Execute(prim, inputs, avals, outputs) =
            match prim with
            | Prim.Reshape _
            | Prim.Bitcast _
            | Prim.StopGradient
            | Prim.Barrier -> Array.map b.Share inputs
            | Prim.Cond _
            | Prim.While _
            | Prim.Scan _ -> GraphRunner.execute b prim inputs avals outputs
            | _ -> b.Run(kernelOf prim avals outputs, inputs, outputs)

        member _.HasKernel(composite, avals) =
            let mutable prepare = Unchecked.defaultof<Func<Composite, Aval[], Aval[], Kernel voption>>

            composites.TryGetValue(composite.Name, &prepare)
            && (prepare.Invoke(composite, avals, composite.Outputs avals)).IsSome

        member b.Compile plan =
            let provider = {
                Backend = b
                Prepare = fun prim inputs outputs -> Prepared.Kernel(kernelOf prim inputs outputs)
                InPlace = Provider.elementwise
            }

            CpuProgram.Compile(provider, plan)
