using System.Text.Json;
using Keras.Layers;
using Xunit;

namespace Keras.Tests;

/// <summary>Files of models that hold classes of a user's own; configs.</summary>
public sealed class CustomSavingTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("keras").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public void RegisteredLayersComeBack()
    {
        Saving.RegisterKerasSerializable<Own.Linear>("Tests");
        var (x, y) = Samples.Clouds(32);

        var model = new Sequential
        {
            new Input(2),
            new Own.Linear(8, "tanh", name: "own"),
            new Dense(2, activation: "softmax"),
        };
        model.Compile(Samples.Fast(), "sparse_categorical_crossentropy", ["accuracy"]);
        model.Fit(x, y, epochs: 2, verbose: 0);
        var loaded = Model.Load(Written(model));
        Assert.IsType<Sequential>(loaded);
        Assert.IsType<Own.Linear>(loaded.Layers[0]);
        Assert.Equal("own", loaded.Layers[0].Name);
        Assert.Equal(model.Predict(x).ToArray<float>(), loaded.Predict(x).ToArray<float>());
        Assert.Equal(2, loaded.Layers[0].Weights[2].Value.ToDouble());
        loaded.Fit(x, y, verbose: 0);
        Assert.Equal(3, loaded.Layers[0].Weights[2].Value.ToDouble());
        Assert.Equal("Tests>Linear", Saving.GetRegisteredName(typeof(Own.Linear)));
        var record = Record(model).GetProperty("config").GetProperty("layers")[1];
        Assert.Equal("Tests>Linear", record.GetProperty("registered_name").GetString());
        Assert.Equal("tanh", record.GetProperty("config").GetProperty("activation").GetString());
        Assert.Equal(8, record.GetProperty("config").GetProperty("units").GetInt32());
    }

    [Fact]
    public void RegisteredModelsComeBackWithTheirSteps()
    {
        Saving.RegisterKerasSerializable<Counting>();
        Utils.SetRandomSeed(1);
        var (x, y) = Samples.Clouds(32);
        var model = new Counting(8, new Dense(2, activation: "softmax"));
        model.Compile(Samples.Fast(), "sparse_categorical_crossentropy");
        model.Fit(x, y, epochs: 2, verbose: 0);
        var loaded = Saving.LoadModel(Written(model));
        Assert.IsType<Counting>(loaded);
        Assert.Equal(model.Name, loaded.Name);
        Assert.Equal(model.Predict(x).ToArray<float>(), loaded.Predict(x).ToArray<float>());
        Assert.Equal(2, loaded.Optimizer.Iterations);

        // It goes on as the one that was saved would.
        var history = loaded.Fit(x, y, verbose: 0, shuffle: false);
        Assert.Equal(["own"], history.Values.Keys);
        Assert.Equal(model.Fit(x, y, verbose: 0, shuffle: false)["own"], history["own"]);
    }

    [Fact]
    public void ModelsOfOnesOwnAreLayersOfOthers()
    {
        Saving.RegisterKerasSerializable<Counting>();
        var input = new Input(2);
        var model = new Model(input, new Counting(3, new Dense(2)).Apply(input));
        var (x, _) = Samples.Clouds(4);
        var loaded = Model.Load(Written(model));
        Assert.IsType<Counting>(loaded.Layers[1]);
        Assert.Equal(model.Predict(x).ToArray<float>(), loaded.Predict(x).ToArray<float>());
        Assert.Equal("Functional", Record(model).GetProperty("class_name").GetString());
    }

    [Fact]
    public void ClassesThatAreNotRegisteredAreRefused()
    {
        var path = Written(new Sequential { new Input(2), new Unknown() });
        var message = Assert.ThrowsAny<Exception>(() => Model.Load(path)).Message;
        Assert.Contains("Unknown", message);
        Saving.RegisterKerasSerializable<Unknown>("Elsewhere");

        // A class that Python or a program did not register stands in files by its bare name.
        Assert.IsType<Unknown>(Model.Load(path).Layers[0]);
    }

    [Fact]
    public void ClassesThatDoNotSayTheirArgumentsAreNotSaved()
    {
        var model = new Sequential { new Input(2), new Silent(3) };
        var message = Assert.ThrowsAny<Exception>(() => Written(model)).Message;
        Assert.Contains("factor", message);
        Assert.Contains("GetConfig", message);

        // Weights need no config.
        model.SaveWeights(Path.Combine(folder, "silent.weights.h5"));
    }

    [Fact]
    public void ConfigsMakeTheSameLayer()
    {
        var dense = new Dense(3, activation: "relu", kernelRegularizer: "l2", name: "d");
        var config = dense.GetConfig();
        Assert.Equal(["name", "trainable", "dtype", "units", "activation"], config.Keys.Take(5));
        Assert.Equal(3, config["units"]);
        Assert.Equal("relu", config["activation"]);
        Assert.Equal(true, config["use_bias"]);
        var copy = Layer.FromConfig<Dense>(config);
        Assert.Equal("d", copy.Name);
        Assert.Equal(JsonSerializer.Serialize(config), JsonSerializer.Serialize(copy.GetConfig()));

        var own = new Own.Linear(4, "tanh");
        var again = Layer.FromConfig<Own.Linear>(own.GetConfig());
        Assert.Equal(own.Name, again.Name);
        Assert.Equal(new Shape(1, 4), again.Apply(Ops.Ones((1, 2))).Shape);

        var model = new Sequential { new Input(2), new Dense(2) };
        var sequential = Layer.FromConfig<Sequential>(model.GetConfig());
        Assert.Equal(model.Layers.Select(l => l.Name), sequential.Layers.Select(l => l.Name));
        Assert.Contains(
            "unitz",
            Fails(() => Layer.FromConfig<Own.Linear>(new Dictionary<string, object?> { ["unitz"] = 3 }))
        );
        Assert.Contains("units", Fails(() => Layer.FromConfig<Own.Linear>(new Dictionary<string, object?>())));
        Assert.Contains(
            "units",
            Fails(() => Layer.FromConfig<Own.Linear>(new Dictionary<string, object?> { ["units"] = "a" }))
        );
        Assert.Contains(
            "units",
            Fails(() => Layer.FromConfig<Dense>(new Dictionary<string, object?> { ["unitz"] = 3 }))
        );
    }

    [Fact]
    public void AllObjectsHaveConfigs()
    {
        var adam = new Optimizers.Adam(0.25, beta1: 0.5);
        Assert.Equal(0.5, adam.GetConfig()["beta_1"]);
        Assert.Equal(0.25, Optimizers.Optimizer.FromConfig("Adam", adam.GetConfig()).LearningRate, 1e-6);
        Assert.Equal(2.0, new Losses.Huber(delta: 2).GetConfig()["delta"]);
        Assert.Equal("huber_loss", Losses.Loss.FromConfig("Huber", new Losses.Huber().GetConfig()).Name);
        Assert.Equal("mine", Metrics.Metric.FromConfig("Mean", new Metrics.Mean("mine").GetConfig()).Name);
        Assert.Equal(3, new Initializers.HeNormal(seed: 3).GetConfig()["seed"]);
        Initializers.Initializer ones = Initializers.Initializer.FromConfig(
            "Constant",
            new Dictionary<string, object?> { ["value"] = 1 }
        );
        Assert.Equal([1f, 1f], ones.Call([2], DType.Float32).ToArray<float>());
        Assert.Equal(0.5, (double)new Regularizers.L2(0.5).GetConfig()["l2"]!, 1e-6);
        Assert.Equal(
            4,
            Regularizers
                .Regularizer.FromConfig("L1", new Dictionary<string, object?> { ["l1"] = 2.0 })
                .Call(2f)
                .ToDouble()
        );
        Assert.Equal(0, new Constraints.MaxNorm(2).GetConfig()["axis"]);
        Assert.Equal(
            1,
            Constraints.Constraint.FromConfig("NonNeg", new Dictionary<string, object?>()).Call(1f).ToDouble()
        );
        Assert.Equal(10, new Optimizers.Schedules.ExponentialDecay(1, 10, 0.5).GetConfig()["decay_steps"]);
        Assert.Contains("Adam", Fails(() => Optimizers.Optimizer.FromConfig("Adamm", adam.GetConfig())));
    }

    [Fact]
    public void AFactoryMayMakeTheClass()
    {
        var model = new Sequential { new Input(1), new Loud(5) };
        Saving.RegisterKerasSerializable("Factory", create: config => new Loud((int)config["factor"]!));
        var loaded = Model.Load(Written(model));
        Assert.Equal(
            10,
            loaded
                .Predict(
                    new float[,]
                    {
                        { 2 },
                    }
                )
                .Reshape()
                .ToDouble()
        );
    }

    [Fact]
    public void LoadedLayersHaveTheirClasses()
    {
        var model = new Sequential
        {
            new Input(8, 8, 1),
            new Conv2D(2, 3),
            new BatchNormalization(),
            new Flatten(),
            new Sequential([new Input(72), new Dense(2)], name: "head"),
        };
        var loaded = Assert.IsType<Sequential>(Model.Load(Written(model)));

        Assert.Equal(
            [typeof(Conv2D), typeof(BatchNormalization), typeof(Flatten), typeof(Sequential)],
            loaded.Layers.Select(l => l.GetType())
        );
        Assert.Equal("head", ((Sequential)loaded.GetLayer("head")).Name);
        loaded.Add(new Dense(1));
        Assert.Equal(new Shape(1, 1), loaded.Predict(new float[1, 8, 8, 1]).Shape);
    }

    private string Written(Model model)
    {
        var path = Path.Combine(folder, Path.GetRandomFileName() + ".keras");
        model.Save(path);
        return path;
    }

    private static JsonElement Record(Model model) => JsonDocument.Parse(model.ToJson()).RootElement;

    private static string Fails(Action action) => Assert.ThrowsAny<Exception>(action).Message;

    private sealed class Counting(int units, Layer head) : Model
    {
        private readonly Dense hidden = new(units, activation: "relu");
        private readonly Layer last = head;

        public override IReadOnlyDictionary<string, object?> GetConfig() =>
            new OrderedDictionary<string, object?>(base.GetConfig()) { ["units"] = units, ["head"] = last };

        protected override Tensor Call(Tensor x, bool training) => last.Apply(hidden.Apply(x));

        protected override IReadOnlyDictionary<string, Tensor> TrainStep(Batch batch)
        {
            var (loss, gradients) = Gradients(() => ComputeLoss(batch.Y, Apply(batch.X, training: true)));
            Optimizer.Apply(gradients, TrainableWeights);
            return new Dictionary<string, Tensor> { ["own"] = loss };
        }
    }

    private sealed class Unknown : Layer
    {
        protected override Tensor Call(Tensor x, bool training) => x * 2.0;
    }

    private sealed class Silent(int factor) : Layer
    {
        protected override Tensor Call(Tensor x, bool training) => x * factor;
    }

    private sealed class Loud(int factor) : Layer
    {
        public override IReadOnlyDictionary<string, object?> GetConfig() =>
            new OrderedDictionary<string, object?>(base.GetConfig()) { ["factor"] = factor };

        protected override Tensor Call(Tensor x, bool training) => x * factor;
    }
}
