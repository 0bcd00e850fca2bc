using Keras.FSharp;

namespace Keras.Layers;

/// <content>Calling layers: on symbolic tensors, within the calls of other layers, and on data.</content>
public abstract partial class Layer
{
    private Blueprint? blueprint;

    /// <summary>Calls the layer on a symbolic tensor (functional API).</summary>
    /// <param name="x">The input.</param>
    public KerasTensor Apply(KerasTensor x) => ApplyAll([x])[0];

    /// <summary>
    /// Calls the layer on several symbolic tensors, as merging layers are called, and attention on query and value.
    /// </summary>
    /// <param name="first">The first input.</param>
    /// <param name="second">The second input.</param>
    /// <param name="others">Further inputs.</param>
    public KerasTensor Apply(KerasTensor first, KerasTensor second, params KerasTensor[] others) =>
        ApplyAll([first, second, .. others])[0];

    /// <summary>Calls the layer on symbolic tensors; gives all outputs.</summary>
    /// <param name="inputs">The inputs.</param>
    public IReadOnlyList<KerasTensor> ApplyAll(params IReadOnlyList<KerasTensor> inputs) => ApplyAll(inputs, []);

    /// <summary>Calls the layer on symbolic tensors with further arguments; gives all outputs.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="options">The further arguments.</param>
    public IReadOnlyList<KerasTensor> ApplyAll(IReadOnlyList<KerasTensor> inputs, CallOptions options)
    {
        var arguments = inputs.Select(x => Argument.NewTensor(x.Core));
        var isList = inputs.Count > 1 && !LayerCatalogue.takesArguments(Core.Class);
        var given = isList ? [Argument.NewList(Fs.List(arguments))] : arguments;
        var outputs = Symbolic.callWith(Core, Fs.List(given), options.Symbols());
        firstInputs ??= [.. inputs.Select(x => x.Core.Aval)];
        return [.. outputs.Select(y => new Keras.KerasTensor(y))];
    }

    /// <summary>Calls the layer on data, or within the call of another layer.</summary>
    /// <param name="x">The input.</param>
    /// <param name="training">True in training; within a call that of the call counts.</param>
    public Tensor Apply(Tensor x, bool training = false) => ApplyAll([x], training)[0];

    /// <summary>Calls the layer on several tensors, as merging layers are called.</summary>
    /// <param name="first">The first input.</param>
    /// <param name="second">The second input.</param>
    /// <param name="others">Further inputs.</param>
    public Tensor Apply(Tensor first, Tensor second, params Tensor[] others) =>
        ApplyAll([first, second, .. others], false)[0];

    /// <summary>Calls the layer on data; gives all outputs.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="training">True in training; within a call that of the call counts.</param>
    public IReadOnlyList<Tensor> ApplyAll(IReadOnlyList<Tensor> inputs, bool training) =>
        ApplyAll(inputs, training, []);

    /// <summary>Calls the layer on data with further arguments; gives all outputs.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="training">True in training; within a call that of the call counts.</param>
    /// <param name="options">The further arguments.</param>
    public IReadOnlyList<Tensor> ApplyAll(IReadOnlyList<Tensor> inputs, bool training, CallOptions options)
    {
        var xs = Fs.Unwrap(inputs);
        var (further, mask) = options.Values();

        if (LayerScope.Call is { } call)
            return Fs.Wrap(call.Child(Core, xs, further));

        var cells = Built(xs);
        var before = cells.Select(c => Tuple.Create(c.Path, c.Variable.Read()));
        var variables = new Variables(TreeModule.empty<FSharp.Tensor>(), TreeModule.ofPairs(before));
        var key = training ? Fs.Some(Randomness.Next()) : Fs.None<FSharp.Tensor>();

        var applied = FSharp.Model.applyAll(
            Core,
            variables,
            xs,
            Fs.Some(training),
            key,
            mask is null ? Fs.None<FSharp.Tensor[]>() : Fs.Some(Masks(mask, xs.Length)),
            Fs.Some(further)
        );

        if (!ReferenceEquals(applied.State, variables.State))
        {
            var next = TreeModule.toPairs(applied.State).ToDictionary(p => p.Item1, p => p.Item2!);

            foreach (var (path, cell) in cells)
                if (!ReferenceEquals(next[path], cell.Read()))
                    cell.Write(next[path]);
        }

        Losses = Fs.Wrap([.. applied.Losses]);
        return Fs.Wrap(applied.Outputs);
    }

