/// Elementary functions of float32 as formulas: argument reduction, a polynomial of our own fitting (minimax on the
/// reduced range), and reconstruction, without branches. At most 2 units in the last place over the whole range;
/// infinities, zeros and NaN as IEEE 754 asks for.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Backends.Cpu.RegionMath

open Keras.FSharp
open Keras.FSharp.Backends

// ln 2 in two parts; the first has so few bits that its product with an exponent is exact.
let private ln2High = 0.693359375
let private ln2Low = -2.12194440054690583e-4
let private log2e = 1.44269504088896341

// exp(r) - 1 - r = r² · P(r) for |r| <= ln 2 / 2.
let private expTail = [ 0.49999994; 0.166665152; 0.0416680798; 0.00836939551; 0.00138408958 ]

/// x to the nearest n with x ≈ n ln 2, and exp(x - n ln 2) - 1.
let private reduce (f: Formulas) (x: int) : struct (int * int) =
    let n = f.Same(Op.Round, f.Mul(x, f.Const log2e))
    let r = f.Fma(n, f.Const -ln2High, x)
    let r = f.Fma(n, f.Const -ln2Low, r)
    struct (n, f.Fma(f.Mul(r, r), f.Poly(r, expTail), r))

/// 2 to an integer, given as integer lanes, within the range of normal numbers.
let private pow2 (f: Formulas) (n: int) : int = f.Bits(f.Same(Op.Shl 23, f.Add(n, f.Int 127L)), Lane.F32)

let private clampNumber (f: Formulas) (low: float) (high: float) (x: int) : int =
    f.Same(Op.MaxNumber, f.Const low, f.Same(Op.MinNumber, f.Const high, x))

/// e to the x. Scales in two halves, so that results below the normal range come out right.
let exp (f: Formulas) (x: int) : int =
    let struct (n, t) = reduce f (clampNumber f -110.0 100.0 x)
    let i = f.Node(Op.ToInt, Lane.I32, false, n)
    let half = f.Same(Op.ShrArithmetic 1, i)
    let y = f.Add(f.Const 1.0, t)
    f.Mul(f.Mul(y, pow2 f half), pow2 f (f.Sub(i, half)))

/// e to the x, for x known to be between -87 and 88.
let private expNormal (f: Formulas) (x: int) : int =
    let struct (n, t) = reduce f x
    let i = f.Node(Op.ToInt, Lane.I32, false, n)
    f.Mul(f.Add(f.Const 1.0, t), pow2 f i)

let private isZero (f: Formulas) (x: int) = f.Compare(CompareOp.Eq, x, f.Const 0.0)

/// e to the x, minus 1.
let expm1 (f: Formulas) (x: int) : int =
    let struct (n, t) = reduce f (clampNumber f -20.0 89.0 x)
    let i = f.Node(Op.ToInt, Lane.I32, false, n)
    // Half the power first: 2^128 is out of range, though the result may not be.
    let s = pow2 f (f.Sub(i, f.Int 1L))
    let y = f.Fma(s, t, f.Sub(s, f.Const 0.5))
    f.Select(isZero f x, x, f.Add(y, y))

// log(1 + r) = r - r²/2 + r³ · Q(r) for 1 + r between √½ and √2.
let private logTail = [
    0.333333135
    -0.250000089
    0.200021237
    -0.166680053
    0.142194539
    -0.124053359
    0.118886918
    -0.116775364
    0.0674776435
]

/// The natural logarithm of a positive finite x, plus `extra`.
let private logCore (f: Formulas) (x: int) (extra: int voption) : int =
    let tiny = f.Compare(CompareOp.Lt, x, f.Const 1.17549435e-38)
    let x = f.Select(tiny, f.Mul(x, f.Const 8388608.0), x)
    let bits = f.Bits(x, Lane.I32)
    // The exponent of x / √½, so that the mantissa falls between √½ and √2.
    let offset = f.Sub(bits, f.Int 0x3f3504f3L)
    let e = f.Node(Op.ToFloat, Lane.F32, false, f.Same(Op.ShrArithmetic 23, offset))
    let e = f.Sub(e, f.Select(tiny, f.Const 23.0, f.Const 0.0))
    let m = f.Bits(f.Add(f.And(offset, f.Int 0x007fffffL), f.Int 0x3f3504f3L), Lane.F32)
    let r = f.Sub(m, f.Const 1.0)
    let square = f.Mul(r, r)
    let tail = f.Fma(f.Mul(square, r), f.Poly(r, logTail), f.Mul(e, f.Const ln2Low))

    let tail =
        match extra with
        | ValueSome c -> f.Add(tail, c)
        | ValueNone -> tail

    let tail = f.Fma(square, f.Const -0.5, tail)
    f.Fma(e, f.Const ln2High, f.Add(r, tail))

