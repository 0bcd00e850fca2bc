// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Initializers;

/// <summary>The matrix of a short-time Fourier transform. Keras: <c>keras.initializers.STFT</c>.</summary>
public sealed class STFT : Initializer
{
    /// <summary>The matrix of a short-time Fourier transform.</summary>
    /// <param name="side"><c>real</c> or <c>imag</c>.</param>
    /// <param name="window">The window, or null.</param>
    /// <param name="scaling"><c>density</c>, <c>spectrum</c> or null.</param>
    /// <param name="periodic">Whether the window is periodic.</param>
    public STFT(
        string side = "real",
        string window = "hann",
        string scaling = "density",
        bool periodic = false
    )
        : base(
            "STFT",
            new ConfigBuilder
            {
                { "side", side },
                { "window", window },
                { "scaling", scaling },
                { "periodic", periodic },
            }
        ) { }
}
