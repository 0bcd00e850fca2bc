/// JSON as Python reads and writes it: order of keys kept, ints and floats apart, NaN and Infinity as bare words.
namespace Keras.FSharp.Saving

open System
open System.Collections.Generic
open System.Globalization
open System.Numerics
open System.Text
open Keras.FSharp

/// A JSON value. Keys keep their order; an int stays apart from a float.
[<RequireQualifiedAccess>]
type Json =
    /// `null`
    | Null
    /// `true`, `false`
    | Bool of bool
    /// A number without point and exponent that fits 64 bits.
    | Int of int64
    /// A number without point and exponent beyond 64 bits.
    | Big of BigInteger
    /// A number with a point or an exponent, or `NaN`, `Infinity`, `-Infinity`.
    | Float of float
    /// A text.
    | Text of string
    /// A list.
    | Array of Json list
    /// An object, in the order of its keys.
    | Object of (string * Json) list

/// The state of one parse; a class, since it moves through the text.
[<Sealed>]
type private JsonParser(where: string, text: string) =
    let mutable at = 0

    let fail (position: int) (reason: string) : 'a =
        let before = text.AsSpan(0, min position text.Length)
        let line = before.Count '\n' + 1
        let column = before.Length - before.LastIndexOf '\n'
        Fail.file where $"{reason} (line {line}, column {column}, char {position})." "The file is not valid JSON."

    let peek () = if at < text.Length then text[at] else '\000'

    let skip () =
        while at < text.Length && (text[at] = ' ' || text[at] = '\n' || text[at] = '\r' || text[at] = '\t') do
            at <- at + 1

    let isDigit (c: char) = c >= '0' && c <= '9'

    let digits () =
        let start = at

        while isDigit (peek ()) do
            at <- at + 1

        at - start

    let hex (start: int) =
        let ok, value =
            if start + 4 <= text.Length then
                UInt16.TryParse(text.AsSpan(start, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            else
                false, 0us

        if ok then char value else fail start "Expected four hexadecimal digits"

    let escape (sb: StringBuilder) =
        let position = at
        at <- at + 1

        match peek () with
        | '"'
        | '\\'
        | '/' as c -> sb.Append c |> ignore
        | 'b' -> sb.Append '\b' |> ignore
        | 'f' -> sb.Append '\f' |> ignore
        | 'n' -> sb.Append '\n' |> ignore
        | 'r' -> sb.Append '\r' |> ignore
        | 't' -> sb.Append '\t' |> ignore
        | 'u' ->
            sb.Append(hex (at + 1)) |> ignore
            at <- at + 4
        | _ -> fail position "Unknown escape in a string"

        at <- at + 1

    let literal () =
        let start = at
        at <- at + 1
        let sb = StringBuilder()
        let mutable ended = false

        while not ended do
            let next = text.AsSpan(at).IndexOfAny('"', '\\')

            if next < 0 then
                fail start "A string that starts here does not end"

            let stop = text.AsSpan(at, next).IndexOfAnyInRange('\000', '\031')

            if stop >= 0 then
                fail (at + stop) "A control character in a string"

            sb.Append(text, at, next) |> ignore
            at <- at + next

            if text[at] = '"' then
                at <- at + 1
                ended <- true
            else
                escape sb

        sb.ToString()

    let number () =
        let start = at

        if peek () = '-' then
            at <- at + 1

        let first = peek ()
        let count = digits ()

        if count = 0 then
            fail start "Expected a value"

        if first = '0' && count > 1 then
            fail start "A number with a leading zero"

        let fraction =
            if peek () = '.' && at + 1 < text.Length && isDigit text[at + 1] then
                at <- at + 1
                digits () > 0
            else
                false

        let exponent =
            let mark = at

            if peek () = 'e' || peek () = 'E' then
                at <- at + 1

                if peek () = '+' || peek () = '-' then
                    at <- at + 1

                if digits () = 0 then
                    at <- mark

            at > mark

        let span = text.AsSpan(start, at - start)

        if fraction || exponent then
            Json.Float(Double.Parse(span, NumberStyles.Float, CultureInfo.InvariantCulture))
        else
            match Int64.TryParse(span, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) with
            | true, n -> Json.Int n
            | _ when count > 4300 -> fail start "An integer of more than 4300 digits"
            | _ -> Json.Big(BigInteger.Parse(span, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))

    let word (w: string) (value: Json) =
        if String.CompareOrdinal(text, at, w, 0, w.Length) = 0 then
            at <- at + w.Length
            value
        else
            fail at "Expected a value"

    /// The last of several equal keys wins, at the place of the first, as in a Python dict.
    let distinct (pairs: List<string * Json>) =
        let places = Dictionary<string, int>(pairs.Count, StringComparer.Ordinal)
        let kept = List<string * Json>(pairs.Count)

        for key, value in pairs do
            match places.TryGetValue key with
            | true, i -> kept[i] <- (key, value)
            | _ ->
                places[key] <- kept.Count
                kept.Add((key, value))

        List.ofSeq kept

    /// True if no key of a short list stands there twice.
    let plain (pairs: List<string * Json>) =
        let mutable ok = pairs.Count <= 8

        for i in 1 .. (if ok then pairs.Count - 1 else 0) do
            for j in 0 .. i - 1 do
                ok <- ok && fst pairs[i] <> fst pairs[j]

        ok

    let rec value (depth: int) : Json =
        skip ()

        match peek () with
        | '{' -> object (deeper depth)
        | '[' -> array (deeper depth)
        | '"' -> Json.Text(literal ())
        | 't' -> word "true" (Json.Bool true)
        | 'f' -> word "false" (Json.Bool false)
        | 'n' -> word "null" Json.Null
        | 'N' -> word "NaN" (Json.Float nan)
        | 'I' -> word "Infinity" (Json.Float infinity)
        | '-' when at + 1 < text.Length && text[at + 1] = 'I' -> word "-Infinity" (Json.Float -infinity)
        | _ -> number ()

    and deeper depth =
        if depth >= 512 then
            fail at "Nested more than 512 deep"

        at <- at + 1
        skip ()
        depth + 1

    and next (close: char) =
        skip ()

        if peek () = ',' then
            at <- at + 1
            skip ()

            if peek () = close then
                fail at "A comma with nothing after it"

            true
        elif peek () = close then
            at <- at + 1
            false
        else
            fail at $"Expected ',' or '{close}'"

    and array depth =
        if peek () = ']' then
            at <- at + 1
            Json.Array []
        else
            let items = List<Json>()
            items.Add(value depth)

            while next ']' do
                items.Add(value depth)

            Json.Array(List.ofSeq items)

    and pair depth =
        if peek () <> '"' then
            fail at "Expected a key in double quotes"

        let key = literal ()
        skip ()

        if peek () <> ':' then
            fail at "Expected ':'"

        at <- at + 1
        key, value depth

    and object depth =
        if peek () = '}' then
            at <- at + 1
            Json.Object []
        else
            let pairs = List<string * Json>()
            pairs.Add(pair depth)

            while next '}' do
                pairs.Add(pair depth)

            Json.Object(if plain pairs then List.ofSeq pairs else distinct pairs)

    member _.Run() =
        if peek () = '\uFEFF' then
            at <- at + 1

        let result = value 0
        skip ()

        if at < text.Length then
            fail at "Something follows the end of the JSON value"

        result

/// Reading, looking into and writing of JSON.
[<RequireQualifiedAccess>]
module Json =
    /// The most characters that `parse` takes: 256 million.
    let maxLength = 0x1000_0000

    /// The deepest nesting that is read or written.
    let maxDepth = 512

    /// Parses a text; `where` names it in errors (`"m.keras: config.json"`). Takes what Python's `json.loads` takes and
    /// a byte order mark. Refuses nesting beyond `maxDepth` and texts beyond `maxLength`.
    let parseAs (where: string) (text: string) : Json =
        if text.Length > maxLength then
            Fail.file
                where
                $"The JSON text has {text.Length} characters, more than the limit of {maxLength}."
                "No Keras file has a configuration of that size."

        JsonParser(where, text).Run()

    /// Parses a text.
    let parse (text: string) : Json = parseAs "JSON" text

    /// What kind of value it is, in words, for errors.
    let kind (json: Json) : string =
        match json with
        | Json.Null -> "null"
        | Json.Bool _ -> "a bool"
        | Json.Int _
        | Json.Big _ -> "an int"
        | Json.Float _ -> "a float"
        | Json.Text _ -> "a text"
        | Json.Array _ -> "a list"
        | Json.Object _ -> "an object"

    /// The value under a key; `None` if there is none or if `json` is not an object. A null counts as a value.
    let tryGet (key: string) (json: Json) : Json option =
        match json with
        | Json.Object pairs -> pairs |> List.tryFind (fun (k, _) -> k = key) |> Option.map snd
        | _ -> None

    let private mismatch (where: string) (expected: string) (json: Json) : 'a =
        Fail.file where $"Expected {expected}, found {kind json}." "The record is malformed."

    /// The pairs of an object. `where` is the path of the value in the file, for the error.
    let asObject (where: string) (json: Json) : (string * Json) list =
        match json with
        | Json.Object pairs -> pairs
        | other -> mismatch where "an object" other

    /// The items of a list.
    let asList (where: string) (json: Json) : Json list =
        match json with
        | Json.Array items -> items
        | other -> mismatch where "a list" other

    /// A text.
    let asText (where: string) (json: Json) : string =
        match json with
        | Json.Text s -> s
        | other -> mismatch where "a text" other

    /// A bool.
    let asBool (where: string) (json: Json) : bool =
        match json with
        | Json.Bool b -> b
        | other -> mismatch where "a bool" other

    /// A number; ints are widened.
    let asFloat (where: string) (json: Json) : float =
        match json with
        | Json.Float f -> f
        | Json.Int i -> float i
        | Json.Big b -> float b
        | other -> mismatch where "a number" other

    /// An int of 64 bits; a float is taken where it is a whole number (Keras 2 wrote some axes so).
    let asInt64 (where: string) (json: Json) : int64 =
        match json with
        | Json.Int i -> i
        | Json.Float f when Math.Floor f = f && abs f <= 9007199254740992.0 -> int64 f
        | other -> mismatch where "an int of 64 bits" other

    /// An int of 32 bits; a float is taken where it is a whole number.
    let asInt (where: string) (json: Json) : int =
        match asInt64 where json with
        | i when i >= int64 Int32.MinValue && i <= int64 Int32.MaxValue -> int i
        | i -> Fail.file where $"The number {i} does not fit 32 bits." "The record is malformed."

    /// The value under a key that must be there. `where` is the path of the object in the file, for the error.
    let get (where: string) (key: string) (json: Json) : Json =
        let pairs = asObject where json

        match List.tryFind (fun (k, _) -> k = key) pairs with
        | Some(_, value) -> value
        | None ->
            let hint =
                if List.isEmpty pairs then
                    "The object is empty."
                else
                    Fail.didYouMean key (List.map fst pairs)

            Fail.file where $"The key '{key}' is missing." hint

    /// The float as Python's `repr` writes it: shortest round-trip form, `1.0`, `1e-07`, `1e+16`, `nan` as `NaN`.
    let floatText (f: float) : string =
        if Double.IsNaN f then
            "NaN"
        elif Double.IsInfinity f then
            (if f > 0.0 then "Infinity" else "-Infinity")
        else
            let shortest = f.ToString("R", CultureInfo.InvariantCulture)
            let sign, body = if shortest[0] = '-' then "-", shortest.Substring 1 else "", shortest

            let mantissa, exponent =
                match body.IndexOf 'E' with
                | -1 -> body, 0
                | i -> body.Substring(0, i), Int32.Parse(body.Substring(i + 1), CultureInfo.InvariantCulture)

            // The digits without the point, and where the point stands relative to their start.
            let whole, fraction =
                match mantissa.IndexOf '.' with
                | -1 -> mantissa, ""
                | i -> mantissa.Substring(0, i), mantissa.Substring(i + 1)

            let all = whole + fraction
            let digits = all.TrimStart '0'
            let point = whole.Length + exponent - (all.Length - digits.Length)
            let digits = digits.TrimEnd '0'

            if digits = "" then
                sign + "0.0"
            elif point > -4 && point <= 0 then
                sign + "0." + String('0', -point) + digits
            elif point > 0 && point <= 16 then
                if digits.Length <= point then
                    sign + digits.PadRight(point, '0') + ".0"
                else
                    sign + digits.Substring(0, point) + "." + digits.Substring point
            else
                let power = point - 1
                let fraction = if digits.Length = 1 then "" else "." + digits.Substring 1
                let mark = if power < 0 then "-" else "+"
                $"{sign}{digits[0]}{fraction}e{mark}{abs power:D2}"

    let private appendText (sb: StringBuilder) (s: string) =
        sb.Append '"' |> ignore

        for c in s do
            match c with
            | '"' -> sb.Append "\\\"" |> ignore
            | '\\' -> sb.Append "\\\\" |> ignore
            | '\n' -> sb.Append "\\n" |> ignore
            | '\r' -> sb.Append "\\r" |> ignore
            | '\t' -> sb.Append "\\t" |> ignore
            | '\b' -> sb.Append "\\b" |> ignore
            | '\f' -> sb.Append "\\f" |> ignore
            | c when c >= ' ' && c <= '~' -> sb.Append c |> ignore
            | c -> sb.Append("\\u").Append((int c).ToString "x4") |> ignore

        sb.Append '"' |> ignore

    let private print (indent: int option) (json: Json) =
        let sb = StringBuilder()

        let line depth =
            match indent with
            | Some n -> sb.Append('\n').Append(' ', n * depth) |> ignore
            | None -> ()

        let comma = if indent.IsSome then "," else ", "

        let many depth (first: char) (last: char) (item: 'a -> unit) (items: 'a list) =
            if depth >= maxDepth then
                Fail.value "Json.write" $"The value is nested more than {maxDepth} deep." "It could not be read back."

            sb.Append first |> ignore

            items
            |> List.iteri (fun i x ->
                if i > 0 then
                    sb.Append comma |> ignore

                line (depth + 1)
                item x)

            line depth
            sb.Append last |> ignore

        let rec go depth json =
            match json with
            | Json.Null -> sb.Append "null" |> ignore
            | Json.Bool b -> sb.Append(if b then "true" else "false") |> ignore
            | Json.Int i -> sb.Append(i.ToString CultureInfo.InvariantCulture) |> ignore
            | Json.Big b -> sb.Append(b.ToString CultureInfo.InvariantCulture) |> ignore
            | Json.Float f -> sb.Append(floatText f) |> ignore
            | Json.Text s -> appendText sb s
            | Json.Array [] -> sb.Append "[]" |> ignore
            | Json.Object [] -> sb.Append "{}" |> ignore
            | Json.Array items -> many depth '[' ']' (go (depth + 1)) items
            | Json.Object pairs ->
                pairs
                |> many depth '{' '}' (fun (key, value) ->
                    appendText sb key
                    sb.Append ": " |> ignore
                    go (depth + 1) value)

        go 0 json
        sb.ToString()

    /// One line, exactly as Python's `json.dumps` writes it.
    let write (json: Json) : string = print None json

    /// With four spaces of indentation, as `json.dumps(…, indent=4)`: the form of the index of shards.
    let writeIndented (json: Json) : string = print (Some 4) json
