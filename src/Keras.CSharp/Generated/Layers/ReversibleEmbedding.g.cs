// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable
using Keras.Constraints;
using Keras.Initializers;
using Keras.Regularizers;

namespace Keras.Layers;

/// <summary>An embedding that can also project back to the vocabulary. Keras: <c>keras.layers.ReversibleEmbedding</c>.</summary>
public sealed class ReversibleEmbedding : Layer
{
    /// <summary>An embedding that can also project back to the vocabulary.</summary>
    /// <param name="inputDim">The number of rows of the table.</param>
    /// <param name="outputDim">The length of a row.</param>
    /// <param name="tieWeights">Whether both directions share the table.</param>
    /// <param name="embeddingsInitializer">How <c>embeddings</c> begins.</param>
    /// <param name="embeddingsRegularizer">A penalty on <c>embeddings</c>.</param>
    /// <param name="embeddingsConstraint">A constraint on <c>embeddings</c>.</param>
    /// <param name="maskZero">Whether 0 is masked.</param>
    /// <param name="reverseDtype">The dtype of the projection back.</param>
    /// <param name="logitSoftCap">A soft limit of the logits.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public ReversibleEmbedding(
        int inputDim,
        int outputDim,
        bool tieWeights = true,
        Initializer? embeddingsInitializer = null,
        Regularizer? embeddingsRegularizer = null,
        Constraint? embeddingsConstraint = null,
        bool maskZero = false,
        string? reverseDtype = null,
        double? logitSoftCap = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "ReversibleEmbedding",
            new ConfigBuilder
            {
                { "input_dim", inputDim },
                { "output_dim", outputDim },
                { "tie_weights", tieWeights },
                { "embeddings_initializer", embeddingsInitializer },
                { "embeddings_regularizer", embeddingsRegularizer },
                { "embeddings_constraint", embeddingsConstraint },
                { "mask_zero", maskZero },
                { "reverse_dtype", reverseDtype },
                { "logit_soft_cap", logitSoftCap },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal ReversibleEmbedding(FSharp.Layer core)
        : base(core) { }
}
