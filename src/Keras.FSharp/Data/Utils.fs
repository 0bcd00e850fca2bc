/// Preparing of data (`keras.utils`): labels as vectors, vectors of length 1, sequences of one length.
namespace Keras.FSharp

open System

/// Preparing of data.
[<AbstractClass; Sealed>]
type Utils private () =
    static let choice (name: string) (value: string option) : string =
        match defaultArg value "pre" with
        | "pre"
        | "post" as v -> v
        | other -> Fail.value "utils.pad_sequences" $"argument '{name}' is '{other}'" "Known are 'pre' and 'post'."

    /// The part of a sequence that is kept, and where it begins in its row.
    static let place (truncating: string) (padding: string) (length: int) (n: int) : struct (int * int * int) =
        let kept = min n length
        let first = if truncating = "pre" then n - kept else 0
        let at = if padding = "pre" then length - kept else 0
        struct (first, kept, at)

    static let longest (maxlen: int option) (lengths: int seq) : int =
        match maxlen with
        | Some n when n < 0 -> Fail.value "utils.pad_sequences" $"argument 'maxlen' is {n}" "It is a length."
        | Some n -> n
        | None -> if Seq.isEmpty lengths then 0 else Seq.max lengths

    /// Class numbers [...] as rows of zeros with a one: float64 [..., numClasses]; a last axis of size 1 is dropped, and
    /// without `numClasses` there are as many classes as the largest number asks for. Negative numbers count from the
    /// end; a number out of range is an error. Keras: `keras.utils.to_categorical`.
    static member toCategorical(x: Tensor, ?numClasses: int) : Tensor =
        let where = "utils.to_categorical"

        if not (DType.isInteger x.DType || DType.isFloat x.DType || x.DType = DType.Bool) then
            Fail.wrongType where $"got class numbers of type {DType.name x.DType}" "Integers are needed."

        let labels = Host.readInts where x

        let classes =
            match numClasses with
            | Some n when n >= 1 -> n
            | Some n -> Fail.value where $"argument 'num_classes' is {n}" "There is at least one class."
            | None when labels.Length = 0 ->
                Fail.value where "there are no labels that would tell how many classes there are" "Give num_classes."
            | None -> int (Array.max labels) + 1

        match labels |> Array.tryFind (fun l -> l >= int64 classes || l < -(int64 classes)) with
        | Some l -> Fail.index where $"class {l} does not exist among {classes}" $"They are 0 to {classes - 1}."
        | None -> ()

        let shape =
            if x.Rank > 1 && x.Shape[x.Rank - 1] = 1 then
                Dims.removeAt (x.Rank - 1) x.Shape
            else
                x.Shape

        let values = Array.zeroCreate<float>(labels.Length * classes)

        labels
        |> Array.iteri (fun i l ->
            let column = if l < 0L then int l + classes else int l
            values[i * classes + column] <- 1.0)

        Host.floats DType.Float64 (Dims.append shape (Dims.own [| classes |])) values

    /// x divided by its norm of the given order along an axis; vectors of zeros stay as they are.
    /// Keras: `keras.utils.normalize`.
    static member normalize(x: Tensor, ?axis: int, ?order: float) : Tensor =
        let x = Types.toFloating x
        let axis = Axis.one "utils.normalize" x.Rank (defaultArg axis -1)
        let norm = Ops.norm (x, ord = defaultArg order 2.0, axis = [ axis ], keepdims = true)
        Lax.div x (Lax.broadcastTo x.Shape (Lax.select (Lax.eq norm (Lax.zerosLike norm)) (Lax.onesLike norm) norm))

    /// Sequences of numbers as rows of one length, by default that of the longest: shorter ones are filled up with
    /// `value` (0), longer ones cut, in front (`padding`, `truncating` = "pre", the default) or at the end ("post"). The
    /// type is int32 unless `dtype` is given. Keras: `keras.utils.pad_sequences`.
    static member padSequences
        (sequences: #seq<int> seq, ?maxlen: int, ?dtype: DType, ?padding: string, ?truncating: string, ?value: float)
        : Tensor =
        let rows = sequences |> Seq.map Seq.toArray |> Seq.toArray
        let padding, truncating = choice "padding" padding, choice "truncating" truncating
        let length = longest maxlen (rows |> Seq.map Array.length)
        let values = Array.create (rows.Length * length) (defaultArg value 0.0)

        rows
        |> Array.iteri (fun i row ->
            let struct (first, kept, at) = place truncating padding length row.Length

            for k in 0 .. kept - 1 do
                values[i * length + at + k] <- float row[first + k])

        Host.floats (defaultArg dtype DType.Int32) (Dims.own [| rows.Length; length |]) values

    /// The same for sequences of steps of any shape: tensors [n, step...] that differ in n give one tensor
    /// [sequences, length, step...]. Keras: `keras.utils.pad_sequences`.
    static member padSequences
        (sequences: Tensor list, ?maxlen: int, ?dtype: DType, ?padding: string, ?truncating: string, ?value: float)
        : Tensor =
        let where = "utils.pad_sequences"
        let padding, truncating = choice "padding" padding, choice "truncating" truncating
        let dtype = defaultArg dtype DType.Int32

        match sequences with
        | [] -> Fail.value where "there are no sequences" "Give at least one."
        | _ -> ()

        let step =
            sequences |> List.tryFind (fun s -> s.Rank > 0) |> Option.map (fun s -> Dims.removeAt 0 s.Shape)

        for s in sequences do
            if s.Rank = 0 || Some(Dims.removeAt 0 s.Shape) <> step then
                Fail.value
                    where
                    $"a sequence has shape {s.Shape}, its steps are expected to have shape {defaultArg step Dims.Empty}"
                    "All steps of all sequences have one shape."

        let length = longest maxlen (sequences |> Seq.map (fun s -> s.Shape[0]))
        let pad = Lax.full Dims.Empty dtype (Scalar.Float(defaultArg value 0.0))

        Ops.stack [
            for s in sequences do
                let struct (first, kept, at) = place truncating padding length s.Shape[0]
                let only (n: int) = Dims.own (Array.init s.Rank (fun i -> if i = 0 then n else 0))

                Lax.sliceAxis 0 first (first + kept) s
                |> Lax.convert dtype
                |> Lax.pad (only at) (only (length - kept - at)) (only 0) pad
        ]
