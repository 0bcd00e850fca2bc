/// The records of losses and metrics: what all classes have in common.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// How losses are made and written down.
[<AbstractClass; Sealed>]
type internal LossRecord private () =
    static let reductions = [
        "sum_over_batch_size", Reduction.SumOverBatchSize
        "sum", Reduction.Sum
        "mean", Reduction.Mean
        "mean_with_sample_weight", Reduction.MeanWithSampleWeight
        "none", Reduction.None
    ]

    /// Reads `reduction`; null is none.
    static member Reduction(c: ConfigReader) : Reduction =
        match c.TextOption("reduction", Some "sum_over_batch_size") with
        | None -> Reduction.None
        | Some name ->
            match List.tryFind (fun (key, _) -> key = name) reductions with
            | Some(_, r) -> r
            | None ->
                Fail.value c.Where $"argument 'reduction' is '{name}'" (Fail.didYouMean name (List.map fst reductions))

    /// Reads `dtype`: a name, null, or the record of a dtype policy, whose name then counts.
    static member DType(c: ConfigReader) : DType option =
        let named (name: string) =
            match DType.tryParse name with
            | Some d -> d
            | None -> Fail.value c.Where $"argument 'dtype' is '{name}'" "It must be the name of an element type."

        match c.Any "dtype" with
        | None -> None
        | Some(Json.Text name) -> Some(named name)
        | Some record ->
            match (Serialized.ofJson $"{c.Where}.dtype" record).Config with
            | [ "name", Json.Text name ] -> Some(named name)
            | _ -> Fail.value c.Where "argument 'dtype' is not understood" "It must be the name of an element type."

    /// One number, or one for each class.
    static member alpha(alpha: float list) : Json =
        match alpha with
        | [ one ] -> Json.Float one
        | each -> Json.Array(each |> List.map Json.Float)

    /// Axes, or null for all.
    static member axes(axes: int list option) : Json =
        match axes with
        | None -> Json.Null
        | Some list -> ConfigJson.integers list

    /// A loss of one of Keras's classes.
    static member make
        (
            className: string,
            defaultName: string,
            reduction: Reduction option,
            name: string option,
            dtype: DType option,
            config: (string * Json) list,
            values: Tensor -> Tensor -> Tensor
        ) : Loss =
        let name = defaultArg name defaultName
        let reduction = defaultArg reduction Reduction.SumOverBatchSize
        let written = reductions |> List.find (fun (_, r) -> r = reduction) |> fst

        let config = [ "name", Json.Text name; "reduction", Json.Text written ] @ config

        {
            Class = className
            Name = name
            Reduction = reduction
            Record = Serialized.toJson (Serialized.make "keras.losses" className config)
            DType = dtype
            Values =
                fun t p ->
                    let struct (t, p) = LossMath.sameRank t p
                    values t p
            Valid = None
            Check = None
        }
