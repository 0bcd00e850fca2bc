/// What a run prints: a live bar with the remaining time and the metrics in a terminal, plain lines where the output goes
/// to a file.
namespace Keras.FSharp

open System
open System.Diagnostics
open System.Globalization
open Spectre.Console

/// The progress of `fit`, and of `evaluate` and `predict` where they do not belong to a fit
/// (`keras.callbacks.ProgbarLogger`).
[<Sealed>]
type ProgbarLogger(?console: IAnsiConsole) =
    inherit Callback()
    let console = defaultArg console AnsiConsole.Console
    let isLive = console.Profile.Out.IsTerminal && console.Profile.Capabilities.Ansi
    let watch = Stopwatch()
    let mutable inFit = false
    let mutable epochs = 1
    let mutable steps: int voption = ValueNone
    let mutable shown = -1.0
    let mutable seen = 0

    let number (x: float) =
        if x <> 0.0 && (abs x < 1e-3 || abs x >= 1e5) then
            x.ToString("0.000e+00", CultureInfo.InvariantCulture)
        else
            x.ToString("F4", CultureInfo.InvariantCulture)

    let values (logs: Logs) = logs.Pairs |> List.map (fun (k, v) -> $" - {k}: {number v}") |> String.concat ""

    let time (seconds: float) =
        if seconds >= 3600.0 then TimeSpan.FromSeconds(seconds).ToString(@"h\:mm\:ss")
        elif seconds >= 60.0 then TimeSpan.FromSeconds(seconds).ToString(@"m\:ss")
        else $"{int seconds}s"

    let perStep () =
        let ms = watch.Elapsed.TotalMilliseconds / float (max 1 seen)

        if ms >= 1000.0 then
            (ms / 1000.0).ToString("F1", CultureInfo.InvariantCulture) + "s/step"
        else
            ms.ToString("F0", CultureInfo.InvariantCulture) + "ms/step"

    /// The count of steps, how much of the bar is filled (of 20), and the time: what is left while steps run, what it took
    /// in the end.
    let parts (isOver: bool) : string * int * string =
        let elapsed = watch.Elapsed.TotalSeconds

        match steps with
        | ValueSome total ->
            let left = float (total - seen) * elapsed / float (max 1 seen)
            let count = (string seen).PadLeft((string total).Length) + $"/{total} "
            count, min 20 (seen * 20 / max 1 total), $" {time (if isOver then elapsed else left)} {perStep ()}"
        | ValueNone -> string seen, 0, $" {time elapsed} {perStep ()}"

    let overwrite (isOver: bool) (logs: Logs) : unit =
        let count, filled, rest = parts isOver
        let bar = if steps.IsNone then 0 else 20
        let rest = rest + values logs

        // A line that wraps could not be overwritten.
        let room = max 0 (console.Profile.Width - 1 - count.Length - bar)
        let rest = if isOver || rest.Length <= room then rest else rest.Substring(0, room)
        let line = $"{count}[green]{String('━', filled)}[/][grey]{String('━', bar - filled)}[/]"
        console.Write(ControlCode "\r\u001b[K")
        console.Markup line
        console.Profile.Out.Writer.Write rest
        console.Profile.Out.Writer.Flush()

    let start () : unit =
        shown <- -1.0
        seen <- 0
        watch.Restart()

    let step (batch: int) (logs: Logs) : unit =
        seen <- batch + 1

        // Ten times a second is enough for the eye.
        if isLive && watch.Elapsed.TotalSeconds - shown > 0.1 then
            shown <- watch.Elapsed.TotalSeconds
            overwrite false logs

    let finish (logs: Logs) : unit =
        if isLive then
            overwrite true logs
            console.WriteLine()
        else
            let count, _, rest = parts true

            // Long lines are left whole: a file has no width.
            console.Profile.Out.Writer.WriteLine($"{count.TrimEnd()} -{rest}{values logs}")
            console.Profile.Out.Writer.Flush()

    let alone (action: unit -> unit) : unit =
        if not inFit then
            action ()

    member private c.Begin() : unit =
        let read (key: string) =
            match c.Training.Parameters.TryGetValue key with
            | true, n -> ValueSome n
            | _ -> ValueNone

        epochs <- ValueOption.defaultValue 1 (read "epochs")
        steps <- read "steps"
        start ()

    override c.OnTrainBegin _ =
        inFit <- true
        c.Begin()

    override _.OnTrainEnd _ = inFit <- false

    override _.OnEpochBegin(epoch, _) =
        console.WriteLine $"Epoch {epoch + 1}/{epochs}"
        start ()

    override _.OnTrainBatchEnd(batch, logs) = step batch logs
    override _.OnEpochEnd(_, logs) = finish logs
    override c.OnTestBegin _ = alone c.Begin
    override _.OnTestBatchEnd(batch, logs) = alone (fun () -> step batch logs)
    override _.OnTestEnd logs = alone (fun () -> finish logs)
    override c.OnPredictBegin _ = alone c.Begin
    override _.OnPredictBatchEnd(batch, logs) = alone (fun () -> step batch logs)
    override _.OnPredictEnd logs = alone (fun () -> finish logs)
