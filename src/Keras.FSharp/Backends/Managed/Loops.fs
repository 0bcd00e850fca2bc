/// Elementwise loops, written once for all element types and operations: a loop is generic over a type that holds the
/// operation, and the compiler at run time makes straight vector code of each pair.
namespace Keras.FSharp.Backends

#nowarn "3535" // interfaces with static abstract members, which is what the loops are built on
#nowarn "3536"

open System
open System.Numerics
open System.Runtime.CompilerServices
open Microsoft.FSharp.NativeInterop
open Keras.FSharp

/// Elements at addresses.
[<AutoOpen>]
module internal Address =
    let inline pointer (p: nativeint) = NativePtr.toVoidPtr (NativePtr.ofNativeInt<byte> p)

    /// The value at an address, which need not be aligned.
    let inline load<'V> (p: nativeint) : 'V = Unsafe.ReadUnaligned<'V>(pointer p)

    /// Writes a value to an address.
    let inline store<'V> (p: nativeint) (v: 'V) : unit = Unsafe.WriteUnaligned<'V>(pointer p, v)

    /// `n` elements as a span.
    let inline span<'T> (p: nativeint) (n: int) : Span<'T> = Span<'T>(pointer p, n)

    /// Copies bytes.
    let inline copy (source: nativeint) (target: nativeint) (bytes: int64) : unit =
        Buffer.MemoryCopy(pointer source, pointer target, bytes, bytes)

    /// The first `bytes` bytes of a vector, the rest zero.
    let inline loadPart<'V> (p: nativeint) (bytes: nativeint) : 'V =
        let mutable v = Unchecked.defaultof<'V>
        Unsafe.CopyBlockUnaligned(Unsafe.AsPointer &v, pointer p, uint bytes)
        v

    /// Writes the first `bytes` bytes of a vector.
    let inline storePart<'V> (p: nativeint) (v: 'V) (bytes: nativeint) : unit =
        let mutable v = v
        Unsafe.CopyBlockUnaligned(pointer p, Unsafe.AsPointer &v, uint bytes)

/// A vector operation of one operand. Lanes are independent.
type internal IVector1<'T> =
    static abstract Of: x: Vector<'T> -> Vector<'T>

/// A vector operation of two operands.
type internal IVector2<'T> =
    static abstract Of: a: Vector<'T> * b: Vector<'T> -> Vector<'T>

/// A vector operation of three operands.
type internal IVector3<'T> =
    static abstract Of: a: Vector<'T> * b: Vector<'T> * c: Vector<'T> -> Vector<'T>

/// An operation on single elements of one operand.
type internal IScalar1<'T, 'R> =
    static abstract Of: x: 'T -> 'R

/// An operation on single elements of two operands.
type internal IScalar2<'T, 'R> =
    static abstract Of: a: 'T * b: 'T -> 'R

/// A loop over n elements of one operand; the result may lie where the operand lies if the sizes are equal.
type internal Loop1 = delegate of x: nativeint * y: nativeint * n: nativeint -> unit

/// A loop over n elements of two operands.
type internal Loop2 = delegate of a: nativeint * b: nativeint * y: nativeint * n: nativeint -> unit

/// A loop over n elements of three operands.
type internal Loop3 = delegate of a: nativeint * b: nativeint * c: nativeint * y: nativeint * n: nativeint -> unit

