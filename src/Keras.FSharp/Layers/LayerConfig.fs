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
        nested: string -> Json -> Layer
    ) =
    let config = List<string * Json>()

    let keep (key: string) (json: Json) (value: 'a) : 'a =
        config.Add(key, json)
        value

    let orNull (f: 'a -> Json) (x: 'a option) =
        match x with
        | Some x -> f x
        | None -> Json.Null

    let ints (xs: int list) = Json.Array [ for x in xs -> Json.Int(int64 x) ]

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
    member _.Refuse(reason: string, hint: string) : 'a =
        Fail.value $"{className} '{layerName}'" reason hint

    member _.Int(key: string, ?fallback: int) : int =
        let x = reader.Int(key, ?fallback = fallback)
        keep key (Json.Int(int64 x)) x

    /// An integer of at least 1.
    member a.Positive(key: string, ?fallback: int) : int =
        let x = a.Int(key, ?fallback = fallback)

        if x < 1 then
            a.Refuse($"argument '{key}' is {x}, expected 1 or more", "")

        x

    member _.IntOption(key: string) : int option =
        let x = reader.IntOption key
        keep key (orNull (fun i -> Json.Int(int64 i)) x) x

    member _.Float(key: string, ?fallback: float) : float =
        let x = reader.Float(key, ?fallback = fallback)

        // Keras keeps the number as it was given, an integer or a float.
        let json =
            match reader.Any key with
            | Some(Json.Int i) -> Json.Int i
            | _ -> Json.Float x

        keep key json x

    member _.FloatOption(key: string, ?fallback: float option) : float option =
        let x = reader.FloatOption(key, ?fallback = fallback)
        keep key (orNull Json.Float x) x

    member _.Bool(key: string, ?fallback: bool) : bool =
        let x = reader.Bool(key, ?fallback = fallback)
        keep key (Json.Bool x) x

    member _.Text(key: string, ?fallback: string) : string =
        let x = reader.Text(key, ?fallback = fallback)
        keep key (Json.Text x) x

    member _.TextOption(key: string) : string option =
        let x = reader.TextOption key
        keep key (orNull Json.Text x) x

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

    member _.Activation(key: string) : Activation =
        let x = Activations.ofJson key (reader.Any key |> Option.defaultValue Json.Null)
        keep key x.Record x

    /// A layer inside this one, from its record.
    member _.Layer(key: string) : Layer = nested key (reader.Required key)

    member _.Initializer(key: string, fallback: string) : Initializer =
        let x = Initializers.ofJson (reader.Any key |> Option.defaultValue (Json.Text fallback))
        keep key (Serialized.toJson x.Serialized) x

    member _.Regularizer(key: string) : Regularizer option =
        let x = reader.Object(key, Regularizers.ofJson)
        keep key (orNull (fun (r: Regularizer) -> Serialized.toJson r.Serialized) x) x

    member _.Constraint(key: string) : Constraint option =
        let x = reader.Object(key, Constraints.ofJson)
        keep key (orNull (fun (c: Constraint) -> Serialized.toJson c.Serialized) x) x

/// What a layer class gives for its arguments.
[<NoEquality; NoComparison>]
type LayerBody = {
    Variables: Dims[] -> VarSpec list
    Apply: Call -> Tensor[] -> Tensor[]
    Masks: MaskRule
    Children: (string * Layer) list
}

/// Bodies of layer classes.
[<RequireQualifiedAccess>]
module LayerBody =
    /// A function of one tensor without variables that lets masks pass.
    let pure' (f: Call -> Tensor -> Tensor) : LayerBody = {
        Variables = (fun _ -> [])
        Apply = (fun call xs -> [| f call xs[0] |])
        Masks = MaskRule.Passes
        Children = []
    }

    /// A function of one tensor with variables.
    let weighted (variables: Dims -> VarSpec list) (f: Call -> Tensor -> Tensor) : LayerBody = {
        Variables = (fun shapes -> variables shapes[0])
        Apply = (fun call xs -> [| f call xs[0] |])
        Masks = MaskRule.Passes
        Children = []
    }

    /// A function of several tensors without variables.
    let merging (f: Call -> Tensor[] -> Tensor) : LayerBody = {
        Variables = (fun _ -> [])
        Apply = (fun call xs -> [| f call xs |])
        Masks = MaskRule.Own
        Children = []
    }

    /// The same body with another rule for masks.
    let masks (rule: MaskRule) (b: LayerBody) : LayerBody = { b with Masks = rule }

/// Makes layers of one class from a config.
[<RequireQualifiedAccess>]
module LayerFactory =
    /// A layer of a class that is read by `read`, from its config (`from_config`). `nested` makes the layers inside it from
    /// their records. Absent arguments have Keras's defaults; unknown ones are errors.
    let create
        (className: string)
        (read: LayerArguments -> LayerBody)
        (nested: string -> Json -> Layer)
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
        let activity = reader.Object("activity_regularizer", Regularizers.ofJson)
        let arguments = LayerArguments(className, name, policy, reader, nested)
        let body = read arguments
        reader.Complete()

        Layer(
            name,
            trainable,
            policy,
            activity,
            {
                Class = className
                Module = "keras.layers"
                RegisteredName = None
                Config = arguments.Config
                Children = body.Children
                Variables = body.Variables
                Apply = body.Apply
                Masks = body.Masks
            }
        )

    /// The config of a layer as Keras writes it (`get_config`).
    let config (layer: Layer) : (string * Json) list = [
        "name", Json.Text layer.Name
        "trainable", Json.Bool layer.Trainable
        "dtype", DTypePolicy.toJson layer.Policy
        match layer.ActivityRegularizer with
        | Some r -> "activity_regularizer", Serialized.toJson r.Serialized
        | None -> ()
        yield! layer.Parts.Config
    ]

    /// The record of a layer that is no model.
    let record (layer: Layer) : Json =
        Serialized.toJson {
            Module = layer.Parts.Module
            ClassName = layer.Class
            Config = config layer
            RegisteredName = layer.Parts.RegisteredName
        }
