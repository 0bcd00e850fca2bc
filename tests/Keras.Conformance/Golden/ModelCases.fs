/// Cases of whole models: configs, files of real Keras, predictions, gradients, and the files that are written here.
[<RequireQualifiedAccess>]
module Keras.Conformance.Golden.ModelCases

open System.IO
open System.Text
open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance
open Keras.Conformance.Objects

/// Tensors in the order in which a model takes or gives them; dicts go by the names in the form.
let private order (form: Argument option) (v: Datum) : Datum[] =
    match v, form with
    | Datum.Dict pairs, Some(Argument.Dict named) -> [|
        for name, _ in named -> pairs |> List.find (fun (k, _) -> k = name) |> snd
      |]
    | Datum.Dict pairs, _ -> [| for _, x in pairs -> x |]
    | Datum.List items, _ -> List.toArray items
    | one, _ -> [| one |]

/// Values for the inputs of a model, in its order.
let inputs (model: Layer) (v: Datum) : Datum[] = order (Model.Graph model |> Option.map (fun g -> g.InputForm)) v

/// Values for the outputs of a model, in its order.
let outputs (model: Layer) (v: Datum) : Datum[] = order (Model.Graph model |> Option.map (fun g -> g.OutputForm)) v

/// The tensors of values that are all tensors.
let tensors (items: Datum[]) : Tensor[] = Array.map Convert.tensor items

/// Paths and values of weights, in a golden record.
let weights (c: Case) (json: Json) : (string * Tensor) list = [
    for w in Json.asList c.Id json -> Json.get c.Id "path" w |> Json.asText c.Id, c.Tensor(Json.get c.Id "value" w)
]

/// Compares the variables of a model, by Keras's paths.
let compareVariables (c: Case) (what: string) (model: Layer) (expected: (string * Tensor) list) (v: Variables) : unit =
    let values = dict (Array.append (Tree.toPairs v.Params) (Tree.toPairs v.State))
    let own = (Model.Build model).Variables

    if
        List.sort (List.map fst expected)
        <> (own |> Array.map (fun b -> Model.KerasPath(model, b)) |> Array.sort |> Array.toList)
    then
        let given = own |> Array.map (fun b -> Model.KerasPath(model, b)) |> String.concat ", "
        Compare.fail $"variables are {given}"

    for b in own do
        let path = Model.KerasPath(model, b)
        let e = expected |> List.find (fun (p, _) -> p = path) |> snd
        Compare.tensors (Known.tolerance c path) $"{what} {path}" e values[Model.PathBelow(model, b)]

let private compareOutputs (c: Case) (what: string) (model: Layer) (expected: Datum) (actual: Tensor[]) : unit =
    let expected = tensors (outputs model expected)

    if expected.Length <> actual.Length then
        Compare.fail $"{what}: {actual.Length} outputs, expected {expected.Length}"

    Array.iteri2 (fun i e a -> Compare.elements (Known.tolerance c what) $"{what} {i}" e a) expected actual

/// Compares predictions.
let comparePredictions = compareOutputs

let private checkGradients (c: Case) (model: Layer) (v: Variables) : unit =
    match c.TryGet "grad" with
    | None -> ()
    | Some grad ->
        let wrt = Json.get c.Id "wrt" grad |> Json.asObject c.Id
        let input = c.Value "inputs"

        // Positions count the outputs of dicts by sorted key.
        let sorted =
            match c.Value "predictions" with
            | Datum.Dict pairs ->
                let keys = pairs |> List.map fst |> List.sort
                let own = outputs model (Datum.Dict [ for k, _ in pairs -> k, Datum.Text k ])

                [|
                    for k in keys ->
                        own
                        |> Array.findIndex (fun t ->
                            (match t with
                             | Datum.Text s -> s = k
                             | _ -> false))
                |]
            | _ -> [||]

        let at i = if sorted.Length = 0 then i else sorted[i]

        let cotangents =
            Json.get c.Id "cotangents" grad
            |> Json.asObject c.Id
            |> List.map (fun (i, j) -> at (int i), c.Tensor j)
            |> Map.ofList

        let found = ResizeArray<string * Tensor>()

        Datum.map
            (fun path x ->
                found.Add((path, x))
                Datum.Tensor x)
            "inputs"
            input
        |> ignore

        let paths =
            dict [ for b in (Model.Build model).Variables -> Model.PathBelow(model, b), Model.KerasPath(model, b) ]

        let weight (f: string -> Tensor -> Tensor) = Tree.mapWithPath (fun p x -> f ("weights." + paths[p]) x)

        for tree in [ v.Params; v.State ] do
            weight
                (fun path x ->
                    found.Add((path, x))
                    x)
                tree
            |> ignore

        let run f =
            let xs = Datum.map (fun p x -> Datum.Tensor(f p x)) "inputs" input |> inputs model |> tensors
            let variables = { Params = weight f v.Params; State = weight f v.State }
            let applied = Model.applyAll (model, variables, xs, training = false)
            Datum.List [ for y in applied.Outputs -> Datum.Tensor y ]

        let _, grads = Calls.gradients (List.ofSeq found) run (Some cotangents) (List.map fst wrt)
        Gradients.compare c wrt grads

