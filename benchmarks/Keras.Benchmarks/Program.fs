/// Speed against a peer, as ratios in one run.
///
///     dotnet run -c Release --project benchmarks/Keras.Benchmarks -- suite [--json FILE] [--only W1,W2] [--rounds N]
///     dotnet run -c Release --project benchmarks/Keras.Benchmarks -- profile W5 [--steps N]
///     dotnet run -c Release --project benchmarks/Keras.Benchmarks -- micro [BenchmarkDotNet arguments]
module Keras.Benchmarks.Program

open System
open System.Diagnostics
open System.Globalization
open System.IO
open Keras.FSharp
open Keras.FSharp.Backends
open Keras.FSharp.Backends.Cpu
open Keras.FSharp.Saving
open Keras.Benchmarks.Workload

let private workloads = [
    "W1", "MLP 784-512-512-10, batch 128", 20, Ours.mlp, Peers.mlp
    "W2", "CNN 28x28, batch 64", 8, Ours.cnn, Peers.cnn
    "W3", "ResNet-20 32x32, batch 32", 3, Ours.resnet, Peers.resnet
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
    let line name title = printfn "%-4s %-44s %10s %11s %6s %14s %5s %13s" name title

    line "" "" "ours (ms)" "eager (ms)" "ratio" "products (ms)" "over" "managed (ms)"

    let results = [
        for name, title, steps, ours, peer in selected (option arguments "--only") do
            let onTorch = Backends.Using(torch, ours)
            let struct (graph, _) = Backends.Using(torch, onTorch.Compiled)

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

/// What each step of a compiled training step takes: the best of a number of runs, the longest first.
let private profile (arguments: string[]) : int =
    let runs = option arguments "--steps" |> Option.map int |> Option.defaultValue 15
    let torch = Backends.Get "torch"

    for name, title, _, ours, _ in selected (Array.tryItem 1 arguments) do
        let training = Backends.Using(torch, ours)
        let step () = Backends.Using(torch, training.Step) |> ignore

        for _ in 1..3 do
            step ()

        match Backends.Using(torch, training.Compiled) with
        | struct (_, ValueSome(:? CpuProgram as program)) ->
            let steps = program.Steps
            let times = Array.zeroCreate<int64>(steps.Length + 1)
            program.Times <- times

            let samples =
                Array.init runs (fun _ ->
                    step ()
                    Array.pairwise times |> Array.map (fun (a, b) -> float (b - a) * 1e6 / float Stopwatch.Frequency))

            let micros = Array.init steps.Length (fun i -> samples |> Array.map (fun s -> s[i]) |> Array.min)
            let total = Array.sum micros
            printfn "%s %s: %d steps, %s ms" name title steps.Length (number (total / 1e3))
            printfn "%10s %6s %9s %7s  step" "µs" "share" "GFLOP/s" "GB/s"

            for i in Array.init steps.Length id |> Array.sortBy (fun i -> -micros[i]) do
                let s, t = steps[i], max 0.001 micros[i]
                let types = if s.Types.Length > 160 then s.Types.Substring(0, 160) + "…" else s.Types
                let label = if s.Name.Length > 100 then s.Name.Substring(0, 100) + "…" else s.Name

                printfn
                    "%10s %5s%% %9s %7s  %d %s %s"
                    (number t)
                    (number (100.0 * t / total))
                    (number (s.Flops / t / 1e3))
                    (number (float s.Bytes / t / 1e3))
                    i
                    label
                    types
        | _ -> printfn "%s is not a compiled program" name

    0

[<EntryPoint>]
let main arguments =
    match Array.tryHead arguments with
    | Some "suite" -> suite arguments
    | Some "profile" -> profile arguments
    | Some "micro" ->
        BenchmarkDotNet.Running.BenchmarkSwitcher
            .FromAssembly(typeof<Micro.Dispatch>.Assembly)
            .Run(Array.tail arguments)
        |> ignore

        0
    | _ ->
        eprintfn
            "usage: suite [--json FILE] [--only W1,W2] [--rounds N] | profile W1,W2 [--steps N] | micro [arguments of BenchmarkDotNet]"

        2
