/// How a layer class is written: one function reads its arguments with their defaults, in Keras's order, and gives the
/// variables and the function. What was read is the config that files contain, so reading and writing cannot differ.
namespace Keras.FSharp

open System.Collections.Generic
open Keras.FSharp.Saving

/// Reads the arguments of a layer and keeps what it read, in order, as the layer's config.
[<Sealed>]
type LayerArguments
    internal
    (
        className: string,
        layerName: string,
        policy: DTypePolicy,
        reader: ConfigReader,
        objects: Map<string, obj>,
        nested: string -> Json -> Layer
    ) =
    let config = List<string * Json>()
    let mutable handsOn = false

    let keep (key: string) (json: Json) (value: 'a) : 'a =
        config.Add(key, json)
        value

    let orNull (f: 'a -> Json) (x: 'a option) =
        match x with
        | Some x -> f x
        | None -> Json.Null

    let ints (xs: int list) = Json.Array [ for x in xs -> Json.Int(int64 x) ]

    /// Keras keeps a number as it was given, an integer or a float.
    let number (key: string) (x: float) =
        match reader.Any key with
        | Some(Json.Int i) -> Json.Int i
        | _ -> Json.Float x

    /// What typed code gave under a key: the object itself, of which the record may not say all.
    let given (key: string) : 'a option =
        match Map.tryFind key objects with
        | Some(:? 'a as x) -> Some x
        | _ -> None

    /// As `Dense`.
    member _.Class = className

    /// The layer's name.
    member _.Name = layerName

    /// The layer's dtype policy.
    member _.Policy = policy

    /// What was read so far.
    member internal _.Config = List.ofSeq config

    /// The reader, for arguments that are not written back.
    member _.Reader = reader

    /// A refusal that names the layer.
    member _.Refuse(reason: string, hint: string) : 'a = Fail.value $"{className} '{layerName}'" reason hint

    /// An integer; an error without one where there is no fallback.
    member _.Int(key: string, ?fallback: int) : int =
        let x = reader.Int(key, ?fallback = fallback)
        keep key (Json.Int(int64 x)) x

    /// An integer of at least 1.
    member a.Positive(key: string, ?fallback: int) : int =
        let x = a.Int(key, ?fallback = fallback)

        if x < 1 then
            a.Refuse($"argument '{key}' is {x}, expected 1 or more", "")

        x

    /// An integer or null.
    member _.IntOption(key: string) : int option =
        let x = reader.IntOption key
        keep key (orNull (fun i -> Json.Int(int64 i)) x) x

    /// A number; an error without one where there is no fallback.
    member _.Float(key: string, ?fallback: float) : float =
        let x = reader.Float(key, ?fallback = fallback)

        keep key (number key x) x

    /// A number or null.
    member _.FloatOption(key: string, ?fallback: float option) : float option =
        let x = reader.FloatOption(key, ?fallback = fallback)
        keep key (orNull (number key) x) x

    /// True or false; an error without it where there is no fallback.
    member _.Bool(key: string, ?fallback: bool) : bool =
        let x = reader.Bool(key, ?fallback = fallback)
        keep key (Json.Bool x) x

    /// A text; an error without one where there is no fallback.
    member _.Text(key: string, ?fallback: string) : string =
        let x = reader.Text(key, ?fallback = fallback)
        keep key (Json.Text x) x

    /// A text or null.
    member _.TextOption(key: string) : string option =
        let x = reader.TextOption key
        keep key (orNull Json.Text x) x

    /// One of the given texts; an error lists them.
    member _.OneOf(key: string, choices: string list, ?fallback: string) : string =
        let x = reader.OneOf(key, choices, ?fallback = fallback)
        keep key (Json.Text x) x

    /// A list of integers; a single one stands for a list of one.
    member _.Ints(key: string, ?fallback: int list) : int list =
        let x = reader.Ints(key, ?fallback = fallback)
        keep key (ints x) x

    /// `n` integers; a single one stands for n of them. Written as a list.
    member a.Sizes(key: string, n: int, ?fallback: int list) : int list =
        let given = reader.Ints(key, ?fallback = fallback)

        let x =
            match given with
            | [ one ] -> List.replicate n one
            | many when many.Length = n -> many
            | many -> a.Refuse($"argument '{key}' has {many.Length} values, expected {n}", "One value stands for all.")

        for v in x do
            if v < 1 then
                a.Refuse($"argument '{key}' holds {v}, expected 1 or more", "")

        keep key (ints x) x

    /// Any JSON value, written back as it is; null where it is absent.
    member _.Json(key: string) : Json =
        let x = reader.Any key |> Option.defaultValue Json.Null
        keep key x x

    /// `n` pairs (before, after), one per axis: a number for all, a number per axis, or a pair per axis. Written as pairs,
    /// for one axis as the pair alone.
    member a.Pairs(key: string, n: int, fallback: int) : (int * int) list =
        let wrong () =
            a.Refuse(
                $"argument '{key}' is {Json.write (reader.Any key |> Option.defaultValue Json.Null)}",
                $"Give a number, {n} numbers, or {n} pairs (before, after), none of them negative."
            )

        let number json =
            match json with
            | Json.Int i when i >= 0L && i <= 2147483647L -> int i
            | _ -> wrong ()

        let pair json =
            match json with
            | Json.Array [ x; y ] -> number x, number y
            | x -> number x, number x

        let x =
            match reader.Any key |> Option.defaultValue (Json.Int(int64 fallback)) with
            | Json.Array [ x; y ] when n = 1 -> [ number x, number y ]
            | Json.Array items when items.Length = n -> List.map pair items
            | Json.Int _ as one -> List.replicate n (pair one)
            | _ -> wrong ()

        let written = [ for before, after in x -> ints [ before; after ] ]
        keep key (if n = 1 then written.Head else Json.Array written) x

    /// A seed for random numbers, or null.
    member a.Seed(key: string) : int64 option =
        match a.Json key with
        | Json.Null -> None
        | Json.Int i -> Some i
        | other -> a.Refuse($"argument '{key}' is {Json.write other}", "Give an integer or null.")

    /// A key of files for which only null is known here: quantization.
    member a.OnlyNull(key: string) : unit =
        if a.Json key <> Json.Null then
            a.Refuse($"argument '{key}' is set", "Quantized layers are not known here.")

    /// Where Keras writes the activity regularizer also when there is none; one that is set stands further up.
    member _.ActivityRegularizer() : unit =
        if (reader.Any "activity_regularizer").IsNone then
            config.Add("activity_regularizer", Json.Null)

    /// The penalty on outputs for a layer that hands it on to the layers inside it and has none itself.
    member a.HandOnActivity() : Regularizer option =
        handsOn <- true
        a.Regularizer "activity_regularizer"

    /// True if the layer itself has no penalty on its output, whatever the config says.
    member internal _.HandsOnActivity = handsOn

    /// Writes a key whose value the layer worked out itself; the argument must have been read by other means.
    member _.Write(key: string, json: Json) : unit =
        reader.Ignore key
        config.Add(key, json)

    /// `channels_last` or `channels_first`; the setting where it is absent.
    member a.DataFormat() : bool =
        let x =
            match reader.TextOption "data_format" with
            | Some f -> f
            | None -> Backends.Config.ImageDataFormat

        match x with
        | "channels_last"
        | "channels_first" -> keep "data_format" (Json.Text x) (x = "channels_last")
        | _ -> a.Refuse($"argument 'data_format' is '{x}'", "Known are 'channels_last' and 'channels_first'.")

    /// An activation; null is the identity, as is an absent one without a fallback.
    member _.Activation(key: string, ?fallback: string) : Activation =
        let record =
            match reader.Any key, fallback with
            | Some record, _ -> record
            | None, Some name when not (reader.Has key) -> Json.Text name
            | None, _ -> Json.Null

        let x = given key |> Option.defaultWith (fun () -> Activations.ofJson key record)
        keep key x.Record x

    /// A layer inside this one, from its record.
    member _.Layer(key: string) : Layer =
        let record = reader.Required key
        keep key record (given key |> Option.defaultWith (fun () -> nested key record))

    /// The record of a layer inside this one and the layer, not written back; none if it is absent.
    member _.LayerOption(key: string) : (Json * Layer) option =
        reader.Any key
        |> Option.map (fun record -> record, given key |> Option.defaultWith (fun () -> nested key record))

    /// Layers inside this one, from a list of records.
    member _.Layers(key: string) : Layer list =
        let record = reader.Required key

        keep key record (given key |> Option.defaultWith (fun () -> Json.asList key record |> List.map (nested key)))

    /// An initializer by name or record.
    member _.Initializer(key: string, fallback: string) : Initializer =
        let record = reader.Any key |> Option.defaultValue (Json.Text fallback)
        let x = given key |> Option.defaultWith (fun () -> Initializers.ofJson record)
        keep key (Serialized.toJson x.Serialized) x

    /// A regularizer by name or record, or null.
    member _.Regularizer(key: string) : Regularizer option =
        let record = reader.Any key
        let x = given key |> Option.orElseWith (fun () -> Option.map Regularizers.ofJson record)
        keep key (orNull (fun (r: Regularizer) -> Serialized.toJson r.Serialized) x) x

    /// The penalty on the output, which stands in front of the layer's own arguments.
    member internal _.Activity() : Regularizer option =
        let record = reader.Any "activity_regularizer"

        given "activity_regularizer" |> Option.orElseWith (fun () -> Option.map Regularizers.ofJson record)

    /// A constraint by name or record, or null.
    member _.Constraint(key: string) : Constraint option =
        let record = reader.Any key
        let x = given key |> Option.orElseWith (fun () -> Option.map Constraints.ofJson record)
        keep key (orNull (fun (c: Constraint) -> Serialized.toJson c.Serialized) x) x

    /// A weight in the type of the policy.
    member _.Weight
        (
            name: string,
            shape: int seq,
            initializer: Initializer,
            ?regularizer: Regularizer option,
            ?constraint': Constraint option
        ) : VarSpec =
        VarSpec.weight name shape policy.Variable initializer
        |> VarSpec.controlled (defaultArg regularizer None) (defaultArg constraint' None)

    /// A variable that no gradient changes, in the type of the policy.
    member _.State(name: string, shape: int seq, initializer: Initializer) : VarSpec =
        VarSpec.state name shape policy.Variable initializer

/// What a layer class gives for its arguments.
[<NoEquality; NoComparison>]
type LayerBody = {
    /// As `LayerParts.Check`.
    Check: Call -> Dims[] -> unit
    /// As `LayerParts.Variables`.
    Variables: Dims[] -> VarSpec list
    /// As `LayerParts.Apply`.
    Apply: Call -> Tensor[] -> Tensor[]
    /// As `LayerParts.Masks`.
    Masks: MaskRule
    /// As `LayerParts.Children`.
    Children: (string * Layer) list
    /// True if the config has the keys that `read` wrote and no others, not even name and dtype.
    Bare: bool
    /// What other layers know this layer by, as the steps of a recurrent cell.
    Content: obj voption
}

/// Bodies of layer classes.
[<RequireQualifiedAccess>]
module LayerBody =
    /// A function of one tensor without variables that lets masks pass.
    let pure' (f: Call -> Tensor -> Tensor) : LayerBody = {
        Check = (fun _ _ -> ())
        Variables = (fun _ -> [])
        Apply = (fun call xs -> [| f call xs[0] |])
        Masks = MaskRule.Passes
        Children = []
        Bare = false
        Content = ValueNone
    }

    /// A function of one tensor with variables.
    let weighted (variables: Dims -> VarSpec list) (f: Call -> Tensor -> Tensor) : LayerBody = {
        Check = (fun _ _ -> ())
        Variables = (fun shapes -> variables shapes[0])
        Apply = (fun call xs -> [| f call xs[0] |])
        Masks = MaskRule.Passes
        Children = []
        Bare = false
        Content = ValueNone
    }

    /// A function of several tensors without variables.
    let merging (f: Call -> Tensor[] -> Tensor) : LayerBody = {
        Check = (fun _ _ -> ())
        Variables = (fun _ -> [])
        Apply = (fun call xs -> [| f call xs |])
        Masks = MaskRule.Own
        Children = []
        Bare = false
        Content = ValueNone
    }

    /// The same body with another rule for masks.
    let masks (rule: MaskRule) (b: LayerBody) : LayerBody = { b with Masks = rule }

    /// The same body with a check of the shape of its first input.
    let requires (check: Call -> Dims -> unit) (b: LayerBody) : LayerBody = {
        b with
            Check = (fun call shapes -> check call shapes[0])
    }

    /// The same body for inputs of one rank; `expected` describes their shape.
    let rank (rank: int) (expected: string) (b: LayerBody) : LayerBody =
        requires (fun call shape -> call.RequireRank(shape, rank, expected)) b

    /// The same body for inputs of a rank or more; `expected` describes their shape.
    let minRank (rank: int) (expected: string) (b: LayerBody) : LayerBody =
        requires (fun call shape -> call.RequireMinRank(shape, rank, expected)) b

/// Makes layers of one class from a config.
[<RequireQualifiedAccess>]
module LayerFactory =
    /// A layer of a body that is there already.
    let ofBody
        (className: string)
        (name: string)
        (trainable: bool)
        (policy: DTypePolicy)
        (activity: Regularizer option)
        (config: (string * Json) list)
        (body: LayerBody)
        : Layer =
        let layer =
            Layer(
                name,
                trainable,
                policy,
                activity,
                {
                    Class = className
                    Module = "keras.layers"
                    RegisteredName = None
                    Config = config
                    Bare = body.Bare
                    Children = body.Children
                    Check = body.Check
                    Variables = body.Variables
                    Apply = body.Apply
                    Masks = body.Masks
                }
            )

        layer.Content <- body.Content
        layer

    /// A layer of a class that is read by `read`, from its config (`from_config`). `nested` makes the layers inside it from
    /// their records. Absent arguments have Keras's defaults; unknown ones are errors. `objects` are the values that typed
    /// code gave (activations, initializers, …) by argument, which count where records cannot say all.
    let rec create
        (className: string)
        (read: LayerArguments -> LayerBody)
        (nested: string -> Json -> Layer)
        (objects: Map<string, obj>)
        (config: (string * Json) list)
        : Layer =
        let reader = ConfigReader($"layers.{className}", config)

        let name =
            match reader.TextOption "name" with
            | Some n -> n
            | None -> Naming.unique (Naming.snakeCase className)

        if name.Contains '/' then
            Fail.value $"layers.{className}" $"the name '{name}' contains '/'" "Choose another character."

        let trainable = reader.Bool("trainable", true)
        let policy = DTypePolicy.ofJson "dtype" (reader.Any "dtype" |> Option.defaultValue Json.Null)
        let arguments = LayerArguments(className, name, policy, reader, objects, nested)
        let activity = arguments.Activity()
        let body = read arguments
        reader.Complete(takesAny = true)
        let activity = if arguments.HandsOnActivity then None else activity
        let layer = ofBody className name trainable policy activity arguments.Config body

        let changed (changes: (string * Json) list) =
            let kept = config |> List.filter (fun (key, _) -> not (List.exists (fun (k, _) -> k = key) changes))
            create className read nested objects (changes @ kept)

        layer.Remake <- Some changed
        layer

    /// The keys that every layer has, then those of its class.
    let internal usual (layer: Layer) : (string * Json) list = [
        "name", Json.Text layer.Name
        "trainable", Json.Bool layer.Trainable
        "dtype", DTypePolicy.toJson layer.Policy
        match layer.ActivityRegularizer with
        | Some r -> "activity_regularizer", Serialized.toJson r.Serialized
        | None -> ()
        yield! layer.Parts.Config
    ]

    /// The config of a layer as Keras writes it (`get_config`).
    let config (layer: Layer) : (string * Json) list =
        match layer.Host with
        | ValueSome host -> host.Config
        | ValueNone when layer.Parts.Bare -> layer.Parts.Config
        | ValueNone -> usual layer

    /// The record of a layer that is no model.
    let record (layer: Layer) : Json =
        Serialized.toJson {
            Module = layer.Parts.Module
            ClassName = layer.Class
            Config = config layer
            RegisteredName = layer.RegisteredName
        }
