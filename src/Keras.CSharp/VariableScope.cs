namespace Keras;

/// <summary>
/// The values of variables and optimizers within a transformation: what is read there, and what was written, which the
/// transformation returns as results.
/// </summary>
internal sealed class VariableScope : IDisposable
{
    [ThreadStatic]
    private static VariableScope? current;

    private readonly VariableScope? outer = current;
    private readonly Dictionary<Variable, FSharp.Tensor> values = [];
    private readonly Dictionary<Optimizers.Optimizer, FSharp.OptimizerState> states = [];
    private FSharp.Tensor? key;

    public VariableScope(FSharp.Tensor? key = null)
    {
        this.key = key;
        current = this;
    }

    /// <summary>The innermost one of this thread.</summary>
    public static VariableScope? Current => current;

    /// <summary>The variables that were written, in order.</summary>
    public List<Variable> Written { get; } = [];

    /// <summary>The value of a variable within the scopes of this thread; null if none says one.</summary>
    public static FSharp.Tensor? Holds(Variable variable)
    {
        for (var scope = current; scope is not null; scope = scope.outer)
            if (scope.values.TryGetValue(variable, out var value))
                return value;

        return null;
    }

    /// <summary>The state of an optimizer within the scopes of this thread; null if none says one.</summary>
    public static FSharp.OptimizerState? Holds(Optimizers.Optimizer optimizer)
    {
        for (var scope = current; scope is not null; scope = scope.outer)
            if (scope.states.TryGetValue(optimizer, out var state))
                return state;

        return null;
    }

    /// <summary>A value to begin with.</summary>
    public void Set(Variable variable, FSharp.Tensor value) => values[variable] = value;

    /// <summary>The state of an optimizer, to begin with or written.</summary>
    public void Set(Optimizers.Optimizer optimizer, FSharp.OptimizerState state) => states[optimizer] = state;

    /// <summary>The value within this scope.</summary>
    public FSharp.Tensor Get(Variable variable) => values[variable];

    /// <summary>The state within this scope.</summary>
    public FSharp.OptimizerState Get(Optimizers.Optimizer optimizer) => states[optimizer];

    public void Write(Variable variable, FSharp.Tensor value)
    {
        if (!Written.Contains(variable))
            Written.Add(variable);

        values[variable] = value;
    }

    /// <summary>The next key of the transformation; null if it was given none.</summary>
    public FSharp.Tensor? NextKey()
    {
        if (key is null)
            return outer?.NextKey();

        var (next, result) = FSharp.Random.split(key);
        key = next;
        return result!;
    }

    public void Dispose() => current = outer;
}
