/// The callbacks of Keras that steer a run: stopping, saving, learning rates, logs.
namespace Keras.FSharp

open System
open System.Collections.Generic
open System.Globalization
open System.IO

/// Whether larger or smaller values of a monitored quantity are better.
type private Direction(monitor: string, mode: string, where: string) =
    let larger =
        match mode with
        | "max" -> true
        | "min" -> false
        | "auto" ->
            // What measures agreement grows, what measures error shrinks.
            [ "acc"; "auc"; "precision"; "recall"; "f1"; "iou"; "score" ]
            |> List.exists (fun word -> monitor.Contains(word, StringComparison.OrdinalIgnoreCase))
        | _ -> Fail.value where $"mode is '{mode}'" "Known are 'auto', 'min' and 'max'."

    member _.Worst = if larger then Double.NegativeInfinity else Double.PositiveInfinity

    member _.Improves(value: float, best: float, minDelta: float) =
        if larger then value - minDelta > best else value + minDelta < best

/// A monitored value in the logs. Epochs without it are passed over, as epochs without validation are; a message says so
/// once.
type private Monitor(where: string, name: string) =
    let mutable told = false

    member _.Find(logs: Logs) : float voption =
        match logs.TryFind name with
        | Some v -> ValueSome v
        | None ->
            if not told then
                told <- true
                eprintfn "keras: %s: there is no '%s' in the logs. %s" where name (Fail.didYouMean name logs.Names)

            ValueNone

/// Stops when a monitored quantity has stopped improving (`keras.callbacks.EarlyStopping`).
[<Sealed>]
type EarlyStopping
    (
        ?monitor: string,
        ?minDelta: float,
        ?patience: int,
        ?mode: string,
        ?baseline: float,
        ?restoreBestWeights: bool,
        ?startFromEpoch: int
    ) =
    inherit Callback()
    let monitor = defaultArg monitor "val_loss"
    let minDelta = abs (defaultArg minDelta 0.0)
    let patience = defaultArg patience 0
    let restore = defaultArg restoreBestWeights false
    let start = defaultArg startFromEpoch 0
    let direction = Direction(monitor, defaultArg mode "auto", "EarlyStopping")
    let monitored = Monitor("EarlyStopping", monitor)
    let mutable best = direction.Worst
    let mutable kept: (Variables * int) option = None
    let mutable wait = 0
    let mutable stopped = 0

    /// The epoch after which training was stopped; 0 if it was not.
    member _.StoppedEpoch = stopped

    /// The best value so far.
    member _.Best = best

    override _.OnTrainBegin _ =
        wait <- 0
        stopped <- 0
        best <- direction.Worst
        kept <- None

    override c.OnEpochEnd(epoch, logs) =
        // A copy is needed: the step overwrites the variables in place.
        let keep () =
            if restore then
                kept <- Some(Structure.map Tensor.copy c.Training.Variables, epoch)

        match monitored.Find logs with
        | ValueSome value when epoch >= start ->
            if kept.IsNone then
                keep ()

            wait <- wait + 1

            if direction.Improves(value, best, minDelta) then
                best <- value
                keep ()

                if baseline |> Option.forall (fun b -> direction.Improves(value, b, minDelta)) then
                    wait <- 0
            elif wait >= patience && epoch > 0 then
                stopped <- epoch
                c.Training.StopTraining <- true
        | _ -> ()

    override c.OnTrainEnd _ =
        match kept with
        | Some(best, _) when restore -> c.Training.Variables <- best
        | _ -> ()

