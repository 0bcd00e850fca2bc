/// F scores and the coefficient of determination.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// The metrics that keep sums per class: F scores, R².
[<AbstractClass>]
type ScoreMetrics internal () =
    inherit ConfusionMetrics()

    static member private fscore
        (
            className: string,
            defaultName: string,
            average: string option,
            beta: float,
            threshold: float option,
            name: string option,
            dtype: DType option,
            config: (string * Json) list
        ) : Metric =
        let where = $"metrics.{className}"

        match average with
        | Some a when not (List.contains a [ "micro"; "macro"; "weighted" ]) ->
            Fail.value where $"'average' is '{a}'" (Fail.didYouMean a [ "micro"; "macro"; "weighted" ])
        | _ -> ()

        if not (beta > 0.0) then
            Fail.value where $"'beta' is {beta}" "It must be greater than 0."

        match threshold with
        | Some t when not (t > 0.0 && t <= 1.0) ->
            Fail.value where $"'threshold' is {t}" "It must be greater than 0 and at most 1."
        | _ -> ()

        let dtype = MetricMath.dtype dtype
        let name = defaultArg name defaultName
        let config = [ "name", Json.Text name; "dtype", Json.Text(DType.name dtype) ] @ config

        let update (state: Tensor[]) (t: Tensor) (p: Tensor) (w: Tensor) =
            let t, p = Lax.convert dtype t, Lax.convert dtype p

            if p.Rank <> 2 || not (t.Shape.Equals p.Shape) then
                Fail.value
                    where
                    $"the targets have shape {t.Shape}, the predictions {p.Shape}"
                    "Both must have shape [samples, classes], the targets one-hot."

            let positive =
                match threshold with
                | Some limit -> Lax.gt p (Lax.fullLike p limit)
                | None ->
                    // The highest score of each row, but for rows of zeros.
                    let best = Lax.reduceKeep ReduceOp.Max (Dims.own [| 1 |]) p
                    Lax.logicalAnd (Lax.ge p best) (Lax.gt (Lax.abs p) (Lax.fullLike p 1e-9))

            let p = Lax.convert dtype positive
            let w = MetricMath.spread p.Shape (if isNull w then null else Lax.convert dtype w)
            let axes = if average = Some "micro" then [| 0; 1 |] else [| 0 |]
            let sum (x: Tensor) = Lax.sum (Dims.own axes) (if isNull w then x else Lax.mul x w)

            [|
                sum (Lax.mul p t)
                sum (Lax.mul p (LossMath.complement t))
                sum (Lax.mul (LossMath.complement p) t)
                sum t
            |]
            |> Array.map2 Lax.add state

        let result (s: Tensor[]) =
            let epsilon = Lax.shift Backends.Config.Epsilon
            let precision = Lax.div s[0] (epsilon (Lax.add s[0] s[1]))
            let recall = Lax.div s[0] (epsilon (Lax.add s[0] s[2]))
            let below = Lax.add (Lax.scale (beta * beta) precision) recall
            let score = Lax.scale (1.0 + beta * beta) (Lax.div (Lax.mul precision recall) (epsilon below))

            match average with
            | None -> score
            | Some "weighted" -> Lax.sumAll (Lax.mul score (Lax.div s[3] (epsilon (Lax.sumAll s[3]))))
            | Some _ -> LossMath.meanLast score

        let make (shape: int list) =
            let variables =
                [ "true_positives"; "false_positives"; "false_negatives"; "intermediate_weights" ]
                |> List.map (fun v -> MetricMath.zeros dtype v shape)

            MetricMath.makeOf className name config variables update result

        {
            make [] with
                Sized = if average = Some "micro" then None else Some(fun classes -> make [ classes ])
        }

    /// The weighted harmonic mean of precision and recall, recall counting `beta` times as much (1 by default), for
    /// targets and predictions [samples, classes]. Positive are predictions above `threshold`, or the highest of each
    /// row where it is left out. `average` is none (a value for each class), "micro", "macro" or "weighted". Keras:
    /// `keras.metrics.FBetaScore`.
    static member FBetaScore(?average: string, ?beta: float, ?threshold: float, ?name: string, ?dtype: DType) : Metric =
        let beta = defaultArg beta 1.0

        ScoreMetrics.fscore (
            "FBetaScore",
            "fbeta_score",
            average,
            beta,
            threshold,
            name,
            dtype,
            [
                "average", ConfigJson.text average
                "beta", Json.Float beta
                "threshold", ConfigJson.number threshold
            ]
        )

    /// The harmonic mean of precision and recall; arguments as with `FBetaScore`. Keras: `keras.metrics.F1Score`.
    static member F1Score(?average: string, ?threshold: float, ?name: string, ?dtype: DType) : Metric =
        ScoreMetrics.fscore (
            "F1Score",
            "f1_score",
            average,
            1.0,
            threshold,
            name,
            dtype,
            [ "average", ConfigJson.text average; "threshold", ConfigJson.number threshold ]
        )

    /// The share of the variance of the targets that the predictions explain, for targets and predictions [samples,
    /// outputs]. `classAggregation` is "uniform_average" (default), "variance_weighted_average" or "none" (a value for
    /// each output). `numRegressors` above 0 adjusts for that many explanatory variables.
    /// Keras: `keras.metrics.R2Score`.
    static member R2Score(?classAggregation: string, ?numRegressors: int, ?name: string, ?dtype: DType) : Metric =
        let where = "metrics.R2Score"
        let known = [ "uniform_average"; "variance_weighted_average"; "none" ]
        let aggregation = defaultArg classAggregation "uniform_average"

        if not (List.contains aggregation known) then
            Fail.value where $"'class_aggregation' is '{aggregation}'" (Fail.didYouMean aggregation known)

        let regressors = defaultArg numRegressors 0

        if regressors < 0 then
            Fail.value where $"'num_regressors' is {regressors}" "It must not be negative."

        let dtype = MetricMath.dtype dtype
        let first = Dims.own [| 0 |]

        let update (state: Tensor[]) (t: Tensor) (p: Tensor) (w: Tensor) =
            let struct (t, p) = LossMath.sameRank (Lax.convert dtype t) (Lax.convert dtype p)

            if t.Rank <> 2 || not (t.Shape.Equals p.Shape) then
                Fail.value
                    where
                    $"the targets have shape {t.Shape}, the predictions {p.Shape}"
                    "Both must have shape [samples, outputs]."

            let w = MetricMath.spread t.Shape (if isNull w then null else Lax.convert dtype w)
            let w = if isNull w then Lax.onesLike t else w
            let weighted = Lax.mul t w

            [|
                Lax.scalar dtype (float t.Shape[0])
                Lax.sum first (Lax.mul t weighted)
                Lax.sum first weighted
                Lax.sum first (Lax.mul (Lax.square (Lax.sub t p)) w)
                Lax.sum first w
            |]
            |> Array.map2 Lax.add state

        let result (s: Tensor[]) =
            let mean = Lax.div s[2] s[4]
            let total = Lax.sub s[1] (Lax.mul s[2] mean)
            let raw = LossMath.complement (Lax.div s[3] total)
            let raw = Lax.select (Ops.isinf raw) (Lax.zerosLike raw) raw

            let score =
                match aggregation with
                | "none" -> raw
                | "uniform_average" -> LossMath.meanLast raw
                | _ -> Lax.div (Lax.sumAll (Lax.mul total raw)) (Lax.sumAll total)

            if regressors = 0 then
                score
            else
                // The adjustment has no meaning for fewer samples than regressors.
                let free = Lax.shift (-float regressors - 1.0) s[0]
                let has = Lax.gt free (Lax.zerosLike free)
                let safe = Lax.select has free (Lax.onesLike free)
                let ratio = Lax.div (Lax.shift -1.0 s[0]) safe
                let adjusted = LossMath.complement (Lax.mul (LossMath.complement score) ratio)
                Lax.select (Lax.broadcastTo score.Shape has) adjusted score

        let make (shape: int list) =
            MetricMath.make
                "R2Score"
                (defaultArg name "r2_score")
                dtype
                [
                    "class_aggregation", (if aggregation = "none" then Json.Null else Json.Text aggregation)
                    "num_regressors", Json.Int(int64 regressors)
                ]
                [
                    MetricMath.zeros dtype "num_samples" []
                    MetricMath.zeros dtype "squared_sum" shape
                    MetricMath.zeros dtype "sum" shape
                    MetricMath.zeros dtype "residual" shape
                    MetricMath.zeros dtype "count" shape
                ]
                update
                result

        { make [] with Sized = Some(fun outputs -> make [ outputs ]) }

    /// The classes of this file, for the registry.
    static member internal ScoreEntries: (string * string list * (ConfigReader -> Metric)) list =
        let common make (c: ConfigReader) : Metric = make c (c.TextOption "name") (LossRecord.DType c)

        [
            "FBetaScore",
            [],
            common (fun c n d ->
                ScoreMetrics.FBetaScore(
                    ?average = c.TextOption "average",
                    beta = c.Float("beta", 1.0),
                    ?threshold = c.FloatOption "threshold",
                    ?name = n,
                    ?dtype = d
                ))
            "F1Score",
            [],
            common (fun c n d ->
                ScoreMetrics.F1Score(
                    ?average = c.TextOption "average",
                    ?threshold = c.FloatOption "threshold",
                    ?name = n,
                    ?dtype = d
                ))
            "R2Score",
            [],
            common (fun c n d ->
                ScoreMetrics.R2Score(
                    classAggregation =
                        Option.defaultValue "none" (c.TextOption("class_aggregation", Some "uniform_average")),
                    numRegressors = c.Int("num_regressors", 0),
                    ?name = n,
                    ?dtype = d
                ))
        ]
