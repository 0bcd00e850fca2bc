/// keras.ops.nn: connectionist temporal classification. Source: Graves et al., "Connectionist Temporal Classification:
/// Labelling Unsegmented Sequence Data with Recurrent Neural Networks", 2006.
namespace Keras.FSharp

open Keras.FSharp.Backends

/// Connectionist temporal classification. Reached as members of `Ops`.
[<AbstractClass>]
type CtcOps internal () =
    inherit PatternOps()

    /// The logarithm of 0 as far as sums go: minus infinity would have no gradient.
    static member private Never = -1e30

    /// log(exp a + exp b + exp c).
    static member private LogSum(a: Tensor, b: Tensor, c: Tensor) : Tensor =
        let top = Lax.stopGradient (Lax.max a (Lax.max b c))
        let part x = Lax.exp (Lax.sub x top)
        Lax.add top (Lax.log (Lax.add (part a) (Lax.add (part b) (part c))))

    /// Minus the logarithm of the probability of the target sequences [batch, labels], of which the first
    /// `targetLength` [batch] labels count, under logits [batch, steps, classes], of which the first `outputLength`
    /// [batch] steps count; class `maskIndex` (0) is the blank. Infinite where a target does not fit into its steps.
    /// Keras: `keras.ops.ctc_loss`.
    static member ctcLoss
        (target: Tensor, output: Tensor, targetLength: Tensor, outputLength: Tensor, ?maskIndex: int)
        : Tensor =
        let where = "ops.ctc_loss"

        if target.Rank <> 2 || output.Rank <> 3 || target.Shape[0] <> output.Shape[0] then
            Fail.value
                where
                $"got targets of shape {target.Shape} and outputs of shape {output.Shape}"
                "Expected (batch, labels) and (batch, steps, classes)."

        for name, x in [ "target_length", targetLength; "output_length", outputLength ] do
            if not (x.Shape.Equals(Dims.own [| target.Shape[0] |])) then
                Fail.value where $"{name} has shape {x.Shape}, expected ({target.Shape[0]},)" "One length per example."

        let blank = defaultArg maskIndex 0
        let batch, labels, steps = target.Shape[0], target.Shape[1], output.Shape[1]
        let dtype = Types.wide (Types.floating output.DType)
        let logits = NnActivation.logSoftmax (Lax.convert dtype output)
        let ints = Lax.convert DType.Int32
        let never (shape: Dims) = Lax.full shape dtype (Scalar.Float CtcOps.Never)
        let along (v: Tensor) (shape: Dims) = Lax.broadcastTo shape (Lax.reshape (Dims.own [| batch; 1 |]) (ints v))

        // A blank before, between and after the labels.
        let states = 2 * labels + 1
        let shape = Dims.own [| batch; states |]
        let only last n = Dims.own [| 0; (if last then n else 0) |]
        let blanks = Lax.full Dims.Empty DType.Int32 (Scalar.Int(int64 blank))
        let symbols = Lax.pad (only true 1) (only true 1) (only true 1) blanks (ints target)

        let shifted (by: int) (fill: Tensor) (x: Tensor) =
            Lax.pad (Dims.own [| 0; by |]) (Dims.own [| 0; -by |]) (Dims.own [| 0; 0 |]) fill x

        let isBlank = Lax.eq symbols (Lax.broadcastTo shape blanks)

        // A blank between two labels may be left out where they differ.
        let mayJump = Lax.logicalAnd (Lax.logicalNot isBlank) (Lax.ne symbols (shifted 2 blanks symbols))

        let position = Lax.iota shape DType.Int32 1
        let below (limit: Tensor) = Lax.lt position limit
        let scores = NumpyIndex.takeAlongAxis (logits, Lax.reshape (Dims.own [| batch; 1; states |]) symbols, 2)
        let scores = Lax.transpose (Dims.own [| 1; 0; 2 |]) scores
        let nothing = Lax.full Dims.Empty dtype (Scalar.Float CtcOps.Never)
        // Paths begin with the first blank or the first label.
        let two = Lax.full shape DType.Int32 (Scalar.Int 2L)
        let start = Lax.select (below two) (Lax.reshape shape (Lax.sliceAxis 0 0 1 scores)) (never shape)
        let counted = along outputLength shape

        let step (carry: Tensor[]) (slices: Tensor[]) : struct (Tensor[] * Tensor[]) =
            let before = carry[0]
            let jumped = Lax.select mayJump (shifted 2 nothing before) (never shape)
            let after = Lax.add slices[0] (CtcOps.LogSum(before, shifted 1 nothing before, jumped))
            let isPart = Lax.lt (Lax.broadcastTo shape slices[1]) counted
            struct ([| Lax.select isPart after before |], [||])

        let last =
            if steps < 2 then
                start
            else
                let times =
                    Lax.add
                        (Lax.iota (Dims.own [| steps - 1 |]) DType.Int32 0)
                        (Lax.full (Dims.own [| steps - 1 |]) DType.Int32 (Scalar.Int 1L))

                let struct (carry, _) =
                    Control.scan step [| start |] [| Lax.sliceAxis 0 1 steps scores; times |] (steps - 1) false

                carry[0]

        // Paths end with the last label or the blank after it.
        let ending = Lax.mul two (along targetLength shape)

        let isEnd =
            Lax.logicalOr (Lax.eq position ending) (Lax.eq position (Lax.sub ending (Lax.onesLike ending)))

        let log = NumpyReduce.logsumexp (Lax.select isEnd last (never shape), axis = [ 1 ])
        let loss = Lax.convert output.DType (Lax.neg log)
        // What cannot be has no number that would stand for it.
        Lax.select (Lax.gt loss (Lax.fullLike loss 1e29)) (Lax.fullLike loss infinity) loss

    /// The likeliest class of each step of `inputs` [batch, steps, classes], without repetitions (`mergeRepeated`, true by
    /// default) and blanks: labels int32 [1, batch, steps], filled up with -1, and minus the sum of the inputs chosen
    /// [batch, 1]. Only the first `sequenceLengths` [batch] steps count; class `maskIndex` (0) is the blank. The strategy
    /// is "greedy"; like Keras on torch it knows no beam search. Keras: `keras.ops.ctc_decode`.
    static member ctcDecode
        (inputs: Tensor, sequenceLengths: Tensor, ?strategy: string, ?mergeRepeated: bool, ?maskIndex: int)
        : Tensor * Tensor =
        let where = "ops.ctc_decode"

        match defaultArg strategy "greedy" with
        | "greedy" -> ()
        | "beam_search" -> Fail.unsupported where "strategy is 'beam_search'" "Use 'greedy'."
        | other -> Fail.value where $"strategy is '{other}'" "Known is 'greedy'."

        if inputs.Rank <> 3 || not (sequenceLengths.Shape.Equals(Dims.own [| inputs.Shape[0] |])) then
            Fail.value
                where
                $"got inputs of shape {inputs.Shape} and lengths of shape {sequenceLengths.Shape}"
                "Expected (batch, steps, classes) and (batch,)."

        let shape = Dims.sub 0 2 inputs.Shape
        let number (n: int) = Lax.full shape DType.Int32 (Scalar.Int(int64 n))
        let blank = number (defaultArg maskIndex 0)
        let x = Lax.convert (Types.wide (Types.floating inputs.DType)) inputs
        let position = Lax.iota shape DType.Int32 1
        let lengths = Lax.reshape (Dims.own [| shape[0]; 1 |]) (Lax.convert DType.Int32 sequenceLengths)
        let counts = Lax.lt position (Lax.broadcastTo shape lengths)
        let chosen = Lax.select counts (Lax.convert DType.Int32 (NumpyReduce.argmax (x, axis = -1))) blank
        let score = NumpyReduce.max (x, axis = [ -1 ])

        let total =
            NumpyReduce.sum (Lax.select counts score (Lax.zerosLike score), axis = [ 1 ], keepdims = true)

        let isBlank = Lax.eq chosen blank

        let isLeftOut =
            if defaultArg mergeRepeated true then
                let before =
                    let none = Lax.full Dims.Empty DType.Int32 (Scalar.Int -1L)
                    Lax.pad (Dims.own [| 0; 1 |]) (Dims.own [| 0; -1 |]) (Dims.own [| 0; 0 |]) none chosen

                Lax.logicalOr isBlank (Lax.eq chosen before)
            else
                isBlank

        // Labels move to the front, in their order.
        let order = NumpyIndex.argsort (Lax.select isLeftOut (number shape[1]) position)
        let labels = NumpyIndex.takeAlongAxis (Lax.select isLeftOut (number -1) chosen, order, 1)
        Lax.reshape (Dims.cons 1 shape) labels, Lax.neg total
