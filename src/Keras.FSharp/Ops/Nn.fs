/// keras.ops.nn: normalisation, attention, encodings and cross-entropies.
namespace Keras.FSharp

open System
open Keras.FSharp.Backends

/// Normalisation, attention and cross-entropies. Reached as members of `Ops`.
[<AbstractClass>]
type Nn internal () =
    inherit NnConv()

    // ---- normalisation ----------------------------------------------------------------------------------------------

    /// Mean and (biased) variance over axes, in the type of x; half precision is added in float32.
    /// Keras: `keras.ops.moments`.
    static member moments(x: Tensor, axes: int seq, ?keepdims: bool) : Tensor * Tensor =
        let d = Types.floating x.DType
        let axes = Axis.some "ops.moments" x.Rank (Some axes)
        let wide = Lax.convert (Types.wide d) x
        let mean = NumpyReduce.mean (wide, axes, ?keepdims = keepdims)
        let variance = Axis.keep keepdims axes x.Shape (NumpyReduce.Variance(axes, wide))

        // What is out of range for half precision becomes its largest number, not infinity.
        let narrow (t: Tensor) =
            if d = DType.Float16 then
                Lax.convert d (Lax.clamp (Lax.scalar t.DType -65504.0) (Lax.scalar t.DType 65504.0) t)
            else
                Lax.convert d t

        narrow mean, narrow variance

    /// Runs `f` on the parameters laid along one axis of x.
    static member private aligned(op, x: Tensor, axis: int, parameters: (string * Tensor option) list) =
        let axis = Axis.one op x.Rank axis

        for name, p in parameters do
            match p with
            | Some p when p.Size <> x.Shape[axis] ->
                Fail.value
                    op
                    $"{name} has shape {p.Shape}, axis {axis} of the input of shape {x.Shape} has size {x.Shape[axis]}"
                    ""
            | _ -> ()

        axis

    /// (x - mean) / √(variance + epsilon) · scale + offset, all of them vectors along `axis`; offset and scale may be
    /// left out. Keras: `keras.ops.batch_normalization`.
    static member batchNormalization
        (x: Tensor, mean: Tensor, variance: Tensor, axis: int, ?offset: Tensor, ?scale: Tensor, ?epsilon: float)
        : Tensor =
        let x = Types.toFloating x

        let parameters = [ "mean", Some mean; "variance", Some variance; "offset", offset; "scale", scale ]

        let axis = Nn.aligned ("ops.batch_normalization", x, axis, parameters)
        let own (t: Tensor) = Lax.convert x.DType (NumpyShape.ravel t)
        let mean, variance = own mean, own variance

        let scale =
            match scale with
            | Some s -> own s
            | None -> Lax.onesLike mean

        let offset =
            match offset with
            | Some b -> own b
            | None -> Lax.zerosLike mean

        Axis.move axis (x.Rank - 1) x
        |> fun y -> Composites.batchNormInference (defaultArg epsilon 1e-3) y scale offset mean variance
        |> Axis.move (x.Rank - 1) axis

    /// Batch normalisation with the statistics of the batch: y, and mean and biased variance as vectors along `axis`.
    /// The input is float32 or wider.
    static member internal BatchNormTrain
        (x: Tensor, axis: int, epsilon: float, gamma: Tensor option, beta: Tensor option)
        : struct (Tensor * Tensor * Tensor) =
        let axis = Nn.aligned ("batch normalization", x, axis, [ "gamma", gamma; "beta", beta ])
        let channels = Dims.own [| x.Shape[axis] |]
        let fill v = Lax.full channels x.DType (Scalar.Int v)

        let gamma =
            match gamma with
            | Some g -> Lax.convert x.DType g
            | None -> fill 1L

        let beta =
            match beta with
            | Some b -> Lax.convert x.DType b
            | None -> fill 0L

        let struct (y, mean, variance) =
            Composites.batchNormTrain epsilon (Axis.move axis (x.Rank - 1) x) gamma beta

        struct (Axis.move (x.Rank - 1) axis y, mean, variance)

    /// Runs `f` in float32 where x has half precision.
    static member private widened(x: Tensor, f: Tensor -> Tensor) : Tensor =
        let x = Types.toFloating x
        Lax.convert x.DType (f (Lax.convert (Types.wide x.DType) x))

    /// Normalises over axes (left out: the last) to mean 0 and variance 1, then · gamma + beta, which have the shape of
    /// the normalised axes; half precision is computed in float32. Epsilon is `Config.Epsilon` by default.
    /// Keras: `keras.ops.layer_normalization`.
    static member layerNormalization
        (x: Tensor, ?gamma: Tensor, ?beta: Tensor, ?axis: int seq, ?epsilon: float)
        : Tensor =
        let axes = Axis.some "ops.layer_normalization" x.Rank (Some(defaultArg axis [ -1 ]))
        let shape = axes |> Dims.map (fun a -> x.Shape[a])

        let f (x: Tensor) =
            let parameter (name: string) (p: Tensor option) (otherwise: int64) =
                match p with
                | None -> Lax.full shape x.DType (Scalar.Int otherwise)
                | Some p when p.Size = int shape.Size -> Lax.reshape shape (Lax.convert x.DType p)
                | Some p ->
                    Fail.value
                        "ops.layer_normalization"
                        $"{name} has shape {p.Shape}, the normalised axes {shape}"
                        "Both must agree."

            let perm = Axis.toEnd x.Rank axes
            let gamma, beta = parameter "gamma" gamma 1L, parameter "beta" beta 0L
            let moved = Lax.transpose perm x

            let struct (y, _, _) =
                Composites.layerNorm axes.Rank (defaultArg epsilon Config.Epsilon) moved gamma beta

            Lax.transpose (Dims.invert perm) y

        Nn.widened (x, f)

    /// x / √(mean(x²) + epsilon) over axes (left out: the last), times `scale`; half precision is computed in float32.
    /// Epsilon is `Config.Epsilon` by default. Keras: `keras.ops.rms_normalization`.
    static member rmsNormalization(x: Tensor, ?scale: Tensor, ?axis: int seq, ?epsilon: float) : Tensor =
        let axes = Axis.some "ops.rms_normalization" x.Rank (Some(defaultArg axis [ -1 ]))

        let f (x: Tensor) =
            let n = axes |> Seq.fold (fun n a -> n * x.Shape[a]) 1
            let power = Lax.scale (1.0 / float n) (Lax.reduceKeep ReduceOp.Sum axes (Lax.square x))
            let y = Lax.mul x (Lax.rsqrt (Lax.shift (defaultArg epsilon Config.Epsilon) power))

            match scale with
            | None -> y
            | Some s when s.Rank = axes.Rank -> Lax.mul y (Lax.broadcastInDim x.Shape axes (Lax.convert x.DType s))
            | Some s -> Lax.mul y (Lax.convert x.DType s)

        Nn.widened (x, f)

    /// x divided by its norm of order `order` over axes (left out: the last); norms below `epsilon` (`Config.Epsilon`
    /// by default) count as epsilon. Keras: `keras.ops.normalize`.
    static member normalize(x: Tensor, ?axis: int seq, ?order: float, ?epsilon: float) : Tensor =
        let x = Types.toFloating x
        let axes = Axis.some "ops.normalize" x.Rank (Some(defaultArg axis [ -1 ]))
        let order, epsilon = defaultArg order 2.0, defaultArg epsilon Config.Epsilon

        if order = 2.0 then
            let power = Lax.reduceKeep ReduceOp.Sum axes (Lax.square x)
            Lax.mul x (Lax.rsqrt (Lax.max power (Lax.fullLike power (epsilon * epsilon))))
        else
            let size = Lax.abs x

            let norm =
                if Double.IsPositiveInfinity order then
                    Lax.reduceKeep ReduceOp.Max axes size
                else
                    let power = Lax.reduceKeep ReduceOp.Sum axes (Lax.pow size (Lax.fullLike size order))
                    Lax.pow power (Lax.fullLike power (1.0 / order))

            Lax.div x (Lax.max norm (Lax.fullLike norm epsilon))

    // ---- encodings --------------------------------------------------------------------------------------------------

    /// 1 at the position of each integer along a new axis of `numClasses`, else 0; out of range gives zeros. `floatx`
    /// unless `dtype` is given. Keras: `keras.ops.one_hot`.
    static member oneHot(x: Tensor, numClasses: int, ?axis: int, ?dtype: DType) : Tensor =
        let axis = Axis.one "ops.one_hot" (x.Rank + 1) (defaultArg axis -1)
        let i = if DType.isInteger x.DType then x else Lax.convert DType.Int32 x
        let shape = Dims.insert axis numClasses x.Shape
        let column = Lax.reshape (Dims.insert axis 1 x.Shape) i
        Lax.convert (defaultArg dtype Config.FloatX) (Lax.eq column (Lax.iota shape i.DType axis))

    /// 1 at the positions of all integers of a row, else 0: [n] to [numClasses], [batch, n] to [batch, numClasses].
    /// Keras: `keras.ops.multi_hot`.
    static member multiHot(inputs: Tensor, numClasses: int, ?axis: int, ?dtype: DType) : Tensor =
        let hot = Nn.oneHot (inputs, numClasses, ?axis = axis, ?dtype = dtype)
        Lax.reduceMax (Dims.own [| (if inputs.Rank > 1 then 1 else 0) |]) hot

    // ---- attention --------------------------------------------------------------------------------------------------

    /// Scaled dot product attention of query [batch, T, heads, size], key and value [batch, S, heads or a divisor,
    /// size]. `mask` (true where allowed) and `bias` (added to the scores) broadcast to [batch, heads, T, S]; `scale`
    /// is 1 / √size by default. Keras: `keras.ops.dot_product_attention`.
    static member dotProductAttention
        (
            query: Tensor,
            key: Tensor,
            value: Tensor,
            ?bias: Tensor,
            ?mask: Tensor,
            ?scale: float,
            ?isCausal: bool,
            ?flashAttention: bool
        ) : Tensor =
        // Which kernel computes it is the backend's choice; the argument is there for Keras's signature.
        ignore flashAttention
        let op = "ops.dot_product_attention"

        if query.Rank <> 4 || key.Rank <> 4 || value.Rank <> 4 then
            Fail.value
                op
                $"query, key and value have shapes {query.Shape}, {key.Shape}, {value.Shape}"
                "Four axes are needed: batch, length, heads, size."

        let d = Types.commonFloat (List.map Operand.Tensor [ query; key; value ])
        let heads = query.Shape[2]

        // Groups of query heads may share one head of key and value.
        let spread (t: Tensor) =
            let t = Lax.convert d t

            if t.Shape[2] = heads then
                t
            elif t.Shape[2] = 0 || heads % t.Shape[2] <> 0 then
                Fail.value op $"{heads} heads of the query cannot share {t.Shape[2]} heads" ""
            else
                NumpyShape.repeat (t, heads / t.Shape[2], 2)

        let q, k, v = Lax.convert d query, spread key, spread value

        let lift (t: Tensor) = Lax.reshape (Dims.append (Dims.own (Array.create (4 - t.Rank) 1)) t.Shape) t

        // The mask and the bias must span the last two axes; batch and heads may stay 1.
        let spanned (t: Tensor) =
            let t = lift t
            Lax.broadcastTo (Dims.own [| t.Shape[0]; t.Shape[1]; q.Shape[1]; k.Shape[1] |]) t

        let combined =
            match bias, mask with
            | None, None -> ValueNone
            | None, Some m -> ValueSome(spanned (Types.truth m))
            | Some b, None -> ValueSome(spanned (Lax.convert d b))
            | Some b, Some m ->
                let b = spanned (Lax.convert d b)
                let lowest = 0.7 * (Types.smallest d).ToFloat()
                ValueSome(Lax.select (spanned (Types.truth m)) b (Lax.scalar d lowest))

        let scale = defaultArg scale (1.0 / Math.Sqrt(float (max 1 q.Shape[3])))
        let struct (out, _) = Attention.attend scale (defaultArg isCausal false) q k v combined
        out

    // ---- cross-entropies --------------------------------------------------------------------------------------------

    static member private clipped(p: Tensor) : Tensor =
        let e = Config.Epsilon
        Lax.clamp (Lax.scalar p.DType e) (Lax.scalar p.DType (1.0 - e)) p

    /// Logarithms of probabilities, from probabilities (normalised and clipped) or from logits.
    static member private logProbabilities(output: Tensor, fromLogits: bool, axis: int) : Tensor =
        if fromLogits then
            Composites.logSoftmax (axis - output.Rank) output
        else
            let total = Lax.reduceKeep ReduceOp.Sum (Dims.own [| axis |]) output
            Lax.log (Nn.clipped (Lax.div output total))

    /// -Σ target · log(output) along an axis; the axis is dropped. Keras: `keras.ops.categorical_crossentropy`.
    static member categoricalCrossentropy(target: Tensor, output: Tensor, ?fromLogits: bool, ?axis: int) : Tensor =
        let op = "ops.categorical_crossentropy"
        let output = Types.toFloating output

        if target.Rank < 1 || not (target.Shape.Equals output.Shape) then
            Fail.value
                op
                $"the target has shape {target.Shape}, the output {output.Shape}"
                "Both must agree, rank 1 or more."

        let axis = Axis.one op output.Rank (defaultArg axis -1)
        let logs = Nn.logProbabilities (output, defaultArg fromLogits false, axis)
        Lax.neg (Lax.sum (Dims.own [| axis |]) (Lax.mul (Lax.convert output.DType target) logs))

    /// -log(output) at the class that the integer target names; target lacks the axis, or has it with size 1. Targets
    /// out of range give 0. Keras: `keras.ops.sparse_categorical_crossentropy`.
    static member sparseCategoricalCrossentropy
        (target: Tensor, output: Tensor, ?fromLogits: bool, ?axis: int)
        : Tensor =
        let op = "ops.sparse_categorical_crossentropy"
        let output = Types.toFloating output
        let axis = Axis.one op output.Rank (defaultArg axis -1)
        let shape = Dims.removeAt axis output.Shape

        let target =
            if target.Rank = output.Rank && target.Shape[axis] = 1 then
                Lax.reshape (Dims.removeAt axis target.Shape) target
            else
                target

        if not (target.Shape.Equals shape) then
            Fail.value
                op
                $"the target has shape {target.Shape}, the output {output.Shape}"
                $"The target must have shape {shape}: one class number per row of the output."

        let logs = Nn.logProbabilities (output, defaultArg fromLogits false, axis)
        let hot = Nn.oneHot (target, output.Shape[axis], axis, DType.Bool)
        Lax.neg (Lax.sum (Dims.own [| axis |]) (Lax.select hot logs (Lax.zerosLike logs)))

    /// -(target · log(output) + (1 - target) · log(1 - output)), elementwise; probabilities are clipped.
    /// Keras: `keras.ops.binary_crossentropy`.
    static member binaryCrossentropy(target: Tensor, output: Tensor, ?fromLogits: bool) : Tensor =
        let x = Types.toFloating output

        if not (target.Shape.Equals x.Shape) then
            Fail.value
                "ops.binary_crossentropy"
                $"the target has shape {target.Shape}, the output {x.Shape}"
                "Both must agree."

        let t = Lax.convert x.DType target

        if defaultArg fromLogits false then
            // log(1 + exp(x)) - t x: the same, without a logarithm of something near 0.
            Lax.sub (NnActivation.softplus x) (Lax.mul x t)
        else
            let p = Nn.clipped x
            let one = Lax.onesLike p
            let on, off = Lax.mul t (Lax.log p), Lax.mul (Lax.sub one t) (Lax.log (Lax.sub one p))
            Lax.neg (Lax.add on off)

    /// Peak signal to noise ratio in decibels of two tensors of one shape. Keras: `keras.ops.psnr`.
    static member psnr(x1: Tensor, x2: Tensor, maxVal: float) : Tensor =
        if not (x1.Shape.Equals x2.Shape) then
            Fail.value "ops.psnr" $"got shapes {x1.Shape} and {x2.Shape}" "Both must agree."

        let d = Types.commonFloat [ Operand.Tensor x1; Operand.Tensor x2 ]
        let error = NumpyReduce.mean (Lax.square (Lax.sub (Lax.convert d x1) (Lax.convert d x2)))
        Lax.shift (20.0 * Math.Log10 maxVal) (Lax.scale -10.0 (NumpyUnary.log10 error))

    // ---- blocks -----------------------------------------------------------------------------------------------------

    /// Runs `f` with the channels last. Among the channels the place in the block varies slowest, but fastest where the
    /// data format has the channels first; `f` is told.
    static member private blocks(op: string, dataFormat: string option, x: Tensor, f: bool -> Tensor -> Tensor) =
        if x.Rank <> 4 then
            Fail.value op $"the input has shape {x.Shape}" "Four axes are needed."

        let format = Some(defaultArg dataFormat "channels_last")
        Spatial.channelsLast op format (f (Spatial.isFirst op format)) x

    /// Moves channels into blocks of `blockSize` × `blockSize` cells. Keras: `keras.ops.depth_to_space`.
    static member depthToSpace(x: Tensor, blockSize: int, ?dataFormat: string) : Tensor =
        let b = blockSize

        let f channelsFirst (x: Tensor) =
            let n, h, w, c = x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]

            if b < 1 || c % (b * b) <> 0 then
                Fail.value "ops.depth_to_space" $"{c} channels do not fill blocks of {b} by {b}" ""

            let rest = c / (b * b)

            let apart, order =
                if channelsFirst then
                    [| n; h; w; rest; b; b |], [| 0; 1; 4; 2; 5; 3 |]
                else
                    [| n; h; w; b; b; rest |], [| 0; 1; 3; 2; 4; 5 |]

            Lax.reshape (Dims.own apart) x
            |> Lax.transpose (Dims.own order)
            |> Lax.reshape (Dims.own [| n; h * b; w * b; rest |])

        Nn.blocks ("ops.depth_to_space", dataFormat, x, f)

    /// Moves blocks of `blockSize` × `blockSize` cells into channels. Keras: `keras.ops.space_to_depth`.
    static member spaceToDepth(x: Tensor, blockSize: int, ?dataFormat: string) : Tensor =
        let b = blockSize

        let f channelsFirst (x: Tensor) =
            let n, h, w, c = x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]

            if b < 1 || h % b <> 0 || w % b <> 0 then
                Fail.value "ops.space_to_depth" $"{h} by {w} cells cannot be cut into blocks of {b} by {b}" ""

            let order = if channelsFirst then [| 0; 1; 3; 5; 2; 4 |] else [| 0; 1; 3; 2; 4; 5 |]

            Lax.reshape (Dims.own [| n; h / b; b; w / b; b; c |]) x
            |> Lax.transpose (Dims.own order)
            |> Lax.reshape (Dims.own [| n; h / b; w / b; c * b * b |])

        Nn.blocks ("ops.space_to_depth", dataFormat, x, f)
