/// Methods of layers, and of models as layers.
[<RequireQualifiedAccess>]
module Keras.Conformance.Objects.LayerMethods

open Keras.FSharp
open Keras.FSharp.Saving
open Keras.Conformance

let private avalOf (v: Datum) : Aval =
    match v with
    | Datum.Spec a -> a
    | _ -> (Convert.tensor v).Aval

let private maskOf (v: Datum) : Tensor =
    match v with
    | Datum.Masked(_, m) -> m
    | _ -> null

/// The arguments of a call by name, with the name of the first one.
let private named (layer: Layer) (a: Arguments) : string * (string * Datum) list =
    let symbol = $"keras.layers.{layer.Class}.call"

    match Signatures.parameters symbol with
    | Some(first :: _ as all) ->
        // Every call takes these; they are passed over where the layer has no use for them.
        let known = [ "inputs"; "training"; "mask" ] @ List.map (fun (p: KerasParameter) -> p.Name) all

        if not (List.contains "**kwargs" known) then
            for k, _ in a.Kwargs do
                if not (List.contains k known) then
                    raise (Mismatch $"{layer}: there is no argument '{k}'")

        first.Name, Signatures.byName symbol a.Args a.Kwargs
    | _ ->
        let names = [ "inputs"; "training"; "mask" ]

        if a.Args.Length > names.Length then
            raise (Mismatch $"{layer} takes {names.Length} arguments, {a.Args.Length} were given")

        "inputs", List.zip (List.truncate a.Args.Length names) a.Args @ a.Kwargs

/// The inputs of a call, and its other arguments by name.
let private split (layer: Layer) (a: Arguments) : Datum list * (string * Datum) list =
    let first, given = named layer a

    // Clients may call the first argument `inputs`, whatever the layer calls it.
    let isFirst (k, _) = k = first || k = "inputs"

    let xs =
        match List.tryFind isFirst given with
        | Some(_, x) -> ModelData.inputs layer x
        | None -> raise (Mismatch $"{layer}: argument '{first}' is missing")

    xs, given |> List.filter (isFirst >> not)

/// The inputs and the other arguments of a call.
let private parts (layer: Layer) (a: Arguments) : Datum list * CallOptions =
    let xs, kwargs = split layer a

    let training =
        match kwargs |> List.tryFind (fun (k, _) -> k = "training") with
        | None
        | Some(_, (Datum.Null | Datum.Bool false | Datum.Int 0L)) -> false
        | Some(_, (Datum.Bool true | Datum.Int 1L)) -> true
        | Some _ -> raise (Mismatch $"{layer}: argument 'training' is neither True nor False")

    let options = LayerObject.Options(xs.Length, training, kwargs)

    // Masks attached to inputs count where none is given by name.
    let attached = xs |> List.map maskOf |> List.toArray
    let masks = Array.map2 (fun given own -> if isNull given then own else given) options.Masks attached
    xs, { options with Masks = masks }

/// Shapes as Keras's methods take them: one, a list of them, or a dict.
let rec private shapes (v: Datum) : Aval list =
    let size (n: Datum) =
        match n with
        | Datum.Null -> -1
        | Datum.Int i when i >= 0L && i <= int64 System.Int32.MaxValue -> int i
        | _ -> raise (Mismatch "a shape is a list of integers and None")

    match v with
    | Datum.List items when items |> List.forall (fun i -> i.IsInt || i.IsNull) -> [
        Aval.make Backends.Config.FloatX (Dims.ofSeq (List.map size items))
      ]
    | Datum.List many -> List.collect shapes many
    | Datum.Dict pairs -> pairs |> List.collect (snd >> shapes)
    | _ -> raise (Mismatch "a shape is expected")

let private sizes (a: Aval) : Datum =
    Datum.List [ for n in a.Shape -> if n < 0 then Datum.Null else Datum.Int(int64 n) ]

