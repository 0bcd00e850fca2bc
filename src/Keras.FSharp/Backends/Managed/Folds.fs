/// How elements are put together in reductions: along a contiguous run, and column by column. float32 sums are kept in
/// doubles and rounded once.
namespace Keras.FSharp.Backends

#nowarn "3535"
#nowarn "3536"

open System
open System.Numerics
open System.Runtime.CompilerServices
open Microsoft.FSharp.NativeInterop

/// A reduction of elements 'T with accumulators 'A.
type internal IFold<'T, 'A> =
    /// What changes nothing.
    static abstract Identity: 'A
    static abstract Join: 'A * 'A -> 'A
    /// The accumulator with `n` neighbours at `x` put in.
    static abstract Row: x: nativeint * n: nativeint * acc: 'A -> 'A
    /// Puts `n` neighbours at `x` into as many accumulators at `acc`.
    static abstract Column: x: nativeint * acc: nativeint * n: nativeint -> unit
    /// The same for four rows, `stride` bytes apart.
    static abstract FourColumns: x: nativeint * stride: nativeint * acc: nativeint * n: nativeint -> unit
    static abstract Finish: 'A -> 'T

/// A vector operation that reduces, with what changes nothing.
type internal IReducing<'T> =
    inherit IVector2<'T>
    static abstract Identity: 'T
    /// The same operation on single elements.
    static abstract Scalar: a: 'T * b: 'T -> 'T

[<Struct>]
type internal SumR<'T when 'T :> INumberBase<'T>> =
    interface IReducing<'T> with
        static member Of(a, b) = Vector.Add(a, b)
        static member Scalar(a, b) = a + b
        static member Identity = 'T.Zero

[<Struct>]
type internal ProdR<'T when 'T :> INumberBase<'T>> =
    interface IReducing<'T> with
        static member Of(a, b) = Vector.Multiply(a, b)
        static member Scalar(a, b) = a * b
        static member Identity = 'T.One

[<Struct>]
type internal MaxR<'T when 'T :> INumber<'T>> =
    interface IReducing<'T> with
        static member Of(a, b) = Vector.Max(a, b)
        static member Scalar(a, b) = 'T.Max(a, b)
        static member Identity = 'T.CreateSaturating Double.NegativeInfinity

[<Struct>]
type internal MinR<'T when 'T :> INumber<'T>> =
    interface IReducing<'T> with
        static member Of(a, b) = Vector.Min(a, b)
        static member Scalar(a, b) = 'T.Min(a, b)
        static member Identity = 'T.CreateSaturating Double.PositiveInfinity

/// Of bools, bytes that are 0 or 1.
[<Struct>]
type internal AndR =
    interface IReducing<byte> with
        static member Of(a, b) = Vector.BitwiseAnd(a, b)
        static member Scalar(a, b) = a &&& b
        static member Identity = 1uy

