/// What a workload is, and how two ways of doing the same step are timed fairly: in one process, alternating, by medians.
module Keras.Benchmarks.Workload

open System
open System.Diagnostics

/// The same training step twice: by this library and by hand in eager TorchSharp. Each call makes one step and returns
/// its loss.
[<NoEquality; NoComparison>]
type Workload = {
    Name: string
    Title: string
    Ours: unit -> float
    Peer: unit -> float
    /// Steps that are timed together.
    Steps: int
}

/// What was measured.
type Measurement = {
    Workload: string
    OursMs: float
    PeerMs: float
    OursLoss: float
    PeerLoss: float
} with

    /// The peer's time over ours: above 1 we are faster.
    member m.Ratio = m.PeerMs / m.OursMs

let private median (xs: float[]) : float =
    let sorted = Array.sort xs
    let n = sorted.Length
    if n % 2 = 1 then sorted[n / 2] else (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0

let private time (steps: int) (f: unit -> float) : float =
    let watch = Stopwatch.StartNew()

    for _ in 1..steps do
        f () |> ignore

    watch.Elapsed.TotalMilliseconds / float steps

/// Alternates both ways for a number of rounds, after warming both up.
let measure (rounds: int) (w: Workload) : Measurement =
    let mutable ours, peer = 0.0, 0.0

    for _ in 1..3 do
        ours <- w.Ours()
        peer <- w.Peer()

    let pairs =
        Array.init rounds (fun i ->
            // Which comes first changes, so that neither always follows the other.
            if i % 2 = 0 then
                let a = time w.Steps w.Ours
                let b = time w.Steps w.Peer
                a, b
            else
                let b = time w.Steps w.Peer
                let a = time w.Steps w.Ours
                a, b)

    {
        Workload = w.Name
        OursMs = median (Array.map fst pairs)
        PeerMs = median (Array.map snd pairs)
        OursLoss = ours
        PeerLoss = peer
    }
