/// The table of a model's layers, as Keras prints it.
[<RequireQualifiedAccess>]
module Keras.FSharp.Summary

open System
open System.Collections.Generic
open System.Globalization
open System.Text

[<NoEquality; NoComparison>]
type private Row = { Name: string; Shape: string; Count: string; From: string }

let private size (bytes: int64) : string =
    let units = [| "B"; "KB"; "MB"; "GB"; "TB" |]
    let mutable value = float bytes
    let mutable unit = 0

    while value >= 1024.0 && unit < units.Length - 1 do
        value <- value / 1024.0
        unit <- unit + 1

    value.ToString("F2", CultureInfo.InvariantCulture) + " " + units[unit]

let private grouped (n: int64) : string = n.ToString("#,0", CultureInfo.InvariantCulture)

let private shapes (xs: Dims[]) : string =
    match xs with
    | [| one |] -> string one
    | many -> String.Join(", ", many |> Array.map string)

/// What each layer of a model gave when the model was built, and the number of its variables' elements.
let private rows (model: Layer) (blueprint: Blueprint) (nested: bool) (withSources: bool) : Row list =
    let count (prefix: string) =
        blueprint.Variables
        |> Seq.filter (fun v -> v.Spec.IsWeight && v.Path.StartsWith(prefix + "/"))
        |> Seq.sumBy (fun v -> v.Spec.Shape.Size)

    let rec walk (model: Layer) (path: string) (depth: int) : Row list =
        let label (l: Layer) =
            (if depth = 0 then "" else String.replicate (depth - 1) "     " + "   └ ") + $"{l.Name} ({l.Class})"

        let inner (l: Layer) =
            if nested && Model.IsModel l then
                walk l (path + "/" + l.Name) (depth + 1)
            else
                []

        match Model.Graph model with
        | Some g ->
            let isSequential =
                match Model.Content model with
                | Some(ModelContent.Sequential _) -> true
                | _ -> false

            let index (t: KerasTensor) =
                let calls = g.Nodes |> Array.filter (fun n -> obj.ReferenceEquals(n.Layer, t.Node.Layer))
                let i = calls |> Array.findIndex (fun n -> obj.ReferenceEquals(n, t.Node))
                $"{t.Node.Layer.Name}[{i}][{t.Index}]"

            [
                for l in g.Layers do
                    if not (isSequential && l.Class = "InputLayer") then
                        let calls = g.Nodes |> Array.filter (fun n -> obj.ReferenceEquals(n.Layer, l))

                        let sources =
                            calls
                            |> Array.collect (fun n ->
                                (n.Arguments |> List.collect Argument.tensors)
                                @ (n.Keywords |> List.collect (snd >> Argument.tensors))
                                |> List.toArray)
                            |> Array.map index

                        {
                            Name = label l
                            Shape = shapes (calls[0].Outputs |> Array.map (fun t -> t.Shape))
                            Count = grouped (count (path + "/" + l.Name))
                            From =
                                if not withSources || depth > 0 then "-"
                                elif sources.Length = 0 then "-"
                                else String.Join(", ", sources)
                        }

                        yield! inner l
            ]
        | None -> [
            for l in Model.Layers model do
                {
                    Name = label l
                    Shape = "?"
                    Count = grouped (count (path + "/" + l.Name))
                    From = "-"
                }

                yield! inner l
          ]

    walk model model.Name 0

let private wrap (width: int) (text: string) : string list =
    let rec go (rest: string) acc =
        if rest.Length <= width then
            List.rev (rest :: acc)
        else
            let at =
                match rest.LastIndexOf(' ', width) with
                | -1
                | 0 -> width
                | i -> i

            go (rest.Substring(at).TrimStart()) (rest.Substring(0, at) :: acc)

    go text []