/// The loops of the folds.
[<AbstractClass; Sealed>]
type internal FoldLoops private () =
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member Row<'T, 'Op when 'T: unmanaged and 'Op :> IReducing<'T>>(x: nativeint, n: nativeint, acc: 'T) : 'T =
        let step = nativeint Vector<byte>.Count
        let total = n * nativeint sizeof<'T>
        let mutable acc = acc
        let mutable i = 0n

        if total >= 2n * step then
            let mutable v = FoldLoops.Whole<'T, 'Op>(x, total)
            let lanes = NativePtr.toNativeInt &&v
            i <- total - total % step

            for lane in 0n .. nativeint Vector<'T>.Count - 1n do
                acc <- 'Op.Scalar(acc, load<'T>(lanes + lane * nativeint sizeof<'T>))

        while i < total do
            acc <- 'Op.Scalar(acc, load<'T>(x + i))
            i <- i + nativeint sizeof<'T>

        acc

    /// The whole vectors in `total` bytes; four accumulators hide the latency of the operation and keep sums short.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member private Whole<'T, 'Op when 'T: unmanaged and 'Op :> IReducing<'T>>
        (x: nativeint, total: nativeint)
        : Vector<'T> =
        let step = nativeint Vector<byte>.Count
        let identity = Vector<'T> 'Op.Identity
        let mutable a = identity
        let mutable b = identity
        let mutable c = identity
        let mutable d = identity
        let mutable i = 0n

        while i <= total - 4n * step do
            a <- 'Op.Of(a, load<Vector<'T>>(x + i))
            b <- 'Op.Of(b, load<Vector<'T>>(x + i + step))
            c <- 'Op.Of(c, load<Vector<'T>>(x + i + 2n * step))
            d <- 'Op.Of(d, load<Vector<'T>>(x + i + 3n * step))
            i <- i + 4n * step

        while i <= total - step do
            a <- 'Op.Of(a, load<Vector<'T>>(x + i))
            i <- i + step

        'Op.Of('Op.Of(a, b), 'Op.Of(c, d))

    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member WideRow(x: nativeint, n: nativeint, acc: float) : float =
        let step = nativeint Vector<float32>.Count
        let mutable a = Vector<float>.Zero
        let mutable b = Vector<float>.Zero
        let mutable c = Vector<float>.Zero
        let mutable d = Vector<float>.Zero
        let mutable i = 0n

        while i <= n - 2n * step do
            let v = load<Vector<float32>>(x + i * 4n)
            a <- a + Vector.WidenLower v
            b <- b + Vector.WidenUpper v
            let v = load<Vector<float32>>(x + (i + step) * 4n)
            c <- c + Vector.WidenLower v
            d <- d + Vector.WidenUpper v
            i <- i + 2n * step

        let mutable rest = 0.0

        while i < n do
            rest <- rest + float (load<float32>(x + i * 4n))
            i <- i + 1n

        if n < 2n * step then acc + rest else acc + rest + Vector.Sum((a + b) + (c + d))

    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member WideColumn(x: nativeint, acc: nativeint, n: nativeint) : unit =
        let step = nativeint Vector<float32>.Count
        let half = nativeint Vector<byte>.Count
        let mutable i = 0n

        while i <= n - step do
            let v = load<Vector<float32>>(x + i * 4n)
            let p = acc + i * 8n
            store p (load<Vector<float>> p + Vector.WidenLower v)
            store (p + half) (load<Vector<float>>(p + half) + Vector.WidenUpper v)
            i <- i + step

        while i < n do
            let p = acc + i * 8n
            store p (load<float> p + float (load<float32>(x + i * 4n)))
            i <- i + 1n

    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member WideFour(x: nativeint, stride: nativeint, acc: nativeint, n: nativeint) : unit =
        let step = nativeint Vector<float32>.Count
        let half = nativeint Vector<byte>.Count
        let mutable i = 0n

        while i <= n - step do
            let q = x + i * 4n
            let a, b = load<Vector<float32>> q, load<Vector<float32>>(q + stride)
            let c, d = load<Vector<float32>>(q + 2n * stride), load<Vector<float32>>(q + 3n * stride)
            let p = acc + i * 8n
            let low = (Vector.WidenLower a + Vector.WidenLower b) + (Vector.WidenLower c + Vector.WidenLower d)
            let high = (Vector.WidenUpper a + Vector.WidenUpper b) + (Vector.WidenUpper c + Vector.WidenUpper d)
            store p (load<Vector<float>> p + low)
            store (p + half) (load<Vector<float>>(p + half) + high)
            i <- i + step

        if i < n then
            for r in 0n .. 3n do
                FoldLoops.WideColumn(x + r * stride + i * 4n, acc + i * 8n, n - i)

    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member Four<'T, 'Op when 'T: unmanaged and 'Op :> IReducing<'T>>
        (x: nativeint, stride: nativeint, acc: nativeint, n: nativeint)
        : unit =
        let step = nativeint Vector<byte>.Count
        let total = n * nativeint sizeof<'T>
        let mutable i = 0n

        while i <= total - step do
            let q = x + i
            let ab = 'Op.Of(load<Vector<'T>> q, load<Vector<'T>>(q + stride))
            let cd = 'Op.Of(load<Vector<'T>>(q + 2n * stride), load<Vector<'T>>(q + 3n * stride))
            store (acc + i) ('Op.Of(load<Vector<'T>>(acc + i), 'Op.Of(ab, cd)))
            i <- i + step

        if i < total then
            let rest = (total - i) / nativeint sizeof<'T>

            for r in 0n .. 3n do
                Loops.Vector2<'T, 'Op>(acc + i, x + r * stride + i, acc + i, rest)

/// In the element type itself.
[<Struct>]
type internal VectorFold<'T, 'Op when 'T: unmanaged and 'Op :> IReducing<'T>> =
    interface IFold<'T, 'T> with
        static member Identity = 'Op.Identity
        static member Join(a, b) = 'Op.Scalar(a, b)
        static member Row(x, n, acc) = FoldLoops.Row<'T, 'Op>(x, n, acc)
        static member Column(x, acc, n) = Loops.Vector2<'T, 'Op>(acc, x, acc, n)
        static member FourColumns(x, stride, acc, n) = FoldLoops.Four<'T, 'Op>(x, stride, acc, n)
        static member Finish a = a

/// Sums of float32 in doubles.
[<Struct>]
type internal WideSum =
    interface IFold<float32, float> with
        static member Identity = 0.0
        static member Join(a, b) = a + b
        static member Row(x, n, acc) = FoldLoops.WideRow(x, n, acc)
        static member Column(x, acc, n) = FoldLoops.WideColumn(x, acc, n)
        static member FourColumns(x, stride, acc, n) = FoldLoops.WideFour(x, stride, acc, n)
        static member Finish a = float32 a

/// Complex numbers, one by one.
type internal IComplexElement<'T> =
    static abstract Wide: 'T -> Complex
    static abstract Narrow: Complex -> 'T

[<Struct>]
type internal OfComplex64 =
    interface IComplexElement<Complex64> with
        static member Wide x = x.ToComplex()
        static member Narrow x = Complex64.OfComplex x

[<Struct>]
type internal OfComplex128 =
    interface IComplexElement<Complex> with
        static member Wide x = x
        static member Narrow x = x

/// Sums or products of complex numbers.
type internal IComplexReducing =
    static abstract Identity: Complex
    static abstract Of: Complex * Complex -> Complex

[<Struct>]
type internal ComplexSum =
    interface IComplexReducing with
        static member Identity = Complex.Zero
        static member Of(a, b) = a + b

[<Struct>]
type internal ComplexProd =
    interface IComplexReducing with
        static member Identity = Complex.One
        static member Of(a, b) = a * b

[<Struct>]
type internal ComplexFold<'T, 'E, 'Op when 'T: unmanaged and 'E :> IComplexElement<'T> and 'Op :> IComplexReducing> =
    static member private Put(x: nativeint, acc: nativeint, n: nativeint) : unit =
        for i in 0n .. n - 1n do
            let p = acc + i * 16n
            store p ('Op.Of(load<Complex> p, 'E.Wide(load<'T>(x + i * nativeint sizeof<'T>))))

    interface IFold<'T, Complex> with
        static member Identity = 'Op.Identity
        static member Join(a, b) = 'Op.Of(a, b)

        static member Row(x, n, acc) =
            let mutable a = acc

            for i in 0n .. n - 1n do
                a <- 'Op.Of(a, 'E.Wide(load<'T>(x + i * nativeint sizeof<'T>)))

            a

        static member Column(x, acc, n) = ComplexFold<'T, 'E, 'Op>.Put(x, acc, n)

        static member FourColumns(x, stride, acc, n) =
            for r in 0n .. 3n do
                ComplexFold<'T, 'E, 'Op>.Put(x + r * stride, acc, n)

        static member Finish a = 'E.Narrow a
