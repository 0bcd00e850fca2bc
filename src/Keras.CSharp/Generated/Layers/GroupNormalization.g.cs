// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable
using Keras.Constraints;
using Keras.Initializers;
using Keras.Regularizers;

namespace Keras.Layers;

/// <summary>Normalizes over groups of channels. Keras: <c>keras.layers.GroupNormalization</c>.</summary>
public sealed class GroupNormalization : Layer
{
    /// <summary>Normalizes over groups of channels.</summary>
    /// <param name="groups">The number of groups of channels.</param>
    /// <param name="axis">The axis or axes.</param>
    /// <param name="epsilon">A small number that avoids division by zero.</param>
    /// <param name="center">Whether an offset is trained.</param>
    /// <param name="scale">Whether a factor is trained, or the factor itself.</param>
    /// <param name="betaInitializer">How <c>beta</c> begins.</param>
    /// <param name="gammaInitializer">How <c>gamma</c> begins.</param>
    /// <param name="betaRegularizer">A penalty on <c>beta</c>.</param>
    /// <param name="gammaRegularizer">A penalty on <c>gamma</c>.</param>
    /// <param name="betaConstraint">A constraint on <c>beta</c>.</param>
    /// <param name="gammaConstraint">A constraint on <c>gamma</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="dtype">The dtype or dtype policy.</param>
    /// <param name="trainable">Whether the variables are trained.</param>
    public GroupNormalization(
        int groups = 32,
        int axis = -1,
        double epsilon = 0.001,
        bool center = true,
        bool scale = true,
        Initializer? betaInitializer = null,
        Initializer? gammaInitializer = null,
        Regularizer? betaRegularizer = null,
        Regularizer? gammaRegularizer = null,
        Constraint? betaConstraint = null,
        Constraint? gammaConstraint = null,
        string? name = null,
        string? dtype = null,
        bool trainable = true
    )
        : base(
            "GroupNormalization",
            new ConfigBuilder
            {
                { "groups", groups },
                { "axis", axis },
                { "epsilon", epsilon },
                { "center", center },
                { "scale", scale },
                { "beta_initializer", betaInitializer },
                { "gamma_initializer", gammaInitializer },
                { "beta_regularizer", betaRegularizer },
                { "gamma_regularizer", gammaRegularizer },
                { "beta_constraint", betaConstraint },
                { "gamma_constraint", gammaConstraint },
                { "name", name },
                { "dtype", dtype },
                { "trainable", trainable },
            }
        ) { }

    internal GroupNormalization(FSharp.Layer core)
        : base(core) { }
}
