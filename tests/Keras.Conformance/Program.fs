module Keras.Conformance.Program

[<EntryPoint>]
let main _ =
    printfn "Nothing to run yet."
    0
