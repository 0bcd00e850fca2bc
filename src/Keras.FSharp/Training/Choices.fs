/// What a model is compiled with, as it is chosen by name and as files contain it (`compile_config`).
namespace Keras.FSharp

open Keras.FSharp.Saving

/// Losses and metrics for `compile`: by name, by object, and as JSON.
[<AbstractClass; Sealed>]
type Choice private () =
    static let fileError where (json: Json) expected : 'a =
        Fail.file where $"Expected {expected}, found {Json.kind json}." "The record is malformed."

    /// An object with a class name is one object, any other is a dictionary by the names of the outputs.
    static let isRecord (json: Json) = (Json.tryGet "class_name" json).IsSome

    static let perOutput (json: 't -> Json) (value: PerOutput<'t>) : Json =
        match value with
        | PerOutput.All x -> json x
        | PerOutput.Positions xs -> Json.Array(List.map json xs)
        | PerOutput.Names pairs -> Json.Object [ for name, x in pairs -> name, json x ]

    /// The metric of a name, made when the shapes are known: `"accuracy"` (or `"acc"`) and `"crossentropy"` (or `"ce"`)
    /// are binary for one output, sparse where the targets have no axis of classes, else categorical. Logs use the name
    /// as it was given. An unknown name is an error at once.
    static member metric(name: string) : MetricChoice =
        let byShape (binary: unit -> Metric) (sparse: unit -> Metric) (oneHot: unit -> Metric) (t: Aval) (p: Aval) =
            match ClassForm.ofShapes t.Shape p.Shape with
            | ClassForm.Binary -> binary ()
            | ClassForm.Sparse -> sparse ()
            | ClassForm.OneHot -> oneHot ()

        {
            Name = name
            Record = Json.Text name
            Make =
                match name.ToLowerInvariant() with
                | "accuracy"
                | "acc" ->
                    byShape
                        (fun () -> Metrics.BinaryAccuracy(name = name))
                        (fun () -> Metrics.SparseCategoricalAccuracy(name = name))
                        (fun () -> Metrics.CategoricalAccuracy(name = name))
                | "crossentropy"
                | "ce" ->
                    byShape
                        (fun () -> Metrics.BinaryCrossentropy(name = name))
                        (fun () -> Metrics.SparseCategoricalCrossentropy(name = name))
                        (fun () -> Metrics.CategoricalCrossentropy(name = name))
                | _ ->
                    let metric = Metrics.get name
                    fun t _ -> Metric.sizedFor t metric
        }

    /// A metric object.
    static member ofMetric(metric: Metric) : MetricChoice = {
        Name = metric.Name
        Record = metric.Record
        Make = fun t _ -> Metric.sizedFor t metric
    }

    /// Reads one metric: a name, the record of an object, or of a function. `where` is its path in the file, for
    /// errors.
    static member metricOfJson (where: string) (json: Json) : MetricChoice =
        match json with
        | Json.Text name -> Choice.metric name
        | Json.Object _ ->
            match Json.tryGet "class_name" json with
            | Some(Json.Text("function" | "builtin_function_or_method")) -> {
                Choice.metric (Serialized.ofJson where json).ClassName with
                    Record = json
              }
            | _ -> Choice.ofMetric (Metrics.ofJson where json)
        | other -> fileError where other "the name or the record of a metric"

    /// Reads `metrics` or `weighted_metrics`: null, a list for the only output, for several outputs a list of one entry
    /// (a metric or a list) each, or a dictionary by the names of the outputs.
    static member metricsOfJson (where: string) (outputs: int) (json: Json) : PerOutput<MetricChoice list> option =
        let rec several (where: string) (json: Json) =
            match json with
            | Json.Null -> []
            | Json.Array items -> items |> List.mapi (fun i item -> several $"{where}[{i}]" item) |> List.concat
            | one -> [ Choice.metricOfJson where one ]

        match json with
        | Json.Null -> None
        | Json.Array items when outputs > 1 ->
            Some(PerOutput.Positions(items |> List.mapi (fun i item -> several $"{where}[{i}]" item)))
        | Json.Object pairs when not (isRecord json) ->
            Some(PerOutput.Names [ for name, item in pairs -> name, several $"{where}.{name}" item ])
        | other -> Some(PerOutput.All(several where other))

    /// Writes `metrics` or `weighted_metrics` as Keras does.
    static member metricsToJson(value: PerOutput<MetricChoice list> option) : Json =
        match value with
        | None -> Json.Null
        | Some metrics -> metrics |> perOutput (fun list -> Json.Array [ for m in list -> m.Record ])

    /// Reads `loss`: null, a name, a record, a list by output, or a dictionary by the names of the outputs; null stands
    /// for an output without a loss.
    static member lossOfJson (where: string) (json: Json) : PerOutput<Loss option> =
        let one (where: string) (json: Json) =
            match json with
            | Json.Null -> None
            | Json.Text _
            | Json.Object _ -> Some(Losses.ofJson where json)
            | other -> fileError where other "the name or the record of a loss"

        match json with
        | Json.Array items -> PerOutput.Positions(items |> List.mapi (fun i item -> one $"{where}[{i}]" item))
        | Json.Object pairs when not (isRecord json) ->
            PerOutput.Names [ for name, item in pairs -> name, one $"{where}.{name}" item ]
        | other -> PerOutput.All(one where other)

    /// Writes `loss` as Keras does.
    static member lossToJson(value: PerOutput<Loss option>) : Json =
        value
        |> perOutput (function
            | Some loss -> loss.Record
            | None -> Json.Null)

    /// Reads `loss_weights`: null, a number, a list, or a dictionary by the names of the outputs.
    static member lossWeightsOfJson (where: string) (json: Json) : PerOutput<float> option =
        let number (where: string) (json: Json) =
            match json with
            | Json.Float f -> f
            | Json.Int i -> float i
            | other -> fileError where other "a number"

        match json with
        | Json.Null -> None
        | Json.Array items -> Some(PerOutput.Positions(items |> List.mapi (fun i item -> number $"{where}[{i}]" item)))
        | Json.Object pairs -> Some(PerOutput.Names [ for name, item in pairs -> name, number $"{where}.{name}" item ])
        | other -> Some(PerOutput.All(number where other))

    /// Writes `loss_weights` as Keras does.
    static member lossWeightsToJson(value: PerOutput<float> option) : Json =
        match value with
        | None -> Json.Null
        | Some weights -> perOutput Json.Float weights
