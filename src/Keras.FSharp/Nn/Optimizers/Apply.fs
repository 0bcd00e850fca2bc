/// What all optimizers have in common: unscaling, accumulation, clipping, weight decay and averages around the rule of one
/// parameter. Works on arrays of parameters; everything can be traced. A missing gradient is null.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.Apply

open System
open System.Collections.Concurrent
open System.Collections.Generic
open Keras.FSharp.Backends

// ---- the layout of slots --------------------------------------------------------------------------------------------

/// Where the slots of each parameter stand among all slots, what they are, and what is shared after them.
[<NoEquality; NoComparison>]
type private Layout = {
    /// Per parameter: position and slot.
    Places: (int * SlotSpec)[][]
    /// How many slots there are before the shared scalars.
    Count: int
    Shared: (string * float)[]
    SharedType: DType
}

let private layout (rule: UpdateRule) (parameters: Parameter[]) : Layout =
    let blocks = parameters |> Array.map (fun p -> rule.Slots p |> List.toArray)
    let found = parameters |> Array.map (fun _ -> List<int * SlotSpec>())
    let mutable next = 0

    for block in 0 .. Seq.fold max 0 (blocks |> Seq.map Array.length) - 1 do
        for i in 0 .. parameters.Length - 1 do
            if block < blocks[i].Length then
                for slot in blocks[i][block] do
                    found[i].Add((next, slot))
                    next <- next + 1

    let sharedType = if parameters.Length = 0 then Config.FloatX else parameters[0].Aval.DType

    {
        Places = found |> Array.map (fun f -> f.ToArray())
        Count = next
        Shared = List.toArray (rule.Shared sharedType)
        SharedType = sharedType
    }

// ---- creation -------------------------------------------------------------------------------------------------------

let private ownRate (rate: LearningRate) : Tensor option =
    match rate with
    | LearningRate.Constant x -> Some(Lax.scalar Config.FloatX x)
    | LearningRate.Scheduled _ -> None

let private zeroStep () = Lax.scalarInt DType.Int32 0L

/// The state before the first update.
let rec init (opt: Optimizer) (parameters: Parameter[]) (values: Tensor[]) : OptimizerState =
    match opt.Kind with
    | OptimizerKind.Rule rule ->
        let plan = layout rule parameters
        let slots = Array.zeroCreate<Tensor>(plan.Count + plan.Shared.Length)

        plan.Places
        |> Array.iteri (fun i found ->
            for at, slot in found do
                slots[at] <- slot.Start values[i])

        plan.Shared
        |> Array.iteri (fun i (_, start) -> slots[plan.Count + i] <- Lax.scalar plan.SharedType start)

        let zeros wanted = if wanted then Array.map Lax.zerosLike values else [||]

        {
            Iteration = zeroStep ()
            LearningRate = ownRate opt.Settings.LearningRate
            Averages = zeros opt.Settings.UseEma
            Accumulators = zeros opt.Settings.GradientAccumulationSteps.IsSome
            Slots = slots
        }
    | OptimizerKind.LossScale(inner, scale, _) -> {
        Iteration = zeroStep ()
        LearningRate = ownRate opt.Settings.LearningRate
        Averages = [||]
        Accumulators = [||]
        Slots = Array.append [| zeroStep (); Lax.scalar DType.Float32 scale |] (init inner parameters values).Variables
      }

/// The state whose variables these are, in the order in which they are saved.
let ofVariables (opt: Optimizer) (parameters: Parameter[]) (variables: Tensor[]) : OptimizerState =
    let hasRate =
        match opt.Settings.LearningRate with
        | LearningRate.Constant _ -> 1
        | LearningRate.Scheduled _ -> 0

    let averages = if opt.Settings.UseEma then parameters.Length else 0

    let accumulators = if opt.Settings.GradientAccumulationSteps.IsSome then parameters.Length else 0

    let first = 1 + hasRate

    if variables.Length < first + averages + accumulators then
        Fail.value
            $"optimizers.{opt.Class}"
            $"got {variables.Length} variables for {parameters.Length} parameters"
            "They are those of another optimizer."

    {
        Iteration = variables[0]
        LearningRate = if hasRate = 1 then Some variables[1] else None
        Averages = Array.sub variables first averages
        Accumulators = Array.sub variables (first + averages) accumulators
        Slots = Array.skip (first + averages + accumulators) variables
    }

