// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Optimizers.Schedules;

/// <summary>Falls along a polynomial. Keras: <c>keras.optimizers.schedules.PolynomialDecay</c>.</summary>
public sealed class PolynomialDecay : LearningRateSchedule
{
    /// <summary>Falls along a polynomial.</summary>
    /// <param name="initialLearningRate">The first rate.</param>
    /// <param name="decaySteps">The length of the decay in steps.</param>
    /// <param name="endLearningRate">The last rate.</param>
    /// <param name="power">The power of the polynomial.</param>
    /// <param name="cycle">Whether the decay begins again.</param>
    /// <param name="name">The name.</param>
    public PolynomialDecay(
        double initialLearningRate,
        int decaySteps,
        double endLearningRate = 0.0001,
        double power = 1,
        bool cycle = false,
        string name = "PolynomialDecay"
    )
        : base(
            "PolynomialDecay",
            new ConfigBuilder
            {
                { "initial_learning_rate", initialLearningRate },
                { "decay_steps", decaySteps },
                { "end_learning_rate", endLearningRate },
                { "power", power },
                { "cycle", cycle },
                { "name", name },
            }
        ) { }
}
