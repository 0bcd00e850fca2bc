/// The Python errors that failures stand for.
[<RequireQualifiedAccess>]
module Keras.Conformance.PythonError

open System
open System.IO
open System.Reflection
open Keras.FSharp

/// The name of the error (`Unsupported` where this program or the library lacks something) and its message.
let rec ofExn (e: exn) : string * string =
    match e with
    | Missing what -> "Unsupported", what
    | BadRequest reason -> "BadRequest", reason
    | Mismatch reason -> "TypeError", reason
    | KerasException(kind, _, _, _) ->
        let name =
            match kind with
            | FailureKind.InvalidType -> "TypeError"
            | FailureKind.Unsupported -> "NotImplementedError"
            | FailureKind.Runtime -> "RuntimeError"
            | FailureKind.InvalidIndex -> "IndexError"
            | _ -> "ValueError"

        name, e.Message
    | :? TargetInvocationException as outer when not (isNull outer.InnerException) ->
        ofExn (Unchecked.nonNull outer.InnerException)
    | :? FileNotFoundException
    | :? DirectoryNotFoundException -> "FileNotFoundError", e.Message
    | :? IOException
    | :? UnauthorizedAccessException -> "OSError", e.Message
    | _ -> "RuntimeError", $"{e.GetType().Name}: {e.Message}"
