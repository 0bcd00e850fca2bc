module Keras.FSharp.Tests.Program

open Expecto
open Expecto.Impl

/// Runs every test of this assembly, then prints `N passed, N failed` as the last line. Fails when a test failed, and also
/// when none ran. `child NAME` runs a program that tests start.
[<EntryPoint>]
let main args =
    match args with
    | [| "child"; name |] -> Children.main name
    | _ ->

        let passed = ref 0
        let failed = ref 0
        let usual = TestPrinters.defaultPrinter

        let counting = {
            usual with
                summary =
                    fun config summary ->
                        passed.Value <- passed.Value + summary.passed.Length
                        failed.Value <- failed.Value + summary.failed.Length + summary.errored.Length
                        usual.summary config summary
        }

        let code = runTestsInAssemblyWithCLIArgs [ CLIArguments.Printer counting ] args
        printfn "%d passed, %d failed" passed.Value failed.Value

        if code <> 0 then code
        elif passed.Value = 0 then 1
        else 0
