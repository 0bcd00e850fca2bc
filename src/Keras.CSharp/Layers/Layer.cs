using System.Collections.Immutable;

namespace Keras.Layers;

/// <summary>
/// A layer (<c>keras.layers.Layer</c>). For one of one's own, derive from it: declare variables in <see cref="Build"/> with
/// <see cref="AddWeight"/>, compute in <see cref="Call(Tensor, bool)"/>, and pass the layers inside it to
/// <see cref="Track"/>.
/// </summary>
public abstract partial class Layer
{
    private readonly List<Tuple<string, FSharp.Layer>> children = [];
    private readonly List<FSharp.VarSpec> specs = [];
    private readonly string? dtype;
    private FSharp.Layer? core;
    private bool trainable;
    private bool wasBuilt;

    /// <summary>For layers of one's own.</summary>
    /// <param name="name">The name; made from that of the class if it is absent.</param>
    /// <param name="trainable">Whether its variables are trained.</param>
    /// <param name="dtype">The dtype or dtype policy; the current policy if it is absent.</param>
    protected Layer(string? name = null, bool trainable = true, string? dtype = null)
    {
        Name = name ?? FSharp.Naming.unique(FSharp.Naming.snakeCase(GetType().Name));
        this.trainable = trainable;
        this.dtype = dtype;
    }

    internal Layer(FSharp.Layer? core)
    {
        this.core = core ?? throw new ArgumentNullException(nameof(core));
        Name = core.Name;
        trainable = core.Trainable;
    }

    internal Layer(string className, Config config)
        : this(
            FSharp.LayerCatalogue.createWith(
                Fs.Func<string, FSharp.Saving.Json, FSharp.Layer?>(FSharp.LayerCatalogue.ofJson),
                config.Objects,
                className,
                config.Pairs
            )
        ) { }

    /// <summary>The name, unique within a model.</summary>
    public string Name { get; }

    /// <summary>False freezes the layer and what is inside it; takes effect at the next <c>Compile</c>.</summary>
    public bool Trainable
    {
        get => trainable;
        set
        {
            trainable = value;

            if (core is not null)
                core.Trainable = value;
        }
    }

    /// <summary>The variables, in the order of their declaration; empty before the layer is built.</summary>
    public virtual IReadOnlyList<Variable> Weights => Collect(Core, []);

    /// <summary>The variables that are trained.</summary>
    public IReadOnlyList<Variable> TrainableWeights => [.. Weights.Where(IsTrained)];

    /// <summary>All other variables: statistics and what is frozen.</summary>
    public IReadOnlyList<Variable> NonTrainableWeights => [.. Weights.Where(w => !IsTrained(w))];

    /// <summary>The penalties of the last call outside a model: regularization and activity.</summary>
    public IReadOnlyList<Tensor> Losses { get; private set; } = [];

    /// <summary>The layer of the F# library behind this one.</summary>
    public FSharp.Layer Core => core ??= CreateCore();

    /// <summary>The number of elements of all variables.</summary>
    public virtual long CountParams() => Weights.Sum(w => w.Shape.Size);

    /// <summary>The values of the variables, in the order of <see cref="Weights"/>.</summary>
    public IReadOnlyList<Tensor> GetWeights() => [.. Weights.Select(w => w.Value)];

    /// <summary>Gives the variables new values; nothing is assigned if one does not fit.</summary>
    /// <param name="values">One for each of <see cref="Weights"/>.</param>
    public void SetWeights(IEnumerable<Tensor> values)
    {
        Tensor[] given = [.. values];
        var weights = Weights;

        if (given.Length != weights.Count)
            throw Fs.Refuse($"{Core}", $"it got {given.Length} values for its {weights.Count} variables");

        for (var i = 0; i < given.Length; i++)
            if (!given[i].Shape.Equals(weights[i].Shape))
                throw Fs.Refuse(
                    $"{Core}",
                    $"the value of '{weights[i].Path}' has shape {given[i].Shape}, expected {weights[i].Shape}"
                );

        for (var i = 0; i < given.Length; i++)
            weights[i].Assign(given[i]);
    }

    /// <summary>As <c>Dense 'dense_1'</c>.</summary>
    public override string ToString() => $"{Core}";

    /// <summary>Declares the variables with <see cref="AddWeight"/>; called once, before the first call.</summary>
    /// <param name="inputShape">The shape of the first input; -1 for the batch.</param>
    protected virtual void Build(Shape inputShape) { }

    /// <summary>Computes the output of a layer with one input and one output.</summary>
    /// <param name="x">The input, in the compute type of the layer.</param>
    /// <param name="training">True in training.</param>
    protected virtual Tensor Call(Tensor x, bool training) =>
        throw Fs.WrongState($"{Core}", "its class does not override Call", "Override Call in a layer of your own.");

