// Trains a convolutional network on handwritten digits, saves it, loads it again and checks it; samples/Mnist in C#.
//
//     dotnet run -c Release --project samples/MnistCSharp               the extract in the repository
//     dotnet run -c Release --project samples/MnistCSharp -- --full     the full set (see samples/data)
//     dotnet run -c Release --project samples/MnistCSharp -- --quick    one short epoch, for a check
using System.Globalization;
using Keras;
using Keras.Datasets;
using Keras.Layers;
using Keras.Optimizers;
using Keras.Optimizers.Schedules;
using MnistCSharp;

var quick = args.Contains("--quick");
var full = args.Contains("--full");
var output = Value("--out") ?? "out";
var epochs =
    Value("--epochs") is { } n ? int.Parse(n, CultureInfo.InvariantCulture)
    : quick ? 1
    : 10;
var data = Mnist.LoadData(Value("--data") ?? (full ? null : Extract()));

var (trainX, trainY) = (Images(Part(data.TrainX, 2000)), Part(data.TrainY, 2000));
var (testX, testY) = (Images(Part(data.TestX, 500)), Part(data.TestY, 500));
Console.WriteLine($"Backend {Config.Backend}, {trainX.Shape[0]} training and {testX.Shape[0]} test images");
Utils.SetRandomSeed(42);

var model = new Sequential
{
    new Input(28, 28, 1),
    new Conv2D(32, kernelSize: 3, activation: "relu"),
    new MaxPooling2D(2),
    new Conv2D(64, kernelSize: 3, activation: "relu"),
    new MaxPooling2D(2),
    new Flatten(),
    new Dropout(0.5),
    new Dense(10, activation: "softmax"),
};

const int batchSize = 128;

// Large steps first, small ones at the end: worth half a percent against a constant rate.
var steps = (trainX.Shape[0] + batchSize - 1) / batchSize;
var rate = new CosineDecay(2e-3, decaySteps: epochs * steps);

model.Compile(optimizer: new Adam(rate), loss: "sparse_categorical_crossentropy", metrics: ["accuracy"]);
model.Summary();

using var interrupt = new CancellationTokenSource();

Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    interrupt.Cancel();
};

History history = model.Fit(
    trainX,
    trainY,
    batchSize: batchSize,
    epochs: epochs,
    validationData: (testX, testY),
    cancellationToken: interrupt.Token
);

Directory.CreateDirectory(output);
var path = Path.Combine(output, "mnist-csharp.keras");
model.Save(path);

// What was saved must predict the same.
var predictions = model.Predict(testX);
var again = Model.Load(path).Predict(testX);
var difference = (predictions - again).ToArray<float>().Max(Math.Abs);

if (difference > 1e-5)
    throw new InvalidOperationException($"the loaded model predicts differently by {difference}");

var labels = testY.ToArray<int>();
var predicted = Ops.Argmax(predictions, axis: 1).ToArray<int>();
Pictures.Curves(Path.Combine(output, "curves-csharp.png"), history);
Pictures.Confusion(Path.Combine(output, "confusion-csharp.png"), labels, predicted);
Console.WriteLine($"Saved to {output}: the model (loaded again, predictions agree), curves, confusion matrix");

var right = labels.Zip(predicted).Count(p => p.First == p.Second);
Console.WriteLine(FormattableString.Invariant($"Test accuracy: {100.0 * right / labels.Length:F1} %"));

string? Value(string name) =>
    Array.IndexOf(args, name) is >= 0 and var i
        ? args.ElementAtOrDefault(i + 1) ?? throw new ArgumentException($"{name} needs a value")
        : null;

// The folder of the extract is beside the sources, wherever the program is started from.
static string Extract()
{
    for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
    {
        var candidate = Path.Combine(folder.FullName, "samples", "data", "mnist");

        if (Directory.Exists(candidate))
            return candidate;
    }

    throw new DirectoryNotFoundException(
        "samples/data/mnist was not found above the program; pass its folder with --data"
    );
}

Tensor Part(Tensor x, int count) => quick ? x[..Math.Min(count, x.Shape[0])] : x;

// Floats between 0 and 1, with a channel axis.
static Tensor Images(Tensor x) => (x.Cast(DType.Float32) / 255.0).Reshape(-1, 28, 28, 1);
