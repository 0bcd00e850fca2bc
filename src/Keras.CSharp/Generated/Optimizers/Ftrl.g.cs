// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Optimizers;

/// <summary>Follow the regularized leader. Keras: <c>keras.optimizers.Ftrl</c>.</summary>
public sealed class Ftrl : Optimizer
{
    /// <summary>Follow the regularized leader.</summary>
    /// <param name="learningRate">A number or a schedule.</param>
    /// <param name="learningRatePower">The power of the learning rate.</param>
    /// <param name="initialAccumulatorValue">The first value of the accumulators.</param>
    /// <param name="l1RegularizationStrength">The strength of L1 regularization.</param>
    /// <param name="l2RegularizationStrength">The strength of L2 regularization.</param>
    /// <param name="l2ShrinkageRegularizationStrength">The strength of L2 shrinkage.</param>
    /// <param name="beta">The factor beta.</param>
    /// <param name="weightDecay">The part of a variable that it loses at each update, times the learning rate.</param>
    /// <param name="clipnorm">The largest norm of each gradient.</param>
    /// <param name="clipvalue">The largest absolute value in a gradient.</param>
    /// <param name="globalClipnorm">The largest norm of all gradients together.</param>
    /// <param name="useEma">Whether moving averages of the variables are kept.</param>
    /// <param name="emaMomentum">The momentum of these averages.</param>
    /// <param name="emaOverwriteFrequency">After how many updates the averages replace the variables.</param>
    /// <param name="lossScaleFactor">A factor of the loss.</param>
    /// <param name="gradientAccumulationSteps">The number of calls for one update.</param>
    /// <param name="name">The name.</param>
    public Ftrl(
        LearningRate? learningRate = null,
        double learningRatePower = -0.5,
        double initialAccumulatorValue = 0.1,
        double l1RegularizationStrength = 0,
        double l2RegularizationStrength = 0,
        double l2ShrinkageRegularizationStrength = 0,
        double beta = 0,
        double? weightDecay = null,
        double? clipnorm = null,
        double? clipvalue = null,
        double? globalClipnorm = null,
        bool useEma = false,
        double emaMomentum = 0.99,
        int? emaOverwriteFrequency = null,
        double? lossScaleFactor = null,
        int? gradientAccumulationSteps = null,
        string? name = null
    )
        : base(
            "Ftrl",
            new ConfigBuilder
            {
                { "learning_rate", learningRate },
                { "learning_rate_power", learningRatePower },
                { "initial_accumulator_value", initialAccumulatorValue },
                { "l1_regularization_strength", l1RegularizationStrength },
                { "l2_regularization_strength", l2RegularizationStrength },
                { "l2_shrinkage_regularization_strength", l2ShrinkageRegularizationStrength },
                { "beta", beta },
                { "weight_decay", weightDecay },
                { "clipnorm", clipnorm },
                { "clipvalue", clipvalue },
                { "global_clipnorm", globalClipnorm },
                { "use_ema", useEma },
                { "ema_momentum", emaMomentum },
                { "ema_overwrite_frequency", emaOverwriteFrequency },
                { "loss_scale_factor", lossScaleFactor },
                { "gradient_accumulation_steps", gradientAccumulationSteps },
                { "name", name },
            }
        ) { }
}
