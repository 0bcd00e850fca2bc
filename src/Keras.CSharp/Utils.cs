namespace Keras;

/// <summary>What concerns all models (<c>keras.utils</c>, <c>keras.backend</c>).</summary>
public static class Utils
{
    /// <summary>
    /// Makes initial values, shuffling and dropout of models made from now on follow from a number
    /// (<c>keras.utils.set_random_seed</c>).
    /// </summary>
    /// <param name="seed">Any number.</param>
    public static void SetRandomSeed(int seed) => Randomness.Seed(seed);

    /// <summary>
    /// Class numbers as rows of zeros with a one, float64 (<c>keras.utils.to_categorical</c>). A last axis of size 1 is
    /// dropped; a number out of range is an error.
    /// </summary>
    /// <param name="x">Class numbers, of any shape.</param>
    /// <param name="numClasses">The number of classes; as many as the largest number asks for if null.</param>
    public static Tensor ToCategorical(Tensor x, int? numClasses = null) =>
        new(FSharp.Utils.toCategorical(x.Core, Fs.Option(numClasses)));

    /// <summary>
    /// Divides by the norm along an axis; vectors of zeros stay as they are (<c>keras.utils.normalize</c>).
    /// </summary>
    /// <param name="x">Any tensor.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="order">The order of the norm.</param>
    public static Tensor Normalize(Tensor x, int axis = -1, double order = 2) =>
        new(FSharp.Utils.normalize(x.Core, Fs.Some(axis), Fs.Some(order)));

    /// <summary>
    /// Sequences of numbers as rows of one length: shorter ones are filled up, longer ones cut
    /// (<c>keras.utils.pad_sequences</c>).
    /// </summary>
    /// <param name="sequences">The sequences.</param>
    /// <param name="maxlen">The length; that of the longest if null.</param>
    /// <param name="dtype">The type of the result.</param>
    /// <param name="padding">Whether values are added in front (<c>pre</c>) or at the end (<c>post</c>).</param>
    /// <param name="truncating">Whether values are cut off in front (<c>pre</c>) or at the end (<c>post</c>).</param>
    /// <param name="value">What is added.</param>
    public static Tensor PadSequences(
        IEnumerable<IEnumerable<int>> sequences,
        int? maxlen = null,
        DType dtype = DType.Int32,
        string padding = "pre",
        string truncating = "pre",
        double value = 0
    ) =>
        new(
            FSharp.Utils.padSequences(
                sequences,
                Fs.Option(maxlen),
                Fs.Some((FSharp.DType)dtype),
                Fs.Some(padding),
                Fs.Some(truncating),
                Fs.Some(value)
            )
        );

    /// <summary>Counts automatic names of layers from the beginning (<c>keras.backend.clear_session</c>).</summary>
    public static void ClearSession() => FSharp.Naming.reset();
}
