/// Special functions of doubles, accurate to some 1e-14 relative where that is possible. Formulas are those of the NIST
/// Digital Library of Mathematical Functions (DLMF, sections named below); tables stand in SpecialTables.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Special

open System

let private twoOverSqrtPi = 1.1283791670955126
let private eulerGamma = 0.5772156649015329
let private halfLogTwoPi = 0.9189385332046728
let private epsilon = 1.1102230246251565e-16

/// The sum of c[k] T_k(t), by Clenshaw's recurrence.
let private chebyshev (c: float[]) (t: float) : float =
    let mutable b1 = 0.0
    let mutable b2 = 0.0
    let twice = 2.0 * t

    for k in c.Length - 1 .. -1 .. 1 do
        let b = Math.FusedMultiplyAdd(twice, b1, c[k] - b2)
        b2 <- b1
        b1 <- b

    Math.FusedMultiplyAdd(t, b1, c[0] - b2)

/// The sum of c[k] z^k.
let private horner (c: float[]) (z: float) : float =
    let mutable s = c[c.Length - 1]

    for k in c.Length - 2 .. -1 .. 0 do
        s <- Math.FusedMultiplyAdd(s, z, c[k])

    s

/// Maclaurin coefficients of erf(x) / x in x² (DLMF 7.6.1).
let private erfSeries =
    Array.init 20 (fun n ->
        let mutable factorial = 1.0

        for i in 2..n do
            factorial <- factorial * float i

        (if n % 2 = 0 then twoOverSqrtPi else -twoOverSqrtPi) / (factorial * float (2 * n + 1)))

/// exp(-x²) without the error of rounding x²: x = h + l with h² exact.
let private expMinusSquare (x: float) : float =
    let h = float (float32 x)
    Math.Exp(-h * h) * Math.Exp(-(x - h) * (x + h))

/// erfc for x ≥ 0.5.
let private erfcTail (x: float) : float =
    if x > 27.3 then
        0.0
    else
        expMinusSquare x * chebyshev SpecialTables.erfcx ((x - 3.0) / (x + 3.0)) / (1.0 + 2.0 * x)

/// log(1 + x), accurate for small x (Double.LogP1 is not). Kahan's method: the rounding of 1 + x cancels out.
let log1p (x: float) : float =
    let u = 1.0 + x

    if u = 1.0 then x
    elif Double.IsInfinity u then u
    else Math.Log u * x / (u - 1.0)

/// exp(x) - 1, accurate for small x (Double.ExpM1 is not). Kahan's method.
let expm1 (x: float) : float =
    if Math.Abs x > 1.0 then
        Math.Exp x - 1.0
    else
        let u = Math.Exp x

        if u = 1.0 then x else (u - 1.0) * x / Math.Log u

/// The error function (DLMF 7.2).
let erf (x: float) : float =
    let a = Math.Abs x

    if a < 1.0 then x * horner erfSeries (x * x)
    elif Double.IsNaN x then x
    else Math.CopySign(1.0 - erfcTail a, x)

/// 1 - erf(x), accurate in the right tail too.
let erfc (x: float) : float =
    if Double.IsNaN x then x
    elif x < 0.5 then 1.0 - erf x
    else erfcTail x

/// The inverse of erf: ±1 gives ±inf, anything beyond NaN. Winitzki's approximation (2008) starts Halley's iteration.
let erfInv (x: float) : float =
    let a = Math.Abs x

    if not (a < 1.0) then
        if a = 1.0 then Math.CopySign(infinity, x) else nan
    elif a < 1e-9 then
        x / twoOverSqrtPi
    else
        let rest = 1.0 - a
        let l = Math.Log(rest * (1.0 + a))
        let b = 2.0 / (Math.PI * 0.147) + 0.5 * l
        let mutable y = Math.Sqrt(Math.Sqrt(b * b - l / 0.147) - b)

        for _ in 1..3 do
            // (erf y - a) / erf' y; in the tail through erfc, where 1 - a is exact.
            let residual = if a < 0.5 then erf y - a else rest - erfc y
            let step = residual / (twoOverSqrtPi * expMinusSquare y)
            y <- y - step / (1.0 + y * step)

        Math.CopySign(y, x)

/// lgamma(2 + z) for |z| ≤ 0.5 (DLMF 5.7.3 after one step of the recurrence).
let private lgammaNearTwo (z: float) : float = z * (1.0 - eulerGamma) + z * z * horner SpecialTables.zeta z

/// The correction of Stirling's formula for x ≥ 10 (DLMF 5.11.1).
let private stirlingTail (x: float) : float = horner SpecialTables.stirling (1.0 / (x * x)) / x

let private lgammaPositive (x: float) : float =
    if x < 0.5 then
        // lgamma(x) = lgamma(1 + x) - log x = lgamma(2 + x) - log1p x - log x.
        lgammaNearTwo x - log1p x - Math.Log x
    elif x < 1.5 then
        lgammaNearTwo (x - 1.0) - log1p (x - 1.0)
    elif x < 10.0 then
        let mutable z = x
        let mutable product = 1.0

        while z > 2.5 do
            z <- z - 1.0
            product <- product * z

        lgammaNearTwo (z - 2.0) + Math.Log product
    elif x > 1e305 then
        infinity
    else
        (x - 0.5) * Math.Log x - x + halfLogTwoPi + stirlingTail x

