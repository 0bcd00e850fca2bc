/// The classes of losses: each makes a `Loss` from its arguments.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// The classes of `keras.losses`. All take `reduction` (SumOverBatchSize by default: the mean of all values), the name
/// for logs, and the float type to compute in (that of the settings by default).
[<AbstractClass>]
type LossClasses internal () =
    inherit ProbabilityLosses()

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

    /// Mean of absolute differences in percent of the targets (`Losses.meanAbsolutePercentageError`). Keras:
    /// `keras.losses.MeanAbsolutePercentageError`.
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

    /// Mean of squared differences of log(1 + x) (`Losses.meanSquaredLogarithmicError`). Keras:
    /// `keras.losses.MeanSquaredLogarithmicError`.
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

    /// The margin between the true class and the best other one (`Losses.categoricalHinge`). Keras:
    /// `keras.losses.CategoricalHinge`.
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

    /// Minus the logarithm of the probability of label sequences under logits per step (`Losses.ctc`).
    /// Keras: `keras.losses.CTC`.
    static member CTC(?reduction: Reduction, ?name: string, ?dtype: DType) : Loss =
        LossRecord.make ("CTC", "ctc", reduction, name, dtype, [], (fun t p -> ProbabilityLosses.ctc (t, p)))

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

    /// Cross-entropy of two classes that looks away from easy samples (`Losses.binaryFocalCrossentropy`). Keras:
    /// `keras.losses.BinaryFocalCrossentropy`.
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

    /// Cross-entropy of one-hot targets (`Losses.categoricalCrossentropy`). Keras:
    /// `keras.losses.CategoricalCrossentropy`.
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

    /// Cross-entropy of one-hot targets that looks away from easy samples (`Losses.categoricalFocalCrossentropy`).
    /// Keras: `keras.losses.CategoricalFocalCrossentropy`.
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

    /// Cross-entropy of class numbers that bears wrong labels (`Losses.categoricalGeneralizedCrossEntropy`). Keras:
    /// `keras.losses.CategoricalGeneralizedCrossEntropy`.
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
