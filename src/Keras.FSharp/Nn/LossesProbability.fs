/// Losses of probabilities and of classes, as functions: targets and predictions to one value per sample.
namespace Keras.FSharp

open System

/// The functions of `keras.losses` for probabilities, classes, regions and embeddings.
[<AbstractClass>]
type ProbabilityLosses internal () =
    inherit RegressionLosses()

    /// Σ y_true · log(y_true / y_pred) over the last axis; both are clipped to [epsilon, 1].
    /// Keras: `keras.losses.kl_divergence`.
    static member klDivergence(yTrue: Tensor, yPred: Tensor) : Tensor =
        let struct (t, p) = LossMath.pair "losses.kl_divergence" yTrue yPred
        let clip = LossMath.within Backends.Config.Epsilon 1.0
        let t, p = clip t, clip p
        LossMath.sumLast (Lax.mul t (Lax.log (Lax.div t p)))

    /// The mean of y_pred - y_true · log(y_pred) over the last axis. Keras: `keras.losses.poisson`.
    static member poisson(yTrue: Tensor, yPred: Tensor) : Tensor =
        let struct (t, p) = LossMath.pair "losses.poisson" yTrue yPred
        LossMath.meanLast (Lax.sub p (Lax.mul t (Lax.log (Lax.shift Backends.Config.Epsilon p))))

    /// The mean of -(y_true · log(y_pred) + (1 - y_true) · log(1 - y_pred)) along `axis` (the last by default).
    /// Predictions are probabilities, clipped by epsilon, or logits with `fromLogits`. `labelSmoothing` draws the
    /// targets towards 1/2. Keras: `keras.losses.binary_crossentropy`.
    static member binaryCrossentropy
        (yTrue: Tensor, yPred: Tensor, ?fromLogits: bool, ?labelSmoothing: float, ?axis: int)
        : Tensor =
        let where = "losses.binary_crossentropy"
        let struct (t, p) = LossMath.pair where yTrue yPred
        let t = LossMath.smoothed where (defaultArg labelSmoothing 0.0) 0.5 t
        let shape = Lax.broadcastShapes where t.Shape p.Shape
        let t, p = Lax.broadcastTo shape t, Lax.broadcastTo shape p
        LossMath.meanAlong where (defaultArg axis -1) (Ops.binaryCrossentropy (t, p, ?fromLogits = fromLogits))

    /// Binary cross-entropy with a factor (1 - p)^gamma, p the probability given to the true class; with
    /// `applyClassBalancing` also a factor alpha for targets 1 and 1 - alpha for targets 0.
    /// Keras: `keras.losses.binary_focal_crossentropy`.
    static member binaryFocalCrossentropy
        (
            yTrue: Tensor,
            yPred: Tensor,
            ?applyClassBalancing: bool,
            ?alpha: float,
            ?gamma: float,
            ?fromLogits: bool,
            ?labelSmoothing: float,
            ?axis: int
        ) : Tensor =
        let where = "losses.binary_focal_crossentropy"
        let struct (t, p) = LossMath.pair where yTrue yPred
        let t = LossMath.smoothed where (defaultArg labelSmoothing 0.0) 0.5 t
        let p = if defaultArg fromLogits false then Lax.logistic p else p
        let shape = Lax.broadcastShapes where t.Shape p.Shape
        let t, p = Lax.broadcastTo shape t, Lax.broadcastTo shape p
        let off = LossMath.complement t
        let hit = Lax.add (Lax.mul t p) (Lax.mul off (LossMath.complement p))
        let focus = Lax.pow (LossMath.complement hit) (Lax.scalar p.DType (defaultArg gamma 2.0))
        let values = Lax.mul focus (Ops.binaryCrossentropy (t, p))

        let values =
            if defaultArg applyClassBalancing false then
                let alpha = defaultArg alpha 0.25
                Lax.mul values (Lax.add (Lax.scale alpha t) (Lax.scale (1.0 - alpha) off))
            else
                values

        LossMath.meanAlong where (defaultArg axis -1) values

    /// Targets and predictions of one shape with an axis of classes.
    static member private classes(where: string, yTrue: Tensor, yPred: Tensor, axis: int) : struct (Tensor * Tensor) =
        let struct (t, p) = LossMath.floats yTrue yPred

        match Lax.tryBroadcastShapes t.Shape p.Shape with
        | Some shape when t.Rank > 0 && t.Rank = p.Rank ->
            let a = Axis.one where p.Rank axis

            if t.Shape[a] <> p.Shape[a] then
                Fail.value
                    where
                    $"the targets have shape {t.Shape}, the predictions {p.Shape}: other numbers of classes"
                    "Give one-hot targets, or class numbers to the sparse form of this loss."

            struct (Lax.broadcastTo shape t, Lax.broadcastTo shape p)
        | _ ->
            Fail.value
                where
                $"the targets have shape {t.Shape}, the predictions {p.Shape}"
                "Give one-hot targets, or class numbers to the sparse form of this loss."

    /// -Σ y_true · log(y_pred) along `axis` (the last by default), for one-hot targets or probabilities. Predictions
    /// are probabilities, scaled to the sum 1 and clipped by epsilon, or logits with `fromLogits`. `labelSmoothing`
    /// draws the targets towards 1/classes. Keras: `keras.losses.categorical_crossentropy`.
    static member categoricalCrossentropy
        (yTrue: Tensor, yPred: Tensor, ?fromLogits: bool, ?labelSmoothing: float, ?axis: int)
        : Tensor =
        let where = "losses.categorical_crossentropy"
        let axis = defaultArg axis -1
        let struct (t, p) = ProbabilityLosses.classes (where, yTrue, yPred, axis)
        let middle = 1.0 / float p.Shape[p.Rank - 1]
        let t = LossMath.smoothed where (defaultArg labelSmoothing 0.0) middle t
        Ops.categoricalCrossentropy (t, p, ?fromLogits = fromLogits, axis = axis)

    /// Categorical cross-entropy with factors alpha · (1 - p)^gamma for each class, p its probability; `alpha` is one
    /// number or one for each class. Keras: `keras.losses.categorical_focal_crossentropy`.
    static member categoricalFocalCrossentropy
        (
            yTrue: Tensor,
            yPred: Tensor,
            ?alpha: float list,
            ?gamma: float,
            ?fromLogits: bool,
            ?labelSmoothing: float,
            ?axis: int
        ) : Tensor =
        let where = "losses.categorical_focal_crossentropy"
        let axis = defaultArg axis -1
        let struct (t, p) = ProbabilityLosses.classes (where, yTrue, yPred, axis)
        let t = LossMath.smoothed where (defaultArg labelSmoothing 0.0) (1.0 / float p.Shape[p.Rank - 1]) t
        let p = if defaultArg fromLogits false then Ops.softmax (p, axis) else p
        let along = Dims.own [| Axis.one where p.Rank axis |]
        let p = LossMath.clipped (Lax.div p (Lax.reduceKeep ReduceOp.Sum along p))
        let entropy = Lax.neg (Lax.mul t (Lax.log p))
        let focus = Lax.pow (LossMath.complement p) (Lax.scalar p.DType (defaultArg gamma 2.0))

        let alpha =
            match defaultArg alpha [ 0.25 ] with
            | [ one ] -> Lax.scalar p.DType one
            | each -> Host.floats p.DType (Dims.own [| each.Length |]) (List.toArray each)

        Lax.sum along (Lax.mul (Lax.mul focus alpha) entropy)

    /// -log(y_pred) at the class that the integer target names; targets lack the last axis or have it with size 1.
    /// Predictions are probabilities, scaled to the sum 1 and clipped by epsilon, or logits with `fromLogits`. Targets
    /// `ignoreClass` give 0. Other targets outside [0, classes) are an error; in a compiled function, where values
    /// cannot be seen, they give 0. Keras: `keras.losses.sparse_categorical_crossentropy`.
    static member sparseCategoricalCrossentropy
        (yTrue: Tensor, yPred: Tensor, ?fromLogits: bool, ?ignoreClass: int, ?axis: int)
        : Tensor =
        let where = "losses.sparse_categorical_crossentropy"
        let p = Types.toFloating yPred
        let t = LossMath.classNumbers (LossMath.labels yTrue p)
        let axis = defaultArg axis -1

        match t.Value with
        | Value.Concrete _ when p.Rank > 0 ->
            LossMath.checkLabels where ignoreClass p.Shape[Axis.one where p.Rank axis] t
        | _ -> ()

        match ignoreClass with
        | None -> Ops.sparseCategoricalCrossentropy (t, p, ?fromLogits = fromLogits, axis = axis)
        | Some ignored ->
            let valid = Lax.ne t (Lax.scalarInt t.DType (int64 ignored))
            // Class 0 stands in for what is ignored, so that no gradient comes from there.
            let t = Lax.select valid t (Lax.zerosLike t)
            let values = Ops.sparseCategoricalCrossentropy (t, p, ?fromLogits = fromLogits, axis = axis)
            Lax.select valid values (Lax.zerosLike values)

    /// (1 - p^q) / q, p the probability of the class that the integer target names; q between 0 and 1 (0.5 by default)
    /// leads from cross-entropy to mean absolute error. Keras: `keras.losses.categorical_generalized_cross_entropy`.
    static member categoricalGeneralizedCrossEntropy(yTrue: Tensor, yPred: Tensor, ?q: float) : Tensor =
        let where = "losses.categorical_generalized_cross_entropy"
        let q = defaultArg q 0.5

        if not (q > 0.0 && q < 1.0) then
            Fail.value where $"'q' is {q}" "It must be between 0 and 1, both excluded."

        let p = Types.toFloating yPred
        let t = LossMath.classNumbers (LossMath.labels yTrue p)

        match t.Value with
        | Value.Concrete _ -> LossMath.checkLabels where None p.Shape[p.Rank - 1] t
        | _ -> ()

        let hot = Ops.oneHot (t, p.Shape[p.Rank - 1], dtype = p.DType)
        let own = LossMath.sumLast (Lax.mul p hot)
        Lax.scale (1.0 / q) (LossMath.complement (Lax.pow own (Lax.scalar p.DType q)))

    /// 1 - 2 Σ y_true · y_pred / (Σ y_true + Σ y_pred): how far two regions are from covering each other. The sums go
    /// over `axis` (left out: everything). Keras: `keras.losses.dice`.
    static member dice(yTrue: Tensor, yPred: Tensor, ?axis: int list) : Tensor =
        let struct (t, p) = LossMath.pair "losses.dice" yTrue yPred
        let sum (x: Tensor) = Ops.sum (x, ?axis = (axis |> Option.map Seq.ofList))
        let both = Lax.scale 2.0 (sum (Lax.mul t p))
        LossMath.complement (Lax.div both (Lax.shift Backends.Config.Epsilon (Lax.add (sum t) (sum p))))

    /// 1 - the Tversky index: as dice, with a weight `alpha` for what only the prediction covers and `beta` for what
    /// only the target covers (1/2 each by default). Keras: `keras.losses.tversky`.
    static member tversky(yTrue: Tensor, yPred: Tensor, ?alpha: float, ?beta: float, ?axis: int list) : Tensor =
        let struct (t, p) = LossMath.pair "losses.tversky" yTrue yPred
        let alpha, beta = defaultArg alpha 0.5, defaultArg beta 0.5
        let sum (x: Tensor) = Ops.sum (x, ?axis = (axis |> Option.map Seq.ofList))
        let both = sum (Lax.mul t p)
        let onlyPredicted = sum (Lax.mul (LossMath.complement t) p)
        let onlyTrue = sum (Lax.mul t (LossMath.complement p))
        let covered = Lax.add both (Lax.add (Lax.scale alpha onlyPredicted) (Lax.scale beta onlyTrue))
        LossMath.complement (Lax.div both (Lax.shift Backends.Config.Epsilon covered))

    /// The circle loss of embeddings: predictions [n, size], normalised, and labels [n]; pairs of equal labels are
    /// drawn together, others pushed apart. `gamma` scales, `margin` relaxes; `removeDiagonal` leaves out each sample's
    /// pair with itself. Keras: `keras.losses.circle`.
    static member circle
        (
            yTrue: Tensor,
            yPred: Tensor,
            ?refLabels: Tensor,
            ?refEmbeddings: Tensor,
            ?removeDiagonal: bool,
            ?gamma: float,
            ?margin: float
        ) : Tensor =
        let p = Types.toFloating yPred

        if p.Rank <> 2 then
            Fail.value "losses.circle" $"the embeddings have shape {p.Shape}" "They must have shape [n, size]."

        let labels (x: Tensor) = Lax.reshape (Dims.own [| x.Size |]) (Lax.convert DType.Int32 x)
        let others = refEmbeddings |> Option.map (Lax.convert p.DType) |> Option.defaultValue p
        let own, theirs = labels yTrue, labels (defaultArg refLabels yTrue)
        let gamma, margin = defaultArg gamma 80.0, defaultArg margin 0.4
        let far = LossMath.atLeast 0.0 (LossMath.complement (Lax.matmul p (Lax.swapLast others)))
        let n, m = own.Size, theirs.Size
        let column = Lax.reshape (Dims.own [| n; 1 |]) own
        let same = Lax.eq column (Lax.reshape (Dims.own [| 1; m |]) theirs)
        let different = Lax.logicalNot same

        let same =
            if defaultArg removeDiagonal true then
                let square = Dims.own [| n; m |]
                Lax.logicalAnd same (Lax.ne (Lax.iota square DType.Int32 0) (Lax.iota square DType.Int32 1))
            else
                same

        let masked mask x = Lax.mul x (Lax.convert p.DType mask)
        let near = LossMath.atLeast 0.0 (masked same (Lax.shift margin far))
        let away = LossMath.atLeast 0.0 (masked different (Lax.sub (Lax.scalar p.DType (1.0 + margin)) far))
        let pull = Lax.scale -gamma (Lax.mul near (Lax.sub (Lax.scalar p.DType margin) far))
        let push = Lax.scale gamma (Lax.mul away (Lax.sub (Lax.scalar p.DType (1.0 - margin)) far))
        // Pairs that do not count are far below all others, yet finite: gradients stay defined.
        let total mask x = Ops.logsumexp (Lax.select mask x (Lax.fullLike x -1e30), axis = [ 1 ])
        Ops.softplus (Lax.add (total same pull) (total different push))

    /// Minus the logarithm of the probability of label sequences [batch, labels], in which 0 is no label but fills up
    /// shorter ones, under logits [batch, steps, classes], whose class 0 is the blank. Keras: `keras.losses.ctc`.
    static member ctc(yTrue: Tensor, yPred: Tensor) : Tensor =
        if yTrue.Rank <> 2 || yPred.Rank <> 3 then
            Fail.value
                "losses.ctc"
                $"got targets of shape {yTrue.Shape} and predictions of shape {yPred.Shape}"
                "Expected (batch, labels) and (batch, steps, classes)."

        let target = Lax.convert DType.Int32 yTrue
        let isLabel = Lax.convert DType.Int32 (Lax.ne target (Lax.zerosLike target))
        let lengths = Lax.reduce ReduceOp.Sum (Dims.own [| 1 |]) isLabel
        let steps = Lax.full lengths.Shape DType.Int32 (Scalar.Int(int64 yPred.Shape[1]))
        Ops.ctcLoss (target, Types.toFloating yPred, lengths, steps)
