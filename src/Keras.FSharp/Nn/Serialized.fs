/// How Keras writes an object down: module, class name, config. What reads such records: a typed reader of a config, and
/// registries of class names, which are closed: nothing is looked up by reflection and no code is run.
namespace Keras.FSharp

open System
open System.Collections.Generic
open System.Text.RegularExpressions
open Keras.FSharp.Saving

/// One serialized object (`keras.saving.serialize_keras_object`).
type Serialized = {
    /// As `keras.initializers`; empty where the record did not say.
    Module: string
    /// As `GlorotUniform`.
    ClassName: string
    /// The arguments by name, in the order in which Keras writes them.
    Config: (string * Json) list
    /// `package>Name` for classes registered by users; none for Keras's own.
    RegisteredName: string option
}

/// Records of serialized objects.
[<RequireQualifiedAccess>]
module Serialized =
    /// The record of one of Keras's own classes.
    let make (modul: string) (className: string) (config: (string * Json) list) : Serialized = {
        Module = modul
        ClassName = className
        Config = config
        RegisteredName = None
    }

    /// As Keras writes it, keys in its order.
    let toJson (s: Serialized) : Json =
        Json.Object [
            "module", Json.Text s.Module
            "class_name", Json.Text s.ClassName
            "config", Json.Object s.Config
            "registered_name",
            (match s.RegisteredName with
             | Some name -> Json.Text name
             | None -> Json.Null)
        ]

    /// Modules of other writers by the name that Keras 3 uses: Keras Core's prefix, and the modules of optimizers that
    /// depend on the backend.
    let private modernModule (modul: string) =
        let modul =
            if modul.StartsWith("keras_core", StringComparison.Ordinal) then
                "keras" + modul.Substring 10
            else
                modul

        if Regex.IsMatch(modul, @"^keras\.src\.backend\.\w+\.optimizers\.") then
            "keras.optimizers"
        else
            modul

    /// Reads a record. A text stands for the class of that name with its defaults; a record of a function stands for the
    /// function's name. `where` is the path of the value in the file, for the error.
    let ofJson (where: string) (json: Json) : Serialized =
        match json with
        | Json.Text name -> make "" name []
        | Json.Object _ ->
            let optional key =
                match Json.tryGet key json with
                | None
                | Some Json.Null -> None
                | Some value -> Some(Json.asText $"{where}.{key}" value)

            let className = Json.get where "class_name" json |> Json.asText $"{where}.class_name"
            let modul = optional "module" |> Option.map modernModule |> Option.defaultValue ""
            let registered = optional "registered_name"

            match className, Json.tryGet "config" json with
            | ("function" | "builtin_function_or_method"), Some(Json.Text name) ->
                make modul (name.Substring(name.LastIndexOf '>' + 1)) []
            | _, config ->
                let config =
                    match config with
                    | None
                    | Some Json.Null -> []
                    | Some c -> Json.asObject $"{where}.config" c

                {
                    Module = modul
                    ClassName = className
                    Config = config
                    // Backend-specific optimizers are registered under their bare class name.
                    RegisteredName = registered |> Option.filter (fun name -> name <> className)
                }
        | other ->
            Fail.file
                where
                $"Expected the record of an object or its name, found {Json.kind other}."
                "The record is malformed."

