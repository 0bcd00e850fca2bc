// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Optimizers.Schedules;

/// <summary>Constant between given steps. Keras: <c>keras.optimizers.schedules.PiecewiseConstantDecay</c>.</summary>
public sealed class PiecewiseConstantDecay : LearningRateSchedule
{
    /// <summary>Constant between given steps.</summary>
    /// <param name="boundaries">The steps at which the value changes.</param>
    /// <param name="values">The values; one more than there are boundaries.</param>
    /// <param name="name">The name.</param>
    public PiecewiseConstantDecay(
        Ints boundaries,
        Doubles values,
        string name = "PiecewiseConstant"
    )
        : base(
            "PiecewiseConstantDecay",
            new ConfigBuilder
            {
                { "boundaries", boundaries },
                { "values", values },
                { "name", name },
            }
        ) { }
}
