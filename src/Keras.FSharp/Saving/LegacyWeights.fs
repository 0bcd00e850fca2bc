/// Weights in HDF5 files of the older form (Keras 2, and Keras 3's `.h5` models): a group per layer, by its name, whose
/// attribute lists its variables. They are matched in the order of the layers, as Keras does; names do not count.
namespace Keras.FSharp

open System
open System.Collections.Generic
open Keras.FSharp.Saving

/// Reads weights of the older form.
[<RequireQualifiedAccess>]
module internal LegacyWeights =
    /// Where the layers are: at the root of a file of weights, or in the group of a model; none in other files.
    let root (file: H5File) : string option =
        [ ""; "/model_weights" ]
        |> List.tryFind (fun at -> (at = "" || file.HasGroup at) && (file.TryTexts(at, "layer_names")).IsSome)

    /// The layers of the file that have variables, with those in order.
    let private stored (file: H5File) (at: string) : (string * H5Dataset list) list =
        let names = file.TryTexts(at, "layer_names") |> Option.defaultValue []

        names
        |> List.map (fun layer ->
            let group = $"{at}/{layer}"

            let datasets =
                file.TryTexts(group, "weight_names")
                |> Option.defaultValue []
                |> List.map (fun name ->
                    match file.TryDataset $"{group}/{name}" with
                    | Some d -> d
                    | None -> Fail.file file.Where $"layer '{layer}' has no dataset '{name}'" "The file is malformed.")

            layer, datasets)
        |> List.filter (fun (_, datasets) -> not datasets.IsEmpty)

    /// The layers of the model that have weights, in order: those that are trained first, then the others.
    let private declared (model: Layer) (built: Blueprint) : (string * BuiltVariable list) list =
        let weights = built.Variables |> Array.filter (fun v -> v.Spec.IsWeight)
        let layerOf (v: BuiltVariable) = (Model.PathBelow(model, v).Split '/')[0]
        let own = weights |> Array.groupBy layerOf |> dict

        Model.Layers model
        |> List.choose (fun layer ->
            match own.TryGetValue layer.Name with
            | true, variables ->
                let trained, others = variables |> Array.partition (fun v -> v.Spec.Trainable)
                Some(layer.Name, List.ofArray trained @ List.ofArray others)
            | _ -> None)

    /// The values of the variables of a model from an open file. Every layer that does not fit is named; then nothing is
    /// given.
    let read (file: H5File) (at: string) (model: Layer) (built: Blueprint) : Variables =
        let layers, groups = declared model built, stored file at

        if layers.Length <> groups.Length then
            Fail.file
                file.Where
                $"it has {groups.Length} layers with weights, {model} has {layers.Length}"
                "The file belongs to another model, or to one with another top."

        let values = Dictionary<string, H5Dataset * DType>()

        let misfits = [
            for (name, variables), (group, datasets) in List.zip layers groups do
                let shapes (items: Dims list) = String.Join(", ", items)
                let own = variables |> List.map (fun v -> v.Spec.Shape)
                let found = datasets |> List.map (fun d -> d.Shape)

                if own <> found then
                    $"layer '{name}' has weights of the shapes {shapes own}, '{group}' in the file {shapes found}"
                else
                    for v, d in List.zip variables datasets do
                        values[v.Path] <- (d, v.Spec.DType)
        ]

        if not misfits.IsEmpty then
            let lines = String.Join("", misfits |> List.map (fun m -> "\n  - " + m))

            Fail.file
                file.Where
                $"it does not fit {model}; nothing was loaded.{lines}\n"
                "The file belongs to another model."

        Model.Partition(
            model,
            built,
            fun v ->
                match values.TryGetValue v.Path with
                | true, (dataset, dtype) ->
                    let a = H5Value.numbers dataset.Path (dataset.Read())
                    Lax.convert dtype (Tensor.ofBytes a.DType a.Shape (ReadOnlySpan a.Bytes))
                | _ -> Lax.zeros (Aval.make v.Spec.DType v.Spec.Shape)
        )
