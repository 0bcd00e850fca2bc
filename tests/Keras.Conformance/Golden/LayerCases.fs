/// Cases of layers: outputs, masks, gradients, losses, changed variables, shapes, records.
[<RequireQualifiedAccess>]
module Keras.Conformance.Golden.LayerCases

open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance
open Keras.Conformance.Objects

/// A layer of the case's class and config; `Missing` where the class is not there.
let private make (c: Case) : Layer =
    if not (List.contains c.Class LayerCatalogue.names) then
        raise (Missing c.Api)

    LayerCatalogue.create c.Class c.Config

let private checkRecord (c: Case) (layer: Layer) : unit =
    Compare.json "config" (c.Get "config") (Json.Object(LayerFactory.config layer))
    let record = LayerFactory.record layer

    for key in [ "module"; "class_name"; "registered_name" ] do
        let expected = Json.get c.Id key (c.Get "serialized")
        Compare.json key expected (Json.get "record" key record)

    // What is written can be read and is written the same again.
    let again = LayerCatalogue.ofJson "record" record
    Compare.json "record read again" record (LayerFactory.record again)

/// Shapes of outputs: one, or a list or dict of them.
let rec private shapes (c: Case) (json: Json) : Dims list =
    match json with
    | Json.Array items when
        items
        |> List.forall (fun i ->
            i = Json.Null
            || (match i with
                | Json.Int _ -> true
                | _ -> false))
          ->
          [ items |> List.map (fun n -> if n = Json.Null then -1 else Json.asInt c.Id n) |> Dims.ofSeq ]
    | Json.Array items -> List.collect (shapes c) items
    | Json.Object pairs -> pairs |> List.sortBy fst |> List.collect (snd >> shapes c)
    | _ -> []

let rec private avals (json: Json) : Aval list =
    match json with
    | Json.Object _ when (Json.tryGet "shape" json).IsSome -> [ Datum.aval json ]
    | Json.Object pairs -> pairs |> List.sortBy fst |> List.collect (snd >> avals)
    | Json.Array items -> List.collect avals items
    | _ -> []

let private checkWeights (c: Case) (o: LayerObject) : (string * Tensor) list =
    let weights = c.Get "weights" |> Json.asList c.Id
    let text key json = Json.get c.Id key json |> Json.asText c.Id
    let paths = weights |> List.map (text "path")
    let own = o.Variables |> Array.map o.PathOf |> Array.toList

    if paths <> own then
        let given = String.concat ", " own
        let wanted = String.concat ", " paths
        Compare.fail $"variables are {given}, expected {wanted}"

    for w, v in List.zip weights (List.ofArray o.Variables) do
        let path = text "path" w
        let x = o.Get path

        if DType.name x.DType <> text "dtype" w then
            Compare.fail $"{path} has dtype {DType.name x.DType}"

        if o.IsTrainable v <> (Json.get c.Id "trainable" w |> Json.asBool c.Id) then
            Compare.fail $"{path}: trainable is {o.IsTrainable v}"

    weights |> List.map (fun w -> text "path" w, c.Tensor(Json.get c.Id "value" w))

/// The outputs, in the form that Keras gives them.
let private outputs (expected: Datum) (ys: Tensor[]) : Datum =
    /// Outputs in a list of tensors and lists; and those that are left.
    let rec nest (form: Datum list) (ys: Tensor list) : Datum list * Tensor list =
        match form, ys with
        | [], _
        | _, [] -> [], ys
        | Datum.List inner :: rest, _ ->
            let own, left = nest inner ys
            let others, left = nest rest left
            Datum.List own :: others, left
        | _ :: rest, y :: ys ->
            let others, left = nest rest ys
            Datum.Tensor y :: others, left

    match expected, ys with
    | Datum.Tensor _, [| y |] -> Datum.Tensor y
    | Datum.Dict pairs, _ when pairs.Length = ys.Length ->
        let keys = pairs |> List.map fst |> List.sort
        Datum.Dict(List.zip keys [ for y in ys -> Datum.Tensor y ])
    | Datum.List form, _ ->
        match nest form (List.ofArray ys) with
        | nested, [] -> Datum.List nested
        | nested, left -> Datum.List(nested @ [ for y in left -> Datum.Tensor y ])
    | _ -> Datum.List [ for y in ys -> Datum.Tensor y ]

