using Keras.FSharp;
using Keras.Layers;

namespace Keras;

/// <content>Files: whole models as <c>.keras</c>, weights as <c>.weights.h5</c>.</content>
public partial class Model
{
    /// <summary>
    /// Writes the model, with what it was compiled with and the state of the optimizer, to a <c>.keras</c> file. A failure
    /// leaves the old file as it was.
    /// </summary>
    /// <param name="path">Ends in <c>.keras</c>.</param>
    public void Save(string path)
    {
        if (trainer is null)
            ModelFile.saveModel(path, Core, CurrentVariables());
        else
            ModelFile.saveModel(path, Ready(null));
    }

    /// <summary>Writes the weights to a <c>.weights.h5</c> file. A failure leaves the old file as it was.</summary>
    /// <param name="path">Ends in <c>.weights.h5</c>.</param>
    public void SaveWeights(string path)
    {
        if (trainer is null)
            ModelFile.saveWeights(path, Core, CurrentVariables());
        else
            ModelFile.saveWeights(path, Ready(null));
    }

    /// <summary>Reads weights from a <c>.weights.h5</c> or <c>.keras</c> file; if one does not fit, nothing is assigned.</summary>
    /// <param name="path">The file.</param>
    /// <param name="skipMismatch">Whether weights that do not fit are passed over.</param>
    public void LoadWeights(string path, bool skipMismatch = false)
    {
        if (trainer is null)
            Fill(ModelFile.loadWeights(path, Core, Fs.Some(CurrentVariables()), Fs.Some(skipMismatch)));
        else
            ModelFile.loadWeights(path, Ready(null), Fs.Some(skipMismatch));
    }

    /// <summary>
    /// Reads a model from a <c>.keras</c> file (<c>keras.saving.load_model</c>): a <see cref="Sequential"/> where it was one.
    /// No code in the file is run; classes of one's own must be registered with <see cref="Saving"/>.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="compile">Whether it goes on training as it was compiled.</param>
    public static Model Load(string path, bool compile = true)
    {
        var file = ModelFile.loadModel(path, Fs.Some(compile));
        var model = (Model)LayerObjects.Of(file.Model!);
        model.Built(null);
        model.Fill(file.Variables);

        if (Fs.OrNull(file.Trainer) is { } t)
            model.Continue(t);

        return model;
    }

    /// <summary>A network of the F# library, with its values where it has them.</summary>
    internal static Model Of(Application application)
    {
        var model = (Model)LayerObjects.Of(application.Model!);
        model.Built(null);

        if (Fs.OrNull(application.Variables) is { } values)
            model.Fill(values);

        return model;
    }

    /// <summary>The model without its variables, as text (<c>to_json</c>).</summary>
    public string ToJson() => ModelConfig.toText(Core);

    /// <summary>A model from the text that <see cref="ToJson"/> or Keras gave (<c>model_from_json</c>).</summary>
    /// <param name="json">The text.</param>
    public static Model FromJson(string json) => (Model)LayerObjects.Of(ModelConfig.ofText(json)!);

    /// <summary>Makes the variables for inputs of the given shapes (<c>build</c>), where the model does not know them.</summary>
    /// <param name="inputShapes">The shapes, batch included (-1).</param>
    public void BuildFor(params Shape[] inputShapes) =>
        BuiltFor(Array.ConvertAll(inputShapes, s => AvalModule.make(FSharp.Backends.Config.FloatX, s.Core)));

    private Variables CurrentVariables()
    {
        var values = Built(null).ToDictionary(c => c.Path, c => c.Variable.Read());

        return FSharp.Model.Partition(
            Core,
            Blueprint!,
            Fs.Func<BuiltVariable, FSharp.Tensor>(v => values[FSharp.Model.PathBelow(Core, v)])
        );
    }

    private void Fill(Variables variables)
    {
        var cells = Built(null).ToDictionary(c => c.Path, c => c.Variable);

        foreach (var tree in new[] { variables.Params, variables.State })
        foreach (var (path, value) in TreeModule.toPairs(tree))
            cells[path].Write(value!);
    }
}
