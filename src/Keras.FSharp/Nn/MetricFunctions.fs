/// Metrics as functions: targets and predictions to one value per sample.
namespace Keras.FSharp

/// The functions of `keras.metrics`; those of the losses are among them.
[<AbstractClass>]
type MetricFunctions internal () =
    inherit ProbabilityLosses()

    static member private asFloats(matches: Tensor) : Tensor = Lax.convert Backends.Config.FloatX matches

    /// Class numbers and scores without the rows' shape: [n] and [n, classes]; and the shape of the class numbers.
    static member private topK(t: Tensor, p: Tensor, k: int) : Tensor =
        let p = Types.toFloating p
        let classes = p.Shape[p.Rank - 1]
        let rows = Lax.reshape (Dims.own [| t.Size; classes |]) p
        let hits = Ops.inTopK (Lax.reshape (Dims.own [| t.Size |]) t, rows, k)
        MetricFunctions.asFloats (Lax.reshape t.Shape hits)

    /// 1 where the prediction equals the target, else 0; the shape of both. Keras: `keras.metrics.accuracy`.
    static member accuracy(yTrue: Tensor, yPred: Tensor) : Tensor =
        let struct (t, p) = LossMath.sameRank (Lax.convert yPred.DType yTrue) yPred
        MetricFunctions.asFloats (Lax.eq t p)

    /// 1 where the prediction lies on the target's side of `threshold` (1/2 by default), else 0, for targets 0 and 1;
    /// the shape of both. Keras: `keras.metrics.binary_accuracy`.
    static member binaryAccuracy(yTrue: Tensor, yPred: Tensor, ?threshold: float) : Tensor =
        let struct (t, p) = LossMath.pair "metrics.binary_accuracy" yTrue yPred
        let above = Lax.convert t.DType (Lax.gt p (Lax.fullLike p (defaultArg threshold 0.5)))
        MetricFunctions.asFloats (Lax.eq t above)

    /// 1 where the highest score is that of the target's class, for one-hot targets; the last axis is reduced.
    /// Keras: `keras.metrics.categorical_accuracy`.
    static member categoricalAccuracy(yTrue: Tensor, yPred: Tensor) : Tensor =
        if not (yTrue.Shape.Equals yPred.Shape) then
            Fail.value
                "metrics.categorical_accuracy"
                $"the targets have shape {yTrue.Shape}, the predictions {yPred.Shape}"
                "Give one-hot targets, or class numbers to sparse_categorical_accuracy."

        MetricFunctions.asFloats (Lax.eq (Ops.argmax (yTrue, axis = -1)) (Ops.argmax (yPred, axis = -1)))

    /// 1 where the highest score is that of the class that the target names; the shape of the targets.
    /// Keras: `keras.metrics.sparse_categorical_accuracy`.
    static member sparseCategoricalAccuracy(yTrue: Tensor, yPred: Tensor) : Tensor =
        let t = LossMath.labels yTrue yPred

        if not (t.Shape.Equals(Dims.removeAt (yPred.Rank - 1) yPred.Shape)) then
            Fail.value
                "metrics.sparse_categorical_accuracy"
                $"the targets have shape {yTrue.Shape}, the predictions {yPred.Shape}"
                "Give one class number for each row of predictions."

        let best = Ops.argmax (yPred, axis = -1)
        let hits = Lax.eq (Lax.convert best.DType t) best
        MetricFunctions.asFloats (Lax.reshape yTrue.Shape hits)

    /// 1 where the target's class has one of the `k` highest scores (5 by default), for one-hot targets; the last axis
    /// is reduced. Keras: `keras.metrics.top_k_categorical_accuracy`.
    static member topKCategoricalAccuracy(yTrue: Tensor, yPred: Tensor, ?k: int) : Tensor =
        MetricFunctions.topK (Ops.argmax (yTrue, axis = -1), yPred, defaultArg k 5)

    /// 1 where the class that the target names has one of the `k` highest scores (5 by default); the shape of the
    /// targets. Keras: `keras.metrics.sparse_top_k_categorical_accuracy`.
    static member sparseTopKCategoricalAccuracy(yTrue: Tensor, yPred: Tensor, ?k: int) : Tensor =
        let t = LossMath.classNumbers (LossMath.labels yTrue yPred)
        Lax.reshape yTrue.Shape (MetricFunctions.topK (t, yPred, defaultArg k 5))

    /// The cosine of the angle between targets and predictions along `axis` (the last by default): not negated, other
    /// than the loss. Keras: `keras.metrics.CosineSimilarity`.
    static member cosineSimilarity(yTrue: Tensor, yPred: Tensor, ?axis: int) : Tensor =
        Lax.neg (RegressionLosses.cosineSimilarity (yTrue, yPred, ?axis = axis))

    /// Means, differences from them, along an axis that stays.
    static member private centred(x: Tensor, axis: int) : struct (Tensor * Tensor) =
        let mean = Ops.mean (x, axis = [ axis ], keepdims = true)
        struct (mean, Lax.sub x mean)

    /// Pearson's correlation of targets and predictions along `axis` (the last by default), which is reduced.
    /// Keras: `keras.metrics.pearson_correlation`.
    static member pearsonCorrelation(yTrue: Tensor, yPred: Tensor, ?axis: int) : Tensor =
        let struct (t, p) = LossMath.pair "metrics.pearson_correlation" yTrue yPred
        let axis = defaultArg axis -1
        let struct (_, t) = MetricFunctions.centred (t, axis)
        let struct (_, p) = MetricFunctions.centred (p, axis)
        let sum (x: Tensor) = Ops.sum (x, axis = [ axis ])
        let size = Lax.mul (Lax.sqrt (sum (Lax.square t))) (Lax.sqrt (sum (Lax.square p)))
        Lax.div (sum (Lax.mul t p)) size

    /// Lin's concordance correlation along `axis` (the last by default), which is reduced: Pearson's, lowered by
    /// differences of mean and spread. Keras: `keras.metrics.concordance_correlation`.
    static member concordanceCorrelation(yTrue: Tensor, yPred: Tensor, ?axis: int) : Tensor =
        let struct (t, p) = LossMath.pair "metrics.concordance_correlation" yTrue yPred
        let axis = defaultArg axis -1
        let struct (tMean, t) = MetricFunctions.centred (t, axis)
        let struct (pMean, p) = MetricFunctions.centred (p, axis)
        let mean (x: Tensor) = Ops.mean (x, axis = [ axis ])
        let spread = Lax.add (mean (Lax.square t)) (mean (Lax.square p))
        let apart = mean (Lax.square (Lax.sub tMean pMean))
        let below = Lax.shift Backends.Config.Epsilon (Lax.add spread apart)
        Lax.div (Lax.scale 2.0 (mean (Lax.mul t p))) below
