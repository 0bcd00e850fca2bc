/// What a layer is: data (class, name, config), the variables that it declares for given input shapes, and a pure
/// function. Within one call a `Frame` hands out variables and keys and collects what the call leaves behind: new
/// state, losses, masks.
namespace Keras.FSharp

open System
open System.Collections.Generic
open System.Text.RegularExpressions
open Keras.FSharp.Saving

/// Automatic names, as Keras gives them: snake case of the class, counted from the second on.
[<RequireQualifiedAccess>]
module Naming =
    let private counts = Dictionary<string, int>()

    /// `MaxPooling2D` to `max_pooling2d`.
    let snakeCase (className: string) : string =
        let s = Regex.Replace(className, @"\W+", "")
        let s = Regex.Replace(s, "(.)([A-Z][a-z]+)", "$1_$2")
        Regex.Replace(s, "([a-z])([A-Z])", "$1_$2").ToLowerInvariant()

    /// A new name: `dense`, then `dense_1`.
    let unique (prefix: string) : string =
        lock counts (fun () ->
            match counts.TryGetValue prefix with
            | true, n ->
                counts[prefix] <- n + 1
                $"{prefix}_{n}"
            | _ ->
                counts[prefix] <- 1
                prefix)

    /// Starts counting afresh (`keras.backend.clear_session`).
    let reset () : unit = lock counts (fun () -> counts.Clear())

/// A variable that a layer declares.
[<NoEquality; NoComparison>]
type VarSpec = {
    /// As `kernel`.
    Name: string
    /// Its shape.
    Shape: Dims
    /// Its element type.
    DType: DType
    /// False for statistics and other state.
    Trainable: bool
    /// False for the states that a recurrent layer keeps between calls: they are no weights, and files do not have them.
    IsWeight: bool
    /// Makes its first value.
    Initializer: Initializer
    /// Adds to the loss of the model.
    Regularizer: Regularizer option
    /// Applied after each update.
    Constraint: Constraint option
}

/// Declarations of variables.
[<RequireQualifiedAccess>]
module VarSpec =
    /// A trainable weight.
    let weight (name: string) (shape: int seq) (dtype: DType) (initializer: Initializer) : VarSpec = {
        Name = name
        Shape = Dims.ofSeq shape
        DType = dtype
        Trainable = true
        IsWeight = true
        Initializer = initializer
        Regularizer = None
        Constraint = None
    }

    /// A variable that no gradient changes.
    let state (name: string) (shape: int seq) (dtype: DType) (initializer: Initializer) : VarSpec = {
        weight name shape dtype initializer with
            Trainable = false
    }

    /// What a layer remembers from one call to the next: zero at first, no weight, not in files.
    let memory (name: string) (shape: int seq) (dtype: DType) (initializer: Initializer) : VarSpec = {
        state name shape dtype initializer with
            IsWeight = false
    }

    /// With a regularizer and a constraint.
    let controlled (regularizer: Regularizer option) (constraint': Constraint option) (v: VarSpec) : VarSpec = {
        v with
            Regularizer = regularizer
            Constraint = constraint'
    }

/// What becomes of a mask on the first input (`supports_masking`).
type MaskRule =
    /// Masks end here.
    | Stops = 0
    /// The mask of the first input is the mask of every output.
    | Passes = 1
    /// The layer sets masks itself, or not.
    | Own = 2

/// Further arguments of one call, by Keras's names: tensors (`initial_state`) and plain values (`use_causal_mask`).
[<NoEquality; NoComparison>]
type CallArguments = {
    /// Arguments that are tensors or lists of them.
    Tensors: Map<string, Tensor[]>
    /// All others.
    Values: Map<string, Json>
}

/// Arguments of calls.
[<RequireQualifiedAccess>]
module CallArguments =
    /// None.
    let empty: CallArguments = { Tensors = Map.empty; Values = Map.empty }

