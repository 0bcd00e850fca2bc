namespace Keras.Callbacks;

/// <summary>Stops when a monitored quantity has stopped improving (<c>keras.callbacks.EarlyStopping</c>).</summary>
public sealed class EarlyStopping : BuiltInCallback
{
    private readonly FSharp.EarlyStopping core;

    /// <summary>Stops when a monitored quantity has stopped improving.</summary>
    /// <param name="monitor">The key in the logs.</param>
    /// <param name="minDelta">The smallest change that counts as an improvement.</param>
    /// <param name="patience">The number of epochs without improvement.</param>
    /// <param name="mode"><c>min</c>, <c>max</c> or <c>auto</c>.</param>
    /// <param name="baseline">A value that must be surpassed.</param>
    /// <param name="restoreBestWeights">Whether the model gets the variables of the best epoch back.</param>
    /// <param name="startFromEpoch">The number of epochs before it begins to watch.</param>
    public EarlyStopping(
        string monitor = "val_loss",
        double minDelta = 0,
        int patience = 0,
        string mode = "auto",
        double? baseline = null,
        bool restoreBestWeights = false,
        int startFromEpoch = 0
    )
        : this(
            new FSharp.EarlyStopping(
                Fs.Some(monitor),
                Fs.Some(minDelta),
                Fs.Some(patience),
                Fs.Some(mode),
                Fs.Option(baseline),
                Fs.Some(restoreBestWeights),
                Fs.Some(startFromEpoch)
            )
        ) { }

    private EarlyStopping(FSharp.EarlyStopping core)
        : base(core) => this.core = core;

    /// <summary>The epoch after which training was stopped; 0 if it was not.</summary>
    public int StoppedEpoch => core.StoppedEpoch;

    /// <summary>The best value so far.</summary>
    public double Best => core.Best;
}

/// <summary>Saves the model or its weights (<c>keras.callbacks.ModelCheckpoint</c>).</summary>
public sealed class ModelCheckpoint : BuiltInCallback
{
    /// <summary>Saves at the end of epochs, or after a number of batches.</summary>
    /// <param name="filepath">Ends in <c>.keras</c> or <c>.weights.h5</c>; may hold <c>{epoch:02d}</c> and names of logs.</param>
    /// <param name="monitor">The key in the logs.</param>
    /// <param name="saveBestOnly">Whether only improvements are saved.</param>
    /// <param name="saveWeightsOnly">Whether only the weights are saved.</param>
    /// <param name="mode"><c>min</c>, <c>max</c> or <c>auto</c>.</param>
    /// <param name="saveFreq">The number of batches; null for the end of each epoch.</param>
    /// <param name="initialValueThreshold">A value that must be surpassed.</param>
    public ModelCheckpoint(
        string filepath,
        string monitor = "val_loss",
        bool saveBestOnly = false,
        bool saveWeightsOnly = false,
        string mode = "auto",
        int? saveFreq = null,
        double? initialValueThreshold = null
    )
        : base(
            new FSharp.ModelCheckpoint(
                filepath,
                Fs.Some(monitor),
                Fs.Some(saveBestOnly),
                Fs.Some(saveWeightsOnly),
                Fs.Some(mode),
                Fs.Option(saveFreq),
                Fs.Option(initialValueThreshold)
            )
        ) { }
}

/// <summary>Sets the learning rate before each epoch (<c>keras.callbacks.LearningRateScheduler</c>).</summary>
public sealed class LearningRateScheduler : BuiltInCallback
{
    /// <summary>Sets the learning rate before each epoch.</summary>
    /// <param name="schedule">From the epoch and the rate to the next rate.</param>
    public LearningRateScheduler(Func<int, double, double> schedule)
        : base(new FSharp.LearningRateScheduler(schedule)) { }
}

