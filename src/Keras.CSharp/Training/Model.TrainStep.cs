using System.Reflection;
using Keras.FSharp;
using Keras.Metrics;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using CoreLogs = Microsoft.FSharp.Collections.FSharpList<System.Tuple<string, Keras.FSharp.Tensor>>;
using Metric = Keras.Metrics.Metric;

namespace Keras;

/// <content>Steps of training and evaluation of one's own.</content>
public partial class Model
{
    private readonly Mean lossTracker = new("loss");
    private LossChoice? compiledLoss;
    private Metric[] compiledMetrics = [];
    private Metric[] stepMetrics = [];
    private OwnStep? step;

    /// <summary>The metrics that the model was compiled with, and those in its fields (<c>metrics</c>).</summary>
    public IReadOnlyList<Metric> Metrics => [.. compiledMetrics, .. FieldMetrics()];

    /// <summary>
    /// One step of training, to be overridden in a model of one's own (<c>train_step</c>): computes the loss and its
    /// gradients, updates the variables, and gives the values for the logs; those of the last batch of an epoch are the
    /// values of the epoch. Metrics in fields of the model begin anew with each epoch. The step is compiled; it must be
    /// pure but for variables, metrics and the optimizer.
    /// </summary>
    /// <param name="batch">The batch.</param>
    protected virtual IReadOnlyDictionary<string, Tensor> TrainStep(Batch batch)
    {
        var (loss, outputs, gradients) = Fn.ValueAndGrad(
            () =>
            {
                var outputs = ApplyAll(batch.Inputs, training: true);
                return (ComputeLoss(batch, outputs), outputs);
            },
            TrainableWeights
        );

        Optimizer.Apply(gradients, TrainableWeights);
        return Track(batch, loss, outputs);
    }

    /// <summary>
    /// One step of evaluation, to be overridden in a model of one's own (<c>test_step</c>); as <see cref="TrainStep"/>,
    /// without an update.
    /// </summary>
    /// <param name="batch">The batch.</param>
    protected virtual IReadOnlyDictionary<string, Tensor> TestStep(Batch batch)
    {
        var outputs = ApplyAll(batch.Inputs, training: false);
        return Track(batch, ComputeLoss(batch, outputs), outputs);
    }

    /// <summary>A loss and its gradients with respect to <see cref="Layers.Layer.TrainableWeights"/>.</summary>
    /// <param name="loss">Gives a scalar.</param>
    protected GradientResult Gradients(Func<Tensor> loss) => Fn.ValueAndGrad(loss, TrainableWeights);

    /// <summary>
    /// A loss, its gradients with respect to <see cref="Layers.Layer.TrainableWeights"/>, and what was computed beside it.
    /// </summary>
    /// <param name="loss">Gives a scalar, and the output for the metrics.</param>
    protected (Tensor Loss, Tensor Output, IReadOnlyList<Tensor> Gradients) Gradients(
        Func<(Tensor Loss, Tensor Output)> loss
    )
    {
        var (value, others, gradients) = Fn.ValueAndGrad(
            () =>
            {
                var (value, output) = loss();
                return (value, (IReadOnlyList<Tensor>)[output]);
            },
            TrainableWeights
        );

        return (value, others[0], gradients);
    }

    /// <summary>The loss that the model was compiled with, and the penalties of its layers.</summary>
    /// <param name="y">The targets.</param>
    /// <param name="yPred">The output of the last call of the model.</param>
    /// <param name="sampleWeight">A weight for each sample.</param>
    protected Tensor ComputeLoss(Tensor y, Tensor yPred, Tensor? sampleWeight = null)
    {
        if (
            compiledLoss?.Core is not PerOutput<FSharpOption<FSharp.Loss>>.All { Item: var one }
            || Fs.OrNull(one) is not { } loss
        )
            throw Fs.WrongState($"{Core}", "it has no loss for its output", "Pass a loss to Compile.");

        var value = new Tensor(LossModule.apply(loss, y.Core, yPred.Core, sampleWeight?.Core!, null!));
        return Losses.Aggregate(value, (sum, penalty) => sum + penalty);
    }

