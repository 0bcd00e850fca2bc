/// The loop over time of recurrent layers. A cell says what it computes for all steps at once, before the loop, and what
/// remains for each step; the loop carries the states and heeds the mask.
namespace Keras.FSharp

/// A cell that was opened for a sequence.
[<NoEquality; NoComparison>]
type CellSteps = {
    /// What the loop slices, steps along axis 0.
    Sequences: Tensor[]
    /// The slices of one step and the states to the new states, the first of which is the output.
    Step: Tensor[] -> Tensor[] -> Tensor[]
    /// The same step in two parts, where it has them; training then needs fewer products.
    Parts: StepParts voption
}

/// A step whose only product is that of the first state with a kernel.
and [<NoEquality; NoComparison>] StepParts = {
    /// From the first state to the gates.
    Kernel: Tensor
    /// Added to the product; null for nothing.
    Bias: Tensor
    /// The slices, the product and the states to the new states. It must depend on nothing else.
    Gates: Tensor[] -> Tensor -> Tensor[] -> Tensor[]
}

/// What a recurrent layer knows of its cell; stands in the content of cell layers.
[<RequireQualifiedAccess; NoEquality; NoComparison>]
type RecurrentCell =
    /// The shapes of the states for inputs of one step (batch, …), and the opening for a sequence (time, batch, …).
    | Single of states: (Dims -> Dims list) * start: (Call -> Tensor -> CellSteps)
    /// Cells one upon the other: each takes the outputs of the one below.
    | Stacked of Layer list

/// How a loop goes through its sequence.
type LoopOptions = {
    /// From the last step to the first; outputs stay at the places of their inputs.
    Backwards: bool
    /// One graph for each step in place of a loop.
    Unroll: bool
    /// The outputs of all steps rather than the last one.
    All: bool
    /// Masked steps give zeros rather than the output before them.
    ZeroOutput: bool
}

/// Cells of layers.
[<RequireQualifiedAccess>]
module RecurrentCell =
    /// The cell that a layer is; none for other layers.
    let tryOfLayer (layer: Layer) : RecurrentCell option =
        match layer.Content with
        | ValueSome(:? RecurrentCell as c) -> Some c
        | _ -> None

    /// The cell that a layer is; an error for other layers.
    let ofLayer (layer: Layer) : RecurrentCell =
        match tryOfLayer layer with
        | Some c -> c
        | None ->
            Fail.value
                $"{layer}"
                "it is no recurrent cell"
                "Cells are SimpleRNNCell, LSTMCell, GRUCell and StackedRNNCells."

    /// The shapes of the states of a cell for inputs of one step (batch, …).
    let rec states (cell: RecurrentCell) (input: Dims) : Dims list =
        match cell with
        | RecurrentCell.Single(states, _) -> states input
        | RecurrentCell.Stacked cells ->
            (([], input), cells)
            ||> List.fold (fun (found, input) layer ->
                let own = states (ofLayer layer) input
                found @ own, own.Head)
            |> fst

    /// One step of a cell within its call: the output and the new states.
    let rec step (call: Call) (cell: RecurrentCell) (x: Tensor) (given: Tensor list) : struct (Tensor * Tensor list) =
        match cell with
        | RecurrentCell.Single(_, start) ->
            let steps = start call (Lax.reshape (Dims.cons 1 x.Shape) x)
            let slice (s: Tensor) = Lax.reshape (Dims.removeAt 0 s.Shape) s
            let next = steps.Step (Array.map slice steps.Sequences) (List.toArray given)
            struct (next[0], List.ofArray next)
        | RecurrentCell.Stacked cells ->
            let mutable x, rest, next = x, given, []

            for layer in cells do
                let inner = ofLayer layer
                let own, others = List.splitAt (states inner x.Shape).Length rest
                let struct (y, after) = call.Within(layer, [| x.Shape |], (fun c -> step c inner x own))
                x <- y
                rest <- others
                next <- next @ after

            struct (x, next)

