/// Runs kernels of float16 and bfloat16 in float32.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Narrow

#nowarn "9"

open System
open System.Numerics
open Keras.FSharp

/// True for the types that are computed in float32.
let isNarrow (d: DType) = d = DType.Float16 || d = DType.BFloat16

let private widen (d: DType) (from: nativeint) (target: nativeint) (count: int) =
    let out = Span<float32>(target.ToPointer(), count)

    if d = DType.Float16 then
        Tensors.TensorPrimitives.ConvertToSingle(ReadOnlySpan<Half>(from.ToPointer(), count), out)
    else
        let bits = ReadOnlySpan<uint16>(from.ToPointer(), count)

        for i in 0 .. count - 1 do
            out[i] <- BitConverter.UInt32BitsToSingle(uint32 bits[i] <<< 16)

let private narrow (d: DType) (from: nativeint) (target: nativeint) (count: int) =
    let values = ReadOnlySpan<float32>(from.ToPointer(), count)

    if d = DType.Float16 then
        Tensors.TensorPrimitives.ConvertToHalf(values, Span<Half>(target.ToPointer(), count))
    else
        let bits = Span<uint16>(target.ToPointer(), count)

        for i in 0 .. count - 1 do
            let x = values[i]
            let u = BitConverter.SingleToUInt32Bits x
            // To the nearest, halves to even; NaN stays NaN.
            bits[i] <-
                if Single.IsNaN x then
                    uint16 (u >>> 16) ||| 0x40us
                else
                    uint16 ((u + 0x7fffu + ((u >>> 16) &&& 1u)) >>> 16)

/// The kernel that `prepare` makes for float32 in place of the narrow types, between conversions.
let wrap (prepare: Aval[] -> Aval[] -> Kernel) (inputs: Aval[]) (outputs: Aval[]) : Kernel =
    let wide (a: Aval) = if isNarrow a.DType then { a with DType = DType.Float32 } else a

    let inner = prepare (Array.map wide inputs) (Array.map wide outputs)
    let align (n: int64) = (n + 63L) / 64L * 64L
    let room (a: Aval) = if isNarrow a.DType then align (4L * int64 a.Size) else 0L
    let total = Array.sumBy room inputs + Array.sumBy room outputs
    let spare = Collections.Concurrent.ConcurrentBag<ScratchBuffer>()

    Kernel(fun ins outs ->
        let buffer =
            match spare.TryTake() with
            | true, b -> b
            | _ -> ScratchBuffer total

        let mutable at = buffer.Address

        let place (avals: Aval[]) (given: nativeint[]) =
            Array.map2
                (fun (a: Aval) p ->
                    if isNarrow a.DType then
                        let here = at
                        at <- at + nativeint (room a)
                        here
                    else
                        p)
                avals
                given

        let wideIns = place inputs ins
        let wideOuts = place outputs outs

        for i in 0 .. inputs.Length - 1 do
            if isNarrow inputs[i].DType then
                widen inputs[i].DType ins[i] wideIns[i] inputs[i].Size

        inner.Invoke(wideIns, wideOuts)

        for i in 0 .. outputs.Length - 1 do
            if isNarrow outputs[i].DType then
                narrow outputs[i].DType wideOuts[i] outs[i] outputs[i].Size

        spare.Add buffer)
