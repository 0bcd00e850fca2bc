/// Runs golden cases and reports on them.
[<RequireQualifiedAccess>]
module Keras.Conformance.Golden.Run

open System
open System.IO.Enumeration
open Keras.FSharp
open Keras.Conformance

/// Which cases are run and how.
type Options = {
    Groups: string list
    /// Patterns with `*` and `?`, or parts of names.
    Api: string option
    Filter: string option
    Verbose: bool
}

let private checker (group: string) : (Case -> unit) option =
    match group with
    | "initializers" -> Some ObjectCases.initializer
    | "regularizers" -> Some ObjectCases.regularizer
    | "constraints" -> Some ObjectCases.constraint'
    | "schedules" -> Some ObjectCases.schedule
    | "losses" -> Some ObjectCases.loss
    | "metrics" -> Some ObjectCases.metric
    | "optimizers" -> Some ObjectCases.optimizer
    | "models" -> Some ModelCases.check
    | "training" -> Some TrainingCases.check
    | "dtypes" -> Some FunctionCases.checkDTypes
    | "random" -> Some FunctionCases.checkRandom
    | "errors" -> Some ErrorCases.check
    | "activations"
    | "losses_functions"
    | "metrics_functions"
    | "utils" -> Some FunctionCases.check
    | _ when group.StartsWith "ops_" -> Some FunctionCases.check
    | _ when group.StartsWith "layers_" -> Some LayerCases.check
    | _ -> None

/// Checks one case.
let case (c: Case) : Outcome =
    match Known.reason c, checker c.Group with
    | Some reason, _ -> Outcome.Skipped reason
    | None, None -> Outcome.Skipped $"the group '{c.Group}' is not known here"
    | None, Some check ->
        try
            check c
            Outcome.Passed
        with
        | Missing what -> Outcome.Skipped $"{what} is missing"
        | Different reason -> Outcome.Failed reason
        | Mismatch reason -> Outcome.Failed reason
        | :? KerasException as e -> Outcome.Failed e.Message
        | e -> Outcome.Failed $"{e.GetType().Name}: {e.Message}"

let private matches (pattern: string option) (name: string) =
    match pattern with
    | None -> true
    | Some p ->
        FileSystemName.MatchesSimpleExpression(p, name, true)
        || name.Contains(p, StringComparison.OrdinalIgnoreCase)

/// Checks the cases of a folder; prints a line for each that fails and ends with the counts. 1 if one failed or none ran.
let folderWith (check: Case -> Outcome) (options: Options) (folder: string) : int =
    let mutable passed, failed, skipped = 0, 0, 0

    for group in Cases.groups folder do
        if options.Groups.IsEmpty || List.contains group options.Groups then
            let before = struct (passed, failed, skipped)
            let watch = Diagnostics.Stopwatch.StartNew()

            for c in Cases.read folder group do
                if matches options.Api c.Api && matches options.Filter c.Id then
                    match check c with
                    | Outcome.Passed -> passed <- passed + 1
                    | Outcome.Failed reason ->
                        failed <- failed + 1
                        let line = reason.Replace('\n', ' ')
                        printfn $"{c.Id}: {line}"
                    | Outcome.Skipped reason ->
                        skipped <- skipped + 1

                        if options.Verbose then
                            printfn $"{c.Id}: skipped: {reason}"

            if options.Verbose then
                let struct (p, f, s) = before

                let counts = $"{passed - p} passed, {failed - f} failed, {skipped - s} skipped"
                printfn $"# {group}: {counts} in {watch.ElapsedMilliseconds} ms"

    printfn $"{passed} passed, {failed} failed, {skipped} skipped"
    if failed > 0 || passed = 0 then 1 else 0

/// Runs the cases of a folder.
let folder (options: Options) (path: string) : int = folderWith case options path
