// Generated from the operations of Keras.FSharp by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Losses;

/// <summary>The functions of <c>keras.losses</c>: a value for each sample.</summary>
public static partial class LossFunctions
{
    /// <summary>The mean of -(y_true · log(y_pred) + (1 - y_true) · log(1 - y_pred)) along <c>axis</c> (the last by default). Predictions are probabilities, clipped by epsilon, or logits with <c>fromLogits</c>. <c>labelSmoothing</c> draws the targets towards 1/2. Keras: <c>keras.losses.binary_crossentropy</c>.</summary>
    public static Tensor BinaryCrossentropy(Tensor yTrue, Tensor yPred, bool? fromLogits = null, double? labelSmoothing = null, int? axis = null) =>
        new(FSharp.ProbabilityLosses.binaryCrossentropy(yTrue.Core, yPred.Core, Fs.Option(fromLogits), Fs.Option(labelSmoothing), Fs.Option(axis)));

    /// <summary>Binary cross-entropy with a factor (1 - p)^gamma, p the probability given to the true class; with <c>applyClassBalancing</c> also a factor alpha for targets 1 and 1 - alpha for targets 0. Keras: <c>keras.losses.binary_focal_crossentropy</c>.</summary>
    public static Tensor BinaryFocalCrossentropy(Tensor yTrue, Tensor yPred, bool? applyClassBalancing = null, double? alpha = null, double? gamma = null, bool? fromLogits = null, double? labelSmoothing = null, int? axis = null) =>
        new(FSharp.ProbabilityLosses.binaryFocalCrossentropy(yTrue.Core, yPred.Core, Fs.Option(applyClassBalancing), Fs.Option(alpha), Fs.Option(gamma), Fs.Option(fromLogits), Fs.Option(labelSmoothing), Fs.Option(axis)));

    /// <summary>-Σ y_true · log(y_pred) along <c>axis</c> (the last by default), for one-hot targets or probabilities. Predictions are probabilities, scaled to the sum 1 and clipped by epsilon, or logits with <c>fromLogits</c>. <c>labelSmoothing</c> draws the targets towards 1/classes. Keras: <c>keras.losses.categorical_crossentropy</c>.</summary>
    public static Tensor CategoricalCrossentropy(Tensor yTrue, Tensor yPred, bool? fromLogits = null, double? labelSmoothing = null, int? axis = null) =>
        new(FSharp.ProbabilityLosses.categoricalCrossentropy(yTrue.Core, yPred.Core, Fs.Option(fromLogits), Fs.Option(labelSmoothing), Fs.Option(axis)));

    /// <summary>(1 - p^q) / q, p the probability of the class that the integer target names; q between 0 and 1 (0.5 by default) leads from cross-entropy to mean absolute error. Keras: <c>keras.losses.categorical_generalized_cross_entropy</c>.</summary>
    public static Tensor CategoricalGeneralizedCrossEntropy(Tensor yTrue, Tensor yPred, double? q = null) =>
        new(FSharp.ProbabilityLosses.categoricalGeneralizedCrossEntropy(yTrue.Core, yPred.Core, Fs.Option(q)));

    /// <summary>The circle loss of embeddings: predictions [n, size], normalised, and labels [n]; pairs of equal labels are drawn together, others pushed apart. <c>gamma</c> scales, <c>margin</c> relaxes; <c>removeDiagonal</c> leaves out each sample's pair with itself. Keras: <c>keras.losses.circle</c>.</summary>
    public static Tensor Circle(Tensor yTrue, Tensor yPred, Tensor? refLabels = null, Tensor? refEmbeddings = null, bool? removeDiagonal = null, double? gamma = null, double? margin = null) =>
        new(FSharp.ProbabilityLosses.circle(yTrue.Core, yPred.Core, Fs.Option(refLabels?.Core), Fs.Option(refEmbeddings?.Core), Fs.Option(removeDiagonal), Fs.Option(gamma), Fs.Option(margin)));

    /// <summary>Minus the logarithm of the probability of label sequences [batch, labels], in which 0 is no label but fills up shorter ones, under logits [batch, steps, classes], whose class 0 is the blank. Keras: <c>keras.losses.ctc</c>.</summary>
    public static Tensor Ctc(Tensor yTrue, Tensor yPred) =>
        new(FSharp.ProbabilityLosses.ctc(yTrue.Core, yPred.Core));

    /// <summary>1 - 2 Σ y_true · y_pred / (Σ y_true + Σ y_pred): how far two regions are from covering each other. The sums go over <c>axis</c> (left out: everything). Keras: <c>keras.losses.dice</c>.</summary>
    public static Tensor Dice(Tensor yTrue, Tensor yPred, Ints? axis = null) =>
        new(FSharp.ProbabilityLosses.dice(yTrue.Core, yPred.Core, Fs.Option(axis is null ? null : Fs.List<int>(axis))));

    /// <summary>Σ y_true · log(y_true / y_pred) over the last axis; both are clipped to [epsilon, 1]. Keras: <c>keras.losses.kl_divergence</c>.</summary>
    public static Tensor KlDivergence(Tensor yTrue, Tensor yPred) =>
        new(FSharp.ProbabilityLosses.klDivergence(yTrue.Core, yPred.Core));

