namespace Keras.Datasets;

/// <summary>Images and labels for training and for testing.</summary>
/// <param name="TrainX">uint8, (n, height, width).</param>
/// <param name="TrainY">uint8, (n,).</param>
/// <param name="TestX">As <paramref name="TrainX"/>.</param>
/// <param name="TestY">As <paramref name="TrainY"/>.</param>
public sealed record ImageData(Tensor TrainX, Tensor TrainY, Tensor TestX, Tensor TestY);

/// <summary>Handwritten digits (<c>keras.datasets.mnist</c>).</summary>
public static class Mnist
{
    /// <summary>The images and labels; an error says how to get the files.</summary>
    /// <param name="folder">Where the four IDX files are; the cache of Keras's data sets by default.</param>
    public static ImageData LoadData(string? folder = null)
    {
        var data = FSharp.Datasets.mnist(Fs.Option(folder));
        return new(new(data.TrainX), new(data.TrainY), new(data.TestX), new(data.TestY));
    }
}
