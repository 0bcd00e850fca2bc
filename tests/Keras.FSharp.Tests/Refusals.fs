/// What tests of bad input share.
[<AutoOpen>]
module Keras.FSharp.Tests.Refusals

open Expecto
open Keras.FSharp

/// The work must raise the library's own exception, whose message has all the parts.
let refuses (parts: string list) (work: unit -> 'a) : unit =
    match
        (try
            Choice1Of2(work ())
         with :? KerasException as e ->
             Choice2Of2 e)
    with
    | Choice1Of2 _ -> failtest $"it did not fail; expected an error with {parts}"
    | Choice2Of2 e ->
        for part in parts do
            Expect.stringContains e.Message part "the message"
