/// Tensors as text, the way NumPy prints arrays: numbers of one column width, eight digits at most, scientific where
/// magnitudes ask for it, corners only above a thousand elements.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Printing

open System
open System.Collections.Generic
open System.Globalization
open System.Numerics
open System.Runtime.InteropServices
open System.Text

let private precision = 8
let private lineWidth = 75
let private edgeItems = 3
let private summaryAbove = 1000

/// A finite number in decimal: 0.digits times ten to the exponent; no digits for zero.
[<Struct>]
type private Decimal10 = { Negative: bool; Digits: string; Exponent: int }

/// Reads digits and exponent off a number in scientific notation.
let private parse (negative: bool) (text: string) : Decimal10 =
    let e = text.IndexOf 'E'
    let mantissa = (if e < 0 then text else text.Substring(0, e)).TrimStart('-')

    let exponent =
        if e < 0 then
            0
        else
            Int32.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign)

    let point = mantissa.IndexOf '.'
    let whole = if point < 0 then mantissa else mantissa.Substring(0, point)
    let all = whole + (if point < 0 then "" else mantissa.Substring(point + 1))
    let significant = all.TrimStart '0'

    {
        Negative = negative
        Digits = significant.TrimEnd '0'
        Exponent = exponent + whole.Length - (all.Length - significant.Length)
    }

/// The fewest digits that tell the number from its neighbours of the dtype.
let private shortest (dtype: DType) (x: float) : Decimal10 =
    let culture = CultureInfo.InvariantCulture

    let text =
        match dtype with
        | DType.Float16 -> (Half.op_Explicit x: Half).ToString("R", culture)
        | DType.BFloat16 ->
            let same digits =
                let s = x.ToString("E" + string digits, culture)
                float (Elements.ofBFloat16 (Elements.toBFloat16 (float32 (Double.Parse(s, culture))))) = x

            let digits = seq { 0..8 } |> Seq.find same
            x.ToString("E" + string digits, culture)
        | DType.Float32
        | DType.Complex64 -> (float32 x).ToString("R", culture)
        | _ -> x.ToString("R", culture)

    parse (Double.IsNegative x) text

/// The number rounded to `places` decimals (a negative count rounds before the point), ties to even.
let private rounded (x: float) (places: int) : Decimal10 =
    let bits = BitConverter.DoubleToInt64Bits x
    let exponent = int (bits >>> 52) &&& 0x7FF
    let fraction = bits &&& 0xFFFFFFFFFFFFFL
    let m = BigInteger(if exponent = 0 then fraction else fraction ||| 0x10000000000000L)
    let e = (max exponent 1) - 1075
    let ten = BigInteger.Pow(BigInteger 10, abs places)
    // x times 10^places = numerator / denominator.
    let numerator = (if e > 0 then m <<< e else m) * (if places > 0 then ten else BigInteger.One)

    let denominator =
        (if e < 0 then BigInteger.One <<< -e else BigInteger.One)
        * (if places < 0 then ten else BigInteger.One)

    let mutable remainder = BigInteger.Zero
    let quotient = BigInteger.DivRem(numerator, denominator, &remainder)
    let twice = BigInteger.Compare(remainder * BigInteger 2, denominator)
    let up = twice > 0 || (twice = 0 && not quotient.IsEven)
    let q = if up then quotient + BigInteger.One else quotient
    let digits = if q.IsZero then "" else q.ToString(CultureInfo.InvariantCulture)

    {
        Negative = Double.IsNegative x
        Digits = digits.TrimEnd '0'
        Exponent = (if q.IsZero then 0 else digits.Length - places)
    }

let private sign (d: Decimal10) (plus: bool) =
    if d.Negative then "-"
    elif plus then "+"
    else ""

/// The parts before and after the point, at most `precision` decimals.
let private positional (dtype: DType) (plus: bool) (x: float) : struct (string * string) =
    let d = shortest dtype x
    let d = if d.Digits.Length - d.Exponent > precision then rounded x precision else d
    let n = max 0 d.Exponent
    let whole = d.Digits.Substring(0, min n d.Digits.Length).PadRight(n, '0')
    let fraction = String('0', max 0 -d.Exponent) + d.Digits.Substring(min n d.Digits.Length)
    struct (sign d plus + (if whole = "" then "0" else whole), (if d.Digits = "" then "" else fraction))

/// The parts before and after the point and the exponent, at most `precision` decimals.
let private scientific (dtype: DType) (plus: bool) (x: float) : struct (string * string * int) =
    let d = shortest dtype x

    let d =
        if d.Digits.Length - 1 > precision then
            rounded x (precision + 1 - d.Exponent)
        else
            d

    if d.Digits = "" then
        struct (sign d plus + "0", "", 0)
    else
        struct (sign d plus + d.Digits.Substring(0, 1), d.Digits.Substring 1, d.Exponent - 1)

