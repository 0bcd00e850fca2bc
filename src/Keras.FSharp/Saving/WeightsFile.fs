/// The variables of a model in an HDF5 file, as `.weights.h5` files and `.keras` archives hold them: one group per
/// layer, whose path follows the structure of the model and not the names of the layers.
namespace Keras.FSharp

open System
open System.Collections.Generic
open Keras.FSharp.Saving

/// A group of a weights file: a layer with its variables, or a list of layers, and the groups in it.
[<NoEquality; NoComparison>]
type internal WeightGroup = {
    /// The name of the group within the one around it; empty for the model.
    Name: string
    /// Other names that older files have for it.
    OtherNames: string list
    /// None for a list of layers.
    Layer: Layer option
    /// The variables in the order in which they are numbered.
    Variables: BuiltVariable[]
    Groups: WeightGroup list
}

/// What loading did besides giving values.
type LoadReport = {
    /// What did not fit and was passed over, one line for each.
    Warnings: string list
}

/// The groups of a model.
[<RequireQualifiedAccess>]
module internal WeightGroup =
    let private container (name: string) (others: string list) (groups: WeightGroup list) : WeightGroup = {
        Name = name
        OtherNames = others
        Layer = None
        Variables = [||]
        Groups = groups
    }

    /// The name of a class within a list of layers: that of the Python class, which differs from the exported one once.
    let private classGroup (layer: Layer) : string =
        match layer.Class with
        | "GroupQueryAttention" -> "grouped_query_attention"
        | name -> Naming.snakeCase name

    /// Attributes in Keras's order: alphabetical, those with an underscore in front last.
    let private attributeKey (attribute: string) : string =
        if attribute.StartsWith '_' then "~" + attribute else attribute

    /// Keras Core kept some layers under names with an underscore that have none now.
    let private otherAttribute (attribute: string) : string list =
        if attribute.StartsWith '_' then
            [ attribute.Substring 1 ]
        else
            [ "_" + attribute ]

    /// The attribute under which models have all their layers.
    let private listName = "layers"

    let private sortOrdinal (key: 'a -> string) (items: 'a list) : 'a list =
        items |> List.sortWith (fun a b -> String.CompareOrdinal(key a, key b))

    /// The groups of a model that was built. A layer that is used more than once has the group where it is met first.
    let ofModel (model: Layer) (blueprint: Blueprint) : WeightGroup =
        let own = Dictionary<obj, List<BuiltVariable>>(ReferenceEqualityComparer.Instance)
        let key (layer: Layer) = Unchecked.nonNull (box layer)

        for v in blueprint.Variables |> Seq.filter (fun v -> v.Spec.IsWeight) do
            match own.TryGetValue(key v.Owner) with
            | true, list -> list.Add v
            | _ ->
                let list = List<BuiltVariable>()
                list.Add v
                own[key v.Owner] <- list

        let visited = HashSet<obj>(ReferenceEqualityComparer.Instance)

        let rec visit (name: string) (others: string list) (layer: Layer) : WeightGroup option =
            if visited.Add(key layer) then
                let variables =
                    match own.TryGetValue(key layer) with
                    | true, list ->
                        let trainable, other = list |> Seq.toArray |> Array.partition (fun v -> v.Spec.Trainable)
                        Array.append trainable other
                    | _ -> [||]

                Some {
                    Name = name
                    OtherNames = others
                    Layer = Some layer
                    Variables = variables
                    Groups = groups layer
                }
            else
                None

        and groups (layer: Layer) : WeightGroup list =
            let layers =
                match Model.Content layer with
                | Some(ModelContent.Sequential(layers, _)) -> layers |> List.filter (fun l -> l.Class <> "InputLayer")
                | Some(ModelContent.Functional g) ->
                    List.ofArray g.Layers |> List.filter (fun l -> not (GraphOperations.isModule l.Parts.Module))
                | None -> []

            let list (layers: Layer list) = container listName [ "_layer_checkpoint_dependencies" ] (numbered layers)

            match Model.Content layer with
            | Some _ -> list layers :: attributes layer.Children
            | None when Model.IsModel layer ->
                // The list of all layers is one attribute among the others: what comes after it is found there.
                let all = layer.Children |> List.map snd |> List.distinctBy key
                let named = layer.Children |> List.filter (fun (attribute, _) -> attribute <> listName + "/")
                attributes (named @ [ for child in all -> listName + "/", child ])
            | None -> attributes layer.Children

        /// The groups of attributes in Keras's order; the same layer may stand under several.
        and attributes (children: (string * Layer) list) : WeightGroup list =
            let inList =
                dict [
                    for child, name in
                        children |> List.filter (fun (a, _) -> a = listName + "/") |> List.map snd |> names do
                        key child, $"{listName}/{name}"
                ]

            let others (attribute: string) (child: Layer) =
                otherAttribute attribute
                @ (match inList.TryGetValue(key child) with
                   | true, path -> [ path ]
                   | _ -> [])

            children
            |> List.groupBy fst
            |> sortOrdinal (fun (attribute, _) -> attributeKey (attribute.TrimEnd '/'))
            |> List.collect (fun (attribute, children) ->
                if attribute.EndsWith '/' then
                    let name = attribute.TrimEnd '/'
                    [ container name (otherAttribute name) (numbered (List.map snd children)) ]
                else
                    children |> List.choose (fun (_, child) -> visit attribute (others attribute child) child))

        /// The layers of a list with their names there: by class and counted, those included that were visited before.
        and names (layers: Layer list) : (Layer * string) list =
            let counts = Dictionary<string, int>()

            layers
            |> List.map (fun l ->
                let name = classGroup l

                let n =
                    match counts.TryGetValue name with
                    | true, n -> n
                    | _ -> 0

                counts[name] <- n + 1
                l, (if n = 0 then name else $"{name}_{n}"))

        and numbered (layers: Layer list) : WeightGroup list =
            names layers |> List.choose (fun (l, name) -> visit name [] l)

        let root = visit "" [] model |> Option.defaultValue (container "" [] [])

        for v in blueprint.Variables do
            if not (visited.Contains(key v.Owner)) then
                Fail.state
                    $"{model}"
                    $"{v.Owner} is used in its call and is no part of it, so its variables would be lost in files"
                    "Keep it in an attribute of the model or layer that calls it."

        root