/// <summary>
/// Lowers the learning rate when a quantity has stopped improving (<c>keras.callbacks.ReduceLROnPlateau</c>).
/// </summary>
public sealed class ReduceLROnPlateau : BuiltInCallback
{
    /// <summary>Lowers the learning rate when a quantity has stopped improving.</summary>
    /// <param name="monitor">The key in the logs.</param>
    /// <param name="factor">The factor of the rate, below 1.</param>
    /// <param name="patience">The number of epochs without improvement.</param>
    /// <param name="mode"><c>min</c>, <c>max</c> or <c>auto</c>.</param>
    /// <param name="minDelta">The smallest change that counts as an improvement.</param>
    /// <param name="cooldown">The number of epochs to wait after a change.</param>
    /// <param name="minLr">The lowest rate.</param>
    public ReduceLROnPlateau(
        string monitor = "val_loss",
        double factor = 0.1,
        int patience = 10,
        string mode = "auto",
        double minDelta = 1e-4,
        int cooldown = 0,
        double minLr = 0
    )
        : base(
            new FSharp.ReduceLROnPlateau(
                Fs.Some(monitor),
                Fs.Some(factor),
                Fs.Some(patience),
                Fs.Some(mode),
                Fs.Some(minDelta),
                Fs.Some(cooldown),
                Fs.Some(minLr)
            )
        ) { }
}

/// <summary>Writes the logs of each epoch to a CSV file (<c>keras.callbacks.CSVLogger</c>).</summary>
public sealed class CSVLogger : BuiltInCallback
{
    /// <summary>Writes the logs of each epoch to a CSV file.</summary>
    /// <param name="filename">The file.</param>
    /// <param name="separator">What stands between values.</param>
    /// <param name="append">Whether lines are added to what is there.</param>
    public CSVLogger(string filename, string separator = ",", bool append = false)
        : base(new FSharp.CSVLogger(filename, Fs.Some(separator), Fs.Some(append))) { }
}

/// <summary>Stops when the loss is not a number (<c>keras.callbacks.TerminateOnNaN</c>).</summary>
public sealed class TerminateOnNaN : BuiltInCallback
{
    /// <summary>Stops when the loss is not a number.</summary>
    /// <param name="findOperation">Copies the variables before each step, so that the message names the operation.</param>
    public TerminateOnNaN(bool findOperation = false)
        : base(new FSharp.TerminateOnNaN(Fs.Some(findOperation))) { }
}

/// <summary>Calls functions at the events of a run (<c>keras.callbacks.LambdaCallback</c>).</summary>
/// <param name="onEpochBegin">Called before an epoch.</param>
/// <param name="onEpochEnd">Called after an epoch.</param>
/// <param name="onTrainBegin">Called when a run begins.</param>
/// <param name="onTrainEnd">Called when a run ends.</param>
/// <param name="onTrainBatchBegin">Called before a step.</param>
/// <param name="onTrainBatchEnd">Called after a step.</param>
public sealed class LambdaCallback(
    Action<int>? onEpochBegin = null,
    Action<int, IReadOnlyDictionary<string, double>>? onEpochEnd = null,
    Action? onTrainBegin = null,
    Action<IReadOnlyDictionary<string, double>>? onTrainEnd = null,
    Action<int>? onTrainBatchBegin = null,
    Action<int, IReadOnlyDictionary<string, double>>? onTrainBatchEnd = null
) : Callback
{
    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch) => onEpochBegin?.Invoke(epoch);

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, IReadOnlyDictionary<string, double> logs) =>
        onEpochEnd?.Invoke(epoch, logs);

    /// <inheritdoc/>
    public override void OnTrainBegin() => onTrainBegin?.Invoke();

    /// <inheritdoc/>
    public override void OnTrainEnd(IReadOnlyDictionary<string, double> logs) => onTrainEnd?.Invoke(logs);

    /// <inheritdoc/>
    public override void OnTrainBatchBegin(int batch) => onTrainBatchBegin?.Invoke(batch);

    /// <inheritdoc/>
    public override void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs) =>
        onTrainBatchEnd?.Invoke(batch, logs);
}
