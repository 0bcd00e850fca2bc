/// What a workload is, and how two ways of doing the same step are timed fairly: in one process, alternating, by medians.
module Keras.Benchmarks.Workload

open System
open System.Diagnostics

/// Ways of doing the same thing, each by its name. Each call makes one step and returns its loss.
type Contenders = (string * (unit -> float)) list

let private median (xs: float[]) : float =
    let sorted = Array.sort xs
    let n = sorted.Length
    if n % 2 = 1 then sorted[n / 2] else (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0

let private time (steps: int) (f: unit -> float) : float =
    let watch = Stopwatch.StartNew()

    for _ in 1..steps do
        f () |> ignore

    watch.Elapsed.TotalMilliseconds / float steps

/// Milliseconds per step of each contender: medians over a number of rounds in which each makes `steps` steps, after
/// warming up. Who comes first in a round changes, so that nobody always follows the same one.
let measure (rounds: int) (steps: int) (contenders: Contenders) : Map<string, float> =
    let all = List.toArray contenders

    for _ in 1..3 do
        for _, f in all do
            f () |> ignore

    let times = all |> Array.map (fun _ -> Array.zeroCreate rounds)

    for round in 0 .. rounds - 1 do
        for k in 0 .. all.Length - 1 do
            let i = (round + k) % all.Length
            times[i][round] <- time steps (snd all[i])

    Array.map2 (fun (name, _) t -> name, median t) all times |> Map.ofArray
