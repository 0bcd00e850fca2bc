/// Memory of the CPU backends: dense blocks that are recycled by size, given back at once by `Release` or by the
/// collector, and an account that asks for a collection before garbage piles up, so that nobody has to dispose.
namespace Keras.FSharp.Backends

open System
open System.Collections.Generic
open System.Numerics
open System.Runtime.InteropServices
open System.Threading
open Keras.FSharp

/// Native blocks, aligned to 64 bytes, recycled by size class. Sizes are rounded up to four classes per doubling.
[<RequireQualifiedAccess>]
module internal Heap =
    /// Every block starts at a multiple of this.
    let alignment = 64

    let private minSlack = 64L <<< 20
    let private maxSlack = 1L <<< 30

    /// What stands for one size: where it is kept while free, and how large it is.
    [<Struct>]
    type SizeClass = { Index: int; Bytes: int64 }

    /// The class that holds `bytes`; at least 64 bytes, less than a quarter is wasted above 256.
    let sizeClass (bytes: int64) : SizeClass =
        let last = uint64 (max bytes 1L) - 1UL
        let shift = max 6 (61 - BitOperations.LeadingZeroCount last)
        let quarters = int (last >>> shift) + 1

        {
            Index = (shift - 6) * 4 + quarters
            Bytes = int64 quarters <<< shift
        }

    let private free = Array.init 256 (fun _ -> Stack<nativeint>())

    // Bytes handed out and not given back, bytes kept for reuse, and the mark at which a collection is due.
    let mutable private live = 0L
    let mutable private pooled = 0L
    let mutable private ceiling = minSlack
    // An upper bound of what is really in use: what the last thorough collection left, or less.
    let mutable private settled = 0L
    let private collecting = obj ()

    /// Bytes handed out and not given back yet, garbage included.
    let liveBytes () = Volatile.Read &live

    /// Bytes kept for reuse.
    let pooledBytes () = Volatile.Read &pooled

    let private freeNative (p: nativeint) =
        NativeMemory.AlignedFree(NativeInterop.NativePtr.toVoidPtr (NativeInterop.NativePtr.ofNativeInt<byte> p))

    /// Gives everything that waits for reuse back to the system.
    let trim () : unit =
        free
        |> Array.iteri (fun index stack ->
            let shift = 6 + max 0 ((index - 5) / 4)
            let size = int64 (index - 4 * (shift - 6)) <<< shift

            let blocks =
                lock stack (fun () ->
                    let all = stack.ToArray()
                    stack.Clear()
                    all)

            for p in blocks do
                freeNative p

            Interlocked.Add(&pooled, -size * int64 blocks.Length) |> ignore)

    /// How much garbage may lie around beside `used` bytes.
    let private slack (used: int64) = Math.Clamp(used / 2L, minSlack, maxSlack)

    // Younger generations first: most temporaries die young, and then a collection costs well under a millisecond. What
    // was in use during a collection is out of its reach later, so where too much is left an older generation follows.
    let private collect () =
        if Monitor.TryEnter collecting then
            try
                let mutable generation = 0

                while generation <= 2 do
                    GC.Collect(generation, GCCollectionMode.Forced, true)
                    GC.WaitForPendingFinalizers()
                    let now = liveBytes ()
                    let isLast = generation = 2
                    let enough = now <= settled + slack settled / 2L
                    settled <- if isLast then now else min settled now
                    generation <- if enough then 3 else generation + 1

                Volatile.Write(&ceiling, settled + slack settled)
            finally
                Monitor.Exit collecting

    /// Counts memory that somebody else handed out, so that it asks for collections like ours; negative: given back.
    let account (bytes: int64) : unit =
        if Interlocked.Add(&live, bytes) > Volatile.Read &ceiling && bytes > 0L then
            collect ()

    let private allocateNative (bytes: int64) =
        NativeMemory.AlignedAlloc(unativeint bytes, unativeint alignment)
        |> NativeInterop.NativePtr.ofVoidPtr<byte>
        |> NativeInterop.NativePtr.toNativeInt

    /// Hands out a block of the class. Its content is arbitrary.
    let rent (c: SizeClass) : nativeint =
        account c.Bytes
        let stack = free[c.Index]
        let mutable p = 0n
        lock stack (fun () -> stack.TryPop &p |> ignore)

        if p <> 0n then
            Interlocked.Add(&pooled, -c.Bytes) |> ignore
            p
        else
            try
                allocateNative c.Bytes
            with :? OutOfMemoryException ->
                GC.Collect()
                GC.WaitForPendingFinalizers()
                trim ()

                try
                    allocateNative c.Bytes
                with :? OutOfMemoryException ->
                    Interlocked.Add(&live, -c.Bytes) |> ignore

                    Fail.runtime
                        "memory"
                        $"{c.Bytes} bytes cannot be allocated; {liveBytes ()} bytes are in use"
                        "Use smaller batches, or release what is not needed."

    /// Takes a block back.
    let giveBack (p: nativeint) (c: SizeClass) : unit =
        Interlocked.Add(&live, -c.Bytes) |> ignore

        // Sizes that nobody asks for any more must not pile up.
        if Interlocked.Add(&pooled, c.Bytes) > Volatile.Read &ceiling then
            trim ()

        let stack = free[c.Index]
        lock stack (fun () -> stack.Push p)

