/// Gradients and shape inference of any call, from its arguments alone.
namespace Keras.Conformance

open System
open System.Collections.Generic
open Keras.FSharp

/// Transformed calls.
[<RequireQualifiedAccess>]
module Calls =
    /// Outputs, and the gradients of L = Σ output ⊙ cotangent by path. `cotangents` by position of the flattened
    /// output; none means ones for every floating output. `leaves` are the tensors by path, `run` computes with
    /// others in place of those of `wrt`. A null gradient: L does not depend on it.
    let gradients
        (leaves: (string * Tensor) list)
        (run: (string -> Tensor -> Tensor) -> Datum)
        (cotangents: Map<int, Tensor> option)
        (wrt: string list)
        : Datum * (string * Tensor) list =
        let at path =
            match leaves |> List.tryFind (fun (p, _) -> p = path) with
            | Some(_, x) -> x
            | None -> raise (BadRequest $"there is no array at '{path}'")

        let xs = wrt |> List.map at |> List.toArray
        let mutable result = Datum.Null

        let f (ys: Tensor[]) =
            let replaced = Dictionary<string, Tensor>()
            List.iteri (fun i path -> replaced[path] <- ys[i]) wrt

            result <-
                run (fun path x ->
                    match replaced.TryGetValue path with
                    | true, y -> y
                    | _ -> x)

            Datum.tensors result |> List.toArray

        let struct (outs, pullback) = Tape.vjp f xs

        let seeds =
            outs
            |> Array.mapi (fun i y ->
                match cotangents with
                | None -> if DType.isDifferentiable y.DType then Lax.onesLike y else null
                | Some given ->
                    match Map.tryFind i given with
                    | Some ct when DType.isDifferentiable y.DType -> Lax.convert y.DType (Lax.reshape y.Shape ct)
                    | _ -> null)

        let order = Queue(outs)
        // Results are lists of tensors here, whose order both walks share.
        let value = Datum.map (fun _ _ -> Datum.Tensor(order.Dequeue())) "" result

        let grads =
            if Array.forall isNull seeds then
                Array.create xs.Length null
            else
                pullback seeds

        value, List.zip wrt (List.ofArray grads)

    /// The sizes that stand for an unknown one; what differs between both is unknown in the result.
    let private first, second = 83, 89

    let private inferOnce (run: Tensor[] -> Datum) (avals: Aval[]) : Datum =
        let mutable form = Datum.Null

        let outs =
            Stage.outputs
                (fun xs ->
                    form <- run xs
                    Datum.tensors form |> List.toArray)
                avals

        let order = Queue(outs)
        Datum.map (fun _ _ -> Datum.Spec(order.Dequeue())) "" form

    let rec private merge (a: Datum) (b: Datum) : Datum =
        match a, b with
        | Datum.Spec x, Datum.Spec y when x.Rank = y.Rank ->
            Datum.Spec(Aval.withShape (Dims.ofSeq (Seq.map2 (fun m n -> if m = n then m else -1) x.Shape y.Shape)) x)
        | Datum.List xs, Datum.List ys when xs.Length = ys.Length -> Datum.List(List.map2 merge xs ys)
        | Datum.Int x, Datum.Int y when x <> y -> Datum.Null
        | _ -> a

    /// What a function of tensors gives for inputs of these shapes (-1 where unknown). An unknown size is tried with
    /// two different numbers; where no number but one of the known sizes fits (as in a product of matrices), with
    /// that.
    let infer (run: Tensor[] -> Datum) (avals: Aval[]) : Datum =
        let unknown = [|
            for i in 0 .. avals.Length - 1 do
                for axis in 0 .. avals[i].Rank - 1 do
                    if avals[i].Shape[axis] < 0 then
                        i, axis
        |]

        let known =
            avals
            |> Seq.collect (fun a -> a.Shape)
            |> Seq.filter (fun n -> n >= 0)
            |> Seq.distinct
            |> Seq.toList

        let filled (sizes: int[]) =
            avals
            |> Array.mapi (fun i a ->
                let shape = a.Shape.ToArray()

                unknown
                |> Array.iteri (fun k (j, axis) ->
                    if j = i then
                        shape[axis] <- sizes[k])

                Aval.withShape (Dims.ofSeq shape) a)

        if unknown.Length = 0 then
            inferOnce run avals
        else
            // -1 marks what stays open.
            let candidates = seq {
                Array.create unknown.Length -1

                for k in 0 .. unknown.Length - 1 do
                    for n in known do
                        Array.init unknown.Length (fun i -> if i = k then n else -1)

                for n in known do
                    Array.create unknown.Length n
            }

            let attempt (sizes: int[]) =
                try
                    let with' stand = inferOnce run (filled (sizes |> Array.map (fun n -> if n < 0 then stand else n)))
                    Ok(merge (with' first) (with' second))
                with :? KerasException as e ->
                    Error(e :> exn)

            let mutable reason: exn option = None

            let found =
                candidates
                |> Seq.tryPick (fun sizes ->
                    match attempt sizes with
                    | Ok v -> Some v
                    | Error e ->
                        reason <- Option.orElse (Some e) reason
                        None)

            match found, reason with
            | Some v, _ -> v
            | None, Some e -> raise e
            | None, None -> Datum.Null

    let rec private hasSpec (v: Datum) =
        match v with
        | Datum.Spec _ -> true
        | Datum.List items -> List.exists hasSpec items
        | Datum.Dict pairs -> pairs |> List.exists (snd >> hasSpec)
        | _ -> false

    /// True if symbolic tensors stand among the arguments.
    let isSymbolic (a: Arguments) : bool = List.exists hasSpec a.Args || (a.Kwargs |> List.exists (snd >> hasSpec))

    /// Calls a function of tensors and symbolic tensors with symbols in place of the latter.
    let symbolic (a: Arguments) (run: Arguments -> Datum) : Datum =
        let avals = List<Aval>()

        let rec collect v =
            match v with
            | Datum.Spec s -> avals.Add s
            | Datum.List items -> List.iter collect items
            | Datum.Dict pairs -> pairs |> List.iter (snd >> collect)
            | _ -> ()

        List.iter collect a.Args
        a.Kwargs |> List.iter (snd >> collect)

        let fill (xs: Tensor[]) =
            let order = Queue xs

            let rec put v =
                match v with
                | Datum.Spec _ -> Datum.Tensor(order.Dequeue())
                | Datum.List items -> Datum.List(List.map put items)
                | Datum.Dict pairs -> Datum.Dict(pairs |> List.map (fun (k, x) -> k, put x))
                | other -> other

            let args = List.map put a.Args
            let kwargs = a.Kwargs |> List.map (fun (k, v) -> k, put v)
            run { Args = args; Kwargs = kwargs }

        infer fill (avals.ToArray())
