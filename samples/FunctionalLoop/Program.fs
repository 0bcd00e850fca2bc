module FunctionalLoop.Program

[<EntryPoint>]
let main _ =
    printfn "Nothing to run yet."
    0
