// Generated from catalogue.json by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras.Optimizers;

/// <summary>Scales the loss so that small gradients survive in half precision. Keras: <c>keras.optimizers.LossScaleOptimizer</c>.</summary>
public sealed class LossScaleOptimizer : Optimizer
{
    /// <summary>Scales the loss so that small gradients survive in half precision.</summary>
    /// <param name="innerOptimizer">The optimizer that makes the updates.</param>
    /// <param name="initialScale">The first scale.</param>
    /// <param name="dynamicGrowthSteps">After how many finite updates the scale grows.</param>
    /// <param name="name">The name.</param>
    public LossScaleOptimizer(
        Optimizer innerOptimizer,
        double initialScale = 32768,
        int dynamicGrowthSteps = 2000,
        string? name = null
    )
        : base(
            "LossScaleOptimizer",
            new ConfigBuilder
            {
                { "inner_optimizer", innerOptimizer },
                { "initial_scale", initialScale },
                { "dynamic_growth_steps", dynamicGrowthSteps },
                { "name", name },
            }
        ) { }
}
