/// Comparison of gradients.
[<RequireQualifiedAccess>]
module Keras.Conformance.Golden.Gradients

open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance

/// Gradients by path against the expected ones. No gradient and one of zeros are the same.
let compare (c: Case) (expected: (string * Json) list) (actual: (string * Tensor) list) : unit =
    let tolerance =
        match c.Tolerance.Given with
        | Some(r, a) -> { Given = Some(max r 1e-3, max a 1e-4) }
        | None -> c.Tolerance

    for path, json in expected do
        let g = actual |> List.find (fun (p, _) -> p = path) |> snd
        let where = $"gradient of {path}"

        match json with
        | Json.Null ->
            if not (isNull g) then
                Compare.elements tolerance where (Lax.zerosLike g) g
        | _ ->
            let e = c.Tensor json
            Compare.elements tolerance where e (if isNull g then Lax.zerosLike e else g)
