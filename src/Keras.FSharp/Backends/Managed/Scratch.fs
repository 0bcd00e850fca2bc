/// Working memory of kernels, kept per thread from run to run.
namespace Keras.FSharp.Backends

open System
open System.Runtime.InteropServices

/// Native memory that is released with its owner.
[<Sealed>]
type internal ScratchBuffer(bytes: int64) =
    let address = NativeMemory.AlignedAlloc(unativeint (max bytes 64L), 64un)

    /// The first byte; aligned to 64.
    member _.Address = NativeInterop.NativePtr.toNativeInt (NativeInterop.NativePtr.ofVoidPtr<byte> address)

    /// The size in bytes.
    member _.Bytes = bytes

    override _.Finalize() = NativeMemory.AlignedFree address

/// The buffers of one thread, by slot. A function owns a slot until it returns; what calls what decides who may use
/// which: matrix products use the slots `PackA` and `PackB`, their callers the others.
[<AbstractClass; Sealed>]
type internal Scratch =
    [<ThreadStatic; DefaultValue>]
    static val mutable private buffers: ScratchBuffer[]

    /// The packed left operand of a matrix product.
    static member PackA = 0
    /// The packed right operand of a matrix product.
    static member PackB = 1
    /// A tile of a result.
    static member Tile = 2
    /// First slot of the callers of matrix products.
    static member First = 3
    /// Second slot of the callers of matrix products.
    static member Second = 4
    /// Third slot of the callers of matrix products.
    static member Third = 5

    /// At least `bytes` bytes of this thread's slot, not cleared, 64-byte aligned; valid until the slot's next use. The
    /// caller keeps no address beyond its own run.
    static member Get(slot: int, bytes: int64) : nativeint =
        if isNull (box Scratch.buffers) then
            Scratch.buffers <- Array.zeroCreate 6

        let held = Scratch.buffers[slot]

        if isNull (box held) || held.Bytes < bytes then
            let fresh = ScratchBuffer(max bytes 4096L)
            Scratch.buffers[slot] <- fresh
            fresh.Address
        else
            held.Address
