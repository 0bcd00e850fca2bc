// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable
using Keras.Constraints;
using Keras.Initializers;
using Keras.Regularizers;

namespace Keras.Layers;

/// <summary>Turns whole numbers into rows of a trained table. Keras: <c>keras.layers.Embedding</c>.</summary>
public sealed class Embedding : Layer
{
    /// <summary>Turns whole numbers into rows of a trained table.</summary>
    /// <param name="inputDim">The number of rows of the table.</param>
    /// <param name="outputDim">The length of a row.</param>
    /// <param name="embeddingsInitializer">How <c>embeddings</c> begins.</param>
    /// <param name="embeddingsRegularizer">A penalty on <c>embeddings</c>.</param>
    /// <param name="embeddingsConstraint">A constraint on <c>embeddings</c>.</param>
    /// <param name="maskZero">Whether 0 is masked.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public Embedding(
        int inputDim,
        int outputDim,
        Initializer? embeddingsInitializer = null,
        Regularizer? embeddingsRegularizer = null,
        Constraint? embeddingsConstraint = null,
        bool maskZero = false,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "Embedding",
            new ConfigBuilder
            {
                { "input_dim", inputDim },
                { "output_dim", outputDim },
                { "embeddings_initializer", embeddingsInitializer },
                { "embeddings_regularizer", embeddingsRegularizer },
                { "embeddings_constraint", embeddingsConstraint },
                { "mask_zero", maskZero },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal Embedding(FSharp.Layer core)
        : base(core) { }
}