/// log |Γ(x)|: inf at 0, -1, -2, … and at ±inf.
let lgamma (x: float) : float =
    if Double.IsNaN x then
        x
    elif Double.IsInfinity x then
        infinity
    elif x > 0.0 then
        lgammaPositive x
    elif x = Math.Floor x then
        infinity
    // DLMF 5.5.3: Γ(x) Γ(1 - x) = π / sin πx, here with Γ(1 - x) = -x Γ(-x).
    elif x > -1e-5 then
        // Close to the pole at 0 the reflection would cancel.
        lgammaNearTwo x - log1p x - Math.Log -x
    else
        Math.Log(Math.PI / Math.Abs(Double.SinPi x * x)) - lgammaPositive -x

/// The logarithmic derivative of Γ: NaN at the negative integers, ∓inf at ±0.
let rec digamma (x: float) : float =
    if Double.IsNaN x || x = infinity then
        x
    elif x = 0.0 then
        Math.CopySign(infinity, -x)
    elif x < 0.0 then
        // DLMF 5.5.4.
        if x = Math.Floor x || Double.IsInfinity x then
            nan
        else
            let r = x - Math.Round x
            digamma (1.0 - x) - Math.PI / Double.TanPi r
    else
        let d = (x - SpecialTables.digammaRootHigh) - SpecialTables.digammaRootLow

        if Math.Abs d < 0.3 then
            d * horner SpecialTables.digammaRoot d
        else
            // DLMF 5.5.2 up to x ≥ 10, then 5.11.2.
            let mutable z = x
            let mutable s = 0.0

            while z < 10.0 do
                s <- s - 1.0 / z
                z <- z + 1.0

            let w = 1.0 / (z * z)
            let mutable series = 0.0

            for n in 8..-1..1 do
                series <- (series + SpecialTables.bernoulli[n - 1] / float (2 * n)) * w

            s + Math.Log z - 0.5 / z - series

/// log(1 + u) - u for |u| ≤ 0.3, without cancellation.
let private log1pMinus (u: float) : float =
    // log(1 + u) = 2 artanh r with r = u / (2 + u); and 2 r - u = -u r.
    let r = u / (2.0 + u)
    let r2 = r * r
    let mutable term = 2.0 * r * r2
    let mutable sum = 0.0
    let mutable k = 3.0

    while Math.Abs term > epsilon * Math.Abs sum * k do
        sum <- sum + term / k
        term <- term * r2
        k <- k + 2.0

    sum - u * r

/// x^a exp(-x) / Γ(a + 1).
let private gammaDensity (a: float) (x: float) : float =
    if a < 10.0 then
        Math.Exp(a * Math.Log x - x - lgamma (a + 1.0))
    else
        let u = (x - a) / a
        let exponent = if Math.Abs u > 0.3 then Math.Log(x / a) - u else log1pMinus u

        Math.Exp(a * exponent - stirlingTail a) / Math.Sqrt(2.0 * Math.PI * a)

/// The power series of P(a, x) (DLMF 8.11.4), with its derivative in a: P = density · sum.
let private gammaSeries (a: float) (x: float) : struct (float * float) =
    let mutable term = 1.0
    let mutable sum = 1.0
    let mutable dTerm = 0.0
    let mutable dSum = 0.0
    let mutable n = a + 1.0
    let limit = 1000 + int (min (12.0 * Math.Sqrt a) 1e8)
    let mutable i = 0

    while i < limit do
        dTerm <- (dTerm - term / n) * x / n
        term <- term * x / n
        sum <- sum + term
        dSum <- dSum + dTerm
        n <- n + 1.0

        i <-
            if term <= epsilon * sum && Math.Abs dTerm <= epsilon * Math.Abs dSum then
                limit
            else
                i + 1

    struct (sum, dSum)

/// The continued fraction of Q(a, x) = density · a · fraction (DLMF 8.9.2 in Legendre's even form), with its derivative
/// in a. Evaluated by Lentz's method, modified by Thompson and Barnett (1986).
let private gammaFraction (a: float) (x: float) : struct (float * float) =
    let mutable b = x + 1.0 - a
    let mutable dB = -1.0
    let mutable c = 1e300
    let mutable dC = 0.0
    let mutable d = 1.0 / b
    let mutable dD = d * d
    let mutable h = d
    let mutable dH = dD
    let limit = 1000 + int (min (12.0 * Math.Sqrt a) 1e8)
    let mutable i = 1

    while i < limit do
        let k = float i
        let an = -k * (k - a)
        // The derivative of an in a is k.
        b <- b + 2.0
        let e = an * d + b
        let dE = k * d + an * dD + dB
        let f = b + an / c
        let dF = dB + k / c - an * dC / (c * c)
        c <- if f = 0.0 then 1e-300 else f
        dC <- dF
        d <- 1.0 / (if e = 0.0 then 1e-300 else e)
        dD <- -dE * d * d
        let delta = c * d
        let dDelta = dC * d + c * dD
        dH <- dH * delta + h * dDelta
        h <- h * delta

        i <-
            if Math.Abs(delta - 1.0) < 2.0 * epsilon && Math.Abs(h * dDelta) <= 4.0 * epsilon * Math.Abs dH then
                limit
            else
                i + 1

    struct (h, dH)

