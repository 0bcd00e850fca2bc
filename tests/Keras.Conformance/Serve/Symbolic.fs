/// Shape inference of requests: what a call would give, with specs where it has arrays.
[<RequireQualifiedAccess>]
module Keras.Conformance.Serve.Symbolic

open Keras.FSharp
open Keras.Conformance

/// Specs in place of arrays.
let rec private toSpecs (v: Datum) : Datum =
    match v with
    | Datum.Tensor x
    | Datum.Masked(x, _) -> Datum.Spec x.Aval
    | Datum.List items -> Datum.List(List.map toSpecs items)
    | Datum.Dict pairs -> Datum.Dict(pairs |> List.map (fun (k, x) -> k, toSpecs x))
    | other -> other

/// Specs in place of the arrays among the arguments.
let ofArrays (a: Arguments) : Arguments = {
    Args = List.map toSpecs a.Args
    Kwargs = a.Kwargs |> List.map (fun (k, v) -> k, toSpecs v)
}

/// What a call gives, arrays as specs: found abstractly where that goes, else by computing, for what depends on values.
let infer (a: Arguments) (run: Arguments -> Datum) : Datum =
    try
        Calls.symbolic (ofArrays a) run
    with
    | KerasException(FailureKind.InvalidState, _, _, _)
    | Mismatch _ when not (Calls.isSymbolic a) -> toSpecs (run a)
