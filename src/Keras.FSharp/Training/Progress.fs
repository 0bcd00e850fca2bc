/// What a run prints: a live bar with the remaining time and the metrics in a terminal, plain lines where the output goes
/// to a file.
namespace Keras.FSharp

open System
open System.Diagnostics
open System.Globalization
open Spectre.Console

/// The progress of `fit` (`keras.callbacks.ProgbarLogger`).
[<Sealed>]
type ProgbarLogger(?console: IAnsiConsole) =
    inherit Callback()
    let console = defaultArg console AnsiConsole.Console
    let isLive = not Console.IsOutputRedirected && console.Profile.Capabilities.Ansi
    let watch = Stopwatch()
    let mutable epochs = 1
    let mutable steps: int voption = ValueNone
    let mutable shown = -1.0
    let mutable seen = 0

    let number (x: float) =
        if x <> 0.0 && (abs x < 1e-3 || abs x >= 1e5) then
            x.ToString("0.000e+00", CultureInfo.InvariantCulture)
        else
            x.ToString("F4", CultureInfo.InvariantCulture)

    let values (logs: Logs) = logs |> List.map (fun (k, v) -> $"{k}: {number v}") |> String.concat " - "

    let time (seconds: float) =
        if seconds >= 3600.0 then TimeSpan.FromSeconds(seconds).ToString(@"h\:mm\:ss")
        elif seconds >= 60.0 then TimeSpan.FromSeconds(seconds).ToString(@"m\:ss")
        else $"{int seconds}s"

    let perStep (n: int) =
        let ms = watch.Elapsed.TotalMilliseconds / float (max 1 n)

        if ms >= 1000.0 then
            (ms / 1000.0).ToString("F1", CultureInfo.InvariantCulture) + "s/step"
        else
            ms.ToString("F0", CultureInfo.InvariantCulture) + "ms/step"

    let bar (n: int) =
        match steps with
        | ValueSome total ->
            let width = 20
            let filled = min width (n * width / max 1 total)
            let left = float (total - n) * watch.Elapsed.TotalSeconds / float (max 1 n)
            let head = (string n).PadLeft((string total).Length)

            $"{head}/{total} [green]{String('━', filled)}[/][grey]{String('━', width - filled)}[/] {time left} {perStep n}"
        | ValueNone -> $"{n} {time watch.Elapsed.TotalSeconds} {perStep n}"

    override c.OnTrainBegin _ =
        let p = c.Training.Parameters

        match p.TryGetValue "epochs" with
        | true, n -> epochs <- n
        | _ -> ()

        steps <-
            match p.TryGetValue "steps" with
            | true, n -> ValueSome n
            | _ -> ValueNone

    override _.OnEpochBegin(epoch, _) =
        console.WriteLine $"Epoch {epoch + 1}/{epochs}"
        shown <- -1.0
        seen <- 0
        watch.Restart()

    override _.OnTrainBatchEnd(batch, logs) =
        seen <- batch + 1

        // Ten times a second is enough for the eye.
        if isLive && watch.Elapsed.TotalSeconds - shown > 0.1 then
            shown <- watch.Elapsed.TotalSeconds
            console.Markup("\r" + bar seen + " - " + Markup.Escape(values logs) + "   ")

    override _.OnEpochEnd(_, logs) =
        let total =
            match steps with
            | ValueSome n -> $"{seen}/{n}"
            | ValueNone -> string seen

        let line = $"{total} - {time watch.Elapsed.TotalSeconds} {perStep seen} - {values logs}"

        if isLive then
            console.Markup("\r" + String(' ', max 0 (console.Profile.Width - 1)) + "\r")

        // Long lines are left whole: a file has no width.
        console.Profile.Out.Writer.WriteLine line
        console.Profile.Out.Writer.Flush()