let private exponentText (e: int) (digits: int) = (if e < 0 then "e-" else "e+") + (string (abs e)).PadLeft(digits, '0')

/// A formatter for the numbers of one tensor, all to the same width.
let private floatFormat (dtype: DType) (plus: bool) (values: float[]) : float -> string =
    let finite = values |> Array.filter Double.IsFinite
    let magnitudes = finite |> Array.filter ((<>) 0.0) |> Array.map abs

    let useExponent =
        magnitudes.Length > 0
        && (let largest, smallest = Array.max magnitudes, Array.min magnitudes
            largest >= 1e8 || smallest < 1e-4 || largest / smallest > 1000.0)

    let mutable left = 0
    let mutable right = 0
    let mutable fractionDigits = 0
    let mutable exponentDigits = 2

    for x in finite do
        if useExponent then
            let struct (whole, fraction, e) = scientific dtype plus x
            left <- max left whole.Length
            fractionDigits <- max fractionDigits fraction.Length
            exponentDigits <- max exponentDigits (string (abs e)).Length
        else
            let struct (whole, fraction) = positional dtype plus x
            left <- max left whole.Length
            right <- max right fraction.Length

    if useExponent then
        right <- fractionDigits + 2 + exponentDigits

    let special (x: float) =
        if Double.IsNaN x then (if plus then "+nan" else "nan")
        elif x < 0.0 then "-inf"
        elif plus then "+inf"
        else "inf"

    if finite.Length < values.Length then
        for x in values do
            if not (Double.IsFinite x) then
                left <- max left ((special x).Length - right - 1)

    fun x ->
        if not (Double.IsFinite x) then
            (special x).PadLeft(left + right + 1)
        elif useExponent then
            let struct (whole, fraction, e) = scientific dtype plus x
            whole.PadLeft left + "." + fraction.PadRight(fractionDigits, '0') + exponentText e exponentDigits
        else
            let struct (whole, fraction) = positional dtype plus x
            whole.PadLeft left + "." + fraction.PadRight right

/// A number by itself: all its digits, scientific from 10^16 on and below 10^-4.
let private floatAlone (dtype: DType) (x: float) : string =
    if Double.IsNaN x then
        "nan"
    elif not (Double.IsFinite x) then
        (if x < 0.0 then "-inf" else "inf")
    else
        let d = shortest dtype x
        let s = sign d false

        if x <> 0.0 && (abs x < 1e-4 || abs x >= 1e16) then
            let rest = d.Digits.Substring 1

            s
            + d.Digits.Substring(0, 1)
            + (if rest = "" then "" else "." + rest)
            + exponentText (d.Exponent - 1) 2
        else
            let n = max 0 d.Exponent
            let whole = d.Digits.Substring(0, min n d.Digits.Length).PadRight(n, '0')
            let fraction = String('0', max 0 -d.Exponent) + d.Digits.Substring(min n d.Digits.Length)
            let fraction = if d.Digits = "" || fraction = "" then "0" else fraction
            s + (if whole = "" then "0" else whole) + "." + fraction

/// The elements of a tensor: how many, each as text to one width, and each alone.
[<NoEquality; NoComparison>]
type private Cells = {
    /// A formatter from the elements that will be seen.
    Format: int[] -> (int -> string)
    Alone: int -> string
}

