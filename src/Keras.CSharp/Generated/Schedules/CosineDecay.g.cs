// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Optimizers.Schedules;

/// <summary>Falls along half a cosine wave, perhaps after a warm-up. Keras: <c>keras.optimizers.schedules.CosineDecay</c>.</summary>
public sealed class CosineDecay : LearningRateSchedule
{
    /// <summary>Falls along half a cosine wave, perhaps after a warm-up.</summary>
    /// <param name="initialLearningRate">The first rate.</param>
    /// <param name="decaySteps">The length of the decay in steps.</param>
    /// <param name="alpha">The factor, as the class uses it.</param>
    /// <param name="name">The name.</param>
    /// <param name="warmupTarget">The rate at the end of the warm-up.</param>
    /// <param name="warmupSteps">The number of steps of the warm-up.</param>
    public CosineDecay(
        double initialLearningRate,
        int decaySteps,
        double alpha = 0,
        string name = "CosineDecay",
        double? warmupTarget = null,
        int warmupSteps = 0
    )
        : base(
            "CosineDecay",
            new ConfigBuilder
            {
                { "initial_learning_rate", initialLearningRate },
                { "decay_steps", decaySteps },
                { "alpha", alpha },
                { "name", name },
                { "warmup_target", warmupTarget },
                { "warmup_steps", warmupSteps },
            }
        ) { }
}
