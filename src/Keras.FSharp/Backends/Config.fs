/// The settings that Keras keeps in `~/.keras/keras.json`, and the choice of the backend. The file is shared with Python
/// Keras: its keys are respected, ours is `dotnet_backend`.
namespace Keras.FSharp.Backends

open System
open System.Collections.Generic
open System.IO
open System.Text.Json
open System.Text.Json.Nodes
open System.Threading
open Keras.FSharp

/// What the configuration file says.
type internal Settings = {
    FloatX: DType
    Epsilon: float
    ImageDataFormat: string
    /// Our own key; None where it is absent.
    DotnetBackend: string option
    /// Python Keras's key.
    Backend: string option
}

/// Reads, and where it is absent writes, the configuration file.
[<RequireQualifiedAccess>]
module internal SettingsFile =
    let defaults = {
        FloatX = DType.Float32
        Epsilon = 1e-7
        ImageDataFormat = "channels_last"
        DotnetBackend = None
        Backend = None
    }

    /// `KERAS_HOME`, else `~/.keras`.
    let folder () : string =
        match Environment.GetEnvironmentVariable "KERAS_HOME" with
        | null
        | "" -> Path.Combine(Environment.GetFolderPath Environment.SpecialFolder.UserProfile, ".keras")
        | home -> home

    let path () : string = Path.Combine(folder (), "keras.json")

    let private wrong (file: string) (key: string) (reason: string) : 'a =
        Fail.file file $"key \"{key}\" {reason}" "Correct the file, or delete it: it is then made anew."

    let private text (file: string) (o: JsonObject) (key: string) : string option =
        match o[key] with
        | null -> None
        | :? JsonValue as v when v.GetValueKind() = JsonValueKind.String -> Some(v.GetValue<string>())
        | v -> wrong file key $"must be a text, it is {v.ToJsonString()}"

    /// Reads the text of a configuration file; `file` is only named in errors.
    let parse (file: string) (content: string) : Settings =
        let root =
            try
                JsonNode.Parse content
            with :? JsonException as e ->
                Fail.file
                    file
                    $"it is not valid JSON: {e.Message}"
                    "Correct the file, or delete it: it is then made anew."

        match root with
        | :? JsonObject as o ->
            let floatx =
                match text file o "floatx" with
                | None -> defaults.FloatX
                | Some name ->
                    match DType.tryParse name with
                    | Some d when DType.isFloat d -> d
                    | _ ->
                        wrong
                            file
                            "floatx"
                            $"must be one of \"float16\", \"bfloat16\", \"float32\", \"float64\", it is \"{name}\""

            let epsilon =
                match o["epsilon"] with
                | null -> defaults.Epsilon
                | :? JsonValue as v when v.GetValueKind() = JsonValueKind.Number && v.GetValue<float>() > 0.0 ->
                    v.GetValue<float>()
                | v -> wrong file "epsilon" $"must be a positive number, it is {v.ToJsonString()}"

            let format =
                match text file o "image_data_format" with
                | None -> defaults.ImageDataFormat
                | Some("channels_last" | "channels_first" as f) -> f
                | Some f ->
                    wrong file "image_data_format" $"must be \"channels_last\" or \"channels_first\", it is \"{f}\""

            {
                FloatX = floatx
                Epsilon = epsilon
                ImageDataFormat = format
                DotnetBackend = text file o "dotnet_backend"
                Backend = text file o "backend"
            }
        | _ -> Fail.file file "it must hold one JSON object" "Correct the file, or delete it: it is then made anew."

    /// The settings of the user; the file is made where it is absent (and can be made).
    let load () : Settings =
        let file = path ()

        if File.Exists file then
            parse file (File.ReadAllText file)
        else
            let content =
                "{\n    \"floatx\": \"float32\",\n    \"epsilon\": 1e-07,\n    \"backend\": \"torch\",\n"
                + "    \"image_data_format\": \"channels_last\"\n}"

            try
                Directory.CreateDirectory(folder ()) |> ignore
                let temporary = file + "." + Guid.NewGuid().ToString "N"
                File.WriteAllText(temporary, content)
                File.Move(temporary, file, false)
            with
            | :? IOException
            | :? UnauthorizedAccessException ->
                // A read-only home, or another process was first: the defaults are in force either way.
                ()

            defaults

