/// The configuration file that is shared with Python Keras, and the choice of the backend.
module Keras.FSharp.Tests.ConfigTests

open System
open System.Diagnostics
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

[<Tests>]
let tests =
    testList "config" [
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
            let home = Path.Combine(Path.GetTempPath(), "keras-" + Guid.NewGuid().ToString "N")
            let before = Environment.GetEnvironmentVariable "KERAS_HOME"
            Environment.SetEnvironmentVariable("KERAS_HOME", home)

            try
                let s = SettingsFile.load ()
                Expect.equal s.FloatX DType.Float32 "the defaults are in force"
                let file = Path.Combine(home, "keras.json")
                let again = parse (File.ReadAllText file)
                Expect.equal again.Backend (Some "torch") "a value that Python Keras takes"
                File.WriteAllText(file, "{ broken")
                fails file (fun () -> SettingsFile.load ())
                Expect.equal (File.ReadAllText file) "{ broken" "left as it was"
            finally
                Environment.SetEnvironmentVariable("KERAS_HOME", before)

                if Directory.Exists home then
                    Directory.Delete(home, true)
        }

        test "an unknown backend lists those that can be had" {
            fails "managed: available" (fun () -> Backends.Get "cuda")
        }

        test "settings refuse wrong values" {
            fails "int32" (fun () -> Config.FloatX <- DType.Int32)
            fails "channels_last" (fun () -> Config.ImageDataFormat <- "nhwc")
        }
    ]