/// The names of the variables in the order in which they are saved: `adam/dense_kernel_momentum`.
let rec names (opt: Optimizer) (parameters: Parameter[]) : string[] =
    let each (suffix: string) =
        parameters |> Array.map (fun p -> if suffix = "" then p.Name else $"{p.FlatName}_{suffix}")

    let common = [|
        "iteration"
        match opt.Settings.LearningRate with
        | LearningRate.Constant _ -> "learning_rate"
        | LearningRate.Scheduled _ -> ()
        if opt.Settings.UseEma then
            yield! each "average"
        if opt.Settings.GradientAccumulationSteps.IsSome then
            yield! each "gradient_accumulator"
    |]

    let prefixed (own: string[]) = own |> Array.map (fun name -> opt.Settings.Name + "/" + name)

    match opt.Kind with
    | OptimizerKind.Rule rule ->
        let plan = layout rule parameters
        let slots = Array.zeroCreate<string> plan.Count

        plan.Places
        |> Array.iteri (fun i found ->
            for at, slot in found do
                slots[at] <- (each slot.Suffix)[i])

        prefixed (Array.concat [ common; slots; Array.map fst plan.Shared ])
    | OptimizerKind.LossScale(inner, _, _) ->
        Array.append (prefixed (Array.append common [| "step_counter"; "dynamic_scale" |])) (names inner parameters)

// ---- gradients ------------------------------------------------------------------------------------------------------

let private squaredNorm (g: Tensor) : Tensor = Lax.sumAll (Lax.square g)

/// Gradients that are there, changed by `f`.
let private present (f: Tensor -> Tensor) (grads: Tensor[]) : Tensor[] =
    grads |> Array.map (fun g -> if isNull g then g else f g)

let private clip (s: OptimizerSettings) (grads: Tensor[]) : Tensor[] =
    match s.ClipNorm, s.GlobalClipNorm, s.ClipValue with
    | Some limit, _, _ when limit > 0.0 ->
        grads
        |> present (fun g ->
            let norm = Lax.sqrt (squaredNorm g)
            Lax.div (Lax.scale limit g) (Lax.max norm (Lax.scalar g.DType limit)))
    | _, Some limit, _ when limit > 0.0 ->
        let float32 (x: Tensor) = Lax.convert Config.FloatX x

        let total =
            grads
            |> Array.filter (fun g -> not (isNull g))
            |> Array.map (squaredNorm >> float32)
            |> Array.reduce Lax.add
            |> Lax.sqrt

        // Where the norm is infinite or NaN the factor becomes NaN, so that it shows.
        let factor =
            Lax.min (Lax.reciprocal total) (Lax.scalar total.DType (1.0 / limit))
            |> Lax.scale limit
            |> Lax.add (Lax.sub total total)

        grads |> present (fun g -> Lax.mul g (Lax.convert g.DType factor))
    | _, _, Some limit when limit > 0.0 ->
        grads |> present (fun g -> Lax.clamp (Lax.scalar g.DType -limit) (Lax.scalar g.DType limit) g)
    | _ -> grads

let private told = ConcurrentDictionary<string, bool>()

/// Says once which variables have no gradient; an error if none has.
let private checkPresent (opt: Optimizer) (parameters: Parameter[]) (grads: Tensor[]) =
    if grads.Length <> parameters.Length then
        Fail.value
            $"optimizers.{opt.Class}"
            $"got {grads.Length} gradients for {parameters.Length} parameters"
            "There must be one for each, in the same order."

    let missing =
        Array.zip parameters grads
        |> Array.filter (fun (_, g) -> isNull g)
        |> Array.map (fun (p, _) -> p.Path)

    if missing.Length > 0 && missing.Length = parameters.Length then
        Fail.value $"optimizers.{opt.Class}" "there is no gradient for any variable" "Does the loss depend on them?"
    elif missing.Length > 0 then
        let message =
            $"optimizers.{opt.Class}: there are no gradients for "
            + String.Join(", ", missing)
            + "; these variables stay as they are"

        if told.TryAdd(message, true) then
            Config.Note message

    Array.iter2
        (fun (p: Parameter) (g: Tensor) ->
            if not (isNull g) && not (g.Shape.Equals p.Aval.Shape) then
                Fail.value
                    $"optimizers.{opt.Class}"
                    $"the gradient of '{p.Path}' has shape {g.Shape}, the variable {p.Aval.Shape}"
                    "")
        parameters
        grads

// ---- the update -----------------------------------------------------------------------------------------------------

/// How many updates were made: with accumulation, fewer than calls.
let private updates (s: OptimizerSettings) (iteration: Tensor) : Tensor =
    match s.GradientAccumulationSteps with
    | Some n -> Lax.div iteration (Lax.scalarInt DType.Int32 (int64 n))
    | None -> iteration

