using Keras.Layers;
using Keras.Optimizers;

// Seeds and automatic names are those of the process.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Keras.Tests;

/// <summary>Small data and models that the tests share.</summary>
internal static class Samples
{
    /// <summary>Two clouds of points that a line divides, with their class numbers.</summary>
    public static (float[,] X, int[] Y) Clouds(int count)
    {
        var random = new Random(7);
        var x = new float[count, 2];
        var y = new int[count];

        for (var i = 0; i < count; i++)
        {
            y[i] = i % 2;
            x[i, 0] = (float)(random.NextDouble() + (y[i] == 0 ? -1.2 : 0.2));
            x[i, 1] = (float)random.NextDouble();
        }

        return (x, y);
    }

    public static Sequential Classifier(string optimizer = "adam")
    {
        var model = new Sequential
        {
            new Input(2),
            new Dense(8, activation: "relu"),
            new Dense(2, activation: "softmax"),
        };
        model.Compile(optimizer, "sparse_categorical_crossentropy", ["accuracy"]);
        return model;
    }

    public static Optimizer Fast() => new Adam(0.05);
}
