/// What the backends that work in CPU memory have in common: moving elements, running kernels one by one and keeping
/// them, control flow, compiled programs. They differ in where their kernels come from.
namespace Keras.FSharp.Backends.Cpu

open System
open System.Collections.Concurrent
open System.Threading
open Keras.FSharp
open Keras.FSharp.Backends

/// Where the kernels of a backend come from. The functions are asked once per operation and operand types.
type internal KernelSource = {
    /// The kernel for a primitive that is neither control flow nor a composite.
    Primitive: IBackend -> Prim -> Aval[] -> Aval[] -> Prepared
    /// The kernel for a composite, or none: then its meaning is executed.
    Composite: IBackend -> Composite -> Aval[] -> Aval[] -> Prepared voption
}

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

/// A backend over dense memory of the CPU.
[<Sealed>]
type internal CpuBackend(name: string, source: KernelSource) =
    // Emptied when full: the few that are in use come back at once.
    let kernels = ConcurrentDictionary<KernelKey, Prepared voption>()
    let mutable count = 0
    let capacity = 4096

    let prepare (backend: IBackend) (prim: Prim) (inputs: Aval[]) (outputs: Aval[]) : Prepared voption =
        match prim with
        | Prim.Call c -> source.Composite backend c inputs outputs
        | _ -> ValueSome(source.Primitive backend prim inputs outputs)

    let lookUp (backend: IBackend) (prim: Prim) (inputs: Aval[]) (outputs: Aval[]) : Prepared voption =
        let key = { Prim = prim; Inputs = inputs }
        let mutable found = ValueNone

        if kernels.TryGetValue(key, &found) then
            found
        else
            let kernel = prepare backend prim inputs outputs

            if Interlocked.Increment &count > capacity then
                kernels.Clear()
                Volatile.Write(&count, 0)

            kernels[key] <- kernel
            kernel

    let kernelOf (backend: IBackend) (prim: Prim) (inputs: Aval[]) (outputs: Aval[]) : Prepared =
        match prim with
        // These take less time to prepare than to look up.
        | Prim.Unary _
        | Prim.Binary _
        | Prim.Compare _
        | Prim.Select
        | Prim.Full _ -> source.Primitive backend prim inputs outputs
        | _ ->
            match lookUp backend prim inputs outputs with
            | ValueSome kernel -> kernel
            | ValueNone ->
                let given = String.Join(", ", inputs)

                Fail.unsupported
                    (Prims.name prim)
                    $"the {name} backend has no kernel for ({given})"
                    "Decompose it first."

    let memory (buffer: Buffer) : CpuBuffer =
        match buffer with
        | :? CpuBuffer as c -> c
        | other ->
            Fail.state name $"an operand lies on {other.Device}, but this backend works in CPU memory" "Move it first."

    let inPlace (prim: Prim) (operand: int) =
        match prim with
        | Prim.Call c when c.Name = RowUpdates.name -> RowUpdates.isInPlace operand
        | Prim.Call c -> FusedLoops.isElementwise c
        | _ -> Provider.elementwise prim operand

    member private b.Run(prepared: Prepared, inputs: Buffer[], outputs: Aval[]) : Buffer[] =
        let addresses = Array.zeroCreate<nativeint> inputs.Length

        for i in 0 .. inputs.Length - 1 do
            addresses[i] <- (memory inputs[i]).Pointer

        let results = Array.zeroCreate<CpuBuffer> outputs.Length

        match prepared with
        | Prepared.Kernel kernel ->
            let targets = Array.zeroCreate<nativeint> outputs.Length

            for i in 0 .. outputs.Length - 1 do
                results[i] <- CpuBuffer.Allocate(b, outputs[i].ByteSize)
                targets[i] <- results[i].Pointer

            kernel.Invoke(addresses, targets)
        | Prepared.Allocating kernel -> kernel.Invoke(addresses, results)

        GC.KeepAlive inputs
        GC.KeepAlive results
        Array.map (fun r -> r :> Buffer) results

    interface IBackend with
        member _.Name = name
        member _.Devices = [| { Kind = "cpu"; Index = 0 } |]

        member b.Upload(bytes, aval, _) =
            let buffer = CpuBuffer.Allocate(b, aval.ByteSize)
            bytes.CopyTo(span<byte> buffer.Pointer (int aval.ByteSize))
            GC.KeepAlive buffer
            buffer

        member _.Download(buffer, aval, bytes) =
            let buffer = memory buffer
            (span<byte> buffer.Pointer (int aval.ByteSize)).CopyTo bytes
            GC.KeepAlive buffer

        member b.Execute(prim, inputs, avals, outputs) =
            match prim with
            | Prim.Reshape _
            | Prim.Bitcast _
            | Prim.StopGradient
            | Prim.Barrier -> inputs |> Array.map (fun i -> (memory i).Share b)
            | Prim.Cond _
            | Prim.While _
            | Prim.Scan _ -> GraphRunner.execute b prim inputs avals outputs
            | _ -> b.Run(kernelOf b prim avals outputs, inputs, outputs)

        member b.HasKernel(composite, avals) = (lookUp b (Prim.Call composite) avals (composite.Outputs avals)).IsSome

        // Sums and elementwise work, which regions share with the activation and the residual beside them.
        member _.PrefersMeaning(composite, avals) =
            match composite.Name with
            | "batch_norm_train"
            | "batch_norm_train_grad" -> Emit.isSupported && Lower.laneBytes avals[0].DType > 0
            | _ -> false

        member b.Compile plan =
            let provider = {
                Backend = b
                Prepare = fun prim inputs outputs -> kernelOf b prim inputs outputs
                InPlace = inPlace
                Fuse = true
            }

            CpuProgram.Compile(provider, plan)