/// y = log x put right where x is not positive and finite; `x` decides.
let private logSpecial (f: Formulas) (x: int) (y: int) : int =
    let infinite = f.Const infinity
    let y = f.Select(f.Compare(CompareOp.Lt, x, infinite), y, x)
    let y = f.Select(f.Compare(CompareOp.Lt, x, f.Const 0.0), f.Const nan, y)
    f.Select(isZero f x, f.Const -infinity, y)

/// The natural logarithm.
let log (f: Formulas) (x: int) : int = logSpecial f x (logCore f x ValueNone)

/// log(1 + x): what rounding 1 + x loses is put back to first order.
let log1p (f: Formulas) (x: int) : int =
    let u = f.Add(f.Const 1.0, x)
    let lost = f.Div(f.Sub(x, f.Sub(u, f.Const 1.0)), u)
    let y = logSpecial f u (logCore f u (ValueSome lost))
    f.Select(isZero f x, x, y)

// tanh x = x + x³ · P(x²) for |x| < 0.625.
let private tanhTail = [ -0.333333045; 0.133318782; -0.0537678301; 0.0207132753; -0.00577395316 ]

/// The hyperbolic tangent.
let tanh (f: Formulas) (x: int) : int =
    let a = f.Abs x
    let square = f.Mul(x, x)
    let small = f.Fma(f.Mul(square, x), f.Poly(square, tanhTail), x)
    // 1 - 2 / (exp(2|x|) + 1); beyond 10 the result is 1.
    let e = expNormal f (f.Same(Op.MinNumber, f.Const 20.0, f.Add(a, a)))
    let large = f.Sub(f.Const 1.0, f.Div(f.Const 2.0, f.Add(e, f.Const 1.0)))
    f.CopySign(f.Select(f.Compare(CompareOp.Lt, a, f.Const 0.625), small, large), x)

/// 1 / (1 + exp(-x)) and 1 less that, from exp(-|x|) so that nothing overflows and neither loses digits.
let private logistics (f: Formulas) (x: int) : struct (int * int) =
    let one = f.Const 1.0
    let low = f.Same(Op.MaxNumber, f.Const -110.0, f.Neg(f.Abs x))
    let n = f.Same(Op.Round, f.Mul(low, f.Const log2e))
    let i = f.Node(Op.ToInt, Lane.I32, false, n)
    let half = f.Same(Op.ShrArithmetic 1, i)
    // The exponential to a little more than half a unit, because two more roundings follow: the large parts of the sum
    // are added first, and what that rounds away goes to the small parts.
    let high = f.Fma(n, f.Const -ln2High, low)
    let r = f.Fma(n, f.Const -ln2Low, high)
    let sum = f.Add(one, high)
    let lost = f.Fma(n, f.Const -ln2Low, f.Sub(high, f.Sub(sum, one)))
    let y = f.Add(sum, f.Fma(f.Mul(r, r), f.Poly(r, expTail), lost))
    let e = f.Mul(f.Mul(y, pow2 f half), pow2 f (f.Sub(i, half)))
    let isLow = f.Compare(CompareOp.Lt, x, f.Const 0.0)
    let all = f.Add(one, e)
    struct (f.Div(f.Select(isLow, e, one), all), f.Div(f.Select(isLow, one, e), all))

/// 1 / (1 + exp(-x)).
let logistic (f: Formulas) (x: int) : int =
    let struct (s, _) = logistics f x
    s

// erf x = x + x · P(x²) for |x| < 0.92.
let private erfTail = [
    0.128379166
    -0.376126319
    0.112836875
    -0.0268589407
    0.00519990688
    -0.000813001418
    8.31678117e-5
]

// erf x = 1 - exp(-x · Q(x)) for x between 0.92 and 4.
let private erfcExponent = [
    1.12854493
    0.635656416
    0.10520307
    -0.0226121005
    0.00289229024
    -3.60290433e-5
    -4.82160794e-5
    5.15234751e-6
]

