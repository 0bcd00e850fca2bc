using CoreLogs = Keras.FSharp.Logs;

namespace Keras.Callbacks;

/// <summary>
/// What happens around the steps of a run (<c>keras.callbacks.Callback</c>): override what is wanted. Epochs and batches are
/// counted from 0.
/// </summary>
public abstract class Callback
{
    private Model? model;

    /// <summary>The model in training; an error outside a run.</summary>
    public Model Model =>
        model ?? throw Fs.WrongState("callback", "it does not belong to a run yet", "Pass it to Fit or Evaluate.");

    /// <summary>True asks <c>Fit</c> to stop after the current batch.</summary>
    public bool StopTraining
    {
        get => run?.StopTraining ?? false;
        set
        {
            if (run is { } r)
                r.StopTraining = value;
        }
    }

    /// <summary>What the run was started with: <c>epochs</c>, <c>steps</c> (<c>params</c>); empty outside a run.</summary>
    public IReadOnlyDictionary<string, int> Params => run?.Parameters ?? new Dictionary<string, int>();

    private FSharp.ITraining? run;

    /// <summary>Called when a run begins.</summary>
    public virtual void OnTrainBegin() { }

    /// <summary>Called when a run ends.</summary>
    /// <param name="logs">The values of the last epoch.</param>
    public virtual void OnTrainEnd(IReadOnlyDictionary<string, double> logs) { }

    /// <summary>Called before an epoch.</summary>
    /// <param name="epoch">The epoch.</param>
    public virtual void OnEpochBegin(int epoch) { }

    /// <summary>Called after an epoch.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="logs">The values of losses and metrics, validation included.</param>
    public virtual void OnEpochEnd(int epoch, IReadOnlyDictionary<string, double> logs) { }

    /// <summary>Called before a step of training.</summary>
    /// <param name="batch">The step.</param>
    public virtual void OnTrainBatchBegin(int batch) { }

    /// <summary>Called after a step of training.</summary>
    /// <param name="batch">The step.</param>
    /// <param name="logs">The values of this epoch so far.</param>
    public virtual void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs) { }

    /// <summary>Called before an evaluation.</summary>
    public virtual void OnTestBegin() { }

    /// <summary>Called after an evaluation.</summary>
    /// <param name="logs">Its values.</param>
    public virtual void OnTestEnd(IReadOnlyDictionary<string, double> logs) { }

    /// <summary>Called before a step of an evaluation.</summary>
    /// <param name="batch">The step.</param>
    public virtual void OnTestBatchBegin(int batch) { }

    /// <summary>Called after a step of an evaluation.</summary>
    /// <param name="batch">The step.</param>
    /// <param name="logs">The values so far.</param>
    public virtual void OnTestBatchEnd(int batch, IReadOnlyDictionary<string, double> logs) { }

    /// <summary>Called before a prediction.</summary>
    public virtual void OnPredictBegin() { }

    /// <summary>Called after a prediction.</summary>
    public virtual void OnPredictEnd() { }

    /// <summary>Called before a step of a prediction.</summary>
    /// <param name="batch">The step.</param>
    public virtual void OnPredictBatchBegin(int batch) { }

    /// <summary>Called after a step of a prediction.</summary>
    /// <param name="batch">The step.</param>
    public virtual void OnPredictBatchEnd(int batch) { }

    /// <summary>The callback that the run calls.</summary>
    internal virtual FSharp.Callback CoreFor(Model of)
    {
        model = of;
        return new Adapter(this);
    }

    private sealed class Adapter(Callback outer) : FSharp.Callback
    {
        public override void Attach(FSharp.ITraining training)
        {
            base.Attach(training);
            outer.run = training;
        }

        public override void OnTrainBegin(CoreLogs logs) => outer.OnTrainBegin();

        public override void OnTrainEnd(CoreLogs logs) => outer.OnTrainEnd(Logs.Of(logs));

        public override void OnEpochBegin(int epoch, CoreLogs logs) => outer.OnEpochBegin(epoch);

        public override void OnEpochEnd(int epoch, CoreLogs logs) => outer.OnEpochEnd(epoch, Logs.Of(logs));

        public override void OnTrainBatchBegin(int batch, CoreLogs logs) => outer.OnTrainBatchBegin(batch);

        public override void OnTrainBatchEnd(int batch, CoreLogs logs) => outer.OnTrainBatchEnd(batch, Logs.Of(logs));

        public override void OnTestBegin(CoreLogs logs) => outer.OnTestBegin();

        public override void OnTestEnd(CoreLogs logs) => outer.OnTestEnd(Logs.Of(logs));

        public override void OnTestBatchBegin(int batch, CoreLogs logs) => outer.OnTestBatchBegin(batch);

        public override void OnPredictBegin(CoreLogs logs) => outer.OnPredictBegin();

        public override void OnPredictEnd(CoreLogs logs) => outer.OnPredictEnd();

        public override void OnPredictBatchBegin(int batch, CoreLogs logs) => outer.OnPredictBatchBegin(batch);

        public override void OnPredictBatchEnd(int batch, CoreLogs logs) => outer.OnPredictBatchEnd(batch);

        public override void OnTestBatchEnd(int batch, CoreLogs logs) => outer.OnTestBatchEnd(batch, Logs.Of(logs));
    }
}

/// <summary>The base of Keras's own callbacks.</summary>
public abstract class BuiltInCallback : Callback
{
    private readonly FSharp.Callback core;

    internal BuiltInCallback(FSharp.Callback core) => this.core = core;

    internal override FSharp.Callback CoreFor(Model of) => core;
}
