// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Optimizers.Schedules;

/// <summary>Falls as the inverse of time. Keras: <c>keras.optimizers.schedules.InverseTimeDecay</c>.</summary>
public sealed class InverseTimeDecay : LearningRateSchedule
{
    /// <summary>Falls as the inverse of time.</summary>
    /// <param name="initialLearningRate">The first rate.</param>
    /// <param name="decaySteps">The length of the decay in steps.</param>
    /// <param name="decayRate">The factor of a period.</param>
    /// <param name="staircase">Whether the rate falls in steps.</param>
    /// <param name="name">The name.</param>
    public InverseTimeDecay(
        double initialLearningRate,
        int decaySteps,
        double decayRate,
        bool staircase = false,
        string name = "InverseTimeDecay"
    )
        : base(
            "InverseTimeDecay",
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