/// The loops. The remainder of a length goes through the same vector operation as the rest, so a value does not depend
/// on its position.
[<AbstractClass; Sealed>]
type internal Loops private () =
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member Vector1<'T, 'Op when 'T: unmanaged and 'Op :> IVector1<'T>>
        (x: nativeint, y: nativeint, n: nativeint)
        : unit =
        let step = nativeint Vector<byte>.Count
        let total = n * nativeint sizeof<'T>
        let full = total - step
        let mutable i = 0n

        while i <= full do
            store (y + i) ('Op.Of(load<Vector<'T>>(x + i)))
            i <- i + step

        if i < total then
            storePart (y + i) ('Op.Of(loadPart<Vector<'T>> (x + i) (total - i))) (total - i)

    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member Vector2<'T, 'Op when 'T: unmanaged and 'Op :> IVector2<'T>>
        (a: nativeint, b: nativeint, y: nativeint, n: nativeint)
        : unit =
        let step = nativeint Vector<byte>.Count
        let total = n * nativeint sizeof<'T>
        let full = total - step
        let mutable i = 0n

        while i <= full do
            store (y + i) ('Op.Of(load<Vector<'T>>(a + i), load<Vector<'T>>(b + i)))
            i <- i + step

        if i < total then
            let rest = total - i
            let v = 'Op.Of(loadPart<Vector<'T>> (a + i) rest, loadPart<Vector<'T>> (b + i) rest)
            storePart (y + i) v rest

    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member Vector3<'T, 'Op when 'T: unmanaged and 'Op :> IVector3<'T>>
        (a: nativeint, b: nativeint, c: nativeint, y: nativeint, n: nativeint)
        : unit =
        let step = nativeint Vector<byte>.Count
        let total = n * nativeint sizeof<'T>
        let full = total - step
        let mutable i = 0n

        while i <= full do
            let v = 'Op.Of(load<Vector<'T>>(a + i), load<Vector<'T>>(b + i), load<Vector<'T>>(c + i))

            store (y + i) v
            i <- i + step

        if i < total then
            let rest = total - i
            let part p = loadPart<Vector<'T>> (p + i) rest
            storePart (y + i) ('Op.Of(part a, part b, part c)) rest

    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member Scalar1<'T, 'R, 'Op when 'T: unmanaged and 'R: unmanaged and 'Op :> IScalar1<'T, 'R>>
        (x: nativeint, y: nativeint, n: nativeint)
        : unit =
        let mutable i = 0n

        while i < n do
            store (y + i * nativeint sizeof<'R>) ('Op.Of(load<'T>(x + i * nativeint sizeof<'T>)))
            i <- i + 1n

    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member Scalar2<'T, 'R, 'Op when 'T: unmanaged and 'R: unmanaged and 'Op :> IScalar2<'T, 'R>>
        (a: nativeint, b: nativeint, y: nativeint, n: nativeint)
        : unit =
        let size = nativeint sizeof<'T>
        let mutable i = 0n

        while i < n do
            store (y + i * nativeint sizeof<'R>) ('Op.Of(load<'T>(a + i * size), load<'T>(b + i * size)))
            i <- i + 1n

    /// For functions that cost far more than a call.
    static member Func1<'T, 'R when 'T: unmanaged and 'R: unmanaged>(f: Func<'T, 'R>) : Loop1 =
        Loop1(fun x y n ->
            for i in 0n .. n - 1n do
                store (y + i * nativeint sizeof<'R>) (f.Invoke(load<'T>(x + i * nativeint sizeof<'T>))))

    /// For functions that cost far more than a call.
    static member Func2<'T, 'R when 'T: unmanaged and 'R: unmanaged>(f: Func<'T, 'T, 'R>) : Loop2 =
        let size = nativeint sizeof<'T>

        Loop2(fun a b y n ->
            for i in 0n .. n - 1n do
                store (y + i * nativeint sizeof<'R>) (f.Invoke(load<'T>(a + i * size), load<'T>(b + i * size))))

/// The vector loop of an operation of one operand, made once.
[<AbstractClass; Sealed>]
type internal LoopsOf<'T, 'Op when 'T: unmanaged and 'Op :> IVector1<'T>> private () =
    static member val Vector1 = Loop1(fun x y n -> Loops.Vector1<'T, 'Op>(x, y, n))

/// The vector loop of an operation of two operands, made once.
[<AbstractClass; Sealed>]
type internal Loops2Of<'T, 'Op when 'T: unmanaged and 'Op :> IVector2<'T>> private () =
    static member val Vector2 = Loop2(fun a b y n -> Loops.Vector2<'T, 'Op>(a, b, y, n))

/// Makes kernels of loops: splits them over the cores.
[<RequireQualifiedAccess>]
module internal Elements =
    let inline private size (a: Aval) = nativeint (DType.size a.DType)

    /// A kernel of a loop of one operand; `grain` elements at least are worth a thread.
    let kernel1 (loop: Loop1) (grain: int64) (x: Aval) (y: Aval) : Kernel =
        let n, xs, ys = y.Shape.Size, size x, size y

        if n <= grain then
            Kernel(fun ins outs -> loop.Invoke(ins[0], outs[0], nativeint n))
        else
            Kernel(fun ins outs ->
                let px, py = ins[0], outs[0]

                Parallel.run
                    n
                    grain
                    (Action<int64, int64>(fun from upTo ->
                        let o = nativeint from
                        loop.Invoke(px + o * xs, py + o * ys, nativeint upTo - o))))

    /// A kernel of a loop of two operands.
    let kernel2 (loop: Loop2) (grain: int64) (x: Aval) (y: Aval) : Kernel =
        let n, xs, ys = y.Shape.Size, size x, size y

        if n <= grain then
            Kernel(fun ins outs -> loop.Invoke(ins[0], ins[1], outs[0], nativeint n))
        else
            Kernel(fun ins outs ->
                let pa, pb, py = ins[0], ins[1], outs[0]

                Parallel.run
                    n
                    grain
                    (Action<int64, int64>(fun from upTo ->
                        let o = nativeint from
                        loop.Invoke(pa + o * xs, pb + o * xs, py + o * ys, nativeint upTo - o))))

    /// A kernel of a loop of three operands, of which the first may have another element size than the result.
    let kernel3 (loop: Loop3) (grain: int64) (first: Aval) (y: Aval) : Kernel =
        let n, fs, ys = y.Shape.Size, size first, size y

        if n <= grain then
            Kernel(fun ins outs -> loop.Invoke(ins[0], ins[1], ins[2], outs[0], nativeint n))
        else
            Kernel(fun ins outs ->
                let pa, pb, pc, py = ins[0], ins[1], ins[2], outs[0]

                Parallel.run
                    n
                    grain
                    (Action<int64, int64>(fun from upTo ->
                        let o = nativeint from
                        loop.Invoke(pa + o * fs, pb + o * ys, pc + o * ys, py + o * ys, nativeint upTo - o))))
