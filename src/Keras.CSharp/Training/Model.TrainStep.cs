using System.Reflection;
using Keras.FSharp;
using Microsoft.FSharp.Collections;

namespace Keras;

/// <content>A training step of one's own.</content>
public partial class Model
{
    private LossChoice? compiledLoss;

    /// <summary>
    /// One step of training, to be overridden in a model of one's own: computes the loss and its gradients, updates the
    /// variables, and gives the values for the logs. It is compiled; it must be pure but for variables and the optimizer.
    /// </summary>
    /// <param name="batch">The batch.</param>
    protected virtual IReadOnlyDictionary<string, Tensor> TrainStep(Batch batch)
    {
        var (loss, gradients) = Gradients(() =>
            ComputeLoss(batch.Y, Apply(batch.X, training: true), batch.SampleWeight)
        );

        Optimizer.Apply(gradients, TrainableWeights);
        return new Dictionary<string, Tensor> { ["loss"] = loss };
    }

    /// <summary>A loss and its gradients with respect to <see cref="Layers.Layer.TrainableWeights"/>.</summary>
    /// <param name="loss">Gives a scalar.</param>
    protected GradientResult Gradients(Func<Tensor> loss) => Fn.ValueAndGrad(loss, TrainableWeights);

    /// <summary>The loss that the model was compiled with, and the penalties of its layers.</summary>
    /// <param name="y">The targets.</param>
    /// <param name="yPred">The output of the last call of the model.</param>
    /// <param name="sampleWeight">A weight for each sample.</param>
    protected Tensor ComputeLoss(Tensor y, Tensor yPred, Tensor? sampleWeight = null)
    {
        if (
            compiledLoss?.Core is not PerOutput<Microsoft.FSharp.Core.FSharpOption<FSharp.Loss>>.All { Item: var one }
            || Fs.OrNull(one) is not { } loss
        )
            throw Fs.WrongState($"{Core}", "it has no loss for its output", "Pass a loss to Compile.");

        var value = new Tensor(LossModule.apply(loss, y.Core, yPred.Core, sampleWeight?.Core!, null!));
        return Losses.Aggregate(value, (sum, penalty) => sum + penalty);
    }

    /// <summary>Makes the trainer take the step of this class, where it overrides it.</summary>
    private void ConnectTo(Trainer t)
    {
        var step = GetType()
            .GetMethod(nameof(TrainStep), BindingFlags.Instance | BindingFlags.NonPublic, [typeof(Batch)]);

        if (step?.DeclaringType != typeof(Model))
            t.StepWith(
                Fs.Func<Tuple<TrainState, FSharp.Batch>, Tuple<TrainState, FSharpList<Tuple<string, FSharp.Tensor>>>>(
                    argument => OwnStep(argument.Item1, argument.Item2)
                )
            );
    }

    private Tuple<TrainState, FSharpList<Tuple<string, FSharp.Tensor>>> OwnStep(TrainState state, FSharp.Batch batch)
    {
        var (nextKey, key) = FSharp.Random.split(state.Key);
        var cells = Built(null).ToDictionary(c => c.Path, c => c.Variable);
        using var scope = new VariableScope(key);

        foreach (var tree in new[] { state.Variables.Params, state.Variables.State })
        foreach (var (path, value) in TreeModule.toPairs(tree))
            scope.Set(cells[path], value!);

        scope.Set(Optimizer, state.Optimizer);
        var logs = TrainStep(new Batch(batch));
        var now = Fs.Func<string, FSharp.Tensor, FSharp.Tensor>((path, _) => scope.Get(cells[path]));

        var next = new TrainState(
            new Variables(
                TreeModule.mapWithPath(now, state.Variables.Params),
                TreeModule.mapWithPath(now, state.Variables.State)
            ),
            scope.Get(Optimizer),
            [],
            [],
            nextKey
        );

        return Tuple.Create(next, Fs.List(logs.Select(p => Tuple.Create(p.Key, p.Value.Core))));
    }
}
