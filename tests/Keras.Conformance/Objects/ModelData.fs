/// Inputs, outputs, targets and weights of models: between the forms of clients (a tensor, a list, a dict) and the order
/// in which a model takes and gives them.
[<RequireQualifiedAccess>]
module Keras.Conformance.Objects.ModelData

open System.Collections.Generic
open Keras.FSharp
open Keras.Conformance

/// True for one tensor or spec; nested numbers are one tensor.
let private isOne (v: Datum) : bool =
    match v with
    | Datum.List items -> not (items |> List.exists (fun i -> i.IsTensor || i.IsMasked || i.IsSpec || i.IsDict))
    | Datum.Dict _ -> false
    | _ -> true

let private tensorOrSpec (v: Datum) : Datum =
    match v with
    | Datum.Tensor _
    | Datum.Masked _
    | Datum.Spec _ -> v
    | _ -> Datum.Tensor(Convert.tensor v)

/// The values of a form in order. A dict goes by the form's keys, or by the names of the tensors in it.
let rec private byForm (form: Argument) (v: Datum) : Datum list =
    match form, v with
    | Argument.Dict named, Datum.Dict pairs ->
        named
        |> List.collect (fun (key, inner) ->
            match pairs |> List.tryFind (fun (k, _) -> k = key) with
            | Some(_, x) -> byForm inner x
            | None -> Fail.value "model" $"there is no value for '{key}'" (Fail.didYouMean key (List.map fst pairs)))
    | (Argument.List _ | Argument.Tensor _), Datum.Dict pairs ->
        form.Tensors
        |> List.map (fun t ->
            match pairs |> List.tryFind (fun (k, _) -> k = t.Name) with
            | Some(_, x) -> tensorOrSpec x
            | None ->
                Fail.value "model" $"there is no value for '{t.Name}'" (Fail.didYouMean t.Name (List.map fst pairs)))
    | Argument.List forms, Datum.List items when forms.Length = items.Length && not (isOne v) ->
        List.map2 byForm forms items |> List.concat
    | _ when isOne v -> [ tensorOrSpec v ]
    | _, Datum.List items -> List.map tensorOrSpec items
    | _ -> raise (Mismatch "inputs are a tensor, a list or a dict")

/// The inputs of a call in the order in which the layer takes them. Without a graph dicts go by sorted key.
let inputs (layer: Layer) (v: Datum) : Datum list =
    let rec plain (v: Datum) =
        match v with
        | Datum.Dict pairs -> pairs |> List.sortBy fst |> List.collect (snd >> plain)
        | Datum.List items when not (isOne v) -> List.collect plain items
        | _ -> [ tensorOrSpec v ]

    match Model.Graph layer with
    | Some g -> byForm g.InputForm v
    | None -> plain v

/// The cells that are stacked in a cell, or the cell alone.
let rec private cells (layer: Layer) : Layer list =
    match RecurrentCell.tryOfLayer layer with
    | Some(RecurrentCell.Stacked inner) -> inner
    | Some(RecurrentCell.Single _) -> [ layer ]
    | None -> []

/// The states of cells, a list for each.
let private ofCells (cells: Layer list) (states: Datum list) : Datum list =
    let take (rest: Datum list) (cell: Layer) =
        let count = (RecurrentCell.states (RecurrentCell.ofLayer cell) (Dims.ofSeq [ 1; 1 ])).Length
        let own, others = List.splitAt count rest
        Datum.List own, others

    List.mapFold (fun rest cell -> take rest cell) states cells |> fst

/// Outputs of a recurrent layer or cell: Keras gives the states of a cell, and of each of stacked cells, as a list.
let private recurrent (layer: Layer) (ys: Datum list) : Datum option =
    match layer.Class, cells layer, layer.Parts.Children, ys with
    | "StackedRNNCells", stacked, _, y :: states -> Some(Datum.List [ y; Datum.List(ofCells stacked states) ])
    | _, [ _ ], _, y :: states -> Some(Datum.List [ y; Datum.List states ])
    | "RNN", _, (_, cell) :: _, y :: (_ :: _ as states) when cell.Class = "StackedRNNCells" ->
        Some(Datum.List(y :: ofCells (cells cell) states))
    | _ -> None

/// Outputs in the form in which the model gives them.
let outputs (layer: Layer) (ys: Datum list) : Datum =
    let rest = Queue ys

    let rec fill (form: Argument) =
        match form with
        | Argument.Tensor _ -> rest.Dequeue()
        | Argument.List forms -> Datum.List(List.map fill forms)
        | Argument.Dict named -> Datum.Dict(named |> List.map (fun (k, f) -> k, fill f))
        | Argument.Value _ -> Datum.Null

    match Model.Graph layer, ys with
    | Some g, _ when g.OutputForm.Tensors.Length = ys.Length -> fill g.OutputForm
    | _, [ one ] -> one
    | _ -> recurrent layer ys |> Option.defaultValue (Datum.List ys)

/// The names that targets, losses and metrics know the outputs by: keys of a dict, else names of layers.
let private outputKeys (layer: Layer) : string list =
    match Model.Graph layer with
    | Some g ->
        match g.OutputForm with
        | Argument.Dict named -> List.map fst named
        | form -> form.Tensors |> List.map (fun t -> t.Name)
    | None -> [ layer.Name ]

/// The names under which logs have the losses of the outputs, where there are several.
let lossNames (layer: Layer) : string list =
    match outputKeys layer with
    | [ _ ] -> []
    | keys -> keys |> List.map (fun key -> key + "_loss")

/// Targets or sample weights, one for each output; a dict may leave some out.
let perOutput (layer: Layer) (v: Datum) : Tensor option list =
    match v with
    | Datum.Null -> []
    | Datum.Dict pairs ->
        let keys = outputKeys layer

        for k, _ in pairs do
            if not (List.contains k keys) then
                Fail.value $"{layer}" $"it has no output '{k}'" (Fail.didYouMean k keys)

        keys
        |> List.map (fun key ->
            pairs |> List.tryFind (fun (k, _) -> k = key) |> Option.map (fun (_, x) -> Convert.tensor x))
    | Datum.List items when not (isOne v) ->
        items |> List.map (fun i -> if i.IsNull then None else Some(Convert.tensor i))
    | one -> [ Some(Convert.tensor one) ]

/// The data of a step or a run.
let batch (layer: Layer) (x: Datum) (y: Datum) (weights: Datum) : Batch = {
    X = inputs layer x |> List.map Convert.tensor |> List.toArray
    Y = perOutput layer y |> List.choose id |> List.toArray
    Weights = perOutput layer weights |> List.toArray
}
