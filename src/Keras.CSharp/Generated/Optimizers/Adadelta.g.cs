// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Optimizers;

/// <summary>Steps by ratios of running averages, without a rate of its own. Keras: <c>keras.optimizers.Adadelta</c>.</summary>
public sealed class Adadelta : Optimizer
{
    /// <summary>Steps by ratios of running averages, without a rate of its own.</summary>
    /// <param name="learningRate">A number or a schedule.</param>
    /// <param name="rho">The decay of the running average.</param>
    /// <param name="epsilon">A small number that avoids division by zero.</param>
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
    public Adadelta(
        LearningRate? learningRate = null,
        double rho = 0.95,
        double epsilon = 1E-07,
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
            "Adadelta",
            new ConfigBuilder
            {
                { "learning_rate", learningRate },
                { "rho", rho },
                { "epsilon", epsilon },
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
