/// Cases of functions: operations, activations, losses and metrics as functions, utilities, element types, random
/// draws.
[<RequireQualifiedAccess>]
module Keras.Conformance.Golden.FunctionCases

open System
open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance

let private context = Functions.context ()

/// What factors of a decomposition give together; factors themselves are unique only up to signs.
let private reconstructed (name: string) (x: Tensor) (v: Datum) : Datum option =
    let t = Lax.swapLast
    let scaled (m: Tensor) (s: Tensor) = Ops.multiply (m, Ops.expandDims (s, -2))

    match name, v with
    | "qr", Datum.List [ Datum.Tensor q; Datum.Tensor r ] -> Some(Datum.List [ Datum.Tensor(Ops.matmul (q, r)) ])
    | "svd", Datum.List [ Datum.Tensor u; Datum.Tensor s; Datum.Tensor vh ] ->
        let k = s.Shape[s.Rank - 1]
        let u = Lax.sliceAxis (u.Rank - 1) 0 k u
        let vh = Lax.sliceAxis (vh.Rank - 2) 0 k vh
        Some(Datum.List [ Datum.Tensor(Ops.matmul (scaled u s, vh)); Datum.Tensor s ])
    | "eigh", Datum.List [ Datum.Tensor w; Datum.Tensor u ] ->
        Some(Datum.List [ Datum.Tensor w; Datum.Tensor(Ops.matmul (scaled u w, t u)) ])
    | "eig", Datum.List [ Datum.Tensor w; Datum.Tensor u ] ->
        // x u = u w, whatever the order and scale.
        let residue = Lax.sub (Ops.matmul (Lax.convert u.DType x, u)) (scaled u w)
        Some(Datum.List [ Datum.Tensor(Lax.sumAll (Lax.abs residue)) ])
    | _ -> None

/// Compares outputs; where Keras's backends disagree, with both.
let private checkOutputs (c: Case) (a: Arguments) (actual: Datum) : unit =
    let isLoose = c.Has "backends_differ" || c.Has "backend"

    let differs expected =
        try
            Compare.values (not isLoose) c.Tolerance "output" expected actual
            None
        with Different reason ->
            Some reason

    let same a b =
        match a, b with
        | Some e, Some r -> Compare.values true { Given = Some(1e-3, 1e-4) } "what the factors give" e r
        | _ -> ()

    let expected = c.Value "outputs"

    match differs expected with
    | None -> ()
    | Some reason ->
        let agrees =
            c.TryGet "outputs_numpy_backend" |> Option.exists (fun json -> (differs (c.Read json)).IsNone)

        if not agrees then
            match a.Tensors with
            | (_, x) :: _ when (reconstructed c.Class x actual).IsSome ->
                same (reconstructed c.Class x expected) (reconstructed c.Class x actual)
            | _ -> Compare.fail reason

/// Gradients are compared where the outputs are the very same: those of factors depend on their signs.
let private checkGradients (c: Case) (a: Arguments) (actual: Datum) : unit =
    match c.TryGet "grad" with
    | None -> ()
    | Some grad ->
        let isSame =
            try
                Compare.values false c.Tolerance "output" (c.Value "outputs") actual
                true
            with Different _ ->
                false

        if isSame then
            let wrt = Json.get c.Id "wrt" grad |> Json.asObject c.Id

            let cotangents =
                Json.get c.Id "cotangents" grad
                |> Json.asObject c.Id
                |> List.map (fun (i, j) -> int i, c.Tensor j)
                |> Map.ofList

            let run f = Functions.call context c.Api (a.Map(fun path x -> Datum.Tensor(f path x)))

            let _, grads = Calls.gradients a.Tensors run (Some cotangents) (List.map fst wrt)
            Gradients.compare c wrt grads