    /// <summary>The mean of y_pred - y_true · log(y_pred) over the last axis. Keras: <c>keras.losses.poisson</c>.</summary>
    public static Tensor Poisson(Tensor yTrue, Tensor yPred) =>
        new(FSharp.ProbabilityLosses.poisson(yTrue.Core, yPred.Core));

    /// <summary>-log(y_pred) at the class that the integer target names; targets lack the last axis or have it with size 1. Predictions are probabilities, scaled to the sum 1 and clipped by epsilon, or logits with <c>fromLogits</c>. Targets <c>ignoreClass</c> give 0. Other targets outside [0, classes) are an error; in a compiled function, where values cannot be seen, they give 0. Keras: <c>keras.losses.sparse_categorical_crossentropy</c>.</summary>
    public static Tensor SparseCategoricalCrossentropy(Tensor yTrue, Tensor yPred, bool? fromLogits = null, int? ignoreClass = null, int? axis = null) =>
        new(FSharp.ProbabilityLosses.sparseCategoricalCrossentropy(yTrue.Core, yPred.Core, Fs.Option(fromLogits), Fs.Option(ignoreClass), Fs.Option(axis)));

    /// <summary>1 - the Tversky index: as dice, with a weight <c>alpha</c> for what only the prediction covers and <c>beta</c> for what only the target covers (1/2 each by default). Keras: <c>keras.losses.tversky</c>.</summary>
    public static Tensor Tversky(Tensor yTrue, Tensor yPred, double? alpha = null, double? beta = null, Ints? axis = null) =>
        new(FSharp.ProbabilityLosses.tversky(yTrue.Core, yPred.Core, Fs.Option(alpha), Fs.Option(beta), Fs.Option(axis is null ? null : Fs.List<int>(axis))));

    /// <summary>max(0, 1 + the highest score of the other classes - the score of the target) for one-hot targets. Keras: <c>keras.losses.categorical_hinge</c>.</summary>
    public static Tensor CategoricalHinge(Tensor yTrue, Tensor yPred) =>
        new(FSharp.RegressionLosses.categoricalHinge(yTrue.Core, yPred.Core));

    /// <summary>Minus the cosine of the angle between targets and predictions along <c>axis</c> (the last by default), which is reduced. Keras: <c>keras.losses.cosine_similarity</c>.</summary>
    public static Tensor CosineSimilarity(Tensor yTrue, Tensor yPred, int? axis = null) =>
        new(FSharp.RegressionLosses.cosineSimilarity(yTrue.Core, yPred.Core, Fs.Option(axis)));

    /// <summary>The mean of max(1 - y_true · y_pred, 0) for targets -1 and 1 (or 0 and 1 throughout). Keras: <c>keras.losses.hinge</c>.</summary>
    public static Tensor Hinge(Tensor yTrue, Tensor yPred) =>
        new(FSharp.RegressionLosses.hinge(yTrue.Core, yPred.Core));

    /// <summary>The mean of half the squared difference up to <c>delta</c> (1 by default), and of its tangent beyond. Keras: <c>keras.losses.huber</c>.</summary>
    public static Tensor Huber(Tensor yTrue, Tensor yPred, double? delta = null) =>
        new(FSharp.RegressionLosses.huber(yTrue.Core, yPred.Core, Fs.Option(delta)));

    /// <summary>The mean of log(cosh(difference)), without overflow. Keras: <c>keras.losses.log_cosh</c>.</summary>
    public static Tensor LogCosh(Tensor yTrue, Tensor yPred) =>
        new(FSharp.RegressionLosses.logCosh(yTrue.Core, yPred.Core));

    /// <summary>The mean of the absolute differences. Keras: <c>keras.losses.mean_absolute_error</c>.</summary>
    public static Tensor MeanAbsoluteError(Tensor yTrue, Tensor yPred) =>
        new(FSharp.RegressionLosses.meanAbsoluteError(yTrue.Core, yPred.Core));

    /// <summary>The mean of the absolute differences relative to the targets, in percent; targets near 0 count as epsilon. Keras: <c>keras.losses.mean_absolute_percentage_error</c>.</summary>
    public static Tensor MeanAbsolutePercentageError(Tensor yTrue, Tensor yPred) =>
        new(FSharp.RegressionLosses.meanAbsolutePercentageError(yTrue.Core, yPred.Core));

    /// <summary>The mean of the squared differences. Keras: <c>keras.losses.mean_squared_error</c>.</summary>
    public static Tensor MeanSquaredError(Tensor yTrue, Tensor yPred) =>
        new(FSharp.RegressionLosses.meanSquaredError(yTrue.Core, yPred.Core));

    /// <summary>The mean of the squared differences of log(1 + x); negative values count as epsilon. Keras: <c>keras.losses.mean_squared_logarithmic_error</c>.</summary>
    public static Tensor MeanSquaredLogarithmicError(Tensor yTrue, Tensor yPred) =>
        new(FSharp.RegressionLosses.meanSquaredLogarithmicError(yTrue.Core, yPred.Core));

    /// <summary>The mean of the squares of max(1 - y_true · y_pred, 0). Keras: <c>keras.losses.squared_hinge</c>.</summary>
    public static Tensor SquaredHinge(Tensor yTrue, Tensor yPred) =>
        new(FSharp.RegressionLosses.squaredHinge(yTrue.Core, yPred.Core));
}
