/// Layer and model classes of users by the names under which files know them. Files can only ask for what the program
/// itself registered; nothing is looked up by reflection.
namespace Keras.FSharp

open System
open System.Collections.Concurrent
open Keras.FSharp.Saving

/// Makes a layer of a user's class from its config; the first argument makes the layers that stand in the config.
type CustomLayer = (string -> Json -> Layer) -> (string * Json) list -> Layer

/// What users registered (`keras.saving.register_keras_serializable`).
[<AbstractClass; Sealed>]
type CustomLayers private () =
    static let makers = ConcurrentDictionary<string, CustomLayer>()

    /// Makes a class known as `package>Name`; a second registration of a name replaces the first.
    static member register(name: string, make: CustomLayer) : unit = makers[name] <- make

    /// All registered names.
    static member Names: string list = makers.Keys |> Seq.sort |> List.ofSeq

    /// What the record asks for, if a user registered it: under its registered name, or, where Python wrote a class that
    /// was not registered, under the name of the class in the only package that has it.
    static member tryFind(record: Serialized) : CustomLayer option =
        match record.RegisteredName with
        | Some name ->
            match makers.TryGetValue name with
            | true, make -> Some make
            | _ -> None
        | None when record.Module = "keras" || record.Module.StartsWith("keras.", StringComparison.Ordinal) -> None
        | None ->
            makers
            |> Seq.filter (fun pair -> pair.Key.EndsWith(">" + record.ClassName, StringComparison.Ordinal))
            |> Seq.map (fun pair -> pair.Value)
            |> Seq.tryExactlyOne

    /// Refuses a record of a class that is not registered.
    static member refuse (where: string) (name: string) : 'a =
        let known =
            match CustomLayers.Names with
            | [] -> "No class is registered."
            | names -> Fail.didYouMean name names

        Fail.file where $"'{name}' is a class of a user's own that is not registered." $"{known} Register it first."
