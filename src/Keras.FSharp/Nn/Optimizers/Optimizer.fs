/// What an optimizer is: data, a rule for one variable, and the state that it keeps. Nothing here computes an update.
namespace Keras.FSharp

open System
open System.Text.RegularExpressions
open Keras.FSharp.Backends
open Keras.FSharp.Saving

/// A constant learning rate, or a schedule. Both convert to it by themselves where an argument asks for one.
[<RequireQualifiedAccess; NoEquality; NoComparison>]
type LearningRate =
    /// Kept as a variable of the state, so that callbacks can change it.
    | Constant of float
    /// Computed from the number of updates; the state has no variable for it.
    | Scheduled of Schedule

    static member op_Implicit(rate: float) : LearningRate = LearningRate.Constant rate
    static member op_Implicit(schedule: Schedule) : LearningRate = LearningRate.Scheduled schedule

/// One variable of a model, as an optimizer sees it.
type Parameter = {
    /// As `encoder/dense/kernel`.
    Path: string
    /// Element type (a float) and shape.
    Aval: Aval
} with

    /// The last part of the path.
    member p.Name = p.Path.Substring(p.Path.LastIndexOfAny [| '/'; '.' |] + 1)

    /// The path as it stands in the names of slots.
    member p.FlatName = p.Path.Replace('/', '_').TrimStart '.'

/// What every optimizer can be told, with Keras's names.
[<NoEquality; NoComparison>]
type OptimizerSettings = {
    /// The name, which stands in front of the names of its variables.
    Name: string
    /// A number or a schedule.
    LearningRate: LearningRate
    /// Before each update a variable loses this part of itself, times the learning rate.
    WeightDecay: float option
    /// The largest norm of each gradient.
    ClipNorm: float option
    /// The largest norm of all gradients together.
    GlobalClipNorm: float option
    /// The largest absolute value in a gradient.
    ClipValue: float option
    /// Keep an exponential moving average of each variable.
    UseEma: bool
    /// The part of the average that an update keeps.
    EmaMomentum: float
    /// Every so many updates the variables are set to their averages.
    EmaOverwriteFrequency: int option
    /// Gradients are divided by it.
    LossScaleFactor: float option
    /// Update once per so many calls, with the mean of their gradients.
    GradientAccumulationSteps: int option
    /// Regular expressions: a variable whose name has a match is not decayed. Not part of the config, as in Keras.
    ExcludeFromWeightDecay: string list
} with

    /// True if weight decay applies to the variable.
    member s.Decays(p: Parameter) =
        s.ExcludeFromWeightDecay |> List.forall (fun pattern -> not (Regex.IsMatch(p.Name, pattern)))

/// The variables of an optimizer. They are saved in the order of these fields.
[<NoEquality; NoComparison>]
type OptimizerState = {
    /// How often `update` was called: an int32 scalar.
    Iteration: Tensor
    /// The learning rate: a scalar of `floatx`; none with a schedule.
    LearningRate: Tensor option
    /// With `UseEma`, one average per parameter; else empty.
    Averages: Tensor[]
    /// With `GradientAccumulationSteps`, one sum of gradients per parameter; else empty.
    Accumulators: Tensor[]
    /// What the rule keeps.
    Slots: Tensor[]
} with

    /// All variables in the order in which they are saved.
    member s.Variables: Tensor[] =
        Array.concat [ [| s.Iteration |]; Option.toArray s.LearningRate; s.Averages; s.Accumulators; s.Slots ]

/// A variable that a rule keeps for one parameter.
[<NoEquality; NoComparison>]
type SlotSpec = {
    /// Appended to the parameter's name by `_`; empty: the bare name of the parameter.
    Suffix: string
    /// Element type and shape.
    Aval: Aval
    /// Its first value, from that of the parameter.
    Start: Tensor -> Tensor
}

/// What a rule gets to update one parameter.
[<NoEquality; NoComparison>]
type StepInput = {
    /// The parameter that is updated.
    Parameter: Parameter
    /// The value of the parameter.
    Value: Tensor
    /// Its gradient, clipped and unscaled, in the type of the parameter.
    Gradient: Tensor
    /// The slots of this parameter.
    Slots: Tensor[]
    /// The learning rate, in the type of the parameter.
    Rate: Tensor
    /// What `Scalars` made for the type of the parameter.
    Scalars: Tensor[]
    /// The weight decay of this parameter; 0 for none. The rule applies it (`Rule.decayed`).
    Decay: float
}

