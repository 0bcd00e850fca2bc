/// Records of objects, the reader of configs, and the registries: what they take and what they refuse.
module Keras.FSharp.Tests.SerializedTests

open Expecto
open Keras.FSharp
open Keras.FSharp.Saving

let private refusal (f: unit -> 'a) : string =
    try
        f () |> ignore
        failtest "an error is expected"
    with KerasException _ as e ->
        e.Message

let private mentions (parts: string list) (message: string) =
    for part in parts do
        Expect.stringContains message part "the error"

let private read (text: string) = Serialized.ofJson "here" (Json.parse text)

let records =
    testList "records" [
        testCase "written and read again"
        <| fun () ->
            let s = (Initializers.GlorotUniform(seed = 7L)).Serialized

            Expect.equal
                (Json.write (Serialized.toJson s))
                ("""{"module": "keras.initializers", "class_name": "GlorotUniform", "config": {"seed": 7, """
                 + """"input_axes": null, "output_axes": null}, "registered_name": null}""")
                "text"

            Expect.equal (Serialized.ofJson "here" (Serialized.toJson s)) s "record"

        testCase "numbers keep the form in which they were given"
        <| fun () ->
            let limit (c: Constraint) = c.Config |> List.find (fun (k, _) -> k = "max_value") |> snd
            let read (value: Json) = Constraints.ofConfig "MaxNorm" [ "max_value", value ]
            Expect.equal (limit (read (Json.Int 3L))) (Json.Int 3L) "an integer in a file"
            Expect.equal (limit (read (Json.Float 3.0))) (Json.Float 3.0) "a float in a file"
            Expect.equal (limit (Constraints.MaxNorm 3.0)) (Json.Float 3.0) "a float in code"
            Expect.equal (limit (Constraints.MaxNorm())) (Json.Int 2L) "Keras's default"

        testCase "a name stands for a class with its defaults"
        <| fun () -> Expect.equal (read "\"zeros\"") (Serialized.make "" "zeros" []) "record"

        testCase "a function record stands for the function's name"
        <| fun () ->
            let text =
                """{"module": "builtins", "class_name": "function", "config": "mean_squared_error",
                    "registered_name": "function"}"""

            Expect.equal (read text) (Serialized.make "builtins" "mean_squared_error" []) "record"

        testCase "modules of other writers"
        <| fun () ->
            let moduleOf (name: string) =
                (read $"""{{"module": "{name}", "class_name": "Adam", "config": {{}}, "registered_name": "Adam"}}""")
                    .Module

            Expect.equal (moduleOf "keras.src.backend.torch.optimizers.torch_adam") "keras.optimizers" "torch"
            Expect.equal (moduleOf "keras_core.optimizers") "keras.optimizers" "Keras Core"
            Expect.equal (moduleOf "keras.optimizers") "keras.optimizers" "Keras"

        testCase "classes of users are refused"
        <| fun () ->
            refusal (fun () ->
                Initializers.ofJson (
                    Json.parse
                        """{"module": null, "class_name": "Zeros", "config": {}, "registered_name": "my>Zeros"}"""
                ))
            |> mentions [ "my>Zeros"; "registered by a user" ]

        testCase "records that are none"
        <| fun () ->
            refusal (fun () -> read "[1]") |> mentions [ "here"; "list" ]
            refusal (fun () -> read """{"config": {}}""") |> mentions [ "class_name" ]
            refusal (fun () -> read """{"class_name": 3}""") |> mentions [ "class_name"; "int" ]
    ]

let arguments =
    testList "arguments" [
        testCase "unknown ones are refused, with near names"
        <| fun () ->
            refusal (fun () -> Optimizers.ofConfig "Adam" [ "beta1", Json.Float 0.5 ])
            |> mentions [ "keras.optimizers.Adam"; "'beta1'"; "'beta_1'" ]

        testCase "wrong types are refused, with what was given"
        <| fun () ->
            refusal (fun () -> Regularizers.ofConfig "L2" [ "l2", Json.Text "much" ])
            |> mentions [ "keras.regularizers.L2"; "'l2'"; "a number"; "\"much\"" ]

        testCase "missing ones are refused"
        <| fun () ->
            refusal (fun () -> Schedules.ofConfig "CosineDecay" [ "decay_steps", Json.Int 3L ])
            |> mentions [ "keras.optimizers.schedules.CosineDecay"; "'initial_learning_rate'"; "missing" ]

        testCase "whole floats pass for integers, others do not"
        <| fun () ->
            let reader (json: Json) = ConfigReader("here", [ "n", json ])
            Expect.equal ((reader (Json.Float 3.0)).Int "n") 3 "3.0"
            refusal (fun () -> (reader (Json.Float 3.5)).Int "n") |> mentions [ "'n'"; "an integer"; "3.5" ]
            refusal (fun () -> (reader (Json.Int 3000000000L)).Int "n") |> mentions [ "'n'"; "3000000000" ]

        testCase "null, absence and lists"
        <| fun () ->
            let reader =
                ConfigReader(
                    "here",
                    [ "none", Json.Null; "one", Json.Int 1L; "two", Json.Array [ Json.Int 1L; Json.Int 2L ] ]
                )

            Expect.equal (reader.IntOption "none") None "null"
            Expect.equal (reader.IntOption "absent") None "absent"
            Expect.equal (reader.Ints "one") [ 1 ] "a single one"
            Expect.equal (reader.Ints "two") [ 1; 2 ] "a list"
            Expect.equal (reader.FloatOption("absent", Some 0.5)) (Some 0.5) "a fallback"
            Expect.equal (reader.FloatOption("none", Some 0.5)) None "null wins over the fallback"
            reader.Complete()
    ]

/// All names of a registry make an object whose record is read again.
let private roundTrip
    (kind: string)
    (registry: Registry<'T>)
    (config: string -> (string * Json) list)
    (record: 'T -> Serialized)
    =
    testCase kind
    <| fun () ->
        for name in registry.Names do
            let first = record (registry.Create(name, config name))
            let second = record (registry.OfJson("here", Serialized.toJson first))
            Expect.equal second first name
            Expect.equal first.ClassName name "class"
            let snake = Registry<'T>.SnakeCase name
            Expect.equal (record (registry.Create(snake, config name))).ClassName name snake

let private scheduleArguments (name: string) =
    match name with
    | "PiecewiseConstantDecay" -> [
        "boundaries", Json.Array [ Json.Int 3L ]
        "values", Json.Array [ Json.Float 1.0; Json.Float 0.5 ]
      ]
    | "CosineDecayRestarts" -> [ "initial_learning_rate", Json.Float 0.1; "first_decay_steps", Json.Int 5L ]
    | "ExponentialDecay"
    | "InverseTimeDecay" -> [
        "initial_learning_rate", Json.Float 0.1
        "decay_steps", Json.Int 5L
        "decay_rate", Json.Float 0.5
      ]
    | _ -> [ "initial_learning_rate", Json.Float 0.1; "decay_steps", Json.Int 5L ]

let private optimizerArguments (name: string) =
    match name with
    | "LossScaleOptimizer" -> [ "inner_optimizer", Serialized.toJson (Optimizers.serialize (Optimizers.SGD())) ]
    | _ -> []

let registries =
    testList "registries" [
        roundTrip "initializers" Initializers.Registry (fun _ -> []) (fun x -> x.Serialized)
        roundTrip "regularizers" Regularizers.Registry (fun _ -> []) (fun x -> x.Serialized)
        roundTrip "constraints" Constraints.Registry (fun _ -> []) (fun x -> x.Serialized)
        roundTrip "schedules" Schedules.Registry scheduleArguments (fun x -> x.Serialized)
        roundTrip "optimizers" (Optimizers.registry ()) optimizerArguments Optimizers.serialize

        testCase "constructors have the defaults of the registry"
        <| fun () ->
            let same (opt: Optimizer) =
                Expect.equal (Optimizers.serialize opt) (Optimizers.serialize (Optimizers.ofName opt.Class)) opt.Class

            List.iter same [
                Optimizers.SGD()
                Optimizers.RMSprop()
                Optimizers.Adam()
                Optimizers.AdamW()
                Optimizers.Adamax()
                Optimizers.Nadam()
                Optimizers.Lamb()
                Optimizers.Lion()
                Optimizers.Adagrad()
                Optimizers.Adadelta()
                Optimizers.Ftrl()
                Optimizers.Adafactor()
                Optimizers.Muon()
                Optimizers.ScheduleFreeAdamW()
            ]

        testCase "aliases"
        <| fun () ->
            Expect.equal (Initializers.ofName "uniform").Class "RandomUniform" "uniform"
            Expect.equal (Initializers.ofName "one").Class "Ones" "one"
            Expect.equal (Regularizers.ofName "l1_l2").Class "L1L2" "l1_l2"
            Expect.equal (Optimizers.ofName "RMSPROP").Class "RMSprop" "any case"
            Expect.equal (Optimizers.ofName "Custom>Adam").Class "Adam" "as Keras 2 registered it"

        testCase "unknown names, with near ones"
        <| fun () ->
            refusal (fun () -> Optimizers.ofName "adma") |> mentions [ "optimizer"; "'adma'"; "'Adam'" ]
            refusal (fun () -> Initializers.ofName "glorot") |> mentions [ "'glorot'"; "'glorot_uniform'" ]

        testCase "arguments that Keras 2 wrote"
        <| fun () ->
            let opt =
                Optimizers.ofConfig "SGD" [
                    "lr", Json.Float 0.25
                    "decay", Json.Float 0.0
                    "is_legacy_optimizer", Json.Bool false
                    "jit_compile", Json.Bool true
                ]

            match opt.Settings.LearningRate with
            | LearningRate.Constant rate -> Expect.equal rate 0.25 "rate"
            | LearningRate.Scheduled _ -> failtest "a constant is expected"
    ]

[<Tests>]
let tests = testList "serialized objects" [ records; arguments; registries ]
