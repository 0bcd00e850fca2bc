// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Optimizers.Schedules;

/// <summary>Cosine decay that begins again, over longer and longer periods. Keras: <c>keras.optimizers.schedules.CosineDecayRestarts</c>.</summary>
public sealed class CosineDecayRestarts : LearningRateSchedule
{
    /// <summary>Cosine decay that begins again, over longer and longer periods.</summary>
    /// <param name="initialLearningRate">The first rate.</param>
    /// <param name="firstDecaySteps">The length of the first period.</param>
    /// <param name="tMul">The factor of the lengths of periods.</param>
    /// <param name="mMul">The factor of the first rates of periods.</param>
    /// <param name="alpha">The factor, as the class uses it.</param>
    /// <param name="name">The name.</param>
    public CosineDecayRestarts(
        double initialLearningRate,
        int firstDecaySteps,
        double tMul = 2,
        double mMul = 1,
        double alpha = 0,
        string name = "SGDRDecay"
    )
        : base(
            "CosineDecayRestarts",
            new ConfigBuilder
            {
                { "initial_learning_rate", initialLearningRate },
                { "first_decay_steps", firstDecaySteps },
                { "t_mul", tMul },
                { "m_mul", mMul },
                { "alpha", alpha },
                { "name", name },
            }
        ) { }
}