/// The learning rate of the next update. A schedule counts calls, as in Keras.
let rec rate (opt: Optimizer) (state: OptimizerState) : Tensor =
    match opt.Kind, opt.Settings.LearningRate, state.LearningRate with
    | OptimizerKind.LossScale(inner, _, _), _, _ -> rate inner (ofVariables inner [||] (Array.skip 2 state.Slots))
    | _, LearningRate.Scheduled schedule, _ -> schedule.Rate state.Iteration
    | _, LearningRate.Constant _, Some variable -> variable
    | _, LearningRate.Constant x, None -> Lax.scalar Config.FloatX x

/// One step of the rule on every parameter that has a gradient: new values and slots.
let private stepAll
    (opt: Optimizer)
    (rule: UpdateRule)
    (parameters: Parameter[])
    (values: Tensor[])
    (grads: Tensor[])
    (state: OptimizerState)
    =
    let plan = layout rule parameters
    let slots = Array.copy state.Slots
    let results: Tensor[] = Array.copy values
    let made = updates opt.Settings state.Iteration
    let shared = rule.NextShared made (Array.skip plan.Count state.Slots)
    let current = rate opt state
    let perType = Dictionary<DType, struct (Tensor * Tensor[])>()

    let scalars (dtype: DType) =
        match perType.TryGetValue dtype with
        | true, found -> found
        | _ ->
            let rate = Lax.convert dtype current
            let number = Lax.shift 1.0 (Lax.convert dtype made)
            let found = struct (rate, rule.Scalars number rate (Array.map (Lax.convert dtype) shared))
            perType[dtype] <- found
            found

    for i in 0 .. parameters.Length - 1 do
        if not (isNull grads[i]) then
            let p = parameters[i]
            let struct (rate, scalars) = scalars p.Aval.DType

            let decay =
                if opt.Settings.Decays p then
                    rule.Decay opt.Settings p |> Option.defaultValue 0.0
                else
                    0.0

            let struct (value, next) =
                rule.Step {
                    Parameter = p
                    Value = values[i]
                    Gradient = Lax.convert p.Aval.DType grads[i]
                    Slots = plan.Places[i] |> Array.map (fun (at, _) -> state.Slots[at])
                    Rate = rate
                    Scalars = scalars
                    Decay = decay
                }

            results[i] <- value
            plan.Places[i] |> Array.iteri (fun k (at, _) -> slots[at] <- next[k])

    Array.blit shared 0 slots plan.Count shared.Length
    struct (results, slots)

/// `a` where the condition (a bool scalar) holds, else `b`, array by array.
let private choose (condition: Tensor) (a: Tensor[]) (b: Tensor[]) : Tensor[] =
    Array.map2 (fun (x: Tensor) (y: Tensor) -> if obj.ReferenceEquals(x, y) then x else Lax.select condition x y) a b

/// True where (count + 1) is a multiple of `n`.
let private everyNth (n: int) (count: Tensor) : Tensor =
    let next = Lax.add count (Lax.scalarInt DType.Int32 1L)
    Lax.eq (Lax.rem next (Lax.scalarInt DType.Int32 (int64 n))) (Lax.scalarInt DType.Int32 0L)

/// The averages after an update, and the values, which the averages replace now and then.
let private average (s: OptimizerSettings) (state: OptimizerState) (values: Tensor[]) =
    let made = updates s state.Iteration
    let started = Lax.ne made (Lax.scalarInt DType.Int32 0L)

    let averages =
        Array.map2
            (fun (old: Tensor) (value: Tensor) ->
                // The first average is the variable itself.
                let momentum = Lax.scale s.EmaMomentum (Lax.convert value.DType started)
                Lax.add (Lax.mul momentum old) (Lax.mul (Rule.oneMinus momentum) value))
            state.Averages
            values

    match s.EmaOverwriteFrequency with
    | Some n -> struct (choose (everyNth n made) averages values, averages)
    | None -> struct (values, averages)

let private applyRule opt rule (parameters: Parameter[]) (values: Tensor[]) (grads: Tensor[]) (state: OptimizerState) =
    let s = opt.Settings

    let grads =
        match s.LossScaleFactor with
        | Some factor -> grads |> present (fun g -> Lax.div g (Lax.scalar g.DType factor))
        | None -> grads

    let struct (values, slots, accumulators) =
        match s.GradientAccumulationSteps with
        | None ->
            let struct (values, slots) = stepAll opt rule parameters values (clip s grads) state
            struct (values, slots, state.Accumulators)
        | Some n ->
            let due = everyNth n state.Iteration

            let sums =
                Array.map2
                    (fun (g: Tensor) (sum: Tensor) -> if isNull g then g else Lax.add (Lax.convert sum.DType g) sum)
                    grads
                    state.Accumulators

            let means = sums |> present (fun g -> Lax.div g (Lax.scalar g.DType (float n)))
            let struct (next, slots) = stepAll opt rule parameters values (clip s means) state

            let kept = Array.map2 (fun (sum: Tensor) old -> if isNull sum then old else sum) sums state.Accumulators
            let cleared = Array.map Lax.zerosLike state.Accumulators
            struct (choose due next values, choose due slots state.Slots, choose due cleared kept)

    let struct (values, averages) =
        if s.UseEma then average s state values else struct (values, state.Averages)

    struct (values,
            {
                state with
                    Iteration = Lax.add state.Iteration (Lax.scalarInt DType.Int32 1L)
                    Averages = averages
                    Accumulators = accumulators
                    Slots = slots
            })

