/// Discrete Fourier transforms of one length. Lengths with prime factors up to 13 go through Stockham's self-sorting
/// algorithm (radix 4, 2 and odd primes), all others through Bluestein's: a convolution of a length that is a power of
/// 2 (Van Loan, Computational Frameworks for the Fast Fourier Transform, 1992, sections 1.7 and 4.2).
namespace Keras.FSharp.Backends

#nowarn "9"

open System
open System.Numerics
open System.Runtime.CompilerServices
open Microsoft.FSharp.NativeInterop

/// The transform of length n, in double precision. Data are interleaved: real and imaginary parts alternate.
[<Sealed; AllowNullLiteral>]
type internal FftPlan(n: int) =
    /// Radices, largest odd ones last; empty where Bluestein's algorithm is taken.
    let factors =
        let rec split (m: int) (found: int list) =
            if m = 1 then
                List.rev found
            elif m % 4 = 0 then
                split (m / 4) (4 :: found)
            else
                match [ 2; 3; 5; 7; 11; 13 ] |> List.tryFind (fun p -> m % p = 0) with
                | Some p -> split (m / p) (p :: found)
                | None -> []

        List.toArray (split n [])

    let direct = n = 1 || factors.Length > 0

    /// exp(-2πi t / n).
    let roots =
        Array.init (2 * n) (fun i ->
            let angle = 2.0 * float (i / 2) / float n
            if i % 2 = 0 then Double.CosPi angle else -(Double.SinPi angle))

    let padded = if direct then 0 else int (BitOperations.RoundUpToPowerOf2(uint32 (2 * n - 1)))
    let inner = if direct then null else FftPlan padded

    /// exp(-πi t² / n).
    let chirp =
        if direct then
            [||]
        else
            Array.init (2 * n) (fun i ->
                let t = int64 (i / 2)
                let angle = float (t * t % (2L * int64 n)) / float n
                if i % 2 = 0 then Double.CosPi angle else -(Double.SinPi angle))

    /// The transform of the conjugated chirp, wrapped around, over the padded length.
    let filter =
        if direct then
            [||]
        else
            let data = Array.zeroCreate<float>(4 * padded)

            for t in 0 .. n - 1 do
                for at in [ t; (padded - t) % padded ] do
                    data[2 * at] <- chirp[2 * t] / float padded
                    data[2 * at + 1] <- -chirp[2 * t + 1] / float padded

            use pin = fixed data
            let result = inner.Run(pin, NativePtr.add pin (2 * padded), 1, false)
            Array.init (2 * padded) (NativePtr.get result)

    /// The length.
    member _.Length = n

    /// How many doubles the second buffer of `Run` needs for s columns.
    member _.Work(s: int) : int = if direct then 2 * n * s else 4 * padded

    /// Transforms the s columns of n rows at x, without scaling; the result is where the answer says: x or work.
    member plan.Run(x: nativeptr<float>, work: nativeptr<float>, s: int, inverse: bool) : nativeptr<float> =
        if direct then
            plan.Stockham(x, work, s, inverse)
        else
            for q in 0 .. s - 1 do
                plan.Bluestein(NativePtr.add x (2 * q), 2 * s, work, inverse)

            x

    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    member private _.Stockham
        (x: nativeptr<float>, work: nativeptr<float>, columns: int, inverse: bool)
        : nativeptr<float> =
        // The inverse transform is the forward one with real and imaginary parts exchanged.
        let re, im = if inverse then 1, 0 else 0, 1
        let mutable from = x
        let mutable target = work
        let mutable length = n
        let mutable s = columns

        for radix in factors do
            let m = length / radix
            // Elements p of the roots of this stage are n / length apart.
            let skip = n / length

            for p in 0 .. m - 1 do
                let a = NativePtr.add from (2 * s * p)
                let b = NativePtr.add target (2 * s * radix * p)
                let leg = 2 * s * m

                match radix with
                | 2 ->
                    let wr, wi = roots[2 * p * skip], roots[2 * p * skip + 1]

                    for q in 0 .. s - 1 do
                        let i = 2 * q
                        let ar, ai = NativePtr.get a (i + re), NativePtr.get a (i + im)
                        let br, bi = NativePtr.get a (i + leg + re), NativePtr.get a (i + leg + im)
                        NativePtr.set b (i + re) (ar + br)
                        NativePtr.set b (i + im) (ai + bi)
                        let dr, di = ar - br, ai - bi
                        NativePtr.set b (i + 2 * s + re) (dr * wr - di * wi)
                        NativePtr.set b (i + 2 * s + im) (dr * wi + di * wr)
                | 4 ->
                    let t = 2 * p * skip
                    let w1r, w1i = roots[t], roots[t + 1]
                    let w2r, w2i = roots[2 * t], roots[2 * t + 1]
                    let w3r, w3i = roots[3 * t], roots[3 * t + 1]

                    for q in 0 .. s - 1 do
                        let i = 2 * q
                        let j = i + leg
                        let k = j + leg
                        let l = k + leg
                        let ar, ai = NativePtr.get a (i + re), NativePtr.get a (i + im)
                        let br, bi = NativePtr.get a (j + re), NativePtr.get a (j + im)
                        let cr, ci = NativePtr.get a (k + re), NativePtr.get a (k + im)
                        let dr, di = NativePtr.get a (l + re), NativePtr.get a (l + im)
                        let er, ei = ar + cr, ai + ci
                        let fr, fi = ar - cr, ai - ci
                        let gr, gi = br + dr, bi + di
                        // -i (b - d).
                        let hr, hi = bi - di, dr - br
                        let o1 = i + 2 * s
                        let o2 = o1 + 2 * s
                        let o3 = o2 + 2 * s
                        NativePtr.set b (i + re) (er + gr)
                        NativePtr.set b (i + im) (ei + gi)
                        let ur, ui = fr + hr, fi + hi
                        NativePtr.set b (o1 + re) (ur * w1r - ui * w1i)
                        NativePtr.set b (o1 + im) (ur * w1i + ui * w1r)
                        let ur, ui = er - gr, ei - gi
                        NativePtr.set b (o2 + re) (ur * w2r - ui * w2i)
                        NativePtr.set b (o2 + im) (ur * w2i + ui * w2r)
                        let ur, ui = fr - hr, fi - hi
                        NativePtr.set b (o3 + re) (ur * w3r - ui * w3i)
                        NativePtr.set b (o3 + im) (ur * w3i + ui * w3r)
                | _ ->
                    // By the definition, with the roots of unity of this radix.
                    let unit = n / radix

                    for k in 0 .. radix - 1 do
                        let t = 2 * p * k * skip
                        let wr, wi = roots[t], roots[t + 1]

                        for q in 0 .. s - 1 do
                            let i = 2 * q
                            let mutable sr = 0.0
                            let mutable si = 0.0

                            for j in 0 .. radix - 1 do
                                let r = 2 * (j * k % radix) * unit
                                let cr, ci = roots[r], roots[r + 1]
                                let at = i + j * leg
                                let ar, ai = NativePtr.get a (at + re), NativePtr.get a (at + im)
                                sr <- sr + ar * cr - ai * ci
                                si <- si + ar * ci + ai * cr

                            let o = i + 2 * s * k
                            NativePtr.set b (o + re) (sr * wr - si * wi)
                            NativePtr.set b (o + im) (sr * wi + si * wr)

            let t = from
            from <- target
            target <- t
            length <- m
            s <- s * radix

        from

    /// One column, whose elements are `step` doubles apart, in place.
    member private _.Bluestein(x: nativeptr<float>, step: int, work: nativeptr<float>, inverse: bool) =
        let re, im = if inverse then 1, 0 else 0, 1
        let a, spare = work, NativePtr.add work (2 * padded)

        for t in 0 .. n - 1 do
            let xr, xi = NativePtr.get x (t * step + re), NativePtr.get x (t * step + im)
            let cr, ci = chirp[2 * t], chirp[2 * t + 1]
            NativePtr.set a (2 * t) (xr * cr - xi * ci)
            NativePtr.set a (2 * t + 1) (xr * ci + xi * cr)

        for i in 2 * n .. 2 * padded - 1 do
            NativePtr.set a i 0.0

        let spectrum = inner.Run(a, spare, 1, false)

        for t in 0 .. padded - 1 do
            let xr, xi = NativePtr.get spectrum (2 * t), NativePtr.get spectrum (2 * t + 1)
            let cr, ci = filter[2 * t], filter[2 * t + 1]
            NativePtr.set spectrum (2 * t) (xr * cr - xi * ci)
            NativePtr.set spectrum (2 * t + 1) (xr * ci + xi * cr)

        let other = if NativePtr.toNativeInt spectrum = NativePtr.toNativeInt a then spare else a
        let result = inner.Run(spectrum, other, 1, true)

        for t in 0 .. n - 1 do
            let xr, xi = NativePtr.get result (2 * t), NativePtr.get result (2 * t + 1)
            let cr, ci = chirp[2 * t], chirp[2 * t + 1]
            NativePtr.set x (t * step + re) (xr * cr - xi * ci)
            NativePtr.set x (t * step + im) (xr * ci + xi * cr)
