using Keras.FSharp;
using Keras.Optimizers;

namespace Keras;

/// <content>Compiling: the loss, the optimizer and the metrics; and where the values of the variables are.</content>
public partial class Model : IVariableHome
{
    private readonly Lock gate = new();
    private Trainer? trainer;
    private Seen? seen;
    private Optimizers.Optimizer? optimizer;

    /// <summary>The optimizer that the model was compiled with; an error before.</summary>
    public Optimizers.Optimizer Optimizer => optimizer ?? throw NotCompiled();

    /// <summary>True asks <c>Fit</c> to stop after the current batch, as callbacks do (<c>stop_training</c>).</summary>
    public bool StopTraining
    {
        get => trainer is ITraining { StopTraining: true };
        set => ((ITraining?)trainer ?? throw NotCompiled()).StopTraining = value;
    }

    /// <summary>True once <see cref="Compile"/> was called.</summary>
    public bool IsCompiled => trainer is not null;

    /// <summary>Says what training does (<c>compile</c>). What is frozen is taken from the layers now.</summary>
    /// <param name="optimizer">A name or an optimizer; <c>rmsprop</c> by default.</param>
    /// <param name="loss">A name, a loss, one for each output, or by the names of the outputs.</param>
    /// <param name="metrics">Names and metrics.</param>
    /// <param name="lossWeights">A factor for the loss of each output.</param>
    /// <param name="weightedMetrics">Metrics that take the sample weights.</param>
    /// <param name="runEagerly">Runs operation by operation, for debugging.</param>
    /// <param name="autoScaleLoss">Under the policy <c>mixed_float16</c>, puts the optimizer into one that scales the loss.</param>
    public void Compile(
        Optimizers.Optimizer? optimizer = null,
        LossChoice? loss = null,
        MetricChoices? metrics = null,
        double[]? lossWeights = null,
        MetricChoices? weightedMetrics = null,
        bool runEagerly = false,
        bool autoScaleLoss = true
    )
    {
        // Values stay with the variables when the trainer that kept them goes.
        Release();
        this.optimizer = optimizer ?? "rmsprop";
        compiledLoss = loss;
        compiledMetrics = [.. metrics ?? [], .. weightedMetrics ?? []];

        var options = new CompileOptions(
            this.optimizer.Core,
            loss?.Core ?? PerOutput<Microsoft.FSharp.Core.FSharpOption<FSharp.Loss>>.NewAll(Fs.None<FSharp.Loss>()),
            lossWeights is null ? null! : Fs.Some(PerOutput<double>.NewPositions(Fs.List(lossWeights))),
            metrics is null ? null! : Fs.Some(metrics.Core),
            weightedMetrics is null ? null! : Fs.Some(weightedMetrics.Core),
            runEagerly,
            1,
            // A step of one's own scales the loss itself, or not at all.
            autoScaleLoss && !Overrides(nameof(TrainStep))
        );

        trainer = new Trainer(Core, options, Fs.None<Variables>(), Fs.Some(Randomness.NextSeed()));
        InUse(trainer);
        ConnectTo(trainer);
        ModelFile.connect(trainer);
    }

    FSharp.Tensor IVariableHome.Read(string path)
    {
        var now = trainer!.Variables;

        if (seen is not { } known || !ReferenceEquals(known.Of, now))
        {
            known = new Seen(
                now,
                TreeModule
                    .toPairs(now.Params)
                    .Concat(TreeModule.toPairs(now.State))
                    .ToDictionary(p => p.Item1, p => p.Item2!)
            );

            seen = known;
        }

        return known.Values[path];
    }

    /// <summary>The trainer with the values of the variables, which it may overwrite from now on.</summary>
    private Trainer Ready(FSharp.Tensor[]? inputs)
    {
        // Threads that predict may come first together.
        lock (gate)
            return Settled(trainer ?? throw NotCompiled(), inputs);
    }

    private Trainer Settled(Trainer t, FSharp.Tensor[]? inputs)
    {
        var cells = Built(inputs);

        if (t.IsBuilt && cells.All(c => c.Variable.IsAt(this)))
            return t;

        var current = cells.ToDictionary(c => c.Path, c => c.Variable.Take());

        if (t.IsBuilt)
        {
            var now = t.Variables;
            var replace = Fs.Func<string, FSharp.Tensor, FSharp.Tensor>((path, _) => current[path]);
            t.Variables = new Variables(
                TreeModule.mapWithPath(replace, now.Params),
                TreeModule.mapWithPath(replace, now.State)
            );
        }
        else
        {
            t.Variables = FSharp.Model.Partition(
                Core,
                Blueprint!,
                Fs.Func<BuiltVariable, FSharp.Tensor>(v => current[FSharp.Model.PathBelow(Core, v)])
            );

            AttachOptimizer(t);
        }

        foreach (var (path, variable) in cells)
            variable.MoveTo(this, path);

        return t;
    }

    /// <summary>Goes on with a trainer that a file gave.</summary>
    private void Continue(Trainer loaded)
    {
        trainer = loaded;
        compiledLoss = new LossChoice(loaded.Options.Loss);
        optimizer = new Optimizers.Optimizer(loaded.Optimizer);
        AttachOptimizer(loaded);
        ConnectTo(loaded);
        ModelFile.connect(loaded);

        foreach (var (path, variable) in Built(null))
            variable.MoveTo(this, path);
    }

    /// <summary>Under <c>mixed_float16</c> the optimizer in use scales the loss around the given one.</summary>
    private void InUse(Trainer t)
    {
        if (!ReferenceEquals(t.Optimizer, optimizer!.Core))
            optimizer = new Optimizers.Optimizer(t.Optimizer);
    }

    private void AttachOptimizer(Trainer t)
    {
        var parameters = OptimizersModule.parametersOf(t.Variables.Params);
        var paths = Built(null).ToDictionary(c => c.Path, c => c.Variable.Path);
        optimizer!.Attach(t, parameters, [.. parameters.Select(p => paths[p.Path])]);
    }

    /// <summary>Gives the variables their values back.</summary>
    private void Release()
    {
        if (trainer is not { IsBuilt: true })
            return;

        foreach (var (_, variable) in Built(null))
            if (variable.IsAt(this))
                variable.Keep(variable.Read());
    }

    /// <summary>After a change of the layers everything is built and compiled anew; the values stay.</summary>
    private protected void Reset()
    {
        Release();
        trainer = null;
        Forget();
    }

    private Aval[] OptimizerVariables() =>
        trainer is { IsBuilt: true } t ? Array.ConvertAll(t.OptimizerState.Variables, x => x!.Aval) : [];

    private Exception NotCompiled() => Fs.WrongState($"{Core}", "it is not compiled", "Call Compile first.");

    /// <summary>The values of the variables by path, as a trainer had them.</summary>
    private sealed record Seen(Variables Of, Dictionary<string, FSharp.Tensor> Values);
}
