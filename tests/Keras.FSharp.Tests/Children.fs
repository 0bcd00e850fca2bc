/// Small programs that tests run in processes of their own: for what is chosen once per process, and for what ends one.
module Keras.FSharp.Tests.Children

open System
open System.Diagnostics
open System.IO
open Keras.FSharp
open Keras.FSharp.Backends
open type Keras.FSharp.Layers

/// Prints the backend in use, or why there is none.
let private backend () : int =
    try
        printfn "%s" Backends.Name
        0
    with :? KerasException as e ->
        printfn "%s" e.Message
        3

/// Trains without end until it is interrupted, then checks that training can go on from a whole step.
let private endless () : int =
    let model = Sequential [ Input [ 4 ]; Dense(8, activation = relu); Dense 1 ]
    let t = Training.compile (model, Optimizers.Adam 0.01, loss = Losses.MeanSquaredError(), seed = 1)
    let x = Tensor.ofArray [ 64; 4 ] (Array.init 256 (fun i -> float32 (i % 7) / 7.0f))
    let y = Tensor.ofArray [ 64; 1 ] (Array.init 64 (fun i -> float32 (i % 3)))
    let mutable steps = 0

    let watch =
        LambdaCallback(
            onTrainBatchEnd =
                Action<int, Logs>(fun _ _ ->
                    steps <- steps + 1

                    if steps = 5 then
                        printfn "training"
                        Console.Out.Flush())
        )

    try
        t.Fit(x, y, epochs = 100_000_000, callbacks = [ watch ], verbose = false) |> ignore
        printfn "it ended"
        1
    with :? OperationCanceledException ->
        let made = Tensor.toInt (Optimizers.iterations t.Optimizer t.OptimizerState)
        let loss = t.Evaluate(x, y)["loss"]
        t.Fit(x, y, epochs = 20, verbose = false) |> ignore
        // Two batches in each epoch.
        let more = Tensor.toInt (Optimizers.iterations t.Optimizer t.OptimizerState) - made
        printfn "interrupted %b %b %d" (made = steps) (Double.IsFinite loss) more
        0

/// Runs one of the programs.
let main (name: string) : int =
    match name with
    | "backend" -> backend ()
    | "endless" -> endless ()
    | _ -> failwith $"there is no program '{name}'"

/// A program in a process of its own, from the assembly in `folder`; a null value removes a variable.
let start (folder: string) (name: string) (environment: (string * string | null) list) : Process =
    let host =
        match Environment.ProcessPath with
        | null -> "dotnet"
        | path when Path.GetFileNameWithoutExtension path = "dotnet" -> path
        | _ -> "dotnet"

    let info = ProcessStartInfo(host, RedirectStandardOutput = true, RedirectStandardError = true)

    for argument in [ Path.Combine(folder, "Keras.FSharp.Tests.dll"); "child"; name ] do
        info.ArgumentList.Add argument

    for variable, value in environment do
        match value with
        | null -> info.Environment.Remove variable |> ignore
        | text -> info.Environment[variable] <- text

    match Process.Start info with
    | null -> failwith "the process did not start"
    | p -> p

/// What a program wrote to its output and its error stream, when it has ended.
let run (folder: string) (name: string) (environment: (string * string | null) list) : string * string =
    use p = start folder name environment
    let errors = p.StandardError.ReadToEndAsync()
    let output = p.StandardOutput.ReadToEnd()
    p.WaitForExit()
    output.Trim(), errors.Result.Trim()