/// A size that Keras leaves open may be known here.
let private fits (e: Dims) (a: Dims) = e.Rank = a.Rank && Seq.forall2 (fun m n -> m = n || m < 0) e a

let private checkShapes (c: Case) (o: LayerObject) (inputs: Tensor[]) (options: CallOptions) : unit =
    let masked = options.Masks |> Array.map (fun m -> not (isNull m))
    let closed = inputs |> Array.map (fun x -> x.Aval)

    match c.TryGet "compute_output_shape" with
    | Some json ->
        let expected = shapes c json
        // Keras computes it from the shapes alone; arguments of the call do not count.
        let arguments =
            if options.Arguments.Tensors.IsEmpty then
                ArgumentAvals.empty
            else
                ArgumentAvals.ofArguments options.Arguments

        let actual =
            (o.Infer(closed, masked, arguments)).Outputs |> Array.map (fun a -> a.Shape) |> Array.toList

        if expected.Length <> actual.Length || not (List.forall2 fits expected actual) then
            Compare.fail $"output shapes are {actual}, expected {expected}"
    | None -> ()

    match c.TryGet "spec_none_batch" with
    | Some json ->
        let expected = avals json

        let openBatch (a: Aval) =
            if a.Rank = 0 then
                a
            else
                Aval.withShape (Dims.ofSeq (-1 :: List.tail (List.ofSeq a.Shape))) a

        let arguments = ArgumentAvals.ofArguments options.Arguments

        let openArguments = {
            arguments with
                Tensors =
                    arguments.Tensors
                    |> Map.map (fun _ xs -> xs |> Array.map (fun struct (a, m) -> struct (openBatch a, m)))
        }

        // The states of a stateful layer belong to one batch size, which Keras does not check here.
        let shapesOpen =
            if c.TryGet "outputs_per_call" = None then
                Array.map openBatch closed
            else
                closed

        let actual = (o.Infer(shapesOpen, masked, openArguments)).Outputs |> Array.toList

        // Merging layers claim floats for integers, and compute integers.
        let outputs = c.Value "outputs" |> Datum.tensors
        let computed = outputs |> List.exists (fun y -> DType.isInteger y.DType)

        // Where Keras's claim is not what it computes (scores of attention to another length), the latter counts.
        let expected =
            if expected.Length <> outputs.Length then
                expected
            else
                List.map2
                    (fun (e: Aval) (y: Tensor) -> if fits e.Shape y.Shape then e else openBatch y.Aval)
                    expected
                    outputs

        let same (e: Aval) (a: Aval) =
            (e.DType = a.DType || (computed && DType.isInteger a.DType)) && fits e.Shape a.Shape

        if expected.Length <> actual.Length || not (List.forall2 same expected actual) then
            Compare.fail $"with an open batch outputs are {actual}, expected {expected}"
    | None -> ()

