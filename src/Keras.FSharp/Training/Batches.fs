/// Where batches come from: arrays in memory, or any sequence of batches.
namespace Keras.FSharp

open System
open System.Collections.Generic

/// One batch: inputs, targets and sample weights (one per output; none where an output has none). `Y` and `Weights` are
/// empty where there are none.
[<NoEquality; NoComparison>]
type Batch = {
    /// The inputs of the model.
    X: Tensor[]
    /// Its targets, one per output.
    Y: Tensor[]
    /// Sample weights, one per output.
    Weights: Tensor option[]
} with

    /// The number of samples.
    member b.Size = if b.X.Length = 0 then 0 else b.X[0].Shape[0]

/// Anything that gives batches, once per epoch.
type BatchSource =
    /// The number of batches of an epoch; none where it is not known.
    abstract Steps: int option

    /// The batches of an epoch (counted from 0).
    abstract Epoch: epoch: int -> Batch seq

/// Sources of batches.
[<RequireQualifiedAccess>]
module Batches =
    let private check (where: string) (b: Batch) : int =
        let all = [
            for i, x in Array.indexed b.X do
                $"x[{i}]", x
            for i, y in Array.indexed b.Y do
                $"y[{i}]", y
            for i, w in Array.indexed b.Weights do
                match w with
                | Some w -> $"sample_weight[{i}]", w
                | None -> ()
        ]

        match all with
        | [] -> Fail.value where "there is no data" "Pass x, and y for training."
        | (_, first) :: _ ->
            for name, t in all do
                if t.Rank = 0 then
                    Fail.value where $"{name} is a scalar" "Axis 0 counts the samples."

            let n = first.Shape[0]

            if all |> List.exists (fun (_, t) -> t.Shape[0] <> n) then
                let sizes = String.Join(", ", all |> List.map (fun (name, t) -> $"{name}: {t.Shape[0]}"))
                Fail.value where $"the numbers of samples differ: {sizes}" "Axis 0 of all arrays must have one size."

            if n = 0 then
                Fail.value where "the data is empty: 0 samples" "Pass at least one sample."

            n

    let private map (f: Tensor -> Tensor) (b: Batch) : Batch = {
        X = Array.map f b.X
        Y = Array.map f b.Y
        Weights = b.Weights |> Array.map (Option.map f)
    }

    /// Samples `first` to `last` (exclusive).
    let slice (first: int) (last: int) (b: Batch) : Batch = map (Lax.sliceAxis 0 first last) b

    /// Splits off the last part of the samples, as `validation_split` does, before any shuffling.
    let split (where: string) (fraction: float) (b: Batch) : Batch * Batch =
        let n = check where b

        if not (fraction > 0.0 && fraction < 1.0) then
            Fail.value where $"validation_split is {fraction}, expected a number between 0 and 1" ""

        let at = int (Math.Floor(float n * (1.0 - fraction)))

        if at = 0 || at = n then
            Fail.value
                where
                $"validation_split {fraction} of {n} samples leaves one part empty"
                "Choose another fraction or pass validation_data."

        slice 0 at b, slice at n b

    /// The batch with the weight of its class for each sample, on top of sample weights; classes without a weight count
    /// as 1. Targets are class numbers, or one-hot in their last axis. Only for one output, as in Keras.
    let withClassWeights (weights: IReadOnlyDictionary<int, float>) (b: Batch) : Batch =
        match b.Y with
        | [| y |] ->
            let labels =
                if y.Rank > 1 && y.Shape[y.Rank - 1] > 1 then
                    Lax.argReduce true (y.Rank - 1) y
                else
                    Lax.convert DType.Int32 (Lax.reshape (Dims.ofSeq [ y.Size ]) y)

            let values =
                Tensor.toArray<int> labels
                |> Array.map (fun l ->
                    match weights.TryGetValue l with
                    | true, w -> float32 w
                    | _ -> 1.0f)

            let w = Tensor.ofArray (labels.Shape.ToArray()) values

            let combined =
                match Array.tryItem 0 b.Weights with
                | Some(Some given) -> Lax.mul w (Lax.convert w.DType given)
                | _ -> w

            { b with Weights = [| Some combined |] }
        | ys ->
            Fail.value
                "fit"
                $"class_weight is given for {ys.Length} targets"
                "It works for one output; pass sample_weight instead."

    /// Arrays cut into batches; shuffled anew for each epoch where `shuffle` is given (a seed).
    let ofArrays (where: string) (batchSize: int) (shuffle: int option) (data: Batch) : BatchSource =
        let n = check where data

        if batchSize < 1 then
            Fail.value where $"batch_size is {batchSize}, expected 1 or more" ""

        let steps = (n + batchSize - 1) / batchSize

        {
            new BatchSource with
                member _.Steps = Some steps

                member _.Epoch epoch =
                    match shuffle with
                    | None -> Seq.init steps (fun i -> slice (i * batchSize) (min n ((i + 1) * batchSize)) data)
                    | Some seed ->
                        let order = Array.init n int32
                        Random(seed * 7919 + epoch).Shuffle order

                        Seq.init steps (fun i ->
                            let size = min batchSize (n - i * batchSize)
                            let index = Tensor.ofArray [ size ] (Array.sub order (i * batchSize) size)
                            map (Lax.gather 0 index) data)
        }

    /// A sequence of batches that is walked anew for each epoch; `steps` where it is known.
    let ofSeq (steps: int option) (batches: Batch seq) : BatchSource = {
        new BatchSource with
            member _.Steps = steps

            member _.Epoch _ = batches
    }

    /// A source whose epochs have `steps` batches each; the next epoch goes on where the last one ended, and the source
    /// begins anew when it is used up.
    let limited (where: string) (steps: int) (source: BatchSource) : BatchSource =
        if steps < 1 then
            Fail.value where $"steps_per_epoch is {steps}, expected 1 or more" ""

        let mutable current: IEnumerator<Batch> voption = ValueNone
        let mutable round = 0

        let rec next () : Batch =
            let e =
                match current with
                | ValueSome e -> e
                | ValueNone ->
                    let e = (source.Epoch round).GetEnumerator()
                    round <- round + 1
                    current <- ValueSome e

                    if not (e.MoveNext()) then
                        Fail.value where "the data is empty: it gave no batch" ""

                    e

            let batch = e.Current

            if not (e.MoveNext()) then
                e.Dispose()
                current <- ValueNone

            batch

        {
            new BatchSource with
                member _.Steps = Some steps

                member _.Epoch _ = Seq.init steps (fun _ -> next ())
        }
