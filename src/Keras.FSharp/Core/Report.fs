/// What a compiled program tells of itself: its steps, its memory, and what they cost. Data for people, the profiler and
/// benchmarks; nothing that runs depends on it.
namespace Keras.FSharp

open System

/// One step of a compiled program.
[<NoEquality; NoComparison>]
type ProgramStep = {
    /// The operation; `fused` for a region.
    Name: string
    /// The operations that a region replaces, in order; empty for other steps.
    Members: string list
    /// The layer or scope that it came from; may be empty.
    Scope: string
    /// Element types and shapes of operands and results.
    Types: string
    /// Where the results lie.
    Places: string
    /// Bytes of all operands and results.
    Bytes: int64
    /// Floating point operations: a product and a sum are two, any other elementwise operation is one.
    Flops: float
    /// Bytes of memory that it uses while it runs.
    Scratch: int64
    /// Why an elementwise operation or a reduction is not part of a region; empty for all other steps.
    Alone: string
} with

    /// The step in few words: the name, or what a region is made of.
    member s.Label: string =
        if s.Members.IsEmpty then
            s.Name
        else
            $"{s.Name} {{" + String.Join(' ', s.Members) + "}"

/// A piece of the arena in use.
[<Struct; NoEquality; NoComparison>]
type MemoryBlock = {
    /// Where it begins, in bytes from the beginning of the arena.
    Offset: int64
    /// Its size.
    Bytes: int64
    /// The step that writes it.
    From: int
    /// The last step that reads it.
    To: int
}

/// A compiled program: its steps in order, and its memory.
[<NoEquality; NoComparison>]
type ProgramReport = {
    /// The steps, in the order in which they run.
    Steps: ProgramStep[]
    /// What lies in the arena, and when.
    Blocks: MemoryBlock[]
    /// The equations after fusion; those that are no step cost nothing (views, constants).
    Equations: int
    /// The size of the memory for intermediate results.
    ArenaBytes: int64
    /// The size of the constants.
    ConstantBytes: int64
    /// The number of inputs.
    Inputs: int
    /// How many of them are overwritten with results.
    TakenOver: int
    /// The number of results.
    Results: int
    /// How many of them are copied at the end.
    Copied: int
}
