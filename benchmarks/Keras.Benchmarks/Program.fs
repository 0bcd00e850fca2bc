/// Speed against a peer, as ratios in one run.
///
///     dotnet run -c Release --project benchmarks/Keras.Benchmarks -- suite [--json FILE] [--only W1,W2] [--rounds N]
///         [--policy mixed_bfloat16]
///     dotnet run -c Release --project benchmarks/Keras.Benchmarks -- profile W5 [--steps N] [--trace FILE] [--plan FILE]
///         [--policy mixed_bfloat16]
///     dotnet run -c Release --project benchmarks/Keras.Benchmarks -- serving [--rounds N]
///     dotnet run -c Release --project benchmarks/Keras.Benchmarks -- micro [BenchmarkDotNet arguments]
module Keras.Benchmarks.Program

open System
open System.Globalization
open System.IO
open Keras.FSharp
open Keras.FSharp.Backends
open Keras.FSharp.Saving
open Keras.Benchmarks.Workload

let private workloads = [
    "W1", "MLP 784-512-512-10, batch 128", 20, Ours.mlp, Peers.mlp
    "W2", "CNN 28x28, batch 64", 8, Ours.cnn, Peers.cnn
    "W3", "ResNet-20 32x32, batch 32", 3, Ours.resnet, Peers.resnet
    "W4", "Embedding 10,000 x 128, LSTM 128, 80 steps, batch 32", 3, Ours.lstm, Peers.lstm
    "W5", "Transformer 2 x 256, 128 tokens, batch 16", 2, Ours.transformer, Peers.transformer
    "W6", "Char-GPT 4 x 256, 128 tokens, batch 16", 1, Ours.charGpt, Peers.charGpt
    "W9", "Tabular, 26 embeddings, 256-128-1, batch 512", 4, Ours.tabular, Peers.tabular
]

let private option (arguments: string[]) (name: string) : string option =
    match Array.IndexOf(arguments, name) with
    | -1 -> None
    | i when i + 1 < arguments.Length -> Some arguments[i + 1]
    | _ -> failwith $"{name} needs a value"

let private number (x: float) = x.ToString("F2", CultureInfo.InvariantCulture)

let private selected (names: string option) =
    match names with
    | Some names ->
        let only = names.Split ',' |> Set.ofArray
        workloads |> List.filter (fun (n, _, _, _, _) -> only.Contains n)
    | None -> workloads

let private suite (arguments: string[]) : int =
    let rounds = option arguments "--rounds" |> Option.map int |> Option.defaultValue 9
    let torch = Backends.Get "torch"
    let managed = Backends.Get "managed"
    printfn "Training steps, medians of %d alternating rounds; ratio = TorchSharp's time over ours;" rounds
    printfn "products = matrix products and convolutions of the step alone; over = our time over theirs"
    let line name title = printfn "%-4s %-52s %10s %11s %6s %14s %5s %13s" name title

    line "" "" "ours (ms)" "eager (ms)" "ratio" "products (ms)" "over" "managed (ms)"

    let results = [
        for name, title, steps, ours, peer in selected (option arguments "--only") do
            let onTorch = Backends.Using(torch, ours)
            let graph = Backends.Using(torch, onTorch.Graph)

            let m =
                measure rounds steps [
                    "ours", (fun () -> Backends.Using(torch, onTorch.Step))
                    "peer", peer ()
                    "products", Products.alone torch graph
                ]

            // The managed backend is compared with ours on torch; it stands beside, not in the ratio.
            let onManaged = Backends.Using(managed, ours)

            let beside =
                measure 3 (max 1 (steps / 4)) [ "managed", (fun () -> Backends.Using(managed, onManaged.Step)) ]

            let ours, peer, products = m["ours"], m["peer"], m["products"]

            line
                name
                title
                (number ours)
                (number peer)
                (number (peer / ours))
                (number products)
                (number (ours / products))
                (number beside["managed"])

            name, title, m, beside["managed"], Products.flops graph
    ]

    let ratios = results |> List.map (fun (_, _, m, _, _) -> m["peer"] / m["ours"])

    if ratios.Length > 1 then
        let mean = Math.Exp(ratios |> List.averageBy Math.Log)
        printfn "geometric mean of the ratios %s, smallest %s" (number mean) (number (List.min ratios))

    match option arguments "--json" with
    | Some file ->
        Json.Array [
            for name, title, m, managed, flops in results ->
                Json.Object [
                    "workload", Json.Text name
                    "title", Json.Text title
                    "ours_ms", Json.Float m["ours"]
                    "peer", Json.Text "TorchSharp eager"
                    "peer_ms", Json.Float m["peer"]
                    "ratio", Json.Float(m["peer"] / m["ours"])
                    "products_ms", Json.Float m["products"]
                    "products_flops", Json.Float flops
                    "over_products", Json.Float(m["ours"] / m["products"])
                    "managed_ms", Json.Float managed
                    "managed_over_torch", Json.Float(managed / m["ours"])
                ]
        ]
        |> Json.writeIndented
        |> fun text -> File.WriteAllText(file, text + "\n")
    | None -> ()

    0

