/// The cells of recurrent layers, and how they and their layers read the arguments that both have.
namespace Keras.FSharp

open Keras.FSharp.Saving

/// What all cells have.
[<NoEquality; NoComparison>]
type internal CellArguments = {
    Units: int
    Activation: Activation
    /// The same as `Activation` for cells without gates.
    Gate: Activation
    UseBias: bool
    Kernel: Controlled
    Recurrent: Controlled
    Bias: Controlled
    UnitForgetBias: bool
    ResetAfter: bool
    Dropout: float
    RecurrentDropout: float
    /// Noise of its own for each gate (implementation 1).
    NoisePerGate: bool
    Seed: int64 option
}

/// Kinds of cells.
[<RequireQualifiedAccess>]
type internal CellKind =
    | Simple
    | Lstm
    | Gru

/// SimpleRNNCell, LSTMCell, GRUCell, StackedRNNCells.
module internal RecurrentCells =
    let private className (kind: CellKind) : string =
        match kind with
        | CellKind.Simple -> "SimpleRNN"
        | CellKind.Lstm -> "LSTM"
        | CellKind.Gru -> "GRU"

    /// Reads the arguments of a cell, or of a layer that makes such a cell, in the order in which Keras writes them.
    let read (kind: CellKind) (isLayer: bool) (a: LayerArguments) : CellArguments =
        let units = a.Positive "units"

        let own = a.Activation("activation", "tanh")

        let gate =
            if kind = CellKind.Simple then
                own
            else
                a.Activation("recurrent_activation", "sigmoid")

        let useBias = a.Bool("use_bias", true)
        let forget () = kind = CellKind.Lstm && a.Bool("unit_forget_bias", true)
        // Keras orders this one differently in cells and layers.
        let before = not isLayer && forget ()
        let mutable after = false

        let weights =
            Controlled.readInOrder
                a
                (fun () -> after <- isLayer && forget ())
                (if isLayer then a.ActivityRegularizer else ignore)
                [ "kernel", "glorot_uniform"; "recurrent", "orthogonal"; "bias", "zeros" ]

        let rate (key: string) =
            let x = a.Float(key, 0.0)

            if x < 0.0 || x > 1.0 then
                a.Refuse($"argument '{key}' is {x}, expected a number from 0 to 1", "")

            x

        let dropout = rate "dropout"
        let recurrentDropout = rate "recurrent_dropout"
        let resetAfter = kind = CellKind.Gru && a.Bool("reset_after", true)

        let seed =
            if isLayer && kind = CellKind.Simple then
                // Keras leaves it out of the config here.
                a.Reader.IntOption "seed" |> Option.map int64
            else
                a.Seed "seed"

        let implementation = if kind = CellKind.Simple then 2 else a.Reader.Int("implementation", 2)

        if implementation <> 1 && implementation <> 2 then
            a.Refuse($"argument 'implementation' is {implementation}", "Known are 1 and 2.")

        match weights with
        | [ kernel; recurrent; bias ] -> {
            Units = units
            Activation = own
            Gate = gate
            UseBias = useBias
            Kernel = kernel
            Recurrent = recurrent
            Bias = bias
            UnitForgetBias = before || after
            ResetAfter = resetAfter
            Dropout = dropout
            RecurrentDropout = recurrentDropout
            NoisePerGate = kind <> CellKind.Simple && (implementation = 1 || recurrentDropout > 0.0)
            Seed = seed
          }
        | _ -> a.Refuse("three weights were expected", "")

    /// Ones for the forget gate, the rest as the initializer has it.
    let private forgetful (units: int) (i: Initializer) : Initializer =
        let init (key: Tensor) (_: Dims) (dtype: DType) =
            let part (n: int) (k: int) = i.Init (Random.foldIn (int64 k) key) (Dims.own [| n |]) dtype
            let ones = Lax.onesLike (part units 0)
            Lax.concat 0 [| part units 0; ones; part (2 * units) 1 |]

        Initializers.OfFunction(i.Class, init)

    /// Noise for each gate, or one for all; none where there is nothing to drop.
    let private noise (call: Call) (c: CellArguments) (gates: int) (rate: float) (like: Tensor) : Tensor list =
        if not call.Training || rate = 0.0 || (rate = 1.0 && gates > 1) then
            []
        else
            List.init (if c.NoisePerGate then gates else 1) (fun _ ->
                DropoutLayers.drop call rate c.Seed like.Shape (Lax.onesLike like))

    /// The columns of some gates.
    let private columns (c: CellArguments) (first: int) (count: int) (x: Tensor) : Tensor =
        Lax.sliceAxis (x.Rank - 1) (first * c.Units) ((first + count) * c.Units) x

    /// x · w for `gates` gates from `first` on, with the noise of each.
    let private product
        (c: CellArguments)
        (masks: Tensor list)
        (first: int)
        (gates: int)
        (w: Tensor)
        (x: Tensor)
        : Tensor =
        match masks with
        | [] -> Ops.matmul (x, w)
        | [ one ] -> Ops.matmul (Lax.mul x one, w)
        | many ->
            Lax.concat (x.Rank - 1) [|
                for g in 0 .. gates - 1 -> Ops.matmul (Lax.mul x many[first + g], columns c g 1 w)
            |]

    /// The part of all gates that comes from the inputs, for the whole sequence.
    let private projected (call: Call) (c: CellArguments) (gates: int) (bias: Tensor voption) (xs: Tensor) : Tensor =
        let step = Lax.zeros (Aval.make xs.DType (Dims.removeAt 0 xs.Shape))
        let masks = noise call c gates c.Dropout step
        let y = product c masks 0 gates (call.Variable "kernel") xs

        match bias with
        | ValueSome b -> Lax.add y b
        | ValueNone -> y

    /// The noise on the states.
    let private stateNoise (call: Call) (c: CellArguments) (gates: int) (xs: Tensor) : Tensor list =
        noise call c gates c.RecurrentDropout (Lax.zeros (Aval.make xs.DType (Dims.own [| xs.Shape[1]; c.Units |])))

    let private bias (call: Call) (c: CellArguments) : Tensor voption =
        if c.UseBias then ValueSome(call.Variable "bias") else ValueNone

    /// A step of a product of the first state and of gates. In training, without noise, it is given in parts.
    let private ofGates
        (call: Call)
        sequences
        (masks: Tensor list)
        kernel
        (bias: Tensor voption)
        product
        gates
        : CellSteps =
        let step (slices: Tensor[]) (states: Tensor[]) =
            let inner: Tensor = product states[0]

            let inner =
                match bias with
                | ValueSome b -> Lax.add inner b
                | ValueNone -> inner

            gates slices inner states

        let parts = {
            Kernel = kernel
            Bias = ValueOption.defaultValue null bias
            Gates = gates
        }

        {
            Sequences = sequences
            Step = step
            Parts = if call.Training && masks.IsEmpty then ValueSome parts else ValueNone
        }

    let private simple (c: CellArguments) (call: Call) (xs: Tensor) : CellSteps =
        let x = projected call c 1 (bias call c) xs
        let masks = stateNoise call c 1 xs
        let kernel = call.Variable "recurrent_kernel"

        let gates (slices: Tensor[]) (inner: Tensor) (_: Tensor[]) = [| c.Activation.Apply(Lax.add slices[0] inner) |]
        ofGates call [| x |] masks kernel ValueNone (product c masks 0 1 kernel) gates

    let private lstm (c: CellArguments) (call: Call) (xs: Tensor) : CellSteps =
        let x = projected call c 4 (bias call c) xs
        let masks = stateNoise call c 4 xs
        let kernel = call.Variable "recurrent_kernel"

        let gates (slices: Tensor[]) (inner: Tensor) (states: Tensor[]) =
            let z = Lax.add slices[0] inner
            let gate k = c.Gate.Apply(columns c k 1 z)
            let candidate = c.Activation.Apply(columns c 2 1 z)
            let carry = Lax.add (Lax.mul (gate 1) states[1]) (Lax.mul (gate 0) candidate)
            [| Lax.mul (gate 3) (c.Activation.Apply carry); carry |]

        ofGates call [| x |] masks kernel ValueNone (product c masks 0 4 kernel) gates

    let private gru (c: CellArguments) (call: Call) (xs: Tensor) : CellSteps =
        let row (k: int) (b: Tensor) = Lax.reshape (Dims.own [| 3 * c.Units |]) (Lax.sliceAxis 0 k (k + 1) b)

        let ofInput, ofState =
            match bias call c with
            | ValueSome b when c.ResetAfter -> ValueSome(row 0 b), ValueSome(row 1 b)
            | b -> b, ValueNone

        let x = projected call c 3 ofInput xs
        let masks = stateNoise call c 3 xs
        let kernel = call.Variable "recurrent_kernel"
        let mix z h candidate = Lax.add (Lax.mul z h) (Lax.mul (Lax.sub (Lax.onesLike z) z) candidate)

        let after (slices: Tensor[]) (inner: Tensor) (states: Tensor[]) =
            let gate k = c.Gate.Apply(Lax.add (columns c k 1 slices[0]) (columns c k 1 inner))
            let reset = Lax.mul (gate 1) (columns c 2 1 inner)
            [| mix (gate 0) states[0] (c.Activation.Apply(Lax.add (columns c 2 1 slices[0]) reset)) |]

        let gates, candidate = columns c 0 2 kernel, columns c 2 1 kernel

        let before (slices: Tensor[]) (states: Tensor[]) =
            let h = states[0]
            let inner = product c masks 0 2 gates h
            let gate k = c.Gate.Apply(Lax.add (columns c k 1 slices[0]) (columns c k 1 inner))
            let reset = product c masks 2 1 candidate (Lax.mul (gate 1) h)
            [| mix (gate 0) h (c.Activation.Apply(Lax.add (columns c 2 1 slices[0]) reset)) |]

        if c.ResetAfter then
            ofGates call [| x |] masks kernel ofState (product c masks 0 3 kernel) after
        else
            { Sequences = [| x |]; Step = before; Parts = ValueNone }

    /// The body of a layer that is a cell: (batch, …) and the states to the output and the new states.
    let body (variables: Dims -> VarSpec list) (children: (string * Layer) list) (cell: RecurrentCell) : LayerBody =
        let apply (call: Call) (xs: Tensor[]) =
            let given =
                if xs.Length > 1 then
                    Array.skip 1 xs
                else
                    Map.tryFind "states" call.Arguments.Tensors |> Option.defaultValue [||]

            let expected = RecurrentCell.states cell xs[0].Shape

            if given.Length <> expected.Length then
                call.Refuse(
                    $"it got {given.Length} states, expected {expected.Length}",
                    "Give one for each, of zeros at first, or use the cell in RNN."
                )

            let own = given |> Array.map (Lax.convert call.ComputeType) |> List.ofArray
            let struct (y, next) = RecurrentCell.step call cell xs[0] own
            Array.ofList (y :: next)

        {
            Check = (fun call shapes -> call.RequireMinRank(shapes[0], 2, "(batch, features)"))
            Variables = (fun shapes -> variables shapes[0])
            Apply = apply
            Masks = MaskRule.Own
            Children = children
            Bare = false
            Content = ValueSome(Unchecked.nonNull (box cell))
        }

    /// A cell of a kind with these arguments.
    let ofArguments (kind: CellKind) (a: LayerArguments) (c: CellArguments) : LayerBody =
        let gates, states, start =
            match kind with
            | CellKind.Simple -> 1, 1, simple c
            | CellKind.Lstm -> 4, 2, lstm c
            | CellKind.Gru -> 3, 1, gru c

        let bias =
            if c.UnitForgetBias then
                {
                    c.Bias with
                        Controlled.Initializer = forgetful c.Units c.Bias.Initializer
                }
            else
                c.Bias

        let width = gates * c.Units

        let variables (input: Dims) = [
            Controlled.weight a "kernel" [ input[input.Rank - 1]; width ] c.Kernel
            Controlled.weight a "recurrent_kernel" [ c.Units; width ] c.Recurrent
            if c.UseBias then
                Controlled.weight a "bias" (if c.ResetAfter then [ 2; width ] else [ width ]) bias
        ]

        let shapes (input: Dims) = List.replicate states (Dims.own [| input[0]; c.Units |])

        RecurrentCell.Single(shapes, start)
        |> body variables []
        |> LayerBody.rank 2 "(batch, features); as part of a recurrent layer (batch, time, features)"

    /// The cell inside a layer of its kind.
    let inside (kind: CellKind) (a: LayerArguments) (c: CellArguments) : Layer =
        let name = className kind + "Cell"
        LayerFactory.ofBody name (Naming.snakeCase name) true a.Policy None [] (ofArguments kind a c)

    let private cell (kind: CellKind) (a: LayerArguments) : LayerBody = ofArguments kind a (read kind false a)

    let private stacked (a: LayerArguments) : LayerBody =
        let cells = a.Layers "cells"

        if cells.IsEmpty then
            a.Refuse("it has no cells", "Give at least one.")

        for c in cells do
            RecurrentCell.ofLayer c |> ignore

        body (fun _ -> []) (cells |> List.map (fun c -> "cells/", c)) (RecurrentCell.Stacked cells)

    /// The classes of this file.
    let classes: (string * (LayerArguments -> LayerBody)) list = [
        "SimpleRNNCell", cell CellKind.Simple
        "LSTMCell", cell CellKind.Lstm
        "GRUCell", cell CellKind.Gru
        "StackedRNNCells", stacked
    ]
