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

/// <summary>The backend and the settings (<c>keras.config</c>).</summary>
public static class Backend
{
    /// <summary>The backend in use: <c>torch</c> or <c>managed</c>. Chosen by <c>KERAS_BACKEND</c> or the settings.</summary>
    public static string Name => FSharp.Backends.Backends.Name;

    /// <summary>The default float type.</summary>
    public static DType FloatX
    {
        get => (DType)FSharp.Backends.Config.FloatX;
        set => FSharp.Backends.Config.FloatX = (FSharp.DType)value;
    }

    /// <summary>The small number that avoids division by zero.</summary>
    public static double Epsilon
    {
        get => FSharp.Backends.Config.Epsilon;
        set => FSharp.Backends.Config.Epsilon = value;
    }

    /// <summary><c>channels_last</c> or <c>channels_first</c>.</summary>
    public static string ImageDataFormat
    {
        get => FSharp.Backends.Config.ImageDataFormat;
        set => FSharp.Backends.Config.ImageDataFormat = value;
    }
}
