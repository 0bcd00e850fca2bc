// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable
using Keras.Constraints;
using Keras.Initializers;
using Keras.Regularizers;

namespace Keras.Layers;

/// <summary>Normalizes over the batch; keeps moving statistics for inference. Keras: <c>keras.layers.BatchNormalization</c>.</summary>
public sealed class BatchNormalization : Layer
{
    /// <summary>Normalizes over the batch; keeps moving statistics for inference.</summary>
    /// <param name="axis">The axis or axes.</param>
    /// <param name="momentum">The momentum of the moving values.</param>
    /// <param name="epsilon">A small number that avoids division by zero.</param>
    /// <param name="center">Whether an offset is trained.</param>
    /// <param name="scale">Whether a factor is trained, or the factor itself.</param>
    /// <param name="betaInitializer">How <c>beta</c> begins.</param>
    /// <param name="gammaInitializer">How <c>gamma</c> begins.</param>
    /// <param name="movingMeanInitializer">How <c>moving_mean</c> begins.</param>
    /// <param name="movingVarianceInitializer">How <c>moving_variance</c> begins.</param>
    /// <param name="betaRegularizer">A penalty on <c>beta</c>.</param>
    /// <param name="gammaRegularizer">A penalty on <c>gamma</c>.</param>
    /// <param name="betaConstraint">A constraint on <c>beta</c>.</param>
    /// <param name="gammaConstraint">A constraint on <c>gamma</c>.</param>
    /// <param name="renorm">Whether batch renormalization is used.</param>
    /// <param name="renormClipping">Limits of the renormalization.</param>
    /// <param name="renormMomentum">The momentum of the renormalization.</param>
    /// <param name="synchronized">Whether replicas share statistics.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public BatchNormalization(
        int axis = -1,
        double momentum = 0.99,
        double epsilon = 0.001,
        bool center = true,
        bool scale = true,
        Initializer? betaInitializer = null,
        Initializer? gammaInitializer = null,
        Initializer? movingMeanInitializer = null,
        Initializer? movingVarianceInitializer = null,
        Regularizer? betaRegularizer = null,
        Regularizer? gammaRegularizer = null,
        Constraint? betaConstraint = null,
        Constraint? gammaConstraint = null,
        bool renorm = false,
        double? renormClipping = null,
        double renormMomentum = 0.99,
        bool synchronized = false,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "BatchNormalization",
            new ConfigBuilder
            {
                { "axis", axis },
                { "momentum", momentum },
                { "epsilon", epsilon },
                { "center", center },
                { "scale", scale },
                { "beta_initializer", betaInitializer },
                { "gamma_initializer", gammaInitializer },
                { "moving_mean_initializer", movingMeanInitializer },
                { "moving_variance_initializer", movingVarianceInitializer },
                { "beta_regularizer", betaRegularizer },
                { "gamma_regularizer", gammaRegularizer },
                { "beta_constraint", betaConstraint },
                { "gamma_constraint", gammaConstraint },
                { "renorm", renorm },
                { "renorm_clipping", renormClipping },
                { "renorm_momentum", renormMomentum },
                { "synchronized", synchronized },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal BatchNormalization(FSharp.Layer core)
        : base(core) { }
}