    /// <summary>The losses of all outputs, weighted, and the penalties of the layers; only within a step.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="yPred">The outputs of the last call of the model.</param>
    protected Tensor ComputeLoss(Batch batch, IReadOnlyList<Tensor> yPred) =>
        new(FSharp.TrainStep.losses(Step().Plan, Outcome(yPred), batch.Core).Item1);

    /// <summary>
    /// Updates the metrics that the model was compiled with and gives their values for the logs
    /// (<c>compute_metrics</c>); only within a step.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="yPred">The outputs of the model.</param>
    protected IReadOnlyDictionary<string, Tensor> ComputeMetrics(Batch batch, params IReadOnlyList<Tensor> yPred)
    {
        var (plan, cells) = Step();
        var before = cells.Select(m => m.Select(v => v.Read()).ToArray()).ToArray();
        var after = FSharp.TrainStep.measure(plan, before, Outcome(yPred), batch.Core);
        var logs = new OrderedDictionary<string, Tensor>();

        for (var i = 0; i < after.Length; i++)
        {
            for (var k = 0; k < after[i].Length; k++)
                cells[i][k].Write(after[i][k]!);

            logs[plan.Metrics[i].LogName] = new Tensor(plan.Metrics[i].Metric.Result.Invoke(after[i]));
        }

        return logs;
    }

    /// <summary>Loss and metrics as Keras's own steps log them: means over the batches so far.</summary>
    private OrderedDictionary<string, Tensor> Track(Batch batch, Tensor loss, IReadOnlyList<Tensor> outputs)
    {
        lossTracker.UpdateState(loss, sampleWeight: Tensor.Of((float)batch.Core.Size));
        var logs = new OrderedDictionary<string, Tensor> { ["loss"] = lossTracker.Result() };

        foreach (var (name, value) in ComputeMetrics(batch, outputs))
            logs[name] = value;

        return logs;
    }

    private Applied Outcome(IReadOnlyList<Tensor> outputs) =>
        new(
            Fs.Unwrap(outputs),
            new FSharp.Tensor[outputs.Count],
            TreeModule.empty<FSharp.Tensor>(),
            Fs.List(Fs.Unwrap(Losses))
        );

    private OwnStep Step() =>
        step
        ?? throw Fs.WrongState(
            $"{Core}",
            "the losses and metrics of Compile are computed outside a step",
            "Call this in TrainStep or TestStep."
        );

    /// <summary>Makes the trainer take the steps of this class, where it overrides them.</summary>
    private void ConnectTo(Trainer t)
    {
        var train = Overrides(nameof(TrainStep));
        var test = Overrides(nameof(TestStep));

        if (!train && !test)
            return;

        stepMetrics = [lossTracker, .. FieldMetrics()];

        t.StepWith(
            new OwnSteps(
                train
                    ? Fs.Some(
                        Fs.Func<TrainPlan, FSharpFunc<Tuple<TrainState, FSharp.Batch>, Tuple<TrainState, CoreLogs>>>(
                            plan =>
                                Fs.Func<Tuple<TrainState, FSharp.Batch>, Tuple<TrainState, CoreLogs>>(a =>
                                    OwnTrain(plan, a.Item1, a.Item2)
                                )
                        )
                    )
                    : null!,
                test
                    ? Fs.Some(
                        Fs.Func<
                            TrainPlan,
                            FSharpFunc<
                                Tuple<Variables, FSharp.Tensor[][], Tuple<FSharp.Tensor, FSharp.Tensor>, FSharp.Batch>,
                                Tuple<FSharp.Tensor[][], CoreLogs>
                            >
                        >(plan =>
                            Fs.Func<
                                Tuple<Variables, FSharp.Tensor[][], Tuple<FSharp.Tensor, FSharp.Tensor>, FSharp.Batch>,
                                Tuple<FSharp.Tensor[][], CoreLogs>
                            >(a => OwnTest(plan, a.Item1, a.Item2, a.Item3, a.Item4))
                        )
                    )
                    : null!,
                Fs.Func<Unit, FSharp.Tensor[][]>(_ => Array.ConvertAll(stepMetrics, m => m.Beginning())),
                Fs.Func<FSharp.Tensor[][], Unit>(Keep)
            )
        );
    }

