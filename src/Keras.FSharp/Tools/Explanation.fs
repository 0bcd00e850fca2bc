/// What a compiled function says of itself: why it was compiled, what became of it, and how long its steps take; as
/// text, as a table, as a drawing, and as a trace that browsers show.
namespace Keras.FSharp

open System
open System.Diagnostics
open System.Globalization
open System.IO
open System.Text
open System.Text.Json

/// Functions of reports.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module ProgramReport =
    /// One line per step, after the size of everything.
    let text (r: ProgramReport) : string =
        let text = StringBuilder()
        let line (s: string) = text.AppendLine s |> ignore
        line $"{r.Steps.Length} steps of {r.Equations} equations"
        line $"arena {r.ArenaBytes} bytes, constants {r.ConstantBytes} bytes"
        line $"{r.Inputs} inputs ({r.TakenOver} taken over), {r.Results} results ({r.Copied} copied)"

        for i in 0 .. r.Steps.Length - 1 do
            let s = r.Steps[i]
            let scratch = if s.Scratch > 0L then $", scratch {s.Scratch}" else ""
            let scope = if s.Scope = "" then "" else $" [{s.Scope}]"
            let alone = if s.Alone = "" then "" else $"; not fused: {s.Alone}"

            line
                $"%4d{i} {s.Label} {s.Types} in {s.Places}; {s.Bytes} bytes, %.0f{s.Flops} flops{scratch}{scope}{alone}"

        text.ToString()

    /// A drawing: the steps from top to bottom with their costs, and beside them what lies in the arena, and for how long.
    let svg (name: string) (r: ProgramReport) : string = PlanDrawing.svg name r

/// What was compiled, and why (`Jit.explain`).
[<NoEquality; NoComparison>]
type Explanation = {
    /// The name of the function.
    Name: string
    /// The equations that were captured and that the passes left.
    Equations: int
    /// How long capture and compilation took.
    Milliseconds: float
    /// Why it was compiled, one line for each time.
    Reasons: string[]
    /// The program; none where the function captured tensors of an outer transformation.
    Program: ProgramReport voption
} with

    /// Everything as text, one line per step.
    member e.Text: string =
        let why = e.Reasons |> Array.mapi (fun i r -> $"  {i + 1}. {r}\n") |> String.concat ""

        let plan =
            match e.Program with
            | ValueSome p -> ProgramReport.text p
            | ValueNone -> "not compiled: the function captured tensors of an outer transformation\n"

        let time = e.Milliseconds.ToString("F1", CultureInfo.InvariantCulture)
        $"{e.Name}: {e.Equations} equations, compiled in {time} ms\ncompiled because:\n{why}{plan}"

    /// The plan as a drawing: the steps from top to bottom, and beside them what lies in the arena, and for how long. An
    /// error where there is no program.
    member e.Svg: string =
        match e.Program with
        | ValueSome p -> ProgramReport.svg e.Name p
        | ValueNone ->
            Fail.state
                "Explanation.Svg"
                $"'{e.Name}' is not compiled: it captured tensors of an outer transformation"
                "Explain the outermost compiled function."

    override e.ToString() = e.Text

/// One line of a profile.
type ProfileLine = {
    /// The number of the step.
    Step: int
    /// The operation, or what a region is made of.
    Label: string
    /// The layer or scope that it came from.
    Scope: string
    /// Element types and shapes.
    Types: string
    /// Microseconds: the median of the runs.
    Microseconds: float
    /// The part of the whole, 0 to 1.
    Share: float
    /// 10^9 floating point operations per second.
    GFlops: float
    /// 10^9 bytes per second, read and written.
    GBytes: float
}

/// How long the steps of a compiled program take (`Profile.run`).
[<NoEquality; NoComparison>]
type Profile = {
    /// The name of the function.
    Name: string
    /// What was run.
    Program: ProgramReport
    /// Per run when each step began, in ticks of `Stopwatch`, and when the last one ended.
    Runs: int64[][]
} with

    /// Per step, in the order of the program: the median of all runs.
    member p.Lines: ProfileLine[] =
        let median (xs: float[]) = (Array.sort xs)[xs.Length / 2]

        let micros =
            Array.init p.Program.Steps.Length (fun i ->
                p.Runs
                |> Array.map (fun at -> float (at[i + 1] - at[i]) * 1e6 / float Stopwatch.Frequency)
                |> median)

        let total = max 1e-3 (Array.sum micros)

        p.Program.Steps
        |> Array.mapi (fun i s ->
            // A step below the resolution of the clock has no rate that means anything.
            let time = max 1e-2 micros[i]

            {
                Step = i
                Label = s.Label
                Scope = s.Scope
                Types = s.Types
                Microseconds = micros[i]
                Share = micros[i] / total
                GFlops = s.Flops / time / 1e3
                GBytes = float s.Bytes / time / 1e3
            })

    /// The sum of all steps, in milliseconds.
    member p.Milliseconds: float = (p.Lines |> Array.sumBy (fun l -> l.Microseconds)) / 1e3

    /// A table, the longest step first.
    member p.Table: string =
        let text = StringBuilder()
        let cut n (s: string) = if s.Length > n then s.Substring(0, n) + "…" else s
        let line (s: FormattableString) = text.AppendLine(s.ToString CultureInfo.InvariantCulture) |> ignore
        line $"{p.Name}: {p.Program.Steps.Length} steps, {p.Milliseconds:F3} ms"
        let us = "µs"
        line $"""{us, 10} {"share", 7} {"GFLOP/s", 9} {"GB/s", 8}  step"""

        for l in p.Lines |> Array.sortBy (fun l -> -l.Microseconds) do
            let share = 100.0 * l.Share
            let scope = if l.Scope = "" then "" else $" [{l.Scope}]"
            let what = $"{l.Step} {cut 100 l.Label} {cut 160 l.Types}{scope}"
            line $"{l.Microseconds, 10:F1} {share, 6:F1}%% {l.GFlops, 9:F1} {l.GBytes, 8:F1}  {what}"

        text.ToString()

    /// The last run in the trace event format, which `chrome://tracing` and Perfetto show.
    member p.ChromeTrace: string =
        use memory = new MemoryStream()

        do
            use json = new Utf8JsonWriter(memory)
            let at = Array.last p.Runs
            let micros (ticks: int64) = float ticks * 1e6 / float Stopwatch.Frequency
            json.WriteStartObject()
            json.WriteString("displayTimeUnit", "ns")
            json.WriteStartArray "traceEvents"

            for i in 0 .. p.Program.Steps.Length - 1 do
                let s = p.Program.Steps[i]
                json.WriteStartObject()
                json.WriteString("name", s.Label)
                json.WriteString("cat", (if s.Members.IsEmpty then "kernel" else "region"))
                json.WriteString("ph", "X")
                json.WriteNumber("pid", 1)
                json.WriteNumber("tid", 1)
                json.WriteNumber("ts", micros (at[i] - at[0]))
                json.WriteNumber("dur", micros (at[i + 1] - at[i]))
                json.WriteStartObject "args"
                json.WriteNumber("step", i)
                json.WriteString("scope", s.Scope)
                json.WriteString("types", s.Types)
                json.WriteNumber("bytes", s.Bytes)
                json.WriteNumber("flops", s.Flops)
                json.WriteEndObject()
                json.WriteEndObject()

            json.WriteEndArray()
            json.WriteEndObject()

        Encoding.UTF8.GetString(memory.ToArray())

    override p.ToString() = p.Table