let private table (widths: int[]) (rightAligned: int) (header: string[]) (body: string[] list) : string =
    let sb = StringBuilder()

    let rule (left: char) (fill: char) (middle: char) (right: char) =
        let parts = widths |> Array.map (fun w -> String(fill, w))
        sb.Append(left).Append(String.Join(string middle, parts)).Append(right).Append('\n') |> ignore

    let line (bar: char) (cells: string[]) =
        let wrapped = Array.map2 (fun w c -> wrap (w - 2) c |> List.toArray) widths cells
        let height = wrapped |> Array.map Array.length |> Array.max

        for k in 0 .. height - 1 do
            let parts =
                wrapped
                |> Array.mapi (fun i lines ->
                    let text = if k < lines.Length then lines[k] else ""
                    let inner = widths[i] - 2

                    " " + (if i = rightAligned then text.PadLeft inner else text.PadRight inner) + " ")

            sb.Append(bar).Append(String.Join(string bar, parts)).Append(bar).Append('\n') |> ignore

    rule '┏' '━' '┳' '┓'
    line '┃' header
    rule '┡' '━' '╇' '┩'

    body
    |> List.iteri (fun i cells ->
        if i > 0 then
            rule '├' '─' '┼' '┤'

        line '│' cells)

    rule '└' '─' '┴' '┘'
    sb.ToString()

/// The table of layers with output shapes and numbers of parameters. Nested models are listed with `expandNested`;
/// `optimizer` are the variables of an optimizer, which are counted below the table. Source: `keras.Model.summary`.
let text (model: Layer) (blueprint: Blueprint) (lineLength: int) (expandNested: bool) (optimizer: Aval[]) : string =
    let isPlain =
        match Model.Content model with
        | Some(ModelContent.Functional g) ->
            // A chain of layers needs no column for what is connected to what.
            g.Nodes |> Array.forall (fun n -> (n.Arguments |> List.collect Argument.tensors).Length <= 1)
            && g.Inputs.Length = 1
            && (g.Nodes
                |> Array.collect (fun n -> n.Arguments |> List.collect Argument.tensors |> List.toArray)
                |> Array.countBy (fun t -> t.Node.Layer.Name)
                |> Array.forall (fun (_, k) -> k = 1))
        | _ -> true

    let rows = rows model blueprint expandNested (not isPlain)
    let length = max 40 lineLength

    let widths, header =
        if isPlain then
            let free = length - 4
            let shape, count = free * 32 / 90, free * 18 / 90
            [| free - shape - count; shape; count |], [| "Layer (type)"; "Output Shape"; "Param #" |]
        else
            let free = length - 5
            let shape, count, from = free * 22 / 85, free * 14 / 85, free * 23 / 85

            [| free - shape - count - from; shape; count; from |],
            [| "Layer (type)"; "Output Shape"; "Param #"; "Connected to" |]

    let cells (r: Row) =
        if isPlain then
            [| r.Name; r.Shape; r.Count |]
        else
            [| r.Name; r.Shape; r.Count; r.From |]

    let weights = blueprint.Variables |> Array.filter (fun v -> v.Spec.IsWeight)

    let trainable, frozen = weights |> Array.partition (fun v -> v.Trainable && v.Owner.Trainable)

    let total (avals: (int64 * DType) seq) =
        let n = avals |> Seq.sumBy fst
        let bytes = avals |> Seq.sumBy (fun (n, d) -> n * int64 (DType.size d))
        $"{grouped n} ({size bytes})"

    let ofVariables (vs: BuiltVariable[]) = vs |> Array.map (fun v -> v.Spec.Shape.Size, v.Spec.DType)

    let ofOptimizer = optimizer |> Array.map (fun a -> a.Shape.Size, a.DType)
    let sb = StringBuilder()

    sb.Append($"Model: \"{model.Name}\"\n").Append(table widths 2 header (rows |> List.map cells))
    |> ignore

    let all = Array.append (ofVariables weights) ofOptimizer

    sb
        .Append($" Total params: {total all}\n")
        .Append($" Trainable params: {total (ofVariables trainable)}\n")
        .Append($" Non-trainable params: {total (ofVariables frozen)}\n")
    |> ignore

    if optimizer.Length > 0 then
        sb.Append($" Optimizer params: {total ofOptimizer}\n") |> ignore

    sb.ToString()
