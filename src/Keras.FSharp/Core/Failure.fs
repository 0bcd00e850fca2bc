/// The one exception of this library: which op or layer refused, what it was given, why, and what to do.
namespace Keras.FSharp

open System

/// What kind of failure it is; the conformance server and the C# facade map it to their own error types.
type FailureKind =
    /// A value, shape, axis or name that cannot be used (Python's ValueError).
    | InvalidValue = 0
    /// An argument of the wrong kind, a missing or an unexpected argument (Python's TypeError).
    | InvalidType = 1
    /// The operation exists in Keras but is refused there as well (Python's NotImplementedError).
    | Unsupported = 2
    /// A file or a record in one that is malformed or not acceptable.
    | InvalidFile = 3
    /// A tensor or model used in a state in which it cannot be used (released, escaped tracer, not built …).
    | InvalidState = 4
    /// The computation itself failed.
    | Runtime = 5
    /// An index that does not exist (Python's IndexError).
    | InvalidIndex = 6

/// Raised for every refusal of this library. `Where` names the op (`ops.matmul`) or the layer and its path
/// (`layers.Dense "encoder/dense_1"`); `Reason` says what was given and what was expected; `Hint` what to do.
exception KerasException of kind: FailureKind * where: string * reason: string * hint: string with
    /// The op or layer path.
    member e.Where = e.where

    /// What was given and what was expected.
    member e.Reason = e.reason

    /// What to do about it; may be empty.
    member e.Hint = e.hint

    /// What kind of failure it is.
    member e.Kind = e.kind

    override e.Message =
        let ended = e.reason.EndsWith '.' || e.reason.EndsWith '?' || e.reason.EndsWith '!'

        let hint =
            if String.IsNullOrEmpty e.hint then ""
            elif ended then " " + e.hint
            else ". " + e.hint

        if e.where = "" then e.reason + hint else $"{e.where}: {e.reason}{hint}"

/// Raises failures.
[<RequireQualifiedAccess>]
module Fail =
    /// A wrong value, shape, axis or name.
    let value (where: string) (reason: string) (hint: string) : 'a =
        raise (KerasException(FailureKind.InvalidValue, where, reason, hint))

    /// An index or class number that does not exist.
    let index (where: string) (reason: string) (hint: string) : 'a =
        raise (KerasException(FailureKind.InvalidIndex, where, reason, hint))

    /// An argument of the wrong kind.
    let wrongType (where: string) (reason: string) (hint: string) : 'a =
        raise (KerasException(FailureKind.InvalidType, where, reason, hint))

    /// Refused as Keras refuses it.
    let unsupported (where: string) (reason: string) (hint: string) : 'a =
        raise (KerasException(FailureKind.Unsupported, where, reason, hint))

    /// A malformed or unacceptable file.
    let file (where: string) (reason: string) (hint: string) : 'a =
        raise (KerasException(FailureKind.InvalidFile, where, reason, hint))

    /// Something used in a state in which it cannot be used.
    let state (where: string) (reason: string) (hint: string) : 'a =
        raise (KerasException(FailureKind.InvalidState, where, reason, hint))

    /// The computation failed.
    let runtime (where: string) (reason: string) (hint: string) : 'a =
        raise (KerasException(FailureKind.Runtime, where, reason, hint))

    /// The names among `known` that look like `given`, best first, at most three: for "did you mean".
    let near (given: string) (known: string seq) : string list =
        let distance (a: string) (b: string) =
            let a, b = a.ToLowerInvariant(), b.ToLowerInvariant()
            let mutable previous = Array.init (b.Length + 1) id

            for i in 1 .. a.Length do
                let row = Array.zeroCreate (b.Length + 1)
                row[0] <- i

                for j in 1 .. b.Length do
                    let cost = if a[i - 1] = b[j - 1] then 0 else 1
                    row[j] <- min (min (row[j - 1] + 1) (previous[j] + 1)) (previous[j - 1] + cost)

                previous <- row

            previous[b.Length]

        known
        |> Seq.distinct
        |> Seq.map (fun k -> distance given k, k)
        |> Seq.filter (fun (d, k) ->
            d <= max 2 (max given.Length k.Length / 3) || (given.Length > 2 && k.Contains given))
        |> Seq.sortBy fst
        |> Seq.truncate 3
        |> Seq.map snd
        |> Seq.toList

    /// A hint with near names, or the whole list where nothing is near.
    let didYouMean (given: string) (known: string seq) : string =
        match near given known with
        | [] ->
            "Known are: "
            + String.Join(", ", known |> Seq.distinct |> Seq.sort |> Seq.map (fun k -> $"'{k}'"))
            + "."
        | names -> "Did you mean " + String.Join(" or ", names |> List.map (fun k -> $"'{k}'")) + "?"