/// A variable of a built model: where it is and what was declared.
[<NoEquality; NoComparison>]
type BuiltVariable = {
    /// As `encoder/dense/kernel`: names of the layers below the model, then of the variable.
    Path: string
    /// The layer that declared it.
    Owner: Layer
    /// What was declared.
    Spec: VarSpec
    /// True if the variable and all layers around it are trainable.
    Trainable: bool
}

/// What a layer is made of, apart from its name and what all layers have.
and [<NoEquality; NoComparison>] LayerParts = {
    /// As `Dense`.
    Class: string
    /// As `keras.layers`.
    Module: string
    /// Null in files for Keras's own classes.
    RegisteredName: string option
    /// The layer's own arguments in the order in which Keras writes them, without those of every layer.
    Config: (string * Json) list
    /// True if `Config` has all keys, name and dtype included, as for InputLayer.
    Bare: bool
    /// Layers inside this one, by the attribute under which Keras keeps them (`key_dense`). An attribute that is a list
    /// of layers ends in `/` and stands here once for each (`cells/`).
    Children: (string * Layer) list
    /// Refuses inputs of shapes that the layer cannot take; runs before variables are declared.
    Check: Call -> Dims[] -> unit
    /// The variables for given input shapes, in the order of creation.
    Variables: Dims[] -> VarSpec list
    /// The function. Float inputs have the compute type of the policy already.
    Apply: Call -> Tensor[] -> Tensor[]
    /// What becomes of masks.
    Masks: MaskRule
}

/// The object behind a layer whose class is a user's own. It is asked when files are written and read, since what it
/// holds may change after the layer was made.
and internal ILayerHost =
    /// True for a model, whose layers are also known as a list.
    abstract IsModel: bool
    /// As in `LayerParts`.
    abstract RegisteredName: string
    /// As in `LayerParts`.
    abstract Children: (string * Layer) list
    /// All keys of the config, those of every layer included.
    abstract Config: (string * Json) list

/// A layer: data and a pure function. Made by the members of `Layers`; compared by identity, so that one layer used
/// twice is shared.
and [<Sealed; AllowNullLiteral>] Layer
    (name: string, trainable: bool, policy: DTypePolicy, activityRegularizer: Regularizer option, parts: LayerParts) =
    let mutable content: obj voption = ValueNone

    /// The name, unique within a model.
    member _.Name = name

    /// The dtype policy.
    member _.Policy = policy

    /// A penalty on the output, if there is one.
    member _.ActivityRegularizer = activityRegularizer

    /// What the layer is made of.
    member _.Parts = parts

    /// As `Dense`.
    member _.Class = parts.Class

    /// The object of a user's class behind the layer.
    member val internal Host: ILayerHost voption = ValueNone with get, set

    /// The name under which files know the class, if it is not Keras's own.
    member l.RegisteredName: string option =
        match l.Host with
        | ValueSome host -> Some host.RegisteredName
        | ValueNone -> parts.RegisteredName

    /// The layers inside this one, as `LayerParts` has them or as the user's object does now.
    member l.Children: (string * Layer) list =
        match l.Host with
        | ValueSome host -> host.Children
        | ValueNone -> parts.Children

    /// False freezes the variables of the layer and of the layers inside it; takes effect where a step is compiled or
    /// variables are partitioned next.
    member val Trainable = trainable with get, set

    /// Models keep their graph here.
    member internal _.Content
        with get () = content
        and set (c: obj voption) = content <- c

    /// The same layer with other arguments, given as its config has them; none for layers that are not made from a config.
    member val internal Remake: ((string * Json) list -> Layer) option = None with get, set

    /// The layers of a model, in order.
    member val internal Inside: Layer list = [] with get, set

    /// What building found, by the shapes of the inputs; models keep it here.
    member val internal Blueprints = Dictionary<Dims list, obj>()

    /// For messages: `Dense 'dense_1'`.
    override _.ToString() = $"{parts.Class} '{name}'"