/// Reads the config of one object: each argument by name, with the type it must have. `Complete` then refuses what was
/// not asked for, as Keras refuses unknown arguments. Errors name the class, the argument, and what was given.
[<Sealed>]
type ConfigReader(where: string, pairs: (string * Json) list) =
    let asked = HashSet<string>(StringComparer.Ordinal)

    let find (key: string) =
        asked.Add key |> ignore
        pairs |> List.tryFind (fun (k, _) -> k = key) |> Option.map snd

    let wrong (key: string) (expected: string) (given: Json) : 'a =
        let text = Json.write given
        let text = if text.Length > 60 then text.Substring(0, 57) + "..." else text
        Fail.wrongType where $"argument '{key}' must be {expected}, it is {text}" ""

    let missing (key: string) : 'a = Fail.wrongType where $"argument '{key}' is missing" ""

    /// The value under a key, or the fallback where the key is absent, or an error where there is no fallback.
    let read key expected (fallback: 'a option) (convert: Json -> 'a option) : 'a =
        match find key, fallback with
        | Some value, _ ->
            match convert value with
            | Some x -> x
            | None -> wrong key expected value
        | None, Some x -> x
        | None, None -> missing key

    let int (json: Json) =
        match json with
        | Json.Int i when i >= int64 Int32.MinValue && i <= int64 Int32.MaxValue -> Some(int32 i)
        // Keras 2 wrote some whole numbers as floats.
        | Json.Float f when Math.Floor f = f && abs f < 2147483648.0 -> Some(int32 f)
        | _ -> None

    let float (json: Json) =
        match json with
        | Json.Float f -> Some f
        | Json.Int i -> Some(double i)
        | Json.Big b -> Some(double b)
        | _ -> None

    let text (json: Json) =
        match json with
        | Json.Text s -> Some s
        | _ -> None

    let orNull (convert: Json -> 'a option) (json: Json) =
        match json with
        | Json.Null -> Some None
        | other -> convert other |> Option.map Some

    let all (convert: Json -> 'a option) (items: Json list) =
        let converted = items |> List.map convert

        if List.forall Option.isSome converted then
            Some(List.choose id converted)
        else
            None

    let listOf (convert: Json -> 'a option) (json: Json) =
        match json with
        | Json.Array items -> all convert items
        | one -> convert one |> Option.map List.singleton

    /// The class, for errors: `keras.initializers.Constant`.
    member _.Where = where

    /// True if the argument was given, even as null.
    member _.Has(key: string) : bool = pairs |> List.exists (fun (k, _) -> k = key)

    /// A 32-bit integer.
    member _.Int(key: string, ?fallback: int) : int = read key "an integer" fallback int

    /// A 32-bit integer or null; none where it is absent.
    member _.IntOption(key: string) : int option = read key "an integer or null" (Some None) (orNull int)

    /// A number.
    member _.Float(key: string, ?fallback: float) : float = read key "a number" fallback float

    /// A number or null; the fallback (none, if not given) where it is absent.
    member _.FloatOption(key: string, ?fallback: float option) : float option =
        read key "a number or null" (Some(defaultArg fallback None)) (orNull float)

    /// A truth value.
    member _.Bool(key: string, ?fallback: bool) : bool =
        read key "true or false" fallback (function
            | Json.Bool b -> Some b
            | _ -> None)

    /// A text.
    member _.Text(key: string, ?fallback: string) : string = read key "a text" fallback text

    /// A text or null; the fallback (none, if not given) where it is absent.
    member _.TextOption(key: string, ?fallback: string option) : string option =
        read key "a text or null" (Some(defaultArg fallback None)) (orNull text)

    /// One of a few texts.
    member _.OneOf(key: string, choices: string list, ?fallback: string) : string =
        let value = read key "a text" fallback text

        if List.contains value choices then
            value
        else
            Fail.value where $"argument '{key}' is '{value}'" (Fail.didYouMean value choices)

    /// A list of integers; a single integer counts as a list of one.
    member _.Ints(key: string, ?fallback: int list) : int list =
        read key "an integer or a list of integers" fallback (listOf int)

    /// A list of integers, a single one, or null; none where it is absent.
    member _.IntsOption(key: string) : int list option =
        read key "an integer, a list of integers or null" (Some None) (orNull (listOf int))

    /// A list of numbers.
    member _.Floats(key: string, ?fallback: float list) : float list =
        read key "a list of numbers" fallback (listOf float)

    /// A list of texts; null counts as an empty list.
    member _.Texts(key: string, ?fallback: string list) : string list =
        read key "a list of texts" fallback (function
            | Json.Null -> Some []
            | json -> listOf text json)

    /// Any value that is there and not null.
    member _.Any(key: string) : Json option =
        match find key with
        | None
        | Some Json.Null -> None
        | value -> value

    /// Any value that must be there.
    member _.Required(key: string) : Json =
        match find key with
        | Some value -> value
        | None -> missing key

    /// An object of this class within the config, or none where it is absent or null.
    member c.Object(key: string, read: Json -> 'a) : 'a option = c.Any key |> Option.map read

    /// Names arguments that are accepted and have no effect.
    member _.Ignore([<ParamArray>] keys: string[]) : unit =
        for key in keys do
            asked.Add key |> ignore

    /// Refuses arguments that nobody asked for: as wrong values where Keras's class takes any keyword and looks at it
    /// itself (`takesAny`), else as arguments of the wrong kind.
    member _.Complete(?takesAny: bool) : unit =
        match pairs |> List.tryFind (fun (key, _) -> not (asked.Contains key)) with
        | Some(key, _) ->
            let refuse = if takesAny = Some true then Fail.value else Fail.wrongType
            refuse where $"there is no argument '{key}'" (Fail.didYouMean key (Seq.toList asked))
        | None -> ()

/// Shorthands for writing configs.
[<RequireQualifiedAccess>]
module internal ConfigJson =
    /// An optional number; null for none.
    let number (x: float option) : Json =
        match x with
        | Some x -> Json.Float x
        | None -> Json.Null

    /// An optional integer; null for none.
    let integer (x: int option) : Json =
        match x with
        | Some x -> Json.Int(int64 x)
        | None -> Json.Null

    /// A list of integers.
    let integers (xs: int list) : Json = Json.Array [ for x in xs -> Json.Int(int64 x) ]

    /// An optional text; null for none.
    let text (x: string option) : Json =
        match x with
        | Some x -> Json.Text x
        | None -> Json.Null

    /// A number, or the whole number that stands for it where it was not given.
    let numberOr (fallback: int64) (x: float option) : Json =
        match x with
        | Some x -> Json.Float x
        | None -> Json.Int fallback

    /// A config in which whole numbers stand as integers where they were given as integers: Keras keeps the number that
    /// it got.
    let asGiven (given: (string * Json) list) (written: (string * Json) list) : (string * Json) list =
        let given = dict (List.distinctBy fst given)

        written
        |> List.map (fun (key, value) ->
            match value, given.TryGetValue key with
            | Json.Float f, (true, (Json.Int i as whole)) when f = float i -> key, whole
            | _ -> key, value)

    /// `asGiven` and its like, applied to the config in the record of an object.
    let inRecord (rewrite: (string * Json) list -> (string * Json) list) (record: Json) : Json =
        match record with
        | Json.Object pairs ->
            Json.Object(
                pairs
                |> List.map (fun (key, value) ->
                    match key, value with
                    | "config", Json.Object config -> key, Json.Object(rewrite config)
                    | _ -> key, value)
            )
        | other -> other

/// The classes of one kind (`initializer`, `optimizer`, …) by name: the class name, its snake case form, and aliases.
/// `rewrite` applies a function to the config that an object writes.
[<Sealed>]
type Registry<'T>
    (
        kind: string,
        modul: string,
        ignoreCase: bool,
        rewrite: ((string * Json) list -> (string * Json) list) -> 'T -> 'T,
        entries: (string * string list * (ConfigReader -> 'T)) list
    ) =
    let comparer = if ignoreCase then StringComparer.OrdinalIgnoreCase else StringComparer.Ordinal

    let byName =
        let d = Dictionary<string, struct (string * (ConfigReader -> 'T))>(comparer)

        for name, aliases, make in entries do
            for key in name :: Registry<'T>.SnakeCase name :: aliases do
                d[key] <- struct (name, make)

        d

    /// The snake case form of a class name as Keras makes it: `GlorotUniform` to `glorot_uniform`, `RMSprop` to `rm_sprop`.
    static member SnakeCase(name: string) : string =
        let words = Regex.Replace(name, "(.)([A-Z][a-z]+)", "$1_$2")
        Regex.Replace(words, "([a-z])([A-Z])", "$1_$2").ToLowerInvariant()

    /// What it registers, for messages: `initializer`.
    member _.Kind = kind

    /// The module that its records name: `keras.initializers`.
    member _.Module = modul

    /// The class names.
    member _.Names: string list = entries |> List.map (fun (name, _, _) -> name)

    /// True if the name or alias is known.
    member _.Knows(name: string) : bool = byName.ContainsKey name

    /// The object of a class name or alias and a config. Unknown names and unknown arguments are errors.
    member _.Create(name: string, config: (string * Json) list) : 'T =
        // Keras 2 registered its later optimizers under the package `Custom`.
        let bare =
            if name.StartsWith("Custom>", StringComparison.Ordinal) then
                name.Substring 7
            else
                name

        match byName.TryGetValue bare with
        | true, struct (className, make) ->
            let reader = ConfigReader($"{modul}.{className}", config)
            let value = make reader
            reader.Complete(takesAny = (kind = "optimizer"))
            rewrite (ConfigJson.asGiven config) value
        | _ -> Fail.value modul $"there is no {kind} '{name}'" (Fail.didYouMean name byName.Keys)

    /// The object of a record. One of a user's own classes is refused.
    member r.OfSerialized(s: Serialized) : 'T =
        match s.RegisteredName with
        | Some name ->
            Fail.value
                modul
                $"'{name}' is a class registered by a user, no {kind} of Keras"
                "Only Keras's own classes can be read."
        | None -> r.Create(s.ClassName, s.Config)

    /// The object of a record or name in JSON; `where` is the path of the value in the file, for errors.
    member r.OfJson(where: string, json: Json) : 'T = r.OfSerialized(Serialized.ofJson where json)
