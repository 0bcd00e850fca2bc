namespace Keras;

/// <summary>Where the values of variables are while a model is in training.</summary>
internal interface IVariableHome
{
    /// <summary>The value of the variable at a path.</summary>
    FSharp.Tensor Read(string path);
}

/// <summary>
/// A cell with a tensor (<c>keras.Variable</c>): a weight of a layer, or other state. Within the call of a layer, and within
/// the transformations of <see cref="Fn"/>, reading gives the value that counts there.
/// </summary>
public sealed partial class Variable
{
    private FSharp.Tensor? value;
    private IVariableHome? home;
    private string homePath = "";

    // The elements may be overwritten by the next step once nobody outside has seen the tensor.
    private bool isShared = true;

    /// <summary>A variable of one's own, for custom training loops.</summary>
    /// <param name="value">Its first value.</param>
    /// <param name="name">Its name.</param>
    /// <param name="trainable">Whether it is trained.</param>
    public Variable(Tensor value, string name = "variable", bool trainable = true)
        : this(name, name, trainable, value.Core) { }

    internal Variable(string name, string path, bool trainable, FSharp.Tensor? value)
    {
        if (value is { IsTraced: true })
            throw Fs.WrongState(
                $"variable '{path}'",
                "it would be made within a compiled function or a gradient",
                "Build the model first: begin it with Input, or call it once with data."
            );

        Name = name;
        Path = path;
        Trainable = trainable;
        this.value = value;
    }

    /// <summary>The last part of the path, as <c>kernel</c>.</summary>
    public string Name { get; }

    /// <summary>As <c>sequential/dense/kernel</c>.</summary>
    public string Path { get; internal set; }

    /// <summary>Whether it is trained. Freeze a layer by its own property.</summary>
    public bool Trainable { get; internal set; }

    /// <summary>The shape.</summary>
    public Shape Shape => new(Read().Shape);

    /// <summary>The element type.</summary>
    public DType DType => (DType)Read().DType;

    /// <summary>The value; assigning replaces it, converted to the element type of the variable.</summary>
    public Tensor Value
    {
        get
        {
            var now = Read();

            // A home overwrites its tensors in place, so others get a copy.
            if (home is not null && !now.IsTraced && VariableScope.Holds(this) is null)
                return new Tensor(FSharp.TensorModule.copy(now));

            isShared = true;
            return new Tensor(now);
        }
        set => Assign(value);
    }

    /// <summary>The layer that declared it and the name there, for reads within calls; null for one's own.</summary>
    internal FSharp.Layer? Owner { get; init; }

    /// <summary>False for the states that a recurrent layer keeps between calls.</summary>
    internal bool IsWeight { get; set; } = true;

    /// <summary>True if there is a value.</summary>
    internal bool HasValue => value is not null || home is not null;

    /// <summary>Gives the variable a new value of the same shape.</summary>
    /// <param name="newValue">The value.</param>
    public void Assign(Tensor newValue)
    {
        var next = newValue.Core;

        if (HasValue)
        {
            var now = Read();

            if (!next.Shape.Equals(now.Shape))
                throw Fs.Refuse(
                    $"variable '{Path}'",
                    $"the new value has shape {next.Shape}, expected {now.Shape}",
                    "A variable keeps its shape."
                );

            if (next.DType != now.DType)
                next = FSharp.TensorModule.cast(now.DType, next)!;
        }

        if (!LayerScope.Assign(this, next))
            Write(next);
    }

    /// <summary>A variable stands for its value where a tensor is expected.</summary>
    /// <param name="variable">The variable.</param>
    public static implicit operator Tensor(Variable variable) => variable.Value;

    /// <summary>As <c>&lt;Variable path=dense/kernel, shape=(3, 2), dtype=Float32&gt;</c>.</summary>
    public override string ToString() =>
        HasValue ? $"<Variable path={Path}, shape={Shape}, dtype={DType}>" : $"<Variable path={Path}, not built>";

    /// <summary>The value that counts here.</summary>
    internal FSharp.Tensor Read() =>
        LayerScope.Read(this)
        ?? VariableScope.Holds(this)
        ?? home?.Read(homePath)
        ?? value
        ?? throw Fs.WrongState($"variable '{Path}'", "it has no value yet", "Call its layer or build its model first.");

    /// <summary>Replaces the value, within a transformation for the transformation.</summary>
    internal void Write(FSharp.Tensor next)
    {
        if (VariableScope.Current is { } scope)
        {
            scope.Write(this, next);
            return;
        }

        if (next.IsTraced)
            throw Fs.WrongState($"variable '{Path}'", "it would keep a value that only counts within a transformation");

        value = next;
        home = null;
        isShared = true;
    }

    /// <summary>The value, to be kept by a new home, which may overwrite it.</summary>
    internal FSharp.Tensor Take()
    {
        var now = Read();
        return isShared && !now.IsTraced ? FSharp.TensorModule.copy(now)! : now;
    }

    /// <summary>True if the value is kept there.</summary>
    internal bool IsAt(IVariableHome place) => ReferenceEquals(home, place);

    /// <summary>From now on the value is kept elsewhere.</summary>
    internal void MoveTo(IVariableHome place, string path)
    {
        home = place;
        homePath = path;
        value = null;
        isShared = false;
    }

    /// <summary>A value that nobody else holds: a step may overwrite it.</summary>
    internal void Keep(FSharp.Tensor next)
    {
        value = next;
        home = null;
        isShared = false;
    }
}