/// The shapes of the inputs, and those of further tensors by the name of their argument (`value_shape`).
let private shapesOf (o: LayerObject) (a: Arguments) : Aval[] * ArgumentAvals =
    let first, positions =
        match Signatures.parameters $"keras.layers.{o.Layer.Class}.call" with
        | Some(first :: rest) -> first.Name, rest |> List.map (fun p -> p.Name + "_shape")
        | _ -> "inputs", []

    let isFirst k = List.contains k [ "input_shape"; $"{first}_shape"; "input_shapes"; "inputs_shape" ]

    let given =
        match a.Args with
        | [] -> a.Kwargs
        | head :: rest when rest.Length <= positions.Length ->
            ("input_shape", head) :: List.zip (List.truncate rest.Length positions) rest @ a.Kwargs
        | _ -> raise (Mismatch $"{o.Layer} takes {positions.Length + 1} shapes, {a.Args.Length} were given")

    match given with
    | [] -> raise (Mismatch $"{o.Layer}: argument 'input_shape' is missing")
    | _ ->
        let own, others = given |> List.partition (fst >> isFirst)

        let further =
            others
            |> List.filter (fun (_, v) -> not v.IsNull)
            |> List.map (fun (k, v) ->
                let name = if k.EndsWith "_shape" then k.Substring(0, k.Length - 6) else k
                name, shapes v |> List.map (fun s -> struct (s, false)) |> List.toArray)

        match own with
        | [] ->
            // Layers of several inputs may name each of them.
            given |> List.collect (snd >> shapes) |> List.toArray, ArgumentAvals.empty
        | _ ->
            own |> List.collect (snd >> shapes) |> List.toArray,
            { ArgumentAvals.empty with Tensors = Map.ofList further }

/// The states that a cell takes besides its input, where none were named.
let private withStates (layer: Layer) (inputs: Aval[]) (arguments: ArgumentAvals) : ArgumentAvals =
    match RecurrentCell.tryOfLayer layer, inputs with
    | Some cell, [| x |] when not (arguments.Tensors.ContainsKey "states") ->
        let state shape = struct (Aval.make layer.Policy.Compute shape, false)
        let states = RecurrentCell.states cell x.Shape |> List.map state |> List.toArray

        { arguments with Tensors = Map.add "states" states arguments.Tensors }
    | _ -> arguments

/// The shapes that a method is given, with the states of a cell.
let private shapeArguments (o: LayerObject) (a: Arguments) : Aval[] * ArgumentAvals =
    let inputs, arguments = shapesOf o a
    inputs, withStates o.Layer inputs arguments

let private closed (inputs: Aval[]) = Array.create inputs.Length false

/// What a symbolic call gives; arrays among its arguments count for their shapes only.
let private infer (o: LayerObject) (a: Arguments) : Datum =
    let xs, kwargs = split o.Layer a
    let isTensor (v: Datum) = v.IsTensor || v.IsMasked || v.IsSpec

    let masked =
        match kwargs |> List.tryFind (fun (k, _) -> k = "mask") with
        | Some(_, Datum.List masks) ->
            xs |> List.mapi (fun i x -> x.IsMasked || i < masks.Length && not masks[i].IsNull)
        | Some(_, mask) when not mask.IsNull -> xs |> List.mapi (fun i x -> x.IsMasked || i = 0)
        | _ -> xs |> List.map (fun x -> x.IsMasked)

    let tensors, plain =
        kwargs
        |> List.filter (fun (k, v) -> k <> "mask" && k <> "training" && not v.IsNull)
        |> List.partition (fun (_, v) -> isTensor v || v.IsList)

    let avals (v: Datum) =
        match Datum.leaves v with
        | leaves when List.exists isTensor leaves -> leaves |> List.filter isTensor
        | _ -> [ v ]
        |> List.map (fun x -> struct (avalOf x, x.IsMasked))
        |> List.toArray

    let arguments: ArgumentAvals = {
        Tensors = Map.ofList [ for k, v in tensors -> k, avals v ]
        Values = Map.ofList [ for k, v in plain -> k, Datum.plain v ]
    }

    let found = o.Infer(xs |> List.map avalOf |> List.toArray, List.toArray masked, arguments)

    ModelData.outputs o.Layer [ for a in found.Outputs -> Datum.Spec a ]

/// One call with concrete inputs; the layer is built by it where it was not.
let private apply
    (weight: string -> Tensor -> Tensor)
    (o: LayerObject)
    (xs: Datum list)
    (options: CallOptions)
    : Applied =
    let tensors = xs |> List.map Convert.tensor |> List.toArray
    let masked = options.Masks |> Array.map (fun m -> not (isNull m))
    o.Build(tensors |> Array.map (fun x -> x.Aval), masked, options.Arguments)
    o.Apply(weight, tensors, options)

let private results (o: LayerObject) (applied: Applied) : Datum =
    Array.map2
        (fun y mask -> if isNull mask then Datum.Tensor y else Datum.Masked(y, mask))
        applied.Outputs
        applied.Masks
    |> Array.toList
    |> ModelData.outputs o.Layer

let private invoke (weight: string -> Tensor -> Tensor) (o: LayerObject) (a: Arguments) : Datum * (unit -> unit) =
    if Calls.isSymbolic a then
        infer o a, ignore
    else
        let xs, options = parts o.Layer a
        let applied = apply weight o xs options
        results o applied, (fun () -> o.Keep applied)

let private requireBuilt (o: LayerObject) : unit =
    if not o.IsBuilt then
        Fail.value $"{o.Layer}" "it is not built yet" "Call it, or build it."