/// True (a bool scalar) if all gradients are finite.
let private allFinite (grads: Tensor[]) : Tensor =
    grads
    |> Array.filter (fun g -> not (isNull g))
    |> Array.map (fun g -> Lax.reduce ReduceOp.And (Dims.range g.Rank) (Lax.isFinite g))
    |> Array.reduce Lax.logicalAnd

/// The new values of the parameters and the new state.
let rec update opt (parameters: Parameter[]) (values: Tensor[]) (grads: Tensor[]) (state: OptimizerState) =
    checkPresent opt parameters grads

    match opt.Kind with
    | OptimizerKind.Rule rule -> applyRule opt rule parameters values grads state
    | OptimizerKind.LossScale(inner, _, growth) ->
        let counter, scale = state.Slots[0], state.Slots[1]
        let innerState = ofVariables inner parameters (Array.skip 2 state.Slots)
        let finite = allFinite grads
        let unscaled = grads |> present (fun g -> Lax.div g (Lax.convert g.DType scale))
        let struct (next, nextState) = update inner parameters values unscaled innerState

        let zero = zeroStep ()
        let grown = Lax.eq counter (Lax.scalarInt DType.Int32 (int64 growth - 1L))
        let counted = Lax.select grown zero (Lax.add counter (Lax.scalarInt DType.Int32 1L))
        let factor = Lax.select grown (Lax.scale 2.0 scale) scale

        let own = [| Lax.select finite counted zero; Lax.select finite factor (Lax.scale 0.5 scale) |]
        let variables = choose finite nextState.Variables innerState.Variables
        struct (choose finite next values, { state with Slots = Array.append own variables })

// ---- what stands around training ------------------------------------------------------------------------------------

/// The values with which training ends: the averages, if there are any.
let rec finalize (opt: Optimizer) (parameters: Parameter[]) (values: Tensor[]) (state: OptimizerState) : Tensor[] =
    match opt.Kind with
    | OptimizerKind.LossScale(inner, _, _) ->
        finalize inner parameters values (ofVariables inner parameters (Array.skip 2 state.Slots))
    | OptimizerKind.Rule _ -> if opt.Settings.UseEma then state.Averages else values

/// The loss to differentiate, so that gradients come out as `update` expects them.
let rec scaleLoss (opt: Optimizer) (state: OptimizerState) (loss: Tensor) : Tensor =
    match opt.Kind, opt.Settings.LossScaleFactor with
    | OptimizerKind.LossScale _, _ -> Lax.mul loss (Lax.convert loss.DType state.Slots[1])
    | OptimizerKind.Rule _, Some factor -> Lax.scale factor loss
    | OptimizerKind.Rule _, None -> loss

/// The state with another learning rate (a scalar); an error with a schedule.
let rec withRate (opt: Optimizer) (value: Tensor) (state: OptimizerState) : OptimizerState =
    match opt.Kind, opt.Settings.LearningRate with
    | OptimizerKind.LossScale(inner, _, _), _ ->
        let first = [| state.Slots[0]; state.Slots[1] |]
        let next = withRate inner value (ofVariables inner [||] (Array.skip 2 state.Slots))
        { state with Slots = Array.append first next.Variables }
    | OptimizerKind.Rule _, LearningRate.Constant _ -> {
        state with
            LearningRate = Some(Lax.convert Config.FloatX value)
      }
    | OptimizerKind.Rule _, LearningRate.Scheduled schedule ->
        Fail.state
            $"optimizers.{opt.Class}"
            $"its learning rate follows the schedule {schedule.Class}"
            "Create it with a constant rate to be able to set the rate."

/// How many updates were made (an int32 scalar).
let rec iterations (opt: Optimizer) (state: OptimizerState) : Tensor =
    match opt.Kind with
    | OptimizerKind.LossScale(inner, _, _) -> iterations inner (ofVariables inner [||] (Array.skip 2 state.Slots))
    | OptimizerKind.Rule _ -> updates opt.Settings state.Iteration