/// Writing and reading of variables and of the state of optimizers.
[<RequireQualifiedAccess>]
module WeightsFile =
    let private array (x: Tensor) : H5Value = H5Value.Numbers(ArrayData.create x.DType x.Shape (Tensor.bytes x))

    /// A `vars` group: numbered datasets, and the name of the object as an attribute.
    let private vars (name: string) (values: Tensor seq) : H5Group = {
        Attributes = [ "name", H5Value.text name ]
        Groups = []
        Datasets = [ for i, x in Seq.indexed values -> string i, array x ]
    }

    /// The built model: for the shapes of its Input, or for those it was built for.
    let internal blueprint (model: Layer) : Blueprint =
        match Model.Graph model, Seq.tryHead model.Blueprints.Values with
        | None, Some(:? Blueprint as b) -> b
        | _ -> Model.Build model

    let private optimizerGroup (optimizer: Optimizer) (state: OptimizerState) : H5Group =
        let inner =
            match optimizer.Kind with
            | OptimizerKind.LossScale(inner, _, _) ->
                // The variables of the optimizer inside stand in both places.
                let own = state.Variables.Length - state.Slots.Length + 2

                [
                    "inner_optimizer",
                    {
                        H5Group.empty with
                            Groups = [ "vars", vars inner.Settings.Name (Seq.skip own state.Variables) ]
                    }
                ]
            | OptimizerKind.Rule _ -> []

        {
            H5Group.empty with
                Groups = inner @ [ "vars", vars optimizer.Settings.Name state.Variables ]
        }

    /// The content of a weights file: the variables of a model, and the state of an optimizer if one is given.
    let write (model: Layer) (variables: Variables) (optimizer: (Optimizer * OptimizerState) option) : H5Group =
        let values = Dictionary<string, Tensor>()

        for path, x in Seq.append (Tree.toPairs variables.Params) (Tree.toPairs variables.State) do
            values[path] <- x

        let value (v: BuiltVariable) =
            let path = Model.PathBelow(model, v)

            match values.TryGetValue path with
            | true, x -> x
            | _ ->
                Fail.value $"{model}" $"there is no value for its variable '{path}'" "Save the variables of this model."

        let rec group (g: WeightGroup) : H5Group = {
            H5Group.empty with
                Groups = [
                    for inner in g.Groups do
                        inner.Name, group inner
                    match g.Layer with
                    | Some layer -> "vars", vars layer.Name (g.Variables |> Seq.map value)
                    | None -> ()
                ]
        }

        let root = group (WeightGroup.ofModel model (blueprint model))

        match optimizer with
        | Some(o, state) -> {
            root with
                Groups = root.Groups @ [ "optimizer", optimizerGroup o state ]
          }
        | None -> root

    /// A dataset as a variable of another numeric type.
    let private converted (dataset: H5Dataset) (dtype: DType) : Tensor =
        let a = H5Value.numbers dataset.Path (dataset.Read())
        Lax.convert dtype (Tensor.ofBytes a.DType a.Shape (ReadOnlySpan a.Bytes))

    let private count (n: int) (one: string) : string = if n = 1 then $"1 {one}" else $"{n} {one}s"

    let private countOf (variables: 'a[]) : string = count variables.Length "variable"

    /// Datasets that are numbered from 0 on without a gap.
    let private numbered (file: H5File) (group: string) : H5Dataset[] =
        Seq.initInfinite (fun i -> file.TryDataset $"{group}/{i}")
        |> Seq.takeWhile Option.isSome
        |> Seq.choose id
        |> Seq.toArray

    /// What stands against reading a dataset as a variable; none if nothing does.
    let private misfit (name: string) (shape: Dims) (d: H5Dataset) : string option =
        match d.DType with
        | None -> Some $"'{name}' is no array of numbers in the file"
        | Some t when DType.isComplex t -> Some $"'{name}' is complex in the file"
        | Some _ when not (d.Shape.Equals shape) -> Some $"'{name}' has shape {shape}, in the file {d.Shape}"
        | Some _ -> None

    /// Reads the variables of a model from an open file, below the group `root`. Every layer that does not fit is
    /// named, with what was expected and found; then nothing is given, or with `skipMismatch` those layers keep the
    /// values of `current`.
    let read
        (file: H5File)
        (root: string)
        (model: Layer)
        (current: Variables option)
        (skipMismatch: bool)
        : Variables * LoadReport =
        let built = blueprint model
        let found = Dictionary<string, H5Dataset * DType>()
        let misfits = List<string>()

        let check (layer: Layer) (path: string) (variables: BuiltVariable[]) =
            let datasets = numbered file $"{path}/vars"
            let names = variables |> Array.map (fun v -> $"{v.Spec.Name} {v.Spec.Shape}")

            let wrong =
                if datasets.Length <> variables.Length then
                    let shapes = datasets |> Array.map (fun d -> string d.Shape)
                    let list (items: string[]) = if items.Length = 0 then "" else " (" + String.Join(", ", items) + ")"

                    [ $"it has {countOf variables}{list names}, the file {datasets.Length}{list shapes}" ]
                else
                    Array.map2 (fun (v: BuiltVariable) d -> misfit v.Spec.Name v.Spec.Shape d) variables datasets
                    |> Array.choose id
                    |> Array.toList

            if wrong.IsEmpty then
                Array.iter2
                    (fun (v: BuiltVariable) d -> found[Model.PathBelow(model, v)] <- (d, v.Spec.DType))
                    variables
                    datasets
            else
                let reasons = String.Join("; ", wrong)
                let place = path.Substring(root.Length).TrimStart('/')
                misfits.Add $"{layer} (group '{place}'): {reasons}"

        let rec visit (path: string) (g: WeightGroup) =
            match g.Layer with
            | Some layer -> check layer path g.Variables
            | None -> ()

            for inner in g.Groups do
                let names = inner.Name :: inner.OtherNames

                let name =
                    names |> List.tryFind (fun n -> file.HasGroup $"{path}/{n}") |> Option.defaultValue inner.Name

                visit $"{path}/{name}" inner

        visit root (WeightGroup.ofModel model built)

        if misfits.Count > 0 && not skipMismatch then
            let layers = count misfits.Count "layer"
            let lines = String.Join("", misfits |> Seq.map (fun m -> "\n  - " + m))

            Fail.file
                file.Where
                $"{layers} of {model} do not fit the file; nothing was loaded.{lines}\n"
                "The file belongs to another model, or the model was changed."

        // All is read before anything is given.
        let values = Dictionary<string, Tensor>()

        for pair in found do
            let dataset, dtype = pair.Value
            values[pair.Key] <- converted dataset dtype

        let before =
            match current with
            | Some v -> Seq.append (Tree.toPairs v.Params) (Tree.toPairs v.State) |> dict
            | None -> dict []

        let value (v: BuiltVariable) =
            let path = Model.PathBelow(model, v)

            match values.TryGetValue path, before.TryGetValue path with
            | (true, x), _
            | _, (true, x) -> x
            | _ when not v.Spec.IsWeight -> Lax.zeros (Aval.make v.Spec.DType v.Spec.Shape)
            | _ ->
                Fail.state
                    $"{model}"
                    $"its variable '{path}' is not in the file and has no value yet"
                    "Give the current variables, or load without skipping."

        Model.Partition(model, built, value), { Warnings = List.ofSeq misfits }

    /// Reads the state of an optimizer on these parameters from an open file, below the group `root`. None, and a line
    /// that says why, where the file does not hold it: such an optimizer starts afresh.
    let readOptimizer
        (file: H5File)
        (root: string)
        (optimizer: Optimizer)
        (parameters: Tree<Tensor>)
        : OptimizerState option * LoadReport =
        let fresh = Optimizers.init optimizer parameters
        let names = Optimizers.variableNames optimizer (Optimizers.parametersOf parameters)
        let expected = fresh.Variables
        let datasets = numbered file $"{root}/optimizer/vars"

        let wrong =
            if datasets.Length <> expected.Length then
                Some $"it has {countOf expected}, the file {datasets.Length}"
            else
                Array.map3 (fun name (x: Tensor) d -> misfit name x.Shape d) names expected datasets
                |> Array.tryPick id

        match wrong with
        | Some reason ->
            let line = $"optimizer '{optimizer.Settings.Name}' ({optimizer.Class}) starts afresh: {reason}"
            None, { Warnings = [ line ] }
        | None ->
            let variables = Array.map2 (fun (x: Tensor) d -> converted d x.DType) expected datasets
            Some(Optimizers.ofVariables optimizer (Optimizers.parametersOf parameters) variables), { Warnings = [] }
