/// Metrics that are means (and the sum) of values per sample.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// The metrics that are means of values per sample. All take the name for logs and the float type of their variables.
[<AbstractClass>]
type MeanMetrics internal () =
    inherit MetricFunctions()

    static member private mean
        (className, defaultName, name: string option, dtype: DType option, config, values, ?finish: Tensor -> Tensor)
        : Metric =
        let finish = defaultArg finish id
        MetricMath.mean className (defaultArg name defaultName) (MetricMath.dtype dtype) config finish values

    /// The weighted mean of values (`Metric.updateValues`). Keras: `keras.metrics.Mean`.
    static member Mean(?name: string, ?dtype: DType) : Metric = {
        MeanMetrics.mean ("Mean", "mean", name, dtype, [], (fun values _ -> values)) with
            TakesMask = false
    }

    /// The weighted sum of values (`Metric.updateValues`). Keras: `keras.metrics.Sum`.
    static member Sum(?name: string, ?dtype: DType) : Metric =
        let dtype = MetricMath.dtype dtype

        let update (state: Tensor[]) (values: Tensor) (_: Tensor) (w: Tensor) =
            let v = Lax.convert dtype values

            let v =
                if isNull w then
                    v
                else
                    let struct (v, w) = LossMath.sameRank v (Lax.convert dtype w)
                    Lax.mul v (MetricMath.leading v.Rank w)

            [| Lax.add state[0] (Lax.sumAll v) |]

        let total = MetricMath.zeros dtype "total" []
        MetricMath.make "Sum" (defaultArg name "sum") dtype [] [ total ] update (fun state -> state[0])

    /// The mean of a function of one's own from targets and predictions to values per sample. Files keep only the name.
    /// Keras: `keras.metrics.MeanMetricWrapper`.
    static member OfFunction(name: string, values: Tensor -> Tensor -> Tensor, ?dtype: DType) : Metric = {
        MeanMetrics.mean (name, name, None, dtype, [], values) with
            Record = Json.Text name
    }

    /// Mean of the squared differences. Keras: `keras.metrics.MeanSquaredError`.
    static member MeanSquaredError(?name: string, ?dtype: DType) : Metric =
        MeanMetrics.mean (
            "MeanSquaredError",
            "mean_squared_error",
            name,
            dtype,
            [],
            (fun t p -> MetricFunctions.meanSquaredError (t, p))
        )

    /// Root of the mean of the squared differences. Keras: `keras.metrics.RootMeanSquaredError`.
    static member RootMeanSquaredError(?name: string, ?dtype: DType) : Metric =
        let squares t p =
            let struct (t, p) = LossMath.pair "metrics.RootMeanSquaredError" t p
            Lax.square (Lax.sub p t)

        let metric =
            MeanMetrics.mean (
                "RootMeanSquaredError",
                "root_mean_squared_error",
                name,
                dtype,
                [],
                squares,
                finish = Lax.sqrt
            )

        { metric with TakesMask = false }

    /// Mean of the absolute differences. Keras: `keras.metrics.MeanAbsoluteError`.
    static member MeanAbsoluteError(?name: string, ?dtype: DType) : Metric =
        MeanMetrics.mean (
            "MeanAbsoluteError",
            "mean_absolute_error",
            name,
            dtype,
            [],
            (fun t p -> MetricFunctions.meanAbsoluteError (t, p))
        )

    /// Mean of the absolute differences in percent of the targets. Keras: `keras.metrics.MeanAbsolutePercentageError`.
    static member MeanAbsolutePercentageError(?name: string, ?dtype: DType) : Metric =
        MeanMetrics.mean (
            "MeanAbsolutePercentageError",
            "mean_absolute_percentage_error",
            name,
            dtype,
            [],
            (fun t p -> MetricFunctions.meanAbsolutePercentageError (t, p))
        )

    /// Mean of the squared differences of log(1 + x). Keras: `keras.metrics.MeanSquaredLogarithmicError`.
    static member MeanSquaredLogarithmicError(?name: string, ?dtype: DType) : Metric =
        MeanMetrics.mean (
            "MeanSquaredLogarithmicError",
            "mean_squared_logarithmic_error",
            name,
            dtype,
            [],
            (fun t p -> MetricFunctions.meanSquaredLogarithmicError (t, p))
        )

    /// Mean of log(cosh(difference)). Keras: `keras.metrics.LogCoshError`.
    static member LogCoshError(?name: string, ?dtype: DType) : Metric =
        MeanMetrics.mean ("LogCoshError", "logcosh", name, dtype, [], (fun t p -> MetricFunctions.logCosh (t, p)))

    /// Mean of the cosine along `axis`. Keras: `keras.metrics.CosineSimilarity`.
    static member CosineSimilarity(?axis: int, ?name: string, ?dtype: DType) : Metric =
        let axis = defaultArg axis -1
        // Keras leaves the axis out of the record; it is kept here where it is not the default.
        let config = if axis = -1 then [] else [ "axis", Json.Int(int64 axis) ]

        MeanMetrics.mean (
            "CosineSimilarity",
            "cosine_similarity",
            name,
            dtype,
            config,
            (fun t p -> MetricFunctions.cosineSimilarity (t, p, axis = axis))
        )

    /// Mean of Pearson's correlation along `axis`. Keras: `keras.metrics.PearsonCorrelation`.
    static member PearsonCorrelation(?axis: int, ?name: string, ?dtype: DType) : Metric =
        let axis = defaultArg axis -1

        MeanMetrics.mean (
            "PearsonCorrelation",
            "pearson_correlation",
            name,
            dtype,
            [ "axis", Json.Int(int64 axis) ],
            (fun t p -> MetricFunctions.pearsonCorrelation (t, p, axis = axis))
        )

    /// Mean of Lin's concordance correlation along `axis`. Keras: `keras.metrics.ConcordanceCorrelation`.
    static member ConcordanceCorrelation(?axis: int, ?name: string, ?dtype: DType) : Metric =
        let axis = defaultArg axis -1

        MeanMetrics.mean (
            "ConcordanceCorrelation",
            "concordance_correlation",
            name,
            dtype,
            [ "axis", Json.Int(int64 axis) ],
            (fun t p -> MetricFunctions.concordanceCorrelation (t, p, axis = axis))
        )

    /// Mean hinge loss. Keras: `keras.metrics.Hinge`.
    static member Hinge(?name: string, ?dtype: DType) : Metric =
        MeanMetrics.mean ("Hinge", "hinge", name, dtype, [], (fun t p -> MetricFunctions.hinge (t, p)))

    /// Mean squared hinge loss. Keras: `keras.metrics.SquaredHinge`.
    static member SquaredHinge(?name: string, ?dtype: DType) : Metric =
        MeanMetrics.mean (
            "SquaredHinge",
            "squared_hinge",
            name,
            dtype,
            [],
            (fun t p -> MetricFunctions.squaredHinge (t, p))
        )

    /// Mean categorical hinge loss. Keras: `keras.metrics.CategoricalHinge`.
    static member CategoricalHinge(?name: string, ?dtype: DType) : Metric =
        MeanMetrics.mean (
            "CategoricalHinge",
            "categorical_hinge",
            name,
            dtype,
            [],
            (fun t p -> MetricFunctions.categoricalHinge (t, p))
        )

    /// Mean divergence of distributions. Keras: `keras.metrics.KLDivergence`.
    static member KLDivergence(?name: string, ?dtype: DType) : Metric =
        MeanMetrics.mean (
            "KLDivergence",
            "kl_divergence",
            name,
            dtype,
            [],
            (fun t p -> MetricFunctions.klDivergence (t, p))
        )

    /// Mean Poisson loss. Keras: `keras.metrics.Poisson`.
    static member Poisson(?name: string, ?dtype: DType) : Metric =
        MeanMetrics.mean ("Poisson", "poisson", name, dtype, [], (fun t p -> MetricFunctions.poisson (t, p)))

    /// Mean binary cross-entropy. Keras: `keras.metrics.BinaryCrossentropy`.
    static member BinaryCrossentropy(?fromLogits: bool, ?labelSmoothing: float, ?name: string, ?dtype: DType) : Metric =
        let fromLogits = defaultArg fromLogits false

        MeanMetrics.mean (
            "BinaryCrossentropy",
            "binary_crossentropy",
            name,
            dtype,
            [ "from_logits", Json.Bool fromLogits; "label_smoothing", ConfigJson.numberOr 0L labelSmoothing ],
            (fun t p ->
                MetricFunctions.binaryCrossentropy (t, p, fromLogits = fromLogits, ?labelSmoothing = labelSmoothing))
        )

    /// Mean cross-entropy of one-hot targets. Keras: `keras.metrics.CategoricalCrossentropy`.
    static member CategoricalCrossentropy
        (?fromLogits: bool, ?labelSmoothing: float, ?axis: int, ?name: string, ?dtype: DType)
        : Metric =
        let fromLogits = defaultArg fromLogits false
        let axis = defaultArg axis -1

        MeanMetrics.mean (
            "CategoricalCrossentropy",
            "categorical_crossentropy",
            name,
            dtype,
            [
                "from_logits", Json.Bool fromLogits
                "label_smoothing", ConfigJson.numberOr 0L labelSmoothing
                "axis", Json.Int(int64 axis)
            ],
            (fun t p ->
                MetricFunctions.categoricalCrossentropy (
                    t,
                    p,
                    fromLogits = fromLogits,
                    ?labelSmoothing = labelSmoothing,
                    axis = axis
                ))
        )

    /// Mean cross-entropy of class numbers. Keras: `keras.metrics.SparseCategoricalCrossentropy`.
    static member SparseCategoricalCrossentropy
        (?fromLogits: bool, ?ignoreClass: int, ?axis: int, ?name: string, ?dtype: DType)
        : Metric =
        let fromLogits = defaultArg fromLogits false
        let axis = defaultArg axis -1

        MeanMetrics.mean (
            "SparseCategoricalCrossentropy",
            "sparse_categorical_crossentropy",
            name,
            dtype,
            [
                "from_logits", Json.Bool fromLogits
                "ignore_class", ConfigJson.integer ignoreClass
                "axis", Json.Int(int64 axis)
            ],
            (fun t p ->
                MetricFunctions.sparseCategoricalCrossentropy (
                    t,
                    p,
                    fromLogits = fromLogits,
                    ?ignoreClass = ignoreClass,
                    axis = axis
                ))
        )

    /// How often predictions equal targets. Keras: `keras.metrics.Accuracy`.
    static member Accuracy(?name: string, ?dtype: DType) : Metric =
        MeanMetrics.mean ("Accuracy", "accuracy", name, dtype, [], (fun t p -> MetricFunctions.accuracy (t, p)))

    /// How often predictions lie on the right side of `threshold`. Keras: `keras.metrics.BinaryAccuracy`.
    static member BinaryAccuracy(?threshold: float, ?name: string, ?dtype: DType) : Metric =
        let threshold = defaultArg threshold 0.5

        MeanMetrics.mean (
            "BinaryAccuracy",
            "binary_accuracy",
            name,
            dtype,
            [ "threshold", Json.Float threshold ],
            (fun t p -> MetricFunctions.binaryAccuracy (t, p, threshold = threshold))
        )

    /// How often the highest score is that of the one-hot target. Keras: `keras.metrics.CategoricalAccuracy`.
    static member CategoricalAccuracy(?name: string, ?dtype: DType) : Metric =
        MeanMetrics.mean (
            "CategoricalAccuracy",
            "categorical_accuracy",
            name,
            dtype,
            [],
            (fun t p -> MetricFunctions.categoricalAccuracy (t, p))
        )

    /// How often the highest score is that of the class that the target names. Keras:
    /// `keras.metrics.SparseCategoricalAccuracy`.
    static member SparseCategoricalAccuracy(?name: string, ?dtype: DType) : Metric =
        MeanMetrics.mean (
            "SparseCategoricalAccuracy",
            "sparse_categorical_accuracy",
            name,
            dtype,
            [],
            (fun t p -> MetricFunctions.sparseCategoricalAccuracy (t, p))
        )

    /// How often the one-hot target is among the `k` highest scores. Keras: `keras.metrics.TopKCategoricalAccuracy`.
    static member TopKCategoricalAccuracy(?k: int, ?name: string, ?dtype: DType) : Metric =
        let k = defaultArg k 5

        MeanMetrics.mean (
            "TopKCategoricalAccuracy",
            "top_k_categorical_accuracy",
            name,
            dtype,
            [ "k", Json.Int(int64 k) ],
            (fun t p -> MetricFunctions.topKCategoricalAccuracy (t, p, k = k))
        )

    /// How often the class that the target names is among the `k` highest scores. Keras:
    /// `keras.metrics.SparseTopKCategoricalAccuracy`.
    static member SparseTopKCategoricalAccuracy(?k: int, ?name: string, ?dtype: DType) : Metric =
        let k = defaultArg k 5

        MeanMetrics.mean (
            "SparseTopKCategoricalAccuracy",
            "sparse_top_k_categorical_accuracy",
            name,
            dtype,
            [ "k", Json.Int(int64 k) ],
            (fun t p -> MetricFunctions.sparseTopKCategoricalAccuracy (t, p, k = k))
        )

    /// The classes of this file, for the registry.
    static member internal MeanEntries: (string * string list * (ConfigReader -> Metric)) list =
        let common make (c: ConfigReader) : Metric = make c (c.TextOption "name") (LossRecord.DType c)

        [
            "Mean", [], common (fun _ n d -> MeanMetrics.Mean(?name = n, ?dtype = d))
            "Sum", [], common (fun _ n d -> MeanMetrics.Sum(?name = n, ?dtype = d))
            "MeanSquaredError",
            [ "mse"; "MSE" ],
            common (fun c n d -> MeanMetrics.MeanSquaredError(?name = n, ?dtype = d))
            "RootMeanSquaredError",
            [ "rmse"; "RMSE" ],
            common (fun c n d -> MeanMetrics.RootMeanSquaredError(?name = n, ?dtype = d))
            "MeanAbsoluteError",
            [ "mae"; "MAE" ],
            common (fun c n d -> MeanMetrics.MeanAbsoluteError(?name = n, ?dtype = d))
            "MeanAbsolutePercentageError",
            [ "mape"; "MAPE" ],
            common (fun c n d -> MeanMetrics.MeanAbsolutePercentageError(?name = n, ?dtype = d))
            "MeanSquaredLogarithmicError",
            [ "msle"; "MSLE" ],
            common (fun c n d -> MeanMetrics.MeanSquaredLogarithmicError(?name = n, ?dtype = d))
            "LogCoshError",
            [ "logcosh"; "log_cosh" ],
            common (fun c n d -> MeanMetrics.LogCoshError(?name = n, ?dtype = d))
            "CosineSimilarity",
            [],
            common (fun c n d -> MeanMetrics.CosineSimilarity(axis = c.Int("axis", -1), ?name = n, ?dtype = d))
            "PearsonCorrelation",
            [],
            common (fun c n d -> MeanMetrics.PearsonCorrelation(axis = c.Int("axis", -1), ?name = n, ?dtype = d))
            "ConcordanceCorrelation",
            [],
            common (fun c n d -> MeanMetrics.ConcordanceCorrelation(axis = c.Int("axis", -1), ?name = n, ?dtype = d))
            "Hinge", [], common (fun c n d -> MeanMetrics.Hinge(?name = n, ?dtype = d))
            "SquaredHinge", [], common (fun c n d -> MeanMetrics.SquaredHinge(?name = n, ?dtype = d))
            "CategoricalHinge", [], common (fun c n d -> MeanMetrics.CategoricalHinge(?name = n, ?dtype = d))
            "KLDivergence", [ "kld"; "KLD" ], common (fun c n d -> MeanMetrics.KLDivergence(?name = n, ?dtype = d))
            "Poisson", [], common (fun c n d -> MeanMetrics.Poisson(?name = n, ?dtype = d))
            "BinaryCrossentropy",
            [ "bce"; "BCE" ],
            common (fun c n d ->
                MeanMetrics.BinaryCrossentropy(
                    fromLogits = c.Bool("from_logits", false),
                    ?labelSmoothing = c.FloatOption "label_smoothing",
                    ?name = n,
                    ?dtype = d
                ))
            "CategoricalCrossentropy",
            [],
            common (fun c n d ->
                MeanMetrics.CategoricalCrossentropy(
                    fromLogits = c.Bool("from_logits", false),
                    ?labelSmoothing = c.FloatOption "label_smoothing",
                    axis = c.Int("axis", -1),
                    ?name = n,
                    ?dtype = d
                ))
            "SparseCategoricalCrossentropy",
            [],
            common (fun c n d ->
                MeanMetrics.SparseCategoricalCrossentropy(
                    fromLogits = c.Bool("from_logits", false),
                    ?ignoreClass = c.IntOption "ignore_class",
                    axis = c.Int("axis", -1),
                    ?name = n,
                    ?dtype = d
                ))
            "Accuracy", [], common (fun c n d -> MeanMetrics.Accuracy(?name = n, ?dtype = d))
            "BinaryAccuracy",
            [],
            common (fun c n d ->
                MeanMetrics.BinaryAccuracy(threshold = c.Float("threshold", 0.5), ?name = n, ?dtype = d))
            "CategoricalAccuracy", [], common (fun c n d -> MeanMetrics.CategoricalAccuracy(?name = n, ?dtype = d))
            "SparseCategoricalAccuracy",
            [],
            common (fun c n d -> MeanMetrics.SparseCategoricalAccuracy(?name = n, ?dtype = d))
            "TopKCategoricalAccuracy",
            [],
            common (fun c n d -> MeanMetrics.TopKCategoricalAccuracy(k = c.Int("k", 5), ?name = n, ?dtype = d))
            "SparseTopKCategoricalAccuracy",
            [],
            common (fun c n d ->
                if c.Bool("from_sorted_ids", false) then
                    Fail.unsupported
                        c.Where
                        "predictions given as sorted ids are not taken here"
                        "Pass scores per class."

                MeanMetrics.SparseTopKCategoricalAccuracy(k = c.Int("k", 5), ?name = n, ?dtype = d))
        ]