/// The error function.
let erf (f: Formulas) (x: int) : int =
    let a = f.Abs x
    let square = f.Mul(x, x)
    let small = f.Fma(x, f.Poly(square, erfTail), x)
    let t = f.Same(Op.MinNumber, f.Const 4.0, a)
    let e = expNormal f (f.Neg(f.Mul(t, f.Poly(t, erfcExponent))))
    let large = f.Sub(f.Const 1.0, e)
    f.CopySign(f.Select(f.Compare(CompareOp.Lt, a, f.Const 0.92), small, large), x)

/// -1, 0 or 1; zeros and NaN as they are.
let sign (f: Formulas) (x: int) : int =
    let one = f.CopySign(f.Const 1.0, x)
    let ordered = f.Compare(CompareOp.Gt, f.Abs x, f.Const 0.0)
    f.Select(ordered, one, x)

// erfc z = t · P(t) · exp(-z²) with t = 1 / (1 + z / 2): even and odd coefficients of P in pairs, interpolated for t
// between 1/6 and 1.
let private erfcPairs = [
    0.28208267366639705, 0.28244504197242687
    0.24257289292933942, 0.2048536552239142
    -0.031841757619264575, 0.2856977106098689
    -0.4938636490418655, 0.2877683096576411
    -0.05971491899062271, 0.0
]

let private slope = 2.0 * System.Math.Sqrt(2.0 / System.Math.PI)
let private density = 1.0 / System.Math.Sqrt(2.0 * System.Math.PI)

/// exp(-x²/2): what rounding the square loses is put back, so that it holds far from zero too.
let private bell (f: Formulas) (x: int) : int =
    let square = f.Mul(x, x)
    let lost = f.Fma(x, x, f.Neg square)
    let half = f.Const -0.5
    let e = exp f (f.Mul(square, half))
    // There it is 0, though the square may be infinite.
    let isFar = f.Compare(CompareOp.Gt, f.Abs x, f.Const 20.0)
    f.Select(isFar, f.Const 0.0, f.Fma(f.Mul(e, half), lost, e))

/// The normal distribution function, given exp(-x²/2).
let private normal (f: Formulas) (x: int) (bell: int) : int =
    let one = f.Const 1.0
    let t = f.Div(one, f.Fma(f.Abs x, f.Const(0.5 * System.Math.Sqrt 0.5), one))
    let square = f.Mul(t, t)

    let p =
        erfcPairs
        |> List.rev
        |> List.map (fun (even, odd) -> if odd = 0.0 then f.Const even else f.Fma(t, f.Const odd, f.Const even))
        |> List.reduce (fun sum pair -> f.Fma(sum, square, pair))

    let tail = f.Mul(f.Mul(t, p), f.Mul(bell, f.Const 0.5))
    f.Select(f.Compare(CompareOp.Lt, x, f.Const 0.0), tail, f.Sub(one, tail))

/// x Φ(x), Φ the normal distribution function: to 4e-7 of its value.
let gelu (f: Formulas) (x: int) : int = f.Mul(x, normal f x (bell f x))

/// The derivative of `gelu` at x times g.
let geluGrad (f: Formulas) (x: int) (g: int) : int =
    let bell = bell f x
    f.Mul(g, f.Fma(f.Mul(x, f.Const density), bell, normal f x bell))

// Twice what the tanh form of gelu has inside.
let private geluInner (f: Formulas) (x: int) : int =
    let inner = f.Mul(x, f.Const slope)
    f.Fma(f.Mul(inner, f.Const 0.044715), f.Mul(x, x), inner)

/// The tanh form: x · logistic(2 √(2/π) (x + 0.044715 x³)).
let geluTanh (f: Formulas) (x: int) : int = f.Mul(x, logistic f (geluInner f x))

/// The derivative of `geluTanh` at x times g.
let geluTanhGrad (f: Formulas) (x: int) (g: int) : int =
    let struct (s, rest) = logistics f (geluInner f x)
    let rise = f.Fma(f.Mul(x, x), f.Const(3.0 * 0.044715 * slope), f.Const slope)
    f.Mul(g, f.Fma(f.Mul(f.Mul(x, s), rest), rise, s))

/// x / (1 + exp(-x)).
let silu (f: Formulas) (x: int) : int = f.Mul(x, logistic f x)

/// The derivative of `silu` at x times g.
let siluGrad (f: Formulas) (x: int) (g: int) : int =
    let struct (s, rest) = logistics f x
    f.Mul(f.Mul(g, s), f.Fma(x, rest, f.Const 1.0))
