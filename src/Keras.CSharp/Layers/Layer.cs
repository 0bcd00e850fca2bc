using System.Collections.Immutable;

namespace Keras.Layers;

/// <summary>
/// A layer (<c>keras.layers.Layer</c>). For one of one's own, derive from it: declare variables in <see cref="Build(Shape)"/> with
/// <see cref="AddWeight"/> and compute in <see cref="Call(Tensor, bool)"/>. Layers in its fields and properties, and in
/// lists and dictionaries there, are parts of it.
/// </summary>
public abstract partial class Layer
{
    private readonly List<(string? Attribute, Layer Layer)> tracked = [];
    private readonly List<FSharp.VarSpec> specs = [];
    private string? dtype;
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
        LayerObjects.Add(core, this);
    }

    internal Layer(string className, ConfigBuilder config)
        : this(
            FSharp.LayerCatalogue.createWith(
                Fs.Func<string, FSharp.Saving.Json, FSharp.Layer?>(FSharp.LayerCatalogue.ofJson),
                config.Objects,
                className,
                config.Pairs
            )
        ) { }

    /// <summary>The name, unique within a model.</summary>
    public string Name { get; private set; }

    /// <summary>
    /// False freezes the layer and all layers inside it, true frees them; takes effect at the next <c>Compile</c>.
    /// </summary>
    public bool Trainable
    {
        get => trainable;
        set
        {
            trainable = value;

            if (core is not null)
                core.Trainable = value;

            foreach (var layer in Layers)
                layer.Trainable = value;
        }
    }

    /// <summary>The variables, in the order of their declaration; empty before the layer is built.</summary>
    public virtual IReadOnlyList<Variable> Weights
    {
        get
        {
            BuildIfKnown();
            var found = new List<Variable>();
            Collect(Core, found);
            return [.. found.Distinct()];
        }
    }

    /// <summary>The variables that are trained.</summary>
    public IReadOnlyList<Variable> TrainableWeights => [.. Weights.Where(IsTrained)];

    /// <summary>All other variables: statistics and what is frozen.</summary>
    public IReadOnlyList<Variable> NonTrainableWeights => [.. Weights.Where(w => !IsTrained(w))];

    /// <summary>The penalties of the last call outside a model: regularization and activity.</summary>
    public IReadOnlyList<Tensor> Losses { get; private set; } = [];

    /// <summary>The layer of the F# library behind this one.</summary>
    internal FSharp.Layer Core
    {
        get
        {
            if (core is null)
            {
                core = CreateCore();
                LayerObjects.Add(core, this);
            }

            return core;
        }
    }

    /// <summary>
    /// True in a layer of one's own that passes the mask of its input on to what follows; masks end at others.
    /// </summary>
    protected virtual bool SupportsMasking => false;

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

    /// <summary>As the method for one input, where a layer with several needs all their shapes.</summary>
    /// <param name="inputShapes">The shapes of the inputs; -1 for the batch.</param>
    protected virtual void Build(IReadOnlyList<Shape> inputShapes)
    {
        if (inputShapes.Count > 0)
            Build(inputShapes[0]);
    }

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

    /// <summary>Declares a variable; only within <see cref="Build(Shape)"/>.</summary>
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

        if (shape.Any(n => n < 0))
            throw Fs.Refuse(
                $"{Core}",
                $"the shape {shape} of its variable '{name}' depends on a size that is not known",
                "Give the size in Input, or call the model with data first."
            );

        specs.Add(
            new FSharp.VarSpec(
                name,
                shape.Core,
                Core.Policy.Variable,
                trainable,
                true,
                (initializer ?? "glorot_uniform").Core,
                Fs.Option(regularizer?.Core),
                Fs.Option(constraint?.Core)
            )
        );

        return VariableStore.Get(Core, name, $"{Name}/{name}", trainable);
    }

    /// <summary>Adds a penalty to the loss of the model (<c>add_loss</c>); only within <c>Call</c>.</summary>
    /// <param name="loss">A scalar.</param>
    protected void AddLoss(Tensor loss)
    {
        var call =
            LayerScope.Call ?? throw Fs.WrongState($"{Core}", "it adds a loss outside Call", "Call AddLoss in Call.");

        call.AddLoss(loss.Core);
    }

    /// <summary>
    /// Makes a layer a part of this one that no field holds, or gives it another name in files than that of its field.
    /// </summary>
    /// <typeparam name="T">The class of the layer.</typeparam>
    /// <param name="layer">The layer.</param>
    /// <param name="attribute">The name under which files keep it, as a Python class would name the attribute.</param>
    protected T Track<T>(T layer, string? attribute = null)
        where T : Layer
    {
        tracked.Add((attribute, layer));
        return layer;
    }

    /// <summary>The layers inside this one, each once.</summary>
    public virtual IReadOnlyList<Layer> Layers =>
        IsOwn
            ? [.. Inside().Select(p => p.Layer).Distinct()]
            : [.. Core.Children.Select(p => LayerObjects.Of(p.Item2!))];

    /// <summary>The layer of the F# library that runs this one.</summary>
    private protected virtual FSharp.Layer CreateCore()
    {
        return new(
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
                Fs.None<string>(),
                new ConfigBuilder().Pairs,
                false,
                Fs.List<Tuple<string, FSharp.Layer>>([]),
                Fs.Func<FSharp.Call, FSharp.Dims[], Microsoft.FSharp.Core.Unit>((call, _) => Look(call)!),
                Fs.Func<FSharp.Dims[], Microsoft.FSharp.Collections.FSharpList<FSharp.VarSpec>>(Declare),
                Fs.Func<FSharp.Call, FSharp.Tensor[], FSharp.Tensor[]>(RunCall),
                SupportsMasking ? FSharp.MaskRule.Passes : FSharp.MaskRule.Stops
            )
        )
        {
            Host = Microsoft.FSharp.Core.FSharpValueOption<FSharp.ILayerHost>.NewValueSome(new Host(this)),
        };
    }

    /// <summary>
    /// The layers inside this one by attribute, those that were tracked first; one without an attribute stands in the list
    /// that models have.
    /// </summary>
    private List<(string Attribute, Layer Layer)> Inside()
    {
        var inFields = Attributes.Of<Layer>(this).Where(p => p.Value != this).ToArray();
        var found = new List<(string Attribute, Layer Layer)>();

        foreach (var (attribute, layer) in tracked)
            if (attribute is not null)
                found.Add((attribute, layer));
            else if (inFields.Where(p => p.Value == layer).ToArray() is { Length: > 0 } held)
                found.AddRange(held);
            else
                found.Add(("layers/", layer));

        found.AddRange(inFields.Where(p => !found.Exists(f => f.Layer == p.Value)));

        if (found.Where(p => !p.Attribute.EndsWith('/')).GroupBy(p => p.Attribute).FirstOrDefault(Differ) is { } twice)
            throw Fs.WrongState(
                $"{this}",
                $"two of its layers have the name '{twice.Key}' in files",
                "Rename a field, or pass another attribute to Track."
            );

        return found;

        static bool Differ(IGrouping<string, (string Attribute, Layer Layer)> group) =>
            group.Select(p => p.Layer).Distinct().Count() > 1;
    }

    private bool isBuilding;
    private int unknownSize = -1;

    private static bool IsTrained(Variable w) => w.Trainable && (w.Owner?.Trainable ?? true);

    private static void Collect(FSharp.Layer layer, List<Variable> found)
    {
        found.AddRange(VariableStore.Of(layer).Where(v => v.IsWeight));

        foreach (var (_, child) in layer.Children)
            Collect(child!, found);
    }

    /// <summary>Runs before the variables are declared; here it learns which number stands for sizes not known.</summary>
    private Microsoft.FSharp.Core.Unit? Look(FSharp.Call call)
    {
        if (!wasBuilt)
            unknownSize = call.Frame!.HasOpenAxes ? call.Frame.UnknownSize : -1;

        return null;
    }

    private Microsoft.FSharp.Collections.FSharpList<FSharp.VarSpec> Declare(FSharp.Dims[] shapes)
    {
        lock (specs)
        {
            if (wasBuilt)
                return Fs.List(specs);

            isBuilding = true;

            try
            {
                Build((IReadOnlyList<Shape>)Array.ConvertAll(shapes, Declared));
                wasBuilt = true;
            }
            finally
            {
                isBuilding = false;

                if (!wasBuilt)
                    specs.Clear();
            }

            return Fs.List(specs);
        }
    }

    /// <summary>A shape as a layer may rely on it: neither the batch nor what is not known has a size.</summary>
    private Shape Declared(FSharp.Dims shape) =>
        new([.. shape.ToArray().Select((n, axis) => axis == 0 || n == unknownSize ? -1 : n)]);

    private FSharp.Tensor[] RunCall(FSharp.Call call, FSharp.Tensor[] inputs)
    {
        using var scope = new LayerScope(call);
        return Fs.Unwrap(Call((IReadOnlyList<Tensor>)Fs.Wrap(inputs), call.Training));
    }
}
