/// Triangular factorizations and solvers of dense row-major matrices (Golub and Van Loan, Matrix Computations, chapters
/// 3 to 5), in place and by rows.
namespace Keras.FSharp.Backends

#nowarn "3535"
#nowarn "9"

open System
open Microsoft.FSharp.NativeInterop

/// For matrices of 'F.
[<AbstractClass; Sealed>]
type internal Factor<'F, 'O when 'F: unmanaged and 'F: equality and 'O: struct and 'O :> IField<'F>> =

    /// Overwrites a by its lower Cholesky factor; by NaN if it is not positive definite. Reads the lower triangle.
    static member Cholesky(a: nativeptr<'F>, n: int) =
        let mutable good = true

        for i in 0 .. n - 1 do
            let row = NativePtr.add a (i * n)

            for j in 0 .. i - 1 do
                let other = NativePtr.add a (j * n)
                let rest = 'O.Sub(NativePtr.get row j, Vec<'F, 'O>.Dot(other, row, j))
                NativePtr.set row j ('O.Div(rest, NativePtr.get other j))

            let d = 'O.Re(NativePtr.get row i) - 'O.Re(Vec<'F, 'O>.Dot(row, row, i))

            if d > 0.0 then
                NativePtr.set row i ('O.OfFloat(Math.Sqrt d))
            else
                good <- false
                NativePtr.set row i ('O.OfFloat nan)

            Vec<'F, 'O>.Clear(NativePtr.add row (i + 1), n - i - 1)

        if not good then
            for i in 0 .. n - 1 do
                for j in 0..i do
                    NativePtr.set a (i * n + j) ('O.OfFloat nan)

    /// Overwrites b [n, k] by the solution of a x = b for a triangular.
    static member SolveLeft(a: nativeptr<'F>, n: int, b: nativeptr<'F>, k: int, lower: bool, unit: bool) =
        for step in 0 .. n - 1 do
            let i = if lower then step else n - 1 - step
            let row = NativePtr.add b (i * k)

            for j in (if lower then 0 else i + 1) .. (if lower then i - 1 else n - 1) do
                Vec<'F, 'O>.Axpy(Vec<'F, 'O>.Minus(NativePtr.get a (i * n + j)), NativePtr.add b (j * k), row, k)

            if not unit then
                let d = NativePtr.get a (i * n + i)

                for c in 0 .. k - 1 do
                    NativePtr.set row c ('O.Div(NativePtr.get row c, d))

    /// Overwrites b [m, n] by the solution of x a = b for a triangular.
    static member SolveRight(a: nativeptr<'F>, n: int, b: nativeptr<'F>, m: int, lower: bool, unit: bool) =
        for r in 0 .. m - 1 do
            let row = NativePtr.add b (r * n)

            for step in 0 .. n - 1 do
                let j = if lower then n - 1 - step else step
                let line = NativePtr.add a (j * n)

                if not unit then
                    NativePtr.set row j ('O.Div(NativePtr.get row j, NativePtr.get line j))

                let x = Vec<'F, 'O>.Minus(NativePtr.get row j)

                if lower then
                    Vec<'F, 'O>.Axpy(x, line, row, j)
                else
                    Vec<'F, 'O>.Axpy(x, NativePtr.add line (j + 1), NativePtr.add row (j + 1), n - j - 1)

    /// Overwrites a [m, n] by its packed factors with partial pivoting.
    static member Lu(a: nativeptr<'F>, m: int, n: int, pivots: nativeptr<int>, permutation: nativeptr<int>) =
        for i in 0 .. m - 1 do
            NativePtr.set permutation i i

        for k in 0 .. min m n - 1 do
            let mutable p = k
            let mutable largest = 'O.PivotSize(NativePtr.get a (k * n + k))

            for i in k + 1 .. m - 1 do
                let size = 'O.PivotSize(NativePtr.get a (i * n + k))

                if size > largest then
                    p <- i
                    largest <- size

            NativePtr.set pivots k p

            if p <> k then
                let x, y = NativePtr.add a (k * n), NativePtr.add a (p * n)

                for j in 0 .. n - 1 do
                    let t = NativePtr.get x j
                    NativePtr.set x j (NativePtr.get y j)
                    NativePtr.set y j t

                let t = NativePtr.get permutation k
                NativePtr.set permutation k (NativePtr.get permutation p)
                NativePtr.set permutation p t

            if largest <> 0.0 then
                let pivot = NativePtr.get a (k * n + k)

                for i in k + 1 .. m - 1 do
                    let row = NativePtr.add a (i * n)
                    let l = 'O.Div(NativePtr.get row k, pivot)
                    NativePtr.set row k l

                    Vec<'F, 'O>
                        .Axpy(
                            Vec<'F, 'O>.Minus l,
                            NativePtr.add a (k * n + k + 1),
                            NativePtr.add row (k + 1),
                            n - k - 1
                        )

    /// The reflection I - tau v v* of the vector at `x` (elements `step` apart) that LAPACK takes: v begins with 1 and
    /// is left in x behind its first element, which becomes the (real) length with the sign turned.
    static member Reflector(x: nativeptr<'F>, step: int, n: int) : 'F =
        let mutable rest = 0.0
        let mutable scale = 0.0

        for i in 0 .. n - 1 do
            scale <- max scale ('O.Abs(NativePtr.get x (i * step)))

        for i in 1 .. n - 1 do
            let s = 'O.Abs(NativePtr.get x (i * step)) / scale
            rest <- rest + s * s

        let alpha = NativePtr.get x 0
        let isReal = alpha = 'O.OfFloat('O.Re alpha)

        if scale = 0.0 || (rest = 0.0 && isReal) then
            ('O.OfFloat 0.0)
        else
            let first = 'O.Abs alpha / scale
            let length = scale * Math.Sqrt(first * first + rest)
            let beta = 'O.OfFloat(if 'O.Re alpha >= 0.0 then -length else length)
            let tau = 'O.Div('O.Sub(beta, alpha), beta)
            let factor = 'O.Div('O.OfFloat 1.0, 'O.Sub(alpha, beta))

            for i in 1 .. n - 1 do
                NativePtr.set x (i * step) ('O.Mul(NativePtr.get x (i * step), factor))

            NativePtr.set x 0 beta
            tau

    /// Multiplies c [n, k] (rows `ldc` apart) from the left by I - tau v v*; v begins with 1 in place of its stored
    /// first element. `work` holds k elements.
    static member Reflect
        (v: nativeptr<'F>, step: int, n: int, tau: 'F, c: nativeptr<'F>, ldc: int, k: int, work: nativeptr<'F>)
        =
        if tau <> 'O.OfFloat 0.0 && k > 0 then
            Vec<'F, 'O>.Clear(work, k)

            for i in 0 .. n - 1 do
                let x = if i = 0 then ('O.OfFloat 1.0) else NativePtr.get v (i * step)
                Vec<'F, 'O>.Axpy('O.Conj x, NativePtr.add c (i * ldc), work, k)

            for i in 0 .. n - 1 do
                let x = if i = 0 then ('O.OfFloat 1.0) else NativePtr.get v (i * step)
                Vec<'F, 'O>.Axpy(Vec<'F, 'O>.Minus('O.Mul(tau, x)), work, NativePtr.add c (i * ldc), k)

    /// Overwrites a [m, n] by R and the reflectors below it; tau has min(m, n), work max(m, n) elements.
    static member Qr(a: nativeptr<'F>, m: int, n: int, tau: nativeptr<'F>, work: nativeptr<'F>) =
        for k in 0 .. min m n - 1 do
            let x = NativePtr.add a (k * n + k)
            let t = Factor<'F, 'O>.Reflector(x, n, m - k)
            NativePtr.set tau k t
            Factor<'F, 'O>.Reflect(x, n, m - k, 'O.Conj t, NativePtr.add x 1, n, n - k - 1, work)

    /// The first `columns` columns of Q, from the reflectors of Qr.
    static member FormQ
        (a: nativeptr<'F>, m: int, n: int, tau: nativeptr<'F>, q: nativeptr<'F>, columns: int, work: nativeptr<'F>)
        =
        Vec<'F, 'O>.Identity(q, m, columns)

        for k in min m n - 1 .. -1 .. 0 do
            let x = NativePtr.add a (k * n + k)
            let target = NativePtr.add q (k * columns + k)
            Factor<'F, 'O>.Reflect(x, n, m - k, NativePtr.get tau k, target, columns, columns - k, work)