    /// <summary>Computes the outputs of a layer with several inputs or outputs.</summary>
    /// <param name="inputs">The inputs, in the compute type of the layer.</param>
    /// <param name="training">True in training.</param>
    protected virtual IReadOnlyList<Tensor> Call(IReadOnlyList<Tensor> inputs, bool training) =>
        inputs.Count == 1
            ? [Call(inputs[0], training)]
            : throw Fs.Refuse($"{Core}", $"it got {inputs.Count} inputs, expected 1");

    /// <summary>Declares a variable; only within <see cref="Build"/>.</summary>
    /// <param name="name">The name, unique within the layer.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="initializer">How it begins; <c>glorot_uniform</c> by default.</param>
    /// <param name="trainable">Whether it is trained.</param>
    /// <param name="regularizer">A penalty on it.</param>
    /// <param name="constraint">A constraint on it.</param>
    protected Variable AddWeight(
        string name,
        Shape shape,
        Initializers.Initializer? initializer = null,
        bool trainable = true,
        Regularizers.Regularizer? regularizer = null,
        Constraints.Constraint? constraint = null
    )
    {
        if (!isBuilding)
            throw Fs.WrongState($"{Core}", $"it declares '{name}' outside Build", "Call AddWeight in Build.");

        specs.Add(
            new FSharp.VarSpec(
                name,
                shape.Core,
                Core.Policy.Variable,
                trainable,
                (initializer ?? "glorot_uniform").Core,
                Fs.Option(regularizer?.Core),
                Fs.Option(constraint?.Core)
            )
        );

        return VariableStore.Get(Core, name, $"{Name}/{name}", trainable);
    }

    /// <summary>
    /// Makes a layer a part of this one: <c>hidden = Track(new Dense(8));</c>. Call it in the constructor.
    /// </summary>
    /// <typeparam name="T">The class of the layer.</typeparam>
    /// <param name="layer">The layer.</param>
    /// <param name="attribute">The name under which files keep it; the layer's own name by default.</param>
    protected T Track<T>(T layer, string? attribute = null)
        where T : Layer
    {
        if (core is not null)
            throw Fs.WrongState(
                $"{Core}",
                $"it was used before {layer.Name} became a part of it",
                "Track layers first."
            );

        children.Add(Tuple.Create(attribute ?? layer.Name, layer.Core));
        tracked.Add(layer);
        return layer;
    }

    /// <summary>The layers inside this one.</summary>
    public virtual IReadOnlyList<Layer> Layers => tracked;

    /// <summary>The layer of the F# library that runs this one.</summary>
    private protected virtual FSharp.Layer CreateCore() =>
        new(
            Name,
            trainable,
            FSharp.DTypePolicyModule.ofJson(
                "dtype",
                dtype is null ? FSharp.Saving.Json.Null : FSharp.Saving.Json.NewText(dtype)
            ),
            Fs.None<FSharp.Regularizer>(),
            new FSharp.LayerParts(
                GetType().Name,
                GetType().Namespace ?? "",
                Fs.Some(GetType().FullName ?? GetType().Name),
                new Config().Pairs,
                false,
                Fs.List(children),
                Fs.Func<FSharp.Call, FSharp.Dims[], Microsoft.FSharp.Core.Unit>((_, _) => null!),
                Fs.Func<FSharp.Dims[], Microsoft.FSharp.Collections.FSharpList<FSharp.VarSpec>>(Declare),
                Fs.Func<FSharp.Call, FSharp.Tensor[], FSharp.Tensor[]>(RunCall),
                FSharp.MaskRule.Stops
            )
        );

    private readonly List<Layer> tracked = [];
    private bool isBuilding;

    private static bool IsTrained(Variable w) => w.Trainable && (w.Owner?.Trainable ?? true);

    private static List<Variable> Collect(FSharp.Layer layer, List<Variable> found)
    {
        found.AddRange(VariableStore.Of(layer));

        foreach (var (_, child) in layer.Parts.Children)
            Collect(child!, found);

        return found;
    }

    private Microsoft.FSharp.Collections.FSharpList<FSharp.VarSpec> Declare(FSharp.Dims[] shapes)
    {
        if (!wasBuilt)
        {
            var sizes = shapes.Length == 0 ? [] : shapes[0].ToArray();

            if (sizes.Length > 0)
                sizes[0] = -1;

            isBuilding = true;

            try
            {
                Build(new Shape(sizes));
                wasBuilt = true;
            }
            finally
            {
                isBuilding = false;

                if (!wasBuilt)
                    specs.Clear();
            }
        }

        return Fs.List(specs);
    }

    private FSharp.Tensor[] RunCall(FSharp.Call call, FSharp.Tensor[] inputs)
    {
        using var scope = new LayerScope(call);
        return Fs.Unwrap(Call((IReadOnlyList<Tensor>)Fs.Wrap(inputs), call.Training));
    }
}