/// One call of a model: hands out variables and keys, collects new state, losses and masks.
and [<Sealed; AllowNullLiteral>] Frame internal (lookup: string -> Tensor, training: bool, key: Tensor, isBuild: bool) =
    let built = Dictionary<string, BuiltVariable>()
    let order = List<BuiltVariable>()
    let calls = List<struct (Layer * Dims[])>()
    let layers = Dictionary<string, Layer>()
    let places = Dictionary<obj, string>(ReferenceEqualityComparer.Instance)
    let updates = Dictionary<string, Tensor>()
    let losses = List<Tensor>()
    let masks = Dictionary<obj, Tensor>(ReferenceEqualityComparer.Instance)
    let uses = Dictionary<string, int>()
    // By the order of the first calls, so that random numbers do not depend on names.
    let ordinals = Dictionary<string, int>()

    /// The training argument of the call.
    member _.Training = training

    /// The key of the call; null if none was given.
    member _.Key = key

    /// True while variables are only declared.
    member _.IsBuild = isBuild

    /// The variables declared so far, in order.
    member _.Variables = order

    /// The layers in the order of their first calls, with the shapes of the inputs; only while variables are declared.
    member internal _.Calls = calls

    /// The number that stands for unknown sizes while variables are declared; 0 where all sizes are known.
    member val internal UnknownSize = 0 with get, set

    /// True if sizes besides that of the batch are unknown.
    member val internal HasOpenAxes = false with get, set

    /// New values of state, by path.
    member _.Updates = updates

    /// Losses that layers added: regularization, activity.
    member _.Losses = losses

    /// The value of a variable: what this call assigned to it, else what the call began with.
    member internal _.Read(path: string, aval: Aval) : Tensor =
        match updates.TryGetValue path with
        | true, t -> t
        | _ -> if isBuild then Lax.zeros aval else lookup path

    /// Where the variables of a layer are: at the path of its first call, since one layer is shared by all its uses,
    /// even by those in models inside models.
    member internal _.Place(layer: Layer, path: string) : string =
        let key = Unchecked.nonNull (box layer)

        match places.TryGetValue key with
        | true, first -> first
        | _ ->
            places[key] <- path
            path

    /// Registers a layer's variables at its first call.
    member internal _.Enter(path: string, layer: Layer, trainable: bool, inputs: Dims[]) : VarSpec list =
        match layers.TryGetValue path with
        | true, other when not (obj.ReferenceEquals(other, layer)) ->
            Fail.value
                "model"
                $"two layers have the name '{path}': {other} and {layer}"
                "All layers of a model need different names."
        | _ -> ()

        let isNew = layers.TryAdd(path, layer)
        ordinals.TryAdd(path, ordinals.Count) |> ignore

        if isNew && isBuild then
            calls.Add(struct (layer, inputs))

        let specs = layer.Parts.Variables inputs

        if isNew then
            for s in specs do
                let p = if path = "" then s.Name else path + "/" + s.Name

                let v = {
                    Path = p
                    Owner = layer
                    Spec = s
                    Trainable = trainable && s.Trainable
                }

                if not (built.TryAdd(p, v)) then
                    Fail.value "model" $"two variables have the path '{p}'" "Rename one of the layers."

                order.Add v

                match s.Regularizer with
                // Frozen weights are not regularized, as in Keras.
                | Some r when v.Trainable && not isBuild -> losses.Add(r.Apply(lookup p))
                | _ -> ()

        specs

    /// A key for the next random numbers of the layer at a path.
    member internal _.NextKey(path: string) : Tensor =
        if isBuild then
            Lax.zeros (Aval.make DType.UInt32 (Dims.ofSeq [ 2 ]))
        elif isNull key then
            Fail.state
                $"layer '{path}'"
                "it needs random numbers in training, and no key was given"
                "Pass key = Random.key seed to the call."
        else
            let n =
                match uses.TryGetValue path with
                | true, n -> n
                | _ -> 0

            uses[path] <- n + 1
            key |> Random.foldIn (int64 ordinals[path]) |> Random.foldIn (int64 n)

    /// The mask of a tensor, or null.
    member internal _.MaskOf(x: Tensor) : Tensor =
        match masks.TryGetValue(Unchecked.nonNull (box x)) with
        | true, m -> m
        | _ -> null

    member internal _.SetMask(x: Tensor, mask: Tensor) : unit =
        if isNull mask then
            masks.Remove(Unchecked.nonNull (box x)) |> ignore
        else
            masks[Unchecked.nonNull (box x)] <- mask