/// The regularized lower incomplete gamma function P(a, x); NaN for a ≤ 0 or x < 0.
let igamma (a: float) (x: float) : float =
    if not (a > 0.0 && x >= 0.0) then
        nan
    elif x = 0.0 then
        (if Double.IsInfinity a then nan else 0.0)
    elif Double.IsInfinity a then
        (if Double.IsInfinity x then nan else 0.0)
    elif Double.IsInfinity x then
        1.0
    elif x <= 1.0 || x <= a then
        let struct (sum, _) = gammaSeries a x
        gammaDensity a x * sum
    else
        let struct (fraction, _) = gammaFraction a x
        1.0 - gammaDensity a x * a * fraction

/// The derivative of P(a, x) in a; NaN where P is.
let igammaGradA (a: float) (x: float) : float =
    if not (a > 0.0 && x >= 0.0) then
        nan
    elif x = 0.0 || Double.IsInfinity x || Double.IsInfinity a then
        0.0
    else
        let density = gammaDensity a x
        let logDensity = Math.Log x - digamma (a + 1.0)

        if x <= 1.0 || x <= a then
            let struct (sum, dSum) = gammaSeries a x
            density * (sum * logDensity + dSum)
        else
            let struct (h, dH) = gammaFraction a x
            // a · density has the extra factor a, whose derivative over itself is 1 / a.
            -density * a * (h * (logDensity + 1.0 / a) + dH)

/// The Hurwitz zeta function for s > 1 and q > 0, by Euler-Maclaurin summation (DLMF 25.11.5).
let private hurwitzPositive (s: float) (q: float) : float =
    let mutable z = q
    let mutable sum = 0.0

    while z < 12.0 do
        sum <- sum + Math.Pow(z, -s)
        z <- z + 1.0

    let power = Math.Pow(z, -s)
    let mutable term = s * power / z
    let mutable factorial = 2.0
    let mutable tail = z * power / (s - 1.0) + 0.5 * power

    for n in 1 .. SpecialTables.bernoulli.Length do
        tail <- tail + SpecialTables.bernoulli[n - 1] * term / factorial
        let k = float (2 * n)
        term <- term * (s + k - 1.0) * (s + k) / (z * z)
        factorial <- factorial * (k + 1.0) * (k + 2.0)

    sum + tail

/// The sum of (q + k)^-s over k ≥ 0 for whole s > 1. For q = f - m, 0 < f < 1, the terms below zero are a difference of
/// two sums on the other side.
let private hurwitz (s: float) (q: float) : float =
    if q > 0.0 then
        hurwitzPositive s q
    else
        let floor = Math.Floor q
        let f = q - floor
        let mirrored = hurwitzPositive s (1.0 - f) - hurwitzPositive s (1.0 - f - floor)
        hurwitzPositive s f + (if s % 2.0 = 0.0 then mirrored else -mirrored)

/// The derivative of digamma of a whole order ≥ 0; NaN for any other order. At 0, -1, … inf, or NaN where the two sides
/// differ.
let polygamma (order: float) (x: float) : float =
    if not (order >= 0.0) || order <> Math.Floor order then
        nan
    elif order = 0.0 then
        digamma x
    elif Double.IsNaN x || x = -infinity then
        nan
    elif x = infinity then
        0.0
    else
        let odd = order % 2.0 = 1.0

        if x <= 0.0 && x = Math.Floor x then
            if odd then infinity else nan
        else
            let factorial = Math.Exp(lgamma (order + 1.0))

            let factorial = if order <= 20.0 then Math.Round factorial else factorial
            (if odd then factorial else -factorial) * hurwitz (order + 1.0) x

/// exp(-|x|) I0(x).
let besselI0e (x: float) : float =
    let a = Math.Abs x

    if a <= 8.0 then chebyshev SpecialTables.i0Small (a / 4.0 - 1.0)
    elif Double.IsInfinity a then 0.0
    else chebyshev SpecialTables.i0Large (16.0 / a - 1.0) / Math.Sqrt a

/// exp(-|x|) I1(x).
let besselI1e (x: float) : float =
    let a = Math.Abs x

    if a <= 8.0 then
        x * chebyshev SpecialTables.i1Small (a / 4.0 - 1.0)
    elif Double.IsInfinity a then
        Math.CopySign(0.0, x)
    else
        Math.CopySign(chebyshev SpecialTables.i1Large (16.0 / a - 1.0) / Math.Sqrt a, x)