/// A symbolic call gives the shape and dtype that Keras gives for it.
let private checkSpec (c: Case) (a: Arguments) (key: string) (open': bool) : unit =
    match c.TryGet key with
    | Some expected when not (c.Has "spec_differs" || c.Has "backends_differ" || c.Has "backend") ->
        let avals =
            a.Tensors
            |> List.map (fun (_, x) ->
                if open' && x.Rank > 0 then
                    Aval.withShape (Dims.ofSeq (-1 :: List.tail (List.ofSeq x.Shape))) x.Aval
                else
                    x.Aval)
            |> List.toArray

        let run (xs: Tensor[]) =
            let order = Collections.Generic.Queue xs
            Functions.call context c.Api (a.Map(fun _ _ -> Datum.Tensor(order.Dequeue())))

        let rec specs (json: Json) =
            match json with
            | Json.Object _ when (Json.tryGet "shape" json).IsSome -> [ Datum.aval json ]
            | Json.Object pairs -> pairs |> List.sortBy fst |> List.collect (snd >> specs)
            | Json.Array items -> List.collect specs items
            | _ -> []

        let rec found (v: Datum) =
            match v with
            | Datum.Spec a -> [ a ]
            | Datum.List items -> List.collect found items
            | _ -> []

        let inferred =
            try
                Some(found (Calls.infer run avals))
            with KerasException(kind, _, _, _) when open' || kind = FailureKind.InvalidState ->
                // The shape depends on values, or the unknown size does not fit the other sizes.
                None

        match inferred with
        | None -> ()
        | Some actual ->
            let expected = specs expected

            if expected.Length <> actual.Length then
                Compare.fail $"{key}: {actual.Length} tensors, expected {expected.Length}"

            List.iter2
                (fun (e: Aval) (x: Aval) ->
                    let fits =
                        e.Shape.Rank = x.Shape.Rank
                        && Seq.forall2 (fun m n -> m = n || m < 0 || (open' && n <= 0)) e.Shape x.Shape

                    // Whether indices have 64 bits depends on sizes, which an open batch leaves unknown.
                    let sameType = e.DType = x.DType || (open' && DType.isInteger e.DType && DType.isInteger x.DType)

                    if not fits || not sameType then
                        Compare.fail $"{key} is {x}, expected {e}")
                expected
                actual
    | _ -> ()

/// A call, its gradients, and its symbolic form.
let check (c: Case) : unit =
    let a = c.Arguments
    let actual = Functions.call context c.Api a
    checkOutputs c a actual
    checkGradients c a actual
    checkSpec c a "spec" false
    checkSpec c a "spec_none_batch" true

/// Element types of results.
let checkDTypes (c: Case) : unit =
    let value (name: string) =
        match name with
        | "int" -> Datum.Int 2L
        | "float" -> Datum.Float 2.0
        | d -> Datum.Tensor(Lax.full (Dims.ofSeq [ 2; 2 ]) (Datum.dtype d) (Scalar.Int 1L))

    let arguments (parts: Datum list) =
        match c.Class, parts with
        | "where", _ -> value "bool" :: parts
        | "concatenate", _ -> [ Datum.List parts ]
        | "einsum", _ -> Datum.Text "ij,jk->ik" :: parts
        | _ -> parts

    let wrong = ResizeArray<string>()

    let judge (key: string) (expected: string) (actual: unit -> string) =
        let got =
            try
                actual ()
            with
            | :? KerasException as e -> e.Message
            | Mismatch reason -> reason

        if got <> expected then
            wrong.Add $"{key}: {got}, expected {expected}"

    match c.TryGet "table" with
    | Some table ->
        for key, expected in Json.asObject c.Id table do
            let parts = key.Split ',' |> Array.map Datum.Text |> Array.toList

            judge key (Json.asText c.Id expected) (fun () ->
                match Functions.call context "keras.backend.result_type" { Args = parts; Kwargs = [] } with
                | Datum.Text d -> d
                | _ -> "no dtype")
    | None ->
        if not (Functions.has c.Api) then
            raise (Missing c.Api)

        for key, expected in Json.asObject c.Id (c.Get "result_dtype") do
            let expected =
                match expected with
                | Json.Array [ _; computed ] -> computed
                | one -> one

            match expected with
            | Json.Text d ->
                let args = key.Split ',' |> Array.map value |> Array.toList |> arguments

                judge key d (fun () ->
                    match Functions.call context c.Api { Args = args; Kwargs = [] } |> Datum.tensors with
                    | x :: _ -> DType.name x.DType
                    | [] -> "no tensor")
            | _ -> ()

    if wrong.Count > 0 then
        Compare.fail $"{wrong.Count} pairs, first {wrong[0]}"

/// Statistics of a draw against those of Keras's draw, as far as two draws of that size agree.
let checkStatistics (c: Case) (x: Tensor) : unit =
    let shape = c.Get "shape" |> Json.asList c.Id |> List.map (Json.asInt c.Id)

    if not (x.Shape.Equals(Dims.ofSeq shape)) then
        Compare.fail $"shape {x.Shape}, expected {Dims.ofSeq shape}"

    let dtype = c.Get "dtype" |> Json.asText c.Id

    if DType.name x.DType <> dtype then
        Compare.fail $"dtype {DType.name x.DType}, expected {dtype}"

    match c.TryGet "stats" with
    | None -> ()
    | Some stats ->
        let expected key = Json.get c.Id key stats |> Json.asFloat c.Id
        let values = Compare.floats x
        let n = float values.Length
        let mean = Array.average values
        let deviation = sqrt (values |> Array.averageBy (fun v -> (v - mean) * (v - mean)))
        let spread = expected "std"

        let center = expected "mean"

        if abs (mean - center) > 9.0 * spread / sqrt n + 1e-6 then
            Compare.fail $"mean {mean}, expected about {center}"

        if n >= 100.0 && abs (deviation - spread) > 9.0 * spread / sqrt n + 1e-6 then
            Compare.fail $"deviation {deviation}, expected about {spread}"

        let range = expected "max" - expected "min"

        let near key (v: float) =
            let e = expected key

            if n >= 100.0 && abs (v - e) > 0.4 * range then
                Compare.fail $"{key} {v}, expected about {e}"

        near "max" (Array.max values)
        near "min" (Array.min values)

/// A draw of `keras.random`.
let checkRandom (c: Case) : unit =
    match Functions.call context c.Api c.Arguments with
    | Datum.Tensor x -> checkStatistics c x
    | _ -> Compare.fail "the result is no tensor"
