/// Losses of values and of margins, as functions: targets and predictions to one value per sample.
namespace Keras.FSharp

open System

/// The functions of `keras.losses` for regression and margins. Targets and predictions have shapes that broadcast (a
/// last axis of size 1 may be missing in one of them); the targets are converted to the float type of the predictions.
/// The last axis is reduced.
[<AbstractClass>]
type RegressionLosses internal () =
    /// The mean of the squared differences. Keras: `keras.losses.mean_squared_error`.
    static member meanSquaredError(yTrue: Tensor, yPred: Tensor) : Tensor =
        let struct (t, p) = LossMath.pair "losses.mean_squared_error" yTrue yPred
        LossMath.meanLast (Lax.square (Lax.sub t p))

    /// The mean of the absolute differences. Keras: `keras.losses.mean_absolute_error`.
    static member meanAbsoluteError(yTrue: Tensor, yPred: Tensor) : Tensor =
        let struct (t, p) = LossMath.pair "losses.mean_absolute_error" yTrue yPred
        LossMath.meanLast (Lax.abs (Lax.sub t p))

    /// The mean of the absolute differences relative to the targets, in percent; targets near 0 count as epsilon.
    /// Keras: `keras.losses.mean_absolute_percentage_error`.
    static member meanAbsolutePercentageError(yTrue: Tensor, yPred: Tensor) : Tensor =
        let struct (t, p) = LossMath.pair "losses.mean_absolute_percentage_error" yTrue yPred
        let size = LossMath.atLeast Backends.Config.Epsilon (Lax.abs t)
        Lax.scale 100.0 (LossMath.meanLast (Lax.abs (Lax.div (Lax.sub t p) size)))

    /// The mean of the squared differences of log(1 + x); negative values count as epsilon.
    /// Keras: `keras.losses.mean_squared_logarithmic_error`.
    static member meanSquaredLogarithmicError(yTrue: Tensor, yPred: Tensor) : Tensor =
        let struct (t, p) = LossMath.pair "losses.mean_squared_logarithmic_error" yTrue yPred
        let log x = Lax.log (Lax.shift 1.0 (LossMath.atLeast Backends.Config.Epsilon x))
        LossMath.meanLast (Lax.square (Lax.sub (log t) (log p)))

    /// The mean of log(cosh(difference)), without overflow. Keras: `keras.losses.log_cosh`.
    static member logCosh(yTrue: Tensor, yPred: Tensor) : Tensor =
        let struct (t, p) = LossMath.pair "losses.log_cosh" yTrue yPred
        let d = Lax.sub p t
        let values = Lax.shift -(Math.Log 2.0) (Lax.add d (Ops.softplus (Lax.scale -2.0 d)))
        LossMath.meanLast values

    /// The mean of half the squared difference up to `delta` (1 by default), and of its tangent beyond.
    /// Keras: `keras.losses.huber`.
    static member huber(yTrue: Tensor, yPred: Tensor, ?delta: float) : Tensor =
        let struct (t, p) = LossMath.pair "losses.huber" yTrue yPred
        let delta = defaultArg delta 1.0
        let d = Lax.sub p t
        let size = Lax.abs d
        let near = Lax.scale 0.5 (Lax.square d)
        let far = Lax.shift (-0.5 * delta * delta) (Lax.scale delta size)
        LossMath.meanLast (Lax.select (Lax.le size (Lax.fullLike size delta)) near far)

    /// Minus the cosine of the angle between targets and predictions along `axis` (the last by default), which is
    /// reduced. Keras: `keras.losses.cosine_similarity`.
    static member cosineSimilarity(yTrue: Tensor, yPred: Tensor, ?axis: int) : Tensor =
        let struct (t, p) = LossMath.pair "losses.cosine_similarity" yTrue yPred
        let axis = defaultArg axis -1
        let product = Lax.mul (Ops.normalize (t, axis = [ axis ])) (Ops.normalize (p, axis = [ axis ]))
        Lax.neg (Ops.sum (product, axis = [ axis ]))

    /// Targets -1 and 1; where all are 0 or 1, they are taken for these.
    static member private signs(t: Tensor) : Tensor =
        let binary = Ops.all (Lax.logicalOr (Lax.eq t (Lax.zerosLike t)) (Lax.eq t (Lax.onesLike t)))
        Lax.select (Lax.broadcastTo t.Shape binary) (Lax.shift -1.0 (Lax.scale 2.0 t)) t

    static member private margins(where: string, yTrue: Tensor, yPred: Tensor) : Tensor =
        let struct (t, p) = LossMath.pair where yTrue yPred
        LossMath.atLeast 0.0 (LossMath.complement (Lax.mul (RegressionLosses.signs t) p))

    /// The mean of max(1 - y_true · y_pred, 0) for targets -1 and 1 (or 0 and 1 throughout).
    /// Keras: `keras.losses.hinge`.
    static member hinge(yTrue: Tensor, yPred: Tensor) : Tensor =
        LossMath.meanLast (RegressionLosses.margins ("losses.hinge", yTrue, yPred))

    /// The mean of the squares of max(1 - y_true · y_pred, 0). Keras: `keras.losses.squared_hinge`.
    static member squaredHinge(yTrue: Tensor, yPred: Tensor) : Tensor =
        LossMath.meanLast (Lax.square (RegressionLosses.margins ("losses.squared_hinge", yTrue, yPred)))

    /// max(0, 1 + the highest score of the other classes - the score of the target) for one-hot targets.
    /// Keras: `keras.losses.categorical_hinge`.
    static member categoricalHinge(yTrue: Tensor, yPred: Tensor) : Tensor =
        let struct (t, p) = LossMath.pair "losses.categorical_hinge" yTrue yPred
        let own = LossMath.sumLast (Lax.mul t p)
        let others = Ops.max (Lax.mul (LossMath.complement t) p, axis = [ -1 ])
        LossMath.atLeast 0.0 (Lax.shift 1.0 (Lax.sub others own))
