/// Metrics that rest on hits and misses above thresholds.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// The metrics of a confusion matrix. Targets are 0 and 1 (anything but 0 is positive), predictions usually
/// probabilities; both have one shape and are flattened. A prediction is positive where it is greater than a threshold.
[<AbstractClass>]
type ConfusionMetrics internal () =
    inherit MeanMetrics()

    /// Thresholds as they are written: none, one number, or a list.
    static member private thresholdsJson(thresholds: float list option) : Json =
        match thresholds with
        | None -> Json.Null
        | Some [ one ] -> Json.Float one
        | Some list -> Json.Array(list |> List.map Json.Float)

    /// Numbers that Keras keeps as a tensor of float32.
    static member private tensorJson(items: float list) : Json =
        let value = Json.Array [ for x in items -> Json.Float(float (float32 x)) ]

        Json.Object [
            "class_name", Json.Text "__tensor__"
            "config", Json.Object [ "value", value; "dtype", Json.Text "float32" ]
        ]

    /// Reads numbers: a list, or the record of a tensor; null is none.
    static member private tensorOf(c: ConfigReader, key: string) : float list option =
        match c.Any key with
        | None -> None
        | Some(Json.Object _ as record) ->
            let inner = Json.get c.Where "config" record |> Json.asObject $"{c.Where}.{key}"
            Some(ConfigReader($"{c.Where}.{key}", inner).Floats "value")
        | Some _ -> Some(c.Floats key)

    static member private checkThresholds(where: string, thresholds: float list) : unit =
        if thresholds.IsEmpty || thresholds |> List.exists (fun t -> not (t <= 1.0)) then
            Fail.value where $"'thresholds' are {thresholds}" "Give numbers between 0 and 1."

    /// The only value of a vector, or the vector.
    static member private oneOrAll(x: Tensor) : Tensor = if x.Size = 1 then Lax.reshape Dims.Empty x else x

    static member private counter
        (className, name: string option, thresholds: float list option, dtype, select: Confusion.Counts -> Tensor)
        : Metric =
        let dtype = MetricMath.dtype dtype
        let limits = defaultArg thresholds [ 0.5 ]
        ConfusionMetrics.checkThresholds ($"metrics.{className}", limits)
        let counting = Confusion.plain dtype limits

        MetricMath.make
            className
            (defaultArg name (Registry<Metric>.SnakeCase className))
            dtype
            [ "thresholds", ConfusionMetrics.thresholdsJson thresholds ]
            [ MetricMath.zeros dtype "accumulator" [ limits.Length ] ]
            (fun state t p w -> [| Lax.add state[0] (select (Confusion.count counting t p w)) |])
            (fun state -> ConfusionMetrics.oneOrAll state[0])

    /// How many positive targets were predicted positive, for each of the thresholds (1/2 by default).
    /// Keras: `keras.metrics.TruePositives`.
    static member TruePositives(?thresholds: float list, ?name: string, ?dtype: DType) : Metric =
        ConfusionMetrics.counter ("TruePositives", name, thresholds, dtype, (fun c -> c.TruePositives))

    /// How many negative targets were predicted negative. Keras: `keras.metrics.TrueNegatives`.
    static member TrueNegatives(?thresholds: float list, ?name: string, ?dtype: DType) : Metric =
        ConfusionMetrics.counter ("TrueNegatives", name, thresholds, dtype, (fun c -> c.TrueNegatives))

    /// How many negative targets were predicted positive. Keras: `keras.metrics.FalsePositives`.
    static member FalsePositives(?thresholds: float list, ?name: string, ?dtype: DType) : Metric =
        ConfusionMetrics.counter ("FalsePositives", name, thresholds, dtype, (fun c -> c.FalsePositives))

    /// How many positive targets were predicted negative. Keras: `keras.metrics.FalseNegatives`.
    static member FalseNegatives(?thresholds: float list, ?name: string, ?dtype: DType) : Metric =
        ConfusionMetrics.counter ("FalseNegatives", name, thresholds, dtype, (fun c -> c.FalseNegatives))

    /// True positives over true positives and another count.
    static member private share
        (
            className: string,
            name: string option,
            thresholds: float list option,
            topK: int option,
            classId: int option,
            dtype: DType option,
            other: string,
            select: Confusion.Counts -> Tensor
        ) : Metric =
        let dtype = MetricMath.dtype dtype
        let limits = thresholds |> Option.defaultValue (if topK.IsSome then [ Confusion.lowest ] else [ 0.5 ])
        ConfusionMetrics.checkThresholds ($"metrics.{className}", limits)

        let counting = { Confusion.plain dtype limits with TopK = topK; ClassId = classId }

        MetricMath.make
            className
            (defaultArg name (Registry<Metric>.SnakeCase className))
            dtype
            [
                "thresholds", ConfusionMetrics.thresholdsJson thresholds
                "top_k", ConfigJson.integer topK
                "class_id", ConfigJson.integer classId
            ]
            [
                MetricMath.zeros dtype "true_positives" [ limits.Length ]
                MetricMath.zeros dtype other [ limits.Length ]
            ]
            (fun state t p w ->
                let c = Confusion.count counting t p w
                [| Lax.add state[0] c.TruePositives; Lax.add state[1] (select c) |])
            (fun state -> ConfusionMetrics.oneOrAll (LossMath.ratio state[0] (Lax.add state[0] state[1])))

    /// How many of those predicted positive are positive, for each of the thresholds (1/2 by default). With `topK` the
    /// k highest predictions of a row are the positive ones; `classId` looks at one class only. Keras:
    /// `keras.metrics.Precision`.
    static member Precision(?thresholds: float list, ?topK: int, ?classId: int, ?name: string, ?dtype: DType) : Metric =
        ConfusionMetrics.share (
            "Precision",
            name,
            thresholds,
            topK,
            classId,
            dtype,
            "false_positives",
            (fun c -> c.FalsePositives)
        )

    /// How many of the positive ones are predicted positive; arguments as with `Precision`.
    /// Keras: `keras.metrics.Recall`.
    static member Recall(?thresholds: float list, ?topK: int, ?classId: int, ?name: string, ?dtype: DType) : Metric =
        ConfusionMetrics.share (
            "Recall",
            name,
            thresholds,
            topK,
            classId,
            dtype,
            "false_negatives",
            (fun c -> c.FalseNegatives)
        )

    /// Adds counts to variables in Keras's order.
    static member private addCounts(counting: Confusion.Counting, state: Tensor[], t, p, w) : Tensor[] =
        let c = Confusion.count counting t p w

        [| c.TruePositives; c.FalsePositives; c.TrueNegatives; c.FalseNegatives |]
        |> Array.map2 Lax.add state

    static member private fourCounts(dtype: DType, shape: int list) : MetricVariable list =
        [ "true_positives"; "false_positives"; "true_negatives"; "false_negatives" ]
        |> List.map (fun name -> MetricMath.zeros dtype name shape)

    /// The highest `dependent` among the thresholds at which `constrained` reaches a value.
    static member private atLeast
        (
            className: string,
            argument: string,
            value: float,
            numThresholds: int option,
            classId: int option,
            name: string option,
            dtype: DType option,
            rates: Tensor[] -> struct (Tensor * Tensor)
        ) : Metric =
        let where = $"metrics.{className}"

        if not (value >= 0.0 && value <= 1.0) then
            Fail.value where $"'{argument}' is {value}" "It must be between 0 and 1."

        let n = defaultArg numThresholds 200

        if n < 1 then
            Fail.value where $"'num_thresholds' is {n}" "It must be at least 1."

        let dtype = MetricMath.dtype dtype
        let limits = if n = 1 then [ 0.5 ] else [ for i in 0 .. n - 1 -> float i / float (n - 1) ]

        let counting = {
            Confusion.plain dtype limits with
                IsEven = n > 1
                ClassId = classId
        }

        MetricMath.make
            className
            (defaultArg name (Registry<Metric>.SnakeCase className))
            dtype
            [
                "class_id", ConfigJson.integer classId
                "num_thresholds", Json.Int(int64 n)
                argument, Json.Float value
            ]
            (ConfusionMetrics.fourCounts (dtype, [ n ]))
            (fun state t p w -> ConfusionMetrics.addCounts (counting, state, t, p, w))
            (fun state ->
                let struct (constrained, dependent) = rates state
                let feasible = Lax.ge constrained (Lax.fullLike constrained value)
                // Rates are not negative, so 0 stands for no feasible threshold.
                Lax.reduceMax (Dims.own [| 0 |]) (Lax.select feasible dependent (Lax.zerosLike dependent)))

    static member private sensitivity(s: Tensor[]) : Tensor = LossMath.ratio s[0] (Lax.add s[0] s[3])
    static member private specificity(s: Tensor[]) : Tensor = LossMath.ratio s[2] (Lax.add s[2] s[1])
    static member private precision(s: Tensor[]) : Tensor = LossMath.ratio s[0] (Lax.add s[0] s[1])

    /// The highest sensitivity (share of the positive ones found) at which the specificity (share of the negative ones
    /// found) is at least that given, over `numThresholds` thresholds (200 by default).
    /// Keras: `keras.metrics.SensitivityAtSpecificity`.
    static member SensitivityAtSpecificity
        (specificity: float, ?numThresholds: int, ?classId: int, ?name: string, ?dtype: DType)
        : Metric =
        ConfusionMetrics.atLeast (
            "SensitivityAtSpecificity",
            "specificity",
            specificity,
            numThresholds,
            classId,
            name,
            dtype,
            (fun s -> struct (ConfusionMetrics.specificity s, ConfusionMetrics.sensitivity s))
        )

    /// The highest specificity at which the sensitivity is at least that given.
    /// Keras: `keras.metrics.SpecificityAtSensitivity`.
    static member SpecificityAtSensitivity
        (sensitivity: float, ?numThresholds: int, ?classId: int, ?name: string, ?dtype: DType)
        : Metric =
        ConfusionMetrics.atLeast (
            "SpecificityAtSensitivity",
            "sensitivity",
            sensitivity,
            numThresholds,
            classId,
            name,
            dtype,
            (fun s -> struct (ConfusionMetrics.sensitivity s, ConfusionMetrics.specificity s))
        )

    /// The highest precision at which the recall is at least that given. Keras: `keras.metrics.PrecisionAtRecall`.
    static member PrecisionAtRecall
        (recall: float, ?numThresholds: int, ?classId: int, ?name: string, ?dtype: DType)
        : Metric =
        ConfusionMetrics.atLeast (
            "PrecisionAtRecall",
            "recall",
            recall,
            numThresholds,
            classId,
            name,
            dtype,
            (fun s -> struct (ConfusionMetrics.sensitivity s, ConfusionMetrics.precision s))
        )

    /// The highest recall at which the precision is at least that given. Keras: `keras.metrics.RecallAtPrecision`.
    static member RecallAtPrecision
        (precision: float, ?numThresholds: int, ?classId: int, ?name: string, ?dtype: DType)
        : Metric =
        ConfusionMetrics.atLeast (
            "RecallAtPrecision",
            "precision",
            precision,
            numThresholds,
            classId,
            name,
            dtype,
            (fun s -> struct (ConfusionMetrics.precision s, ConfusionMetrics.sensitivity s))
        )

    /// The area under the curve by label (or in all), from the counts. Source: `keras.metrics.AUC.result`.
    static member private area(curve: string, summation: string, state: Tensor[]) : Tensor =
        let n = state[0].Shape[0]
        let upper (x: Tensor) = Lax.sliceAxis 0 0 (n - 1) x
        let lower (x: Tensor) = Lax.sliceAxis 0 1 n x
        let tp, fp, tn, fn = state[0], state[1], state[2], state[3]
        let sum (x: Tensor) = Lax.sum (Dims.own [| 0 |]) x
        let positive (x: Tensor) = LossMath.atLeast 0.0 x

        if curve = "PR" && summation = "interpolation" then
            // Between two thresholds the true positives are taken as linear in all positives, and the precision is
            // integrated over that.
            let all = Lax.add tp fp
            let found = Lax.sub (upper tp) (lower tp)
            let slope = LossMath.ratio found (positive (Lax.sub (upper all) (lower all)))
            let intercept = Lax.sub (lower tp) (Lax.mul slope (lower all))
            let none = Lax.zerosLike (lower all)
            let both = Lax.logicalAnd (Lax.gt (upper all) none) (Lax.gt (lower all) none)
            let growth = Lax.select both (LossMath.ratio (upper all) (positive (lower all))) (Lax.onesLike none)
            let part = Lax.mul slope (Lax.add found (Lax.mul intercept (Lax.log growth)))
            sum (LossMath.ratio part (positive (Lax.add (lower tp) (lower fn))))
        else
            let recall = LossMath.ratio tp (Lax.add tp fn)

            let x, y =
                if curve = "ROC" then
                    LossMath.ratio fp (Lax.add fp tn), recall
                else
                    recall, LossMath.ratio tp (Lax.add tp fp)

            let height =
                match summation with
                | "minoring" -> Lax.min (upper y) (lower y)
                | "majoring" -> Lax.max (upper y) (lower y)
                | _ -> Lax.scale 0.5 (Lax.add (upper y) (lower y))

            sum (Lax.mul height (Lax.sub (upper x) (lower x)))

    /// The area under the curve of hits over false alarms (`curve` "ROC") or of precision over recall ("PR"), from
    /// `numThresholds` even thresholds (200 by default), or from `thresholds`. `summationMethod` is "interpolation",
    /// "minoring" or "majoring". With `multiLabel` each column of [samples, labels] is measured by itself, and the mean
    /// (by `labelWeights`) is the result; without, `labelWeights` weigh the columns of what is flattened.
    /// Keras: `keras.metrics.AUC`.
    static member AUC
        (
            ?numThresholds: int,
            ?curve: string,
            ?summationMethod: string,
            ?name: string,
            ?dtype: DType,
            ?thresholds: float list,
            ?multiLabel: bool,
            ?numLabels: int,
            ?labelWeights: float list,
            ?fromLogits: bool
        ) : Metric =
        let where = "metrics.AUC"

        let choose argument (value: string) (known: string list) =
            match
                known
                |> List.tryFind (fun k -> System.String.Equals(k, value, System.StringComparison.OrdinalIgnoreCase))
            with
            | Some k -> k
            | None -> Fail.value where $"'{argument}' is '{value}'" (Fail.didYouMean value known)

        let curve = choose "curve" (defaultArg curve "ROC") [ "ROC"; "PR" ]

        let summation =
            choose "summation_method" (defaultArg summationMethod "interpolation") [
                "interpolation"
                "minoring"
                "majoring"
            ]

        let dtype = MetricMath.dtype dtype
        let multiLabel, fromLogits = defaultArg multiLabel false, defaultArg fromLogits false
        let epsilon = Backends.Config.Epsilon

        let inner =
            match thresholds with
            | Some list ->
                ConfusionMetrics.checkThresholds (where, list)
                List.sort list
            | None ->
                let n = defaultArg numThresholds 200

                if n < 2 then
                    Fail.value where $"'num_thresholds' is {n}" "It must be at least 2."

                [ for i in 1 .. n - 2 -> float i / float (n - 1) ]

        let isEven = thresholds.IsNone || Confusion.isEven [| 0.0; yield! inner; 1.0 |]

        let n = inner.Length + 2

        let weights =
            labelWeights
            |> Option.map (fun list -> Host.floats dtype (Dims.own [| list.Length |]) (List.toArray list))

        let counting = {
            Confusion.plain dtype [ -epsilon; yield! inner; 1.0 + epsilon ] with
                IsEven = isEven
                IsMultiLabel = multiLabel
                LabelWeights =
                    match weights with
                    | Some w when not multiLabel -> w
                    | _ -> null
        }

        let result (state: Tensor[]) =
            let area = ConfusionMetrics.area (curve, summation, state)

            if area.Rank = 0 then
                area
            else
                match weights with
                | None -> LossMath.meanLast area
                | Some w -> LossMath.ratio (Lax.sumAll (Lax.mul area w)) (Lax.sumAll w)

        let config = [
            "num_thresholds", Json.Int(int64 n)
            "curve", Json.Text curve
            "summation_method", Json.Text summation
            "multi_label", Json.Bool multiLabel
            "num_labels", ConfigJson.integer numLabels
            "label_weights",
            (match labelWeights with
             | None -> Json.Null
             | Some list -> ConfusionMetrics.tensorJson list)
            "from_logits", Json.Bool fromLogits
            if thresholds.IsSome then
                "thresholds", Json.Array(inner |> List.map Json.Float)
        ]

        let make (shape: int list) =
            MetricMath.make
                "AUC"
                (defaultArg name "auc")
                dtype
                config
                (ConfusionMetrics.fourCounts (dtype, shape))
                (fun state t p w ->
                    let p = if fromLogits then Lax.logistic (Lax.convert dtype p) else p
                    ConfusionMetrics.addCounts (counting, state, t, p, w))
                result

        match multiLabel, numLabels with
        | false, _ -> make [ n ]
        | true, Some labels -> make [ n; labels ]
        | true, None -> { make [ n; 1 ] with Sized = Some(fun labels -> make [ n; labels ]) }

    /// The classes of this file, for the registry.
    static member internal ConfusionEntries: (string * string list * (ConfigReader -> Metric)) list =
        let common make (c: ConfigReader) : Metric = make c (c.TextOption "name") (LossRecord.DType c)

        let floats (c: ConfigReader) (key: string) =
            match c.Any key with
            | None -> None
            | Some _ -> Some(c.Floats key)

        let counter (make: float list option -> string option -> DType option -> Metric) =
            common (fun c n d -> make (floats c "thresholds") n d)

        let share make =
            common (fun c n d -> make (floats c "thresholds") (c.IntOption "top_k") (c.IntOption "class_id") n d)

        let rate (argument: string) make =
            common (fun c n d -> make (c.Float argument) (c.IntOption "num_thresholds") (c.IntOption "class_id") n d)

        [
            "TruePositives",
            [],
            counter (fun t n d -> ConfusionMetrics.TruePositives(?thresholds = t, ?name = n, ?dtype = d))
            "TrueNegatives",
            [],
            counter (fun t n d -> ConfusionMetrics.TrueNegatives(?thresholds = t, ?name = n, ?dtype = d))
            "FalsePositives",
            [],
            counter (fun t n d -> ConfusionMetrics.FalsePositives(?thresholds = t, ?name = n, ?dtype = d))
            "FalseNegatives",
            [],
            counter (fun t n d -> ConfusionMetrics.FalseNegatives(?thresholds = t, ?name = n, ?dtype = d))
            "Precision",
            [],
            share (fun t k i n d ->
                ConfusionMetrics.Precision(?thresholds = t, ?topK = k, ?classId = i, ?name = n, ?dtype = d))
            "Recall",
            [],
            share (fun t k i n d ->
                ConfusionMetrics.Recall(?thresholds = t, ?topK = k, ?classId = i, ?name = n, ?dtype = d))
            "SensitivityAtSpecificity",
            [],
            rate "specificity" (fun v t i n d ->
                ConfusionMetrics.SensitivityAtSpecificity(v, ?numThresholds = t, ?classId = i, ?name = n, ?dtype = d))
            "SpecificityAtSensitivity",
            [],
            rate "sensitivity" (fun v t i n d ->
                ConfusionMetrics.SpecificityAtSensitivity(v, ?numThresholds = t, ?classId = i, ?name = n, ?dtype = d))
            "PrecisionAtRecall",
            [],
            rate "recall" (fun v t i n d ->
                ConfusionMetrics.PrecisionAtRecall(v, ?numThresholds = t, ?classId = i, ?name = n, ?dtype = d))
            "RecallAtPrecision",
            [],
            rate "precision" (fun v t i n d ->
                ConfusionMetrics.RecallAtPrecision(v, ?numThresholds = t, ?classId = i, ?name = n, ?dtype = d))
            "AUC",
            [],
            common (fun c n d ->
                ConfusionMetrics.AUC(
                    numThresholds = c.Int("num_thresholds", 200),
                    curve = c.Text("curve", "ROC"),
                    summationMethod = c.Text("summation_method", "interpolation"),
                    ?name = n,
                    ?dtype = d,
                    ?thresholds = floats c "thresholds",
                    multiLabel = c.Bool("multi_label", false),
                    ?numLabels = c.IntOption "num_labels",
                    ?labelWeights = ConfusionMetrics.tensorOf (c, "label_weights"),
                    fromLogits = c.Bool("from_logits", false)
                ))
        ]
