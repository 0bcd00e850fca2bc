// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Layers;

/// <summary>Goes over a sequence with a cell. Keras: <c>keras.layers.RNN</c>.</summary>
public sealed class RNN : Layer
{
    /// <summary>Goes over a sequence with a cell.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="returnSequences">Whether the outputs of all steps are given.</param>
    /// <param name="returnState">Whether the last states are given, too.</param>
    /// <param name="goBackwards">Whether the sequence is gone through from its end.</param>
    /// <param name="stateful">Whether the last states are the first ones of the next call.</param>
    /// <param name="unroll">Whether each step is a part of the graph of its own.</param>
    /// <param name="zeroOutputForMask">Whether masked steps give zeros.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public RNN(
        Layer cell,
        bool returnSequences = false,
        bool returnState = false,
        bool goBackwards = false,
        bool stateful = false,
        bool unroll = false,
        bool zeroOutputForMask = false,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "RNN",
            new ConfigBuilder
            {
                { "cell", cell },
                { "return_sequences", returnSequences },
                { "return_state", returnState },
                { "go_backwards", goBackwards },
                { "stateful", stateful },
                { "unroll", unroll },
                { "zero_output_for_mask", zeroOutputForMask },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal RNN(FSharp.Layer core)
        : base(core) { }
}
