// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Optimizers.Schedules;

/// <summary>Falls by a factor in each period. Keras: <c>keras.optimizers.schedules.ExponentialDecay</c>.</summary>
public sealed class ExponentialDecay : LearningRateSchedule
{
    /// <summary>Falls by a factor in each period.</summary>
    /// <param name="initialLearningRate">The first rate.</param>
    /// <param name="decaySteps">The length of the decay in steps.</param>
    /// <param name="decayRate">The factor of a period.</param>
    /// <param name="staircase">Whether the rate falls in steps.</param>
    /// <param name="name">The name.</param>
    public ExponentialDecay(
        double initialLearningRate,
        int decaySteps,
        double decayRate,
        bool staircase = false,
        string name = "ExponentialDecay"
    )
        : base(
            "ExponentialDecay",
            new ConfigBuilder
            {
                { "initial_learning_rate", initialLearningRate },
                { "decay_steps", decaySteps },
                { "decay_rate", decayRate },
                { "staircase", staircase },
                { "name", name },
            }
        ) { }
}