/// How an optimizer updates its parameters, one by one. A rule of one's own is such a record.
[<NoEquality; NoComparison>]
type UpdateRule = {
    /// The slots of a parameter, in blocks: within a block they stand parameter by parameter, block follows block.
    Slots: Parameter -> SlotSpec list list
    /// Scalars that all parameters share, as names and first values; they follow the slots. The argument is the element
    /// type of the first parameter.
    Shared: DType -> (string * float) list
    /// The shared scalars of this update, from those of the last one and the number (int32) of updates made before.
    NextShared: Tensor -> Tensor[] -> Tensor[]
    /// Scalars that are computed once per update and element type: from the number of this update, counted from 1 (a
    /// scalar of that type), the learning rate (likewise) and the shared scalars.
    Scalars: Tensor -> Tensor -> Tensor[] -> Tensor[]
    /// The weight decay of a parameter.
    Decay: OptimizerSettings -> Parameter -> float option
    /// The new value of the parameter and of its slots.
    Step: StepInput -> struct (Tensor * Tensor[])
}

/// An optimizer (`keras.optimizers`): data that `Optimizers.init` and `Optimizers.update` interpret.
[<NoEquality; NoComparison>]
type Optimizer = {
    /// As `Adam`.
    Class: string
    /// The arguments that all optimizers have.
    Settings: OptimizerSettings
    /// The arguments of this class, in Keras's order; the common ones stand in `Settings`.
    Arguments: (string * Json) list
    /// How it works.
    Kind: OptimizerKind
}

/// How an optimizer works.
and [<RequireQualifiedAccess; NoEquality; NoComparison>] OptimizerKind =
    /// Parameter by parameter.
    | Rule of UpdateRule
    /// Divides gradients by a scale that is halved when they are not finite (such an update is skipped) and doubled after
    /// `growthSteps` finite ones.
    | LossScale of inner: Optimizer * initialScale: float * growthSteps: int

