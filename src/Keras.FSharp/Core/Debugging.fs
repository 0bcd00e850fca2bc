/// Finding where numbers go wrong.
[<RequireQualifiedAccess>]
module Keras.FSharp.Debugging

open System

/// Runs `f` operation by operation and returns the first operation whose result is not finite although its operands
/// were: its name, the layer it belongs to, and the shapes; none if all results are finite.
let firstNaN (f: unit -> 'a) : string option =
    let mutable found: string option = None

    let isFinite (x: Tensor) =
        if DType.isFloat x.DType && x.Size > 0 then
            let sums = Core.evaluateQuietly (fun () -> Lax.reduce ReduceOp.And (Dims.range x.Rank) (Lax.isFinite x))
            (Tensor.bytes sums)[0] <> 0uy
        else
            true

    let before = Ambient.Inspect

    Ambient.Inspect <-
        ValueSome(fun p xs ys ->
            if found.IsNone && not (Array.forall isFinite ys) && Array.forall isFinite xs then
                let operands = String.Join(", ", xs |> Array.map (fun x -> string x.Aval))
                let results = String.Join(", ", ys |> Array.map (fun y -> string y.Aval))
                let scope = Scope.current ()
                let place = if scope = "" then "" else $" in layer '{scope}'"
                found <- Some $"{Prims.name p}{place}: ({operands}) -> ({results})")

    try
        f () |> ignore
        found
    finally
        Ambient.Inspect <- before
