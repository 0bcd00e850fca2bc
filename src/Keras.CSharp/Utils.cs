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

    /// <summary>Counts automatic names of layers from the beginning (<c>keras.backend.clear_session</c>).</summary>
    public static void ClearSession() => FSharp.Naming.reset();
}
