/// Comparison of weights files: same groups, datasets, attributes, element types, values.
[<RequireQualifiedAccess>]
module Keras.Conformance.Golden.H5Compare

open System
open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance

let private tensor (a: ArrayData) : Tensor = Tensor.ofBytes a.DType a.Shape (ReadOnlySpan a.Bytes)

let private value (tolerance: Tolerance) (where: string) (expected: H5Value) (actual: H5Value) : unit =
    match expected, actual with
    | H5Value.Numbers e, H5Value.Numbers a -> Compare.tensors tolerance where (tensor e) (tensor a)
    | H5Value.Strings e, H5Value.Strings a when e.Items = a.Items && e.Shape.Equals a.Shape -> ()
    | _ -> Compare.fail $"{where} is another kind of value, or other texts"

let private names (where: string) (what: string) (expected: (string * 'a) list) (actual: (string * 'b) list) : unit =
    let e, a = List.sort (List.map fst expected), List.sort (List.map fst actual)

    if e <> a then
        let wanted, given = String.concat ", " e, String.concat ", " a
        Compare.fail $"{where} has {what} [{given}], expected [{wanted}]"

/// Compares two trees.
let rec trees (tolerance: Tolerance) (where: string) (expected: H5Group) (actual: H5Group) : unit =
    let find name pairs = pairs |> List.find (fun (k, _) -> k = name) |> snd
    names where "attributes" expected.Attributes actual.Attributes
    names where "groups" expected.Groups actual.Groups
    names where "datasets" expected.Datasets actual.Datasets

    for name, e in expected.Attributes do
        value tolerance $"{where} attribute '{name}'" e (find name actual.Attributes)

    for name, e in expected.Datasets do
        value tolerance $"{where}/{name}" e (find name actual.Datasets)

    for name, e in expected.Groups do
        trees tolerance $"{where}/{name}" e (find name actual.Groups)