/// Saves the model or its weights at the end of epochs, or after a number of batches (`keras.callbacks.ModelCheckpoint`).
/// `{epoch}` (counted from 1, `{epoch:02d}` with zeros) and names of logs (`{val_loss:.4f}`) in the path are replaced.
[<Sealed>]
type ModelCheckpoint
    (
        filepath: string,
        ?monitor: string,
        ?saveBestOnly: bool,
        ?saveWeightsOnly: bool,
        ?mode: string,
        ?saveFreq: int,
        ?initialValueThreshold: float
    ) =
    inherit Callback()
    let monitor = defaultArg monitor "val_loss"
    let bestOnly = defaultArg saveBestOnly false
    let weightsOnly = defaultArg saveWeightsOnly false
    let direction = Direction(monitor, defaultArg mode "auto", "ModelCheckpoint")
    let monitored = Monitor("ModelCheckpoint", monitor)
    let mutable best = defaultArg initialValueThreshold direction.Worst
    let mutable epoch = 0
    let mutable batches = 0

    do
        let needed = if weightsOnly then ".weights.h5" else ".keras"

        if not (filepath.EndsWith needed) then
            Fail.value "ModelCheckpoint" $"the path '{filepath}' does not end in '{needed}'" "Change its ending."

    /// Puts the values of the logs into the path.
    static member internal Expand(path: string, epoch: int, logs: Logs) : string =
        let values = ("epoch", float (epoch + 1)) :: logs.Pairs

        (path, values)
        ||> List.fold (fun text (name, value) ->
            Text.RegularExpressions.Regex.Replace(
                text,
                @"\{" + Text.RegularExpressions.Regex.Escape name + @"(:[^}]*)?\}",
                fun m ->
                    let format = m.Groups[1].Value.TrimStart ':'

                    if name = "epoch" then
                        let digits = format.TrimStart('0').TrimEnd 'd'
                        let width = if digits = "" then 0 else int digits
                        (string (epoch + 1)).PadLeft(width, '0')
                    elif format.StartsWith "." && format.EndsWith "f" then
                        value.ToString("F" + format.Trim('.', 'f'), CultureInfo.InvariantCulture)
                    else
                        value.ToString("R", CultureInfo.InvariantCulture)
            ))

    member private c.Save(logs: Logs) =
        let isDue =
            if bestOnly then
                match monitored.Find logs with
                | ValueSome value when direction.Improves(value, best, 0.0) ->
                    best <- value
                    true
                | _ -> false
            else
                true

        if isDue then
            let path = ModelCheckpoint.Expand(filepath, epoch, logs)

            match Path.GetDirectoryName path with
            | null
            | "" -> ()
            | folder -> Directory.CreateDirectory folder |> ignore

            c.Training.Save path

    /// The best value so far.
    member _.Best = best

    override _.OnEpochBegin(e, _) = epoch <- e

    override c.OnTrainBatchEnd(_, logs) =
        match saveFreq with
        | Some n ->
            batches <- batches + 1

            if batches % n = 0 then
                c.Save logs
        | None -> ()

    override c.OnEpochEnd(_, logs) =
        if saveFreq.IsNone then
            c.Save logs

/// Sets the learning rate at the beginning of each epoch: `schedule epoch rate`, and adds it to the logs as
/// `learning_rate` (`keras.callbacks.LearningRateScheduler`).
[<Sealed>]
type LearningRateScheduler(schedule: Func<int, float, float>) =
    inherit Callback()

    override c.OnEpochBegin(epoch, _) =
        let rate = schedule.Invoke(epoch, c.Training.LearningRate)

        if not (Double.IsFinite rate) then
            Fail.value
                "LearningRateScheduler"
                $"the schedule gave {rate} for epoch {epoch}"
                "It must give a finite number."

        c.Training.LearningRate <- rate

    override c.OnEpochEnd(_, _) = c.Training.Log("learning_rate", c.Training.LearningRate)

/// Lowers the learning rate when a quantity has stopped improving; the logs get the rate of the epoch as `learning_rate`
/// (`keras.callbacks.ReduceLROnPlateau`).
[<Sealed>]
type ReduceLROnPlateau
    (?monitor: string, ?factor: float, ?patience: int, ?mode: string, ?minDelta: float, ?cooldown: int, ?minLr: float) =
    inherit Callback()
    let monitor = defaultArg monitor "val_loss"
    let factor = defaultArg factor 0.1
    let patience = defaultArg patience 10
    let minDelta = defaultArg minDelta 1e-4
    let cooldown = defaultArg cooldown 0
    let minLr = defaultArg minLr 0.0
    let direction = Direction(monitor, defaultArg mode "auto", "ReduceLROnPlateau")
    let monitored = Monitor("ReduceLROnPlateau", monitor)
    let mutable best = direction.Worst
    let mutable wait = 0
    let mutable cooling = 0

    do
        if factor >= 1.0 then
            Fail.value "ReduceLROnPlateau" $"factor is {factor}" "It must be below 1."

    override _.OnTrainBegin _ =
        best <- direction.Worst
        wait <- 0
        cooling <- 0

    override c.OnEpochEnd(_, logs) =
        c.Training.Log("learning_rate", c.Training.LearningRate)

        match monitored.Find logs with
        | ValueNone -> ()
        | ValueSome value ->
            if cooling > 0 then
                cooling <- cooling - 1
                wait <- 0

            if direction.Improves(value, best, minDelta) then
                best <- value
                wait <- 0
            elif cooling = 0 then
                wait <- wait + 1
                let old = c.Training.LearningRate

                if wait >= patience && old > minLr then
                    c.Training.LearningRate <- max (old * factor) minLr
                    cooling <- cooldown
                    wait <- 0