let private checkGradients (c: Case) (o: LayerObject) (inputs: Datum) (kwargs: (string * Datum) list) (training: bool) =
    match c.TryGet "grad" with
    | None -> ()
    | Some grad ->
        let wrt = Json.get c.Id "wrt" grad |> Json.asObject c.Id

        let cotangents =
            Json.get c.Id "cotangents" grad
            |> Json.asObject c.Id
            |> List.map (fun (i, j) -> int i, c.Tensor j)
            |> Map.ofList

        let found = ResizeArray<string * Tensor>()

        let collect path x =
            found.Add((path, x))
            Datum.Tensor x

        Datum.map collect "inputs" inputs |> ignore

        for k, v in kwargs do
            Datum.map collect $"call_kwargs.{k}" v |> ignore

        for v in o.Variables do
            let path = o.PathOf v
            found.Add(("weights." + path, o.Get path))

        let run (f: string -> Tensor -> Tensor) =
            let swap path v = Datum.map (fun p x -> Datum.Tensor(f p x)) path v
            let xs = swap "inputs" inputs |> Datum.tensors |> List.toArray
            let kwargs = kwargs |> List.map (fun (k, v) -> k, swap $"call_kwargs.{k}" v)
            let options = LayerObject.Options(xs.Length, training, kwargs)
            let applied = o.Apply((fun path x -> f ("weights." + path) x), xs, options)
            Datum.List [ for y in applied.Outputs -> Datum.Tensor y ]

        let _, grads = Calls.gradients (List.ofSeq found) run (Some cotangents) (List.map fst wrt)
        Gradients.compare c wrt grads

let check (c: Case) : unit =
    let layer = make c
    checkRecord c layer
    let o = LayerObject layer
    let input = c.Value "inputs"
    let inputs = Datum.tensors input |> List.toArray
    let training = c.Get "training" = Json.Bool true

    let kwargs =
        match c.TryGet "call_kwargs" with
        | Some json ->
            match c.Read json with
            | Datum.Dict pairs -> pairs
            | _ -> []
        | None -> []

    let options = LayerObject.Options(inputs.Length, training, kwargs)
    let masked = options.Masks |> Array.map (fun m -> not (isNull m))
    o.Build(inputs |> Array.map (fun x -> x.Aval), masked, options.Arguments)
    let start = checkWeights c o
    o.Assign start

    let parameters = o.Variables |> Array.sumBy (fun v -> int64 v.Spec.Shape.Size)

    if parameters <> Json.asInt64 c.Id (c.Get "params") then
        Compare.fail $"it has {parameters} parameters"

    checkShapes c o inputs options
    checkGradients c o input kwargs training

    let expectedCalls =
        match c.TryGet "outputs_per_call" with
        | Some json -> Json.asList c.Id json
        | None -> [ c.Get "outputs" ]

    let mutable masks: Tensor[] = [||]

    expectedCalls
    |> List.iteri (fun i json ->
        let applied = o.Apply((fun _ x -> x), inputs, options)
        o.Keep applied
        masks <- applied.Masks
        let expected = c.Read json
        Compare.values true c.Tolerance $"output of call {i}" expected (outputs expected applied.Outputs))

    match c.TryGet "output_masks" with
    | Some json ->
        Json.asList c.Id json
        |> List.iteri (fun i m ->
            match m, masks[i] with
            | Json.Null, null -> ()
            | Json.Null, _ -> Compare.fail $"output {i} has a mask"
            | _, null -> Compare.fail $"output {i} has no mask"
            | m, x -> Compare.tensors c.Tolerance $"mask of output {i}" (c.Tensor m) x)
    | None -> ()

    match c.TryGet "losses" with
    | Some json ->
        let expected = Json.asList c.Id json

        if expected.Length <> o.Losses.Length then
            Compare.fail $"it has {o.Losses.Length} losses, expected {expected.Length}"

        // Their order means nothing.
        let sorted xs = xs |> List.map (fun x -> Tensor.toFloat (Convert.tensor x)) |> List.sort

        List.iter2
            (Compare.numbers c.Tolerance "loss")
            (sorted (List.map c.Read expected))
            (sorted (List.map Datum.Tensor o.Losses))
    | None -> ()

    let changed =
        match c.TryGet "variables_after" with
        | Some json -> [
            for v in Json.asList c.Id json ->
                Json.get c.Id "path" v |> Json.asText c.Id, c.Tensor(Json.get c.Id "value" v)
          ]
        | None -> []

    for path, before in start do
        let expected =
            changed |> List.tryFind (fun (p, _) -> p = path) |> Option.map snd |> Option.defaultValue before

        Compare.tensors c.Tolerance $"{path} afterwards" expected (o.Get path)
