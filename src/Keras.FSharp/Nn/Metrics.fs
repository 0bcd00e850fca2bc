/// All metrics: their classes, their names, their records.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// All metrics of Keras: the classes, which make a `Metric` (`Metrics.AUC(curve = "PR")`), and the functions in camel
/// case, which compute one value per sample (`Metrics.binaryAccuracy(yTrue, yPred)`).
[<AbstractClass>]
type Metrics private () =
    inherit IoUMetrics()

    static let registry =
        lazy
            (Registry<Metric>(
                "metric",
                "keras.metrics",
                false,
                (fun rewrite x -> { x with Record = ConfigJson.inRecord rewrite x.Record }),
                MeanMetrics.MeanEntries
                @ ConfusionMetrics.ConfusionEntries
                @ ScoreMetrics.ScoreEntries
                @ IoUMetrics.IoUEntries
            ))

    /// The classes by name.
    static member Registry: Registry<Metric> = registry.Value

    /// The metric of a name, with its defaults: `"mse"`, `"binary_accuracy"`, `"AUC"`. Logs use the name as it was
    /// given. Keras: `keras.metrics.get`.
    static member get(name: string) : Metric = { registry.Value.Create(name, []) with Name = name }

    /// The metric of a class name or alias and a config.
    static member ofConfig (className: string) (config: (string * Json) list) : Metric =
        registry.Value.Create(className, config)

    /// Reads the record of a metric: a name, or an object; `where` is its path in the file, for errors.
    /// Keras: `keras.metrics.deserialize`.
    static member ofJson (where: string) (json: Json) : Metric =
        match json with
        | Json.Text name -> Metrics.get name
        | _ -> registry.Value.OfJson(where, json)
