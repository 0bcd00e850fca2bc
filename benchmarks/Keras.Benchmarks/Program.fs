/// Speed against a peer, as ratios in one run.
///
///     dotnet run -c Release --project benchmarks/Keras.Benchmarks -- suite [--json FILE] [--only W1,W2] [--rounds N]
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
    "W5", "Transformer 2 x 256, 128 tokens, batch 16", 2, Ours.transformer, Peers.transformer
]

let private option (arguments: string[]) (name: string) : string option =
    match Array.IndexOf(arguments, name) with
    | -1 -> None
    | i when i + 1 < arguments.Length -> Some arguments[i + 1]
    | _ -> failwith $"{name} needs a value"

let private number (x: float) = x.ToString("F2", CultureInfo.InvariantCulture)

let private suite (arguments: string[]) : int =
    let only =
        match option arguments "--only" with
        | Some names -> names.Split ',' |> Set.ofArray
        | None -> workloads |> List.map (fun (n, _, _, _, _) -> n) |> Set.ofList

    let rounds = option arguments "--rounds" |> Option.map int |> Option.defaultValue 9
    let torch = Backends.Get "torch"
    let managed = Backends.Get "managed"
    printfn "Training steps, medians of %d alternating rounds; ratio = TorchSharp's time over ours" rounds
    printfn "%-4s %-44s %10s %12s %7s %12s" "" "" "ours (ms)" "eager (ms)" "ratio" "managed (ms)"

    let results = [
        for name, title, steps, ours, peer in workloads do
            if only.Contains name then
                let onTorch = Backends.Using(torch, ours)
                let peerStep = peer ()

                let m =
                    measure rounds {
                        Name = name
                        Title = title
                        Ours = fun () -> Backends.Using(torch, onTorch)
                        Peer = peerStep
                        Steps = steps
                    }

                // The managed backend is compared with ours on torch; it stands beside, not in the ratio.
                let onManaged = Backends.Using(managed, ours)

                let beside =
                    measure 3 {
                        Name = name
                        Title = title
                        Ours = fun () -> Backends.Using(managed, onManaged)
                        Peer = fun () -> 0.0
                        Steps = max 1 (steps / 4)
                    }

                printfn
                    "%-4s %-44s %10s %12s %7s %12s"
                    name
                    title
                    (number m.OursMs)
                    (number m.PeerMs)
                    (number m.Ratio)
                    (number beside.OursMs)

                name, title, m, beside
    ]

    match option arguments "--json" with
    | Some file ->
        Json.Array [
            for name, title, m, beside in results ->
                Json.Object [
                    "workload", Json.Text name
                    "title", Json.Text title
                    "ours_ms", Json.Float m.OursMs
                    "peer", Json.Text "TorchSharp eager"
                    "peer_ms", Json.Float m.PeerMs
                    "ratio", Json.Float m.Ratio
                    "managed_ms", Json.Float beside.OursMs
                    "managed_over_torch", Json.Float(beside.OursMs / m.OursMs)
                ]
        ]
        |> Json.writeIndented
        |> fun text -> File.WriteAllText(file, text + "\n")
    | None -> ()

    0

[<EntryPoint>]
let main arguments =
    match Array.tryHead arguments with
    | Some "suite" -> suite arguments
    | Some "micro" ->
        BenchmarkDotNet.Running.BenchmarkSwitcher
            .FromAssembly(typeof<Micro.Dispatch>.Assembly)
            .Run(Array.tail arguments)
        |> ignore

        0
    | _ ->
        eprintfn "usage: suite [--json FILE] [--only W1,W2] [--rounds N] | micro [arguments of BenchmarkDotNet]"
        2
