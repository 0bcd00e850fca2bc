/// exp and log on vectors of float32 and float64, inlined where they are used. Errors are within two units in the last
/// place; subnormal numbers count.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.ExpLog

open System.Numerics

/// exp(x) = 2^n · exp(r), |r| ≤ ln 2 / 2. The power comes in two halves, so that the result may be subnormal.
let inline exp32 (x: Vector<float32>) : Vector<float32> =
    // Adding this number rounds to an integer, which then stands in the low bits.
    let magic = Vector<float32> 12582912.0f
    let bits (v: Vector<float32>) = Vector.AsVectorInt32 v - Vector.AsVectorInt32 magic

    let power (n: Vector<int>) = Vector.AsVectorSingle(Vector.ShiftLeft(n + Vector<int> 127, 23))

    let high, low = Vector<float32> 89.0f, Vector<float32> -104.0f
    let a = Vector.ConditionalSelect(Vector.LessThan(x, high), x, high)
    let a = Vector.ConditionalSelect(Vector.GreaterThan(a, low), a, low)
    let t = Vector.MultiplyAddEstimate(a, Vector<float32> 1.44269504f, magic)
    let n = t - magic
    let half = Vector.MultiplyAddEstimate(n, Vector<float32> 0.5f, magic)
    let r = Vector.MultiplyAddEstimate(n, Vector<float32> -0.693115234f, a)
    let r = Vector.MultiplyAddEstimate(n, Vector<float32> -3.19461850e-5f, r)
    let p = Vector<float32> 0.00139262681f
    let p = Vector.MultiplyAddEstimate(p, r, Vector<float32> 0.00836324667f)
    let p = Vector.MultiplyAddEstimate(p, r, Vector<float32> 0.0416665541f)
    let p = Vector.MultiplyAddEstimate(p, r, Vector<float32> 0.166665766f)
    let p = Vector.MultiplyAddEstimate(p, r, Vector<float32> 0.5f)
    let p = Vector.MultiplyAddEstimate(p, r * r, r) + Vector<float32>.One
    let n1 = bits half
    let y = p * power n1 * power (bits t - n1)
    Vector.ConditionalSelect(Vector.Equals(x, x), y, x)

/// As `exp32`.
let inline exp64 (x: Vector<float>) : Vector<float> =
    let magic = Vector<float> 6755399441055744.0
    let bits (v: Vector<float>) = Vector.AsVectorInt64 v - Vector.AsVectorInt64 magic

    let power (n: Vector<int64>) = Vector.AsVectorDouble(Vector.ShiftLeft(n + Vector<int64> 1023L, 52))

    let high, low = Vector<float> 710.0, Vector<float> -746.0
    let a = Vector.ConditionalSelect(Vector.LessThan(x, high), x, high)
    let a = Vector.ConditionalSelect(Vector.GreaterThan(a, low), a, low)
    let t = Vector.MultiplyAddEstimate(a, Vector<float> 1.4426950408889634, magic)
    let n = t - magic
    let half = Vector.MultiplyAddEstimate(n, Vector<float> 0.5, magic)
    let r = Vector.MultiplyAddEstimate(n, Vector<float> -0.6931467056274414, a)
    let r = Vector.MultiplyAddEstimate(n, Vector<float> -4.7493250390316726e-07, r)
    let p = Vector<float> 2.091477283224809e-09
    let p = Vector.MultiplyAddEstimate(p, r, Vector<float> 2.510533724466521e-08)
    let p = Vector.MultiplyAddEstimate(p, r, Vector<float> 2.755727343657049e-07)
    let p = Vector.MultiplyAddEstimate(p, r, Vector<float> 2.755725511097889e-06)
    let p = Vector.MultiplyAddEstimate(p, r, Vector<float> 2.480158732571076e-05)
    let p = Vector.MultiplyAddEstimate(p, r, Vector<float> 0.00019841269875048905)
    let p = Vector.MultiplyAddEstimate(p, r, Vector<float> 0.0013888888888883703)
    let p = Vector.MultiplyAddEstimate(p, r, Vector<float> 0.00833333333332607)
    let p = Vector.MultiplyAddEstimate(p, r, Vector<float> 0.04166666666666667)
    let p = Vector.MultiplyAddEstimate(p, r, Vector<float> 0.1666666666666667)
    let p = Vector.MultiplyAddEstimate(p, r, Vector<float> 0.5)
    let p = Vector.MultiplyAddEstimate(p, r * r, r) + Vector<float>.One
    let n1 = bits half
    let y = p * power n1 * power (bits t - n1)
    Vector.ConditionalSelect(Vector.Equals(x, x), y, x)

