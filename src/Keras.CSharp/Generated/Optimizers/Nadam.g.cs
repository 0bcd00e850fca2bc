// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Optimizers;

/// <summary>Adam with Nesterov momentum. Keras: <c>keras.optimizers.Nadam</c>.</summary>
public sealed class Nadam : Optimizer
{
    /// <summary>Adam with Nesterov momentum.</summary>
    /// <param name="learningRate">A number or a schedule.</param>
    /// <param name="beta1">The decay of the first moment.</param>
    /// <param name="beta2">The decay of the second moment.</param>
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
    public Nadam(
        LearningRate? learningRate = null,
        double beta1 = 0.9,
        double beta2 = 0.999,
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
            "Nadam",
            new ConfigBuilder
            {
                { "learning_rate", learningRate },
                { "beta_1", beta1 },
                { "beta_2", beta2 },
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
