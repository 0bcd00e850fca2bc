/// The shapes of the weights of EinsumDense, which follow from its equation: `ab,bc->ac`, input, kernel and output.
module internal Keras.FSharp.EinsumShapes

/// Gives from the input's shape those of kernel and bias. `outputShape` has the sizes of the output without the batch, -1
/// where the input decides; `biasAxes` are the letters of the output along which the bias varies.
let parse
    (refuse: string -> unit)
    (equation: string)
    (outputShape: int list)
    (biasAxes: string option)
    : Dims -> int list * int list option =
    let left, output =
        match equation.Replace(" ", "").Split "->" with
        | [| l; o |] -> l, o
        | _ ->
            refuse $"equation '{equation}' has no '->'"
            "", ""

    let input, kernel =
        match left.Split ',' with
        | [| i; k |] -> i, k
        | _ ->
            refuse $"equation '{equation}' does not have two operands"
            "", ""

    let dots = "..."
    // '...' stands for the leading axes, or for the trailing ones where the equation ends in it.
    let trailing = input.EndsWith dots && input.Length > 3
    let letters (s: string) = s.Replace(dots, "")

    if biasAxes |> Option.exists (fun b -> b |> Seq.exists (fun c -> not (output.Contains c))) then
        refuse $"bias_axes '{biasAxes.Value}' are not all among the output's axes '{output}'"

    fun shape ->
        let names = letters input

        if names.Length > shape.Rank then
            refuse $"an input of shape {shape} has fewer axes than '{input}'"

        let inputSize (c: char) =
            match names.IndexOf c with
            | -1 -> None
            | i -> Some(if trailing then shape[i] else shape[shape.Rank - names.Length + i])

        // Without '...' the output's first axis is the batch, which outputShape leaves out; with it, the axes that are
        // named count from the end (or, where '...' trails, from the start).
        let outputs = letters output

        let outputSize (c: char) =
            match outputs.IndexOf c with
            | -1 -> None
            | i ->
                let at = if trailing then i - 1 else outputShape.Length - outputs.Length + i

                if at < 0 then inputSize c
                elif outputShape[at] >= 0 then Some outputShape[at]
                else inputSize c

        let size (c: char) =
            match inputSize c, outputSize c with
            | Some a, Some b when a <> b && kernel.Contains c ->
                refuse $"axis '{c}' of '{equation}' has size {a} in the input and {b} in output_shape"
                a
            | Some a, _ -> a
            | None, Some b -> b
            | None, None ->
                refuse $"axis '{c}' of the kernel is neither in the input nor in the output of '{equation}'"
                0

        let biasShape =
            biasAxes
            |> Option.map (fun axes ->
                let first = outputs |> Seq.findIndex (fun c -> axes.Contains c)

                [
                    for c in outputs.Substring first -> if axes.Contains c then size c else 1
                    if trailing then
                        yield! List.replicate (shape.Rank - names.Length) 1
                ])

        [ for c in kernel -> size c ], biasShape