    private bool Overrides(string method) =>
        GetType()
            .GetMethod(method, BindingFlags.Instance | BindingFlags.NonPublic, [typeof(Batch)])!
            .DeclaringType!.Assembly != typeof(Model).Assembly;

    private IEnumerable<Metric> FieldMetrics() =>
        Keras.Layers.Attributes.Of<Metric>(this).Select(p => p.Value).Distinct();

    private Unit Keep(FSharp.Tensor[][] states)
    {
        foreach (var (metric, state) in stepMetrics.Zip(states))
            for (var i = 0; i < state.Length; i++)
                metric.Variables[i].Write(state[i]);

        return null!;
    }

    private Tuple<TrainState, CoreLogs> OwnTrain(TrainPlan plan, TrainState state, FSharp.Batch batch)
    {
        var (nextKey, key) = FSharp.Random.split(state.Key);
        var cells = Built((FSharp.Tensor[]?)null).ToDictionary(c => c.Path, c => c.Variable);
        using var scope = new VariableScope(key);
        Place(scope, cells, state.Variables);
        scope.Set(Optimizer, state.Optimizer);
        var (logs, metrics) = Run(scope, plan, state.Metrics, () => TrainStep(new Batch(batch)));
        var now = Fs.Func<string, FSharp.Tensor, FSharp.Tensor>((path, _) => scope.Get(cells[path]));

        var next = new TrainState(
            new Variables(
                TreeModule.mapWithPath(now, state.Variables.Params),
                TreeModule.mapWithPath(now, state.Variables.State)
            ),
            scope.Get(Optimizer),
            [],
            metrics,
            nextKey
        );

        return Tuple.Create(next, logs);
    }

    private Tuple<FSharp.Tensor[][], CoreLogs> OwnTest(
        TrainPlan plan,
        Variables variables,
        FSharp.Tensor[][] metrics,
        Tuple<FSharp.Tensor, FSharp.Tensor> key,
        FSharp.Batch batch
    )
    {
        using var scope = new VariableScope(FSharp.TrainStep.quietKey(key.Item1, key.Item2));
        Place(scope, Built((FSharp.Tensor[]?)null).ToDictionary(c => c.Path, c => c.Variable), variables);
        var (logs, next) = Run(scope, plan, metrics, () => TestStep(new Batch(batch)));
        return Tuple.Create(next, logs);
    }

    private static void Place(VariableScope scope, Dictionary<string, Variable> cells, Variables variables)
    {
        foreach (var tree in new[] { variables.Params, variables.State })
        foreach (var (path, value) in TreeModule.toPairs(tree))
            scope.Set(cells[path], value!);
    }

    /// <summary>Runs a step; the metrics of Compile come first in its state, then those of the step.</summary>
    private (CoreLogs Logs, FSharp.Tensor[][] Metrics) Run(
        VariableScope scope,
        TrainPlan plan,
        FSharp.Tensor[][] metrics,
        Func<IReadOnlyDictionary<string, Tensor>> work
    )
    {
        var compiled = plan.Metrics.Length;

        Variable[][] cells =
        [
            .. plan.Metrics.Select(m =>
                m.Metric.Variables.Select(v => new Variable(v!.Name, $"{m.LogName}/{v.Name}", false, null)).ToArray()
            ),
            .. stepMetrics.Select(m => m.Variables.ToArray()),
        ];

        for (var i = 0; i < cells.Length; i++)
        for (var k = 0; k < cells[i].Length; k++)
            scope.Set(cells[i][k], metrics[i][k]);

        step = new OwnStep(plan, cells[..compiled]);

        try
        {
            var logs = work();

            return (
                Fs.List(logs.Select(p => Tuple.Create(p.Key, p.Value.Core))),
                Array.ConvertAll(cells, m => Array.ConvertAll(m, scope.Get))
            );
        }
        finally
        {
            step = null;
        }
    }

    /// <summary>What a step of one's own works with: the plan, and the metrics of Compile as cells.</summary>
    private sealed record OwnStep(TrainPlan Plan, Variable[][] Cells);
}
