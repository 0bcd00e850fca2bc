/// The configuration file that is shared with Python Keras, and the choice of the backend.
module Keras.FSharp.Tests.ConfigTests

open System
open System.IO
open Expecto
open Keras.FSharp
open Keras.FSharp.Backends

let private fails (part: string) (f: unit -> 'a) =
    match
        (try
            Choice1Of2(f ())
         with e ->
             Choice2Of2 e)
    with
    | Choice1Of2 _ -> failtest $"it did not fail; expected an error with '{part}'"
    | Choice2Of2 e -> Expect.stringContains e.Message part "the message"

let private parse text = SettingsFile.parse "keras.json" text

let private here = AppContext.BaseDirectory

/// A folder with a configuration file (or none) for the time of some work.
let private home (content: string option) (work: string -> string -> 'a) : 'a =
    let folder = Path.Combine(Path.GetTempPath(), "keras-" + Guid.NewGuid().ToString "N")
    let file = Path.Combine(folder, "keras.json")

    match content with
    | Some text ->
        Directory.CreateDirectory folder |> ignore
        File.WriteAllText(file, text)
    | None -> ()

    try
        work folder file
    finally
        if Directory.Exists folder then
            Directory.Delete(folder, true)

/// The backend that a process chooses, with this configuration file and this variable, and what it writes to its errors.
let private chosen (content: string) (variable: string | null) : string * string =
    home (Some content) (fun folder file ->
        let result = Children.run here "backend" [ "KERAS_HOME", folder; "KERAS_BACKEND", variable ]
        Expect.equal (File.ReadAllText file) content "the file is left as it was"
        result)

/// What is taken where nothing is asked for.
let private usual =
    Backends.Available |> List.pick (fun (name, state) -> if state.IsOk then Some name else None)

let private choice = [
    test "the variable comes first, then our key, then Keras's" {
        let file = """{"backend": "torch", "dotnet_backend": "managed"}"""
        Expect.equal (chosen file null) ("managed", "") "our key wins over Keras's"
        Expect.equal (fst (chosen file usual)) usual "the variable wins over both"
        Expect.equal (chosen """{"backend": "torch"}""" "managed") ("managed", "") "the variable"
        Expect.equal (chosen """{"backend": "torch"}""" null) (usual, "") "torch where it loads, else managed"
    }

    test "a backend of another framework is passed over with one line" {
        for foreign in [ "tensorflow"; "jax"; "openvino"; "numpy" ] do
            let backend, errors = chosen $"{{\"backend\": \"{foreign}\"}}" null
            Expect.equal backend usual "the usual one"
            Expect.equal (errors.Split('\n').Length) 1 "one line"
            Expect.stringContains errors "keras.json" "it names the file"
            Expect.stringContains errors $"\"{foreign}\"" "and what it says"

        Expect.equal (chosen """{"backend": "jax", "dotnet_backend": "managed"}""" null) ("managed", "") "no line"
    }

    test "wrong names are errors that list what there is" {
        for message in
            [
                fst (chosen "{}" "tensorflow")
                fst (chosen """{"dotnet_backend": "cuda"}""" null)
                fst (chosen """{"backend": "pytorch"}""" null)
            ] do
            Expect.stringContains message "managed: available" "the list"
            Expect.stringContains message "torch: " "all of it"

        Expect.stringContains (fst (chosen "{}" "tensorflow")) "KERAS_BACKEND" "who asked"
        Expect.stringContains (fst (chosen """{"dotnet_backend": "cuda"}""" null)) "\"dotnet_backend\"" "who asked"
    }

    test "a backend that does not load is an error with the reason where it was asked for, else passed over" {
        // The same program without the native libraries.
        let bare = Directory.CreateTempSubdirectory "keras-bare-"

        try
            for pattern in [ "*.dll"; "*.runtimeconfig.json" ] do
                for path in Directory.GetFiles(here, pattern) do
                    File.Copy(path, Path.Combine(bare.FullName, FileInfo(path).Name))

            home (Some "{}") (fun folder _ ->
                let run (variable: string | null) =
                    Children.run bare.FullName "backend" [ "KERAS_HOME", folder; "KERAS_BACKEND", variable ]

                let message = fst (run "torch")
                Expect.stringContains message "KERAS_BACKEND: backend 'torch' cannot be loaded" "what"
                Expect.stringContains message "managed: available" "what there is"
                Expect.stringContains message "libtorch" "why, and what to add"
                Expect.equal (run null) ("managed", "") "not asked for")
        finally
            bare.Delete true
    }

    test "a malformed file stops the choice and stays" {
        let message = fst (chosen """{"floatx": "int8"}""" null)
        Expect.stringContains message "keras.json" "file"
        Expect.stringContains message "\"floatx\"" "key"
    }

    test "an absent file is made with values that Python Keras takes" {
        home None (fun folder file ->
            let backend, _ = Children.run here "backend" [ "KERAS_HOME", folder; "KERAS_BACKEND", null ]
            Expect.equal backend usual "the usual backend"
            use json = Text.Json.JsonDocument.Parse(File.ReadAllText file)
            let root = json.RootElement
            Expect.equal (root.GetProperty("floatx").GetString()) "float32" "floatx"
            Expect.equal (root.GetProperty("epsilon").GetDouble()) 1e-7 "epsilon"
            Expect.equal (root.GetProperty("image_data_format").GetString()) "channels_last" "image_data_format"
            Expect.contains [ "tensorflow"; "jax"; "torch" ] (root.GetProperty("backend").GetString()) "backend")
    }
]

let private files =
    testList "file" [
        test "Keras's own keys are read" {
            let s =
                parse
                    """{"floatx": "float16", "epsilon": 1e-3, "backend": "jax", "image_data_format": "channels_first"}"""

            Expect.equal s.FloatX DType.Float16 "floatx"
            Expect.equal s.Epsilon 1e-3 "epsilon"
            Expect.equal s.ImageDataFormat "channels_first" "image_data_format"
            Expect.equal s.Backend (Some "jax") "backend"
            Expect.equal s.DotnetBackend None "dotnet_backend"
        }

        test "absent keys have Keras's defaults" {
            let s = parse """{"dotnet_backend": "managed", "another": [1]}"""
            Expect.equal s.FloatX DType.Float32 "floatx"
            Expect.equal s.Epsilon 1e-7 "epsilon"
            Expect.equal s.DotnetBackend (Some "managed") "dotnet_backend"
        }

        test "a malformed file names file and key" {
            fails "keras.json" (fun () -> parse "{")
            fails "\"floatx\"" (fun () -> parse """{"floatx": "int32"}""")
            fails "\"epsilon\"" (fun () -> parse """{"epsilon": "small"}""")
            fails "\"epsilon\"" (fun () -> parse """{"epsilon": -1}""")
            fails "\"image_data_format\"" (fun () -> parse """{"image_data_format": "last"}""")
            fails "\"dotnet_backend\"" (fun () -> parse """{"dotnet_backend": 3}""")
            fails "object" (fun () -> parse "[]")
        }

        test "the file is made where it is absent, and not overwritten where it is malformed" {
            let before = Environment.GetEnvironmentVariable "KERAS_HOME"

            home None (fun folder file ->
                Environment.SetEnvironmentVariable("KERAS_HOME", folder)

                try
                    let s = SettingsFile.load ()
                    Expect.equal s.FloatX DType.Float32 "the defaults are in force"
                    let again = parse (File.ReadAllText file)
                    Expect.equal again.Backend (Some "torch") "a value that Python Keras takes"
                    File.WriteAllText(file, "{ broken")
                    fails file (fun () -> SettingsFile.load ())
                    Expect.equal (File.ReadAllText file) "{ broken" "left as it was"
                finally
                    Environment.SetEnvironmentVariable("KERAS_HOME", before))
        }

        test "an unknown backend lists those that can be had" {
            fails "managed: available" (fun () -> Backends.Get "cuda")
        }

        test "settings refuse wrong values" {
            fails "int32" (fun () -> Config.FloatX <- DType.Int32)
            fails "channels_last" (fun () -> Config.ImageDataFormat <- "nhwc")
        }
    ]

[<Tests>]
let tests = testSequencedGroup "config" <| testList "config" [ files; testList "choice" choice ]