    /// <summary>
    /// Sets the states of all stateful recurrent layers in it to zero, as before the first batch of new sequences.
    /// </summary>
    public void ResetState()
    {
        foreach (var (_, cell) in built)
            if (!cell.IsWeight)
                cell.Write(FSharp.Lax.zerosLike(cell.Read())!);
    }

    // The mask is that of the first input.
    private static FSharp.Tensor[] Masks(FSharp.Tensor mask, int inputs) =>
        [mask, .. Enumerable.Repeat<FSharp.Tensor>(null!, inputs - 1)];

    /// <summary>The variables with their paths below this layer, made where they are not there yet.</summary>
    /// <param name="inputs">Inputs to build for; null where the layer knows their shapes.</param>
    internal IReadOnlyList<(string Path, Variable Variable)> Built(FSharp.Tensor[]? inputs) =>
        // Without an Input the batch is not part of the shape that the layer is built for.
        BuiltFor(inputs is null ? null : Array.ConvertAll(inputs, AvalFor));

    /// <summary>As for inputs, from their shapes and element types alone.</summary>
    private protected IReadOnlyList<(string Path, Variable Variable)> BuiltFor(Aval[]? inputs)
    {
        if (blueprint is null || IsStale(blueprint))
        {
            var made =
                FSharp.Model.Graph(Core) is not null || inputs is null
                    ? WeightsFile.blueprint(Core)
                    : FSharp.Model.Build(Core, Fs.Some(inputs));

            FillIn(made);
            blueprint = made;
            built = [.. made.Variables.Select(v => (FSharp.Model.PathBelow(Core, v), Cell(v)))];
        }

        return built;
    }

    /// <summary>What building found; null before.</summary>
    internal Blueprint? Blueprint => blueprint;

    /// <summary>Forgets what was built; the variables stay with their layers.</summary>
    private protected void Forget()
    {
        core = null;
        blueprint = null;
        built = [];
    }

    /// <summary>The model that a layer was put into first; its variables are made with those of the model.</summary>
    internal Model? Owner { get; set; }

    /// <summary>
    /// Makes the variables where inputs, a model around the layer, or a call of it say for which shapes; false where none
    /// does.
    /// </summary>
    private bool BuildIfKnown()
    {
        if (blueprint is not null)
            return true;

        if (FSharp.Model.Graph(Core) is not null)
            BuiltFor(null);
        else if (Owner?.BuildIfKnown() == true)
            return true;
        else if (firstInputs is not null)
            BuiltFor(firstInputs);

        return blueprint is not null;
    }

    private Aval[]? firstInputs;
    private IReadOnlyList<(string Path, Variable Variable)> built = [];

    // A blueprint counts as long as the layer is the one it was made for.
    private bool IsStale(Blueprint b) => b.Variables.Length != built.Count;

    private Variable Cell(BuiltVariable v) =>
        VariableStore.Get(v.Owner!, v.Spec.Name, FSharp.Model.KerasPath(Core, v), v.Spec.Trainable);

    // States that are kept between calls belong to one batch size.
    private Aval AvalFor(FSharp.Tensor x) =>
        FSharp.Model.isStateful(Core) ? x.Aval : AvalModule.withShape(OpenBatch(x.Shape), x.Aval)!;

    private static Dims OpenBatch(Dims shape) => shape.Rank == 0 ? shape : DimsModule.set(0, -1, shape);

    /// <summary>Gives variables that are new their first values.</summary>
    private void FillIn(Blueprint made)
    {
        var missing = made.Variables.Where(v => !Cell(v).HasValue).ToArray();

        foreach (var v in missing)
        {
            var cell = Cell(v);
            cell.Path = FSharp.Model.KerasPath(Core, v);
            cell.Trainable = v.Spec.Trainable;
            cell.IsWeight = v.Spec.IsWeight;

            // One draw after the other, so that a seed gives the same values whatever the layers are called.
            cell.Write(v.Spec.Initializer.Init.Invoke(Randomness.Next()).Invoke(v.Spec.Shape).Invoke(v.Spec.DType)!);
        }
    }
}
