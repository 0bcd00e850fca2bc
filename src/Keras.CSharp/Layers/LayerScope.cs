using Keras.Layers;

namespace Keras;

/// <summary>
/// The call of a layer that is written in C#: for its duration variables are read from and written to the call, so that the
/// layer is a pure function.
/// </summary>
internal sealed class LayerScope : IDisposable
{
    [ThreadStatic]
    private static LayerScope? current;

    private readonly LayerScope? outer = current;
    private readonly FSharp.Call call;

    public LayerScope(FSharp.Call call)
    {
        this.call = call;
        current = this;
    }

    /// <summary>The call in progress, if there is one.</summary>
    public static FSharp.Call? Call => current?.call;

    /// <summary>The value of a variable within the call; null if the call knows nothing of it.</summary>
    public static FSharp.Tensor? Read(Variable variable)
    {
        if (current is null || variable.Owner is not { } owner)
            return null;

        for (var scope = current; scope is not null; scope = scope.outer)
            if (ReferenceEquals(scope.call.Layer, owner) && scope.call.Has(variable.Name))
                return scope.call.Variable(variable.Name);

        return Find(variable, owner) is { } built
            ? current.call.Frame!.Read(built.Path, FSharp.AvalModule.make(built.Spec.DType, built.Spec.Shape))
            : null;
    }

    /// <summary>Assigns within the call; false if there is none or it knows nothing of the variable.</summary>
    public static bool Assign(Variable variable, FSharp.Tensor value)
    {
        if (current is null || variable.Owner is not { } owner || Find(variable, owner) is not { } built)
            return false;

        if (built.Spec.Trainable)
            throw Fs.WrongState(
                $"variable '{built.Path}'",
                "it is trainable and would be assigned within a call",
                "Declare it with trainable: false."
            );

        current.call.Frame!.Updates[built.Path] = value;
        return true;
    }

    public void Dispose() => current = outer;

    // The layer may have been called before under any path; the frame knows which.
    private static FSharp.BuiltVariable? Find(Variable variable, FSharp.Layer owner) =>
        current!.call.Frame!.Variables.Find(v => ReferenceEquals(v.Owner, owner) && v.Spec.Name == variable.Name);
}