/// The process-wide settings, with Keras's names (`keras.config`). Changing one affects what is created afterwards.
[<AbstractClass; Sealed>]
type Config private () =
    static let initial = lazy (SettingsFile.load ())
    static let mutable floatx: DType voption = ValueNone
    static let mutable epsilon: float voption = ValueNone
    static let mutable format: string voption = ValueNone
    static let messages = List<string>()

    static member internal File = initial.Value

    /// The default float type (`keras.config.floatx`).
    static member FloatX
        with get () =
            match floatx with
            | ValueSome d -> d
            | ValueNone -> initial.Value.FloatX
        and set (d: DType) =
            if not (DType.isFloat d) then
                Fail.value
                    "config.set_floatx"
                    $"got {DType.name d}, expected a float type"
                    "Known are 'float16', 'bfloat16', 'float32', 'float64'."

            floatx <- ValueSome d

    /// The small number that keeps divisions and logarithms finite (`keras.config.epsilon`).
    static member Epsilon
        with get () =
            match epsilon with
            | ValueSome e -> e
            | ValueNone -> initial.Value.Epsilon
        and set (e: float) = epsilon <- ValueSome e

    /// `"channels_last"` or `"channels_first"` (`keras.config.image_data_format`).
    static member ImageDataFormat
        with get () =
            match format with
            | ValueSome f -> f
            | ValueNone -> initial.Value.ImageDataFormat
        and set (f: string) =
            match f with
            | "channels_last"
            | "channels_first" -> format <- ValueSome f
            | _ ->
                Fail.value "config.set_image_data_format" $"got '{f}', expected 'channels_last' or 'channels_first'" ""

    /// The folder of Keras: `KERAS_HOME`, else `~/.keras`.
    static member Home: string = SettingsFile.folder ()

    /// What was noticed while choosing, one line each; also written to standard error when it is noticed.
    static member Log: string seq = Seq.toArray messages

    static member internal Note(message: string) =
        lock messages (fun () -> messages.Add message)
        eprintfn "keras: %s" message

/// The backends that there are and the one in use.
[<AbstractClass; Sealed>]
type Backends private () =
    static let factories: (string * (unit -> Result<IBackend, string>)) list = [
        "torch", Torch.TorchBackend.TryCreate
        "managed", (fun () -> Ok ManagedBackend.Instance)
    ]

    /// Frameworks that Python Keras may be configured for; in its key they are no choice of ours.
    static let foreign = set [ "tensorflow"; "jax"; "openvino"; "numpy" ]

    static let made = factories |> List.map (fun (name, f) -> name, Lazy<Result<IBackend, string>>(f, true))

    [<ThreadStatic; DefaultValue>]
    static val mutable private ofThread: IBackend

    static let availability () =
        made
        |> List.map (fun (name, b) ->
            match b.Value with
            | Ok _ -> $"{name}: available"
            | Error why -> $"{name}: not available, {why}")
        |> String.concat "; "

    static let named (asked: string) (by: string) : IBackend =
        match made |> List.tryFind (fun (name, _) -> name = asked) with
        | Some(_, b) ->
            match b.Value with
            | Ok backend -> backend
            | Error why ->
                Fail.value by $"backend '{asked}' cannot be loaded: {why}" $"The backends are: {availability ()}."
        | None -> Fail.value by $"there is no backend '{asked}'" $"The backends are: {availability ()}."

    static let choose () : IBackend =
        match Environment.GetEnvironmentVariable "KERAS_BACKEND" with
        | null
        | "" ->
            let file = SettingsFile.path ()
            let settings = Config.File

            match settings.DotnetBackend, settings.Backend with
            | Some ours, _ -> named ours $"{file}, key \"dotnet_backend\""
            | None, theirs ->
                match theirs with
                | Some name when foreign.Contains name ->
                    Config.Note
                        $"{file} names backend \"{name}\", which is Python's; set \"dotnet_backend\" to choose here"
                | Some name when made |> List.forall (fun (n, _) -> n <> name) ->
                    Fail.file
                        file
                        $"key \"backend\" names '{name}', which is no backend of Keras"
                        $"The backends are: {availability ()}."
                | _ -> ()

                match theirs with
                | Some "managed" -> named "managed" file
                | _ ->
                    let usable =
                        made
                        |> List.tryPick (fun (_, b) ->
                            match b.Value with
                            | Ok backend -> Some backend
                            | Error _ -> None)

                    match usable with
                    | Some b -> b
                    | None -> Fail.state "backend" "no backend can be loaded" $"The backends are: {availability ()}."
        | asked -> named asked "KERAS_BACKEND"

    static let chosen = lazy (choose ())

    /// The backend in use on this thread: chosen at first use by `KERAS_BACKEND`, else `~/.keras/keras.json`, else torch
    /// where it loads, else managed. Errors list the backends that can be had and why others cannot.
    static member Current: IBackend = if isNull Backends.ofThread then chosen.Value else Backends.ofThread

    /// The name of the backend in use (`keras.config.backend`).
    static member Name: string = Backends.Current.Name

    /// The names of all backends, with the reason where one cannot be used.
    static member Available: (string * Result<unit, string>) list =
        made |> List.map (fun (name, b) -> name, Result.map ignore b.Value)

    /// The backend of a name; an error lists those that can be had.
    static member Get(name: string) : IBackend = named name "backend"

    /// Runs `f` with another backend on this thread; for tests that compare backends.
    static member Using(backend: IBackend, f: unit -> 'a) : 'a =
        let before = Backends.ofThread
        Backends.ofThread <- backend

        try
            f ()
        finally
            Backends.ofThread <- before
