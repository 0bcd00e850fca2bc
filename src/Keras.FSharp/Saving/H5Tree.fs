/// The content of an HDF5 file as a neutral tree of groups, datasets and attributes: what is read, and what is written.
namespace Keras.FSharp.Saving

open System
open Keras.FSharp

/// Texts in an HDF5 file: one (a scalar, `Shape` empty) or an array of them.
type H5Strings = {
    /// The texts, in row-major order.
    Items: string[]
    /// The sizes; empty for a scalar.
    Shape: Dims
    /// True if the file says ASCII, false for UTF-8. A text that is not ASCII is written as UTF-8 in any case.
    Ascii: bool
}

/// The value of an attribute or of a dataset.
[<RequireQualifiedAccess>]
type H5Value =
    /// Numbers and bools.
    | Numbers of ArrayData
    /// Texts.
    | Strings of H5Strings

/// A group with everything in it. Order of groups and datasets does not matter: files list them by name.
type H5Group = {
    /// The attributes of the group itself.
    Attributes: (string * H5Value) list
    /// The groups in it, by name.
    Groups: (string * H5Group) list
    /// The datasets in it, by name.
    Datasets: (string * H5Value) list
}

/// What a reader accepts from a file that may be hostile.
type H5Limits = {
    /// The most bytes of one dataset.
    MaxArrayBytes: int64
    /// Above this many bytes a dataset must not be `MaxRatio` times larger than what is stored of it.
    SparseAbove: int64
    /// The largest ratio of declared to stored size above `SparseAbove` bytes.
    MaxRatio: int64
}

/// Values of attributes and datasets.
[<RequireQualifiedAccess>]
module H5Value =
    /// One text, marked UTF-8: the attribute `name` of a `vars` group.
    let text (s: string) : H5Value = H5Value.Strings { Items = [| s |]; Shape = Dims.Empty; Ascii = false }

    /// One text, marked ASCII: `model_config` and its like in legacy files.
    let asciiText (s: string) : H5Value = H5Value.Strings { Items = [| s |]; Shape = Dims.Empty; Ascii = true }

    /// A list of texts, marked ASCII, as `layer_names` and `weight_names`. An empty list becomes what h5py makes of it,
    /// a float64 array of length 0.
    let asciiTexts (items: string seq) : H5Value =
        match Seq.toArray items with
        | [||] -> H5Value.Numbers(ArrayData.create DType.Float64 (Dims [| 0 |]) [||])
        | items -> H5Value.Strings { Items = items; Shape = Dims [| items.Length |]; Ascii = true }

    /// The texts of a value: of one text, of a list, or of an empty array of any type. `where` names it in the error.
    let texts (where: string) (value: H5Value) : string list =
        match value with
        | H5Value.Strings s -> Array.toList s.Items
        | H5Value.Numbers a when a.Bytes.Length = 0 -> []
        | H5Value.Numbers a ->
            Fail.file where $"Expected texts, found {DType.name a.DType} of shape {a.Shape}." "The file is malformed."

    /// The array of a value that holds numbers. `where` names it in the error.
    let numbers (where: string) (value: H5Value) : ArrayData =
        match value with
        | H5Value.Numbers a -> a
        | H5Value.Strings _ -> Fail.file where "Expected numbers, found texts." "The file is malformed."

/// Building and looking into trees.
[<RequireQualifiedAccess>]
module H5Group =
    /// A group with nothing in it.
    let empty: H5Group = { Attributes = []; Groups = []; Datasets = [] }

    /// The parts of a path such as `layers/dense/vars`; leading and double slashes do not count.
    let parts (path: string) : string list = path.Split('/', StringSplitOptions.RemoveEmptyEntries) |> Array.toList

    /// The group at a path below; the group itself for the empty path.
    let tryGroup (path: string) (group: H5Group) : H5Group option =
        (Some group, parts path)
        ||> List.fold (fun found name ->
            found |> Option.bind (fun g -> g.Groups |> List.tryFind (fun (n, _) -> n = name)) |> Option.map snd)

    /// The dataset at a path below.
    let tryDataset (path: string) (group: H5Group) : H5Value option =
        match List.rev (parts path) with
        | [] -> None
        | name :: above ->
            tryGroup (String.Join('/', List.rev above)) group
            |> Option.bind (fun g -> g.Datasets |> List.tryFind (fun (n, _) -> n = name))
            |> Option.map snd

    /// The attribute of a name.
    let tryAttribute (name: string) (group: H5Group) : H5Value option =
        group.Attributes |> List.tryFind (fun (n, _) -> n = name) |> Option.map snd

    let rec private change (path: string list) (f: H5Group -> H5Group) (group: H5Group) : H5Group =
        match path with
        | [] -> f group
        | name :: rest ->
            match List.tryFind (fun (n, _) -> n = name) group.Groups with
            | None -> { group with Groups = group.Groups @ [ name, change rest f empty ] }
            | Some _ ->
                let groups = group.Groups |> List.map (fun (n, g) -> n, (if n = name then change rest f g else g))

                { group with Groups = groups }

    /// The tree with the group at `path`, made if it is not there, changed by `f`.
    let update (path: string) (f: H5Group -> H5Group) (group: H5Group) : H5Group = change (parts path) f group

    /// The tree with a dataset at `path`; the groups on the way are made.
    let add (path: string) (value: H5Value) (group: H5Group) : H5Group =
        match List.rev (parts path) with
        | [] -> Fail.value "H5Group.add" "The path of a dataset is empty." "Give a path such as 'vars/0'."
        | name :: above ->
            group
            |> change (List.rev above) (fun g -> {
                g with
                    Datasets = List.filter (fun (n, _) -> n <> name) g.Datasets @ [ name, value ]
            })

    /// The group with an attribute.
    let withAttribute (name: string) (value: H5Value) (group: H5Group) : H5Group = {
        group with
            Attributes = List.filter (fun (n, _) -> n <> name) group.Attributes @ [ name, value ]
    }

/// The usual limits.
[<RequireQualifiedAccess>]
module H5Limits =
    /// One array at most as large as a .NET array; above 256 MiB at most a thousand times what is stored.
    let standard: H5Limits = {
        MaxArrayBytes = int64 Array.MaxLength
        SparseAbove = 0x1000_0000L
        MaxRatio = 1000L
    }
