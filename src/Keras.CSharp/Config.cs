namespace Keras;

/// <summary>The settings (<c>keras.config</c>). Changing one affects what is made afterwards.</summary>
public static class Config
{
    /// <summary>The backend in use: <c>torch</c> or <c>managed</c>. Chosen by <c>KERAS_BACKEND</c> or the settings.</summary>
    public static string Backend => FSharp.Backends.Backends.Name;

    /// <summary>The default float type (<c>floatx</c>).</summary>
    public static DType FloatX
    {
        get => (DType)FSharp.Backends.Config.FloatX;
        set => FSharp.Backends.Config.FloatX = (FSharp.DType)value;
    }

    /// <summary>The small number that keeps divisions and logarithms finite (<c>epsilon</c>).</summary>
    public static double Epsilon
    {
        get => FSharp.Backends.Config.Epsilon;
        set => FSharp.Backends.Config.Epsilon = value;
    }

    /// <summary><c>channels_last</c> or <c>channels_first</c> (<c>image_data_format</c>).</summary>
    public static string ImageDataFormat
    {
        get => FSharp.Backends.Config.ImageDataFormat;
        set => FSharp.Backends.Config.ImageDataFormat = value;
    }

    /// <summary>
    /// The policy of layers that name none (<c>dtype_policy</c>), as <c>float32</c> or <c>mixed_bfloat16</c>.
    /// </summary>
    public static string DTypePolicy
    {
        get => FSharp.DTypePolicyModule.current().Name;
        set => FSharp.DTypePolicyModule.setCurrent(FSharp.DTypePolicyModule.ofName(value));
    }

    /// <summary>The folder of Keras: <c>KERAS_HOME</c>, else <c>~/.keras</c>.</summary>
    public static string Home => FSharp.Backends.Config.Home;
}
