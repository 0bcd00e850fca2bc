/// The stateful face of random keys, with Keras's conventions.
namespace Keras.FSharp

open System

/// Hands out keys, a new one at each call (`keras.random.SeedGenerator`). The first is (seed, 0), used as it is; each
/// further one adds 1 to the second word. Without a seed one is drawn between 1 and 10^9.
[<Sealed>]
type SeedGenerator(?seed: int, ?name: string) =
    let seed = defaultArg seed (Random.Shared.Next(1, 1_000_000_001))

    do
        if seed < 0 then
            Fail.value "SeedGenerator" $"the seed is {seed}, it must not be negative" ""

    let mutable state = Random.keyOfKerasSeed seed

    /// The seed it began with.
    member _.Seed = seed

    /// `seed_generator` unless named otherwise.
    member _.Name = defaultArg name "seed_generator"

    /// The key that the next call returns: uint32 [2].
    member _.State
        with get () = state
        and set (key: Tensor) =
            if key.DType <> DType.UInt32 || key.Rank <> 1 || key.Shape[0] <> 2 then
                Fail.value "SeedGenerator" $"the state is a tensor {key.Aval}, uint32[2] is needed" ""

            state <- key

    /// The state after one call, given the state before it: what the generator is as a pure function. With `ordered`
    /// false both words become (x+1)·5387 mod 933199.
    static member Advance(state: Tensor, ordered: bool) : Tensor =
        if ordered then
            Lax.add state (Random.keyOfWords 0u 1u)
        else
            let word n = Lax.scalarInt DType.UInt32 n
            Lax.rem (Lax.mul (Lax.add state (word 1L)) (word 5387L)) (word 933199L)

    /// The next key.
    member _.Next(?ordered: bool) : Tensor =
        let now = state
        state <- SeedGenerator.Advance(now, defaultArg ordered true)
        now