/// A file of the case.
let file (c: Case) (key: string) : string =
    let name = Json.get c.Id key (c.Get "files") |> Json.get c.Id "$file" |> Json.asText c.Id
    Path.Combine(c.Files, name)

/// A name in the folder of temporary files, removed afterwards.
let private temporary (ending: string) (work: string -> unit) : unit =
    let path = Path.Combine(Path.GetTempPath(), $"conformance-{System.Guid.NewGuid():N}{ending}")

    try
        work path
    finally
        File.Delete path

let private checkWrittenModel (c: Case) (loaded: LoadedModel) : unit =
    temporary ".keras" (fun path ->
        match loaded.Trainer with
        | Some t -> ModelFile.saveModel (path, t)
        | None -> ModelFile.saveModel (path, loaded.Model, loaded.Variables)

        use real = KerasZip.openFile (file c "keras")
        use own = KerasZip.openFile path

        if List.sort real.Members <> List.sort own.Members then
            let given = String.concat ", " own.Members
            Compare.fail $"the archive written here has the members {given}"

        Compare.json "config.json written here" real.Config own.Config
        use realWeights = real.OpenWeights()
        use ownWeights = own.OpenWeights()
        H5Compare.trees c.Tolerance "weights written here" (H5.readAll realWeights) (H5.readAll ownWeights))

let private checkWrittenWeights (c: Case) (loaded: LoadedModel) : unit =
    temporary ".weights.h5" (fun path ->
        match loaded.Trainer with
        | Some t -> ModelFile.saveWeights (path, t)
        | None -> ModelFile.saveWeights (path, loaded.Model, loaded.Variables)

        H5Compare.trees c.Tolerance "weights written here" (H5.load (file c "weights")) (H5.load path))

let private checkOptimizer (c: Case) (trainer: Trainer option) : unit =
    match c.TryGet "optimizer_variables", trainer with
    | None, _ -> ()
    | Some _, None -> Compare.fail "the file was not loaded as a compiled model"
    | Some json, Some t ->
        let expected = weights c json
        let state = t.OptimizerState.Variables

        if expected.Length <> state.Length then
            Compare.fail $"the optimizer has {state.Length} variables, expected {expected.Length}"

        List.iteri (fun i (path, e) -> Compare.elements c.Tolerance path e state[i]) expected

let private checkSummary (c: Case) (loaded: LoadedModel) : unit =
    let expected = c.Get "summary" |> Json.asText c.Id

    let optimizer =
        match loaded.Trainer with
        | Some t -> t.OptimizerState.Variables |> Array.map (fun x -> x.Aval)
        | None -> [||]

    let actual = Summary.text loaded.Model (Model.Build loaded.Model) 90 true optimizer

    let lines (s: string) =
        s.Normalize(NormalizationForm.FormC).Split '\n'
        |> Array.map (fun l -> l.TrimEnd())
        |> Array.filter (fun l -> l <> "")

    let e, a = lines expected, lines actual

    match
        Seq.tryFindIndex (fun i -> Array.tryItem i e <> Array.tryItem i a) (seq { 0 .. max e.Length a.Length - 1 })
    with
    | None -> ()
    | Some i ->
        let at i xs = Array.tryItem i xs |> Option.defaultValue "nothing"
        Compare.fail $"line {i} of the summary is '{at i a}', expected '{at i e}'"

let check (c: Case) : unit =
    let config = c.Get "config"
    Thing.require config
    let model = ModelConfig.ofJson config
    // The model alone: what it was compiled with is compared in the files.
    let bare (json: Json) = Json.Object(Json.asObject c.Id json |> List.filter (fun (k, _) -> k <> "compile_config"))

    Compare.json "config" (bare config) (bare (ModelConfig.toJson model))
    let expected = weights c (c.Get "weights")
    let predictions = c.Value "predictions"
    let xs m = c.Value "inputs" |> inputs m |> tensors

    let predict m v = (Model.applyAll (m, v, xs m, training = false)).Outputs

    let variables = ModelFile.loadWeights (file c "weights", model)
    compareVariables c "weights" model expected variables
    compareOutputs c "prediction" model predictions (predict model variables)
    checkGradients c model variables
    let count = Model.countParams model

    let expectedCount =
        match c.Get "params" with
        | Json.Object pairs ->
            match List.tryFind (fun (k, _) -> k = "total") pairs with
            | Some(_, n) -> Json.asInt64 c.Id n
            | None -> pairs |> List.sumBy (fun (_, n) -> Json.asInt64 c.Id n)
        | n -> Json.asInt64 c.Id n

    if count <> expectedCount then
        Compare.fail $"it has {count} parameters, expected {expectedCount}"

    // The extract has no files of the older form.
    if File.Exists(file c "h5") then
        compareVariables c "weights of the older form" model expected (ModelFile.loadWeights (file c "h5", model))

    let loaded = ModelFile.loadModel (file c "keras")
    compareVariables c "saved model" loaded.Model expected loaded.Variables
    compareOutputs c "prediction of the saved model" loaded.Model predictions (predict loaded.Model loaded.Variables)
    checkOptimizer c loaded.Trainer
    checkWrittenModel c loaded
    checkWrittenWeights c loaded
    checkSummary c loaded
