/// What is done with optimizers. An optimizer is a value, its state is another; both go through `jit` like any other:
///
///     let adam = Optimizers.Adam(learningRate = 1e-3)
///     let state = Optimizers.init adam parameters
///     let parameters, state = Optimizers.update adam gradients state parameters
namespace Keras.FSharp

open Keras.FSharp.Saving

/// Functions on optimizers. Parameters and gradients are any values that hold tensors: tuples, records, lists,
/// `Tree<Tensor>`, … The functions whose names end in `Arrays` take the tensors themselves.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Optimizers =
    // ---- states and updates -----------------------------------------------------------------------------------------

    /// What an optimizer knows of the tensors of a value: paths, element types and shapes. All must be floats.
    let parametersOf (values: 'P) : Parameter[] =
        let struct (tensors, structure) = Structure.flatten values

        Array.map2
            (fun (path: string) (x: Tensor) ->
                if not (DType.isFloat x.DType) then
                    Fail.wrongType
                        "optimizers"
                        $"the parameter '{path}' is {x.Aval}"
                        "Parameters are floats; keep other tensors apart from them."

                { Path = path.TrimStart([| '/'; '.' |]); Aval = x.Aval })
            structure.Paths
            tensors

    /// The state before the first update, for arrays of tensors.
    let initArrays (opt: Optimizer) (parameters: Parameter[]) (values: Tensor[]) : OptimizerState =
        Apply.init opt parameters values

    /// The state before the first update.
    let init (opt: Optimizer) (parameters: 'P) : OptimizerState =
        Apply.init opt (parametersOf parameters) (Structure.tensors parameters)

    /// One update on arrays of tensors: the next values and the next state. A null gradient leaves its parameter (and
    /// slots) as they are, with a message the first time; if all are null, it is an error.
    let updateArrays
        (opt: Optimizer)
        (parameters: Parameter[])
        (gradients: Tensor[])
        (state: OptimizerState)
        (values: Tensor[])
        : struct (Tensor[] * OptimizerState) =
        Apply.update opt parameters values gradients state

    /// One update: gradients and parameters of one structure to the next parameters and the next state. It can be traced.
    let update (opt: Optimizer) (gradients: 'P) (state: OptimizerState) (parameters: 'P) : 'P * OptimizerState =
        let struct (values, structure) = Structure.flatten parameters
        let grads = Structure.tensors gradients
        let struct (next, state) = Apply.update opt (parametersOf parameters) values grads state
        Structure.unflatten structure next, state

    /// The parameters with which training ends: their averages with `useEma`, else themselves
    /// (`finalize_variable_values`).
    let finalize (opt: Optimizer) (state: OptimizerState) (parameters: 'P) : 'P =
        let struct (values, structure) = Structure.flatten parameters
        Structure.unflatten structure (Apply.finalize opt (parametersOf parameters) values state)

    /// The loss whose gradient `update` expects: multiplied by the loss scale, if there is one.
    let scaleLoss (opt: Optimizer) (state: OptimizerState) (loss: Tensor) : Tensor = Apply.scaleLoss opt state loss

    /// The learning rate of the next update: a float scalar.
    let learningRate (opt: Optimizer) (state: OptimizerState) : Tensor = Apply.rate opt state

    /// The state with another learning rate (a scalar); an error if the optimizer follows a schedule.
    let withLearningRate (opt: Optimizer) (rate: Tensor) (state: OptimizerState) : OptimizerState =
        Apply.withRate opt rate state

    /// How many updates were made: an int32 scalar. With gradient accumulation these are fewer than the calls.
    let iterations (opt: Optimizer) (state: OptimizerState) : Tensor = Apply.iterations opt state

    /// The optimizer without weight decay for the variables whose names match one of some regular expressions
    /// (`exclude_from_weight_decay`).
    let excludeFromWeightDecay (names: string list) (opt: Optimizer) : Optimizer = {
        opt with
            Settings = {
                opt.Settings with
                    ExcludeFromWeightDecay = opt.Settings.ExcludeFromWeightDecay @ names
            }
    }

    // ---- files ------------------------------------------------------------------------------------------------------

    /// The names of the state's variables in the order in which they are saved: `adam/iteration`,
    /// `adam/dense_kernel_momentum`, …
    let variableNames (opt: Optimizer) (parameters: Parameter[]) : string[] = Apply.names opt parameters

    /// The state whose variables these are, in the order in which they are saved (`OptimizerState.Variables`). Too few or
    /// too many are an error.
    let ofVariables (opt: Optimizer) (parameters: Parameter[]) (variables: Tensor[]) : OptimizerState =
        let expected = (Apply.names opt parameters).Length

        if variables.Length <> expected then
            Fail.value
                $"optimizers.{opt.Class}"
                $"got {variables.Length} variables, expected {expected}"
                "They are those of another optimizer or of another model."

        Apply.ofVariables opt parameters variables

    /// The config as Keras writes it (`get_config`).
    let config (opt: Optimizer) : (string * Json) list = OptimizerRegistry.Config opt

    /// The record of the optimizer (`keras.optimizers.serialize`), in the form that every backend of Keras reads.
    let serialize (opt: Optimizer) : Serialized = OptimizerRegistry.Record opt

    /// The classes by name, in any case: `"adam"`, `"RMSprop"`.
    let registry () : Registry<Optimizer> = OptimizerRegistry.Value

    /// The optimizer of a class name and a config.
    let ofConfig (className: string) (config: (string * Json) list) : Optimizer =
        OptimizerRegistry.Value.Create(className, config)

    /// The optimizer of a record or name in JSON (`keras.optimizers.get`).
    let ofJson (json: Json) : Optimizer = OptimizerRegistry.Value.OfJson("optimizer", json)

    /// The optimizer of a name, with its defaults: `"adam"`.
    let ofName (name: string) : Optimizer = OptimizerRegistry.Value.Create(name, [])
