/// Layers that go over a sequence (batch, time, …) with a cell, or with another layer.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// RNN, SimpleRNN, LSTM, GRU, Bidirectional, TimeDistributed.
module internal RecurrentLayers =
    /// (batch, time, …) to (time, batch, …) and back.
    let private swapTime (x: Tensor) : Tensor =
        Lax.transpose (Dims.own (Array.init x.Rank (fun i -> if i < 2 then 1 - i else i))) x

    /// The mask of the sequence: that of the call, else that of the input; null where there is none.
    let private maskOf (call: Call) (x: Tensor) : Tensor =
        let mask =
            match Map.tryFind "mask" call.Arguments.Tensors with
            | Some [| m |] -> m
            | _ -> call.Mask x

        if isNull mask || mask.DType = DType.Bool then
            mask
        else
            Lax.ne mask (Lax.zerosLike mask)

    /// What all layers over a cell read first.
    [<NoEquality; NoComparison>]
    type internal Options = {
        ReturnSequences: bool
        ReturnState: bool
        Stateful: bool
        Loop: LoopOptions
    }

    /// Reads how the layer goes through its sequence; all layers over a cell write this first.
    let readOptions (a: LayerArguments) : Options =
        let sequences = a.Bool("return_sequences", false)
        let state = a.Bool("return_state", false)
        let backwards = a.Bool("go_backwards", false)
        let stateful = a.Bool("stateful", false)
        let unroll = a.Bool("unroll", false)
        let zero = a.Bool("zero_output_for_mask", false)

        {
            ReturnSequences = sequences
            ReturnState = state
            Stateful = stateful
            Loop = {
                Backwards = backwards
                Unroll = unroll
                All = sequences
                ZeroOutput = zero
            }
        }

    /// The body of a layer that goes over its sequence with a cell; `rank` is that of the sequence.
    let overCell (a: LayerArguments) (o: Options) (cell: Layer) (minRank: int) : LayerBody =
        let inner = RecurrentCell.ofLayer cell
        let stateShapes (input: Dims) = RecurrentCell.states inner (Dims.removeAt 1 input)
        let memoryName i = if i = 0 then "rnn_state" else $"rnn_state_{i}"
        let zeros = Initializers.ofJson (Json.Text "zeros")

        let memories (input: Dims) =
            if o.Stateful then
                stateShapes input |> List.mapi (fun i s -> VarSpec.memory (memoryName i) s a.Policy.Variable zeros)
            else
                []

        let first (call: Call) (expected: Dims list) (given: Tensor[]) =
            if given.Length > 0 then
                if Array.map (fun (s: Tensor) -> s.Shape) given <> Array.ofList expected then
                    let show (shapes: Dims seq) = shapes |> Seq.map string |> String.concat ", "

                    call.Refuse(
                        $"its initial state has the shapes {show (given |> Seq.map (fun s -> s.Shape))}, expected {show expected}",
                        "Give a tensor for each state of the cell."
                    )

                Some(List.ofArray given)
            elif o.Stateful then
                Some(expected |> List.mapi (fun i _ -> call.Variable(memoryName i)))
            else
                None

        let apply (call: Call) (xs: Tensor[]) =
            let x = xs[0]

            let given =
                if xs.Length > 1 then
                    Array.skip 1 xs
                else
                    Map.tryFind "initial_state" call.Arguments.Tensors |> Option.defaultValue [||]

            let mask = maskOf call x

            if not (isNull mask) && not (mask.Shape.Equals(Dims.sub 0 2 x.Shape)) then
                call.Refuse($"its mask has shape {mask.Shape} for an input of shape {x.Shape}", "Give (batch, time).")

            let mask = if isNull mask then null else swapTime mask
            let init = first call (stateShapes x.Shape) given
            let struct (y, last) = Recurrence.run o.Loop call cell (swapTime x) init mask

            if o.Stateful then
                last |> List.iteri (fun i s -> call.Assign(memoryName i, s))

            let y =
                if not o.ReturnSequences then y
                elif o.Loop.Backwards then swapTime (Lax.reverse (Dims.own [| 0 |]) y)
                else swapTime y

            let own (t: Tensor) = Lax.convert call.ComputeType t

            [|
                own y
                if o.ReturnState then
                    yield! List.map own last
            |]

        {
            Check =
                fun call shapes ->
                    call.RequireMinRank(shapes[0], minRank, "(batch, time, features)")

                    if shapes[0][1] = 0 then
                        call.Refuse($"its input of shape {shapes[0]} has no time steps", "Axis 1 is time.")
            Variables = fun shapes -> memories shapes[0]
            Apply = apply
            Masks = MaskRule.Own
            Children = [ "cell", cell ]
            Bare = false
            Content = ValueNone
        }

    let private ofKind (kind: CellKind) (a: LayerArguments) : LayerBody =
        let o = readOptions a
        let c = RecurrentCells.read kind true a
        // There is no cuDNN here.
        a.Reader.Ignore "use_cudnn"
        overCell a o (RecurrentCells.inside kind a c) 3

    let private rnn (a: LayerArguments) : LayerBody =
        let o = readOptions a
        overCell a o (a.Layer "cell") 3

    /// The config of a layer has this key set.
    let private flag (layer: Layer) (key: string) : bool =
        layer.Parts.Config |> List.exists (fun (k, v) -> k = key && v = Json.Bool true)

    /// The same layer with other arguments, and its record with them.
    let private changed
        (a: LayerArguments)
        (record: Json)
        (layer: Layer)
        (changes: (string * Json) list)
        : Json * Layer =
        match layer.Remake, record with
        | Some remake, Json.Object pairs ->
            let other = remake changes

            let written =
                match LayerFactory.record other with
                | Json.Object written -> written
                | json -> a.Refuse($"the record of {other} is {Json.write json}", "")

            // What the record says besides, as the shapes that the layer was built for.
            let further = pairs |> List.filter (fun (k, _) -> not (List.exists (fun (w, _) -> w = k) written))
            Json.Object(written @ further), other
        | _ -> a.Refuse($"it cannot make another {layer}", "Wrap a recurrent layer of Keras.")

    let private mergeModes = [ "concat"; "sum"; "mul"; "ave" ]

    let private bidirectional (a: LayerArguments) : LayerBody =
        let merge =
            if a.Reader.Has "merge_mode" then
                a.Reader.TextOption "merge_mode"
            else
                Some "concat"

        match merge with
        | Some m when not (List.contains m mergeModes) ->
            a.Refuse($"argument 'merge_mode' is '{m}'", "Known are 'concat', 'sum', 'mul', 'ave' and null.")
        | _ -> ()

        a.Write("merge_mode", merge |> Option.map Json.Text |> Option.defaultValue Json.Null)
        a.Reader.Ignore "weights"

        let record, layer =
            match a.LayerOption "layer" with
            | Some found -> found
            | None -> a.Refuse("argument 'layer' is missing", "Give a recurrent layer.")

        let sequences = flag layer "return_sequences"
        let zero = [ "zero_output_for_mask", Json.Bool sequences ]

        let named (prefix: string) =
            let bare =
                if layer.Name.StartsWith prefix then
                    layer.Name.Substring prefix.Length
                else
                    layer.Name

            ("name", Json.Text(prefix + bare)) :: zero

        let forwardRecord, forward = changed a record layer (named "forward_")

        let backwardRecord, backward =
            match a.LayerOption "backward_layer" with
            | Some(r, l) -> changed a r l zero
            | None ->
                let opposite = Json.Bool(not (flag layer "go_backwards"))
                changed a record layer (("go_backwards", opposite) :: named "backward_")

        if flag forward "go_backwards" = flag backward "go_backwards" then
            a.Refuse("both its layers go in the same direction", "One of them must have go_backwards.")

        for key in [ "stateful"; "return_sequences"; "return_state" ] do
            if flag forward key <> flag backward key then
                a.Refuse($"argument '{key}' differs between its layers", "Give both the same value.")

        a.Write("layer", forwardRecord)
        a.Write("backward_layer", backwardRecord)

        let apply (call: Call) (xs: Tensor[]) =
            let given =
                if xs.Length > 1 then
                    Array.skip 1 xs
                else
                    Map.tryFind "initial_state" call.Arguments.Tensors |> Option.defaultValue [||]

            let part (states: Tensor[]) : CallArguments =
                let tensors = if states.Length = 0 then Map.empty else Map.ofList [ "initial_state", states ]

                match Map.tryFind "mask" call.Arguments.Tensors with
                | Some m -> { CallArguments.empty with Tensors = Map.add "mask" m tensors }
                | None -> { CallArguments.empty with Tensors = tensors }

            let half = given.Length / 2
            let ys = call.Child(forward, [| xs[0] |], part (Array.truncate half given))
            let zs = call.Child(backward, [| xs[0] |], part (Array.skip half given))
            let y, z = ys[0], (if sequences then Lax.reverse (Dims.own [| 1 |]) zs[0] else zs[0])

            let merged =
                match merge with
                | Some "concat" -> [| Lax.concat (y.Rank - 1) [| y; z |] |]
                | Some "sum" -> [| Lax.add y z |]
                | Some "ave" -> [| Lax.scale 0.5 (Lax.add y z) |]
                | Some _ -> [| Lax.mul y z |]
                | None -> [| y; z |]

            Array.concat [ merged; Array.skip 1 ys; Array.skip 1 zs ]

        {
            Check = fun call shapes -> call.RequireMinRank(shapes[0], 3, "(batch, time, features)")
            Variables = fun _ -> []
            Apply = apply
            Masks = MaskRule.Own
            Children = [ "forward_layer", forward; "backward_layer", backward ]
            Bare = false
            Content = ValueNone
        }

    /// True if what a layer gives for one example depends on the others, or on earlier calls.
    let rec private mixesExamples (layer: Layer) : bool =
        layer.Class = "BatchNormalization"
        || layer.Class = "SpectralNormalization"
        || flag layer "stateful"
        || layer.Parts.Children |> List.exists (snd >> mixesExamples)
        || layer.Inside |> List.exists mixesExamples

    let private timeDistributed (a: LayerArguments) : LayerBody =
        let layer = a.Layer "layer"
        let first (n: int) (s: Dims) = Dims.sub 0 n s
        let rest (n: int) (s: Dims) = Dims.sub n s.Rank s

        /// All steps as one batch.
        let together (call: Call) (x: Tensor) (mask: Tensor) =
            let merge (t: Tensor) = Lax.reshape (Dims.cons (t.Shape[0] * t.Shape[1]) (rest 2 t.Shape)) t
            let flat = merge x

            // A mask that says only which steps count says nothing about the parts of a step.
            if not (isNull mask) && mask.Rank > 2 then
                call.SetMask(flat, merge mask)

            call.Child(layer, [| flat |])
            |> Array.map (fun y -> Lax.reshape (Dims.append (first 2 x.Shape) (rest 1 y.Shape)) y)

        /// A call for each step.
        let apart (call: Call) (x: Tensor) (mask: Tensor) =
            let step (t: int) =
                let slice (s: Tensor) = Lax.reshape (Dims.removeAt 1 s.Shape) (Lax.sliceAxis 1 t (t + 1) s)
                let one = slice x

                if not (isNull mask) && mask.Rank > 2 then
                    call.SetMask(one, slice mask)

                call.Child(layer, [| one |]) |> Array.map (fun y -> Lax.reshape (Dims.insert 1 1 y.Shape) y)

            let steps = Array.init x.Shape[1] step
            Array.init steps[0].Length (fun k -> Lax.concat 1 (steps |> Array.map (fun ys -> ys[k])))

        let apply (call: Call) (xs: Tensor[]) =
            let mask = maskOf call xs[0]

            if not (isNull mask) && (mask.Rank < 2 || not ((first 2 mask.Shape).Equals(first 2 xs[0].Shape))) then
                call.Refuse(
                    $"its mask has shape {mask.Shape} for an input of shape {xs[0].Shape}",
                    "The first two axes of the mask are batch and time."
                )

            if mixesExamples layer then apart call xs[0] mask else together call xs[0] mask

        {
            Check = fun call shapes -> call.RequireMinRank(shapes[0], 3, "(batch, time, ...)")
            Variables = fun _ -> []
            Apply = apply
            Masks = MaskRule.Own
            Children = [ "layer", layer ]
            Bare = false
            Content = ValueNone
        }

    /// The classes of this file.
    let classes: (string * (LayerArguments -> LayerBody)) list = [
        "RNN", rnn
        "SimpleRNN", ofKind CellKind.Simple
        "LSTM", ofKind CellKind.Lstm
        "GRU", ofKind CellKind.Gru
        "Bidirectional", bidirectional
        "TimeDistributed", timeDistributed
    ]
