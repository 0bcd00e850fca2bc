/// All losses, as values for training: their classes, their names, their records.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// All losses of Keras: the classes, which make a `Loss` (`Losses.Huber(delta = 2.0)`), and the functions in camel
/// case, which compute one value per sample (`Losses.huber(yTrue, yPred)`). All classes take `reduction`
/// (SumOverBatchSize by default: the mean of all values), the name for logs, and the float type to compute in (that of
/// the settings by default).
[<AbstractClass>]
type Losses private () =
    inherit ProbabilityLosses()

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

    /// Mean of squared differences (`Losses.meanSquaredError`). Keras: `keras.losses.MeanSquaredError`.
    static member MeanSquaredError(?reduction: Reduction, ?name: string, ?dtype: DType) : Loss =
        LossRecord.make (
            "MeanSquaredError",
            "mean_squared_error",
            reduction,
            name,
            dtype,
            [],
            (fun t p -> ProbabilityLosses.meanSquaredError (t, p))
        )

    /// Mean of absolute differences (`Losses.meanAbsoluteError`). Keras: `keras.losses.MeanAbsoluteError`.
    static member MeanAbsoluteError(?reduction: Reduction, ?name: string, ?dtype: DType) : Loss =
        LossRecord.make (
            "MeanAbsoluteError",
            "mean_absolute_error",
            reduction,
            name,
            dtype,
            [],
            (fun t p -> ProbabilityLosses.meanAbsoluteError (t, p))
        )

    /// Mean of absolute differences in percent of the targets (`Losses.meanAbsolutePercentageError`). Keras: `keras.losses.MeanAbsolutePercentageError`.
    static member MeanAbsolutePercentageError(?reduction: Reduction, ?name: string, ?dtype: DType) : Loss =
        LossRecord.make (
            "MeanAbsolutePercentageError",
            "mean_absolute_percentage_error",
            reduction,
            name,
            dtype,
            [],
            (fun t p -> ProbabilityLosses.meanAbsolutePercentageError (t, p))
        )

    /// Mean of squared differences of log(1 + x) (`Losses.meanSquaredLogarithmicError`). Keras: `keras.losses.MeanSquaredLogarithmicError`.
    static member MeanSquaredLogarithmicError(?reduction: Reduction, ?name: string, ?dtype: DType) : Loss =
        LossRecord.make (
            "MeanSquaredLogarithmicError",
            "mean_squared_logarithmic_error",
            reduction,
            name,
            dtype,
            [],
            (fun t p -> ProbabilityLosses.meanSquaredLogarithmicError (t, p))
        )

    /// Mean of log(cosh(difference)) (`Losses.logCosh`). Keras: `keras.losses.LogCosh`.
    static member LogCosh(?reduction: Reduction, ?name: string, ?dtype: DType) : Loss =
        LossRecord.make (
            "LogCosh",
            "log_cosh",
            reduction,
            name,
            dtype,
            [],
            (fun t p -> ProbabilityLosses.logCosh (t, p))
        )

    /// Squares up to `delta`, linear beyond (`Losses.huber`). Keras: `keras.losses.Huber`.
    static member Huber(?delta: float, ?reduction: Reduction, ?name: string, ?dtype: DType) : Loss =
        let delta = defaultArg delta 1.0

        LossRecord.make (
            "Huber",
            "huber_loss",
            reduction,
            name,
            dtype,
            [ "delta", Json.Float delta ],
            (fun t p -> ProbabilityLosses.huber (t, p, delta = delta))
        )

    /// Minus the cosine along `axis` (`Losses.cosineSimilarity`). Keras: `keras.losses.CosineSimilarity`.
    static member CosineSimilarity(?axis: int, ?reduction: Reduction, ?name: string, ?dtype: DType) : Loss =
        let axis = defaultArg axis -1

        LossRecord.make (
            "CosineSimilarity",
            "cosine_similarity",
            reduction,
            name,
            dtype,
            [ "axis", Json.Int(int64 axis) ],
            (fun t p -> ProbabilityLosses.cosineSimilarity (t, p, axis = axis))
        )

    /// Mean of max(1 - y_true · y_pred, 0) (`Losses.hinge`). Keras: `keras.losses.Hinge`.
    static member Hinge(?reduction: Reduction, ?name: string, ?dtype: DType) : Loss =
        LossRecord.make ("Hinge", "hinge", reduction, name, dtype, [], (fun t p -> ProbabilityLosses.hinge (t, p)))

    /// Mean of the squares of max(1 - y_true · y_pred, 0) (`Losses.squaredHinge`). Keras: `keras.losses.SquaredHinge`.
    static member SquaredHinge(?reduction: Reduction, ?name: string, ?dtype: DType) : Loss =
        LossRecord.make (
            "SquaredHinge",
            "squared_hinge",
            reduction,
            name,
            dtype,
            [],
            (fun t p -> ProbabilityLosses.squaredHinge (t, p))
        )

    /// The margin between the true class and the best other one (`Losses.categoricalHinge`). Keras: `keras.losses.CategoricalHinge`.
    static member CategoricalHinge(?reduction: Reduction, ?name: string, ?dtype: DType) : Loss =
        LossRecord.make (
            "CategoricalHinge",
            "categorical_hinge",
            reduction,
            name,
            dtype,
            [],
            (fun t p -> ProbabilityLosses.categoricalHinge (t, p))
        )

    /// Divergence of distributions (`Losses.klDivergence`). Keras: `keras.losses.KLDivergence`.
    static member KLDivergence(?reduction: Reduction, ?name: string, ?dtype: DType) : Loss =
        LossRecord.make (
            "KLDivergence",
            "kl_divergence",
            reduction,
            name,
            dtype,
            [],
            (fun t p -> ProbabilityLosses.klDivergence (t, p))
        )

    /// y_pred - y_true · log(y_pred) (`Losses.poisson`). Keras: `keras.losses.Poisson`.
    static member Poisson(?reduction: Reduction, ?name: string, ?dtype: DType) : Loss =
        LossRecord.make (
            "Poisson",
            "poisson",
            reduction,
            name,
            dtype,
            [],
            (fun t p -> ProbabilityLosses.poisson (t, p))
        )

    /// Cross-entropy of two classes (`Losses.binaryCrossentropy`). Keras: `keras.losses.BinaryCrossentropy`.
    static member BinaryCrossentropy
        (?fromLogits: bool, ?labelSmoothing: float, ?axis: int, ?reduction: Reduction, ?name: string, ?dtype: DType)
        : Loss =
        let fromLogits = defaultArg fromLogits false
        let labelSmoothing = defaultArg labelSmoothing 0.0
        let axis = defaultArg axis -1

        LossRecord.make (
            "BinaryCrossentropy",
            "binary_crossentropy",
            reduction,
            name,
            dtype,
            [
                "from_logits", Json.Bool fromLogits
                "label_smoothing", Json.Float labelSmoothing
                "axis", Json.Int(int64 axis)
            ],
            (fun t p ->
                ProbabilityLosses.binaryCrossentropy (
                    t,
                    p,
                    fromLogits = fromLogits,
                    labelSmoothing = labelSmoothing,
                    axis = axis
                ))
        )

    /// Cross-entropy of two classes that looks away from easy samples (`Losses.binaryFocalCrossentropy`). Keras: `keras.losses.BinaryFocalCrossentropy`.
    static member BinaryFocalCrossentropy
        (
            ?fromLogits: bool,
            ?labelSmoothing: float,
            ?axis: int,
            ?applyClassBalancing: bool,
            ?alpha: float,
            ?gamma: float,
            ?reduction: Reduction,
            ?name: string,
            ?dtype: DType
        ) : Loss =
        let fromLogits = defaultArg fromLogits false
        let labelSmoothing = defaultArg labelSmoothing 0.0
        let axis = defaultArg axis -1
        let applyClassBalancing = defaultArg applyClassBalancing false
        let alpha = defaultArg alpha 0.25
        let gamma = defaultArg gamma 2.0

        LossRecord.make (
            "BinaryFocalCrossentropy",
            "binary_focal_crossentropy",
            reduction,
            name,
            dtype,
            [
                "from_logits", Json.Bool fromLogits
                "label_smoothing", Json.Float labelSmoothing
                "axis", Json.Int(int64 axis)
                "apply_class_balancing", Json.Bool applyClassBalancing
                "alpha", Json.Float alpha
                "gamma", Json.Float gamma
            ],
            (fun t p ->
                ProbabilityLosses.binaryFocalCrossentropy (
                    t,
                    p,
                    fromLogits = fromLogits,
                    labelSmoothing = labelSmoothing,
                    axis = axis,
                    applyClassBalancing = applyClassBalancing,
                    alpha = alpha,
                    gamma = gamma
                ))
        )

    /// Cross-entropy of one-hot targets (`Losses.categoricalCrossentropy`). Keras: `keras.losses.CategoricalCrossentropy`.
    static member CategoricalCrossentropy
        (?fromLogits: bool, ?labelSmoothing: float, ?axis: int, ?reduction: Reduction, ?name: string, ?dtype: DType)
        : Loss =
        let fromLogits = defaultArg fromLogits false
        let labelSmoothing = defaultArg labelSmoothing 0.0
        let axis = defaultArg axis -1

        LossRecord.make (
            "CategoricalCrossentropy",
            "categorical_crossentropy",
            reduction,
            name,
            dtype,
            [
                "from_logits", Json.Bool fromLogits
                "label_smoothing", Json.Float labelSmoothing
                "axis", Json.Int(int64 axis)
            ],
            (fun t p ->
                ProbabilityLosses.categoricalCrossentropy (
                    t,
                    p,
                    fromLogits = fromLogits,
                    labelSmoothing = labelSmoothing,
                    axis = axis
                ))
        )

    /// Cross-entropy of one-hot targets that looks away from easy samples (`Losses.categoricalFocalCrossentropy`). Keras: `keras.losses.CategoricalFocalCrossentropy`.
    static member CategoricalFocalCrossentropy
        (
            ?fromLogits: bool,
            ?labelSmoothing: float,
            ?axis: int,
            ?alpha: float list,
            ?gamma: float,
            ?reduction: Reduction,
            ?name: string,
            ?dtype: DType
        ) : Loss =
        let fromLogits = defaultArg fromLogits false
        let labelSmoothing = defaultArg labelSmoothing 0.0
        let axis = defaultArg axis -1
        let alpha = defaultArg alpha [ 0.25 ]
        let gamma = defaultArg gamma 2.0

        LossRecord.make (
            "CategoricalFocalCrossentropy",
            "categorical_focal_crossentropy",
            reduction,
            name,
            dtype,
            [
                "from_logits", Json.Bool fromLogits
                "label_smoothing", Json.Float labelSmoothing
                "axis", Json.Int(int64 axis)
                "alpha", LossRecord.alpha alpha
                "gamma", Json.Float gamma
            ],
            (fun t p ->
                ProbabilityLosses.categoricalFocalCrossentropy (
                    t,
                    p,
                    fromLogits = fromLogits,
                    labelSmoothing = labelSmoothing,
                    axis = axis,
                    alpha = alpha,
                    gamma = gamma
                ))
        )

    /// Cross-entropy of class numbers (`Losses.sparseCategoricalCrossentropy`). Targets `ignoreClass` count neither in
    /// the sum nor in the mean. Keras: `keras.losses.SparseCategoricalCrossentropy`.
    static member SparseCategoricalCrossentropy
        (?fromLogits: bool, ?ignoreClass: int, ?axis: int, ?reduction: Reduction, ?name: string, ?dtype: DType)
        : Loss =
        let fromLogits, axis = defaultArg fromLogits false, defaultArg axis -1

        let loss =
            LossRecord.make (
                "SparseCategoricalCrossentropy",
                "sparse_categorical_crossentropy",
                reduction,
                name,
                dtype,
                [
                    "from_logits", Json.Bool fromLogits
                    "ignore_class", ConfigJson.integer ignoreClass
                    "axis", Json.Int(int64 axis)
                ],
                (fun t p ->
                    ProbabilityLosses.sparseCategoricalCrossentropy (
                        t,
                        p,
                        fromLogits,
                        ?ignoreClass = ignoreClass,
                        axis = axis
                    ))
            )

        {
            loss with
                Valid =
                    ignoreClass
                    |> Option.map (fun ignored t p _ ->
                        let t = LossMath.labels t p
                        Lax.ne t (Lax.scalar t.DType (float ignored)))
                Check =
                    Some(fun t p ->
                        let where = "losses.SparseCategoricalCrossentropy"
                        LossMath.checkLabels where ignoreClass p[Axis.one where p.Rank axis] t)
        }

    /// Cross-entropy of class numbers that bears wrong labels (`Losses.categoricalGeneralizedCrossEntropy`). Keras: `keras.losses.CategoricalGeneralizedCrossEntropy`.
    static member CategoricalGeneralizedCrossEntropy
        (?q: float, ?reduction: Reduction, ?name: string, ?dtype: DType)
        : Loss =
        let q = defaultArg q 0.5

        LossRecord.make (
            "CategoricalGeneralizedCrossEntropy",
            "categorical_generalized_cross_entropy",
            reduction,
            name,
            dtype,
            [ "q", Json.Float q ],
            (fun t p -> ProbabilityLosses.categoricalGeneralizedCrossEntropy (t, p, q = q))
        )

    /// How far two regions are from covering each other (`Losses.dice`). Keras: `keras.losses.Dice`.
    static member Dice(?axis: int list, ?reduction: Reduction, ?name: string, ?dtype: DType) : Loss =
        LossRecord.make (
            "Dice",
            "dice",
            reduction,
            name,
            dtype,
            [ "axis", LossRecord.axes axis ],
            (fun t p -> ProbabilityLosses.dice (t, p, ?axis = axis))
        )

    /// Dice with weights for both kinds of errors (`Losses.tversky`). Keras: `keras.losses.Tversky`.
    static member Tversky
        (?alpha: float, ?beta: float, ?axis: int list, ?reduction: Reduction, ?name: string, ?dtype: DType)
        : Loss =
        let alpha = defaultArg alpha 0.5
        let beta = defaultArg beta 0.5

        LossRecord.make (
            "Tversky",
            "tversky",
            reduction,
            name,
            dtype,
            [ "alpha", Json.Float alpha; "beta", Json.Float beta; "axis", LossRecord.axes axis ],
            (fun t p -> ProbabilityLosses.tversky (t, p, alpha = alpha, beta = beta, ?axis = axis))
        )

    /// Draws embeddings of equal labels together (`Losses.circle`). Keras: `keras.losses.Circle`.
    static member Circle
        (?gamma: float, ?margin: float, ?removeDiagonal: bool, ?reduction: Reduction, ?name: string, ?dtype: DType)
        : Loss =
        let gamma = defaultArg gamma 80.0
        let margin = defaultArg margin 0.4
        let removeDiagonal = defaultArg removeDiagonal true

        let loss =
            LossRecord.make (
                "Circle",
                "circle",
                reduction,
                name,
                dtype,
                [
                    "gamma", Json.Float gamma
                    "margin", Json.Float margin
                    "remove_diagonal", Json.Bool removeDiagonal
                ],
                (fun t p ->
                    ProbabilityLosses.circle (t, p, gamma = gamma, margin = margin, removeDiagonal = removeDiagonal))
            )
        // Samples without a pair that matters do not count in the mean.
        {
            loss with
                Valid = Some(fun _ _ values -> Lax.gt values (Lax.zerosLike values))
        }

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