/// Writes the logs of each epoch as a line of a CSV file (`keras.callbacks.CSVLogger`).
[<Sealed>]
type CSVLogger(filename: string, ?separator: string, ?append: bool) =
    inherit Callback()
    let separator = defaultArg separator ","
    let append = defaultArg append false
    let mutable names: string list = []

    override _.OnTrainBegin _ =
        names <- []

        if not append && File.Exists filename then
            File.Delete filename

    override _.OnEpochEnd(epoch, logs) =
        use writer = new StreamWriter(filename, true)

        if names.IsEmpty then
            names <- List.sort logs.Names

            if FileInfo(filename).Length = 0L then
                writer.WriteLine(String.Join(separator, "epoch" :: names))

        let plain (x: float) = x.ToString("R", CultureInfo.InvariantCulture)

        let text name =
            match logs.Entries |> List.tryFind (fun (k, _) -> k = name) with
            | Some(_, LogValue.Number x) -> plain x
            | Some(_, LogValue.Numbers t) ->
                let numbers = Tensor.toArray<float>(Tensor.cast DType.Float64 t) |> Array.map plain
                "\"[" + String.Join(", ", numbers) + "]\""
            | None -> "NA"

        writer.WriteLine(String.Join(separator, string epoch :: (names |> List.map text)))

/// Stops when the loss is not a number or infinite (`keras.callbacks.TerminateOnNaN`). With `findOperation` the variables
/// are copied before each step, and the message names the first operation that made such a number;
/// `Trainer.FirstNaN` and `Debugging.firstNaN` find it without.
[<Sealed>]
type TerminateOnNaN(?findOperation: bool) =
    inherit Callback()
    let findOperation = defaultArg findOperation false
    let mutable before: Variables voption = ValueNone
    let mutable found: string option = None

    /// The operation that was found.
    member _.Operation = found

    override _.OnTrainBegin _ = found <- None

    override c.OnTrainBatchBegin(_, _) =
        if findOperation then
            before <- ValueSome(Structure.map Tensor.copy c.Training.Variables)

    override c.OnTrainBatchEnd(batch, logs) =
        match logs.TryFind "loss" with
        | Some loss when not (Double.IsFinite loss) ->
            match before with
            | ValueSome variables -> found <- c.Training.FirstNaN variables
            | ValueNone -> ()

            let made =
                match found with
                | Some operation -> $"; {operation} made it"
                | None -> ""

            eprintfn "keras: batch %d: the loss is %f%s; training stops" batch loss made
            c.Training.StopTraining <- true
        | _ -> ()

/// Calls functions at the events of a run (`keras.callbacks.LambdaCallback`).
[<Sealed>]
type LambdaCallback
    (
        ?onEpochBegin: Action<int, Logs>,
        ?onEpochEnd: Action<int, Logs>,
        ?onTrainBegin: Action<Logs>,
        ?onTrainEnd: Action<Logs>,
        ?onTrainBatchBegin: Action<int, Logs>,
        ?onTrainBatchEnd: Action<int, Logs>
    ) =
    inherit Callback()
    override _.OnEpochBegin(e, l) = onEpochBegin |> Option.iter (fun f -> f.Invoke(e, l))
    override _.OnEpochEnd(e, l) = onEpochEnd |> Option.iter (fun f -> f.Invoke(e, l))
    override _.OnTrainBegin l = onTrainBegin |> Option.iter (fun f -> f.Invoke l)
    override _.OnTrainEnd l = onTrainEnd |> Option.iter (fun f -> f.Invoke l)
    override _.OnTrainBatchBegin(b, l) = onTrainBatchBegin |> Option.iter (fun f -> f.Invoke(b, l))
    override _.OnTrainBatchEnd(b, l) = onTrainBatchEnd |> Option.iter (fun f -> f.Invoke(b, l))