let private tensors (v: Datum) : Tensor list =
    match v with
    | Datum.List items -> List.map Convert.tensor items
    | _ -> raise (Mismatch "a list of arrays is expected")

/// The call as a pure function (`stateless_call`): values of the variables in, outputs and new state out.
let private stateless (o: LayerObject) (a: Arguments) : Datum =
    requireBuilt o
    let keyword name = a.Kwargs |> List.tryFind (fun (k, _) -> k = name) |> Option.map snd

    let trainable, others, rest =
        match a.Args with
        | t :: n :: rest -> t, n, rest
        | [ t ] -> t, Option.defaultValue (Datum.List []) (keyword "non_trainable_variables"), []
        | [] ->
            match keyword "trainable_variables", keyword "non_trainable_variables" with
            | Some t, Some n -> t, n, []
            | _ -> raise (Mismatch $"{o.Layer}: argument 'trainable_variables' is missing")

    let yes, no = o.Variables |> Array.partition o.IsTrainable

    let given (what: string) (variables: BuiltVariable[]) (values: Tensor list) =
        if values.Length <> variables.Length then
            Fail.value
                $"{o.Layer}"
                $"it has {variables.Length} {what} variables, {values.Length} values were given"
                "Give one for each."

        List.zip [ for v in variables -> o.PathOf v ] values

    let values =
        given "trainable" yes (tensors trainable) @ given "non-trainable" no (tensors others) |> Map.ofList

    let own = [ "trainable_variables"; "non_trainable_variables"; "return_losses" ]

    let xs, options =
        parts o.Layer {
            Args = rest
            Kwargs = a.Kwargs |> List.filter (fun (k, _) -> not (List.contains k own))
        }

    let applied = apply (fun path now -> Map.tryFind path values |> Option.defaultValue now) o xs options
    let state = dict (Tree.toPairs applied.State)

    let after =
        no
        |> Array.map (fun v ->
            match state.TryGetValue(Model.PathBelow(o.Layer, v)) with
            | true, x -> Datum.Tensor x
            | _ -> Datum.Tensor values[o.PathOf v])
        |> Array.toList

    Datum.List [
        results o applied
        Datum.List after
        match keyword "return_losses" with
        | Some(Datum.Bool true) -> Datum.List [ for l in applied.Losses -> Datum.Tensor l ]
        | _ -> ()
    ]

/// The layers that keep something between calls, and so have `reset_state`.
let private hasState (layer: Layer) : bool =
    List.contains layer.Class [
        "RNN"
        "SimpleRNN"
        "LSTM"
        "GRU"
        "ConvLSTM1D"
        "ConvLSTM2D"
        "ConvLSTM3D"
        "Bidirectional"
    ]

/// The method of a name: its result, and how it takes effect.
let call (weight: string -> Tensor -> Tensor) (o: LayerObject) (name: string) (a: Arguments) : Datum * (unit -> unit) =
    match name with
    | "__call__" -> invoke weight o a
    | "call" -> invoke weight o a
    | "build" ->
        let avals, arguments = shapeArguments o a
        Datum.Null, (fun () -> o.Build(avals, closed avals, arguments))
    | "compute_output_shape" ->
        let avals, arguments = shapeArguments o a
        let found = o.Infer(avals, closed avals, arguments)
        ModelData.outputs o.Layer [ for y in found.Outputs -> sizes y ], ignore
    | "compute_output_spec" -> infer o a, ignore
    | "count_params" ->
        requireBuilt o
        Datum.Int(o.Variables |> Array.sumBy (fun v -> int64 v.Spec.Shape.Size)), ignore
    | "get_weights" -> Datum.List [ for v in o.Variables -> Datum.Tensor(o.Value v) ], ignore
    | "set_weights" ->
        let values =
            match a.Args, a.Kwargs with
            | [ v ], []
            | [], [ _, v ] -> tensors v
            | _ -> raise (Mismatch $"{o.Layer}: argument 'weights' is missing")

        if values.Length <> o.Variables.Length then
            Fail.value
                $"{o.Layer}"
                $"it has {o.Variables.Length} weights, {values.Length} values were given"
                "Give one for each."

        let changes = List.zip [ for v in o.Variables -> o.PathOf v ] values
        Datum.Null, (fun () -> o.Assign changes)
    | "stateless_call" -> stateless o a, ignore
    | "reset_state"
    | "reset_states" when hasState o.Layer -> Datum.Null, o.ResetState
    | _ -> raise (Missing $"{o.Layer.Class}.{name}")

/// Shape inference of a method: of the call itself, or of `compute_output_spec`.
let spec (o: LayerObject) (a: Arguments) : Datum = infer o a
