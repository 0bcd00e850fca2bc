/// What matrix factorizations need of numbers: they are written once, for doubles and for complex doubles.
namespace Keras.FSharp.Backends

#nowarn "3535"
#nowarn "9"

open System
open System.Numerics
open System.Runtime.CompilerServices
open Microsoft.FSharp.NativeInterop

/// Numbers and contiguous vectors of them.
type internal IField<'F when 'F: unmanaged> =
    static abstract Add: 'F * 'F -> 'F
    static abstract Sub: 'F * 'F -> 'F
    static abstract Mul: 'F * 'F -> 'F
    static abstract Div: 'F * 'F -> 'F
    static abstract Conj: 'F -> 'F
    static abstract Abs: 'F -> float
    /// The size by which LAPACK chooses pivots: |re| + |im|.
    static abstract PivotSize: 'F -> float
    static abstract OfFloat: float -> 'F
    static abstract Re: 'F -> float
    static abstract ToComplex: 'F -> Complex
    /// Reads n elements of single or double precision.
    static abstract Read: single: bool * from: nativeint * target: nativeint * n: int -> unit
    /// Writes n elements in single or double precision.
    static abstract Write: single: bool * from: nativeint * target: nativeint * n: int -> unit
    /// y += alpha x.
    static abstract Axpy: alpha: 'F * x: nativeint * y: nativeint * n: int -> unit
    /// The sum of conj(x) y.
    static abstract Dot: x: nativeint * y: nativeint * n: int -> 'F
    /// (x, y) becomes (c x - s y, s x + c y).
    static abstract Rotate: x: nativeint * y: nativeint * n: int * c: float * s: float -> unit

