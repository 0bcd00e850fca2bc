// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Optimizers;

/// <summary>Adam with factored second moments. Keras: <c>keras.optimizers.Adafactor</c>.</summary>
public sealed class Adafactor : Optimizer
{
    /// <summary>Adam with factored second moments.</summary>
    /// <param name="learningRate">A number or a schedule.</param>
    /// <param name="beta2Decay">The decay of the second moment.</param>
    /// <param name="epsilon1">A small number within roots.</param>
    /// <param name="epsilon2">A small number that limits steps.</param>
    /// <param name="clipThreshold">The threshold of clipping.</param>
    /// <param name="relativeStep">Whether the step depends on the number of updates.</param>
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
    public Adafactor(
        LearningRate? learningRate = null,
        double beta2Decay = -0.8,
        double epsilon1 = 1E-30,
        double epsilon2 = 0.001,
        double clipThreshold = 1,
        bool relativeStep = true,
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
            "Adafactor",
            new ConfigBuilder
            {
                { "learning_rate", learningRate },
                { "beta_2_decay", beta2Decay },
                { "epsilon_1", epsilon1 },
                { "epsilon_2", epsilon2 },
                { "clip_threshold", clipThreshold },
                { "relative_step", relativeStep },
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
