module Keras.FSharp.Tests.SmokeTests

open Expecto

[<Tests>]
let tests =
    testList "smoke" [
        testCase "the test program runs" <| fun () -> Expect.equal (1 + 1) 2 "arithmetic"
        testProperty "FsCheck runs" <| fun (x: int) -> x + 0 = x
    ]
