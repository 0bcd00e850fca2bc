/// Learning rate schedules: the learning rate as a function of the number of updates made so far.
namespace Keras.FSharp

open System
open Keras.FSharp.Backends
open Keras.FSharp.Saving

/// A schedule (`keras.optimizers.schedules`): its record, and the function from the step to the rate.
[<NoEquality; NoComparison>]
type Schedule = {
    /// As `CosineDecay`.
    Class: string
    /// The arguments in Keras's order.
    Config: (string * Json) list
    /// The step (an integer scalar, perhaps traced) to the learning rate (a scalar of `floatx`).
    Rate: Tensor -> Tensor
} with

    /// The record of the schedule.
    member s.Serialized = Serialized.make "keras.optimizers.schedules" s.Class s.Config

    /// The learning rate at a step.
    member s.At(step: int) : Tensor = s.Rate(Lax.scalarInt DType.Int32 (int64 step))

/// All of Keras's schedules. A step in the middle of a staircase or of a warm-up is a traced number, so that one compiled
/// training step serves all of them.
[<AbstractClass; Sealed>]
type Schedules private () =
    /// A number of the type in which rates are computed.
    static let number (x: float) : Tensor = Lax.scalar Config.FloatX x

    static let asFloat (step: Tensor) : Tensor = Lax.convert Config.FloatX step

    static let positive (schedule: string) (argument: string) (value: int) =
        if value <= 0 then
            Fail.value $"schedules.{schedule}" $"'{argument}' is {value}" "It must be positive."

    /// Half a cosine wave from 1 at 0 to 0 at 1.
    static let cosine (completed: Tensor) = Lax.scale 0.5 (Lax.shift 1.0 (Lax.cos (Lax.scale Math.PI completed)))

    /// From 1 down to `alpha`.
    static let above (alpha: float) (decayed: Tensor) = Lax.shift alpha (Lax.scale (1.0 - alpha) decayed)

    static let text (name: string) = "name", Json.Text name

    /// Steps and boundaries as integers where they are whole, as Keras's users write them.
    static let whole (x: float) = if Math.Floor x = x && abs x < 1e15 then Json.Int(int64 x) else Json.Float x

    static let registry =
        lazy
            (Registry<Schedule>(
                "learning rate schedule",
                "keras.optimizers.schedules",
                false,
                (fun rewrite x -> { x with Config = rewrite x.Config }),
                [
                    "ExponentialDecay",
                    [],
                    (fun c ->
                        Schedules.ExponentialDecay(
                            c.Float "initial_learning_rate",
                            c.Int "decay_steps",
                            c.Float "decay_rate",
                            c.Bool("staircase", false),
                            c.Text("name", "ExponentialDecay")
                        ))
                    "InverseTimeDecay",
                    [],
                    (fun c ->
                        Schedules.InverseTimeDecay(
                            c.Float "initial_learning_rate",
                            c.Int "decay_steps",
                            c.Float "decay_rate",
                            c.Bool("staircase", false),
                            c.Text("name", "InverseTimeDecay")
                        ))
                    "PiecewiseConstantDecay",
                    [],
                    (fun c ->
                        Schedules.PiecewiseConstantDecay(
                            c.Floats "boundaries",
                            c.Floats "values",
                            c.Text("name", "PiecewiseConstant")
                        ))
                    "PolynomialDecay",
                    [],
                    (fun c ->
                        Schedules.PolynomialDecay(
                            c.Float "initial_learning_rate",
                            c.Int "decay_steps",
                            c.Float("end_learning_rate", 0.0001),
                            c.Float("power", 1.0),
                            c.Bool("cycle", false),
                            c.Text("name", "PolynomialDecay")
                        ))
                    "CosineDecay",
                    [],
                    (fun c ->
                        Schedules.CosineDecay(
                            c.Float "initial_learning_rate",
                            c.Int "decay_steps",
                            c.Float("alpha", 0.0),
                            c.Text("name", "CosineDecay"),
                            ?warmupTarget = c.FloatOption "warmup_target",
                            warmupSteps = c.Int("warmup_steps", 0)
                        ))
                    "CosineDecayRestarts",
                    [],
                    (fun c ->
                        Schedules.CosineDecayRestarts(
                            c.Float "initial_learning_rate",
                            c.Int "first_decay_steps",
                            c.Float("t_mul", 2.0),
                            c.Float("m_mul", 1.0),
                            c.Float("alpha", 0.0),
                            c.Text("name", "SGDRDecay")
                        ))
                ]
            ))

    /// rate = initial · decayRate ^ (step / decaySteps); with `staircase` the exponent is rounded down
    /// (`keras.optimizers.schedules.ExponentialDecay`).
    static member ExponentialDecay
        (initialLearningRate: float, decaySteps: int, decayRate: float, ?staircase: bool, ?name: string)
        : Schedule =
        positive "ExponentialDecay" "decay_steps" decaySteps
        let staircase = defaultArg staircase false

        let rate (step: Tensor) =
            let p = Lax.div (asFloat step) (number decaySteps)
            let p = if staircase then Lax.floor p else p
            Lax.mul (number initialLearningRate) (Lax.pow (number decayRate) p)

        {
            Class = "ExponentialDecay"
            Config = [
                "initial_learning_rate", Json.Float initialLearningRate
                "decay_steps", Json.Int(int64 decaySteps)
                "decay_rate", Json.Float decayRate
                "staircase", Json.Bool staircase
                text (defaultArg name "ExponentialDecay")
            ]
            Rate = rate
        }

    /// rate = initial / (1 + decayRate · step / decaySteps); with `staircase` the quotient is rounded down
    /// (`keras.optimizers.schedules.InverseTimeDecay`).
    static member InverseTimeDecay
        (initialLearningRate: float, decaySteps: int, decayRate: float, ?staircase: bool, ?name: string)
        : Schedule =
        positive "InverseTimeDecay" "decay_steps" decaySteps
        let staircase = defaultArg staircase false

        let rate (step: Tensor) =
            let p = Lax.div (asFloat step) (number decaySteps)
            let p = if staircase then Lax.floor p else p
            Lax.div (number initialLearningRate) (Lax.shift 1.0 (Lax.scale decayRate p))

        {
            Class = "InverseTimeDecay"
            Config = [
                "initial_learning_rate", Json.Float initialLearningRate
                "decay_steps", Json.Int(int64 decaySteps)
                "decay_rate", Json.Float decayRate
                "staircase", Json.Bool staircase
                text (defaultArg name "InverseTimeDecay")
            ]
            Rate = rate
        }

    /// `values[i]` up to and including step `boundaries[i]`, the last value afterwards; one value more than boundaries,
    /// which ascend (`keras.optimizers.schedules.PiecewiseConstantDecay`).
    static member PiecewiseConstantDecay(boundaries: float seq, values: float seq, ?name: string) : Schedule =
        let boundaries, values = List.ofSeq boundaries, List.ofSeq values

        if values.Length <> boundaries.Length + 1 || boundaries.IsEmpty then
            Fail.value
                "schedules.PiecewiseConstantDecay"
                $"there are {boundaries.Length} boundaries and {values.Length} values"
                "There must be a boundary, and one value more than boundaries."

        if boundaries |> List.pairwise |> List.exists (fun (a, b) -> a >= b) then
            Fail.value "schedules.PiecewiseConstantDecay" $"the boundaries {boundaries} do not ascend" ""

        let rate (step: Tensor) =
            // Float64 keeps every 32-bit step apart from its neighbours.
            let step = Lax.convert DType.Float64 step

            List.foldBack2
                (fun (boundary: float) value later ->
                    Lax.select (Lax.le step (Lax.scalar DType.Float64 boundary)) (number value) later)
                boundaries
                (List.take boundaries.Length values)
                (number (List.last values))

        {
            Class = "PiecewiseConstantDecay"
            Config = [
                "boundaries", Json.Array [ for b in boundaries -> whole b ]
                "values", Json.Array [ for v in values -> Json.Float v ]
                text (defaultArg name "PiecewiseConstant")
            ]
            Rate = rate
        }

    /// From `initialLearningRate` to `endLearningRate` over `decaySteps` steps along (1 - step / decaySteps) ^ power; with
    /// `cycle` the period is lengthened by a multiple as soon as it is over (`keras.optimizers.schedules.PolynomialDecay`).
    static member PolynomialDecay
        (
            initialLearningRate: float,
            decaySteps: int,
            ?endLearningRate: float,
            ?power: float,
            ?cycle: bool,
            ?name: string
        ) : Schedule =
        positive "PolynomialDecay" "decay_steps" decaySteps
        let last, power, cycle = defaultArg endLearningRate 0.0001, defaultArg power 1.0, defaultArg cycle false

        let rate (step: Tensor) =
            let step, period = asFloat step, number decaySteps

            let completed =
                if cycle then
                    let periods = Lax.max (number 1.0) (Lax.ceil (Lax.div step period))
                    Lax.div step (Lax.mul period periods)
                else
                    Lax.div (Lax.min step period) period

            let remaining = Lax.sub (number 1.0) completed
            Lax.shift last (Lax.scale (initialLearningRate - last) (Lax.pow remaining (number power)))

        {
            Class = "PolynomialDecay"
            Config = [
                "initial_learning_rate", Json.Float initialLearningRate
                "decay_steps", Json.Int(int64 decaySteps)
                "end_learning_rate", Json.Float last
                "power", Json.Float power
                "cycle", Json.Bool cycle
                text (defaultArg name "PolynomialDecay")
            ]
            Rate = rate
        }

    /// Half a cosine wave down to `alpha` times the rate over `decaySteps` steps. With `warmupTarget` the rate first climbs
    /// from `initialLearningRate` to that target over `warmupSteps` steps and decays from there
    /// (`keras.optimizers.schedules.CosineDecay`).
    static member CosineDecay
        (
            initialLearningRate: float,
            decaySteps: int,
            ?alpha: float,
            ?name: string,
            ?warmupTarget: float,
            ?warmupSteps: int
        ) : Schedule =
        positive "CosineDecay" "decay_steps" decaySteps
        let alpha, warmup = defaultArg alpha 0.0, defaultArg warmupSteps 0

        let decay (top: float) (step: Tensor) =
            let period = number decaySteps
            Lax.scale top (above alpha (cosine (Lax.div (Lax.min step period) period)))

        let rate (step: Tensor) =
            let step = asFloat step

            match warmupTarget with
            | None -> decay initialLearningRate step
            | Some target when warmup <= 0 -> decay target step
            | Some target ->
                let climb =
                    Lax.div step (number warmup)
                    |> Lax.scale (target - initialLearningRate)
                    |> Lax.shift initialLearningRate

                Lax.select (Lax.lt step (number warmup)) climb (decay target (Lax.shift (-float warmup) step))

        {
            Class = "CosineDecay"
            Config = [
                "initial_learning_rate", Json.Float initialLearningRate
                "decay_steps", Json.Int(int64 decaySteps)
                "alpha", Json.Float alpha
                text (defaultArg name "CosineDecay")
                "warmup_target", ConfigJson.number warmupTarget
                "warmup_steps", Json.Int(int64 warmup)
            ]
            Rate = rate
        }

    /// Half cosine waves one after the other: the first lasts `firstDecaySteps` steps, each further one `tMul` times as
    /// long as the one before and begins at `mMul` times its rate; `alpha` is the lowest rate, as a part of the initial one
    /// (`keras.optimizers.schedules.CosineDecayRestarts`).
    static member CosineDecayRestarts
        (initialLearningRate: float, firstDecaySteps: int, ?tMul: float, ?mMul: float, ?alpha: float, ?name: string)
        : Schedule =
        positive "CosineDecayRestarts" "first_decay_steps" firstDecaySteps
        let growth, fade, alpha = defaultArg tMul 2.0, defaultArg mMul 1.0, defaultArg alpha 0.0

        let rate (step: Tensor) =
            let waves = Lax.div (asFloat step) (number firstDecaySteps)

            let index, completed =
                if growth = 1.0 then
                    let index = Lax.floor waves
                    index, Lax.sub waves index
                else
                    // Wave i begins after (1 - growth^i) / (1 - growth) first waves.
                    let inside = Lax.sub (number 1.0) (Lax.scale (1.0 - growth) waves)
                    // The tolerance keeps rounding from putting off a restart that is due at this very step.
                    let index = Lax.floor (Lax.shift 1e-5 (Lax.div (Lax.log inside) (Lax.log (number growth))))
                    let stretch = Lax.pow (number growth) index
                    let start = Lax.div (Lax.sub (number 1.0) stretch) (number (1.0 - growth))
                    index, Lax.div (Lax.sub waves start) stretch

            let height = Lax.pow (number fade) index
            Lax.scale initialLearningRate (above alpha (Lax.mul height (cosine completed)))

        {
            Class = "CosineDecayRestarts"
            Config = [
                "initial_learning_rate", Json.Float initialLearningRate
                "first_decay_steps", Json.Int(int64 firstDecaySteps)
                "t_mul", Json.Float growth
                "m_mul", Json.Float fade
                "alpha", Json.Float alpha
                text (defaultArg name "SGDRDecay")
            ]
            Rate = rate
        }

    /// A schedule of one's own: any traceable function from the step to the rate. It cannot be saved.
    static member OfFunction(name: string, rate: Tensor -> Tensor) : Schedule = {
        Class = name
        Config = []
        Rate = fun step -> Lax.convert Config.FloatX (rate step)
    }

    /// The classes by name.
    static member Registry: Registry<Schedule> = registry.Value

    /// The schedule of a class name and a config.
    static member ofConfig (className: string) (config: (string * Json) list) : Schedule =
        registry.Value.Create(className, config)

    /// The schedule of a record in JSON (`keras.optimizers.schedules.deserialize`).
    static member ofJson(json: Json) : Schedule = registry.Value.OfJson("schedule", json)
