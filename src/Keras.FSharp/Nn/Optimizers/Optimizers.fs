/// The type that holds the constructors of Keras's optimizers; those of Keras's rules stand in `OptimizersGradient`,
/// `OptimizersAdam` and `OptimizersMatrix`.
namespace Keras.FSharp

/// The optimizers of `keras.optimizers`, with its names, defaults and arguments.
///
/// All take, besides their own arguments: `learningRate` (a number or a schedule), `weightDecay` (decoupled: a variable
/// loses that part of itself times the rate; `excludeFromWeightDecay` lists regular expressions of names that do not),
/// one of `clipnorm` (per gradient), `globalClipnorm` (all together) and `clipvalue`; `useEma` with `emaMomentum` and
/// `emaOverwriteFrequency`; `lossScaleFactor` (gradients are divided by it); `gradientAccumulationSteps` (one update per
/// so many calls, with the mean gradient); `name`. Wrong combinations are errors.
[<AbstractClass; Sealed>]
type Optimizers private () =
    /// Another optimizer for half precision: the loss is multiplied by a scale (`scaleLoss`), gradients are divided by it.
    /// Where they are not finite, nothing is updated and the scale is halved; after `dynamicGrowthSteps` finite ones in a
    /// row it is doubled. (`keras.optimizers.LossScaleOptimizer`.)
    static member LossScaleOptimizer
        (inner: Optimizer, ?initialScale: float, ?dynamicGrowthSteps: int, ?name: string)
        : Optimizer =
        OptimizerRegistry.LossScale(inner, defaultArg initialScale 32768.0, defaultArg dynamicGrowthSteps 2000, name)

    /// An optimizer of one's own: a name and a rule for one parameter. It cannot be saved.
    static member OfRule(name: string, learningRate: LearningRate, rule: UpdateRule) : Optimizer = {
        Class = name
        Settings = Settings.ofRule name learningRate
        Arguments = []
        Kind = OptimizerKind.Rule rule
    }