/// Doubles.
[<Struct>]
type internal RealField =
    interface IField<float> with
        static member Add(a: float, b: float) = a + b
        static member Sub(a: float, b: float) = a - b
        static member Mul(a: float, b: float) = a * b
        static member Div(a: float, b: float) = a / b
        static member Conj x = x
        static member Abs x = Math.Abs x
        static member PivotSize x = Math.Abs x
        static member OfFloat x = x
        static member Re x = x
        static member ToComplex x = Complex(x, 0.0)

        static member Read(single, from, target, n) =
            let target = NativePtr.ofNativeInt<float> target

            for i in 0 .. n - 1 do
                NativePtr.set
                    target
                    i
                    (if single then
                         float (NativePtr.get (NativePtr.ofNativeInt<float32> from) i)
                     else
                         NativePtr.get (NativePtr.ofNativeInt<float> from) i)

        static member Write(single, from, target, n) =
            let from = NativePtr.ofNativeInt<float> from

            for i in 0 .. n - 1 do
                if single then
                    NativePtr.set (NativePtr.ofNativeInt<float32> target) i (float32 (NativePtr.get from i))
                else
                    NativePtr.set (NativePtr.ofNativeInt<float> target) i (NativePtr.get from i)

        [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
        static member Axpy(alpha, x, y, n) =
            let x, y = NativePtr.ofNativeInt<float> x, NativePtr.ofNativeInt<float> y
            let a = Vector<float>(alpha)
            let mutable i = 0

            while i + Vector<float>.Count <= n do
                let p = NativePtr.add y i
                let v = Vector.FusedMultiplyAdd(a, Vector.Load(NativePtr.add x i), Vector.Load p)
                Vector.Store(v, p)
                i <- i + Vector<float>.Count

            while i < n do
                NativePtr.set y i (Math.FusedMultiplyAdd(alpha, NativePtr.get x i, NativePtr.get y i))
                i <- i + 1

        [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
        static member Dot(x, y, n) =
            let x, y = NativePtr.ofNativeInt<float> x, NativePtr.ofNativeInt<float> y
            let width = Vector<float>.Count
            let mutable s = Vector<float>.Zero
            let mutable t = Vector<float>.Zero
            let mutable i = 0

            while i + 2 * width <= n do
                s <- Vector.FusedMultiplyAdd(Vector.Load(NativePtr.add x i), Vector.Load(NativePtr.add y i), s)
                let j = i + width
                t <- Vector.FusedMultiplyAdd(Vector.Load(NativePtr.add x j), Vector.Load(NativePtr.add y j), t)
                i <- j + width

            let mutable sum = Vector.Sum(Vector.Add(s, t))

            while i < n do
                sum <- Math.FusedMultiplyAdd(NativePtr.get x i, NativePtr.get y i, sum)
                i <- i + 1

            sum

        [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
        static member Rotate(x, y, n, c, s) =
            let x, y = NativePtr.ofNativeInt<float> x, NativePtr.ofNativeInt<float> y
            let vc = Vector<float>(c)
            let vs = Vector<float>(s)
            let mutable i = 0

            while i + Vector<float>.Count <= n do
                let p, q = NativePtr.add x i, NativePtr.add y i
                let a = Vector.Load p
                let b = Vector.Load q
                Vector.Store(Vector.Subtract(Vector.Multiply(vc, a), Vector.Multiply(vs, b)), p)
                Vector.Store(Vector.FusedMultiplyAdd(vs, a, Vector.Multiply(vc, b)), q)
                i <- i + Vector<float>.Count

            while i < n do
                let a, b = NativePtr.get x i, NativePtr.get y i
                NativePtr.set x i (c * a - s * b)
                NativePtr.set y i (s * a + c * b)
                i <- i + 1

/// Complex doubles.
[<Struct>]
type internal ComplexField =
    interface IField<Complex> with
        static member Add(a: Complex, b: Complex) = a + b
        static member Sub(a: Complex, b: Complex) = a - b
        static member Mul(a: Complex, b: Complex) = a * b
        static member Div(a: Complex, b: Complex) = a / b
        static member Conj x = Complex.Conjugate x
        static member Abs x = Complex.Abs x
        static member PivotSize x = Math.Abs x.Real + Math.Abs x.Imaginary
        static member OfFloat x = Complex(x, 0.0)
        static member Re x = x.Real
        static member ToComplex x = x

        static member Read(single, from, target, n) =
            let target = NativePtr.ofNativeInt<Complex> target

            for i in 0 .. n - 1 do
                NativePtr.set
                    target
                    i
                    (if single then
                         (NativePtr.get (NativePtr.ofNativeInt<Complex64> from) i).ToComplex()
                     else
                         NativePtr.get (NativePtr.ofNativeInt<Complex> from) i)

        static member Write(single, from, target, n) =
            let from = NativePtr.ofNativeInt<Complex> from

            for i in 0 .. n - 1 do
                if single then
                    NativePtr.set
                        (NativePtr.ofNativeInt<Complex64> target)
                        i
                        (Complex64.OfComplex(NativePtr.get from i))
                else
                    NativePtr.set (NativePtr.ofNativeInt<Complex> target) i (NativePtr.get from i)

        static member Axpy(alpha, x, y, n) =
            let x, y = NativePtr.ofNativeInt<Complex> x, NativePtr.ofNativeInt<Complex> y

            for i in 0 .. n - 1 do
                NativePtr.set y i (NativePtr.get y i + alpha * NativePtr.get x i)

        static member Dot(x, y, n) =
            let x, y = NativePtr.ofNativeInt<Complex> x, NativePtr.ofNativeInt<Complex> y
            let mutable sum = Complex.Zero

            for i in 0 .. n - 1 do
                sum <- sum + Complex.Conjugate(NativePtr.get x i) * NativePtr.get y i

            sum

        static member Rotate(x, y, n, c, s) =
            let x, y = NativePtr.ofNativeInt<Complex> x, NativePtr.ofNativeInt<Complex> y

            for i in 0 .. n - 1 do
                let a, b = NativePtr.get x i, NativePtr.get y i
                NativePtr.set x i (c * a - s * b)
                NativePtr.set y i (s * a + c * b)

/// The operations of a field on typed addresses.
[<AbstractClass; Sealed>]
type internal Vec<'F, 'O when 'F: unmanaged and 'O: struct and 'O :> IField<'F>> =
    /// -x.
    static member Minus(x: 'F) : 'F = 'O.Sub('O.OfFloat 0.0, x)

    /// y += alpha x.
    static member Axpy(alpha: 'F, x: nativeptr<'F>, y: nativeptr<'F>, n: int) =
        'O.Axpy(alpha, NativePtr.toNativeInt x, NativePtr.toNativeInt y, n)

    /// The sum of conj(x) y.
    static member Dot(x: nativeptr<'F>, y: nativeptr<'F>, n: int) : 'F =
        'O.Dot(NativePtr.toNativeInt x, NativePtr.toNativeInt y, n)

    /// (x, y) becomes (c x - s y, s x + c y).
    static member Rotate(x: nativeptr<'F>, y: nativeptr<'F>, n: int, c: float, s: float) =
        'O.Rotate(NativePtr.toNativeInt x, NativePtr.toNativeInt y, n, c, s)

    /// x *= alpha.
    static member Scale(alpha: 'F, x: nativeptr<'F>, n: int) =
        for i in 0 .. n - 1 do
            NativePtr.set x i ('O.Mul(alpha, NativePtr.get x i))

    /// Clears n elements.
    static member Clear(x: nativeptr<'F>, n: int) =
        for i in 0 .. n - 1 do
            NativePtr.set x i ('O.OfFloat 0.0)

    /// The identity of `rows` × `columns`.
    static member Identity(a: nativeptr<'F>, rows: int, columns: int) =
        Vec<'F, 'O>.Clear(a, rows * columns)

        for i in 0 .. min rows columns - 1 do
            NativePtr.set a (i * columns + i) ('O.OfFloat 1.0)