/// A piece of native memory that is given back once: by `Free`, or by the collector.
[<Sealed>]
type internal Block(pointer: nativeint, size: Heap.SizeClass, release: Action | null, keepAlive: obj | null) =
    let mutable freed = 0

    /// Where it starts.
    member _.Pointer = pointer

    /// What the owner of foreign memory wants kept.
    member _.KeepAlive = keepAlive

    /// Gives the memory back; a second call does nothing.
    member b.Free() =
        if Interlocked.Exchange(&freed, 1) = 0 then
            GC.SuppressFinalize b
            b.GiveBack()

    member private _.GiveBack() =
        match release with
        | null -> Heap.giveBack pointer size
        | release ->
            Heap.account -size.Bytes
            release.Invoke()

    override b.Finalize() =
        if Interlocked.Exchange(&freed, 1) = 0 then
            b.GiveBack()

/// Small buffers are cut one after the other from slabs, one slab per thread at a time, because a finalizer for each of
/// them would cost more than the operation that fills it. A slab lives until the last buffer in it is gone; it is small,
/// so that one long-lived scalar keeps little.
[<AbstractClass; Sealed>]
type internal Slab private () =
    static let size = Heap.sizeClass 4096L

    [<ThreadStatic; DefaultValue>]
    static val mutable private block: Block | null

    [<ThreadStatic; DefaultValue>]
    static val mutable private used: int

    /// Buffers up to this size are cut from slabs.
    static member Limit = 256L

    /// The slab that has room for `bytes`, and where.
    static member Cut(bytes: int64, offset: byref<nativeint>) : Block =
        let need = (max (int bytes) 1 + Heap.alignment - 1) &&& ~~~(Heap.alignment - 1)

        let block =
            match Slab.block with
            | null -> Slab.Renew()
            | block -> if Slab.used + need > int size.Bytes then Slab.Renew() else block

        offset <- nativeint Slab.used
        Slab.used <- Slab.used + need
        block

    static member private Renew() : Block =
        let block = Block(Heap.rent size, size, null, null)
        Slab.block <- block
        Slab.used <- 0
        block

/// Dense row-major elements in CPU memory, at least 64-byte aligned where allocated here. Several buffers may share one
/// memory; it is given back when all of them are released, or gone.
[<Sealed; AllowNullLiteral>]
type internal CpuBuffer
    private (backend: IBackend, pointer: nativeint, bytes: int64, block: Block, inSlab: bool, root: CpuBuffer) =
    inherit Buffer()

    // In a root: how many buffers share the memory and were not released.
    let mutable users = 1
    let mutable released = 0

    static let cpu = { Kind = "cpu"; Index = 0 }

    member private _.Drop() =
        if Interlocked.Decrement(&users) = 0 && not inSlab then
            block.Free()

    member private _.Join() = Interlocked.Increment(&users) |> ignore
    member private _.Users = Volatile.Read &users

    /// The address of the first element. Keep the buffer alive (`GC.KeepAlive`) while it is used.
    member b.Pointer: nativeint =
        if b.IsReleased then
            Fail.state
                "memory"
                "second use of a donated value: this tensor's memory was released or given away"
                "Keep a copy, or use the result that replaced it."

        pointer

    /// True if no other buffer that was not released shares the memory: it may be overwritten when this one is donated.
    member b.IsSole = (if isNull root then b else root).Users = 1

    /// Fresh memory with arbitrary content.
    static member Allocate(backend: IBackend, bytes: int64) : CpuBuffer =
        if bytes <= Slab.Limit then
            let mutable offset = 0n
            let slab = Slab.Cut(bytes, &offset)
            CpuBuffer(backend, slab.Pointer + offset, bytes, slab, true, null)
        else
            let size = Heap.sizeClass bytes
            let block = Block(Heap.rent size, size, null, null)
            CpuBuffer(backend, block.Pointer, bytes, block, false, null)

    /// Memory of somebody else: `release` gives it back, once; `keepAlive` is referenced until then.
    static member Wrap
        (backend: IBackend, pointer: nativeint, bytes: int64, keepAlive: obj, release: unit -> unit)
        : CpuBuffer =
        Heap.account bytes

        let block = Block(pointer, { Heap.SizeClass.Index = 0; Bytes = bytes }, Action release, keepAlive)

        CpuBuffer(backend, pointer, bytes, block, false, null)

    /// Another buffer for a part of the same memory.
    member b.View(backend: IBackend, offset: int64, bytes: int64) : CpuBuffer =
        let start = b.Pointer + nativeint offset
        let owner = if isNull root then b else root
        owner.Join()
        CpuBuffer(backend, start, bytes, block, inSlab, owner)

    /// Another buffer for the same memory.
    member b.Share(backend: IBackend) : CpuBuffer = b.View(backend, 0L, bytes)

    override _.Backend = backend
    override _.Device = cpu
    override _.ByteLength = bytes
    override _.IsReleased = Volatile.Read &released <> 0

    override b.Release() =
        if Interlocked.Exchange(&released, 1) = 0 then
            (if isNull root then b else root).Drop()

/// Memory for the time of one kernel.
[<Struct>]
type internal Temporary =
    val private size: Heap.SizeClass

    /// Where it is.
    val Pointer: nativeint

    /// At least `bytes` bytes.
    new(bytes: int64) =
        let size = Heap.sizeClass bytes

        { size = size; Pointer = Heap.rent size }

    interface IDisposable with
        member s.Dispose() = Heap.giveBack s.Pointer s.size