/// The arguments that all optimizers have.
[<RequireQualifiedAccess>]
module internal Settings =
    /// Checks what Keras checks.
    let check (cls: string) (s: OptimizerSettings) : OptimizerSettings =
        let where = $"optimizers.{cls}"

        let clips =
            [ "clipnorm", s.ClipNorm; "clipvalue", s.ClipValue; "global_clipnorm", s.GlobalClipNorm ]
            |> List.filter (fun (_, x) -> x.IsSome)

        match clips with
        | (a, _) :: (b, _) :: _ ->
            Fail.value
                where
                $"'{a}' and '{b}' are both set"
                "Only one of 'clipnorm', 'clipvalue', 'global_clipnorm' can be."
        | _ -> ()

        match s.GradientAccumulationSteps with
        | Some n when n < 2 ->
            Fail.value where $"'gradient_accumulation_steps' is {n}" "It must be at least 2, or absent."
        | _ -> ()

        if s.UseEma && (s.EmaMomentum < 0.0 || s.EmaMomentum > 1.0) then
            Fail.value where $"'ema_momentum' is {s.EmaMomentum}" "It must lie between 0 and 1."

        match s.EmaOverwriteFrequency with
        | Some n when s.UseEma && n < 1 ->
            Fail.value where $"'ema_overwrite_frequency' is {n}" "It must be at least 1, or absent."
        | _ -> ()

        s

    /// The arguments that a constructor was given, or Keras's defaults.
    let given
        (cls: string)
        (defaultRate: float)
        (learningRate: LearningRate option)
        (weightDecay: float option)
        (clipnorm: float option, clipvalue: float option, globalClipnorm: float option)
        (useEma: bool option, emaMomentum: float option, emaOverwriteFrequency: int option)
        (lossScaleFactor: float option, gradientAccumulationSteps: int option)
        (name: string option, excludeFromWeightDecay: string list option)
        : OptimizerSettings =
        check cls {
            Name = defaultArg name (Registry<Optimizer>.SnakeCase cls)
            LearningRate = defaultArg learningRate (LearningRate.Constant defaultRate)
            WeightDecay = weightDecay
            ClipNorm = clipnorm
            GlobalClipNorm = globalClipnorm
            ClipValue = clipvalue
            UseEma = defaultArg useEma false
            EmaMomentum = defaultArg emaMomentum 0.99
            EmaOverwriteFrequency = emaOverwriteFrequency
            LossScaleFactor = lossScaleFactor
            GradientAccumulationSteps = gradientAccumulationSteps
            ExcludeFromWeightDecay = defaultArg excludeFromWeightDecay []
        }

    /// Those of a rule of one's own: a rate and nothing else.
    let ofRule (name: string) (rate: LearningRate) : OptimizerSettings =
        given name 0.001 (Some rate) None (None, None, None) (None, None, None) (None, None) (Some name, None)

    let private rate (json: Json) : LearningRate =
        match json with
        | Json.Object _ -> LearningRate.Scheduled(Schedules.ofJson json)
        | other -> LearningRate.Constant(Json.asFloat "learning_rate" other)

    /// Reads the common arguments. Those that Keras 2 wrote besides are passed over.
    let read (cls: string) (defaultRate: float) (defaultDecay: float option) (c: ConfigReader) : OptimizerSettings =
        // `lr` is Keras 2's name; the others have no counterpart.
        c.Ignore("decay", "jit_compile", "is_legacy_optimizer")

        let given =
            match c.Any "learning_rate", c.Any "lr" with
            | Some json, _
            | None, Some json -> rate json
            | None, None -> LearningRate.Constant defaultRate

        check cls {
            Name = c.TextOption "name" |> Option.defaultWith (fun () -> Registry<Optimizer>.SnakeCase cls)
            LearningRate = given
            WeightDecay = c.FloatOption("weight_decay", defaultDecay)
            ClipNorm = c.FloatOption "clipnorm"
            GlobalClipNorm = c.FloatOption "global_clipnorm"
            ClipValue = c.FloatOption "clipvalue"
            UseEma = c.Bool("use_ema", false)
            EmaMomentum = c.Float("ema_momentum", 0.99)
            EmaOverwriteFrequency = c.IntOption "ema_overwrite_frequency"
            LossScaleFactor = c.FloatOption "loss_scale_factor"
            GradientAccumulationSteps = c.IntOption "gradient_accumulation_steps"
            ExcludeFromWeightDecay = []
        }

    /// The common arguments as Keras writes them.
    let write (s: OptimizerSettings) : (string * Json) list = [
        "name", Json.Text s.Name
        "learning_rate",
        (match s.LearningRate with
         // Keras writes the value of its float32 variable.
         | LearningRate.Constant x -> Json.Float(float (float32 x))
         | LearningRate.Scheduled schedule -> Serialized.toJson schedule.Serialized)
        "weight_decay", ConfigJson.number s.WeightDecay
        "clipnorm", ConfigJson.number s.ClipNorm
        "global_clipnorm", ConfigJson.number s.GlobalClipNorm
        "clipvalue", ConfigJson.number s.ClipValue
        "use_ema", Json.Bool s.UseEma
        "ema_momentum", Json.Float s.EmaMomentum
        "ema_overwrite_frequency", ConfigJson.integer s.EmaOverwriteFrequency
        "loss_scale_factor", ConfigJson.number s.LossScaleFactor
        "gradient_accumulation_steps", ConfigJson.integer s.GradientAccumulationSteps
    ]

/// What rules are written with.
[<RequireQualifiedAccess>]
module Rule =
    /// A slot of zeros in the parameter's shape and type.
    let zeros (suffix: string) (p: Parameter) : SlotSpec = { Suffix = suffix; Aval = p.Aval; Start = Lax.zerosLike }

    /// A slot of one value in the parameter's shape and type.
    let filled (suffix: string) (value: float) (p: Parameter) : SlotSpec = {
        Suffix = suffix
        Aval = p.Aval
        Start = fun x -> Lax.fullLike x value
    }

    /// The value after weight decay: x - x · decay · rate.
    let decayed (input: StepInput) : Tensor =
        if input.Decay = 0.0 then
            input.Value
        else
            Lax.sub input.Value (Lax.mul (Lax.scale input.Decay input.Value) input.Rate)

    /// a + (b - a) · part: an exponential moving average that moves by `part`.
    let towards (part: float) (b: Tensor) (a: Tensor) : Tensor = Lax.add a (Lax.scale part (Lax.sub b a))

    /// base ^ exponent, for a plain base.
    let power (b: float) (exponent: Tensor) : Tensor = Lax.pow (Lax.scalar exponent.DType b) exponent

    /// 1 - x.
    let oneMinus (x: Tensor) : Tensor = Lax.sub (Lax.scalar x.DType 1.0) x

    /// A rule whose slots stand parameter by parameter, without anything shared.
    let simple (slots: Parameter -> SlotSpec list) (step: StepInput -> struct (Tensor * Tensor[])) : UpdateRule = {
        Slots = fun p -> [ slots p ]
        Shared = fun _ -> []
        NextShared = fun _ shared -> shared
        Scalars = fun _ _ _ -> [||]
        Decay = fun settings _ -> settings.WeightDecay
        Step = step
    }
