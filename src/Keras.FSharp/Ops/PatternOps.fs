/// keras.ops.numpy: axes rearranged by a pattern in words, and distinct values.
namespace Keras.FSharp

open System

/// What `Ops.uniqueAll` found.
[<NoEquality; NoComparison>]
type UniqueValues = {
    /// The distinct values in rising order.
    Values: Tensor
    /// Where each of them stands first: int64.
    Indices: Tensor
    /// For every value of the input which of the distinct ones it is: int64.
    Inverse: Tensor
    /// How often each of them occurs: int64.
    Counts: Tensor
}

/// One axis of a side of a pattern: names that lie on it (several in parentheses), or the axes that are left over.
[<RequireQualifiedAccess>]
type private PatternAxis =
    | Names of string list
    | Rest

/// Patterns and distinct values. Reached as members of `Ops`.
[<AbstractClass>]
type PatternOps internal () =
    inherit CoreOps()

    static member private Refuse(pattern: string, reason: string) : 'a =
        Fail.value "ops.rearrange" $"pattern '{pattern}': {reason}" "As in 'b h w c -> b (h w) c'."

    static member private Side(pattern: string, text: string) : PatternAxis list =
        let words =
            text.Replace("(", " ( ").Replace(")", " ) ").Split(' ', StringSplitOptions.RemoveEmptyEntries)

        let rec axes (words: string list) =
            match words with
            | [] -> []
            | "(" :: rest ->
                match List.tryFindIndex (fun w -> w = ")") rest with
                | Some close ->
                    let names = List.truncate close rest

                    if names |> List.exists (fun n -> n = "(" || n = "...") then
                        PatternOps.Refuse(pattern, "parentheses hold names only")

                    PatternAxis.Names(List.filter (fun n -> n <> "1") names) :: axes (List.skip (close + 1) rest)
                | None -> PatternOps.Refuse(pattern, "a parenthesis is not closed")
            | ")" :: _ -> PatternOps.Refuse(pattern, "a parenthesis is not opened")
            | "..." :: rest -> PatternAxis.Rest :: axes rest
            | "1" :: rest -> PatternAxis.Names [] :: axes rest
            | name :: rest -> PatternAxis.Names [ name ] :: axes rest

        axes (List.ofArray words)

    /// x with its axes split, moved and joined as a pattern says: `"b (h p) w -> b h (w p)"` splits the second axis and
    /// joins a part of it with the third. `axesLengths` gives sizes of split axes (all but one); `...` stands for all
    /// other axes. Keras: `keras.ops.rearrange`.
    static member rearrange(tensor: Tensor, pattern: string, ?axesLengths: (string * int) list) : Tensor =
        let refuse reason = PatternOps.Refuse(pattern, reason)

        let left, right =
            match pattern.Split "->" with
            | [| l; r |] -> PatternOps.Side(pattern, l), PatternOps.Side(pattern, r)
            | _ -> refuse "it needs one '->'"

        let isRest axis = axis = PatternAxis.Rest

        if (List.filter isRest left).Length > 1 || List.exists isRest left <> List.exists isRest right then
            refuse "'...' stands once on each side or not at all"

        let spare = tensor.Rank - (left |> List.filter (isRest >> not) |> List.length)

        if spare < 0 || (spare > 0 && not (List.exists isRest left)) then
            refuse $"it names {tensor.Rank - spare} axes of a tensor of shape {tensor.Shape}"

        // The axes that '...' stands for get names that no pattern can hold.
        let others = [ for i in 0 .. spare - 1 -> $"...{i}" ]

        let expanded =
            List.collect (fun axis ->
                match axis with
                | PatternAxis.Rest -> others |> List.map List.singleton
                | PatternAxis.Names names -> [ names ])

        let from, into = expanded left, expanded right
        let given = defaultArg axesLengths []
        let names = List.concat from

        match List.countBy id names |> List.tryFind (fun (_, n) -> n > 1) with
        | Some(name, _) -> refuse $"'{name}' stands twice on the left"
        | None -> ()

        if List.sort names <> List.sort (List.concat into) then
            refuse "both sides must have the same names"

        match given |> List.tryFind (fun (n, _) -> not (List.contains n names)) with
        | Some(name, _) -> refuse $"there is no axis '{name}'"
        | None -> ()

        let sizes =
            from
            |> List.mapi (fun i group ->
                let size = tensor.Shape[i]
                let known name = given |> List.tryFind (fun (n, _) -> n = name) |> Option.map snd

                match group |> List.filter (fun n -> (known n).IsNone) with
                | _ :: _ :: _ -> refuse $"the sizes of all but one of ({String.Join(' ', group)}) are needed"
                | unknown ->
                    let product = group |> List.choose known |> List.fold (*) 1
                    let rest = if product > 0 then size / product else 0

                    if rest * product <> size || (unknown.IsEmpty && rest <> 1) then
                        refuse
                            $"axis {i} of a tensor of shape {tensor.Shape} is no ({String.Join(' ', group)}) of these sizes"

                    group |> List.map (fun n -> n, known n |> Option.defaultValue rest))
            |> List.concat

        let table = dict sizes
        let order = List.concat into |> List.map (fun n -> List.findIndex (fun m -> m = n) names)

        Lax.reshape (Dims.ofSeq (List.map snd sizes)) tensor
        |> Lax.transpose (Dims.ofSeq order)
        |> Lax.reshape (Dims.ofSeq (into |> List.map (List.fold (fun n name -> n * table[name]) 1)))

    /// Rows along axis 0 in rising order, by position; rows that are equal stand together.
    static member private Sorted(rows: Tensor) : struct (int[] * (int -> int -> bool)) =
        let n = rows.Shape[0]
        let width = rows.Size / max 1 n

        let compare: int -> int -> int =
            if DType.isFloat rows.DType then
                let values = Host.readFloats "ops.unique" rows
                // NaN is the largest number, and equal to itself.
                let order (a: float) (b: float) =
                    if Double.IsNaN a || Double.IsNaN b then
                        Double.IsNaN(a).CompareTo(Double.IsNaN b)
                    else
                        a.CompareTo b

                fun i j ->
                    Seq.init width (fun k -> order values[i * width + k] values[j * width + k])
                    |> Seq.tryFind (fun c -> c <> 0)
                    |> Option.defaultValue 0
            else
                let values = Host.readInts "ops.unique" rows

                fun i j ->
                    Seq.init width (fun k -> values[i * width + k].CompareTo values[j * width + k])
                    |> Seq.tryFind (fun c -> c <> 0)
                    |> Option.defaultValue 0

        // Stable: of equal rows the first one comes first.
        struct (Array.ofList (List.sortWith compare [ 0 .. n - 1 ]), (fun i j -> compare i j = 0))

    /// The distinct values, or with `axis` the distinct slices along it, in rising order, with their positions and
    /// counts. With `size` there are that many: further ones are cut off, missing ones are `fillValue` (by default the
    /// smallest), at position 0 of the distinct ones, with count 0. How many there are depends on the values, so that it
    /// cannot be computed inside a transformation. Keras: `keras.ops.unique` with all of its results.
    static member uniqueAll(x: Tensor, ?axis: int, ?size: int, ?fillValue: float) : UniqueValues =
        if DType.isComplex x.DType then
            Fail.wrongType "ops.unique" $"got {DType.name x.DType}" "Complex numbers have no order."

        let x, axis =
            match axis with
            | Some a -> x, Axis.one "ops.unique" x.Rank a
            | None -> Lax.reshape (Dims.own [| x.Size |]) x, 0

        let struct (order, same) = PatternOps.Sorted(Axis.move axis 0 x)
        let n = order.Length
        let inverse = Array.zeroCreate<int> n
        let first = Collections.Generic.List<int>()
        let counts = Collections.Generic.List<int>()

        for k in 0 .. n - 1 do
            if k = 0 || not (same order[k - 1] order[k]) then
                first.Add order[k]
                counts.Add 0

            counts[counts.Count - 1] <- counts[counts.Count - 1] + 1
            inverse[order[k]] <- first.Count - 1

        let kept = min first.Count (defaultArg size first.Count)
        let missing = max 0 (defaultArg size kept - kept)

        if missing > 0 && n = 0 then
            Fail.value "ops.unique" "there is no value that could fill up the result" "Leave out size."

        let longs (items: int seq) =
            Lax.convert DType.Int64 (Host.ints (Dims.own [| Seq.length items |]) (Seq.toArray items))

        let places = Seq.append (Seq.truncate kept first) (Seq.replicate missing first[0]) |> Seq.toArray
        let values = NumpyIndex.take (x, Host.ints (Dims.own [| places.Length |]) places, axis)

        let values =
            match fillValue with
            | Some v when missing > 0 ->
                let fresh =
                    Lax.ge
                        (Lax.iota values.Shape DType.Int32 axis)
                        (Lax.full values.Shape DType.Int32 (Scalar.Int(int64 kept)))

                Lax.select fresh (Lax.full values.Shape values.DType (Scalar.Float v)) values
            | _ -> values

        {
            Values = values
            Indices = longs places
            Inverse = longs inverse
            Counts = longs (Seq.append (Seq.truncate kept counts) (Seq.replicate missing 0))
        }

    /// The distinct values, or with `axis` the distinct slices along it, in rising order; `size` and `fillValue` as for
    /// `uniqueAll`. Keras: `keras.ops.unique`.
    static member unique(x: Tensor, ?axis: int, ?size: int, ?fillValue: float) : Tensor =
        (PatternOps.uniqueAll (x, ?axis = axis, ?size = size, ?fillValue = fillValue)).Values