/// log(x) = e · ln 2 + log(1 + f), f between sqrt(1/2) - 1 and sqrt(2) - 1.
let inline log32 (x: Vector<float32>) : Vector<float32> =
    let tiny = Vector.LessThan(x, Vector<float32> 1.17549435e-38f)
    let scaled = Vector.ConditionalSelect(tiny, x * Vector<float32> 33554432.0f, x)
    let bits = Vector.AsVectorInt32 scaled
    // The distance of 1 and sqrt(1/2), so that the exponent changes at sqrt(1/2).
    let e = Vector.ShiftRightLogical(bits + Vector<int>(0x3F800000 - 0x3F3504F3), 23) - Vector<int> 127
    let f = Vector.AsVectorSingle(bits - Vector.ShiftLeft(e, 23)) - Vector<float32>.One
    let n = Vector.ConvertToSingle e
    let n = Vector.ConditionalSelect(tiny, n - Vector<float32> 25.0f, n)
    let z = f * f
    let p = Vector<float32> 0.0696975398f
    let p = Vector.MultiplyAddEstimate(p, f, Vector<float32> -0.114791881f)
    let p = Vector.MultiplyAddEstimate(p, f, Vector<float32> 0.116857959f)
    let p = Vector.MultiplyAddEstimate(p, f, Vector<float32> -0.124257767f)
    let p = Vector.MultiplyAddEstimate(p, f, Vector<float32> 0.142490327f)
    let p = Vector.MultiplyAddEstimate(p, f, Vector<float32> -0.166677983f)
    let p = Vector.MultiplyAddEstimate(p, f, Vector<float32> 0.200007163f)
    let p = Vector.MultiplyAddEstimate(p, f, Vector<float32> -0.24999997f)
    let p = Vector.MultiplyAddEstimate(p, f, Vector<float32> 0.333333312f)
    let y = Vector.MultiplyAddEstimate(n, Vector<float32> 3.19461850e-5f, f * z * p)
    let y = Vector.MultiplyAddEstimate(z, Vector<float32> -0.5f, y)
    let y = Vector.MultiplyAddEstimate(n, Vector<float32> 0.693115234f, y + f)
    let positive = Vector.GreaterThan(x, Vector<float32>.Zero)
    let isFinite = Vector.LessThan(x, Vector<float32> System.Single.PositiveInfinity)

    let other =
        Vector.ConditionalSelect(
            Vector.Equals(x, Vector<float32>.Zero),
            Vector<float32> System.Single.NegativeInfinity,
            Vector<float32> System.Single.NaN
        )

    // Infinity and NaN are their own logarithms.
    let above = Vector.ConditionalSelect(isFinite, y, x)
    Vector.ConditionalSelect(positive, above, other)

/// As `log32`; with s = f / (2 + f), log(1 + f) = f - f²/2 + s · (f²/2 + R(s²)).
let inline log64 (x: Vector<float>) : Vector<float> =
    let tiny = Vector.LessThan(x, Vector<float> 2.2250738585072014e-308)
    let scaled = Vector.ConditionalSelect(tiny, x * Vector<float> 18014398509481984.0, x)
    let bits = Vector.AsVectorInt64 scaled
    let shifted = bits + Vector<int64>(0x3FF0000000000000L - 0x3FE6A09E667F3BCDL)
    let e = Vector.ShiftRightLogical(shifted, 52)
    let f = Vector.AsVectorDouble(bits - Vector.ShiftLeft(e - Vector<int64> 1023L, 52)) - Vector<float>.One
    // A small integer becomes a double as the low bits of 2^52.
    let whole = Vector.AsVectorDouble(Vector.BitwiseOr(e, Vector<int64> 0x4330000000000000L))
    let n = whole - Vector<float>(4503599627370496.0 + 1023.0)
    let n = Vector.ConditionalSelect(tiny, n - Vector<float> 54.0, n)
    let s = f / (f + Vector<float> 2.0)
    let z = s * s
    let h = Vector<float> 0.5 * f * f
    let p = Vector<float> 0.13086757714161598
    let p = Vector.MultiplyAddEstimate(p, z, Vector<float> 0.13268760556827142)
    let p = Vector.MultiplyAddEstimate(p, z, Vector<float> 0.1538624017267777)
    let p = Vector.MultiplyAddEstimate(p, z, Vector<float> 0.18181795631493075)
    let p = Vector.MultiplyAddEstimate(p, z, Vector<float> 0.2222222239179479)
    let p = Vector.MultiplyAddEstimate(p, z, Vector<float> 0.28571428570803253)
    let p = Vector.MultiplyAddEstimate(p, z, Vector<float> 0.4000000000000088)
    let p = Vector.MultiplyAddEstimate(p, z, Vector<float> 0.6666666666666666)

    let low =
        Vector.MultiplyAddEstimate(n, Vector<float> 4.7493250390316726e-07, s * Vector.MultiplyAddEstimate(z, p, h))

    let y = Vector.MultiplyAddEstimate(n, Vector<float> 0.6931467056274414, f - (h - low))
    let positive = Vector.GreaterThan(x, Vector<float>.Zero)
    let isFinite = Vector.LessThan(x, Vector<float> System.Double.PositiveInfinity)

    let other =
        Vector.ConditionalSelect(
            Vector.Equals(x, Vector<float>.Zero),
            Vector<float> System.Double.NegativeInfinity,
            Vector<float> System.Double.NaN
        )

    let above = Vector.ConditionalSelect(isFinite, y, x)
    Vector.ConditionalSelect(positive, above, other)
