using Keras.FSharp.Saving;
using Keras.Optimizers.Schedules;

namespace Keras.Optimizers
{
    /// <summary>A learning rate: a number, or a schedule. Both convert to it by themselves.</summary>
    public sealed class LearningRate
    {
        private readonly double value;
        private readonly LearningRateSchedule? schedule;

        private LearningRate(double value, LearningRateSchedule? schedule) =>
            (this.value, this.schedule) = (value, schedule);

        /// <summary>A constant rate.</summary>
        /// <param name="value">The rate.</param>
        public static implicit operator LearningRate(double value) => new(value, null);

        /// <summary>A rate that follows a schedule.</summary>
        /// <param name="schedule">The schedule.</param>
        public static implicit operator LearningRate(LearningRateSchedule schedule) => new(0, schedule);

        internal Json ToJson() =>
            schedule is null ? Json.NewFloat(value) : FSharp.SerializedModule.toJson(schedule.Core.Serialized);
    }
}

namespace Keras.Optimizers.Schedules
{
    /// <summary>
    /// A learning rate that follows from the number of updates
    /// (<c>keras.optimizers.schedules.LearningRateSchedule</c>).
    /// </summary>
    public abstract class LearningRateSchedule
    {
        internal LearningRateSchedule(string className, ConfigBuilder config) =>
            Core = FSharp.Schedules.ofConfig(className, config.Pairs);

        internal FSharp.Schedule Core { get; }

        /// <summary>The arguments from which it can be made again (<c>get_config</c>), by their names in Keras.</summary>
        public IReadOnlyDictionary<string, object?> GetConfig() => JsonValues.Map(Core.Serialized.Config);

        /// <summary>The rate at a step.</summary>
        /// <param name="step">The number of updates so far.</param>
        public double Call(int step) => FSharp.TensorModule.toFloat(Core.Rate.Invoke(((Tensor)step).Core));
    }
}
