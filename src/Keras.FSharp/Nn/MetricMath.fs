/// What metrics have in common: their records, and sums over samples with weights.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// How metrics are made and written down.
[<RequireQualifiedAccess>]
module internal MetricMath =
    /// The float type of a metric: that of the settings unless given.
    let dtype (given: DType option) : DType = defaultArg given Backends.Config.FloatX

    /// A variable that begins with zeros.
    let zeros (dtype: DType) (name: string) (shape: int list) : MetricVariable = {
        Name = name
        Initial = fun () -> Lax.full (Dims.ofSeq shape) dtype (Scalar.Int 0L)
    }

    /// A metric of one of Keras's classes, with its whole config.
    let makeOf
        (className: string)
        (name: string)
        (config: (string * Json) list)
        (variables: MetricVariable list)
        (update: Tensor[] -> Tensor -> Tensor -> Tensor -> Tensor[])
        (result: Tensor[] -> Tensor)
        : Metric = {
        Class = className
        Name = name
        Record = Serialized.toJson (Serialized.make "keras.metrics" className config)
        Variables = variables
        TakesMask = false
        Update = update
        Result = result
        Sized = None
    }

    /// A metric of one of Keras's classes; `config` is what stands behind name and dtype.
    let make className (name: string) (dtype: DType) (config: (string * Json) list) variables update result : Metric =
        let config = [ "name", Json.Text name; "dtype", Json.Text(DType.name dtype) ] @ config
        makeOf className name config variables update result

    /// Floats in the type of the metric; integers (class numbers) as they are.
    let real (dtype: DType) (x: Tensor) : Tensor = if DType.isFloat x.DType then Lax.convert dtype x else x

    /// Weights with axes of size 1 added behind theirs, so that they belong to the first axes of values of this rank.
    let leading (rank: int) (w: Tensor) : Tensor =
        if w.Rank >= rank then
            w
        else
            Lax.reshape (Dims.append w.Shape (Dims.own (Array.create (rank - w.Rank) 1))) w

    let private axes (first: int) (rank: int) = Dims.own [| for i in first .. rank - 1 -> i |]

    /// The sum of the values of the samples, and of their weights (their number where `weights` is null). Values of
    /// more than one axis count with their mean per sample. Source: `keras.src.metrics.reduction_metrics`.
    let sums (dtype: DType) (values: Tensor) (weights: Tensor) : struct (Tensor * Tensor) =
        let v = Lax.convert dtype values

        let meanOver (axes: Dims) (x: Tensor) =
            let n = axes |> Seq.fold (fun n a -> n * x.Shape[a]) 1
            Lax.scale (1.0 / float (max 1 n)) (Lax.sum axes x)

        if isNull weights then
            let samples = if v.Rank = 0 then 1 else v.Shape[0]
            let mean = if v.Rank > 1 then meanOver (axes 1 v.Rank) v else v
            struct (Lax.sumAll mean, Lax.scalar dtype (float samples))
        else
            let struct (v, w) = LossMath.sameRank v (Lax.convert dtype weights)

            if w.Rank > v.Rank then
                Fail.value
                    "metrics"
                    $"sample weights of shape {weights.Shape} do not fit values of shape {values.Shape}"
                    "Give one weight for each sample."

            let v = if v.Rank > w.Rank then meanOver (axes w.Rank v.Rank) v else v

            match Lax.tryBroadcastShapes v.Shape w.Shape with
            | Some shape when shape.Equals v.Shape ->
                let w = Lax.broadcastTo v.Shape w
                let product = Lax.mul v w
                let perSample (x: Tensor) = if x.Rank > 1 then meanOver (axes 1 x.Rank) x else x
                struct (Lax.sumAll (perSample product), Lax.sumAll (perSample w))
            | _ ->
                Fail.value
                    "metrics"
                    $"sample weights of shape {weights.Shape} do not fit values of shape {values.Shape}"
                    "Give one weight for each sample."

    /// A metric that is the weighted mean of values per sample; `finish` is applied to the mean.
    let mean className name dtype config (finish: Tensor -> Tensor) (values: Tensor -> Tensor -> Tensor) : Metric =
        let update (state: Tensor[]) (t: Tensor) (p: Tensor) (w: Tensor) =
            let struct (total, count) = sums dtype (values (real dtype t) (real dtype p)) w
            [| Lax.add state[0] total; Lax.add state[1] count |]

        {
            make className name dtype config [ zeros dtype "total" []; zeros dtype "count" [] ] update (fun state ->
                finish (LossMath.ratio state[0] state[1])) with
                TakesMask = true
        }

    /// Weights for each element of values of this shape: theirs belong to the first axes. Null stays null.
    let spread (shape: Dims) (w: Tensor) : Tensor =
        if isNull w then
            null
        else
            // One weight per sample may come with an axis of its own.
            let w =
                if w.Rank = shape.Rank + 1 && w.Shape[shape.Rank] = 1 then
                    Lax.reshape (Dims.removeAt shape.Rank w.Shape) w
                else
                    leading shape.Rank w

            match Lax.tryBroadcastShapes shape w.Shape with
            | Some s when s.Equals shape -> Lax.broadcastTo shape w
            | _ ->
                Fail.value
                    "metrics"
                    $"sample weights of shape {w.Shape} do not fit predictions of shape {shape}"
                    "Give one weight for each sample."
