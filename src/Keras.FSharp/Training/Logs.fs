/// The values of losses and metrics that a step, an evaluation or an epoch gives.
namespace Keras.FSharp

open System.Collections
open System.Collections.Generic

/// One value in logs.
[<RequireQualifiedAccess; NoEquality; NoComparison>]
type LogValue =
    /// One number.
    | Number of float
    /// Of a metric with several values, such as one per class.
    | Numbers of Tensor

    /// A tensor with one element is a number.
    static member ofTensor(t: Tensor) : LogValue =
        if t.Size = 1 then
            LogValue.Number(Tensor.toFloat (Lax.reshape Dims.Empty t))
        else
            LogValue.Numbers t

    /// The number; of several their mean, which is what Keras shows of them.
    member v.Mean: float =
        match v with
        | LogValue.Number x -> x
        | LogValue.Numbers t -> Tensor.toFloat (Ops.mean t)

/// Values of losses and metrics by name, in order: `logs["val_loss"]`. A metric with several values is a tensor
/// (`logs.Tensor "f1_score"`); where a number is asked for, it is their mean.
[<Sealed>]
type Logs(entries: (string * LogValue) seq) =
    let values = List.ofSeq entries
    let numbers = OrderedDictionary<string, float>()

    do
        for name, value in values do
            numbers[name] <- value.Mean

    let known (name: string) : unit =
        if not (numbers.ContainsKey name) then
            Fail.value "logs" $"there is no '{name}'" (Fail.didYouMean name numbers.Keys)

    /// Without any value.
    static member Empty: Logs = Logs []

    /// Names and values in order.
    member _.Entries: (string * LogValue) list = values

    /// The names in order.
    member _.Names: string list = values |> List.map fst

    /// The number under a name (of several numbers their mean); an error lists the names there are.
    member _.Item
        with get (name: string): float =
            known name
            numbers[name]

    /// The number under a name, if there is one.
    member _.TryFind(name: string) : float option = if numbers.ContainsKey name then Some numbers[name] else None

    /// The values under a name as a tensor: a scalar where there is one number.
    member _.Tensor(name: string) : Tensor =
        known name

        match values |> List.find (fun (k, _) -> k = name) |> snd with
        | LogValue.Numbers t -> t
        | LogValue.Number x -> Lax.scalar Backends.Config.FloatX x

    /// Names and numbers in order.
    member _.Pairs: (string * float) list = [ for pair in numbers -> pair.Key, pair.Value ]

    /// These values with one more, at the end; a former value of the name goes.
    member _.With(name: string, value: float) : Logs =
        Logs((values |> List.filter (fun (k, _) -> k <> name)) @ [ name, LogValue.Number value ])

    /// These values, then others.
    member _.Append(others: Logs) : Logs = Logs(values @ others.Entries)

    /// The same values under other names.
    member _.Rename(f: string -> string) : Logs = Logs(values |> List.map (fun (k, v) -> f k, v))

    /// Equal where names, order and numbers are.
    override l.Equals o =
        match o with
        | :? Logs as other -> l.Pairs = other.Pairs
        | _ -> false

    override l.GetHashCode() = hash l.Pairs
    override l.ToString() = l.Pairs |> List.map (fun (k, v) -> $"{k}: {v}") |> String.concat " - "

    interface IReadOnlyDictionary<string, float> with
        member _.Count = numbers.Count

        member l.Item
            with get name = l[name]

        member _.Keys = numbers.Keys
        member _.Values = numbers.Values
        member _.ContainsKey name = numbers.ContainsKey name
        member _.TryGetValue(name, value: byref<float>) = numbers.TryGetValue(name, &value)
        member _.GetEnumerator() : IEnumerator<KeyValuePair<string, float>> = numbers.GetEnumerator()
        member _.GetEnumerator() : IEnumerator = (numbers :> IEnumerable).GetEnumerator()