/// One call of one layer within a frame: what its function sees of the world.
and [<Sealed>] Call
    internal (frame: Frame, path: string, layer: Layer, trainable: bool, inputs: Dims[], arguments: CallArguments) =
    let mutable specs: VarSpec list = []

    let full (name: string) = if path = "" then name else path + "/" + name

    let spec (name: string) =
        match specs |> List.tryFind (fun s -> s.Name = name) with
        | Some s -> s
        | None ->
            Fail.value
                $"{layer}"
                $"it declared no variable '{name}'"
                (Fail.didYouMean name (specs |> List.map (fun s -> s.Name)))

    /// What the layer declared.
    member internal _.Declare(declared: VarSpec list) : unit = specs <- declared

    /// The path of the layer in the model.
    member _.Path = path

    /// The layer.
    member _.Layer = layer

    /// The frame of the whole call.
    member _.Frame = frame

    /// True in training.
    member _.Training = frame.Training

    /// True if the layer and all around it are trainable.
    member _.IsTrainable = trainable

    /// True while variables are only declared and shapes inferred: values mean nothing.
    member _.IsBuild = frame.IsBuild

    /// Further arguments.
    member _.Arguments = arguments

    /// The layer's compute type.
    member _.ComputeType = layer.Policy.Compute

    /// True if the layer declared a variable of that name.
    member _.Has(name: string) : bool = specs |> List.exists (fun s -> s.Name = name)

    /// A variable as it is stored.
    member c.Stored(name: string) : Tensor =
        let s = spec name
        let x = frame.Read(full name, Aval.make s.DType s.Shape)

        if not (x.Shape.Equals s.Shape) then
            let given = System.String.Join(", ", inputs |> Array.map string)

            c.Refuse(
                $"its variable '{name}' has shape {x.Shape}; for inputs of shape {given} it would have {s.Shape}",
                "Pass inputs like those that the variables were made for."
            )

        x

    /// A variable in the compute type (floats only).
    member c.Variable(name: string) : Tensor =
        let x = c.Stored name

        if DType.isFloat x.DType && DType.isFloat layer.Policy.Compute then
            Lax.convert layer.Policy.Compute x
        else
            x

    /// Gives a variable a new value, which the call returns as new state.
    member _.Assign(name: string, value: Tensor) : unit =
        let s = spec name

        if not (value.Shape.Equals s.Shape) then
            Fail.value $"{layer}" $"variable '{name}' has shape {s.Shape}, the new value {value.Shape}" ""

        frame.Updates[full name] <- Lax.convert s.DType value

    /// A fresh key.
    member _.NextKey() : Tensor = frame.NextKey path

    /// Adds a scalar to the losses of the model.
    member _.AddLoss(loss: Tensor) : unit = frame.Losses.Add loss

    /// The mask of an input, or null: bool, true where it counts.
    member _.Mask(x: Tensor) : Tensor = frame.MaskOf x

    /// Attaches a mask to an output; null removes it.
    member _.SetMask(y: Tensor, mask: Tensor) : unit = frame.SetMask(y, mask)

    member private _.Told(reason: string) : struct (string * string) =
        let where = if path = "" || path = layer.Name then $"{layer}" else $"{layer} at '{path}'"

        // The caller never gave the number that stands for an unknown size.
        match frame.UnknownSize with
        | 0 -> struct (where, reason)
        | n -> struct (where, Regex.Replace(reason, $@"\b{n}\b", "None"))

    /// A refusal that names the layer and its path.
    member c.Refuse<'a>(reason: string, hint: string) : 'a =
        let struct (where, reason) = c.Told reason
        Fail.value where reason hint

    /// A refusal of an axis or index that does not exist.
    member c.RefuseIndex<'a>(reason: string, hint: string) : 'a =
        let struct (where, reason) = c.Told reason
        Fail.index where reason hint

    /// Refuses inputs of another rank; `expected` describes the shape that is taken.
    member c.RequireRank(shape: Dims, rank: int, expected: string) : unit =
        if shape.Rank <> rank then
            c.Refuse(
                $"it got an input of shape {shape} (rank {shape.Rank}), expected rank {rank}: {expected}",
                "The first axis is the batch."
            )

    /// Refuses inputs of a lower rank; `expected` describes the shape that is taken.
    member c.RequireMinRank(shape: Dims, rank: int, expected: string) : unit =
        if shape.Rank < rank then
            c.Refuse(
                $"it got an input of shape {shape} (rank {shape.Rank}), expected rank {rank} or more: {expected}",
                "The first axis is the batch."
            )

    /// Calls a layer inside this one.
    member _.Child(child: Layer, inputs: Tensor[]) : Tensor[] =
        Call.Run(frame, full child.Name, child, trainable, inputs, CallArguments.empty)

    /// Calls a layer inside this one with further arguments.
    member _.Child(child: Layer, inputs: Tensor[], arguments: CallArguments) : Tensor[] =
        Call.Run(frame, full child.Name, child, trainable, inputs, arguments)

    /// Opens a layer inside this one for inputs of the given shapes and works with its variables: for a layer that has
    /// more to say than its function of tensors, as the cell of a recurrent layer.
    member _.Within(child: Layer, shapes: Dims[], work: Call -> 'a) : 'a =
        Scope.enter child.Name (fun () ->
            work (Call.Open(frame, full child.Name, child, trainable, shapes, CallArguments.empty)))

    /// Checks the shapes of the inputs and declares the variables.
    static member private Open
        (frame: Frame, path: string, layer: Layer, trainableAround: bool, shapes: Dims[], arguments: CallArguments)
        : Call =
        let path = frame.Place(layer, path)
        let trainable = trainableAround && layer.Trainable
        let call = Call(frame, path, layer, trainable, shapes, arguments)
        layer.Parts.Check call shapes
        call.Declare(frame.Enter(path, layer, trainable, shapes))
        call

    /// Calls a layer: declares its variables, converts its inputs, applies it, passes masks on.
    static member internal Run
        (frame: Frame, path: string, layer: Layer, trainableAround: bool, inputs: Tensor[], arguments: CallArguments)
        : Tensor[] =
        Scope.enter layer.Name (fun () ->
            let shapes = inputs |> Array.map (fun x -> x.Shape)
            let call = Call.Open(frame, path, layer, trainableAround, shapes, arguments)
            let compute = layer.Policy.Compute

            let converted =
                inputs
                |> Array.map (fun x ->
                    if DType.isFloat x.DType && DType.isFloat compute && x.DType <> compute then
                        let y = Lax.convert compute x
                        frame.SetMask(y, frame.MaskOf x)
                        y
                    else
                        x)

            let isWide = Ambient.IsWide
            Ambient.IsWide <- (compute = DType.Float64)

            let outputs =
                try
                    layer.Parts.Apply call converted
                finally
                    Ambient.IsWide <- isWide

            let outputs =
                // An output may be the input itself, whose mask others still see; a new tensor goes on without it.
                if layer.Parts.Masks = MaskRule.Stops then
                    outputs |> Array.map (fun y -> if isNull (frame.MaskOf y) then y else (Lax.barrier [| y |])[0])
                else
                    outputs

            match layer.Parts.Masks with
            | MaskRule.Passes when converted.Length > 0 ->
                let mask = frame.MaskOf converted[0]

                if not (isNull mask) then
                    for y in outputs do
                        if isNull (frame.MaskOf y) then
                            frame.SetMask(y, mask)
            | _ -> ()

            match layer.ActivityRegularizer with
            | Some r when not frame.IsBuild ->
                for y in outputs do
                    // Per example, as Keras divides by the batch.
                    let batch = if y.Rank = 0 then 1.0 else float (max 1 y.Shape[0])
                    frame.Losses.Add(Lax.scale (1.0 / batch) (r.Apply y))
            | _ -> ()

            outputs)
