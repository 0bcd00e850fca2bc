/// Eigenvalues and singular values of dense matrices (Golub and Van Loan, Matrix Computations, chapters 7 and 8).
/// Vectors are kept in rows while they are rotated.
namespace Keras.FSharp.Backends

#nowarn "3535"
#nowarn "9"

open System
open System.Numerics
open Microsoft.FSharp.NativeInterop

/// Of symmetric, Hermitian and rectangular matrices of 'F.
[<AbstractClass; Sealed>]
type internal Spectral<'F, 'O when 'F: unmanaged and 'F: equality and 'O: struct and 'O :> IField<'F>> =

    /// I - beta v v* with the first element of x turned into ∓|x|: gives beta, leaves v in x, and what became of its
    /// first element in `first`. Beta is 0 where nothing is to be done.
    static member private Householder(x: nativeptr<'F>, n: int, first: byref<'F>) : float =
        first <- NativePtr.get x 0
        let mutable scale = 0.0

        for i in 1 .. n - 1 do
            scale <- max scale ('O.Abs(NativePtr.get x i))

        if scale = 0.0 then
            0.0
        else
            scale <- max scale ('O.Abs first)
            Vec<'F, 'O>.Scale('O.OfFloat(1.0 / scale), x, n)
            let length = Math.Sqrt('O.Re(Vec<'F, 'O>.Dot(x, x, n)))
            let alpha = NativePtr.get x 0
            let size = 'O.Abs alpha

            let phase = if size = 0.0 then 'O.OfFloat 1.0 else 'O.Mul(alpha, 'O.OfFloat(1.0 / size))

            NativePtr.set x 0 ('O.Add(alpha, 'O.Mul(phase, 'O.OfFloat length)))
            first <- 'O.Mul(phase, 'O.OfFloat(-length * scale))
            2.0 / 'O.Re(Vec<'F, 'O>.Dot(x, x, n))

    /// Eigenvalues d of the symmetric tridiagonal matrix with diagonal d and subdiagonal e, by QL steps with implicit
    /// shifts; its rotations are applied to the n rows of z. False if it does not converge.
    static member private TridiagonalQL(d: float[], e: float[], n: int, z: nativeptr<'F>) : bool =
        let mutable good = true
        let mutable l = 0
        let mutable steps = 0

        while good && l < n do
            // The block that begins at l ends at m.
            let mutable m = l

            while m < n - 1 && Math.Abs e[m] > 1.2e-16 * (Math.Abs d[m] + Math.Abs d[m + 1]) do
                m <- m + 1

            if m = l then
                l <- l + 1
                steps <- 0
            elif steps >= 80 || Double.IsNaN d[l] then
                good <- false
            else
                steps <- steps + 1
                // Wilkinson's shift from the leading 2 × 2 block.
                let half = (d[l + 1] - d[l]) / (2.0 * e[l])
                let root = Double.Hypot(half, 1.0)
                let shift = d[l] - e[l] / (half + Math.CopySign(root, half))
                let mutable g = d[m] - shift
                let mutable s = 1.0
                let mutable c = 1.0
                let mutable p = 0.0
                let mutable i = m - 1
                let mutable broken = false

                while i >= l do
                    let f = s * e[i]
                    let b = c * e[i]
                    let r = Double.Hypot(f, g)
                    e[i + 1] <- r

                    if r = 0.0 then
                        // The block falls apart here.
                        d[i + 1] <- d[i + 1] - p
                        e[m] <- 0.0
                        broken <- true
                        i <- l - 1
                    else
                        s <- f / r
                        c <- g / r
                        let next = d[i + 1] - p
                        let t = (d[i] - next) * s + 2.0 * c * b
                        p <- s * t
                        d[i + 1] <- next + p
                        g <- c * t - b
                        Vec<'F, 'O>.Rotate(NativePtr.add z (i * n), NativePtr.add z ((i + 1) * n), n, c, s)
                        i <- i - 1

                if not broken then
                    d[l] <- d[l] - p
                    e[l] <- g
                    e[m] <- 0.0

        good

    /// Eigenvalues, ascending, and eigenvectors in the columns of v, of the Hermitian matrix whose lower triangle is
    /// in a; a is lost. `work` holds n² + 4 n elements.
    static member Eigh(a: nativeptr<'F>, n: int, w: float[], v: nativeptr<'F>, work: nativeptr<'F>) =
        let at i j = NativePtr.add a (i * n + j)

        let mirrored, p, conjV, conjP, off =
            v,
            NativePtr.add work (n * n),
            NativePtr.add work (n * n + n),
            NativePtr.add work (n * n + 2 * n),
            NativePtr.add work (n * n + 3 * n)

        for i in 0 .. n - 1 do
            NativePtr.write (at i i) ('O.OfFloat('O.Re(NativePtr.read (at i i))))

            for j in 0 .. i - 1 do
                NativePtr.write (at j i) ('O.Conj(NativePtr.read (at i j)))

        // Reflections to tridiagonal form; their vectors are kept in the rows of v.
        let betas = Array.zeroCreate<float> n

        for k in 0 .. n - 2 do
            let size = n - k - 1
            let x = NativePtr.add mirrored (k * n)

            for i in 0 .. size - 1 do
                NativePtr.set x i (NativePtr.read (at (k + 1 + i) k))

            let mutable first = 'O.OfFloat 0.0
            let beta = Spectral<'F, 'O>.Householder(x, size, &first)
            betas[k] <- beta
            NativePtr.set off k first

            if beta <> 0.0 then
                for i in 0 .. size - 1 do
                    NativePtr.set conjV i ('O.Conj(NativePtr.get x i))

                // p = beta A v, then w = p - (beta / 2) (v* p) v.
                for i in 0 .. size - 1 do
                    let dot = Vec<'F, 'O>.Dot(at (k + 1 + i) (k + 1), conjV, size)
                    NativePtr.set p i ('O.Mul('O.OfFloat beta, 'O.Conj dot))

                let half = -0.5 * beta * 'O.Re(Vec<'F, 'O>.Dot(x, p, size))
                Vec<'F, 'O>.Axpy('O.OfFloat half, x, p, size)

                for i in 0 .. size - 1 do
                    NativePtr.set conjP i ('O.Conj(NativePtr.get p i))

                for i in 0 .. size - 1 do
                    let row = at (k + 1 + i) (k + 1)
                    Vec<'F, 'O>.Axpy(Vec<'F, 'O>.Minus(NativePtr.get x i), conjP, row, size)
                    Vec<'F, 'O>.Axpy(Vec<'F, 'O>.Minus(NativePtr.get p i), conjV, row, size)

        for i in 0 .. n - 1 do
            w[i] <- 'O.Re(NativePtr.read (at i i))

        // Q, the product of the reflections.
        let q = a
        Vec<'F, 'O>.Identity(q, n, n)

        for k in n - 2 .. -1 .. 0 do
            if betas[k] <> 0.0 then
                let size = n - k - 1
                let x = NativePtr.add mirrored (k * n)
                Vec<'F, 'O>.Clear(p, size)

                for i in 0 .. size - 1 do
                    Vec<'F, 'O>.Axpy('O.Conj(NativePtr.get x i), at (k + 1 + i) (k + 1), p, size)

                for i in 0 .. size - 1 do
                    let factor = 'O.Mul('O.OfFloat -betas[k], NativePtr.get x i)
                    Vec<'F, 'O>.Axpy(factor, p, at (k + 1 + i) (k + 1), size)

        // Phases make the subdiagonal real; Q is transposed, so that its columns are rows.
        let z = work
        let e = betas
        let mutable phase = 'O.OfFloat 1.0

        for j in 0 .. n - 1 do
            for i in 0 .. n - 1 do
                NativePtr.set z (j * n + i) ('O.Mul(NativePtr.read (at i j), phase))

            if j < n - 1 then
                let value = NativePtr.get off j
                let size = 'O.Abs value
                e[j] <- size

                if size > 0.0 then
                    phase <- 'O.Mul(phase, 'O.Mul(value, 'O.OfFloat(1.0 / size)))
            else
                e[j] <- 0.0

        if not (Spectral<'F, 'O>.TridiagonalQL(w, e, n, z)) then
            Array.Fill(w, nan)

        let order = Array.init n id
        let values = Array.copy w
        Array.Sort(Array.copy values, order)

        for j in 0 .. n - 1 do
            w[j] <- values[order[j]]

            for i in 0 .. n - 1 do
                NativePtr.set v (i * n + j) (NativePtr.get z (order[j] * n + i))

    /// One-sided Jacobi rotations (Hestenes) on the `count` rows of w, each of `length` elements: afterwards they are
    /// orthogonal. The same rotations are applied to the rows of v.
    static member private Jacobi(w: nativeptr<'F>, count: int, length: int, v: nativeptr<'F>) =
        let norms = Array.zeroCreate<float> count
        let mutable sweep = 0

        while sweep < 60 do
            let mutable rotated = false
            let mutable largest = 0.0

            for i in 0 .. count - 1 do
                let x = NativePtr.add w (i * length)
                norms[i] <- 'O.Re(Vec<'F, 'O>.Dot(x, x, length))
                largest <- max largest norms[i]

            for p in 0 .. count - 2 do
                for q in p + 1 .. count - 1 do
                    // Rows of rounding errors only are left as they are.
                    let noise = 1e-36 * largest

                    if norms[p] > noise && norms[q] > noise then
                        let x, y = NativePtr.add w (p * length), NativePtr.add w (q * length)
                        let dot = Vec<'F, 'O>.Dot(x, y, length)
                        let size = 'O.Abs dot

                        if size > 4e-16 * Math.Sqrt norms[p] * Math.Sqrt norms[q] then
                            rotated <- true
                            let xv, yv = NativePtr.add v (p * count), NativePtr.add v (q * count)
                            let turn = 'O.Conj('O.Mul(dot, 'O.OfFloat(1.0 / size)))

                            if turn <> 'O.OfFloat 1.0 then
                                Vec<'F, 'O>.Scale(turn, y, length)
                                Vec<'F, 'O>.Scale(turn, yv, count)

                            let zeta = (norms[q] - norms[p]) / (2.0 * size)
                            let t = Math.CopySign(1.0, zeta) / (Math.Abs zeta + Double.Hypot(zeta, 1.0))
                            let c = 1.0 / Math.Sqrt(1.0 + t * t)
                            Vec<'F, 'O>.Rotate(x, y, length, c, c * t)
                            Vec<'F, 'O>.Rotate(xv, yv, count, c, c * t)
                            norms[p] <- max 0.0 (norms[p] - t * size)
                            norms[q] <- norms[q] + t * size

            sweep <- if rotated then sweep + 1 else 60

    /// Singular values s, descending, of the matrix whose `count` ≤ `length` columns are the rows of w. Afterwards row
    /// j of w is the left singular vector j, row j of v (count × count) the right one; rows of w from `full` on are
    /// untouched. w has room for `full` ≥ count rows; `work` holds 2 length² + 2 length elements.
    static member Svd
        (w: nativeptr<'F>, count: int, length: int, full: int, s: float[], v: nativeptr<'F>, work: nativeptr<'F>)
        =
        Vec<'F, 'O>.Identity(v, count, count)
        Spectral<'F, 'O>.Jacobi(w, count, length, v)
        let row (i: int) = NativePtr.add w (i * length)

        let norms = Array.init count (fun i -> Math.Sqrt('O.Re(Vec<'F, 'O>.Dot(row i, row i, length))))

        // Selection sort: rows move with their values.
        for i in 0 .. count - 1 do
            let mutable best = i

            for j in i + 1 .. count - 1 do
                if norms[j] > norms[best] then
                    best <- j

            if best <> i then
                let t = norms[i]
                norms[i] <- norms[best]
                norms[best] <- t
                // Exchange by a quarter turn and a change of sign.
                Vec<'F, 'O>.Rotate(row i, row best, length, 0.0, 1.0)
                Vec<'F, 'O>.Scale('O.OfFloat -1.0, row i, length)
                let x, y = NativePtr.add v (i * count), NativePtr.add v (best * count)
                Vec<'F, 'O>.Rotate(x, y, count, 0.0, 1.0)
                Vec<'F, 'O>.Scale('O.OfFloat -1.0, x, count)

            s[i] <- norms[i]

        let largest = if count > 0 then norms[0] else 0.0
        let mutable rank = 0

        while rank < count && norms[rank] > 1e-17 * largest do
            Vec<'F, 'O>.Scale('O.OfFloat(1.0 / norms[rank]), row rank, length)
            rank <- rank + 1

        if rank < full then
            // The missing vectors are the last columns of Q of those that are there.
            let columns = NativePtr.add work (length * length)
            let tau = NativePtr.add columns (length * length)
            let spare = NativePtr.add tau length

            for i in 0 .. length - 1 do
                for j in 0 .. rank - 1 do
                    NativePtr.set columns (i * rank + j) (NativePtr.get (row j) i)

            Factor<'F, 'O>.Qr(columns, length, rank, tau, spare)
            Factor<'F, 'O>.FormQ(columns, length, rank, tau, work, full, spare)

            for j in rank .. full - 1 do
                for i in 0 .. length - 1 do
                    NativePtr.set (row j) i (NativePtr.get work (i * full + j))

/// Of general square matrices, in complex arithmetic.
[<RequireQualifiedAccess>]
module internal Schur =
    /// Reduces a to Hessenberg form; q becomes the unitary matrix that does it.
    let private hessenberg (a: Complex[]) (q: Complex[]) (n: int) =
        let v = Array.zeroCreate<Complex> n

        for k in 0 .. n - 3 do
            let mutable norm = 0.0

            for i in k + 1 .. n - 1 do
                v[i] <- a[i * n + k]
                norm <- Double.Hypot(norm, Complex.Abs v[i])

            let alpha = v[k + 1]
            let size = Complex.Abs alpha

            if norm > size then
                let phase = if size = 0.0 then Complex.One else alpha / size
                v[k + 1] <- alpha + phase * norm
                let beta = 1.0 / (norm * (norm + size))

                for j in k .. n - 1 do
                    let mutable sum = Complex.Zero

                    for i in k + 1 .. n - 1 do
                        sum <- sum + Complex.Conjugate v[i] * a[i * n + j]

                    for i in k + 1 .. n - 1 do
                        a[i * n + j] <- a[i * n + j] - beta * v[i] * sum

                for m in [ a; q ] do
                    for i in 0 .. n - 1 do
                        let mutable sum = Complex.Zero

                        for j in k + 1 .. n - 1 do
                            sum <- sum + m[i * n + j] * v[j]

                        for j in k + 1 .. n - 1 do
                            m[i * n + j] <- m[i * n + j] - beta * sum * Complex.Conjugate v[j]

            for i in k + 2 .. n - 1 do
                a[i * n + k] <- Complex.Zero

    /// The eigenvalue of the block at (i - 1, i) that is closer to the last element.
    let private shift (a: Complex[]) (n: int) (i: int) =
        let p, q = a[(i - 1) * n + i - 1], a[(i - 1) * n + i]
        let r, s = a[i * n + i - 1], a[i * n + i]
        let half = 0.5 * (p - s)
        let root = Complex.Sqrt(half * half + q * r)
        let plus, minus = half + root, half - root
        let larger = if Complex.Abs plus >= Complex.Abs minus then plus else minus
        if larger = Complex.Zero then s else s - q * r / larger

    /// Brings the Hessenberg matrix a to triangular form by implicitly shifted QR steps. False if it does not converge.
    let private triangular (a: Complex[]) (q: Complex[]) (n: int) : bool =
        let mutable last = n - 1
        let mutable steps = 0
        let mutable good = true

        while good && last > 0 do
            let mutable first = last

            while first > 0
                  && (let scale = Complex.Abs a[(first - 1) * n + first - 1] + Complex.Abs a[first * n + first]
                      not (Complex.Abs a[first * n + first - 1] <= 1.2e-16 * scale)) do
                first <- first - 1

            if first > 0 then
                a[first * n + first - 1] <- Complex.Zero

            if first = last then
                last <- last - 1
                steps <- 0
            elif steps > 100 then
                good <- false
            else
                steps <- steps + 1

                let mu =
                    // Now and then a shift from elsewhere breaks cycles.
                    if steps % 10 = 0 then
                        a[last * n + last] + Complex(Complex.Abs a[last * n + last - 1], 0.0)
                    else
                        shift a n last

                let mutable x = a[first * n + first] - mu
                let mutable y = a[(first + 1) * n + first]

                for k in first .. last - 1 do
                    let r = Double.Hypot(Complex.Abs x, Complex.Abs y)

                    if r > 0.0 then
                        let c, s = x / r, y / r
                        let cc, cs = Complex.Conjugate c, Complex.Conjugate s

                        for j in max 0 (k - 1) .. n - 1 do
                            let u, w = a[k * n + j], a[(k + 1) * n + j]
                            a[k * n + j] <- cc * u + cs * w
                            a[(k + 1) * n + j] <- c * w - s * u

                        for m, rows in [ a, min (k + 2) last + 1; q, n ] do
                            for i in 0 .. rows - 1 do
                                let u, w = m[i * n + k], m[i * n + k + 1]
                                m[i * n + k] <- u * c + w * s
                                m[i * n + k + 1] <- w * cc - u * cs

                    if k + 2 <= last then
                        x <- a[(k + 1) * n + k]
                        y <- a[(k + 2) * n + k]

        good

    /// Eigenvalues and eigenvectors (in columns, of length 1, the largest element real) of a, which is lost. For a real
    /// matrix, imaginary parts that are rounding errors are removed.
    let eig (a: Complex[]) (n: int) (isReal: bool) : struct (Complex[] * Complex[]) =
        let q = Array.zeroCreate<Complex>(n * n)
        let mutable norm = 0.0

        for i in 0 .. n - 1 do
            q[i * n + i] <- Complex.One

        for x in a do
            norm <- max norm (Complex.Abs x)

        hessenberg a q n

        if not (Double.IsFinite norm && triangular a q n) then
            struct (Array.create n (Complex(nan, nan)), Array.create (n * n) (Complex(nan, nan)))
        else
            let small = Double.Epsilon + 2.2e-16 * norm
            let vectors = Array.zeroCreate<Complex>(n * n)
            let x = Array.zeroCreate<Complex> n
            let values = Array.init n (fun i -> a[i * n + i])

            for j in 0 .. n - 1 do
                x[j] <- Complex.One

                for i in j - 1 .. -1 .. 0 do
                    let mutable sum = Complex.Zero

                    for k in i + 1 .. j do
                        sum <- sum + a[i * n + k] * x[k]

                    let gap = values[j] - values[i]
                    x[i] <- sum / (if Complex.Abs gap < small then Complex(small, 0.0) else gap)

                let v =
                    Array.init n (fun i ->
                        let mutable sum = Complex.Zero

                        for k in 0..j do
                            sum <- sum + q[i * n + k] * x[k]

                        sum)

                let largest = v |> Array.maxBy Complex.Abs
                let turn = Complex.Conjugate largest / Complex.Abs largest
                let snap = isReal && Math.Abs values[j].Imaginary <= 8.0 * float n * small

                if snap then
                    values[j] <- Complex(values[j].Real, 0.0)

                let turned =
                    v
                    |> Array.map (fun c ->
                        let c = c * turn
                        if snap then Complex(c.Real, 0.0) else c)

                let length = turned |> Array.fold (fun s c -> Double.Hypot(s, Complex.Abs c)) 0.0

                for i in 0 .. n - 1 do
                    vectors[i * n + j] <- turned[i] / length

            struct (values, vectors)
