using Keras.FSharp;
using Keras.Optimizers;
using CoreState = System.Tuple<Keras.FSharp.Tensor[], Keras.FSharp.OptimizerState[]>;

namespace Keras;

/// <summary>
/// A compiled function with state: within it the variables are arguments and results, so that it is pure; around it they
/// are cells.
/// </summary>
internal sealed class CompiledFunction
{
    private readonly Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> function;
    private readonly Variable[] variables;
    private readonly Optimizers.Optimizer[] optimizers;
    private readonly Jit<Tuple<CoreState, FSharp.Tensor[], FSharp.Tensor>, Tuple<CoreState, FSharp.Tensor[]>> compiled;

    public CompiledFunction(Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> function, object[] state)
    {
        this.function = function;
        optimizers = [.. state.OfType<Optimizers.Optimizer>()];
        variables = [.. state.SelectMany(VariablesOf).Distinct()];

        // The state of the call before is gone after the call: its memory takes the next one.
        compiled = new(
            "jit",
            Fs.Func<Tuple<CoreState, FSharp.Tensor[], FSharp.Tensor>, Tuple<CoreState, FSharp.Tensor[]>>(Trace),
            Fs.Func<string, bool>(path => path.TrimStart('.').StartsWith("Item1", StringComparison.Ordinal))
        );
    }

    public IReadOnlyList<Tensor> Invoke(IReadOnlyList<Tensor> inputs)
    {
        var before = new CoreState(Array.ConvertAll(variables, v => v.Take()), Array.ConvertAll(optimizers, StateOf));
        var (after, results) = compiled.Invoke(Tuple.Create(before, Fs.Unwrap(inputs), Randomness.Next()));

        for (var i = 0; i < variables.Length; i++)
            if (VariableScope.Current is null)
                variables[i].Keep(after.Item1[i]);
            else
                variables[i].Write(after.Item1[i]);

        for (var i = 0; i < optimizers.Length; i++)
            optimizers[i].State = after.Item2[i];

        return Fs.Wrap(results);
    }

    private Tuple<CoreState, FSharp.Tensor[]> Trace(Tuple<CoreState, FSharp.Tensor[], FSharp.Tensor> argument)
    {
        var ((values, states), inputs, key) = argument;
        using var scope = new VariableScope(key);

        for (var i = 0; i < variables.Length; i++)
            scope.Set(variables[i], values[i]);

        for (var i = 0; i < optimizers.Length; i++)
            scope.Set(optimizers[i], states[i]);

        var results = Fs.Unwrap(function(Fs.Wrap(inputs)));

        if (scope.Written.Find(v => !variables.Contains(v)) is { } other)
            throw Fs.WrongState(
                "Fn.Jit",
                $"the function writes variable '{other.Path}', which is not part of its state",
                "Name its layer or model in the state."
            );

        var after = new CoreState(Array.ConvertAll(variables, scope.Get), Array.ConvertAll(optimizers, scope.Get));

        return Tuple.Create(after, results);
    }

    private static OptimizerState StateOf(Optimizers.Optimizer optimizer) =>
        optimizer.State
        ?? throw Fs.WrongState("Fn.Jit", $"optimizer '{optimizer.Name}' has no state yet", "Call its Build first.");

    private static IEnumerable<Variable> VariablesOf(object state) =>
        state switch
        {
            Variable v => [v],
            IEnumerable<Variable> vs => vs,
            Layers.Layer l => l.Weights,
            Metrics.Metric m => m.Variables,
            Optimizers.Optimizer => [],
            _ => throw Fs.Refuse(
                "Fn.Jit",
                $"its state holds a {state.GetType().Name}",
                "Pass layers, models, optimizers, metrics and variables."
            ),
        };
}
