/// Compares the library with results of real Keras, and serves other test suites.
module Keras.Conformance.Program

open System
open System.Collections.Generic
open System.IO
open System.Threading
open Keras.FSharp
open Keras.FSharp.Backends
open Keras.FSharp.Saving
open Keras.Conformance.Golden
open Keras.Conformance.Sessions

let private usage =
    """usage:
  run DIR [--group G] [--api PATTERN] [--filter PATTERN] [--backend NAME] [--served] [--verbose]
  test: runs ../shared/golden beside the repository, or the extract in tests/golden; then sessions with the server
  serve [--backend NAME]
  coverage FILE [--missing]
  extract SOURCE TARGET [--per-name N]
  signatures FILE"""

/// Options and plain arguments.
let rec private parse (flags: string list) (args: string list) : Map<string, string list> * string list =
    match args with
    | [] -> Map.empty, []
    | a :: rest when a.StartsWith "--" && List.contains a flags ->
        let options, plain = parse flags rest
        Map.add a [] options, plain
    | a :: value :: rest when a.StartsWith "--" ->
        let options, plain = parse flags rest
        let others = Map.tryFind a options |> Option.defaultValue []
        Map.add a (value :: others) options, plain
    | a :: rest ->
        let options, plain = parse flags rest
        options, a :: plain

/// The golden data of a checkout: all of it where it lies beside the repository, else the extract within.
let private goldenFolder () : string =
    let rec root (d: DirectoryInfo | null) =
        match d with
        | null -> Fail.state "test" "there is no Keras.sln above the program" "Run it from a checkout."
        | d when File.Exists(Path.Combine(d.FullName, "Keras.sln")) -> d.FullName
        | d -> root d.Parent

    let top = root (DirectoryInfo AppContext.BaseDirectory)
    let shared = Path.Combine(top, "..", "shared", "golden")
    if Directory.Exists shared then shared else Path.Combine(top, "tests", "golden")

/// Deeply nested requests need a deep stack.
let private deep (work: unit -> unit) : unit =
    let thread = Thread(work, 512 * 1024 * 1024)
    thread.Start()
    thread.Join()

/// The golden data, sessions with the server, one golden case of each name through the server, and the names that
/// `coverage` relies on.
let private test () : int =
    let all: Run.Options = { Groups = []; Api = None; Filter = None; Verbose = false }
    let folder = goldenFolder ()
    let golden = Run.folder all folder
    let mutable sessions = struct (0, 0)
    deep (fun () -> sessions <- Protocol.run ())
    let struct (passed, failed) = sessions
    printfn $"sessions: {passed} passed, {failed} failed"
    let seen = HashSet<string>()
    let client = Client()

    let first (c: Case) =
        if seen.Add $"{c.Group} {c.Api}" then
            Served.case client c
        else
            Outcome.Skipped "another case of the name was run"

    let served = Run.folderWith first all folder
    let stale = Coverage.stale ()

    for entry in stale do
        printfn $"coverage: there is no {entry}"

    if golden = 0 && failed = 0 && served = 0 && stale.IsEmpty then 0 else 1

let private command (args: string list) : int =
    let options, plain = parse [ "--verbose"; "--served"; "--missing" ] args
    let all name = Map.tryFind name options |> Option.defaultValue []
    let one name = List.tryHead (all name)

    let within f =
        match one "--backend" with
        | Some name -> Backends.Using(Backends.Get name, f)
        | None -> f ()

    match plain with
    | [ "run"; folder ] ->
        within (fun () ->
            Run.folderWith
                (if options.ContainsKey "--served" then Served.case (Client()) else Run.case)
                {
                    Groups = all "--group"
                    Api = one "--api"
                    Filter = one "--filter"
                    Verbose = options.ContainsKey "--verbose"
                }
                folder)
    | [ "test" ] -> within test
    | [ "serve" ] ->
        use output = Console.OpenStandardOutput()
        use input = Console.OpenStandardInput()
        // Only answers go to standard output.
        Console.SetOut Console.Error
        deep (fun () -> within (fun () -> Server.run input output))
        0
    | [ "coverage"; file ] ->
        Coverage.print (options.ContainsKey "--missing") (Json.parseAs file (File.ReadAllText file))
        0
    | [ "extract"; source; target ] ->
        let count = one "--per-name" |> Option.map int |> Option.defaultValue 2
        within (fun () -> Extract.run count source target)
        0
    | [ "signatures"; file ] ->
        Signatures.write (Json.parseAs file (File.ReadAllText file)) Console.Out
        0
    | _ ->
        eprintfn "%s" usage
        2

[<EntryPoint>]
let main args =
    try
        command (List.ofArray args)
    with
    | :? KerasException as e ->
        eprintfn "%s" e.Message
        2
    | :? IOException as e ->
        eprintfn "%s" e.Message
        2