/// The loop over time in training. Its derivative does for all steps at once what does not depend on the order of steps: the
/// gradient of the recurrent kernel is one product, and no product of the forward pass is computed again.
[<RequireQualifiedAccess>]
module internal RecurrentGradient =
    let private isDiff (x: Tensor) = DType.isDifferentiable x.DType

    /// `Control.scan` of a body whose carries are the states: (bias or nothing added to) their first times the kernel, and
    /// the gates. Gives the last states and the states that each step began with, then the outputs of `shown`.
    let scan
        (p: StepParts)
        (shown: Tensor[] -> Tensor[] -> Tensor[])
        gates
        (init: Tensor[])
        (sequences: Tensor[])
        length
        backwards
        =
        let n, m = init.Length, sequences.Length
        let fixed' = if isNull p.Bias then [| p.Kernel |] else [| p.Kernel; p.Bias |]
        let k = fixed'.Length

        let product (shared: Tensor[]) (h: Tensor) =
            let r = Ops.matmul (h, shared[0])
            if k = 2 then Lax.add r shared[1] else r

        // Operands: kernel and bias, states, sequences. Results: last states, outputs; then for the derivative the states
        // before each step and the products.
        let forward (xs: Tensor[]) =
            let shared = Array.truncate k xs

            let struct (last, stacked) =
                Control.scan
                    (fun states slices ->
                        let r = product shared states[0]
                        let next: Tensor[] = gates slices r states
                        struct (next, Array.concat [ shown slices next; states; [| r |] ]))
                    (Array.sub xs k n)
                    (Array.skip (k + n) xs)
                    length
                    backwards

            Array.append last stacked

        let backward (xs: Tensor[]) (ys: Tensor[]) (cts: Tensor[]) =
            let shared = Array.truncate k xs
            let outputs = ys.Length - 2 * n - 1
            let before, products = Array.sub ys (n + outputs) n, ys[ys.Length - 1]
            let wanted = [| 0 .. m - 1 |] |> Array.filter (fun i -> isDiff sequences[i])
            let transposed = Lax.swapLast shared[0]

            let struct (first, stacked) =
                Control.scan
                    (fun carried slices ->
                        let states, r = Array.truncate n slices, slices[n]
                        let own = Array.sub slices (n + 1) m
                        let given = Array.sub slices (n + 1 + m) outputs
                        // What later derivatives ask of the values that were kept.
                        let ofKept = Array.skip (n + 1 + m + outputs) slices

                        let step (diff: Tensor[]) =
                            let inputs = Array.copy own
                            wanted |> Array.iteri (fun j i -> inputs[i] <- diff[n + 1 + j])
                            let next = gates inputs diff[n] (Array.truncate n diff)
                            Array.append next (shown inputs next)

                        let at = Array.concat [ states; [| r |]; wanted |> Array.map (fun i -> own[i]) ]
                        let struct (_, pull) = Tape.vjp step at
                        let zeroed = Array.map2 (fun (x: Tensor) g -> if isNull g then Lax.zerosLike x else g) at
                        let gs = zeroed (pull (Array.append carried given))
                        ofKept |> Array.iteri (fun i g -> gs[i] <- Lax.add gs[i] g)
                        gs[0] <- Lax.add gs[0] (Ops.matmul (gs[n], transposed))
                        struct (Array.truncate n gs, Array.skip n gs))
                    (Array.truncate n cts)
                    (Array.concat [ before; [| products |]; Array.skip (k + n) xs; Array.skip n cts ])
                    length
                    (not backwards)

            let steps = Dims.own [| 0; 1 |]

            let ofKernel =
                Lax.dot
                    {
                        LhsContract = steps
                        RhsContract = steps
                        LhsBatch = Dims.Empty
                        RhsBatch = Dims.Empty
                    }
                    before[0]
                    stacked[0]

            let ofSequences: Tensor[] = Array.zeroCreate m
            wanted |> Array.iteri (fun j i -> ofSequences[i] <- stacked[1 + j])

            Array.concat [
                [| ofKernel |]
                (if k = 2 then [| Lax.sum steps stacked[0] |] else [||])
                first
                ofSequences
            ]

        let ys = Control.customVjp forward backward (Array.concat [ fixed'; init; sequences ])
        struct (Array.truncate n ys, Array.sub ys n (ys.Length - 2 * n - 1))

/// The loop over time.
[<RequireQualifiedAccess>]
module internal Recurrence =
    /// Values of the steps that count, others where the mask (batch) is false.
    let private where (mask: Tensor) (x: Tensor) (other: Tensor) : Tensor =
        let column = Dims.append mask.Shape (Dims.own (Array.create (x.Rank - 1) 1))
        Lax.select (Lax.reshape column mask) x other

    let private at (t: int) (x: Tensor) : Tensor = Lax.reshape (Dims.removeAt 0 x.Shape) (Lax.sliceAxis 0 t (t + 1) x)

    /// `body` for each step, as `Control.scan` does it in a loop.
    let private unrolled body (init: Tensor[]) (sequences: Tensor[]) (length: int) (backwards: bool) =
        let mutable carry = init
        let outputs: Tensor[][] = Array.create length [||]

        for i in 0 .. length - 1 do
            let t = if backwards then length - 1 - i else i
            let struct (next, ys) = body carry (sequences |> Array.map (at t))
            carry <- next
            outputs[t] <- ys

        let stack k =
            let one (ys: Tensor[]) = Lax.reshape (Dims.cons 1 ys[k].Shape) ys[k]
            Lax.concat 0 (Array.map one outputs)

        struct (carry, Array.init outputs[0].Length stack)

    /// One cell over a sequence of `length` steps: the outputs of all steps or the last one, and the last states. `mask`
    /// (time, batch) may be null; `fromZero` says that all states are zero at first.
    let private loop
        (o: LoopOptions)
        (steps: CellSteps)
        (init: Tensor[])
        (fromZero: bool)
        (mask: Tensor)
        (length: int)
        =
        let n = init.Length
        // From zero on, the last output that counted and the first state are the same.
        let keepsOutput = not (isNull mask || o.ZeroOutput || fromZero)
        let result (y: Tensor) = if o.All then [| y |] else [||]

        /// The values after a step, from what the cell gave: masked steps leave them as they are.
        let carried (slices: Tensor[]) (next: Tensor[]) (carry: Tensor[]) : Tensor[] =
            if isNull mask then
                next
            else
                let counts = where slices[slices.Length - 1]
                let kept = Array.map2 counts next (Array.truncate n carry)
                if keepsOutput then Array.append kept [| counts next[0] carry[n] |] else kept

        let own (slices: Tensor[]) = if isNull mask then slices else Array.truncate (slices.Length - 1) slices

        /// The output of a step, from the values after it; of a masked one it is zero where that is asked for.
        let shown (slices: Tensor[]) (after: Tensor[]) : Tensor[] =
            if keepsOutput then
                result after[n]
            elif o.ZeroOutput && not (isNull mask) then
                result (where slices[slices.Length - 1] after[0] (Lax.zerosLike after[0]))
            else
                result after[0]

        let body (carry: Tensor[]) (slices: Tensor[]) : struct (Tensor[] * Tensor[]) =
            let after = carried slices (steps.Step (own slices) (Array.truncate n carry)) carry
            struct (after, shown slices after)

        let carries = if keepsOutput then Array.append init [| Lax.zerosLike init[0] |] else init

        let sequences = if isNull mask then steps.Sequences else Array.append steps.Sequences [| mask |]

        let struct (last, outputs) =
            match steps.Parts with
            | _ when o.Unroll -> unrolled body carries sequences length o.Backwards
            | ValueSome parts ->
                let gates (slices: Tensor[]) r (carry: Tensor[]) =
                    carried slices (parts.Gates (own slices) r (Array.truncate n carry)) carry

                RecurrentGradient.scan parts shown gates carries sequences length o.Backwards
            | ValueNone -> Control.scan body carries sequences length o.Backwards

        let output =
            if o.All then
                outputs[0]
            elif keepsOutput then
                last[n]
            elif o.ZeroOutput && not (isNull mask) then
                where (at (if o.Backwards then 0 else length - 1) mask) last[0] (Lax.zerosLike last[0])
            else
                last[0]

        struct (output, List.ofArray (Array.truncate n last))

    /// A cell, or cells one upon the other, over a sequence (time, batch, …): the outputs and the last states. Without
    /// `init` all states are zero at first. `mask` (time, batch) may be null.
    let rec run (o: LoopOptions) (call: Call) (layer: Layer) (xs: Tensor) (init: Tensor list option) (mask: Tensor) =
        let step = Dims.removeAt 0 xs.Shape

        call.Within(
            layer,
            [| step |],
            fun inner ->
                let convert (x: Tensor) = if DType.isFloat x.DType then Lax.convert inner.ComputeType x else x
                let xs = convert xs

                match RecurrentCell.ofLayer layer with
                | RecurrentCell.Single(states, start) ->
                    let zero (shape: Dims) = Lax.zeros (Aval.make inner.ComputeType shape)

                    let first =
                        match init with
                        | Some given -> List.map convert given
                        | None -> List.map zero (states step)

                    loop o (start inner xs) (List.toArray first) init.IsNone mask xs.Shape[0]
                | RecurrentCell.Stacked cells ->
                    // A cell needs nothing of those above it: each goes over the whole sequence before the next does,
                    // so that each can do what it can for all steps at once.
                    let mutable xs, rest, last = xs, init, []

                    cells
                    |> List.iteri (fun i cell ->
                        let own =
                            let size = xs.Shape |> Dims.removeAt 0 |> RecurrentCell.states (RecurrentCell.ofLayer cell)
                            rest |> Option.map (List.splitAt size.Length)

                        let all = o.All || i < cells.Length - 1
                        let struct (ys, next) = run { o with All = all } inner cell xs (Option.map fst own) mask
                        rest <- Option.map snd own
                        xs <- ys
                        last <- last @ next)

                    struct (xs, last)
        )
