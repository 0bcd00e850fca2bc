// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Optimizers;

/// <summary>Orthogonalized momentum for matrices, Adam for the rest. Keras: <c>keras.optimizers.Muon</c>.</summary>
public sealed class Muon : Optimizer
{
    /// <summary>Orthogonalized momentum for matrices, Adam for the rest.</summary>
    /// <param name="learningRate">A number or a schedule.</param>
    /// <param name="adamBeta1">The decay of the first moment in Adam.</param>
    /// <param name="adamBeta2">The decay of the second moment in Adam.</param>
    /// <param name="adamWeightDecay">The weight decay of variables that Adam updates.</param>
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
    /// <param name="excludeEmbeddings">Whether Adam updates embeddings.</param>
    /// <param name="muonA">The first coefficient of the iteration.</param>
    /// <param name="muonB">The second coefficient.</param>
    /// <param name="muonC">The third coefficient.</param>
    /// <param name="adamLrRatio">The rate of Adam over that of the rest.</param>
    /// <param name="momentum">The momentum of the moving values.</param>
    /// <param name="nsSteps">The number of iterations.</param>
    /// <param name="nesterov">Whether Nesterov momentum is used.</param>
    /// <param name="rmsRate">The factor of the root mean square; null for none.</param>
    public Muon(
        LearningRate? learningRate = null,
        double adamBeta1 = 0.9,
        double adamBeta2 = 0.999,
        double adamWeightDecay = 0.004,
        double epsilon = 1E-07,
        double weightDecay = 0.004,
        double? clipnorm = null,
        double? clipvalue = null,
        double? globalClipnorm = null,
        bool useEma = false,
        double emaMomentum = 0.99,
        int? emaOverwriteFrequency = null,
        double? lossScaleFactor = null,
        int? gradientAccumulationSteps = null,
        string? name = null,
        bool excludeEmbeddings = true,
        double muonA = 3.4445,
        double muonB = -4.775,
        double muonC = 2.0315,
        double adamLrRatio = 1,
        double momentum = 0.95,
        int nsSteps = 5,
        bool nesterov = true,
        double rmsRate = 0.2
    )
        : base(
            "Muon",
            new ConfigBuilder
            {
                { "learning_rate", learningRate },
                { "adam_beta_1", adamBeta1 },
                { "adam_beta_2", adamBeta2 },
                { "adam_weight_decay", adamWeightDecay },
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
                { "exclude_embeddings", excludeEmbeddings },
                { "muon_a", muonA },
                { "muon_b", muonB },
                { "muon_c", muonC },
                { "adam_lr_ratio", adamLrRatio },
                { "momentum", momentum },
                { "ns_steps", nsSteps },
                { "nesterov", nesterov },
                { "rms_rate", rmsRate },
            }
        ) { }
}
