/// What a loss is, and how the values of the samples become one number.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// How values of samples become a loss (`reduction`).
[<RequireQualifiedAccess>]
type Reduction =
    /// The sum.
    | Sum
    /// The sum over the number of values; sample weights do not change the number.
    | SumOverBatchSize
    /// The same.
    | Mean
    /// The sum over the sum of the sample weights.
    | MeanWithSampleWeight
    /// No reduction.
    | None

/// A loss (`keras.losses.Loss`): its record, and the function from targets and predictions to values per sample.
[<NoEquality; NoComparison>]
type Loss = {
    /// As `MeanSquaredError`.
    Class: string
    /// As `mean_squared_error`.
    Name: string
    /// What is made of the losses of the samples.
    Reduction: Reduction
    /// The record: class name and config as Keras writes them; a bare name for losses given as functions.
    Record: Json
    /// The float type that the loss computes in; None: the float type of the settings.
    DType: DType option
    /// (y_true, y_pred) to values, the last axis reduced where the loss says so.
    Values: Tensor -> Tensor -> Tensor
    /// (y_true, y_pred, values) to a mask of the values that count, as with `ignore_class`; None: all count.
    Valid: (Tensor -> Tensor -> Tensor -> Tensor) option
    /// Refuses targets that the loss has no meaning for, given the shape of the predictions: class numbers out of
    /// range. It reads the targets, so they must have values; None: any targets will do.
    Check: (Tensor -> Dims -> unit) option
}

/// Reduction of losses.
[<RequireQualifiedAccess>]
module Loss =
    /// Removes or adds a last axis of size 1 so that ranks agree (`squeeze_or_expand_to_same_rank`).
    let private alignRanks (values: Tensor) (weights: Tensor) : Tensor =
        if weights.Rank = values.Rank + 1 && weights.Shape[weights.Rank - 1] = 1 then
            Lax.reshape (Dims.removeAt (weights.Rank - 1) weights.Shape) weights
        elif values.Rank = weights.Rank + 1 && weights.Rank > 0 then
            Lax.reshape (Dims.insert weights.Rank 1 weights.Shape) weights
        else
            weights

    let private weighted (values: Tensor) (weights: Tensor) : Tensor =
        let w = alignRanks values (Lax.convert values.DType weights)

        match Lax.tryBroadcastShapes values.Shape w.Shape with
        | Some _ -> w
        | None ->
            Fail.value
                "losses"
                $"sample weights of shape {weights.Shape} do not fit values of shape {values.Shape}"
                "Give one weight for each sample."

    /// Values to the loss: weighted, masked, reduced. `weights` and `mask` may be null. Source:
    /// `keras.losses.Loss.__call__`.
    let reduce (reduction: Reduction) (dtype: DType) (values: Tensor) (weights: Tensor) (mask: Tensor) : Tensor =
        let values = Lax.convert dtype values

        let maskWeight =
            if isNull mask then
                null
            else
                let m = weighted values mask

                match reduction with
                | Reduction.Mean
                | Reduction.SumOverBatchSize ->
                    // Masked values do not count in the mean: the others are raised accordingly.
                    let total = Lax.scalar dtype (float m.Size)
                    let valid = Lax.shift Backends.Config.Epsilon (Lax.sumAll m)
                    Lax.mul m (Lax.div total valid)
                | _ -> m

        let w =
            if isNull weights then maskWeight
            elif isNull maskWeight then weighted values weights
            else Lax.mul (weighted values weights) maskWeight

        let product = if isNull w then values else Lax.mul values w

        match reduction with
        | Reduction.None -> product
        | Reduction.Sum -> Lax.sumAll product
        | Reduction.Mean
        | Reduction.SumOverBatchSize -> Lax.scale (1.0 / float (max 1 product.Size)) (Lax.sumAll product)
        | Reduction.MeanWithSampleWeight ->
            let total =
                if isNull w then
                    Lax.scalar dtype (float product.Size)
                else
                    Lax.sumAll (Lax.broadcastTo product.Shape w)

            let zero = Lax.eq total (Lax.zerosLike total)
            let safe = Lax.select zero (Lax.onesLike total) total
            Lax.select zero (Lax.zerosLike total) (Lax.div (Lax.sumAll product) safe)

    /// Refuses targets that the loss has no meaning for; a no-op for targets without values (in a traced function).
    let check (loss: Loss) (yTrue: Tensor) (predictions: Dims) : unit =
        match loss.Check, yTrue.Value with
        | Some f, Value.Concrete _ -> f yTrue predictions
        | _ -> ()

    /// The loss of targets and predictions; `weights` and `mask` may be null.
    let apply (loss: Loss) (yTrue: Tensor) (yPred: Tensor) (weights: Tensor) (mask: Tensor) : Tensor =
        let dtype = defaultArg loss.DType Backends.Config.FloatX
        let real (x: Tensor) = if DType.isFloat x.DType then Lax.convert dtype x else x
        check loss yTrue yPred.Shape
        let t, p = real yTrue, real yPred
        let values = loss.Values t p

        let mask =
            match loss.Valid with
            | None -> mask
            | Some valid ->
                let own = valid t p values
                if isNull mask then own else Lax.logicalAnd (Lax.convert DType.Bool mask) own

        reduce loss.Reduction dtype values weights mask
