using Keras.Callbacks;
using Keras.FSharp;
using Microsoft.FSharp.Collections;

namespace Keras;

/// <content>Training, evaluation and prediction.</content>
public partial class Model
{
    /// <summary>
    /// Trains (<c>fit</c>). After cancellation, or an error in a callback, the model is as after the last completed step.
    /// </summary>
    /// <param name="x">The inputs: a tensor, an array of any rank, or several.</param>
    /// <param name="y">The targets.</param>
    /// <param name="batchSize">The number of samples of a step.</param>
    /// <param name="epochs">The epoch at which it ends.</param>
    /// <param name="verbose">0: silent; else progress is printed.</param>
    /// <param name="callbacks">Callbacks.</param>
    /// <param name="validationSplit">The part of the data, from its end, that is held out.</param>
    /// <param name="validationData">Data to evaluate on after each epoch.</param>
    /// <param name="shuffle">Whether the order changes from epoch to epoch.</param>
    /// <param name="classWeight">A factor for the loss of each class.</param>
    /// <param name="sampleWeight">A factor for the loss of each sample.</param>
    /// <param name="initialEpoch">The epoch at which it begins.</param>
    /// <param name="stepsPerEpoch">The number of steps of an epoch; all data by default.</param>
    /// <param name="validationSteps">The number of steps of a validation.</param>
    /// <param name="validationBatchSize">The number of samples of a step of validation.</param>
    /// <param name="validationFreq">The number of epochs for one validation.</param>
    /// <param name="cancellationToken">Stops before the next step.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public History Fit(
        Data x,
        Data y,
        int batchSize = 32,
        int epochs = 1,
        int verbose = 1,
        IEnumerable<Callbacks.Callback>? callbacks = null,
        double validationSplit = 0,
        (Data X, Data Y)? validationData = null,
        bool shuffle = true,
        IReadOnlyDictionary<int, double>? classWeight = null,
        Data? sampleWeight = null,
        int initialEpoch = 0,
        int? stepsPerEpoch = null,
        int? validationSteps = null,
        int? validationBatchSize = null,
        int validationFreq = 1,
        CancellationToken cancellationToken = default
    )
    {
        var data = new Batch(x, y, sampleWeight).Core;
        FSharp.Batch? held = validationData is { } v ? new Batch(v.X, v.Y).Core : null;

        if (held is null && validationSplit != 0)
            (data, held) = Batches.split("fit", validationSplit, data);

        var t = Ready(data.X);
        var order = shuffle ? Fs.Some(Randomness.NextSeed()) : Fs.None<int>();

        return Run(
            t,
            Batches.ofArrays("fit", batchSize, order, data),
            held is null ? null : Batches.ofArrays("fit", validationBatchSize ?? batchSize, Fs.None<int>(), held),
            epochs,
            verbose,
            callbacks,
            classWeight,
            initialEpoch,
            stepsPerEpoch,
            validationSteps,
            validationFreq,
            cancellationToken
        );
    }

    /// <summary>Trains on batches, which are gone through anew in each epoch (<c>fit</c>).</summary>
    /// <param name="batches">The batches of an epoch.</param>
    /// <param name="epochs">The epoch at which it ends.</param>
    /// <param name="verbose">0: silent; else progress is printed.</param>
    /// <param name="callbacks">Callbacks.</param>
    /// <param name="validationData">Batches to evaluate on after each epoch.</param>
    /// <param name="classWeight">A factor for the loss of each class.</param>
    /// <param name="initialEpoch">The epoch at which it begins.</param>
    /// <param name="stepsPerEpoch">The number of steps of an epoch; all batches by default.</param>
    /// <param name="validationSteps">The number of steps of a validation.</param>
    /// <param name="validationFreq">The number of epochs for one validation.</param>
    /// <param name="cancellationToken">Stops before the next step.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public History Fit(
        IEnumerable<Batch> batches,
        int epochs = 1,
        int verbose = 1,
        IEnumerable<Callbacks.Callback>? callbacks = null,
        IEnumerable<Batch>? validationData = null,
        IReadOnlyDictionary<int, double>? classWeight = null,
        int initialEpoch = 0,
        int? stepsPerEpoch = null,
        int? validationSteps = null,
        int validationFreq = 1,
        CancellationToken cancellationToken = default
    )
    {
        var peeked = new Peeked(batches);

        return Run(
            Ready(FirstOf(peeked)),
            Source(peeked, batches),
            validationData is null ? null : Source(validationData, validationData),
            epochs,
            verbose,
            callbacks,
            classWeight,
            initialEpoch,
            stepsPerEpoch,
            validationSteps,
            validationFreq,
            cancellationToken
        );
    }

    /// <summary>Trains on batches that come asynchronously, as from a file or a network (<c>fit</c>).</summary>
    /// <param name="batches">The batches of an epoch; gone through anew in each.</param>
    /// <param name="epochs">The epoch at which it ends.</param>
    /// <param name="verbose">0: silent; else progress is printed.</param>
    /// <param name="callbacks">Callbacks.</param>
    /// <param name="validationData">Batches to evaluate on after each epoch.</param>
    /// <param name="classWeight">A factor for the loss of each class.</param>
    /// <param name="initialEpoch">The epoch at which it begins.</param>
    /// <param name="stepsPerEpoch">The number of steps of an epoch; all batches by default.</param>
    /// <param name="validationSteps">The number of steps of a validation.</param>
    /// <param name="validationFreq">The number of epochs for one validation.</param>
    /// <param name="cancellationToken">Stops before the next step.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task<History> FitAsync(
        IAsyncEnumerable<Batch> batches,
        int epochs = 1,
        int verbose = 1,
        IEnumerable<Callbacks.Callback>? callbacks = null,
        IEnumerable<Batch>? validationData = null,
        IReadOnlyDictionary<int, double>? classWeight = null,
        int initialEpoch = 0,
        int? stepsPerEpoch = null,
        int? validationSteps = null,
        int validationFreq = 1,
        CancellationToken cancellationToken = default
    ) =>
        Task.Run(
            () =>
                Fit(
                    // The steps run on this worker thread, which may wait for the next batch.
                    batches.ToBlockingEnumerable(cancellationToken),
                    epochs,
                    verbose,
                    callbacks,
                    validationData,
                    classWeight,
                    initialEpoch,
                    stepsPerEpoch,
                    validationSteps,
                    validationFreq,
                    cancellationToken
                ),
            cancellationToken
        );

    /// <summary>Loss and metrics over data (<c>evaluate</c>), by name.</summary>
    /// <param name="x">The inputs.</param>
    /// <param name="y">The targets.</param>
    /// <param name="batchSize">The number of samples of a step.</param>
    /// <param name="sampleWeight">A factor for the loss of each sample.</param>
    /// <param name="steps">The number of steps; all data by default.</param>
    /// <param name="callbacks">Callbacks.</param>
    /// <param name="cancellationToken">Stops before the next step.</param>
    public IReadOnlyDictionary<string, double> Evaluate(
        Data x,
        Data y,
        int batchSize = 32,
        Data? sampleWeight = null,
        int? steps = null,
        IEnumerable<Callbacks.Callback>? callbacks = null,
        CancellationToken cancellationToken = default
    )
    {
        var data = new Batch(x, y, sampleWeight).Core;
        var t = Ready(data.X);
        return Evaluate(
            t,
            Batches.ofArrays("evaluate", batchSize, Fs.None<int>(), data),
            steps,
            callbacks,
            cancellationToken
        );
    }

    /// <summary>Loss and metrics over batches (<c>evaluate</c>), by name.</summary>
    /// <param name="batches">The batches.</param>
    /// <param name="steps">The number of steps; all batches by default.</param>
    /// <param name="callbacks">Callbacks.</param>
    /// <param name="cancellationToken">Stops before the next step.</param>
    public IReadOnlyDictionary<string, double> Evaluate(
        IEnumerable<Batch> batches,
        int? steps = null,
        IEnumerable<Callbacks.Callback>? callbacks = null,
        CancellationToken cancellationToken = default
    )
    {
        var peeked = new Peeked(batches);
        return Evaluate(Ready(FirstOf(peeked)), Source(peeked, batches), steps, callbacks, cancellationToken);
    }

    /// <summary>Loss and metrics over batches that come asynchronously (<c>evaluate</c>), by name.</summary>
    /// <param name="batches">The batches.</param>
    /// <param name="steps">The number of steps; all batches by default.</param>
    /// <param name="callbacks">Callbacks.</param>
    /// <param name="cancellationToken">Stops before the next step.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task<IReadOnlyDictionary<string, double>> EvaluateAsync(
        IAsyncEnumerable<Batch> batches,
        int? steps = null,
        IEnumerable<Callbacks.Callback>? callbacks = null,
        CancellationToken cancellationToken = default
    ) =>
        Task.Run(
            () => Evaluate(batches.ToBlockingEnumerable(cancellationToken), steps, callbacks, cancellationToken),
            cancellationToken
        );

    /// <summary>The output for all inputs (<c>predict</c>).</summary>
    /// <param name="x">The inputs.</param>
    /// <param name="batchSize">The number of samples of a step.</param>
    /// <param name="callbacks">Callbacks.</param>
    /// <param name="cancellationToken">Stops before the next step.</param>
    public Tensor Predict(
        Data x,
        int batchSize = 32,
        IEnumerable<Callbacks.Callback>? callbacks = null,
        CancellationToken cancellationToken = default
    ) => PredictAll(x, batchSize, callbacks, cancellationToken)[0];

    /// <summary>All outputs for all inputs (<c>predict</c>).</summary>
    /// <param name="x">The inputs.</param>
    /// <param name="batchSize">The number of samples of a step.</param>
    /// <param name="callbacks">Callbacks.</param>
    /// <param name="cancellationToken">Stops before the next step.</param>
    public IReadOnlyList<Tensor> PredictAll(
        Data x,
        int batchSize = 32,
        IEnumerable<Callbacks.Callback>? callbacks = null,
        CancellationToken cancellationToken = default
    ) =>
        Fs.Wrap(
            Predicting(x.Tensors)
                .Predict(x.Tensors, Fs.Some(batchSize), Fs.Some(Fs.List(Cores(callbacks))), Fs.Some(cancellationToken))
        );

    /// <summary>One update on one batch; loss and metrics on this batch alone (<c>train_on_batch</c>).</summary>
    /// <param name="x">The inputs.</param>
    /// <param name="y">The targets.</param>
    /// <param name="sampleWeight">A factor for the loss of each sample.</param>
    /// <param name="classWeight">A factor for the loss of each class.</param>
    public IReadOnlyDictionary<string, double> TrainOnBatch(
        Data x,
        Data y,
        Data? sampleWeight = null,
        IReadOnlyDictionary<int, double>? classWeight = null
    )
    {
        var batch = new Batch(x, y, sampleWeight).Core;
        return Logs.Of(Ready(batch.X).TrainOnBatch(batch, Fs.Option(classWeight)));
    }

    /// <summary>Loss and metrics on one batch (<c>test_on_batch</c>).</summary>
    /// <param name="x">The inputs.</param>
    /// <param name="y">The targets.</param>
    /// <param name="sampleWeight">A factor for the loss of each sample.</param>
    public IReadOnlyDictionary<string, double> TestOnBatch(Data x, Data y, Data? sampleWeight = null)
    {
        var batch = new Batch(x, y, sampleWeight).Core;
        return Logs.Of(Ready(batch.X).TestOnBatch(batch));
    }

    /// <summary>The output for one batch of inputs (<c>predict_on_batch</c>).</summary>
    /// <param name="x">The inputs.</param>
    public Tensor PredictOnBatch(Data x) => new(Predicting(x.Tensors).PredictOnBatch(x.Tensors)[0]);

    private History Run(
        Trainer t,
        BatchSource source,
        BatchSource? validation,
        int epochs,
        int verbose,
        IEnumerable<Callbacks.Callback>? callbacks,
        IReadOnlyDictionary<int, double>? classWeight,
        int initialEpoch,
        int? stepsPerEpoch,
        int? validationSteps,
        int validationFreq,
        CancellationToken cancellationToken
    )
    {
        var all = Cores(callbacks);

        if (verbose != 0)
            all.Add(new FSharp.ProgbarLogger(Fs.None<Spectre.Console.IAnsiConsole>()));

        return new History(
            t.FitBatches(
                source,
                Fs.Some(epochs),
                Fs.Some(Fs.List(all)),
                Fs.Option(validation),
                Fs.Option(validationSteps),
                Fs.Some(validationFreq),
                Fs.Some(initialEpoch),
                Fs.Option(stepsPerEpoch),
                Fs.Option(classWeight),
                Fs.Some(cancellationToken)
            )
        );
    }

    private IReadOnlyDictionary<string, double> Evaluate(
        Trainer t,
        BatchSource source,
        int? steps,
        IEnumerable<Callbacks.Callback>? callbacks,
        CancellationToken cancellationToken
    ) =>
        Logs.Of(
            t.EvaluateBatches(source, Fs.Option(steps), Fs.Some(Fs.List(Cores(callbacks))), Fs.Some(cancellationToken))
        );

    /// <summary>A model need not be compiled to predict.</summary>
    private Trainer Predicting(FSharp.Tensor[] inputs)
    {
        lock (gate)
            if (trainer is null)
                Compile();

        return Ready(inputs);
    }

    private List<FSharp.Callback> Cores(IEnumerable<Callbacks.Callback>? callbacks) =>
        [.. (callbacks ?? []).Select(c => c.CoreFor(this))];

    private static BatchSource Source(IEnumerable<Batch> batches, IEnumerable<Batch> given)
    {
        var steps = given.TryGetNonEnumeratedCount(out var n) ? Fs.Some(n) : Fs.None<int>();
        return Batches.ofSeq(steps, batches.Select(b => b.Core));
    }

    /// <summary>The inputs to build for; null where the model knows their shapes.</summary>
    private FSharp.Tensor[]? FirstOf(Peeked batches) =>
        Blueprint is not null || FSharp.Model.Graph(Core) is not null
            ? null
            : batches.First()?.Core.X
                ?? throw Fs.Refuse($"{Core}", "the data is empty: it gave no batch", "Pass at least one sample.");
}
