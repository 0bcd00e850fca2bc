/// Objects that change: metrics, variables and optimizers with their states, and what a model is compiled with.
namespace Keras.Conformance.Objects

open Keras.FSharp

/// A metric and its state.
[<Sealed; AllowNullLiteral>]
type MetricObject(metric: Metric) =
    /// The metric; of known size once it has seen targets.
    member val Metric = metric with get, set
    member val State: Tensor[] = Metric.init metric with get, set

    /// True before the first update.
    member val IsFresh = true with get, set

/// A variable of its own (`keras.Variable`).
[<Sealed>]
type VariableObject(name: string, trainable: bool, value: Tensor) =
    member _.Name = name
    member val Trainable = trainable with get, set
    member val Value = value with get, set
    member val Constraint: Constraint option = None with get, set
    member val OverwriteWithGradient = false with get, set

/// An optimizer and its state; none before it is built.
[<Sealed>]
type OptimizerObject(optimizer: Optimizer) =
    member val Optimizer = optimizer with get, set

    member val Parameters: Parameter[] = [||] with get, set
    member val State: OptimizerState voption = ValueNone with get, set

    /// The optimizer with the learning rate that it has now, as its config tells it.
    member o.Current: Optimizer =
        match o.State, o.Optimizer.Settings.LearningRate with
        | ValueSome s, LearningRate.Constant _ -> {
            o.Optimizer with
                Settings = {
                    o.Optimizer.Settings with
                        LearningRate = LearningRate.Constant(Tensor.toFloat (Optimizers.learningRate o.Optimizer s))
                }
          }
        | _ -> o.Optimizer

/// What a model is compiled with.
[<Sealed>]
type Compiled(options: CompileOptions, optimizer: OptimizerObject) =
    /// As they were given; the optimizer is the one beside them.
    member _.Given = options

    member _.Optimizer = optimizer

    /// With the optimizer as it is now.
    member _.Options: CompileOptions = { options with Optimizer = optimizer.Current }

    /// Made by the first step.
    member val Trainer: Trainer voption = ValueNone with get, set

    /// The logs of the last run: what the model's metrics answer.
    member val Logs = Logs.Empty with get, set