/// What each step of a compiled training step takes, the longest first; with `--trace` also as a trace for browsers, with
/// `--plan` as a drawing.
let private profile (arguments: string[]) : int =
    let runs = option arguments "--steps" |> Option.map int |> Option.defaultValue 15
    let torch = Backends.Get "torch"

    for name, title, _, ours, _ in selected (Array.tryItem 1 arguments) do
        let training = Backends.Using(torch, ours)
        let profile = Backends.Using(torch, (fun () -> training.Profile runs))
        printfn "%s %s\n%s" name title profile.Table
        let write (file: string) (text: string) = File.WriteAllText(file, text)
        option arguments "--trace" |> Option.iter (fun file -> write file profile.ChromeTrace)

        option arguments "--plan"
        |> Option.iter (fun file -> write file (ProgramReport.svg name profile.Program))

    0

/// The dtype policy of our side; the peer always computes in float32.
let private setPolicy (arguments: string[]) =
    match option arguments "--policy" with
    | Some name ->
        DTypePolicy.setCurrent (DTypePolicy.ofName name)
        Ours.isMixed <- name = "mixed_bfloat16"
    | None -> ()

/// One request at a time against ONNX Runtime and eager TorchSharp, in microseconds.
let private serving (arguments: string[]) : int =
    let rounds = option arguments "--rounds" |> Option.map int |> Option.defaultValue 15
    let torch = Backends.Get "torch"
    let m = Backends.Using(torch, (fun () -> measure rounds 3000 (Serving.perceptron ())))
    let micros name = m[name] * 1e3
    printfn "Requests, medians of %d alternating rounds, µs; ratio = ONNX Runtime's time over ours" rounds
    printfn "%-4s %-34s %8s %8s %8s %6s" "" "" "ours" "ONNX" "eager" "ratio"

    printfn
        "%-4s %-34s %8s %8s %8s %6s"
        "W10"
        "MLP 64-64-1, one sample"
        (number (micros "ours"))
        (number (micros "onnx"))
        (number (micros "eager"))
        (number (m["onnx"] / m["ours"]))

    0

[<EntryPoint>]
let main arguments =
    setPolicy arguments

    match Array.tryHead arguments with
    | Some "suite" -> suite arguments
    | Some "profile" -> profile arguments
    | Some "serving" -> serving arguments
    | Some "micro" ->
        BenchmarkDotNet.Running.BenchmarkSwitcher
            .FromAssembly(typeof<Micro.Dispatch>.Assembly)
            .Run(Array.tail arguments)
        |> ignore

        0
    | _ ->
        eprintfn
            "usage: suite [--json FILE] [--only W1,W2] [--rounds N] [--policy P] | profile W1,W2 [--steps N] [--policy P] [--trace FILE] [--plan FILE] | serving [--rounds N] | micro [arguments of BenchmarkDotNet]"

        2
