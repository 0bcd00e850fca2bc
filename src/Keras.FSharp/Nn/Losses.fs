/// All losses, by name and by record.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// All losses of Keras: the classes, which make a `Loss` (`Losses.Huber(delta = 2.0)`), and the functions in camel
/// case, which compute one value per sample (`Losses.huber(yTrue, yPred)`). All classes take `reduction`
/// (SumOverBatchSize by default: the mean of all values), the name for logs, and the float type to compute in (that of
/// the settings by default).
[<AbstractClass>]
type Losses private () =
    inherit LossClasses()

    static let common
        (make: ConfigReader -> Reduction option -> string option -> DType option -> Loss)
        (c: ConfigReader)
        =
        make c (Some(LossRecord.Reduction c)) (c.TextOption "name") (LossRecord.DType c)

    static let registry =
        lazy
            (Registry<Loss>(
                "loss",
                "keras.losses",
                false,
                (fun rewrite x -> { x with Record = ConfigJson.inRecord rewrite x.Record }),
                [
                    "MeanSquaredError",
                    [ "mse"; "MSE" ],
                    common (fun c r n d -> Losses.MeanSquaredError(?reduction = r, ?name = n, ?dtype = d))
                    "MeanAbsoluteError",
                    [ "mae"; "MAE" ],
                    common (fun c r n d -> Losses.MeanAbsoluteError(?reduction = r, ?name = n, ?dtype = d))
                    "MeanAbsolutePercentageError",
                    [ "mape"; "MAPE" ],
                    common (fun c r n d -> Losses.MeanAbsolutePercentageError(?reduction = r, ?name = n, ?dtype = d))
                    "MeanSquaredLogarithmicError",
                    [ "msle"; "MSLE" ],
                    common (fun c r n d -> Losses.MeanSquaredLogarithmicError(?reduction = r, ?name = n, ?dtype = d))
                    "LogCosh",
                    [ "logcosh" ],
                    common (fun c r n d -> Losses.LogCosh(?reduction = r, ?name = n, ?dtype = d))
                    "Huber",
                    [],
                    common (fun c r n d ->
                        Losses.Huber(delta = c.Float("delta", 1.0), ?reduction = r, ?name = n, ?dtype = d))
                    "CosineSimilarity",
                    [],
                    common (fun c r n d ->
                        Losses.CosineSimilarity(axis = c.Int("axis", -1), ?reduction = r, ?name = n, ?dtype = d))
                    "Hinge", [], common (fun c r n d -> Losses.Hinge(?reduction = r, ?name = n, ?dtype = d))
                    "SquaredHinge",
                    [],
                    common (fun c r n d -> Losses.SquaredHinge(?reduction = r, ?name = n, ?dtype = d))
                    "CategoricalHinge",
                    [],
                    common (fun c r n d -> Losses.CategoricalHinge(?reduction = r, ?name = n, ?dtype = d))
                    "KLDivergence",
                    [ "kld"; "KLD"; "kullback_leibler_divergence" ],
                    common (fun c r n d -> Losses.KLDivergence(?reduction = r, ?name = n, ?dtype = d))
                    "CTC", [], common (fun c r n d -> Losses.CTC(?reduction = r, ?name = n, ?dtype = d))
                    "Poisson", [], common (fun c r n d -> Losses.Poisson(?reduction = r, ?name = n, ?dtype = d))
                    "BinaryCrossentropy",
                    [ "bce"; "BCE" ],
                    common (fun c r n d ->
                        Losses.BinaryCrossentropy(
                            fromLogits = c.Bool("from_logits", false),
                            labelSmoothing = c.Float("label_smoothing", 0.0),
                            axis = c.Int("axis", -1),
                            ?reduction = r,
                            ?name = n,
                            ?dtype = d
                        ))
                    "BinaryFocalCrossentropy",
                    [],
                    common (fun c r n d ->
                        Losses.BinaryFocalCrossentropy(
                            fromLogits = c.Bool("from_logits", false),
                            labelSmoothing = c.Float("label_smoothing", 0.0),
                            axis = c.Int("axis", -1),
                            applyClassBalancing = c.Bool("apply_class_balancing", false),
                            alpha = c.Float("alpha", 0.25),
                            gamma = c.Float("gamma", 2.0),
                            ?reduction = r,
                            ?name = n,
                            ?dtype = d
                        ))
                    "CategoricalCrossentropy",
                    [],
                    common (fun c r n d ->
                        Losses.CategoricalCrossentropy(
                            fromLogits = c.Bool("from_logits", false),
                            labelSmoothing = c.Float("label_smoothing", 0.0),
                            axis = c.Int("axis", -1),
                            ?reduction = r,
                            ?name = n,
                            ?dtype = d
                        ))
                    "CategoricalFocalCrossentropy",
                    [],
                    common (fun c r n d ->
                        Losses.CategoricalFocalCrossentropy(
                            fromLogits = c.Bool("from_logits", false),
                            labelSmoothing = c.Float("label_smoothing", 0.0),
                            axis = c.Int("axis", -1),
                            alpha = c.Floats("alpha", [ 0.25 ]),
                            gamma = c.Float("gamma", 2.0),
                            ?reduction = r,
                            ?name = n,
                            ?dtype = d
                        ))
                    "CategoricalGeneralizedCrossEntropy",
                    [],
                    common (fun c r n d ->
                        Losses.CategoricalGeneralizedCrossEntropy(
                            q = c.Float("q", 0.5),
                            ?reduction = r,
                            ?name = n,
                            ?dtype = d
                        ))
                    "Dice",
                    [],
                    common (fun c r n d ->
                        Losses.Dice(?axis = c.IntsOption "axis", ?reduction = r, ?name = n, ?dtype = d))
                    "Tversky",
                    [],
                    common (fun c r n d ->
                        Losses.Tversky(
                            alpha = c.Float("alpha", 0.5),
                            beta = c.Float("beta", 0.5),
                            ?axis = c.IntsOption "axis",
                            ?reduction = r,
                            ?name = n,
                            ?dtype = d
                        ))
                    "Circle",
                    [],
                    common (fun c r n d ->
                        Losses.Circle(
                            gamma = c.Float("gamma", 80.0),
                            margin = c.Float("margin", 0.4),
                            removeDiagonal = c.Bool("remove_diagonal", true),
                            ?reduction = r,
                            ?name = n,
                            ?dtype = d
                        ))
                    "SparseCategoricalCrossentropy",
                    [],
                    common (fun c r n d ->
                        Losses.SparseCategoricalCrossentropy(
                            fromLogits = c.Bool("from_logits", false),
                            ?ignoreClass = c.IntOption "ignore_class",
                            axis = c.Int("axis", -1),
                            ?reduction = r,
                            ?name = n,
                            ?dtype = d
                        ))
                ]
            ))

    /// Cross-entropy chosen by the shapes: binary for one output, of class numbers where the targets have no axis of
    /// classes, else of one-hot targets. Keras knows it as the name `crossentropy` in compile.
    static member private byShape(name: string) : Loss =
        let choose (t: Dims) (p: Dims) =
            match ClassForm.ofShapes t p with
            | ClassForm.Binary -> Losses.BinaryCrossentropy()
            | ClassForm.Sparse -> Losses.SparseCategoricalCrossentropy()
            | ClassForm.OneHot -> Losses.CategoricalCrossentropy()

        {
            Class = "crossentropy"
            Name = name
            Reduction = Reduction.SumOverBatchSize
            Record = Json.Text name
            DType = None
            Values = fun t p -> (choose t.Shape p.Shape).Values t p
            Valid = None
            Check = Some(fun t p -> Loss.check (choose t.Shape p) t p)
        }

    /// A loss of one's own: from targets and predictions to values per sample. Files keep only the name.
    static member OfFunction(name: string, values: Tensor -> Tensor -> Tensor, ?reduction: Reduction) : Loss = {
        Class = name
        Name = name
        Reduction = defaultArg reduction Reduction.SumOverBatchSize
        Record = Json.Text name
        DType = None
        Values = values
        Valid = None
        Check = None
    }

    /// The classes by name.
    static member Registry: Registry<Loss> = registry.Value

    /// The loss of a name, with its defaults: `"mse"`, `"sparse_categorical_crossentropy"`, `"Huber"`; `"crossentropy"`
    /// chooses by the shapes. Files keep the name as it was given. Keras: `keras.losses.get`.
    static member get(name: string) : Loss =
        match name.ToLowerInvariant() with
        | "crossentropy"
        | "ce" -> Losses.byShape name
        | _ ->
            // The name that logs use is the one that was given.
            {
                registry.Value.Create(name, []) with
                    Name = name
                    Record = Json.Text name
            }

    /// The loss of a class name or alias and a config.
    static member ofConfig (className: string) (config: (string * Json) list) : Loss =
        registry.Value.Create(className, config)

    /// Reads the record of a loss: a name, or an object; `where` is its path in the file, for errors.
    /// Keras: `keras.losses.deserialize`.
    static member ofJson (where: string) (json: Json) : Loss =
        match json with
        | Json.Text name -> Losses.get name
        | _ ->
            match Json.tryGet "class_name" json with
            | Some(Json.Text("function" | "builtin_function_or_method")) -> {
                Losses.get (Serialized.ofJson where json).ClassName with
                    Record = json
              }
            | _ -> registry.Value.OfJson(where, json)
