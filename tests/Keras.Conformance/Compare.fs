/// Comparison of results with what real Keras gave.
namespace Keras.Conformance

open System
open Keras.FSharp
open Keras.FSharp.Saving

/// A result that differs from the expected one.
exception Different of reason: string with
    override e.Message = e.reason

/// How close is close enough: a case's own tolerance, or one per dtype.
type Tolerance = {
    Given: (float * float) option
} with

    /// Relative and absolute tolerance for a dtype.
    member t.For(d: DType) : struct (float * float) =
        match t.Given, d with
        | Some(r, a), _ -> r, a
        | None, DType.Float16 -> 1e-2, 1e-2
        | None, DType.BFloat16 -> 3e-2, 3e-2
        | None, _ when DType.isDifferentiable d -> 1e-4, 1e-5
        | None, _ -> 0.0, 0.0

/// Comparisons; what differs raises `Different`.
[<RequireQualifiedAccess>]
module Compare =
    let fail (reason: string) : 'a = raise (Different reason)

    /// The elements as doubles; of complex ones the real parts, then the imaginary parts.
    let floats (x: Tensor) : float[] =
        if DType.isComplex x.DType then
            Array.append (Host.readFloats "compare" (Lax.real x)) (Host.readFloats "compare" (Lax.imag x))
        else
            Host.readFloats "compare" x

    let private near (rtol: float) (atol: float) (e: float) (a: float) =
        e = a || (Double.IsNaN e && Double.IsNaN a) || abs (e - a) <= atol + rtol * abs e

    /// Compares numbers.
    let numbers (tolerance: Tolerance) (where: string) (expected: float) (actual: float) : unit =
        let struct (r, a) = tolerance.For DType.Float32

        if not (near r a expected actual) then
            fail $"{where} is {actual}, expected {expected}"

    /// Compares shapes and elements, not dtypes.
    let elements (tolerance: Tolerance) (where: string) (expected: Tensor) (actual: Tensor) : unit =
        if not (expected.Shape.Equals actual.Shape) then
            fail $"{where} has shape {actual.Shape}, expected {expected.Shape}"

        let struct (r, a) = tolerance.For expected.DType
        let e, x = floats expected, floats actual
        let wrong = Seq.init e.Length id |> Seq.filter (fun i -> not (near r a e[i] x[i])) |> Seq.toArray

        if wrong.Length > 0 then
            let worst =
                wrong |> Array.maxBy (fun i -> let d = abs (e[i] - x[i]) in if Double.IsNaN d then infinity else d)

            fail $"{where}[{worst}] is {x[worst]:R}, expected {e[worst]:R} ({wrong.Length} of {e.Length} differ)"

    /// Compares dtypes, shapes and elements.
    let tensors (tolerance: Tolerance) (where: string) (expected: Tensor) (actual: Tensor) : unit =
        if expected.DType <> actual.DType then
            fail $"{where} has dtype {DType.name actual.DType}, expected {DType.name expected.DType}"

        elements tolerance where expected actual

    let private asNumber (v: Datum) =
        match v with
        | Datum.Bool b -> Some(if b then 1.0 else 0.0)
        | Datum.Int i -> Some(float i)
        | Datum.Float f -> Some f
        | Datum.Tensor x when x.Rank = 0 && not (DType.isComplex x.DType) -> Some(Array.head (floats x))
        | _ -> None

    let private kind (v: Datum) =
        match v with
        | Datum.Tensor x -> $"a tensor {x.Aval}"
        | Datum.List items -> $"a list of {items.Length}"
        | Datum.Null -> "None"
        | Datum.Bool b -> string b
        | Datum.Int i -> string i
        | Datum.Float f -> string f
        | Datum.Text s -> $"'{s}'"
        | _ -> "another kind of value"

    /// Compares values of the same form; a 0-d tensor may stand for a number. `dtypes` false leaves dtypes out.
    let rec values (dtypes: bool) (tolerance: Tolerance) (where: string) (expected: Datum) (actual: Datum) : unit =
        match expected, actual with
        | Datum.Null, Datum.Null -> ()
        | Datum.Tensor e, (Datum.Tensor a | Datum.Masked(a, _)) ->
            if dtypes then tensors tolerance where e a else elements tolerance where e a
        | Datum.List es, Datum.List xs when es.Length = xs.Length ->
            List.iteri2 (fun i e a -> values dtypes tolerance $"{where}[{i}]" e a) es xs
        | Datum.Dict es, Datum.Dict xs when List.sort (List.map fst es) = List.sort (List.map fst xs) ->
            for k, e in es do
                values dtypes tolerance $"{where}.{k}" e (xs |> List.find (fun (n, _) -> n = k) |> snd)
        | Datum.Text e, Datum.Text a when e = a -> ()
        | _ ->
            match asNumber expected, asNumber actual with
            | Some e, Some a -> numbers tolerance where e a
            | _ -> fail $"{where} is {kind actual}, expected {kind expected}"

    /// True where two floats are one number in single precision: files may hold 0.3 as 0.30000001192092896.
    let private sameFloat (e: float) (a: float) = e = a || float32 e = float32 a || (Double.IsNaN e && Double.IsNaN a)

    /// Compares configs and records: keys in any order, floats in single precision; an integer is no float.
    let rec json (where: string) (expected: Json) (actual: Json) : unit =
        match expected, actual with
        | Json.Object es, Json.Object xs ->
            // An address in the memory of the process that wrote the record.
            let es = es |> List.filter (fun (k, _) -> k <> "shared_object_id")
            let xs = xs |> List.filter (fun (k, _) -> k <> "shared_object_id")

            for k, e in es do
                match xs |> List.tryFind (fun (n, _) -> n = k) with
                | Some(_, a) -> json $"{where}.{k}" e a
                | None -> fail $"{where} has no '{k}', expected {Json.write e}"

            for k, a in xs do
                if not (es |> List.exists (fun (n, _) -> n = k)) then
                    fail $"{where} has a key '{k}' ({Json.write a}) that is not expected"
        | Json.Array es, Json.Array xs when es.Length = xs.Length ->
            List.iteri2 (fun i e a -> json $"{where}[{i}]" e a) es xs
        | Json.Float e, Json.Float a when sameFloat e a -> ()
        // Optimizers have a module per backend, under which they are registered.
        | Json.Text e, Json.Text a when
            e = a || (e.StartsWith("keras.src.backend.", StringComparison.Ordinal) && a = "keras.optimizers")
            ->
            ()
        | Json.Text _, Json.Null when where.EndsWith(".registered_name", StringComparison.Ordinal) -> ()
        | _ when expected = actual -> ()
        | _ -> fail $"{where} is {Json.write actual}, expected {Json.write expected}"