let private typed<'T when 'T: struct and 'T :> ValueType and 'T: (new: unit -> 'T)> (bytes: byte[]) : 'T[] =
    MemoryMarshal.Cast<byte, 'T>(Span bytes).ToArray()

let private ofTexts (text: int -> string) : Cells = {
    Format =
        fun seen ->
            let width = seen |> Array.fold (fun w i -> max w (text i).Length) 0
            fun i -> (text i).PadLeft width
    Alone = text
}

let private ofFloats (dtype: DType) (at: int -> float) : Cells = {
    Format = fun seen -> floatFormat dtype false (Array.map at seen) << at
    Alone = at >> floatAlone dtype
}

let private ofComplex (dtype: DType) (at: int -> Complex) : Cells =
    let part = DType.realOf dtype

    {
        Format =
            fun seen ->
                let re = floatFormat part false (seen |> Array.map (fun i -> (at i).Real))
                let im = floatFormat part true (seen |> Array.map (fun i -> (at i).Imaginary))

                fun i ->
                    let second = im (at i).Imaginary
                    let trimmed = second.TrimEnd()
                    re (at i).Real + trimmed + "j" + String(' ', second.Length - trimmed.Length)
        Alone =
            fun i ->
                let text (x: float) = (floatAlone part x).Replace(".0", "")
                let im = text (at i).Imaginary
                let im = if im.StartsWith '-' then im else "+" + im
                $"({text (at i).Real}{im}j)"
    }

let private cells (x: Tensor) : Cells =
    let bytes = Elements.bytes "print" x

    let integers (data: 'a[]) = ofTexts (fun i -> String.Format(CultureInfo.InvariantCulture, "{0}", data[i]))

    match x.DType with
    | DType.Bool -> ofTexts (fun i -> if bytes[i] <> 0uy then "True" else "False")
    | DType.UInt8 -> integers bytes
    | DType.UInt16 -> integers (typed<uint16> bytes)
    | DType.UInt32 -> integers (typed<uint32> bytes)
    | DType.UInt64 -> integers (typed<uint64> bytes)
    | DType.Int8 -> integers (typed<sbyte> bytes)
    | DType.Int16 -> integers (typed<int16> bytes)
    | DType.Int32 -> integers (typed<int> bytes)
    | DType.Int64 -> integers (typed<int64> bytes)
    | DType.BFloat16 ->
        let data = typed<uint16> bytes
        ofFloats x.DType (fun i -> float (Elements.ofBFloat16 data[i]))
    | DType.Float16 ->
        let data = typed<Half> bytes
        ofFloats x.DType (fun i -> float data[i])
    | DType.Float32 ->
        let data = typed<float32> bytes
        ofFloats x.DType (fun i -> float data[i])
    | DType.Complex64 ->
        let data = typed<float32> bytes
        ofComplex x.DType (fun i -> Complex(float data[2 * i], float data[2 * i + 1]))
    | DType.Complex128 ->
        let data = typed<Complex> bytes
        ofComplex x.DType (fun i -> data[i])
    | _ ->
        let data = typed<float> bytes
        ofFloats x.DType (fun i -> data[i])

/// The positions along an axis that are shown; -1 stands for the gap.
let private shown (summarize: bool) (n: int) : int[] =
    if summarize && n > 2 * edgeItems then
        Array.concat [ [| 0 .. edgeItems - 1 |]; [| -1 |]; [| n - edgeItems .. n - 1 |] ]
    else
        [| 0 .. n - 1 |]

let private concrete (x: Tensor) : string =
    let cells = cells x
    let shape = x.Shape.ToArray()
    let strides = Dims.strides x.Shape
    let summarize = x.Size > summaryAbove

    let visible = List<int>()

    let rec collect axis offset =
        if axis = shape.Length then
            visible.Add offset
        else
            for i in shown summarize shape[axis] do
                if i >= 0 then
                    collect (axis + 1) (offset + i * strides[axis])

    collect 0 0
    let format = cells.Format(visible.ToArray())

    /// The innermost axis: words on lines, no line longer than the width less the closing brackets.
    let row (indent: string) (width: int) (words: string[]) =
        let text = StringBuilder()
        let line = StringBuilder indent

        for i in 0 .. words.Length - 1 do
            if line.Length > indent.Length && line.Length + words[i].Length > width then
                text.Append(line.ToString().TrimEnd()).Append('\n') |> ignore
                line.Clear().Append indent |> ignore

            line.Append words[i] |> ignore

            if i < words.Length - 1 then
                line.Append ' ' |> ignore

        text.Append(line).ToString()

    let rec block axis offset (indent: string) (width: int) : string =
        let at i = offset + i * strides[axis]
        let positions = shown summarize shape[axis]

        let body =
            if axis = shape.Length - 1 then
                positions |> Array.map (fun i -> if i < 0 then "..." else format (at i)) |> row indent (width - 1)
            else
                let lines = String('\n', shape.Length - 1 - axis)

                positions
                |> Array.map (fun i ->
                    indent + (if i < 0 then "..." else block (axis + 1) (at i) (indent + " ") (width - 1)))
                |> String.concat lines

        "[" + body.Substring indent.Length + "]"

    if x.Rank = 0 then cells.Alone 0
    elif x.Size = 0 then "[]"
    else block 0 0 " " lineWidth

/// The text of a tensor. One without values shows its element type and shape.
let print (x: Tensor) : string =
    match x.Value with
    | Value.Traced(trace, _) -> $"Traced<{trace.Name} {x.Aval}>"
    | Value.Concrete b when b.IsReleased -> $"Released<{x.Aval}>"
    | Value.Concrete _ -> concrete x
